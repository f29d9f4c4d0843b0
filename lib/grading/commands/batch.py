"""batch: a class."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lib.grading.classroom.batch import Plan, run_batch
from lib.grading.classroom.kept import ROOT
from lib.grading.classroom.worksheet import PARTS
from lib.grading.commands.counts import homework_called, points_of, points_options
from lib.grading.commands.ends import GRADED, NOT_GRADED, WrongUse
from lib.grading.commands.which import at_home, exercise_called, exercises_in, folder_option


def add(commands: Any) -> None:
    command = commands.add_parser("batch", help="grade a class")
    command.add_argument("exercise", nargs="+", help="one or more exercises, and last the folder or zip of files")
    command.add_argument("--out", type=at_home, help="where marks and feedback go (beside what was handed in: …-marks)")
    command.add_argument("--names", action="append", default=[], metavar="THEIRS=OURS", help="a function's other name")
    command.add_argument("--guess-names", action="store_true", help="take the likeliest name where ours is missing")
    command.add_argument("--preflight", action="store_true", help="only say what would go wrong; grade nothing")
    command.add_argument("--again", action="store_true", help="grade files anew that were graded before")
    command.add_argument("--choose", type=at_home, metavar="CHOICES", help="choices.csv, filled in: which file counts")
    command.add_argument("--worksheet", type=at_home, help="Moodle's grading worksheet, to be filled in; any language")
    command.add_argument(
        "--columns",
        action="append",
        default=[],
        metavar="PART=HEAD",
        help="a column of the worksheet",
    )
    points_options(command)
    command.add_argument("--id", default="", help="the homework's id, as it was handed out")
    command.add_argument("--addresses", type=at_home, metavar="CSV", help="names or numbers and mail addresses")
    folder_option(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    *names, last = options.exercise
    if not names:
        raise WrongUse("batch needs at least one exercise and, last, the folder or zip of submissions.")
    known = exercises_in(options.exercises)
    exercises = tuple(dict.fromkeys(exercise_called(name, known) for name in names))
    submissions = at_home(last)
    for path in (submissions, options.choose, options.worksheet, options.addresses):
        if path is not None and not path.exists():
            raise WrongUse(f"{path} does not exist; expected {_expected(path is submissions)}.")
    plan = Plan(
        exercises=exercises,
        submissions=submissions,
        out=options.out or out_beside(submissions),
        names=_renamed(options.names, [exercise.function for exercise in exercises]),
        guess=options.guess_names,
        again=options.again,
        choose=options.choose,
        worksheet=options.worksheet,
        columns=_columns(options.columns),
        points=points_of(options, exercises),
        homework=homework_called(options.id, exercises) if options.id else None,
        addresses=options.addresses,
    )
    return GRADED if run_batch(plan, only_preflight=options.preflight) else NOT_GRADED


def _expected(submissions: bool) -> str:
    return "a folder or a zip of .py and .ipynb files" if submissions else "a file"


def out_beside(submissions: Path) -> Path:
    """Where the marks go if nothing is said: beside what was handed in, and never inside the repository, where they
    could be published by accident."""
    whole = submissions.resolve()
    name = f"{whole.name.partition('.')[0] or 'class'}-marks"
    inside = whole.is_relative_to(ROOT)
    return (Path.home() if inside else whole.parent) / name


def _columns(pairs: Sequence[str]) -> dict[str, str]:
    """Parts of the worksheet → heads or numbers."""
    told = {part.strip(): head.strip() for part, _, head in (pair.partition("=") for pair in pairs)}
    if strange := [part for part, head in told.items() if part not in PARTS or not head]:
        raise WrongUse(f"--columns: {strange[0]} is no part; expected one of {', '.join(PARTS)}, as in grade=6.")
    return told


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
