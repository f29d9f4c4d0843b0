"""batch: a class."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lib.grading.classroom.batch import Plan, run_batch
from lib.grading.commands.ends import GRADED, NOT_GRADED, WrongUse
from lib.grading.commands.which import exercise_called, exercises_in, folder_option


def add(commands: Any) -> None:
    command = commands.add_parser("batch", help="grade a class")
    command.add_argument("exercise", nargs="+", help="one or more exercises, and last the folder or zip of files")
    command.add_argument("--out", type=Path, default=Path("marks"), help="where marks and feedback go (marks)")
    command.add_argument("--names", action="append", default=[], metavar="THEIRS=OURS", help="a function's other name")
    command.add_argument("--guess-names", action="store_true", help="take the likeliest name where ours is missing")
    command.add_argument("--preflight", action="store_true", help="only say what would go wrong; grade nothing")
    command.add_argument("--again", action="store_true", help="grade files anew that were graded before")
    folder_option(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    *names, submissions = options.exercise
    if not names:
        raise WrongUse("batch needs at least one exercise and, last, the folder or zip of submissions.")
    known = exercises_in(options.exercises)
    exercises = tuple(dict.fromkeys(exercise_called(name, known) for name in names))
    if not Path(submissions).exists():
        raise WrongUse(f"{submissions} does not exist; expected a folder or a zip of .py and .ipynb files.")
    plan = Plan(
        exercises=exercises,
        submissions=Path(submissions),
        out=options.out,
        names=_renamed(options.names, [exercise.function for exercise in exercises]),
        guess=options.guess_names,
        again=options.again,
    )
    return GRADED if run_batch(plan, only_preflight=options.preflight) else NOT_GRADED


def _renamed(pairs: Sequence[str], functions: Sequence[str]) -> dict[str, str]:
    """Learners' names of functions → ours."""
    renamed = {theirs.strip(): ours.strip() for theirs, _, ours in (pair.partition("=") for pair in pairs)}
    if not all(theirs.isidentifier() for theirs in renamed):
        raise WrongUse("--names takes THEIRS=OURS, such as --names adam_update=adam_step.")
    if strange := [ours for ours in renamed.values() if ours not in functions]:
        raise WrongUse(
            f"--names: no exercise here asks for {strange[0] or 'nothing'}; expected {', '.join(functions)}."
        )
    return renamed
