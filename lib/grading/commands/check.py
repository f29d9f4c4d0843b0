"""check: whether exercises judge well."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lib.exercises import EXERCISES, FOLDER, exercise_folders
from lib.grading.author.check import Checked, check_folder
from lib.grading.commands.ends import FAULT_FOUND, GRADED, NOT_GRADED, WrongUse
from lib.grading.commands.which import at_home, folder_option
from lib.grading.expected import SandboxFailed
from lib.grading.terminal import harmless, table, track
from lib.sandbox.pool import shared_pool


def add(commands: Any) -> None:
    command = commands.add_parser("check", help="check that exercises judge well")
    command.add_argument("exercise", nargs="*", help="names or folders; all if none is named")
    folder_option(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Folders are read one by one: one that is broken is a fault of that one, and the others are checked."""
    chosen = list(_folders(options))
    if not chosen:
        raise WrongUse("There is no exercise to check.")
    try:
        found = [check_folder(folder, shared_pool()) for folder in track(chosen, "checking")]
    except SandboxFailed as error:
        print(harmless(f"The check was stopped: {error}"), file=sys.stderr)
        return NOT_GRADED
    print(table(("exercise", "tests", "hidden", "points", "mistakes caught", "rejects", ""), map(_row, found)))
    for one in found:
        for fault in one.faults:
            print(harmless(f"{one.slug}: {fault}"))
    return FAULT_FOUND if any(one.faults for one in found) else GRADED


def _folders(options: argparse.Namespace) -> Iterator[Path]:
    if options.exercises and not options.exercises.is_dir():
        raise WrongUse(f"{options.exercises} is no folder; expected one with a folder for each exercise.")
    own = {folder.name: folder for folder in exercise_folders(options.exercises or FOLDER)}
    known = {**{slug: exercise.folder for slug, exercise in EXERCISES.items()}, **own}
    for name in options.exercise or own:
        if name not in known and not at_home(name).is_dir():
            raise WrongUse(f"There is no exercise {name}; expected a folder, or one of {', '.join(known)}.")
        yield known[name] if name in known else at_home(name).resolve()


def _row(found: Checked) -> tuple[str, ...]:
    faults = f"{len(found.faults)} to mend" if found.faults else "ok"
    caught = f"{found.caught} / {found.mistakes}"
    return (
        harmless(found.slug),
        str(found.tests),
        str(found.hidden),
        f"{found.points:g}",
        caught,
        str(found.rejects),
        faults,
    )
