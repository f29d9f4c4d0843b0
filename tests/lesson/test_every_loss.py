"""Every lesson in the catalog against torch: the tests follow from the lesson's own fields, shapes and examples."""

from __future__ import annotations

import inspect
import itertools

import numpy as np
import pytest

from lib.catalog import LESSONS
from lib.lesson import run
from lib.lesson.pieces.draw import draw_values
from lib.lesson.spec import Choice, Number, Switch, Tensor, unchanged
from tests.lesson import slips

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def assert_same(got, expected, what):
    """|a − b| ≤ 1e-9·|torch| + 1e-12, NaN and infinities in place."""
    got, expected = np.asarray(got), np.asarray(expected)
    assert got.shape == expected.shape, f"{what}: shape {got.shape}, torch has {expected.shape}"
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-12, equal_nan=True, err_msg=what)


def in_double(lesson, values):
    """The values as float64 arrays, so that torch computes in double precision."""
    given = run.given_values(lesson, values)
    return {name: given[name] for name in values}


def assert_agrees_with_torch(lesson, values):
    values = in_double(lesson, values)
    try:
        expected, expected_grads = run.by_torch(lesson, values)
    except (RuntimeError, ValueError, IndexError, TypeError) as error:
        with pytest.raises(ValueError):
            run.by_hand(lesson, values)
            pytest.fail(f"torch refuses ({error}), the hand calculation does not")
        return
    assert_same(list(run.by_hand(lesson, values).values())[-1].value, expected, "result")
    grads = run.grad_by_hand(lesson, values)
    assert grads.keys() == expected_grads.keys()
    for name, expected_grad in expected_grads.items():
        assert_same(grads[name], expected_grad, f"gradient of {name}")


def examples():
    for slug, lesson in LESSONS.items():
        for example in lesson.examples:
            yield pytest.param(lesson, example, id=f"{slug}-{example.title}")


def alternatives(spec):
    match spec:
        case Choice():
            return spec.options
        case Switch():
            return (False, True)
        case Number():
            return (spec.default, *spec.also)
    return ()


