"""What a learner did in one exercise: attempts, hints, whether the solution was seen. Kept in the browser as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from lib.ui import browser_storage

MOST_ATTEMPTS = 20  # the oldest go first
MOST_HINTS, MOST_POINTS = 1_000, 1_000_000
LAST_SECOND = 253_402_300_799 - 86_400  # the year 9999 in every time zone
MOST_CHARACTERS = 200_000  # of one record; the browser gives about five million to the whole app


@dataclass(frozen=True)
class Attempt:
    """One submission. `at` counts seconds since 1970 (UTC); `version` is the exercise's."""

    at: float
    source: str
    score: float
    max_score: float
    version: str


@dataclass(frozen=True)
class Record:
    """Everything about one exercise, oldest attempt first. `hints` counts those that were asked for."""

    attempts: tuple[Attempt, ...] = ()
    hints: int = 0
    shown: bool = False  # the solution, before passing
    passed: bool = False


class RecordError(ValueError):
    """What the browser kept is not a record."""


def record_of(slug: str) -> Record:
    """The record of an exercise; an empty one before there is any. RecordError if what was kept cannot be read."""
    text = browser_storage.stored(slug)
    return read_record(text) if text else Record()


def keep(slug: str, record: Record) -> None:
    browser_storage.store(slug, written_record(record))


def with_attempt(record: Record, attempt: Attempt) -> Record:
    """The record after a submission. Handing in the same code again changes only the time."""
    before = record.attempts
    if before and (before[-1].source, before[-1].version) == (attempt.source, attempt.version):
        before = before[:-1]
    passed = record.passed or attempt.score >= attempt.max_score
    return replace(record, attempts=(*before, attempt)[-MOST_ATTEMPTS:], passed=passed)


def written_record(record: Record) -> str:
    """As text; the oldest attempts are left out if it would be too long."""
    while len(text := json.dumps(asdict(record))) > MOST_CHARACTERS and len(record.attempts) > 1:
        record = replace(record, attempts=record.attempts[1:])
    return text


def read_record(text: str) -> Record:
    """The record from its text, which may be anything: the browser is not ours."""
    try:
        if len(text) > 2 * MOST_CHARACTERS:
            raise ValueError(f"{len(text)} characters are more than a record has")
        kept = json.loads(text)
        attempts = tuple(_attempt(attempt) for attempt in kept["attempts"])[-MOST_ATTEMPTS:]
        hints = int(_number(kept["hints"], MOST_HINTS))
        return Record(attempts, hints, _need(kept["shown"], bool), _need(kept["passed"], bool))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RecordError(str(error)) from error


def _attempt(kept: Any) -> Attempt:
    return Attempt(
        at=_number(kept["at"], LAST_SECOND),
        source=_text(kept["source"]),
        score=_number(kept["score"], MOST_POINTS),
        max_score=_number(kept["max_score"], MOST_POINTS),
        version=_text(kept["version"]),
    )


def _number(value: Any, most: int) -> float:
    """A number from 0 to `most`; ValueError for all others, endless ones and those beyond floats too."""
    if not 0 <= _need(value, float, int) <= most:
        raise ValueError(f"{value!r:.40} is not from 0 to {most}")
    return float(value)


def _text(value: Any) -> str:
    """A text that can be sent to a browser: half of a surrogate pair, which JSON may hold, cannot."""
    return str(_need(value, str).encode().decode())


def _need(value: Any, *kinds: type) -> Any:
    if type(value) not in kinds:
        raise TypeError(f"{value!r:.40} is no {kinds[0].__name__}")
    return value
