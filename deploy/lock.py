"""make locks: writes each *.lock file beside its requirements anew, and where PyTorch's wheels for the CPU are.

A lock holds every package that gets installed, for every platform and Python, each with its hashes. PyTorch has a lock
of its own and is installed first, without what it asks for: that is in requirements.lock, and what only its CUDA build
asks for (several GB) is in none.

    python -m deploy.lock          write them anew; versions that still fit stay
    python -m deploy.lock --check  say what is not current; ends with 1 if something is, with 3 if no index answers
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote, urljoin

ROOT = Path(__file__).resolve().parents[1]
CLOUD = Path("deploy/cloud/requirements.txt")
TORCH_LOCK = Path("torch.lock")
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
PYTHON = "3.11"  # the oldest one
LOCKS = {  # what is locked → the locks that it has to agree with
    "requirements": (),
    "requirements-class": ("requirements",),
    "requirements-dev": ("requirements", "requirements-class"),
}
ONLY_FOR_CUDA = (
    "cuda-bindings",
    "cuda-toolkit",
    "nvidia-cudnn-cu13",
    "nvidia-cusparselt-cu13",
    "nvidia-nccl-cu13",
    "nvidia-nvshmem-cu13",
    "triton",
)
WHEEL = re.compile(r'href="([^"#]*torch-([^"#/]+?)%2Bcpu-cp(\d)(\d+)-cp\3\4-manylinux_[0-9_]+_(x86_64|aarch64)\.whl)'
                   r'#sha256=([0-9a-f]{64})"')  # fmt: skip
LINE = "torch @ {url}#sha256={digest} ; {marker}\n"
MARKER = 'sys_platform == "linux" and platform_machine == "{machine}" and python_version == "{python}"'
DONE, NOT_CURRENT, NO_INDEX = 0, 1, 3


class NoIndex(Exception):
    """No package index answered; the message says what was asked."""


def main(arguments: list[str] | None = None) -> int:
    """Writes the locks, or compares them with what would be written."""
    check = "--check" in (sys.argv[1:] if arguments is None else arguments)
    try:
        if not check:
            write_wheels(ROOT)
        with tempfile.TemporaryDirectory() as folder:
            made = copied(Path(folder))
            changed = [name for name, text in written(made).items() if text != text_of(ROOT / name)]
            for name in () if check else changed:
                shutil.copy(made / name, ROOT / name)
    except NoIndex as fault:
        print(fault, file=sys.stderr)
        return NO_INDEX
    print(f"Not current: {', '.join(changed)} (make locks)." if check and changed else "The locks are current.")
    return NOT_CURRENT if check and changed else DONE


def copied(folder: Path) -> Path:
    """The requirements and their locks in a folder of their own, so that a check changes nothing."""
    for path in (*ROOT.glob("requirements*"), ROOT / CLOUD, ROOT / TORCH_LOCK):
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            shutil.copy(path, target)
    return folder


def text_of(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def written(folder: Path) -> dict[str, str]:
    """Name → text of every lock, as they have to be now."""
    excluded = folder / "only-for-cuda.txt"
    excluded.write_text("\n".join(ONLY_FOR_CUDA))
    for name, others in LOCKS.items():
        constraints = [word for other in others for word in ("--constraints", f"{other}.lock")]
        compile_in(folder, f"{name}.txt", *constraints, "--excludes", excluded.name, "--no-emit-package", "torch",
                   "--generate-hashes", "--custom-compile-command", "make locks", "--output-file", f"{name}.lock",
                   )  # fmt: skip
    (folder / TORCH_LOCK).write_text(torch_lock(folder))
    return {name: (folder / name).read_text() for name in (*(f"{lock}.lock" for lock in LOCKS), str(TORCH_LOCK))}


def compile_in(folder: Path, *options: str) -> None:
    """`uv pip compile` for every platform. Raises NoIndex where the package index does not answer."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--universal", "--python-version", PYTHON, "--quiet"]
    ended = subprocess.run([*command, *options], cwd=folder, capture_output=True, text=True)
    if ended.returncode:
        says = ended.stderr.strip()
        no_answer = re.search(r"error sending request|dns error|timed out|connect", says, re.IGNORECASE)
        raise (NoIndex if no_answer else RuntimeError)(f"{options[0]}: {says}")


def torch_lock(folder: Path) -> str:
    """PyTorch for the CPU: on Linux from PyTorch's index, elsewhere the usual index has no other build."""
    pin = next(line for line in text_of(folder / "requirements.txt").splitlines() if line.startswith("torch=="))
    (folder / "torch.txt").write_text(pin)
    compile_in(folder, "torch.txt", "--no-deps", "--format", "pylock.toml", "--output-file", "pylock.toml")
    (package,) = tomllib.loads(text_of(folder / "pylock.toml"))["packages"]
    elsewhere = [wheel["hashes"]["sha256"] for wheel in package["wheels"] if "linux" not in wheel["url"]]
    on_linux = re.findall(r"#sha256=([0-9a-f]{64})", text_of(folder / CLOUD))
    head = (
        "# Made by: make locks. PyTorch's builds for the CPU: pip install --no-deps --require-hashes -r torch.lock\n"
        f"# On Linux with --index-url {TORCH_INDEX}\n"
    )
    return (
        head
        + _entry(f'{pin}+cpu ; sys_platform == "linux"', on_linux)
        + _entry(f'{pin} ; sys_platform != "linux"', elsewhere)
    )


def _entry(requirement: str, digests: Iterable[str]) -> str:
    return " \\\n".join([requirement, *(f"    --hash=sha256:{digest}" for digest in sorted(set(digests)))]) + "\n"


def write_wheels(root: Path) -> None:
    """The lines of torch in Community Cloud's requirements, from PyTorch's index; as they are where it is silent and
    they are of the right version. Raises NoIndex."""
    text = text_of(root / CLOUD)
    version = re.findall(r"^torch==(\S+)", text_of(root / "requirements.txt"), re.MULTILINE)[0]
    try:
        with urllib.request.urlopen(f"{TORCH_INDEX}/torch/", timeout=10) as answer:
            wheels = wheels_in(answer.read().decode(), version)
    except OSError as fault:
        if f"/torch-{version}%2Bcpu" in text:
            return print(f"PyTorch's index gave no answer; its wheels of {version} stay as they are.")
        raise NoIndex(f"{TORCH_INDEX} gave no answer, and {CLOUD} has no wheels of torch {version}: {fault}") from fault
    kept = [line for line in text.splitlines(keepends=True) if not line.startswith("torch @ ")]
    (root / CLOUD).write_text("".join([*kept, *(LINE.format(**wheel) for wheel in wheels)]))


def wheels_in(page: str, version: str) -> list[Mapping[str, str]]:
    """Address, hash and marker of each Linux wheel of this version on the page of an index."""
    found = []
    for url, of_version, major, minor, machine, digest in WHEEL.findall(page):
        if of_version == version and int(minor) >= int(PYTHON.partition(".")[2]):
            marker = MARKER.format(machine=machine, python=f"{major}.{minor}")
            name = unquote(url).rpartition("/")[2].replace("+", "%2B")
            found.append({"url": urljoin(f"{TORCH_INDEX}/", name), "digest": digest, "marker": marker})
    return sorted(found, key=lambda wheel: ("aarch64" in wheel["marker"], wheel["marker"]))


if __name__ == "__main__":
    sys.exit(main())
