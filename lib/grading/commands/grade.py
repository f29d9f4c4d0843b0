"""grade: one file."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from lib.grading.classroom import gradescope
from lib.grading.classroom.handed_in import handed_in
from lib.grading.classroom.preflight import sources_of
from lib.grading.classroom.submission import Unreadable, read_source
from lib.grading.commands.ends import GRADED, NOT_GRADED, WrongUse
from lib.grading.commands.which import at_home, exercise_called, exercises_in, folder_option
from lib.grading.grade import grade
from lib.grading.report import as_json, in_words
from lib.grading.terminal import harmless


def add(commands: Any) -> None:
    command = commands.add_parser("grade", help="grade one file")
    command.add_argument("exercise", help="an exercise's name, or its folder")
    command.add_argument("file", type=at_home, help=".py or .ipynb, or a folder that holds one of them")
    command.add_argument("--json", action="store_true", help="the same as --format json")
    command.add_argument("--format", choices=("text", "json", "gradescope"), default="text")
    command.add_argument("--out", type=at_home, help="write to this file instead")
    command.add_argument("--function", default="", help="the function's name in the file, if it is another")
    command.add_argument("--seed", type=int, default=0, help="redraws the random tests")
    folder_option(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    exercise = exercise_called(options.exercise, exercises_in(options.exercises))
    form = "json" if options.json else options.format
    try:
        source = _source(options.file, options.function or exercise.function)
    except Unreadable as error:
        print(harmless(f"{options.file}: {error}."), file=sys.stderr)
        if form == "gradescope":
            _write(_dumped(gradescope.unreadable(str(error))), options.out)
        return NOT_GRADED
    given = grade(exercise, source, function=options.function, seed=options.seed)
    if form == "gradescope" and not given.counted:  # without results.json there is no score, and never a zero
        print(harmless(given.problem or "Our fault; not counted."), file=sys.stderr)
        return NOT_GRADED
    told = {"text": in_words, "json": lambda given: _dumped(as_json(given))}
    _write(told.get(form, lambda given: _dumped(gradescope.results(given)))(given), options.out)
    return GRADED if given.counted else NOT_GRADED


def _source(path: Path, function: str) -> str:
    """The source of a file; in a folder, of the only file, or of the only one that defines the function."""
    if path.is_file():
        return read_source(path.name, path.read_bytes())
    if not path.is_dir():
        raise WrongUse(f"{path} does not exist; expected a .py or .ipynb file, or a folder.")
    files, refused = handed_in(path)
    if len(files) == 1:
        return read_source(files[0].name, files[0].data)
    if not files:
        raise Unreadable(refused[0].why if refused else "no .py or .ipynb was handed in")
    fitting = [source for source in sources_of(files)[0] if function in source.contents.functions]
    if len(fitting) != 1:
        raise Unreadable(f"{len(fitting)} of {len(files)} files define {function}; expected one")
    return fitting[0].text


def _dumped(value: Any) -> str:
    return json.dumps(value, indent=2, allow_nan=False)


def _write(text: str, path: Path | None) -> None:
    if path is None:
        print(harmless(text))
    else:
        path.write_text(f"{text}\n", encoding="utf-8")
