"""What the terms of an assignment do to a mark, in numbers and in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lib.course.policy import (
    Attempt,
    Terms,
    Window,
    counted,
    days_late,
    in_words,
    is_shown,
    left_of,
    need_sound,
)
from lib.refusal import Refusal

DUE = datetime(2026, 5, 2, 10, tzinfo=UTC)
TERMS = Terms(DUE - timedelta(days=7), DUE, DUE + timedelta(days=3), late_percent=10)
WINDOW = TERMS.window()
H = timedelta(hours=1)

LATE = {
    "a day before": (-24 * H, 0, 0),
    "on the second": (0 * H, 0, 0),
    "a second after": (timedelta(seconds=1), 0, 1),
    "22 hours after": (22 * H, 0, 1),
    "a day after": (24 * H, 0, 1),
    "a day and a second after": (24 * H + timedelta(seconds=1), 0, 2),
    "within the grace": (H / 2, 30, 0),
    "after the grace, counted from when it was due": (H / 2 + timedelta(seconds=1), 30, 1),
}


@pytest.mark.parametrize(("after", "grace", "days"), LATE.values(), ids=LATE)
def test_days_are_counted_from_when_it_was_due(after: timedelta, grace: int, days: int) -> None:
    assert days_late(DUE + after, DUE, grace) == days


def attempt(number: int, points: float | None, after: timedelta = -H, of: float = 20) -> Attempt:
    return Attempt(number, number, DUE + after, "graded" if points is not None else "waiting", points, of)


COUNTED: dict[str, tuple[str, list[Attempt], int | None, float]] = {
    "nothing": ("best", [], None, 0),
    "nothing graded": ("best", [attempt(1, None)], None, 0),
    "the best": ("best", [attempt(1, 10), attempt(2, 18), attempt(3, 12)], 2, 18),
    "the first of equals": ("best", [attempt(2, 18), attempt(1, 18)], 1, 18),
    "the last": ("last", [attempt(3, 12), attempt(1, 10), attempt(2, 18)], 3, 12),
    "the last that is graded": ("last", [attempt(1, 10), attempt(2, None)], 1, 10),
    "late is worth less": ("best", [attempt(1, 17), attempt(2, 18, 22 * H)], 1, 17),
    "one day late: 18 becomes 16.2": ("last", [attempt(1, 18, 22 * H)], 1, 16.2),
    "so late that nothing is left": ("last", [attempt(1, 18, 300 * H)], 1, 0),
    "no test counts any more": ("last", [attempt(1, 0, of=0)], 1, 20),
}


@pytest.mark.parametrize(("counts", "attempts", "chosen", "points"), COUNTED.values(), ids=COUNTED)
def test_which_attempt_counts(counts: Any, attempts: list[Attempt], chosen: int | None, points: float) -> None:
    terms = replace(TERMS, counts=counts)
    found = counted(attempts, terms, WINDOW)
    assert (found and found.number) == chosen
    assert (20 * left_of(found, terms, WINDOW) if found else 0) == pytest.approx(points)


def test_the_effect_is_said_in_words() -> None:
    says = in_words(TERMS, "Europe/Berlin", 20)
    assert says[0] == "Open from 25 April 12:00, due 2 May 12:00; nothing is taken from 5 May 12:00 on."
    assert says[1] == "Handed in on 3 May 10:00, one day late: 18 of 20 becomes 16.2."
    assert says[2] == "Handed in on 5 May 11:59, 3 days late: 18 of 20 becomes 12.6."
    assert says[3] == "As many attempts as wanted; the best one counts."


def test_the_effect_of_grace_no_deduction_and_a_limit_is_said() -> None:
    says = in_words(replace(TERMS, grace_minutes=60, late_percent=0, attempts=1, counts="last"), "UTC", 10)
    assert says[1] == "Handed in on 2 May 10:30, within the grace: 9 of 10 stays 9."
    assert says[2] == "Handed in on 3 May 08:00, one day late: 9 of 10 stays 9."
    assert says[-1] == "One attempt for each exercise; the last one counts."
    assert len(in_words(replace(TERMS, closes=DUE), "UTC")) == 2  # nothing can be late


UNSOUND: dict[str, tuple[dict[str, Any], str]] = {
    "due before it opens": ({"due": DUE - timedelta(days=8)}, "not in order"),
    "closes before it is due": ({"closes": DUE - H}, "not in order"),
    "no zone": ({"due": datetime(2026, 5, 2)}, "no time zone"),
    "more than all": ({"late_percent": 101}, "expected 0 to 100"),
    "less than nothing": ({"late_percent": -1}, "expected 0 to 100"),
    "not a number": ({"late_percent": float("nan")}, "expected 0 to 100"),
    "no attempt": ({"attempts": 0}, "expected 1 to 1000"),
    "a scale of nothing": ({"scale": 0}, "expected more than 0"),
    "a scale that is no number": ({"scale": float("nan")}, "expected more than 0"),
    "counts in another way": ({"counts": "mean"}, "expected best or last"),
    "shown at another time": ({"show_hidden": "never"}, "expected at once or"),
    "grace for a month": ({"grace_minutes": 43_200}, "expected 0 to a week"),
}


@pytest.mark.parametrize(("change", "says"), UNSOUND.values(), ids=UNSOUND)
def test_terms_that_do_not_fit_together_are_refused(change: dict[str, Any], says: str) -> None:
    need_sound(TERMS)
    with pytest.raises(Refusal, match=says):
        need_sound(replace(TERMS, **change))


SHOWN: dict[str, tuple[Any, timedelta, timedelta | None, bool]] = {
    "at once": ("at once", -H, None, True),
    "before it closes": ("after closing", 71 * H, None, False),
    "when it has closed": ("after closing", 72 * H, None, True),
    "closed but not released": ("when released", 99 * H, None, False),
    "released": ("when released", 99 * H, 98 * H, True),
    "released before it closes": ("after closing", H, H, True),
}


@pytest.mark.parametrize(("when", "now", "released", "shown"), SHOWN.values(), ids=SHOWN)
def test_when_something_is_shown(when: Any, now: timedelta, released: timedelta | None, shown: bool) -> None:
    assert is_shown(when, WINDOW, None if released is None else DUE + released, DUE + now) == shown


def test_a_window_is_open_until_just_before_it_closes() -> None:
    window: Window = WINDOW
    is_open: Callable[[datetime], bool] = window.is_open
    assert [is_open(at) for at in (window.opens - H, window.opens, window.closes - H, window.closes)] == [
        False,
        True,
        True,
        False,
    ]
