"""handout: the notebook and the program that students get."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

from lib.grading.classroom.handout import HandoutError, write_handout
from lib.grading.commands.counts import homework_called
from lib.grading.commands.ends import GRADED, WrongUse
from lib.grading.commands.which import at_home, exercises_called, folder_option
from lib.grading.expected import CannotGrade
from lib.sandbox.pool import shared_pool


def add(commands: Any) -> None:
    command = commands.add_parser("handout", help="make the notebook and the program to hand out as a homework")
    command.add_argument("exercise", nargs="+", help="names or folders")
    command.add_argument("--out", type=at_home, default=Path("handout"), help="the folder to write (handout)")
    command.add_argument("--id", default="", help="the homework's id, such as hw3; else it follows from the exercises")
    folder_option(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    exercises = exercises_called(options.exercise, options.exercises)
    homework = homework_called(options.id, exercises)
    try:
        paths = write_handout(exercises, homework, options.out, shared_pool())
    except (HandoutError, CannotGrade) as error:
        raise WrongUse(f"handout: {error}") from error
    print(f"Wrote {' and '.join(map(str, paths))}. Students hand in either of them.")
    own = f" --exercises {shlex.quote(str(options.exercises))}" if options.exercises else ""
    asked = " ".join(map(shlex.quote, options.exercise))
    print(f"Grade with: python -m lib.grading batch {asked} handed_in.zip{own} --id {homework.id}")
    return GRADED
