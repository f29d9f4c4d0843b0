"""new: the folder of a new exercise."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from lib.exercises import read_exercise
from lib.grading.author.new import NewError, write_new
from lib.grading.classroom.handout import write_handout
from lib.grading.classroom.homework import homework_of
from lib.grading.commands.ends import GRADED, WrongUse
from lib.grading.commands.which import at_home
from lib.sandbox.pool import shared_pool


def add(commands: Any) -> None:
    command = commands.add_parser("new", help="make the folder of a new exercise that already passes check")
    command.add_argument("name", help="the folder's and the function's name, such as my_loss")
    command.add_argument("--lesson", default="", help="a lesson whose PyTorch class gives the right answers")
    command.add_argument("--in", dest="folder", type=at_home, default=Path("exercises"), help="where to put the folder")
    command.add_argument("--handout", action="store_true", help="also write the notebook and the program to hand out")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    try:
        folder = write_new(options.name, options.lesson, options.folder)
    except NewError as error:
        raise WrongUse(str(error)) from error
    print(f"Wrote {folder}. Edit it, then run: python -m lib.grading check {folder}")
    if options.handout:
        exercise = read_exercise(folder)
        out = folder.parent / f"{folder.name}_handout"
        paths = write_handout([exercise], homework_of([exercise]), out, shared_pool())
        print(
            f"Wrote {' and '.join(map(str, paths))}. After a change: python -m lib.grading handout {folder} --out {out}"
        )
    return GRADED
