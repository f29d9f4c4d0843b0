"""A grade as the store keeps it: numbers that marks are made of, and the report that people read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lib.exercises import Exercise
from lib.grading.grade import Grade, grade
from lib.grading.report import as_json, detail, told
from lib.store.work import Grading, Result

OWN = ("name", "points", "max_points", "hidden", "outcome", "mistake_name")  # of a test, kept in columns


@dataclass(frozen=True)
class Graded:
    """What a grading gave, under the keys of --json; of each visible test that failed `details` say it in words."""

    version: str
    told: dict[str, Any]


class OurFault(Exception):
    """It could not be graded, and not because of what was handed in."""


Grader = Callable[[Exercise, str], Graded]


def grade_now(exercise: Exercise, code: str) -> Graded:
    """Grades as `batch` does, hidden tests too. Raises OurFault, and Busy if there is no room in the sandbox."""
    given = grade(exercise, code)
    if not given.counted:
        raise OurFault(given.problem or "Our fault; not counted.")
    return graded(exercise, given)


def graded(exercise: Exercise, given: Grade) -> Graded:
    said = as_json(given)
    for test, result in zip(said["tests"], given.tests, strict=True):
        silent = result.passed or result.hidden
        test["details"] = "" if silent else "\n".join([told(result), *detail(result)])
    return Graded(exercise.version, said)


def points_without(tests: Sequence[dict[str, Any]], dropped: Sequence[str]) -> tuple[float, float]:
    """What was earned and what could be, in the tests that count."""
    counting = [test for test in tests if test["name"] not in dropped]
    return sum(test["points"] for test in counting), sum(test["max_points"] for test in counting)


def grading_of(submission_id: int, came: Graded, dropped: Sequence[str], now: datetime) -> Grading:
    """The row of a grading, not yet in force."""
    said, tests = came.told, came.told["tests"]
    counts, counts_of = points_without(tests, dropped)
    seen, seen_of = points_without([test for test in tests if not test["hidden"]], dropped)
    return Grading(
        submission_id=submission_id,
        in_force=False,
        at=now,
        version=came.version,
        score=said["score"],
        max_score=said["max_score"],
        counts=counts,
        counts_of=counts_of,
        seen=seen,
        seen_of=seen_of,
        passed=bool(tests) and all(test["points"] >= test["max_points"] for test in tests),
        broken=bool(said["problem"]) and not said["score"],
        mistakes=list(said["mistake_names"]),
        report={key: value for key, value in said.items() if key != "tests"},
    )


def add_grading(session: Session, submission_id: int, came: Graded, dropped: Sequence[str], now: datetime) -> Grading:
    """Stores a grading with its tests, in force."""
    row = grading_of(submission_id, came, dropped, now)
    row.in_force = True
    return store_grading(session, row, came)


def store_grading(session: Session, row: Grading, came: Graded) -> Grading:
    session.add(row)
    session.flush()
    for place, test in enumerate(came.told["tests"]):
        session.add(
            Result(
                grading_id=row.id,
                place=place,
                name=test["name"],
                hidden=test["hidden"],
                points=test["points"],
                max_points=test["max_points"],
                outcome=test["outcome"],
                report={key: value for key, value in test.items() if key not in OWN or key == "mistake_name"},
            )
        )
    session.flush()
    return row
