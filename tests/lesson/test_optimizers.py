"""Every optimizer in the catalog against torch: parameters and buffers, over many updates."""

from __future__ import annotations

import inspect
import itertools

import numpy as np
import pytest

from lib.catalog import OPTIMIZERS
from lib.lesson import run
from lib.lesson.objectives import OBJECTIVES
from lib.lesson.run.set_up import set_up
from lib.lesson.run.sweep import final_losses, sweep_range, sweep_setting
from lib.lesson.run.trace import buffers, first_parting, trace_by_hand, trace_by_torch
from lib.lesson.spec import Choice, Number, Numbers, Switch
from lib.lesson.working.diagnose import answers_of, same_value
from lib.refusal import Refusal
from tests.lesson import slips

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
UPDATES = 100
LESSONS = [pytest.param(lesson, id=slug) for slug, lesson in OPTIMIZERS.items()]
DENSE = [pytest.param(lesson, id=slug) for slug, lesson in OPTIMIZERS.items() if lesson.gradient != "closure"]
CLOSURE = [pytest.param(lesson, id=slug) for slug, lesson in OPTIMIZERS.items() if lesson.gradient == "closure"]


def alternatives(spec):
    match spec:
        case Choice():
            return spec.options
        case Switch():
            return (False, True)
        case Number() | Numbers():
            return (spec.default, *spec.also)
    return ()


