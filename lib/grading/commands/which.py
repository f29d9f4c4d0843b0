"""Which exercises a command is about."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from lib.exercises import EXERCISES, Exercise, read_exercise, read_exercises
from lib.grading.commands.ends import WrongUse


def at_home(path: str) -> Path:
    """A path as it was typed, with ~ for the home folder also where a shell did not see it, as in quotes."""
    return Path(path).expanduser()


def folder_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--exercises", type=at_home, metavar="FOLDER", help="exercises besides the app's own")


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
    if (at_home(name) / "exercise.toml").is_file():
        return read_exercise(at_home(name).resolve())
    raise WrongUse(f"There is no exercise {name}; expected a folder, or one of {', '.join(known) or 'none'}.")


def exercises_called(names: Sequence[str], folder: Path | None) -> tuple[Exercise, ...]:
    """The exercises of these names, each once, in the order in which they are named first."""
    known = exercises_in(folder)
    return tuple({exercise.slug: exercise for exercise in (exercise_called(name, known) for name in names)}.values())
