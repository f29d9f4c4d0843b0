"""Exercises, each read from a folder. `EXERCISES` holds those of this repository; others may stand anywhere."""

from pathlib import Path

from lib.exercises.folder import exercise_folders, read_exercise, read_exercises
from lib.exercises.spec import Exercise, ExerciseError, Test, WrongAnswer

__all__ = [
    "EXERCISES",
    "FOLDER",
    "Exercise",
    "ExerciseError",
    "Test",
    "WrongAnswer",
    "exercise_folders",
    "read_exercise",
    "read_exercises",
]

FOLDER = Path(__file__).resolve().parents[2] / "exercises"

EXERCISES = read_exercises(FOLDER)
