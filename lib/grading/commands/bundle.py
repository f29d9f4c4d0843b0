"""bundle: the zip of a Gradescope autograder."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from lib.grading.classroom import gradescope
from lib.grading.commands.ends import GRADED
from lib.grading.commands.which import at_home, exercise_called, exercises_in, folder_option


def add(commands: Any) -> None:
    command = commands.add_parser("bundle", help="make the zip of a Gradescope autograder")
    command.add_argument("exercise")
    command.add_argument("--out", type=at_home, help="the zip to write (EXERCISE.zip)")
    folder_option(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    exercise = exercise_called(options.exercise, exercises_in(options.exercises))
    path = options.out or Path(f"{exercise.slug}.zip")
    gradescope.write_bundle(exercise, path)
    print(f"Wrote {path}. Upload it to Gradescope under Configure autograder.")
    return GRADED
