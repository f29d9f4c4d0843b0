"""Every scheduler in the catalog against torch: learning rates and momentum over a hundred epochs."""

from __future__ import annotations

import inspect
import itertools
from typing import Any

import numpy as np
import pytest

from lib.catalog import SCHEDULERS
from lib.lesson import run
from lib.lesson.code.scheduler import numpy_program, pytorch_lines
from lib.lesson.run.schedule import groups_by_torch, lr_by_hand, lr_by_torch, schedule_by_hand
from lib.lesson.spec import Choice, Number, Switch, Tensor
from lib.refusal import Refusal
from tests.lesson import slips

STEPS = 100
LESSONS = [pytest.param(lesson, id=slug) for slug, lesson in SCHEDULERS.items()]
REFUSALS = (*run.REFUSALS, ZeroDivisionError)
METRICS = {
    "falling": 1 / np.arange(1, STEPS + 1),
    "flat": np.ones(STEPS),
    "rising": np.arange(STEPS) / 10 + 1,
    "NaN": np.full(STEPS, np.nan),
    "noisy": np.random.default_rng(0).normal(1, 0.2, STEPS),
    "negative": -np.random.default_rng(1).uniform(1, 2, STEPS),
}


def alternatives(spec):
    match spec:
        case Choice():
            return spec.options
        case Switch():
            return (False, True)
        case Number():
            return (spec.default, *spec.also)
        case Tensor():
            return (np.array(spec.default), np.array([3, 3, 50]), np.array([0, -2, 5]), np.array([], dtype=np.int64))
    return ()


