"""new: the folder of a new exercise."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from lib.grading.author.new import NewError, write_new
from lib.grading.commands.ends import GRADED, WrongUse
from lib.grading.commands.which import at_home


def add(commands: Any) -> None:
    command = commands.add_parser("new", help="make the folder of a new exercise that already passes check")
    command.add_argument("name", help="the folder's and the function's name, such as my_loss")
    command.add_argument("--lesson", default="", help="a lesson whose PyTorch class gives the right answers")
    command.add_argument("--in", dest="folder", type=at_home, default=Path("exercises"), help="where to put the folder")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    try:
        folder = write_new(options.name, options.lesson, options.folder)
    except NewError as error:
        raise WrongUse(str(error)) from error
    print(f"Wrote {folder}. Edit it, then run: python -m lib.grading check {folder}")
    return GRADED