def settings(lesson, most=10):
    """Combinations of the parameters' alternatives that torch takes: each alone, then all, thinned."""
    fields = {p.name: alternatives(p) for p in lesson.parameters}
    alone = [{name: value} for name, values in fields.items() for value in values[1:]]
    together = [dict(zip(fields, chosen, strict=True)) for chosen in itertools.product(*fields.values())]
    return [s for s in [{}, *alone, *together[:: max(1, -(-len(together) // most))]] if not refused(lesson, s)]


def refused(lesson, setting):
    param, grads = small_run(lesson)
    try:
        run.trace_by_torch(lesson, param, grads, setting)
    except run.REFUSALS:
        return True
    return False


def small_run(lesson):
    """A parameter and one gradient that the optimizer takes."""
    param = np.array([[1.0, -2.0], [0.5, 3.0]])
    grad = np.array([[0.3, -0.1], [2.0, 0.0]])
    if lesson.gradient == "closure":
        return param[0], [lambda p: (np.sum(p**2), 2 * p)]
    return param, [(np.array([0, 1]), grad) if lesson.gradient == "sparse" else grad]


def drawn(kind, shape, count, seed=0):
    """Gradients of one kind, a list with one per update."""
    random = np.random.default_rng((seed, *shape))
    dense = random.normal(0, 1, (count, *shape))
    signs = np.where(np.arange(count) % 2, -1.0, 1.0).reshape(-1, *(1 for _ in shape))
    return list(
        {
            "dense": dense,
            "zero": dense * (random.random((count, *shape)) < 0.4),
            "all zero": 0 * dense,
            "huge": 1e8 * dense,
            "tiny": 1e-12 * dense,
            "sign-changing": signs * np.abs(dense),
        }[kind]
    )


KINDS = ("dense", "zero", "all zero", "huge", "tiny", "sign-changing")
SHAPES = ((), (3,), (2, 3), (2, 1, 3))


def as_rows(grads):
    """The same gradients as (indices, values), some rows left out, some listed twice, one explicitly zero."""
    listed = []
    for update, grad in enumerate(grads):
        rows = np.arange(len(grad))[update % 2 :]
        rows = np.concatenate([rows, rows[:1]]) if update % 3 == 0 else rows
        listed.append((rows, np.zeros_like(grad[rows]) if update % 7 == 3 else grad[rows]))
    return listed


def shapes_of(lesson):
    if lesson.slug == "muon":
        return ((2, 3), (3, 2), (4, 4), (1, 3))
    return SHAPES if lesson.gradient == "dense" else SHAPES[1:]


# Muon's bfloat16 matrices are added up in another order than torch's kernel does: in about one update of a thousand a
# number rounds to the neighbouring bfloat16, 1/128 of a step away, and the parameter keeps that difference.
BFLOAT16_STEP = {"muon": 1 / 32}  # in learning rates, after 100 updates


# Torch adds with fused multiplication, which rounds once where NumPy rounds twice. Where weight decay alone carries
# Adamax's parameter through 0 again and again, that last digit grows tenfold every ten updates or so.
WELL_CONDITIONED = 40


def updates_of(lesson, setting, kind):
    circles = lesson.slug == "adamax" and kind in ("all zero", "tiny") and setting.get("weight_decay")
    return WELL_CONDITIONED if circles else UPDATES


def tolerance(lesson, setting):
    steps = BFLOAT16_STEP.get(lesson.slug, 0.0) * max(np.ravel(setting.get("lr", 1e-3)))
    return {"param_atol": max(steps, 1e-11)}


def assert_same_trace(ours, torchs, rtol=1e-9, atol=1e-12, param_atol=0.0):
    for update, (our, theirs) in enumerate(zip(ours, torchs, strict=True), 1):
        assert our.state.keys() == theirs.state.keys(), f"update {update}"
        mine, other = dict(buffers(our.state)), dict(buffers(theirs.state))
        assert mine.keys() == other.keys(), f"update {update}"
        for name, value in (*mine.items(), ("param", our.param)):
            expected = theirs.param if name == "param" else other[name]
            assert value.shape == expected.shape, f"{name} after update {update}"
            np.testing.assert_allclose(
                value,
                expected,
                rtol=rtol,
                atol=max(atol, param_atol) if name == "param" else atol,
                equal_nan=True,
                err_msg=f"{name} after update {update}",
            )


@pytest.mark.parametrize("lesson", LESSONS)
def test_names_and_defaults_are_torchs_own(lesson):
    signature = inspect.signature(lesson.torch).parameters
    for parameter in lesson.parameters:
        assert parameter.default == signature[parameter.name].default, parameter.name
    explained = {p.name for p in lesson.parameters} | set(lesson.speed_only) | {"params"}
    assert explained == set(signature), "every argument is offered or explained"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lesson", DENSE)
def test_parameters_and_buffers_are_torchs(lesson, kind):
    """Every combination of arguments, over 100 updates; the shapes take turns."""
    shapes = shapes_of(lesson)
    for turn, setting in enumerate(settings(lesson)):
        shape = shapes[turn % len(shapes)]
        param = np.random.default_rng(turn).normal(0, 1, shape)
        grads = drawn(kind, shape, updates_of(lesson, setting, kind), seed=turn)
        if lesson.gradient == "sparse":
            grads = as_rows(grads)
        assert_same_trace(
            run.trace_by_hand(lesson, param, grads, setting),
            run.trace_by_torch(lesson, param, grads, setting),
            **tolerance(lesson, setting),
        )


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("lesson", DENSE)
def test_runs_on_objectives_are_torchs(lesson, objective):
    form = {"objective": objective, "start": [list(OBJECTIVES[objective].start)], "updates": 50}
    ready = set_up(lesson, form)
    for setting in settings(lesson, most=3):
        arguments = (ready.param, ready.grads, {**ready.values, **setting}, ready.updates)
        parting = first_parting(run.trace_by_hand(lesson, *arguments), run.trace_by_torch(lesson, *arguments), 1e-7)
        assert parting is None or diverged(lesson, arguments, parting), f"{setting}: {parting}"


def diverged(lesson, arguments, parting):
    """Far out, where a number overflows, inf − inf may come a step earlier on one side."""
    params = [u.param for u in run.trace_by_torch(lesson, *arguments)[: parting.update]]
    return not np.isfinite(params[-1]).all() or np.abs(params[-1]).max() > 1e12


@pytest.mark.parametrize("objective", [name for name in OBJECTIVES if name != "saddle"])
@pytest.mark.parametrize("lesson", CLOSURE)
def test_each_step_with_a_closure_is_torchs(lesson, objective):
    """Every step() is worked from torch's own parameter and state: what a turn amplifies is not carried along.

    On the saddle the loss falls without end, and the step lengths grow to where rounding is all that is left.
    """
    form = {"objective": objective, "start": list(OBJECTIVES[objective].start), "updates": 12}
    ready = set_up(lesson, form)
    assert isinstance(ready.grads, list)
    for setting in settings(lesson, most=12):
        setting = {"max_iter": 4, **setting}
        torchs = run.trace_by_torch(lesson, ready.param, ready.grads, setting, 12)
        for place, after in enumerate(torchs):
            param, state = (torchs[place - 1].param, torchs[place - 1].state) if place else (ready.param, {})
            given = run.given_values(lesson, {**setting, "param": param, "grad": ready.grads[place], "state": state})
            ours = run.drive(lesson.by_hand(**given)).returned
            assert_same_trace([run.Update(dict, ours[0], ours[1])], [after], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_learning_rate_that_changes_is_set_before_each_update(lesson):
    form = {"objective": "quadratic", "start": [[2.0, 1.0]], "updates": 12, "lr": 0.01, "drop_at": 5, "drop_to": 0.002}
    ready = set_up(lesson, form)
    arguments = (ready.param, ready.grads, ready.values, ready.updates)
    assert_same_trace(run.trace_by_hand(lesson, *arguments), run.trace_by_torch(lesson, *arguments))


@pytest.mark.parametrize("lesson", DENSE)
def test_without_a_gradient_a_parameter_is_skipped(lesson):
    param, (grad,) = small_run(lesson)
    grads = [None, grad, None, grad]
    ours, torchs = run.trace_by_hand(lesson, param, grads, {}), run.trace_by_torch(lesson, param, grads, {})
    for our, theirs in zip(ours, torchs, strict=True):
        np.testing.assert_allclose(our.param, theirs.param, rtol=1e-9)
    assert ours[0].steps == {} and np.array_equal(ours[0].param, param)


@pytest.mark.parametrize("lesson", LESSONS)
def test_nothing_that_is_given_is_changed(lesson):
    param, grads = small_run(lesson)
    before = param.copy()
    first, second = run.trace_by_hand(lesson, param, grads, {}), run.trace_by_hand(lesson, param, [*grads, *grads], {})
    assert np.array_equal(param, before)
    assert_same_trace(first, second[:1])


def wrong_values(lesson):
    for parameter in lesson.parameters:
        match parameter:
            case Number():
                yield from ({parameter.name: bad} for bad in (-1.0, -1e-9, 1.0, 2.0, 0.0, np.nan))
            case Numbers():
                for place in range(len(parameter.default)):
                    for bad in (-0.1, 1.0, 1.5, 0.0, np.nan, 1e308):
                        numbers = list(parameter.default)
                        numbers[place] = bad
                        yield {parameter.name: tuple(numbers)}


@pytest.mark.parametrize("lesson", LESSONS)
def test_arguments_that_torch_refuses_are_refused_and_no_others(lesson):
    param, grads = small_run(lesson)
    for setting in wrong_values(lesson):
        setting = {n: int(v) if integer(lesson, n) and float(v).is_integer() else v for n, v in setting.items()}
        try:
            run.trace_by_torch(lesson, param, grads, setting)
        except run.REFUSALS:
            with pytest.raises(ValueError):
                run.trace_by_hand(lesson, param, grads, setting)
                pytest.fail(f"torch refuses {setting}, the hand calculation does not")
        else:
            if not integer(lesson, next(iter(setting))):
                run.trace_by_hand(lesson, param, grads, setting)


def integer(lesson, name):
    return any(isinstance(p, Number) and p.integer and p.name == name for p in lesson.parameters)


@pytest.mark.parametrize(
    ("lesson", "pitfall"),
    [pytest.param(x, p, id=f"{slug}-{p.title}") for slug, x in OPTIMIZERS.items() for p in x.pitfalls if p.error],
)
def test_pitfall_quotes_torchs_own_error(lesson, pitfall):
    """`values` are torch's arguments; `param` and `grad` may be among them."""
    param, grads = small_run(lesson)
    values = dict(pitfall.values)
    param = np.array(values.pop("param", param))
    grads = [values.pop("grad")] if "grad" in values else grads
    with pytest.raises(run.REFUSALS) as caught:
        run.trace_by_torch(lesson, param, grads, values)
    assert pitfall.error in str(caught.value)
    with pytest.raises(ValueError):
        run.trace_by_hand(lesson, param, grads, values)


def example_runs():
    for slug, lesson in OPTIMIZERS.items():
        for example in lesson.examples:
            yield pytest.param(lesson, example, id=f"{slug}-{example.title}")


@pytest.mark.parametrize(("lesson", "example"), list(example_runs()))
def test_example_agrees_with_torch_and_can_be_written_out(lesson, example):
    ready = set_up(lesson, example.values)
    arguments = (ready.param, ready.grads, ready.values, ready.updates)
    ours = run.trace_by_hand(lesson, *arguments)
    assert_same_trace(ours, run.trace_by_torch(lesson, *arguments), rtol=1e-7)
    for update in ours[:3]:
        assert "param" in update.steps or not update.steps
        for step in update.steps.values():
            assert "=" in step.latex or r"\leftarrow" in step.latex
            assert step.given or step.words, f"{step.name} has no first hint"
            for index in np.ndindex(np.shape(step.value)[: step.sample_dims]):
                if step.worked:
                    assert step.worked(*index)


def slipped(lesson, values, given, mistake):
    return run.drive(lesson.by_hand(**given), answers_of(mistake, given)).sent


def states_of(lesson, example):
    """The values of the first updates of an example's run, as the working has them."""
    ready = set_up(lesson, example.values)
    ours = run.trace_by_hand(lesson, ready.param, ready.grads, ready.values, ready.updates)
    before = [(ready.param, {}), *((u.param, u.state) for u in ours)]
    lr = ready.values.get("lr")
    for place, update in enumerate(ours[:12]):
        if update.steps:
            rate = {"lr": lr[place]} if isinstance(lr, list) else {}
            param, state = before[place]
            yield {**ready.values, **rate, "param": param, "state": state, "grad": update.grad}


@pytest.mark.parametrize(
    ("lesson", "mistake"),
    [
        pytest.param(x, m, id=f"{slug}-{m.name}")
        for slug, x in OPTIMIZERS.items()
        for m in x.mistakes.values()
        if m.name != "listed_twice_counts_once"  # a page lists no row twice; test_slips_of_rare_updates does
    ],
)
def test_mistake_differs_from_the_truth_and_is_found_at_its_step(lesson, mistake):
    for example in lesson.examples:
        for values in states_of(lesson, example):
            truth, wrong = slips.truth_and_mistaken(lesson, values, mistake)
            if wrong is None:
                continue
            first = slips.first_difference(truth, wrong)
            if first is not None:
                assert not mistake.instead or truth[first].base in mistake.instead
                assert mistake in slips.fitting(lesson, values, first, wrong[first].value)
                return
    pytest.fail("no example shows this mistake")


@pytest.mark.parametrize("lesson", LESSONS)
def test_lesson_is_complete(lesson):
    assert len(lesson.mistakes) >= 4
    assert len(lesson.examples) >= 4
    assert lesson.pitfalls and lesson.references and lesson.symbols
    assert any("一" <= letter <= "鿿" for letter in lesson.names[0]), "the Chinese name comes first"
    assert not all("param" in m.instead for m in lesson.mistakes.values()), (
        "mistakes belong to the step where they happen"
    )


def conventions():
    for slug, lesson in OPTIMIZERS.items():
        for convention in lesson.conventions:
            yield pytest.param(lesson, convention, id=f"{slug}-{convention.name}")


@pytest.mark.parametrize(("lesson", "convention"), list(conventions()))
def test_convention_parts_where_it_says_so(lesson, convention):
    ready = set_up(lesson, convention.values)
    arguments = (ready.param, ready.grads, ready.values, ready.updates)
    ours = run.trace_by_hand(lesson, *arguments)
    theirs = run.trace_by_hand(lesson, *arguments, way=convention.by_hand)
    same = all(np.allclose(a.param, b.param, rtol=1e-9, atol=1e-12) for a, b in zip(ours, theirs, strict=True))
    assert same != convention.parts


SWEPT = [pytest.param(lesson, id=slug) for slug, lesson in OPTIMIZERS.items() if lesson.sweeps]


@pytest.mark.parametrize("lesson", SWEPT)
def test_a_sweep_computes_each_place_as_if_it_were_alone(lesson):
    form = {"objective": "quadratic", "start": [2.0, 1.0], "updates": 15}
    rates, others = np.array([0.001, 0.01, 0.1]), sweep_range(lesson, 3)
    grid = final_losses(lesson, form, rates, others)
    for (row, other), (column, rate) in itertools.product(enumerate(others), enumerate(rates)):
        ready = set_up(lesson, {**form, "lr": rate, **sweep_setting(lesson, form, other)})
        last = run.trace_by_hand(lesson, ready.param, ready.grads, ready.values, ready.updates)[-1]
        assert same_value(grid[row, column], ready.loss(last.param)), (rate, other)


@pytest.mark.parametrize("alpha", [1e9, 1e308, -1e9, -1e308])
def test_asgds_rate_is_refused_where_torchs_python_numbers_refuse_it(alpha):
    with pytest.raises(ArithmeticError):
        trace_by_torch(OPTIMIZERS["asgd"], [1.0], [[1.0]] * 2, {"alpha": alpha})
    with pytest.raises(Refusal, match="beyond every number"):
        trace_by_hand(OPTIMIZERS["asgd"], [1.0], [[1.0]] * 2, {"alpha": alpha})


def test_asgds_rate_is_the_real_part_of_what_python_gives():
    asgd = OPTIMIZERS["asgd"]
    given = ([1.0], [[0.5], [0.2]], {"lambd": -1e308})
    with pytest.warns(UserWarning, match="imaginary"):
        torchs = trace_by_torch(asgd, *given)
    assert_same_trace(trace_by_hand(asgd, *given), torchs)
