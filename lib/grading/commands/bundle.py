"""bundle: the zip of a Gradescope autograder."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from lib.grading.classroom import gradescope
from lib.grading.classroom.published import published
from lib.grading.commands.counts import homework_called, points_of, points_options
from lib.grading.commands.ends import GRADED
from lib.grading.commands.which import at_home, exercises_called, folder_option


def add(commands: Any) -> None:
    command = commands.add_parser("bundle", help="make the zip of a Gradescope autograder for a whole homework")
    command.add_argument("exercise", nargs="+", help="names or folders")
    command.add_argument("--out", type=at_home, help="the zip to write (the homework's id or the exercise, .zip)")
    command.add_argument("--id", default="", help="the homework's id, as it was handed out")
    points_options(command)
    folder_option(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    exercises = exercises_called(options.exercise, options.exercises)
    points, homework = points_of(options, exercises), homework_called(options.id, exercises)
    alone = len(exercises) == 1 and not homework.named
    path = options.out or Path(f"{exercises[0].slug if alone else homework.id}.zip")
    gradescope.write_bundle(exercises, path, _handed_on(options))
    print(f"Wrote {path}. Upload it to Gradescope under Configure autograder.")
    print(f"All of it together is worth {points.most(exercises)} points there. {points.says}".strip())
    if says := published(exercises):
        print(says)
    return GRADED


def _handed_on(options: argparse.Namespace) -> list[str]:
    """The options that the autograder runs with."""
    scale = [] if options.scale is None else ["--scale", f"{options.scale:g}"]
    weights = ["--weights", options.weights] if options.weights else []
    return [*scale, *weights, *(["--id", options.id] if options.id else [])]
