"""Five a day: which slips and questions are due for a learner, and of what kind each is today."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import numpy as np

from lib.catalog import TOPICS
from lib.practice.quiz import can_be_asked
from lib.practice.record import Asked, LessonRecord

GAPS = (1, 3, 7, 21)  # days until it comes back: after a miss, and after one, two, three right in a row
RESTING = 3  # right in a row: it rests for the longest gap, and comes back by itself only then
FIVE, CALCULATIONS = 5, 2
OF_ONE_LESSON = 2  # of the five, as long as others have something to ask
MOST_CHARACTERS = 2_000

T = TypeVar("T")
Kind = Literal["question", "quiz", "calculation"]


@dataclass(frozen=True)
class Item:
    """One of the five: a lesson, the name of its mistake or question, and how it is asked."""

    slug: str
    name: str
    kind: Kind


@dataclass(frozen=True)
class Day:
    """The five of a day, chosen once so that an answer does not change the others, and how many of them are done."""

    day: int = 0
    items: tuple[Item, ...] = ()
    done: int = 0

    @property
    def now(self) -> Item | None:
        """The one that is next."""
        return self.items[self.done] if self.done < len(self.items) else None


def comes_back(asked: Asked) -> int:
    """The day on which it is asked again."""
    return asked.day + GAPS[min(asked.row, RESTING)]


def five_of(
    records: Mapping[str, LessonRecord],
    day: Day,
    possible: Callable[[str, str, str], bool] = can_be_asked,
) -> Day:
    """The day with its five full, as far as there is something to ask.

    First the slips that this learner fell for, the longest due before the others; then what else is due; then what was
    never asked, of lessons with a right result. Two of the five are calculations, where there are any to ask.
    """
    chosen = list(day.items)
    waiting = list(_waiting(records, day.day)) if len(chosen) < FIVE else []
    for most in (OF_ONE_LESSON, FIVE):
        for slug, name in waiting:
            taken = [item.name for item in chosen if item.slug == slug]
            if len(chosen) < FIVE and len(taken) < most and name not in taken:
                kind = _kind(slug, name, chosen, possible)
                chosen += [Item(slug, name, kind)] if kind else []
    return replace(day, items=tuple(chosen))


def _kind(slug: str, name: str, chosen: Sequence[Item], possible: Callable[[str, str, str], bool]) -> Kind | None:
    """How it is asked today; None where its place is kept for another kind, or where it cannot be asked."""
    calculated = sum(item.kind == "calculation" for item in chosen)
    room = {"calculation": calculated < CALCULATIONS, "other": len(chosen) - calculated < FIVE - CALCULATIONS}
    if name in TOPICS[slug].questions:
        return "question" if room["other"] else None
    if room["calculation"] and possible(slug, name, "calculation"):
        return "calculation"
    return "quiz" if room["other"] and possible(slug, name, "quiz") else None


def _waiting(records: Mapping[str, LessonRecord], day: int) -> Iterator[tuple[str, str]]:
    """Lesson and name of everything that may be asked, the most urgent first."""
    due = [
        (asked.failed == 0, comes_back(asked), slug, name)
        for slug, record in records.items()
        for name, asked in record.asked.items()
        if slug in TOPICS and _is_known(slug, name) and comes_back(asked) <= day
    ]
    yield from ((slug, name) for _, _, slug, name in sorted(due))
    yield from _new(records, day)


def _new(records: Mapping[str, LessonRecord], day: int) -> Iterator[tuple[str, str]]:
    """What was never asked of lessons with a right result, one of each lesson in turn; another order every day."""
    random = np.random.default_rng(day)
    of_each: list[list[tuple[str, str]]] = []
    for slug, record in sorted(records.items()):
        if slug in TOPICS and record.right:
            slips = list(TOPICS[slug].mistakes)
            names = _by_turns(
                list(TOPICS[slug].questions), [slips[at] for at in random.permutation(len(slips)).tolist()]
            )
            of_each.append([(slug, name) for name in names if name not in record.asked])
    random.shuffle(of_each)
    for turn in range(max(map(len, of_each), default=0)):
        yield from (names[turn] for names in of_each if turn < len(names))


def _by_turns(some: list[T], others: list[T]) -> list[T]:
    """One of each in turn, then what is left of the longer list."""
    pairs = [one for pair in zip(some, others, strict=False) for one in pair]
    return [*pairs, *some[len(others) :], *others[len(some) :]]


def _is_known(slug: str, name: str) -> bool:
    """Whether the lesson still has it: what a browser kept may be older than the lesson."""
    return name in TOPICS[slug].mistakes or name in TOPICS[slug].questions


def written_day(day: Day) -> str:
    return json.dumps({"day": day.day, "items": [[i.slug, i.name, i.kind] for i in day.items], "done": day.done})


def read_day(text: str, today: int) -> Day:
    """Today's five, from a text that may be anything; none yet where it is of another day, or no such text."""
    try:
        kept = json.loads(text) if len(text) <= MOST_CHARACTERS else {}
        if kept["day"] != today or type(kept["done"]) is not int:
            return Day(today)
        items = tuple(_item(*one) for one in kept["items"][:FIVE])
        return Day(today, items, min(max(kept["done"], 0), len(items)))
    except (ValueError, KeyError, TypeError, RecursionError):
        return Day(today)


def _item(slug: str, name: str, kind: Kind) -> Item:
    """One of the five; ValueError for what no lesson has, or not any more."""
    fits = (("question",) if name in TOPICS[slug].questions else ("quiz", "calculation")) if slug in TOPICS else ()
    if kind not in fits or not _is_known(slug, name):
        raise ValueError(f"{slug!r:.40} has no {name!r:.40}")
    return Item(slug, name, kind)
