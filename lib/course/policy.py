"""What an assignment's terms do to a mark: when it counts as late, what is left of it, which attempt counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from lib.refusal import Refusal
from lib.store.work import WHENS, Counts, When

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """When something may be handed in, for one student: from `opens` until just before `closes`; late after `due`."""

    opens: datetime
    due: datetime
    closes: datetime

    def is_open(self, now: datetime) -> bool:
        return self.opens <= now < self.closes


@dataclass(frozen=True)
class Terms:
    """What holds for all students. `late_percent` of what was earned is taken off for each day begun after `due`,
    if the grace is over too. `attempts` None: as many as wanted. `scale` None: the sum of the weights."""

    opens: datetime
    due: datetime
    closes: datetime
    late_percent: float = 0.0
    grace_minutes: int = 0
    attempts: int | None = None
    counts: Counts = "best"
    scale: float | None = None
    show_tests: When = "at once"
    show_hidden: When = "after closing"

    def window(self, other: Window | None = None) -> Window:
        return other or Window(self.opens, self.due, self.closes)


class Attempt(NamedTuple):
    """A submission and its grading in force, if it has one: points that count, and what the visible tests gave.

    A large course has many: hence no dataclass.
    """

    id: int
    number: int
    at: datetime
    state: str
    counts: float | None = None
    counts_of: float = 0.0
    seen: float = 0.0
    seen_of: float = 0.0
    passed: bool = False
    broken: bool = False

    @property
    def share(self) -> float:
        """Of what could be earned; all of it where no test counts any more."""
        return (self.counts or 0.0) / self.counts_of if self.counts_of else 1.0


def need_sound(terms: Terms) -> None:
    """Raises Refusal, which says what came and what was expected."""
    for name in ("opens", "due", "closes"):
        if getattr(terms, name).tzinfo is None:
            raise Refusal("{name} has no time zone; expected one that says it.", name=name)
    if not terms.opens < terms.due <= terms.closes:
        raise Refusal("The times are not in order; expected that it opens, is then due, and then closes.")
    if not 0 <= terms.late_percent <= 100:
        raise Refusal("Late work loses {came:g} percent a day; expected 0 to 100.", came=terms.late_percent)
    if not 0 <= terms.grace_minutes <= 7 * 24 * 60:
        raise Refusal("The grace is {came} minutes; expected 0 to a week.", came=terms.grace_minutes)
    if terms.attempts is not None and not 1 <= terms.attempts <= 1000:
        raise Refusal("The number of attempts is {came}; expected 1 to 1000, or no limit.", came=terms.attempts)
    if terms.counts not in ("best", "last"):
        raise Refusal("What counts is {came!r}; expected best or last.", came=terms.counts)
    if terms.scale is not None and not 0 < terms.scale <= 1e6:
        raise Refusal("The scale is {came:g} points; expected more than 0.", came=terms.scale)
    for when in (terms.show_tests, terms.show_hidden):
        if when not in WHENS:
            raise Refusal("It is shown {came!r}; expected {words}.", came=when, words=" or ".join(WHENS))


def days_late(at: datetime, due: datetime, grace_minutes: int) -> int:
    """Days begun since `due`; none within the grace."""
    if at <= due or (grace_minutes and at <= due + timedelta(minutes=grace_minutes)):
        return 0
    return math.ceil((at - due) / DAY)


def kept(late: int, percent: float) -> float:
    """The share of a mark that is left after so many days."""
    return max(0.0, 1 - late * percent / 100)


def left_of(attempt: Attempt, terms: Terms, window: Window) -> float:
    """The share of the points that this attempt gives, with what lateness took off."""
    if attempt.at <= window.due:
        return attempt.share
    return attempt.share * kept(days_late(attempt.at, window.due, terms.grace_minutes), terms.late_percent)


_number = attrgetter("number")


def counted(attempts: Sequence[Attempt], terms: Terms, window: Window) -> Attempt | None:
    """The graded attempt that counts: the last one, or the one that gives most (of equal ones the first)."""
    graded = [one for one in attempts if one.counts is not None]
    if len(graded) < 2:
        return graded[0] if graded else None
    graded.sort(key=_number)
    if terms.counts == "last":
        return graded[-1]
    left = [left_of(one, terms, window) for one in graded]
    return graded[left.index(max(left))]


def is_shown(when: When, window: Window, released: datetime | None, now: datetime) -> bool:
    """Whether a student may see it now. Releasing shows everything."""
    if released is not None and released <= now:
        return True
    return when == "at once" or (when == "after closing" and now >= window.closes)


def in_words(terms: Terms, zone: str, points: float = 20.0) -> list[str]:
    """What the terms do, with examples: "Handed in on 3 May 10:00, one day late: 18 of 20 becomes 16.2."."""
    scale = terms.scale or points
    earned = round(scale * 0.9, 2)
    said = [
        f"Open from {told(terms.opens, zone)}, due {told(terms.due, zone)}; "
        f"nothing is taken from {told(terms.closes, zone)} on."
    ]
    said += [_example(at, terms, zone, earned, scale) for at in _late_moments(terms)]
    limit = "as many attempts as wanted" if terms.attempts is None else f"{_times(terms.attempts)} for each exercise"
    return [*said, f"{limit[0].upper()}{limit[1:]}; the {terms.counts} one counts."]


def _times(attempts: int) -> str:
    return "one attempt" if attempts == 1 else f"{attempts} attempts"


def _late_moments(terms: Terms) -> list[datetime]:
    """Within the grace, on the first day after it, and on the last day that anything is taken."""
    grace = terms.due + timedelta(minutes=terms.grace_minutes)
    found = [terms.due + (grace - terms.due) / 2] if terms.grace_minutes else []
    first = max(terms.due + timedelta(hours=22), grace + timedelta(minutes=1))
    found += [first, max(first, terms.closes - timedelta(minutes=1))]
    return [at for at in dict.fromkeys(found) if at < terms.closes]


def _example(at: datetime, terms: Terms, zone: str, earned: float, scale: float) -> str:
    late = days_late(at, terms.due, terms.grace_minutes)
    left = earned * kept(late, terms.late_percent)
    becomes = f"becomes {left:.4g}" if late and terms.late_percent else f"stays {left:.4g}"
    days = "within the grace" if not late else ("one day late" if late == 1 else f"{late} days late")
    return f"Handed in on {told(at, zone)}, {days}: {earned:g} of {scale:g} {becomes}."


def told(moment: datetime, zone: str) -> str:
    """A moment in the course's time zone: 3 May 10:00."""
    there = moment.astimezone(ZoneInfo(zone))
    return f"{there.day} {there:%B} {there:%H:%M}"