def settings(lesson, most=60):
    """Combinations of the arguments' alternatives: each alone, then all, thinned."""
    fields = {p.name: alternatives(p) for p in lesson.parameters}
    alone = [{name: value} for name, values in fields.items() for value in values]
    together = [dict(zip(fields, chosen, strict=True)) for chosen in itertools.product(*fields.values())]
    return [{}, *alone, *together[:: max(1, len(together) // most)]]


def followed(lesson, values, metrics=None):
    """Both ways for as many steps as the schedule has, or None where torch refuses."""
    steps = STEPS
    if lesson.slug == "one_cycle_lr":
        total = values.get("total_steps") or (values.get("epochs") or 10) * (values.get("steps_per_epoch") or 10)
        steps = min(STEPS, total)
    try:
        expected = groups_by_torch(lesson, values, steps, metrics)
    except REFUSALS as error:
        with pytest.raises(ValueError):
            schedule_by_hand(lesson, values, steps, metrics)
            pytest.fail(f"torch refuses {values} ({error}), the hand calculation does not")
        return None
    return schedule_by_hand(lesson, values, steps, metrics), expected


def assert_agrees(lesson, values, metrics=None):
    both = followed(lesson, values, metrics)
    if both is None:
        return
    rates, (expected, momenta) = both
    np.testing.assert_allclose([r.lr for r in rates], expected, rtol=1e-9, atol=1e-12, err_msg=str(values))
    if lesson.cycles_momentum(rates[0].given):
        ours = [r.state["momentum"] for r in rates]
        np.testing.assert_allclose(ours, momenta, rtol=1e-9, atol=1e-12, err_msg=str(values))


@pytest.mark.parametrize("lesson", LESSONS)
def test_names_and_defaults_are_torchs_own(lesson):
    signature = inspect.signature(lesson.torch).parameters
    for parameter in lesson.parameters:
        default = signature[parameter.name].default
        named = isinstance(parameter, Choice) and parameter.torch is not None and default is not None
        if default is not inspect.Parameter.empty and not named:
            assert parameter.default == default, parameter.name
    left_out = set(signature) - {p.name for p in lesson.parameters}
    assert left_out <= {"optimizer", "last_epoch", "milestones"}, "every argument is offered"


@pytest.mark.parametrize("lr", [0.1, 1e-3, 2.0])
@pytest.mark.parametrize("lesson", [pytest.param(x, id=slug) for slug, x in SCHEDULERS.items() if not x.watches_metric])
def test_learning_rates_are_torchs(lesson, lr):
    for setting in settings(lesson):
        assert_agrees(lesson, {**setting, "lr": lr})


@pytest.mark.parametrize("most", [40, pytest.param(200, marks=pytest.mark.long)])
@pytest.mark.parametrize("kind", METRICS)
@pytest.mark.parametrize("lesson", [pytest.param(x, id=slug) for slug, x in SCHEDULERS.items() if x.watches_metric])
def test_learning_rates_that_follow_a_metric_are_torchs(lesson, kind, most):
    for setting in settings(lesson, most=most):
        assert_agrees(lesson, setting, METRICS[kind])


WRONG: dict[str, list[dict[str, Any]]] = {
    "step_lr": [{"step_size": 0}],
    "polynomial_lr": [{"power": -1.0}],
    "constant_lr": [{"factor": 1.5}, {"factor": -0.1}, {"factor": 0.0}],
    "linear_lr": [{"start_factor": 0.0}, {"start_factor": 1.5}, {"end_factor": -0.1}, {"end_factor": 2.0}],
    "cosine_annealing_lr": [{"T_max": 0}],
    "cosine_annealing_warm_restarts": [{"T_0": 0}, {"T_0": -3}, {"T_mult": 0}],
    "reduce_lr_on_plateau": [{"factor": 1.0}, {"factor": 2.0}],
    "one_cycle_lr": [
        {"total_steps": None, "epochs": None},
        {"pct_start": 1.5, "total_steps": 30},
        {"total_steps": 0},
        {"total_steps": 2, "pct_start": 0.5},
        {"total_steps": 30, "div_factor": 0.0},
        {"total_steps": 30, "final_div_factor": 0.0},
    ],
    "cyclic_lr": [{"step_size_up": 0, "step_size_down": 5}, {"step_size_up": 5, "step_size_down": -5}],
    "multiplicative_lr": [{"lr_lambda": 0.9}],
}


@pytest.mark.parametrize(
    ("slug", "values"), [pytest.param(s, v, id=f"{s}-{v}") for s, every in WRONG.items() for v in every]
)
def test_what_torch_refuses_is_refused(slug, values):
    assert followed(SCHEDULERS[slug], values, METRICS["flat"]) is None


ODD: dict[str, list[dict[str, Any]]] = {
    "step_lr": [{"step_size": -3}, {"step_size": -1, "gamma": 1.5}],
    "polynomial_lr": [{"total_iters": -2}, {"total_iters": 0}, {"power": 0.0}],
    "linear_lr": [{"total_iters": -1}, {"total_iters": 0}],
    "cosine_annealing_lr": [{"T_max": -3}, {"T_max": 2, "eta_min": 0.2}],
    "exponential_lr": [{"gamma": 0.0}, {"gamma": -1.0}],
    "cyclic_lr": [{"step_size_up": 3, "step_size_down": -1}, {"base_lr": 0.2, "max_lr": 0.1}],
}


@pytest.mark.parametrize(
    ("slug", "values"), [pytest.param(s, v, id=f"{s}-{v}") for s, every in ODD.items() for v in every]
)
def test_odd_arguments_that_torch_takes_are_taken(slug, values):
    assert followed(SCHEDULERS[slug], values) is not None
    assert_agrees(SCHEDULERS[slug], values)


@pytest.mark.parametrize(
    ("lesson", "pitfall"),
    [pytest.param(x, p, id=f"{slug}-{p.title}") for slug, x in SCHEDULERS.items() for p in x.pitfalls if p.error],
)
def test_pitfall_quotes_torchs_own_error(lesson, pitfall):
    with pytest.raises(REFUSALS) as caught:
        groups_by_torch(lesson, pitfall.values, 30, METRICS["flat"].tolist())
    assert pitfall.error in str(caught.value)
    with pytest.raises(ValueError):
        schedule_by_hand(lesson, pitfall.values, 30, METRICS["flat"].tolist())


def examples():
    for slug, lesson in SCHEDULERS.items():
        for example in lesson.examples:
            yield pytest.param(lesson, example, id=f"{slug}-{example.title}")


def run_of(example):
    values = {n: v for n, v in example.values.items() if n not in ("steps", "metrics")}
    return values, example.values["steps"], example.values.get("metrics")


@pytest.mark.parametrize(("lesson", "example"), list(examples()))
def test_example_agrees_with_torch_and_can_be_written_out(lesson, example):
    values, steps, metrics = run_of(example)
    rates = schedule_by_hand(lesson, values, steps, metrics)
    np.testing.assert_allclose([r.lr for r in rates], run.lr_by_torch(lesson, values, steps, metrics), rtol=1e-9)
    for rate in rates:
        assert list(rate.steps)[-1] == "lr"
        for step in rate.steps.values():
            assert "=" in step.latex
            assert step.given or step.words, f"{step.name} has no first hint"
            if step.worked:
                assert step.worked()


@pytest.mark.parametrize(
    ("lesson", "mistake"),
    [pytest.param(x, m, id=f"{slug}-{m.name}") for slug, x in SCHEDULERS.items() for m in x.mistakes.values()],
)
def test_mistake_differs_from_the_truth_and_is_found_at_its_step(lesson, mistake):
    for example in lesson.examples:
        values, steps, metrics = run_of(example)
        for rate in schedule_by_hand(lesson, values, steps, metrics):
            truth, wrong = slips.truth_and_mistaken(lesson, rate.given, mistake)
            first = None if wrong is None else slips.first_difference(truth, wrong)
            if first is not None and wrong is not None:
                assert not mistake.instead or truth[first].base in mistake.instead
                assert mistake in slips.fitting(lesson, rate.given, first, wrong[first].value)
                return
    pytest.fail("no example shows this mistake")


@pytest.mark.parametrize("lesson", LESSONS)
def test_lesson_is_complete(lesson):
    assert len(lesson.mistakes) >= 3
    assert len(lesson.examples) >= 3
    assert len(lesson.pitfalls) >= 2 and lesson.sources and lesson.symbols
    assert any("一" <= letter <= "鿿" for letter in lesson.names[0]), "the Chinese name comes first"


def printed_rates(program, capsys):
    exec(compile(program, "program", "exec"), {"__name__": "__main__"})
    return [float(line.split()[1]) for line in capsys.readouterr().out.strip().splitlines()]


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(("lesson", "example"), list(examples()))
def test_programs_run_and_print_the_same_rates(lesson, example, capsys):
    values, steps, metrics = run_of(example)
    steps = steps - 1 if lesson.slug == "one_cycle_lr" else steps  # torch's lines step once more at the end
    expected = run.lr_by_hand(lesson, values, steps, metrics)
    np.testing.assert_allclose(
        printed_rates(pytorch_lines(lesson, values, steps, metrics), capsys), expected, rtol=1e-9, atol=1e-15
    )
    if lesson.parts is None:
        np.testing.assert_allclose(
            printed_rates(numpy_program(lesson, values, steps, metrics), capsys), expected, rtol=1e-9, atol=1e-15
        )


PARTS: dict[str, tuple[str, dict[str, Any]]] = {
    "steps": ("step_lr", {"step_size": 4, "gamma": 0.5}),
    "milestones": ("multi_step_lr", {"milestones": [3, 7]}),
    "half at first": ("constant_lr", {"factor": 0.5, "total_iters": 4}),
    "warm-up": ("linear_lr", {"start_factor": 0.1, "total_iters": 6}),
    "down to 0": ("linear_lr", {"start_factor": 1.0, "end_factor": 0.0, "total_iters": 6}),
    "exponential": ("exponential_lr", {"gamma": 0.9}),
    "squared": ("polynomial_lr", {"total_iters": 8, "power": 2.0}),
    "cosine": ("cosine_annealing_lr", {"T_max": 9, "eta_min": 0.01}),
    "restarts": ("cosine_annealing_warm_restarts", {"T_0": 5}),
    "function": ("lambda_lr", {"lr_lambda": "one over the root"}),
    "torch's defaults": ("lambda_lr", {}),
    "products": ("multiplicative_lr", {"lr_lambda": "less and less"}),
}


def part(name):
    slug, values = PARTS[name]
    return SCHEDULERS[slug], values


@pytest.mark.parametrize("second", [name for name in PARTS if name != "products"])
@pytest.mark.parametrize("first", PARTS)
def test_one_after_the_other_is_torchs(first, second):
    assert_agrees(SCHEDULERS["sequential_lr"], {"schedulers": ([part(first), part(second)], [6]), "lr": 0.1})
    three = ([part(first), part(second), part("exponential")], [6, 6])
    assert_agrees(SCHEDULERS["sequential_lr"], {"schedulers": three, "lr": 0.1})


@pytest.mark.parametrize("second", PARTS)
@pytest.mark.parametrize("first", PARTS)
def test_both_at_once_are_torchs(first, second):
    assert_agrees(SCHEDULERS["chained_scheduler"], {"schedulers": [part(first), part(second)], "lr": 0.1})


PLATEAU: tuple[Any, dict[str, Any]] = (SCHEDULERS["reduce_lr_on_plateau"], {})


@pytest.mark.parametrize(
    ("slug", "schedulers"),
    [
        pytest.param("chained_scheduler", [], id="chain of nothing"),
        pytest.param("chained_scheduler", [part("steps"), PLATEAU], id="chain with a plateau"),
        pytest.param("chained_scheduler", [(SCHEDULERS["step_lr"], {"step_size": 0})], id="chain with a wrong part"),
        pytest.param("sequential_lr", ([], []), id="sequence of nothing"),
        pytest.param("sequential_lr", ([part("steps"), PLATEAU], [5]), id="sequence with a plateau"),
        pytest.param("sequential_lr", ([part("steps"), part("cosine")], []), id="too few milestones"),
        pytest.param("sequential_lr", ([part("steps")], [5]), id="too many milestones"),
    ],
)
def test_combinations_that_torch_refuses_are_refused(slug, schedulers):
    assert followed(SCHEDULERS[slug], {"schedulers": schedulers}) is None


@pytest.mark.parametrize("name", ["one_cycle_lr", "cyclic_lr", "multiplicative_lr"])
def test_combinations_that_are_not_worked_are_said_to_be(name):
    with pytest.raises(ValueError, match="not worked here"):
        schedule_by_hand(SCHEDULERS["sequential_lr"], {"schedulers": ([part("steps"), (SCHEDULERS[name], {})], [5])}, 9)


def test_a_function_of_ones_own_can_be_given():
    for slug in ("lambda_lr", "multiplicative_lr"):
        assert_agrees(SCHEDULERS[slug], {"lr_lambda": lambda epoch: 1 / (epoch + 1), "lr": 0.3})


BEYOND = {
    "exponential_lr-a huge gamma": ("exponential_lr", {"gamma": 1e308}),
    "exponential_lr-a huge gamma below 0": ("exponential_lr", {"gamma": -1e308}),
    "cyclic_lr-a gamma that is not used": ("cyclic_lr", {"base_lr": 0.01, "max_lr": 0.1, "gamma": 1e308}),
    "step_lr-a huge gamma": ("step_lr", {"step_size": 1, "gamma": 1e308}),
}


@pytest.mark.parametrize(("slug", "values"), BEYOND.values(), ids=BEYOND)
def test_beyond_every_number_the_rates_are_torchs(slug, values):
    lesson = SCHEDULERS[slug]
    np.testing.assert_array_equal(lr_by_hand(lesson, values, 5), lr_by_torch(lesson, values, 5))


def test_what_torchs_python_numbers_refuse_is_refused_in_words():
    values = {"base_lr": 0.01, "max_lr": 0.1, "mode": "exp_range", "gamma": 1e308}
    with pytest.raises(OverflowError):
        lr_by_torch(SCHEDULERS["cyclic_lr"], values, 5)
    with pytest.raises(Refusal, match="gamma is 1e.308; to the power of 2"):
        lr_by_hand(SCHEDULERS["cyclic_lr"], values, 5)
