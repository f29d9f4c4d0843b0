"""Streamlit's files, compressed once: the same file for every browser, and as before where that cannot be."""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from streamlit.web.server.starlette.starlette_static_routes import create_streamlit_static_assets_routes

from lib import static_files
from lib.policy import Policy
from lib.static_files import Compressed, compress, prepare, streamlits_files, takes_gzip
from tests.apart import run_apart

SOURCE = streamlits_files()
SCRIPT = max((SOURCE / "js").glob("index.*.js"), key=lambda path: path.stat().st_size)
ADDRESS = f"/static/js/{SCRIPT.name}"
PICTURE = next(path for path in sorted(SOURCE.rglob("*.woff2")))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One script and one font of Streamlit's, compressed."""
    made = tmp_path_factory.mktemp("static")
    source = tmp_path_factory.mktemp("source")
    for path in (SCRIPT, PICTURE):
        target = source / path.relative_to(SOURCE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    compress(source, made)
    return made


@pytest.fixture
def ready(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (done,) = folder.iterdir()
    listed = {path.relative_to(done).as_posix().removesuffix(".gz"): path for path in done.rglob("*.gz")}
    monkeypatch.setattr(static_files, "_ready", listed)
    yield


def ask(address: str, method: str = "GET", base: str = "", **headers: str) -> httpx.Response:
    """What a browser gets from Streamlit's own files behind our middleware; "identity" unless it asks otherwise."""
    inside = [Middleware(Policy), Middleware(Compressed, base=base)]
    app = Starlette(routes=create_streamlit_static_assets_routes(base_url=base), middleware=inside)
    asked = {"accept-encoding": "identity", **{name.replace("_", "-"): value for name, value in headers.items()}}

    async def answer() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
            return await client.request(method, address, headers=asked)

    return run_apart(answer())


SAID = ("content-type", "cache-control", "last-modified", "content-security-policy", "x-content-type-options")


def test_a_script_is_sent_compressed_with_streamlits_own_headers(ready):
    plain, packed = ask(ADDRESS), ask(ADDRESS, accept_encoding="gzip, deflate, br")
    assert packed.content == plain.content == SCRIPT.read_bytes()  # httpx unpacks
    assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert {name: packed.headers[name] for name in SAID} == {name: plain.headers[name] for name in SAID}
    assert "immutable" in packed.headers["cache-control"]
    assert packed.headers["etag"] == f"W/{plain.headers['etag']}"
    assert packed.headers.get_list("vary") == plain.headers.get_list("vary") == ["Accept-Encoding"]


def test_what_a_browser_has_is_not_sent_again(ready):
    had = ask(ADDRESS, accept_encoding="gzip").headers["etag"]
    again = ask(ADDRESS, accept_encoding="gzip", if_none_match=had)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", had)
    assert again.headers["vary"] == "Accept-Encoding"


def test_head_says_what_get_does(ready):
    said, sent = ask(ADDRESS, "HEAD", accept_encoding="gzip"), ask(ADDRESS, accept_encoding="gzip")
    assert dict(said.headers) == dict(sent.headers) and said.content == b""


def test_below_a_base_path(ready):
    assert ask(f"/teach{ADDRESS}", base="/teach/", accept_encoding="gzip").headers["content-encoding"] == "gzip"


AS_BEFORE: dict[str, tuple[str, dict[str, Any]]] = {
    "a part of a file": (ADDRESS, {"accept_encoding": "gzip", "range": "bytes=0-9"}),
    "a browser that takes none": (ADDRESS, {"accept_encoding": "gzip;q=0, br"}),
    "another way of asking": (ADDRESS, {"method": "POST", "accept_encoding": "gzip"}),
    "a font, which is packed": (f"/static/{PICTURE.relative_to(SOURCE).as_posix()}", {"accept_encoding": "gzip"}),
    "a file that is not there": ("/static/js/nothing.js", {"accept_encoding": "gzip"}),
    "out of the folder": ("/static/js/../../../index.html", {"accept_encoding": "gzip"}),
    "out of the folder, encoded": (f"/static/%2e%2e{ADDRESS}", {"accept_encoding": "gzip"}),
    "another path that ends so": (f"/page{ADDRESS}", {"accept_encoding": "gzip"}),
    "the page itself": ("/", {"accept_encoding": "gzip"}),
}


@pytest.mark.parametrize("case", AS_BEFORE)
def test_everything_else_is_as_before(case, ready, monkeypatch):
    address, asked = AS_BEFORE[case]
    now = ask(address, **asked)
    monkeypatch.setattr(static_files, "_ready", {})
    before = ask(address, **asked)
    assert (now.status_code, now.content) == (before.status_code, before.content)
    assert "content-encoding" not in now.headers
    assert said(now) == said(before)


def said(answer: httpx.Response) -> dict[str, str]:
    """The headers, but for what belongs to the packing."""
    return {name: value.removeprefix("W/") for name, value in answer.headers.items() if name != "vary"}


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip", True), ("GZIP;q=0.5", True), ("br, *", True), ("*;q=0, gzip;q=1", True), ("", False), ("br", False),
        ("gzip;q=0", False), ("gzip; q=0.000", False), ("*;q=0", False), ("*, gzip;q=0", False), ("identity", False),
        ("gzip;q=nonsense", True), (";;,,", False),
    ],
)  # fmt: skip
def test_who_takes_gzip(accepted, takes):
    assert takes_gzip(accepted) is takes


