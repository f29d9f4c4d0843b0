"""What a budget refuses beforehand, and when it stops what goes on."""

from __future__ import annotations

import math
import threading
import time

import pytest

from lib.budget import UNBOUNDED, Budget, Cost, OverBudget, Stopped


def busy(seconds: float) -> None:
    """Uses the processor in this thread."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


REFUSED = {
    "numbers": (Cost(2e6), "about 2,000,000 numbers; here it may be 1,000,000"),
    "bytes": (Cost(1, 3e8), "about 300 MB of memory; here it may be 200"),
    "no number at all": (Cost(math.nan), "countless"),
    "endless": (Cost(math.inf), "countless"),
    "again and again": (Cost(1e4).times(200), "2,000,000"),
    "again and again, kept": (Cost(1, 1e6).kept(250), "250 MB"),
}


@pytest.mark.parametrize(("cost", "says"), REFUSED.values(), ids=REFUSED)
def test_what_costs_too_much_is_refused_in_words(cost, says):
    with pytest.raises(OverBudget, match=says):
        Budget(numbers=1e6, bytes=2e8).need(cost)


@pytest.mark.parametrize("cost", [Cost(), Cost(1e6, 2e8), Cost(1e3, 1e5).times(1000)])
def test_what_fits_is_let_through(cost):
    Budget(numbers=1e6, bytes=2e8).need(cost)


def test_the_clock_is_the_processors_and_the_threads_own():
    budget = Budget(seconds=0.05)
    other = threading.Thread(target=busy, args=(0.2,))
    other.start()
    time.sleep(0.1)
    other.join()
    budget.ask()
    busy(0.06)
    with pytest.raises(Stopped, match="Stopped after 0.05 s"):
        budget.ask()


def test_who_has_left_is_computed_for_no_more():
    here = [True]
    budget = Budget(stopped=lambda: not here[0])
    budget.ask()
    here[0] = False
    with pytest.raises(Stopped, match="left"):
        budget.ask()


def test_without_a_bound_nothing_is_refused_and_nothing_stops():
    UNBOUNDED.need(Cost(math.inf, math.inf))
    busy(0.01)
    UNBOUNDED.ask()
