"""What gets installed: the locks, both ways to Community Cloud, and the list of licences."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from packaging.requirements import Requirement

from deploy import licences, lock

ROOT = Path(__file__).parents[2]
REQUIREMENTS = list(lock.LOCKS)
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
CLOUD = (ROOT / lock.CLOUD).read_text()
WHEELS = [Requirement(line) for line in CLOUD.splitlines() if line.startswith("torch @ ")]


def pins(text: str) -> dict[str, str]:
    """Name → version of each direct pin."""
    return {re.sub(r"\[.*|[-_.]+", lambda m: "" if m[0][0] == "[" else "-", name).lower(): version
            for name, version in re.findall(r"^([\w.\[\]-]+)==([^ ;\\\n]+)", text, re.MULTILINE)}  # fmt: skip


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_a_lock_holds_every_pin(name):
    asked = pins((ROOT / f"{name}.txt").read_text())
    locked = pins((ROOT / f"{name}.lock").read_text()) | pins((ROOT / lock.TORCH_LOCK).read_text())
    assert {package: locked.get(package) for package in asked} == asked, "make locks writes the locks anew"


@pytest.mark.parametrize("name", [*(f"{one}.lock" for one in REQUIREMENTS), str(lock.TORCH_LOCK)])
def test_everything_in_a_lock_has_a_hash_and_nothing_is_for_cuda(name):
    text = (ROOT / name).read_text()
    for entry in re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in entry, entry
    assert not [package for package in pins(text) if re.match(r"nvidia|cuda|triton", package)]
    assert re.findall(r"https?://([^/\s]+)", text) in ([], ["download.pytorch.org"])


def test_torchs_lock_has_the_wheels_of_community_cloud():
    digests = re.findall(r"#sha256=([0-9a-f]{64})", CLOUD)
    assert set(digests) <= set(re.findall(r"--hash=sha256:([0-9a-f]{64})", (ROOT / lock.TORCH_LOCK).read_text()))


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("python", PYTHONS)
def test_community_cloud_gets_one_wheel_of_torch(python, machine):
    there = {"sys_platform": "linux", "platform_machine": machine, "python_version": python}
    (wheel,) = [one for one in WHEELS if one.marker and one.marker.evaluate(there)]
    version, tag = pins((ROOT / "requirements.txt").read_text())["torch"], f"cp{python.replace('.', '')}"
    assert wheel.url is not None
    assert f"/torch-{version}%2Bcpu-{tag}-{tag}-manylinux_2_28_{machine}.whl#sha256=" in wheel.url
    assert wheel.url.startswith(lock.TORCH_INDEX + "/")


def test_elsewhere_torch_comes_from_the_usual_index():
    for there in ({"sys_platform": "darwin", "platform_machine": "arm64"}, {"sys_platform": "win32"}):
        assert not [one for one in WHEELS if one.marker and one.marker.evaluate({**there, "python_version": "3.12"})]


def resolved(requirements: Path) -> str:
    """What every Python from the oldest on gets from these; skips where no index answers: that says nothing of them."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", lock.PYTHON]
    options = ["--only-binary", ":all:", "--no-header", "--no-annotate"]
    answer = subprocess.run([*command, *options, str(requirements)], capture_output=True, text=True, cwd=ROOT)
    if re.search(r"error sending request|dns error|timed out", answer.stderr, re.IGNORECASE):
        pytest.skip(f"no package index answers here: {answer.stderr[-200:]}")
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_requirements_resolve():
    text = (ROOT / "requirements.txt").read_text()
    assert pins(resolved(ROOT / "requirements.txt")).items() >= pins(text).items()


def test_community_clouds_requirements_resolve_with_torch_for_the_cpu(tmp_path):
    """With empty wheels of the same names in place of PyTorch's: whether those are there, the next test asks."""
    text = CLOUD.replace("../../requirements.txt", str(ROOT / "requirements.txt"))
    for wheel in WHEELS:
        assert wheel.url is not None
        name = unquote(wheel.url.partition("#")[0].rpartition("/")[2])
        text = text.replace(wheel.url, empty_wheel(tmp_path, name).as_uri())
    (tmp_path / "requirements.txt").write_text(text)
    found = resolved(tmp_path / "requirements.txt")
    assert len(re.findall(r"^torch @ .*\+cpu-cp|^torch @ .*%2Bcpu-cp", found, re.MULTILINE)) == len(WHEELS), found


