"""What one visitor's run of a page may cost, and whether anybody is still there to see it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.budget import Budget, Cost
from lib.refusal import Refusal
from lib.ui.page_turns import large
from lib.ui.problem import show_refusal

NUMBERS = 1e8  # worked out in one calculation: about a second
BYTES = 200e6  # held by one calculation
LARGE = 16e6  # bytes, from which on calculations of different visitors do not overlap
SECONDS = 2.0  # of the processor, in one run of the page

_here = threading.local()  # the run that this thread is in, and its budget


class PageBudget(Budget):
    """Waits where others hold much memory already: what is allowed to one visitor is not there thirty times."""

    def need(self, cost: Cost) -> None:
        super().need(cost)
        if cost.bytes > LARGE:
            large()


def page_budget() -> Budget:
    """The budget of this run of the page or fragment, the same one however often it is asked for.

    Where another run has been asked for, or the visitor has left, it ends this one, as any element of Streamlit does.
    """
    context = get_script_run_ctx(suppress_warning=True)
    run = None if context is None else context.parallel_coordinator  # Streamlit makes a new one for each run
    if run is None or getattr(_here, "run", None) is not run:
        _here.run, _here.budget = run, PageBudget(NUMBERS, BYTES, SECONDS, stopped=_asked_to_stop)
    budget: Budget = _here.budget
    return budget


def _asked_to_stop() -> bool:
    """Never true: Streamlit itself raises what ends the run, so that nothing is said on a page that is drawn anew."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None:
        context.yield_check()
    return False


@contextmanager
def said_in_words() -> Iterator[None]:
    """What a part of a page cannot show is said in its place, in a sentence, and the rest of the page goes on."""
    try:
        yield
    except Refusal as refusal:
        show_refusal(refusal)