def settings(lesson):
    """Every combination of the parameters' alternatives, thinned to at most 60."""
    fields = [p for p in lesson.parameters if not isinstance(p, Tensor)]
    combinations = [
        dict(zip((f.name for f in fields), combination, strict=True))
        for combination in itertools.product(*(alternatives(f) for f in fields))
    ]
    return combinations[:: max(1, -(-len(combinations) // 60))]


def shape_sets():
    for slug, lesson in LESSONS.items():
        for shapes in lesson.shapes:
            name = " ".join(f"{tensor}{list(shape)}" for tensor, shape in shapes.items())
            yield pytest.param(lesson, shapes, id=f"{slug}-{name}")


@pytest.mark.parametrize("lesson", [pytest.param(x, id=slug) for slug, x in LESSONS.items()])
def test_names_and_defaults_are_torchs_own(lesson):
    if not isinstance(lesson.torch, type):
        return
    signature = inspect.signature(lesson.torch).parameters
    for parameter in lesson.parameters:
        assert parameter.default == signature[parameter.name].default, parameter.name
    left_out = set(signature) - {p.name for p in lesson.parameters}
    assert left_out == {"size_average", "reduce"} & set(signature)


@pytest.mark.parametrize(("lesson", "example"), list(examples()))
def test_example_agrees_with_torch_in_every_reduction(lesson, example):
    reductions = next((p.options for p in lesson.parameters if p.name == "reduction"), (None,))
    for reduction in reductions:
        extra = {} if reduction is None else {"reduction": reduction}
        assert_agrees_with_torch(lesson, {**example.values, **extra})


@pytest.mark.parametrize(("lesson", "example"), list(examples()))
def test_example_is_valid_unless_it_says_not(lesson, example):
    if example.rejected:
        with pytest.raises(ValueError):
            run.by_hand(lesson, example.values)
        with pytest.raises((RuntimeError, ValueError, IndexError, TypeError)):
            run.by_torch(lesson, example.values)
    else:
        run.by_hand(lesson, example.values)


@pytest.mark.parametrize("lesson", [pytest.param(x, id=slug) for slug, x in LESSONS.items()])
def test_first_example_is_small(lesson):
    values, tensors = lesson.examples[0].values, {tensor.name for tensor in lesson.tensors}
    assert sum(np.size(value) for name, value in values.items() if name in tensors) <= 12


@pytest.mark.parametrize(("lesson", "shapes"), list(shape_sets()))
def test_drawn_values_agree_with_torch(lesson, shapes):
    for seed, setting in enumerate(settings(lesson)):
        assert_agrees_with_torch(lesson, {**draw_values(lesson, shapes, seed), **setting})


HARD = (0.0, 1.0, -1.0, 100.0, -100.0, 800.0, -800.0, 1e9, -1e9, np.inf, -np.inf, np.nan)


@pytest.mark.parametrize("lesson", [pytest.param(x, id=slug) for slug, x in LESSONS.items() if x.extremes])
@pytest.mark.parametrize("number", HARD)
def test_extreme_inputs_agree_with_torch(lesson, number):
    for setting in settings(lesson):
        assert_agrees_with_torch(lesson, {**lesson.extremes.values(number), **setting})


MUTATIONS = {
    "int64": lambda a: np.nan_to_num(a).astype(np.int64),
    "int32": lambda a: np.nan_to_num(a).astype(np.int32),
    "uint8": lambda a: np.abs(np.nan_to_num(a)).astype(np.uint8),
    "bool": lambda a: a > 0,
    "float": lambda a: a.astype(np.float64),
    "an axis more in front": lambda a: a[None],
    "an axis more at the end": lambda a: a[..., None],
    "one axis less": lambda a: a[0] if a.ndim and len(a) else a,
    "longer": lambda a: np.concatenate([a, a], -1) if a.ndim else np.stack([a, a]),
    "a single entry": lambda a: a[..., :1] if a.ndim else a,
    "empty": lambda a: a[:0] if a.ndim else a,
    "negative": lambda a: -1 - np.abs(a),
    "large": lambda a: a + 1000,
}


@pytest.mark.parametrize(("lesson", "shapes"), list(shape_sets()))
@pytest.mark.parametrize("mutation", MUTATIONS)
def test_what_torch_rejects_is_rejected_and_nothing_else(lesson, shapes, mutation):
    values = draw_values(lesson, shapes, seed=3)
    for name in shapes:
        mutated = {**values, name: MUTATIONS[mutation](values[name])}
        if name == "weight" and "axis" in mutation:
            continue  # some of torch's kernels take a class weight of any shape by accident; we ask for (classes,)
        assert_agrees_with_torch(lesson, mutated)


@pytest.mark.parametrize(("lesson", "shapes"), list(shape_sets()))
def test_mixed_precision_is_rejected_where_torch_rejects_it(lesson, shapes):
    values = draw_values(lesson, shapes, seed=5)
    for name in [n for n, array in values.items() if array.dtype.kind == "f" and array.size]:
        mixed = {**values, name: values[name].astype(np.float32)}
        try:
            run.by_torch(lesson, mixed)
        except RuntimeError:
            with pytest.raises(ValueError):
                run.by_hand(lesson, mixed)
        else:
            run.by_hand(lesson, mixed)


def test_an_array_that_holds_no_numbers_is_refused_in_words():
    for odd in (np.array(["a", "b"]), np.array([None, 1])):
        with pytest.raises(ValueError, match="expected numbers"):
            run.by_hand(LESSONS["mse_loss"], {"input": odd, "target": [1, 2]})


@pytest.mark.parametrize(
    ("lesson", "pitfall"),
    [pytest.param(x, p, id=f"{slug}-{p.title}") for slug, x in LESSONS.items() for p in x.pitfalls if p.error],
)
def test_pitfall_quotes_torchs_own_error(lesson, pitfall):
    with pytest.raises((RuntimeError, ValueError, IndexError, TypeError, AttributeError)) as caught:
        run.by_torch(lesson, pitfall.values)
    assert pitfall.error in str(caught.value)
    with pytest.raises(ValueError):
        run.by_hand(lesson, pitfall.values)


def finite_differences(lesson, values, name, step=1e-6):
    """Central differences of the summed result."""
    base = in_double(lesson, values)
    gradient = np.zeros_like(base[name])
    for index in np.ndindex(gradient.shape):
        ends = []
        for sign in (1, -1):
            moved = base[name].copy()
            moved[index] += sign * step
            steps = run.by_hand(lesson, {**base, name: moved})
            ends.append(list(steps.values())[-1].value.sum())
        gradient[index] = (ends[0] - ends[1]) / (2 * step)
    return gradient


@pytest.mark.parametrize("lesson", [pytest.param(x, id=slug) for slug, x in LESSONS.items()])
def test_gradient_is_the_slope_unless_the_lesson_says_why_not(lesson):
    """`LESSON.not_a_slope` names the tensors whose gradient is not the slope, with the reason."""
    values = draw_values(lesson, lesson.shapes[0], seed=7)
    for name, gradient in run.grad_by_hand(lesson, values).items():
        if name not in lesson.not_a_slope:
            np.testing.assert_allclose(gradient, finite_differences(lesson, values, name), rtol=1e-4, atol=1e-6)


def mistakes():
    for slug, lesson in LESSONS.items():
        for mistake in lesson.mistakes.values():
            yield pytest.param(lesson, mistake, "forward", id=f"{slug}-{mistake.name}")
        for mistake in lesson.grad_mistakes.values():
            yield pytest.param(lesson, mistake, "gradient", id=f"{slug}-gradient-{mistake.name}")


def shown(lesson):
    """The examples, what is worth trying on the first one, then random values with other settings."""
    yield from (example.values for example in lesson.examples if not example.rejected)
    yield from ({**lesson.examples[0].values, **attempt.values} for attempt in lesson.tries)
    for change, shapes, seed in itertools.product(settings(lesson), lesson.shapes, range(2)):
        values = {**draw_values(lesson, shapes, seed=seed), **change}
        try:
            run.check(lesson, values)
        except ValueError:
            continue
        yield values


@pytest.mark.parametrize(("lesson", "mistake", "part"), list(mistakes()))
def test_mistake_differs_from_the_truth_and_is_found_at_its_step(lesson, mistake, part):
    for values in shown(lesson):
        truth, wrong = slips.truth_and_mistaken(lesson, values, mistake, part)
        if wrong is None:
            continue
        first = slips.first_difference(truth, wrong)
        if first is not None:
            assert truth[first].base in mistake.instead or mistake.given is not unchanged
            found = slips.fitting(lesson, values, first, wrong[first].value, part=part)
            assert mistake in found
            return
    pytest.fail("nothing shows this mistake: no example, nothing to try, no random values")


@pytest.mark.parametrize("lesson", [pytest.param(x, id=slug) for slug, x in LESSONS.items()])
def test_lesson_is_complete(lesson):
    assert len(lesson.mistakes) >= 4
    assert len(lesson.examples) >= 4
    assert lesson.pitfalls and lesson.references and lesson.symbols
    assert any("一" <= letter <= "鿿" for letter in lesson.names[0]), "the Chinese name comes first"
    assert not all("loss" in m.instead for m in lesson.mistakes.values()), (
        "mistakes belong to the step where they happen"
    )
    for step in run.by_hand(lesson, lesson.examples[0].values).values():
        assert "=" in step.latex
        assert step.given or step.words, f"{step.name} has no first hint"


@pytest.mark.parametrize(("lesson", "example"), list(examples()))
def test_worked_text_can_be_written_for_every_sample(lesson, example):
    if example.rejected:
        return
    case = run.Case.of(lesson, example.values)
    for worked in (case.forward, case.gradient):
        for step in worked.steps.values():
            assert step.sample_dims >= 0, f"{step.name}: axes {step.axes!r} do not fit shape {np.shape(step.value)}"
            for index in np.ndindex(np.shape(step.value)[: step.sample_dims]):
                if step.worked:
                    assert step.worked(*index)
