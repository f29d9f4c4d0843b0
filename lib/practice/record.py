"""What a learner did in one lesson: results, slips, and what comes back. Kept in the browser as JSON.

The numbers of a day are days since 1970 (UTC). Nothing here tells who it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import blake2b
from typing import Any

TO_BE_DONE = 3  # results found alone, right, in a row
TO_BE_KNOWN = 2  # results right on the road of whoever knows this already
MOST_WORKED, MOST_ASKED = 20, 60
MOST_TIMES = 1_000
LAST_DAY = 2_932_896  # the last of the year 9999
MOST_CHARACTERS = 8_000
NAME = re.compile(r"[a-z0-9_]{1,80}")
NUMBERS = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True)
class Asked:
    """A slip or a question of a lesson: how often it went well in a row, the day it last came, how often it did not."""

    row: int = 0
    day: int = 0
    failed: int = 0


@dataclass(frozen=True)
class LessonRecord:
    """Everything about one lesson. `worked` holds short names of the numbers that counted: none counts twice."""

    right: bool = False  # a result was right once
    row: int = 0  # results right, alone, one after another
    known: int = 0  # of those, on the road of whoever knows this
    done: bool = False
    worked: tuple[str, ...] = ()
    asked: Mapping[str, Asked] = field(default_factory=dict)  # by the name of a mistake, or of a question


class LessonRecordError(ValueError):
    """What the browser kept is not a record of a lesson."""


def with_right(record: LessonRecord, numbers: str, alone: bool, knows: bool = False) -> LessonRecord:
    """The record after a right result. `numbers` tells which values were worked: the same ones count once.

    `alone`: without the steps filled in; three of these in a row finish the lesson. `knows`: two do.
    """
    record = replace(record, right=True)
    name = blake2b(numbers.encode(errors="replace"), digest_size=4).hexdigest()
    if not (alone or knows) or name in record.worked:
        return record
    row, known = min(record.row + 1, TO_BE_DONE), min(record.known + knows, TO_BE_KNOWN)
    done = record.done or row >= TO_BE_DONE or known >= TO_BE_KNOWN
    return replace(record, row=row, known=known, done=done, worked=(*record.worked, name)[-MOST_WORKED:])


def with_wrong(record: LessonRecord) -> LessonRecord:
    """The record after a wrong result: the row begins anew. What is done stays done."""
    return replace(record, row=0, known=0)


def with_answer(record: LessonRecord, name: str, right: bool, day: int) -> LessonRecord:
    """The record after a slip was found or a question answered; or, not right, after it was made or missed.

    Twice on a day counts once: nobody learns for three weeks by three clicks.
    """
    before = record.asked.get(name)
    if before is not None and before.day == day and (before.failed > 0 and before.row == 0 if not right else True):
        return record
    was = before or Asked()
    now = Asked(was.row + 1 if right else 0, day, was.failed + (not right))
    others = {other: asked for other, asked in record.asked.items() if other != name}
    return replace(record, asked=dict([*others.items(), (name, now)][-MOST_ASKED:]))


def together(one: LessonRecord, other: LessonRecord) -> LessonRecord:
    """The better of both. Of a slip or a question, what was seen last; on the same day what went better."""
    worked = tuple(dict.fromkeys((*one.worked, *other.worked)))[-MOST_WORKED:]
    asked = {
        name: max((record.asked[name] for record in (one, other) if name in record.asked), key=_later)
        for name in {**one.asked, **other.asked}
    }
    return LessonRecord(
        one.right or other.right,
        max(one.row, other.row),
        max(one.known, other.known),
        one.done or other.done,
        worked,
        dict(sorted(asked.items(), key=lambda item: (item[1].day, item[0]))[-MOST_ASKED:]),
    )


def _later(asked: Asked) -> tuple[int, int, int]:
    return asked.day, asked.row, asked.failed


def written(record: LessonRecord) -> str:
    """As text, short enough for a link to hold many of them."""
    kept = {
        "right": record.right,
        "row": record.row,
        "known": record.known,
        "done": record.done,
        "worked": record.worked,
        "asked": {name: [asked.row, asked.day, asked.failed] for name, asked in record.asked.items()},
    }
    return json.dumps(kept, separators=(",", ":"))


@lru_cache(maxsize=500)
def read(text: str) -> LessonRecord:
    """The record from its text, which may be anything: the browser is not ours. Raises LessonRecordError."""
    try:
        if len(text) > MOST_CHARACTERS:
            raise ValueError(f"{len(text)} characters are more than the record of a lesson has")
        kept = json.loads(text)
        return LessonRecord(
            _need(kept["right"], bool),
            _whole(kept["row"], TO_BE_DONE),
            _whole(kept["known"], TO_BE_KNOWN),
            _need(kept["done"], bool),
            tuple(_named(name, NUMBERS) for name in _need(kept["worked"], list))[-MOST_WORKED:],
            dict([(_named(n, NAME), _asked(a)) for n, a in _need(kept["asked"], dict).items()][-MOST_ASKED:]),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise LessonRecordError(str(error)) from error


def _asked(kept: Any) -> Asked:
    row, day, failed = _need(kept, list)
    return Asked(_whole(row, MOST_TIMES), _whole(day, LAST_DAY), _whole(failed, MOST_TIMES))


def _named(name: Any, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(_need(name, str)):
        raise ValueError(f"{name!r:.40} is no name")
    return str(name)


def _whole(value: Any, most: int) -> int:
    if not 0 <= _need(value, int) <= most:
        raise ValueError(f"{value!r:.40} is not from 0 to {most}")
    return int(value)


def _need(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise TypeError(f"{value!r:.40} is no {kind.__name__}")
    return value
