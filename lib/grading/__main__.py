"""python -m lib.grading grade|check|batch|new|bundle

Ends with 0 when all was graded, whatever the scores; 1 when a check found a fault; 2 when it was called wrongly; 3 when
something could not be graded.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lib.exercises import EXERCISES, Exercise, ExerciseError, read_exercise, read_exercises
from lib.grading.author.check import Checked, check
from lib.grading.classroom import gradescope
from lib.grading.classroom.handed_in import handed_in
from lib.grading.classroom.preflight import sources_of
from lib.grading.classroom.submission import Unreadable, read_source
from lib.grading.grade import grade
from lib.grading.report import as_json, in_words
from lib.grading.terminal import harmless, table, track
from lib.sandbox.pool import shared_pool

GRADED, FAULT_FOUND, WRONG_USE, NOT_GRADED = 0, 1, 2, 3


class WrongUse(Exception):
    """The command line does not fit; the message says what was expected."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code."""
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except (WrongUse, ExerciseError) as error:
        print(harmless(str(error)), file=sys.stderr)
        return WRONG_USE
    except OSError as error:
        if error.filename is None:  # not about a file that was named in the call, so it is our fault
            raise
        print(harmless(f"{error.filename}: {error.strerror}."), file=sys.stderr)
        return NOT_GRADED
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return NOT_GRADED


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m lib.grading", description=__doc__.partition("\n")[2])
    commands = top.add_subparsers(required=True, metavar="command")
    _grade_command(commands)
    _check_command(commands)
    _batch_command(commands)
    _new_command(commands)
    _bundle_command(commands)
    return top


def _folder_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--exercises", type=Path, metavar="FOLDER", help="a folder of exercises besides the app's own")


def _grade_command(commands: Any) -> None:
    command = commands.add_parser("grade", help="grade one file")
    command.add_argument("exercise", help="an exercise's name, or its folder")
    command.add_argument("file", type=Path, help=".py or .ipynb, or a folder that holds one of them")
    command.add_argument("--json", action="store_true", help="the same as --format json")
    command.add_argument("--format", choices=("text", "json", "gradescope"), default="text")
    command.add_argument("--out", type=Path, help="write to this file instead")
    command.add_argument("--function", default="", help="the function's name in the file, if it is another")
    command.add_argument("--seed", type=int, default=0, help="redraws the random tests")
    _folder_option(command)
    command.set_defaults(run=_grade)


def _check_command(commands: Any) -> None:
    command = commands.add_parser("check", help="check that exercises judge well")
    command.add_argument("exercise", nargs="*", help="names or folders; all if none is named")
    _folder_option(command)
    command.set_defaults(run=_check)


def _batch_command(commands: Any) -> None:
    command = commands.add_parser("batch", help="grade a class")
    command.add_argument("exercise", nargs="+", help="one or more exercises, and last the folder or zip of files")
    command.add_argument("--out", type=Path, default=Path("marks"), help="where marks and feedback go (marks)")
    command.add_argument("--names", action="append", default=[], metavar="THEIRS=OURS", help="a function's other name")
    command.add_argument("--guess-names", action="store_true", help="take the likeliest name where ours is missing")
    command.add_argument("--preflight", action="store_true", help="only say what would go wrong; grade nothing")
    command.add_argument("--again", action="store_true", help="grade files anew that were graded before")
    _folder_option(command)
    command.set_defaults(run=_batch)


def _new_command(commands: Any) -> None:
    command = commands.add_parser("new", help="make the folder of a new exercise that already passes check")
    command.add_argument("name", help="the folder's and the function's name, such as my_loss")
    command.add_argument("--lesson", default="", help="a lesson whose PyTorch class gives the right answers")
    command.add_argument("--in", dest="folder", type=Path, default=Path("exercises"), help="where to put the folder")
    command.set_defaults(run=_new)


def _bundle_command(commands: Any) -> None:
    command = commands.add_parser("bundle", help="make the zip of a Gradescope autograder")
    command.add_argument("exercise")
    command.add_argument("--out", type=Path, help="the zip to write (EXERCISE.zip)")
    _folder_option(command)
    command.set_defaults(run=_bundle)


def exercises_in(folder: Path | None) -> Mapping[str, Exercise]:
    """The app's own exercises and those in `folder`, which go before where a name is in both."""
    if folder is None:
        return EXERCISES
    if not folder.is_dir():
        raise WrongUse(f"{folder} is no folder; expected one with a folder for each exercise.")
    return {**EXERCISES, **read_exercises(folder)}


def exercise_called(name: str, known: Mapping[str, Exercise]) -> Exercise:
    if name in known:
        return known[name]
    if (Path(name) / "exercise.toml").is_file():
        return read_exercise(Path(name).resolve())
    raise WrongUse(f"There is no exercise {name}; expected a folder, or one of {', '.join(known) or 'none'}.")


def _grade(options: argparse.Namespace) -> int:
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


def _check(options: argparse.Namespace) -> int:
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


def _batch(options: argparse.Namespace) -> int:
    from lib.grading.classroom.batch import Plan, run_batch

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


def _new(options: argparse.Namespace) -> int:
    from lib.grading.author.new import NewError, write_new

    try:
        folder = write_new(options.name, options.lesson, options.folder)
    except NewError as error:
        raise WrongUse(str(error)) from error
    print(f"Wrote {folder}. Edit it, then run: python -m lib.grading check {folder}")
    return GRADED


def _bundle(options: argparse.Namespace) -> int:
    exercise = exercise_called(options.exercise, exercises_in(options.exercises))
    path = options.out or Path(f"{exercise.slug}.zip")
    gradescope.write_bundle(exercise, path)
    print(f"Wrote {path}. Upload it to Gradescope under Configure autograder.")
    return GRADED


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):  # a pipe or an old console may lack ✓, or a letter of a name
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main())
