"""Streamlit's JavaScript, compressed once: a first visit with a plot takes 7.5 MB of it, and compressed a third.

Streamlit sends these files as they are, since compressing them at every request costs more than it saves. Here they are
compressed one time, when an image is built (`python -m lib.static_files`) or behind the first start, into a folder of
ours. Where that cannot be written they are sent as they are. Everything but the packing stays Streamlit's own answer.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from starlette.responses import FileResponse

from lib.policy import Message, Receive, Scope, Send, Served

FOLDER = Path(__file__).resolve().parents[1] / "data" / "static"
KINDS = (".js", ".css", ".svg", ".json", ".wasm", ".map")  # pictures and fonts are packed as they are
LEAST = 1024  # bytes; below that a packet is a packet
LEVEL = 9
CHUNK = 2**18
A_DAY = 86_400  # seconds
_log = logging.getLogger(__name__)


def streamlits_files() -> Path:
    """The folder that Streamlit serves under /static."""
    found = find_spec("streamlit")
    assert found is not None and found.origin is not None
    return Path(found.origin).parent / "static" / "static"


def compress(source: Path, folder: Path = FOLDER) -> Path:
    """Compresses the files below `source` into a folder within `folder`, unless it is there. Raises OSError.

    It gets its name when everything is in it, so that a start which is cut off leaves nothing half done, and two that
    happen at once do not disturb each other.
    """
    files = {path.relative_to(source): path for path in sorted(source.rglob("*")) if path.is_file()}
    done = folder / _name_of(files)
    if done.is_dir():
        return done
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
    try:
        for relative, path in files.items():
            if relative.suffix in KINDS and path.stat().st_size >= LEAST:
                _compress_one(path, unfinished / f"{relative}.gz")
        unfinished.chmod(0o755)
        _put_in_place(unfinished, done)
        _clear_out(folder, done)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return done


def _name_of(files: Mapping[Path, Path]) -> str:
    """Another one for other files."""
    listed = "\n".join(f"{relative.as_posix()} {path.stat().st_size}" for relative, path in files.items())
    return f"{version('streamlit')}-{hashlib.sha256(listed.encode()).hexdigest()[:12]}"


def _compress_one(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as plain, gzip.GzipFile(target, "wb", LEVEL, mtime=0) as packed:
        shutil.copyfileobj(plain, packed, CHUNK)


def _put_in_place(unfinished: Path, done: Path) -> None:
    try:
        os.rename(unfinished, done)
    except OSError:
        if not done.is_dir():  # else somebody else was first
            raise


def _clear_out(folder: Path, done: Path) -> None:
    """What an older Streamlit or a start that was cut off has left, once it is a day old."""
    for other in folder.iterdir():
        if other != done and time.time() - other.stat().st_mtime > A_DAY:
            shutil.rmtree(other, ignore_errors=True)


class Compressed:
    """ASGI middleware: sends a file under /static compressed, to who takes that, once there is a compressed one.

    Which file that is, and every header but those of the packing, are said by the app itself, asked with HEAD. `base`
    is Streamlit's server.baseUrlPath. A part of a file (Range) comes from the file as it is.
    """

    def __init__(self, app: Served, base: str = "") -> None:
        self.app = app
        self.below = f"/{base.strip('/')}/static/".replace("//", "/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        packed = self._packed(scope)
        if packed is None:
            return await self.app(scope, receive, send)
        if not takes_gzip(_asked(scope, b"accept-encoding")):
            return await self.app(scope, receive, _changing(send, {}))
        said = await self._said_to_head(scope, receive)
        if said is None:
            return await self.app(scope, receive, _changing(send, {"etag": _weak}))
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in said}
        del headers["content-length"]
        answer = FileResponse(packed, headers={**headers, "content-encoding": "gzip"})
        await answer(scope, receive, _changing(send, {"etag": _weak}))

    def _packed(self, scope: Scope) -> Path | None:
        """The compressed file of what is asked for. Looked up among those there are: no path is made of an address."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or not _ready:
            return None
        found = _ready.get(scope["path"].removeprefix(self.below))
        return found if found and found.is_file() else None  # somebody may have cleared the folder meanwhile

    async def _said_to_head(self, scope: Scope, receive: Receive) -> list[tuple[bytes, bytes]] | None:
        """The headers of a whole file; None for any other answer, such as "not modified" or a part of the file."""
        start: list[Message] = []

        async def listen(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.append(message)

        await self.app({**scope, "method": "HEAD"}, receive, listen)
        headers = list(start[0].get("headers", ())) if start and start[0]["status"] == 200 else []
        names = {name.lower() for name, _ in headers}
        return headers if {b"etag", b"content-length"} <= names and b"content-encoding" not in names else None


_ready: dict[str, Path] = {}  # path below /static → its compressed file


def prepare(folder: Path = FOLDER) -> None:
    """Compresses what is not compressed yet; from then on it is sent. Takes seconds, at the first start alone."""
    try:
        done = compress(streamlits_files(), folder)
    except OSError as error:
        _log.info("Streamlit's files are sent uncompressed: %s cannot be written (%s).", folder, error.strerror)
        return
    _ready.update({path.relative_to(done).as_posix().removesuffix(".gz"): path for path in done.rglob("*.gz")})


def takes_gzip(accepted: str) -> bool:
    """Whether the header Accept-Encoding allows gzip: q=0 forbids, and a name counts before the star."""
    told = {}
    for part in accepted.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        told[name] = not any(p.startswith("q=") and not p[2:].strip("0.") for p in parameters)
    return told.get("gzip", told.get("*", False))


def _asked(scope: Scope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope.get("headers", ()) if name.lower() == wanted), "")


def _weak(etag: bytes) -> bytes:
    """Says the same of the file, but not that every byte is the same: the packed one has other bytes."""
    return etag if etag.startswith(b"W/") else b"W/" + etag


def _changing(send: Send, changes: Mapping[str, Callable[[bytes], bytes]]) -> Send:
    """Sends on, with these headers changed, and says that the answer depends on what the browser takes."""
    by_name = {name.encode(): change for name, change in changes.items()}

    async def send_changed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(name, by_name.get(name.lower(), bytes)(value)) for name, value in message.get("headers", ())]
            message = {**message, "headers": [*headers, (b"vary", b"Accept-Encoding")]}
        await send(message)

    return send_changed


def main() -> int:
    """`python -m lib.static_files`: compresses now, as when an image is built."""
    source = streamlits_files()
    done = compress(source)
    before = sum(path.stat().st_size for path in source.rglob("*") if path.suffix in KINDS)
    after = sum(path.stat().st_size for path in done.rglob("*.gz"))
    print(f"{before / 1e6:.1f} MB are {after / 1e6:.1f} MB in {done}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