def empty_wheel(folder: Path, name: str) -> Path:
    with zipfile.ZipFile(folder / name, "w") as made:
        about = "torch-2.13.0+cpu.dist-info"
        made.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: torch\nVersion: 2.13.0+cpu\n")
        made.writestr(f"{about}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {name[18:-4]}\n")
        made.writestr(f"{about}/RECORD", "")
    return folder / name


def test_pytorchs_index_has_the_wheels():
    for wheel in WHEELS:
        asked = urllib.request.Request(str(wheel.url).partition("#")[0], method="HEAD")
        try:
            urllib.request.urlopen(asked, timeout=5).close()
        except urllib.error.HTTPError as answer:
            pytest.fail(f"{asked.full_url}: {answer}")
        except OSError as fault:
            pytest.skip(f"{lock.TORCH_INDEX} gives no answer here ({fault}), so its wheels were not looked for")


def test_the_locks_are_current():
    ended = subprocess.run([sys.executable, "-m", "deploy.lock", "--check"], cwd=ROOT, capture_output=True, text=True)
    if ended.returncode == lock.NO_INDEX:
        pytest.skip(f"no package index answers here: {ended.stderr[-200:]}")
    assert ended.returncode == lock.DONE, ended.stdout + ended.stderr


def test_a_lock_that_is_not_current_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "written", lambda folder: {"requirements.lock": "another", "torch.lock": ""})
    monkeypatch.setattr(lock, "text_of", lambda path: "" if path.name == "torch.lock" else "this")
    assert lock.main(["--check"]) == lock.NOT_CURRENT


PAGE = """<a href="https://elsewhere.example/whl/cpu/torch-2.13.0%2Bcpu-cp312-cp312-manylinux_2_28_x86_64.whl#sha256={a}">x</a>
<a href="/whl/cpu/torch-2.13.0%2Bcpu-cp311-cp311-manylinux_2_28_aarch64.whl#sha256={b}">x</a>
<a href="/whl/cpu/torch-2.13.0%2Bcpu-cp310-cp310-manylinux_2_28_x86_64.whl#sha256={b}">too old a Python</a>
<a href="/whl/cpu/torch-2.13.0%2Bcpu-cp314-cp314t-manylinux_2_28_x86_64.whl#sha256={b}">another build of Python</a>
<a href="/whl/cpu/torch-2.12.0%2Bcpu-cp312-cp312-manylinux_2_28_x86_64.whl#sha256={b}">another version</a>
<a href="/whl/cpu/torch-2.13.0%2Bcpu-cp312-cp312-win_amd64.whl#sha256={b}">no Linux</a>""".format(
    a="a" * 64, b="b" * 64
)


def test_wheels_are_found_on_the_page_of_the_index():
    x86, arm = lock.wheels_in(PAGE, "2.13.0")
    assert x86["url"] == f"{lock.TORCH_INDEX}/torch-2.13.0%2Bcpu-cp312-cp312-manylinux_2_28_x86_64.whl"
    assert (x86["digest"], arm["digest"]) == ("a" * 64, "b" * 64)
    line = Requirement(lock.LINE.format(**arm).strip())
    assert line.marker and line.marker.evaluate(
        {"sys_platform": "linux", "platform_machine": "aarch64", "python_version": "3.11"}
    )


def test_every_package_that_is_installed_has_its_licence_in_the_list():
    assert licences.main(["--check"]) == 0, "make locks writes docs/licences.md anew"
    text = licences.LIST.read_text()
    assert "not said" not in text
    assert {"streamlit", "torch", "numpy", "sqlalchemy"} <= set(re.findall(r"^\| (\S+) \|", text, re.MULTILINE))
