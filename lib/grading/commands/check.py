"""check: whether exercises judge well."""

from __future__ import annotations

import argparse
from typing import Any

from lib.exercises import read_exercises
from lib.grading.author.check import Checked, check
from lib.grading.commands.ends import FAULT_FOUND, GRADED, WrongUse
from lib.grading.commands.which import exercise_called, exercises_in, folder_option
from lib.grading.terminal import table, track
from lib.sandbox.pool import shared_pool


def add(commands: Any) -> None:
    command = commands.add_parser("check", help="check that exercises judge well")
    command.add_argument("exercise", nargs="*", help="names or folders; all if none is named")
    folder_option(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    known = exercises_in(options.exercises)
    own = read_exercises(options.exercises) if options.exercises else known
    chosen = [exercise_called(name, known) for name in options.exercise] or list(own.values())
    if not chosen:
        raise WrongUse("There is no exercise to check.")
    found = [check(exercise, shared_pool()) for exercise in track(chosen, "checking")]
    print(table(("exercise", "tests", "hidden", "points", "mistakes caught", "rejects", ""), map(_row, found)))
    for one in found:
        for fault in one.faults:
            print(f"{one.slug}: {fault}")
    return FAULT_FOUND if any(one.faults for one in found) else GRADED


def _row(found: Checked) -> tuple[str, ...]:
    faults = f"{len(found.faults)} to mend" if found.faults else "ok"
    caught = f"{found.caught} / {found.mistakes}"
    return found.slug, str(found.tests), str(found.hidden), f"{found.points:g}", caught, str(found.rejects), faults
