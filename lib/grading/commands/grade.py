"""grade: what one student handed in."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lib.exercises import Exercise
from lib.grading.classroom import gradescope
from lib.grading.classroom.choice import Chosen, Nowhere, chosen
from lib.grading.classroom.gradescope import Answered
from lib.grading.classroom.handed_in import of_one_student
from lib.grading.classroom.homework import homework_of, misplaced
from lib.grading.classroom.preflight import sources_of
from lib.grading.classroom.sources import Refused, Source, source_of
from lib.grading.classroom.submission import Unreadable
from lib.grading.commands.counts import homework_called, points_of, points_options
from lib.grading.commands.ends import GRADED, NOT_GRADED, WrongUse
from lib.grading.commands.which import at_home, exercises_called, folder_option
from lib.grading.grade import Grade, grade
from lib.grading.report import as_json, in_words
from lib.grading.terminal import harmless


def add(commands: Any) -> None:
    command = commands.add_parser("grade", help="grade one file, or all that one student handed in")
    command.add_argument("exercise", nargs="+", help="an exercise's name, or its folder; or several")
    command.add_argument("file", type=at_home, help=".py or .ipynb, or a folder that holds them")
    command.add_argument("--json", action="store_true", help="the same as --format json; of several exercises a list")
    command.add_argument("--format", choices=("text", "json", "gradescope"), default="text")
    command.add_argument("--out", type=at_home, help="write to this file instead")
    command.add_argument("--function", default="", help="the function's name in the file, if it is another")
    command.add_argument("--seed", type=int, default=0, help="redraws the random tests")
    command.add_argument("--id", default="", help="the homework's id, as it was handed out")
    points_options(command)
    folder_option(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    exercises = exercises_called(options.exercise, options.exercises)
    if options.function and len(exercises) > 1:
        raise WrongUse("--function is the name of one function; expected a single exercise.")
    points = points_of(options, exercises)
    homework = homework_called(options.id, exercises) if options.id else homework_of(exercises)
    files = _files(options.file)
    answered = [_answered(exercise, files, options.function, options.seed) for exercise in exercises]
    for one in answered:
        if why := one.why or _our_fault(one.grade):
            print(harmless(f"{options.file}: {why}" + ("." if one.why else "")), file=sys.stderr)
    form = "json" if options.json else options.format
    if form == "gradescope":
        if any(_our_fault(one.grade) for one in answered):  # without results.json there is no score, and never a zero
            return NOT_GRADED
        note = next((says for text in files.texts if (says := misplaced(text, homework))), "")
        said = f"Is this the right file? It seems not: {note}." if note else ""
        _write(_dumped(gradescope.homework_results(answered, points, said)), options.out)
    else:
        given = [one.grade for one in answered if one.grade is not None]
        if given:
            _write(_reports(given, form, single=len(exercises) == 1), options.out)
    return GRADED if all(one.grade is not None and one.grade.counted for one in answered) else NOT_GRADED


def _our_fault(given: Grade | None) -> str:
    return "" if given is None or given.counted else given.problem or "Our fault; not counted."


def _reports(given: Sequence[Grade], form: str, *, single: bool) -> str:
    if form == "text":
        return "\n\n".join(map(in_words, given))
    told = [as_json(one) for one in given]
    return _dumped(told[0] if single else told)


@dataclass(frozen=True)
class Files:
    """What one student handed in: the files that could be read and those that could not, and the texts as they came."""

    sources: Sequence[Source]
    refused: Sequence[Refused]
    texts: Sequence[str]


def _files(path: Path) -> Files:
    """The file, or those in the folder."""
    if path.is_dir():
        files, refused = of_one_student(path)
        sources, unread = sources_of(files)
        return Files(sources, [*refused, *unread], [file.data.decode("utf-8", "replace") for file in files])
    if not path.is_file():
        raise WrongUse(f"{path} does not exist; expected a .py or .ipynb file, or a folder.")
    data = path.read_bytes()
    try:
        return Files([source_of(path.name, data)], [], [data.decode("utf-8", "replace")])
    except Unreadable as error:
        return Files([], [Refused(path.name, str(error))], [])


def _answered(exercise: Exercise, files: Files, function: str, seed: int) -> Answered:
    """The grade of the file that counts for the exercise. A single file counts, whatever is in it."""
    names = {function: exercise.function} if function else {}
    choice = chosen(exercise, files.sources, files.refused, names=names)
    if len(files.sources) == 1 and not files.refused:
        choice = Chosen(exercise, files.sources[0], function)
    match choice:
        case Chosen(source=source):
            return Answered(exercise, grade(exercise, source.text, function=choice.function, seed=seed))
        case Nowhere(likeliest=Source() as source):
            return Answered(exercise, grade(exercise, source.text, function=function, seed=seed))
        case Nowhere():
            return Answered(exercise, None, "no .py or .ipynb was handed in")
    return Answered(exercise, None, choice.says)


def _dumped(value: Any) -> str:
    return json.dumps(value, indent=2, allow_nan=False)


def _write(text: str, path: Path | None) -> None:
    if path is None:
        print(harmless(text))
    else:
        path.write_text(f"{text}\n", encoding="utf-8")
