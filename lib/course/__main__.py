"""python -m lib.course init|add-instructor|invite|worker|tidy|backup|restore|move|erase

Ends with 0 when it is done, 1 when the database or a setting says no, 2 when it was called wrongly.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from lib.course import engine
from lib.course.backup import backup, restore
from lib.course.engine.isolated import need_full_isolation
from lib.course.keeping import erase_by_operator, tidy
from lib.course.log import log_as_json
from lib.course.move import move, need_quiet
from lib.course.settings import SECRETS, Settings, settings_from
from lib.course.sign_in import LINK, invite_instructor
from lib.grading.terminal import harmless
from lib.refusal import Refusal
from lib.store import Store, open_store
from lib.store.people import Teacher

DONE, REFUSED = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code."""
    options = parser().parse_args(arguments)
    try:
        settings = settings_from(options.secrets)
        if options.database:
            settings = dataclasses.replace(settings, database=options.database)
        store = open_store(settings.database)
        try:
            return options.run(store, settings, options)
        finally:
            store.close()
    except Refusal as error:
        print(harmless(str(error)), file=sys.stderr)
        return REFUSED
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""  # a full disk names no file
        print(harmless(f"{where}{error.strerror}."), file=sys.stderr)
        return REFUSED


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m lib.course", description=__doc__.partition("\n")[2])
    top.add_argument("--secrets", type=Path, default=SECRETS, metavar="FILE", help="settings; else secrets.toml")
    top.add_argument("--database", metavar="ADDRESS", help="another one than the settings name")
    commands = top.add_subparsers(required=True, metavar="command")
    _command(commands, "init", _init, "make the database, or bring it up to date")
    teacher = _command(commands, "add-instructor", _add_instructor, "let somebody make courses")
    teacher.add_argument("--issuer", required=True, help="the identity provider's address, as it says it itself")
    known = teacher.add_mutually_exclusive_group(required=True)
    known.add_argument("--subject", default="", help="who it is, as the provider says it")
    known.add_argument("--email", default="", help="an e-mail that the provider marks verified")
    invited = _command(commands, "invite", _invite, "make a link that signs an instructor in, once, within a day")
    invited.add_argument("name", help="as students see it")
    invited.add_argument("--at", default="http://localhost:8501", metavar="ADDRESS", help="where the app is served")
    worker = _command(commands, "worker", _worker, "grade what waits, until it is stopped")
    worker.add_argument("--workers", type=_count, default=1, metavar="N", help="so many submissions at a time")
    worker.add_argument("--until-idle", action="store_true", help="end when nothing waits")
    _command(commands, "tidy", _tidy, "take away what is kept no longer")
    _command(commands, "backup", _backup, "write everything into a file").add_argument("file", type=Path)
    back = _command(commands, "restore", _restore, "fill the database from a backup")
    back.add_argument("file", type=Path)
    back.add_argument("--replace", action="store_true", help="also if the database holds something")
    moves = _command(commands, "move", _move, "copy everything into another, empty database")
    moves.add_argument("to", metavar="ADDRESS", help="such as postgresql+psycopg://user:password@host/name")
    _command(commands, "erase", _erase, "erase a person").add_argument("person", type=int)
    return top


Run = Callable[[Store, Settings, argparse.Namespace], int]


def _command(commands: argparse._SubParsersAction, name: str, run: Run, says: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=says, description=f"{says[0].upper()}{says[1:]}.")
    command.set_defaults(run=run)
    return command


def _count(word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word) <= 64:
        raise argparse.ArgumentTypeError(f"{word!r} came; expected 1 to 64")
    return int(word)


def _init(store: Store, settings: Settings, options: argparse.Namespace) -> int:
    print(f"{store.url.render_as_string(hide_password=True)} is ready.")
    return DONE


def _add_instructor(store: Store, settings: Settings, options: argparse.Namespace) -> int:
    with store.writing() as session:
        session.add(Teacher(issuer=options.issuer, subject=options.subject, email=options.email.casefold()))
    print(f"{options.subject or options.email} may make courses from the next sign-in on.")
    return DONE


def _invite(store: Store, settings: Settings, options: argparse.Namespace) -> int:
    token = invite_instructor(store, options.name)
    print(f"For {options.name}, once, within a day: {options.at.rstrip('/')}{LINK}#{token}")
    return DONE


def _worker(store: Store, settings: Settings, options: argparse.Namespace) -> int:
    if settings.logs == "json":
        log_as_json()
    else:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    need_full_isolation()
    if options.until_idle:
        print(f"{engine.work_until_idle(store)} graded.")
        return DONE
    ends = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ends.set())
    running = engine.start(store, options.workers)
    print(f"Grading, {options.workers} at a time (Ctrl+C stops it when what is being graded is done).", flush=True)
    ends.wait()
    running.stop()
    return DONE


def _tidy(store: Store, settings: Settings, options: argparse.Namespace) -> int:
    print(tidy(store))
    return DONE


def _backup(store: Store, settings: Settings, options: argparse.Namespace) -> int:
    print(f"{backup(store, options.file)} rows are in {options.file}. It holds personal data: keep it as a secret.")
    return DONE


def _move(store: Store, settings: Settings, options: argparse.Namespace) -> int:
    done = move(store, options.to)
    print(
        f"{done.rows} rows are in {done.where}, the same as here. Set `database` in secrets.toml, then start the app."
    )
    print("The old database stays as it was, with personal data: delete it when all is well.")
    return DONE


def _restore(store: Store, settings: Settings, options: argparse.Namespace) -> int:
    need_quiet(store)
    done = restore(store, options.file, replace=options.replace)
    print(f"{done.rows} rows are back; {done.erased_again} persons were erased again.")
    return DONE


def _erase(store: Store, settings: Settings, options: argparse.Namespace) -> int:
    print(f"What is left of them goes by {erase_by_operator(store, options.person)}.")
    return DONE


if __name__ == "__main__":
    sys.exit(main())
