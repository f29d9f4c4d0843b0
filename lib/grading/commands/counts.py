"""Options that several commands share: which homework it is, and what its exercises count."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence

from lib.exercises import Exercise
from lib.grading.classroom.homework import Homework, homework_of
from lib.grading.classroom.points import Points
from lib.grading.commands.ends import WrongUse


def points_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--scale", type=float, help="what all exercises together are worth, such as 20")
    command.add_argument(
        "--weights", default="", metavar="EXERCISE=WEIGHT,…", help="what exercises count; those not named count 1"
    )


def points_of(options: argparse.Namespace, exercises: Sequence[Exercise]) -> Points:
    if options.scale is not None and not (math.isfinite(options.scale) and options.scale > 0):
        raise WrongUse(f"--scale is {options.scale}; expected a number above 0, such as 20.")
    weights = dict(map(_weight, filter(None, map(str.strip, options.weights.split(",")))))
    known = [exercise.slug for exercise in exercises]
    if strange := [slug for slug in weights if slug not in known]:
        raise WrongUse(f"--weights: {strange[0]} is not graded here; expected {', '.join(known)}.")
    if weights and not any(weights.get(slug, 1) for slug in known):
        raise WrongUse("--weights: every exercise has the weight 0; expected one above it.")
    return Points(options.scale or 0.0, weights)


def _weight(pair: str) -> tuple[str, float]:
    slug, _, number = pair.partition("=")
    try:
        weight = float(number)
    except ValueError:
        weight = math.nan
    if not (math.isfinite(weight) and weight >= 0):
        raise WrongUse(f"--weights: {pair} is no weight; expected EXERCISE=NUMBER, such as huber_loss=2.")
    return slug.strip(), weight


def homework_called(id: str, exercises: Sequence[Exercise]) -> Homework:
    try:
        return homework_of(exercises, id)
    except ValueError as error:
        raise WrongUse(f"--id: {error}.") from error
