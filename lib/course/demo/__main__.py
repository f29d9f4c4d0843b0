"""make demo-class: a made-up class on this machine, with its own database. Everybody can be signed in as."""

from __future__ import annotations

import argparse
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from lib.course.demo.made_up import ASSISTANT, STUDENT, TEACHER, make_up, students
from lib.course.demo.provider import HOST
from lib.course.settings import settings_from
from lib.refusal import Refusal
from lib.store import open_store

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "data" / "demo-class"
BUTTONS = {  # section of [auth]: what the button says, whom it signs in
    "teacher": ("Sign in as Ada, who teaches", TEACHER),
    "assistant": ("Sign in as Tom, who assists", ASSISTANT),
    "student": ("Sign in as Li Wei, a student", STUDENT),
    "anyone": ("Sign in as anyone", ""),
}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True, mode=0o700)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started ends too
    port = _free_port()
    asked = [sys.executable, "-m", "lib.course.demo.provider", str(port), *names(options.students)]
    provider = subprocess.Popen(asked, cwd=ROOT)
    try:
        return _serve(options, f"http://{HOST}:{port}")
    except Refusal as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        provider.terminate()
        provider.wait()


def _serve(options: argparse.Namespace, issuer: str) -> int:
    _wait_for(f"{issuer}/.well-known/openid-configuration")
    secrets_file = write_secrets(options.folder, options.port, issuer)
    _fill(secrets_file, issuer, options.students)
    print(f"Open http://localhost:{options.port}/courses and sign in as whom you like (Ctrl+C stops it).", flush=True)
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    command += ["--server.address", HOST, "--server.port", str(options.port), "--secrets.files", str(secrets_file)]
    return subprocess.run(command, cwd=ROOT).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lib.course.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--students", type=int, default=30, metavar="N")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="emptied first")
    return parser


def names(count: int) -> list[str]:
    """Whom the provider offers to sign in as."""
    return [TEACHER, ASSISTANT, *students(count), "late.comer"]


def write_secrets(folder: Path, port: int, issuer: str) -> Path:
    """Settings of a class as an operator would write them, with a key of its own."""
    lines = [
        'hosting = "class"',
        f'database = "sqlite:///{(folder / "class.sqlite").as_posix()}"',
        f'issuers = ["{issuer}"]',
        f'instructors = [{{ issuer = "{issuer}", subject = "{TEACHER}" }}]',
        "[auth]",
        f'redirect_uri = "http://localhost:{port}/oauth2callback"',
        f'cookie_secret = "{secrets.token_urlsafe(48)}"',
    ]
    for name, (label, subject) in BUTTONS.items():
        lines += [
            f"[auth.{name}]",
            f'label = "{label}"',
            'client_id = "demo"',
            'client_secret = "demo"',
            f'server_metadata_url = "{issuer}/.well-known/openid-configuration"',
            *([f'client_kwargs = {{ login_hint = "{subject}" }}'] if subject else []),
        ]
    file = folder / "secrets.toml"
    file.touch(mode=0o600)
    file.write_text("\n".join([*lines, ""]))
    return file


def _fill(secrets_file: Path, issuer: str, count: int) -> None:
    settings = settings_from(secrets_file)
    store = open_store(settings.database)
    print(f"Making up a class of {count} …", flush=True)
    print(f"{make_up(store, settings, issuer, count)} submissions are graded.", flush=True)
    store.close()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


def _wait_for(address: str, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=1).close()
            return
        except OSError as error:
            if time.monotonic() > until:
                raise Refusal("The identity provider does not answer: {why}.", why=error) from error
            time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