def test_a_second_start_compresses_nothing_and_a_changed_file_does(tmp_path):
    source, folder = tmp_path / "source", tmp_path / "ours"
    source.mkdir()
    (source / "a.js").write_text("x" * 5000)
    (source / "small.js").write_text("x")
    done = compress(source, folder)
    stamp = (done / "a.js.gz").stat().st_mtime_ns
    assert gzip.decompress((done / "a.js.gz").read_bytes()) == b"x" * 5000
    assert sorted(path.name for path in done.rglob("*.gz")) == ["a.js.gz"]
    assert compress(source, folder) == done and (done / "a.js.gz").stat().st_mtime_ns == stamp
    (source / "a.js").write_text("y" * 6000)
    assert compress(source, folder) != done
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_what_is_old_is_cleared_out(tmp_path):
    source, folder = tmp_path / "source", tmp_path / "ours"
    source.mkdir()
    (source / "a.js").write_text("x" * 5000)
    for name, age in {"1.50.0-old": 2 * static_files.A_DAY, ".unfinished-now": 60}.items():
        (folder / name).mkdir(parents=True)
        os.utime(folder / name, (time.time() - age,) * 2)
    done = compress(source, folder)
    assert {path.name for path in folder.iterdir()} == {done.name, ".unfinished-now"}


def test_a_folder_that_is_cleared_while_the_app_runs_is_not_missed(tmp_path, monkeypatch):
    monkeypatch.setattr(static_files, "_ready", {f"js/{SCRIPT.name}": tmp_path / "gone.gz"})
    answer = ask(ADDRESS, accept_encoding="gzip")
    assert (answer.status_code, "content-encoding" in answer.headers) == (200, False)


def test_what_is_cut_off_leaves_nothing(tmp_path, monkeypatch):
    source, folder = tmp_path / "source", tmp_path / "ours"
    source.mkdir()
    (source / "a.js").write_text("x" * 5000)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(static_files, "_compress_one", full)
    with pytest.raises(OSError):
        compress(source, folder)
    assert list(folder.iterdir()) == []


def test_two_that_start_at_once_agree(tmp_path, monkeypatch):
    source, folder = tmp_path / "source", tmp_path / "ours"
    source.mkdir()
    (source / "a.js").write_text("x" * 5000)
    others: list[Path] = []
    rename = os.rename

    def after_the_other(unfinished: str, done: str) -> None:
        if not others:
            others.append(compress_again())
        rename(unfinished, done)

    def compress_again() -> Path:
        monkeypatch.setattr(os, "rename", rename)
        return compress(source, folder)

    monkeypatch.setattr(os, "rename", after_the_other)
    assert compress(source, folder) == others[0]
    assert [path.name for path in folder.iterdir()] == [others[0].name]


def test_where_the_folder_cannot_be_written_files_go_as_they_are(tmp_path, monkeypatch):
    monkeypatch.setattr(static_files, "_ready", {})
    (tmp_path / "a file").touch()
    prepare(tmp_path / "a file" / "below")
    assert "content-encoding" not in ask(ADDRESS, accept_encoding="gzip").headers
