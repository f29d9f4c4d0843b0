"""How fast the optimizer pages are: `python -m benchmarks.optimizers` prints the table of docs/measured.md.

A rerun is what the page's script takes on the server after the learning rate changed, with nothing cached, for a run of
100 updates; the map is 60 × 60 runs of 100 updates each in NumPy.
"""

from __future__ import annotations

import gc
import logging
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from benchmarks.page_speed import FIRST_SCREEN, REPEATS, ROUTER, row, script_times
from lib.catalog import OPTIMIZERS
from lib.lesson import run
from lib.lesson.objectives import OBJECTIVES
from lib.lesson.optimizer import Optimizer
from lib.lesson.run.set_up import set_up
from lib.lesson.run.sweep import final_losses, sweep_range

UPDATES = 100
SIDE = 60


def form_of(lesson: Optimizer) -> dict[str, Any]:
    """The long valley, from where it is usually started."""
    start: Any = list(OBJECTIVES["quadratic"].start)
    return {
        "objective": "quadratic",
        "start": [start] if lesson.param_axes == 2 else start,
        "updates": UPDATES,
    }


def rerun_time(slug: str) -> float:
    """Median seconds of a rerun of the first screen after the learning rate changed."""
    app = AppTest.from_file(ROUTER, default_timeout=60)
    app.session_state["goto"] = slug
    app.session_state[f"{slug}_view"] = FIRST_SCREEN
    for name, value in form_of(OPTIMIZERS[slug]).items():
        app.session_state[f"{slug}_{name}"] = str(value) if name == "start" else value
    app.run()
    with script_times() as times:
        for turn in range(1, REPEATS + 2):
            app.number_input(key=f"{slug}_lr").set_value(0.01 + turn / 1e4).run()
    return statistics.median(times[1:])


def seconds(work: Callable[[], Any]) -> float:
    """Median seconds of five runs."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def report_reruns() -> None:
    elementwise = [slug for slug, lesson in OPTIMIZERS.items() if lesson.gradient == "dense" and lesson.param_axes == 1]
    times = {slug: 1000 * rerun_time(slug) for slug in elementwise}
    slowest = max(times, key=lambda slug: times[slug])
    middle = statistics.median(times.values())
    row(
        f"Optimizer page, first screen, {UPDATES} updates, rerun after the learning rate changed",
        f"{middle:.0f} ms; slowest {times[slowest]:.0f} ms ({slowest})",
    )


def report_map() -> None:
    rates = np.logspace(-4, 0, SIDE)
    times = {
        slug: 1000 * seconds(lambda x=lesson: final_losses(x, form_of(x), rates, sweep_range(x, SIDE)))
        for slug, lesson in OPTIMIZERS.items()
        if lesson.sweeps
    }
    slowest = max(times, key=lambda slug: times[slug])
    row(
        f"Map of {SIDE} × {SIDE} runs of {UPDATES} updates",
        f"{statistics.median(times.values()):.0f} ms; slowest {times[slowest]:.0f} ms ({slowest})",
    )


def report_heavy() -> None:
    """L-BFGS for each hundred evaluations, Muon for each hundred updates: by hand, and by torch."""
    lbfgs, muon = OPTIMIZERS["lbfgs"], OPTIMIZERS["muon"]
    ready = set_up(
        lbfgs, {"objective": "rosenbrock", "start": [-1.5, 2.0], "updates": 4, "line_search_fn": "strong_wolfe"}
    )
    arguments = (ready.param, ready.grads, ready.values, ready.updates)
    evaluations = run.trace_by_hand(lbfgs, *arguments)[-1].state["func_evals"]
    for name, trace in (("by hand", run.trace_by_hand), ("PyTorch", run.trace_by_torch)):
        took = 1000 * seconds(lambda t=trace: t(lbfgs, *arguments)) * 100 / evaluations
        row(f"L-BFGS with line search, 100 evaluations, {name}", f"{took:.0f} ms")
    ready = set_up(muon, form_of(muon))
    arguments = (ready.param, ready.grads, ready.values, ready.updates)
    for name, trace in (("by hand", run.trace_by_hand), ("PyTorch", run.trace_by_torch)):
        row(f"Muon, 100 updates, {name}", f"{1000 * seconds(lambda t=trace: t(muon, *arguments)):.0f} ms")


def main() -> None:
    logging.disable(logging.CRITICAL)
    gc.collect()
    gc.freeze()  # as app.py does
    print("| what | time |\n| --- | --- |")
    report_reruns()
    report_map()
    report_heavy()


if __name__ == "__main__":
    main()
