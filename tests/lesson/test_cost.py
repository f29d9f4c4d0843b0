"""What a lesson says that it costs: from above, without computing it, whatever numbers stand in the fields."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np
import pytest

from lib.budget import UNBOUNDED, Budget, OverBudget, Stopped
from lib.catalog import LESSONS, OPTIMIZERS, SCHEDULERS, TOPICS
from lib.lesson import run
from lib.lesson.cost import count, shape_of, size, stretched_size
from lib.lesson.pieces.draw import draw_values
from lib.lesson.run.extremes import table
from lib.lesson.run.given import cost_of
from lib.lesson.run.rivals import DEFAULT, rivals
from lib.lesson.run.schedule import groups_by_torch, schedule_by_hand
from lib.lesson.run.set_up import set_up
from lib.lesson.run.slope import slopes
from lib.lesson.run.sweep import final_losses
from lib.lesson.working import judge

HERE = Budget(numbers=1e8, bytes=2e8)  # as a page has it, but with all the time in the world
A_NUMBER = 40e-9  # seconds at the most, on a slow machine


def zeros(*shape: int) -> np.ndarray:
    """As an array, without the memory for it."""
    return np.broadcast_to(np.zeros(()), shape)


def labels(*shape: int) -> np.ndarray:
    return np.broadcast_to(np.zeros((), np.int64), shape)


COLUMN, ROW = zeros(10_000, 1), zeros(1, 10_000)
MILLION = zeros(1000, 1000)
CASES = {  # lesson, values, whether it is too much
    "a million numbers beside a million": ("mse_loss", {"input": MILLION, "target": MILLION}, False),
    "a column beside a row": ("mse_loss", {"input": COLUMN, "target": ROW}, True),
    "a column beside a row of p": ("kl_divergence", {"p": COLUMN, "q": ROW}, True),
    "one million and one": ("l1_loss", {"input": MILLION, "target": zeros(1)}, False),
    "classes of a million scores": ("cross_entropy_loss", {"input": MILLION, "target": labels(1000)}, False),
    "one class each of 10,000": ("gaussian_nll_loss", {"input": zeros(10_000, 2), "target": zeros(10_000, 2),
                                 "var": zeros(10_000)}, False),
    "a variance for each of 10,000 × 10,000": ("gaussian_nll_loss", {"input": ROW, "target": ROW, "var": COLUMN}, True),
    "10,000 classes, many labels": ("multi_label_margin_loss", {"input": ROW, "target": labels(1, 10_000)}, True),
    "a million classes, many labels": ("multi_label_margin_loss", {"input": zeros(10**6), "target": labels(10**6)},
                                       True),
    "200 classes, many labels": ("multi_label_margin_loss", {"input": zeros(10, 200), "target": labels(10, 200)},
                                 False),
    "10,000 targets for one pair": ("cosine_embedding_loss", {"input1": ROW, "input2": ROW, "target": zeros(10_000)},
                                    True),
    "a triplet of column and rows": ("triplet_margin_loss", {"anchor": COLUMN, "positive": ROW, "negative": ROW}, True),
    "200 frames of 30 letters": ("ctc_loss", {"log_probs": zeros(200, 4, 30), "targets": labels(4, 30),
                                 "input_lengths": labels(4) + 200, "target_lengths": labels(4) + 30}, False),
    "a million frames": ("ctc_loss", {"log_probs": zeros(10**6, 1, 1), "targets": labels(1, 1),
                         "input_lengths": labels(1), "target_lengths": labels(1)}, True),
    "as many labels as frames": ("ctc_loss", {"log_probs": zeros(1000, 1, 1000), "targets": labels(1, 1000),
                                 "input_lengths": labels(1), "target_lengths": labels(1) + 1000}, True),
}  # fmt: skip


@pytest.mark.parametrize(("slug", "values", "too_much"), CASES.values(), ids=CASES)
def test_what_is_too_much_is_refused_before_it_is_read(slug, values, too_much):
    lesson = LESSONS[slug]
    if not too_much:
        HERE.need(cost_of(lesson, values))
        return
    for way in (run.by_hand, run.grad_by_hand, run.torch_result, run.by_torch):
        with pytest.raises(OverBudget):
            way(lesson, values, budget=HERE)
    with pytest.raises(OverBudget):
        judge(lesson, values, {}, (), budget=HERE)


def larger(shapes, times: int):
    """The same shapes with every axis longer, except those of one and none."""
    return {name: tuple(n * times if n > 1 else n for n in shape) for name, shape in shapes.items()}


LARGER = [
    (slug, place)
    for slug, lesson in LESSONS.items()
    for place, shapes in enumerate(lesson.shapes)
    if all(0 not in shape for shape in shapes.values())
]


@pytest.mark.parametrize(("slug", "place"), LARGER, ids=[f"{slug}-{place}" for slug, place in LARGER])
def test_a_cost_is_an_estimate_from_above(slug, place):
    lesson = LESSONS[slug]
    shapes = lesson.shapes[place]
    deepest = max((len(shape) for shape in shapes.values()), default=0)
    times = 3 if slug == "ctc_loss" else {0: 1, 1: 300, 2: 20, 3: 8}.get(deepest, 4)
    with np.errstate(divide="ignore"):  # among many probabilities there is one that is rounded to 0
        values = draw_values(lesson, larger(shapes, times), seed=0)
    run.torch_result(lesson, values)  # what torch imports when it is first asked is not counted
    cost = cost_of(lesson, values)
    tracemalloc.start()
    began = time.thread_time()
    case = run.Case.of(lesson, values)
    assert case.forward and case.gradient
    run.torch_result(lesson, values)
    seconds, (_, most) = time.thread_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most <= cost.bytes + 100_000
    assert seconds <= cost.numbers * A_NUMBER + 0.05


ODD = [10**400, -(10**400), 1e308, -1e308, np.nan, np.inf, -1, 0, None, "x", [], [[1, 2], [3]], np.array([]), zeros()]


@pytest.mark.parametrize("slug", TOPICS)
def test_a_cost_never_raises(slug):
    topic = TOPICS[slug]
    for odd in ODD:
        for field in topic.fields:
            cost = cost_of(topic, {field.name: odd})
            assert cost.numbers >= 0 or np.isnan(cost.numbers)


def test_sizes_are_told_from_shapes():
    assert shape_of([[1, 2], [3]]) == (2, 2)
    assert (size(zeros(10**9, 10**9)), size(3.0), size(np.zeros(()))) == (1e18, 0.0, 1.0)
    assert stretched_size((3, 1), (4,)) == 12
    assert stretched_size((3, 0), (3, 1)) == 0
    assert count(10**400) == count(np.nan) == np.inf
    assert count(-(10**400)) == count(-5) == count("x") == 0
    assert count(None, otherwise=7) == 7


def update_costs(slug, **settings):
    lesson = OPTIMIZERS[slug]
    form = {"objective": "quadratic", "start": [2.0, 1.0], "updates": 20, **settings}
    return lesson, set_up(lesson, form)


UPDATES = {
    "a history of a thousand million": ("lbfgs", {"history_size": 10**9}, True),
    "a history beyond all numbers": ("lbfgs", {"history_size": 10**400}, True),
    "turns without end": ("lbfgs", {"max_iter": 10**9, "tolerance_grad": 0.0, "tolerance_change": 0.0}, True),
    "evaluations without end": ("lbfgs", {"max_eval": 10**9}, True),
    "the usual turns": ("lbfgs", {}, False),
    "a thousand updates of a thousand numbers": ("adam", {"start": np.zeros((500, 2)), "updates": 1000}, False),
    "a large matrix evened often": (
        "muon",
        {"start": np.zeros((500, 2)), "updates": 1000, "ns_steps": 99, "lr": 0.1},
        True,
    ),
}


@pytest.mark.parametrize(("slug", "settings", "too_much"), UPDATES.values(), ids=UPDATES)
def test_updates_that_are_too_much_are_refused_before_the_first(slug, settings, too_much):
    lesson, ready = update_costs(slug, **settings)
    for trace in (run.trace_by_hand, run.trace_by_torch):
        if too_much:
            with pytest.raises(OverBudget):
                trace(lesson, ready.param, ready.grads, ready.values, ready.updates, budget=HERE)
        else:
            assert len(trace(lesson, ready.param, ready.grads, ready.values, ready.updates, budget=HERE))


def test_a_map_over_a_large_parameter_is_refused():
    form = {"objective": "quadratic", "start": np.zeros((500, 2)), "updates": 1000}
    rates = np.logspace(-4, 0, 60)
    with pytest.raises(OverBudget):
        final_losses(OPTIMIZERS["adam"], form, rates, rates, budget=HERE)
    small = {**form, "start": [2.0, 1.0]}
    assert final_losses(OPTIMIZERS["adam"], small, rates[:3], rates[:2], budget=HERE).shape == (2, 3)


@pytest.mark.parametrize("steps", [10**9, 10**400])
@pytest.mark.parametrize("slug", SCHEDULERS)
def test_epochs_without_end_are_refused(slug, steps):
    for follow in (schedule_by_hand, groups_by_torch, run.lr_by_hand, run.lr_by_torch):
        with pytest.raises(OverBudget):
            follow(SCHEDULERS[slug], {}, steps, [1.0], budget=HERE)


@pytest.mark.parametrize("slug", TOPICS)
def test_the_first_example_fits_many_times(slug):
    topic = TOPICS[slug]
    if slug in OPTIMIZERS:
        ready = set_up(OPTIMIZERS[slug], topic.examples[0].values)
        one = cost_of(topic, {**ready.values, "param": ready.param}).kept(ready.updates)
    else:
        one = cost_of(topic, {n: v for n, v in topic.examples[0].values.items() if n in {f.name for f in topic.fields}})
    HERE.need(one.times(10))


class After:
    """Says no to going on once it has been asked so often."""

    def __init__(self, most: int) -> None:
        self.left = most

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


def left_after(asked: int) -> Budget:
    return Budget(stopped=After(asked))


MSE = {"input": [1.0, 2.0], "target": [0.0, 0.0]}
QUICK = {"objective": "quadratic", "start": [2.0, 1.0], "updates": 20, "max_iter": 10**9, "tolerance_grad": 0.0}
ENDLESS = set_up(OPTIMIZERS["lbfgs"], {**QUICK, "objective": "noisy quadratic", "tolerance_change": -1e308})
SEARCHING = set_up(OPTIMIZERS["lbfgs"], {**QUICK, "objective": "rosenbrock", "line_search_fn": "strong_wolfe"})


def traced(trace, ready, budget):
    return trace(OPTIMIZERS["lbfgs"], ready.param, ready.grads, ready.values, ready.updates, budget=budget)


LEAVES = {
    "between the steps of a loss": lambda b: run.by_hand(LESSONS["mse_loss"], MSE, budget=b),
    "between the steps of a gradient": lambda b: run.grad_by_hand(LESSONS["mse_loss"], MSE, budget=b),
    "between finite differences": lambda b: slopes(LESSONS["mse_loss"], MSE, "input", budget=b),
    "between extreme inputs": lambda b: table(LESSONS["mse_loss"], budget=b),
    "between epochs by hand": lambda b: schedule_by_hand(SCHEDULERS["step_lr"], {"step_size": 3}, 100, budget=b),
    "between epochs by torch": lambda b: groups_by_torch(SCHEDULERS["step_lr"], {"step_size": 3}, 100, budget=b),
    "between turns by hand": lambda b: traced(run.trace_by_hand, ENDLESS, b),
    "between turns of torch": lambda b: traced(run.trace_by_torch, ENDLESS, b),
    "while searching by hand": lambda b: traced(run.trace_by_hand, SEARCHING, b),
    "while torch searches": lambda b: traced(run.trace_by_torch, SEARCHING, b),
    "between the updates of a map": lambda b: final_losses(
        OPTIMIZERS["sgd"], {"updates": 50}, np.ones(2), np.ones(2), budget=b
    ),
    "between rivals": lambda b: rivals(OPTIMIZERS["sgd"], {}, [OPTIMIZERS["adam"]], DEFAULT, budget=b),
}


@pytest.mark.parametrize("asked", [0, 1, 3])
@pytest.mark.parametrize("compute", LEAVES.values(), ids=LEAVES)
def test_who_leaves_is_computed_for_no_more(compute, asked):
    with pytest.raises(Stopped, match="left"):
        compute(left_after(asked))


@pytest.mark.parametrize("trace", [run.trace_by_hand, run.trace_by_torch])
def test_time_ends_a_step_that_has_no_end(trace):
    began = time.thread_time()
    with pytest.raises(Stopped, match=r"0\.2 s"):
        traced(trace, ENDLESS, Budget(seconds=0.2))
    assert time.thread_time() - began < 0.5


def test_an_update_that_is_looked_at_again_is_bounded_anew():
    lesson, ready = update_costs("lbfgs", updates=1)
    (update,) = run.trace_by_hand(lesson, ready.param, ready.grads, ready.values, 1, budget=Budget(seconds=1e6))
    values = {**ready.values, "param": ready.param, "grad": update.grad, "state": {}}
    with pytest.raises(Stopped):
        assert run.Case.of(lesson, values, budget=left_after(2)).forward


def test_without_a_budget_nothing_is_bounded():
    values = {"input": np.zeros((3000, 1)), "target": np.zeros((1, 3000))}
    assert run.by_hand(LESSONS["mse_loss"], values, budget=UNBOUNDED)["loss"].value == 0
    lesson, ready = update_costs("lbfgs", updates=1, history_size=10**6)
    assert len(run.trace_by_torch(lesson, ready.param, ready.grads, ready.values, 1)) == 1
