"""The same lesson on new numbers: others, allowed, kind to work with, and apart where mistakes are."""

from __future__ import annotations

import numpy as np
import pytest

from lib.catalog import LESSONS, OPTIMIZERS, SCHEDULERS
from lib.lesson import run
from lib.lesson.run import Case
from lib.lesson.run.set_up import set_up
from lib.lesson.spec import Tensor
from lib.lesson.working.diagnose import mistaken, same_value
from lib.practice.same_again import new_numbers
from lib.ui.fields import parsed, texts_of
from lib.ui.scheduler_views import schedule_of

SEED = 3


def form_of(lesson, example):
    """What the page reads from its fields for an example."""
    texts = texts_of(lesson, example.values)
    given = {spec.name: example.values.get(spec.name, spec.default) for spec in lesson.form}
    return given | {s.name: parsed(s, texts[s.name], "float64") for s in lesson.form if isinstance(s, Tensor)}


def changed(lesson, before, after):
    return texts_of(lesson, before) != texts_of(lesson, after)


@pytest.mark.parametrize("slug", LESSONS)
def test_a_lesson_takes_its_new_numbers(slug):
    lesson = LESSONS[slug]
    for example in (one for one in lesson.examples if not one.rejected):
        before = form_of(lesson, example)
        after = new_numbers(lesson, before, SEED)
        run.check(lesson, after)
        assert changed(lesson, before, after)
        assert {n: v for n, v in after.items() if not isinstance(v, np.ndarray)} == {
            n: v for n, v in before.items() if not isinstance(v, np.ndarray)
        }


@pytest.mark.parametrize("slug", OPTIMIZERS)
def test_an_optimizer_starts_elsewhere(slug):
    lesson = OPTIMIZERS[slug]
    before = form_of(lesson, lesson.examples[0])
    after = new_numbers(lesson, before, SEED)
    ready = set_up(lesson, after)
    assert run.trace_by_hand(lesson, ready.param, ready.grads, ready.values, 2)
    assert changed(lesson, before, after)


@pytest.mark.parametrize("slug", SCHEDULERS)
def test_a_schedule_has_another_rate(slug):
    lesson = SCHEDULERS[slug]
    before = form_of(lesson, lesson.examples[0])
    after = new_numbers(lesson, before, SEED)
    assert schedule_of(lesson, after).by_hand
    assert changed(lesson, before, after)


@pytest.mark.parametrize("slug", ["cross_entropy_loss", "mse_loss", "huber_loss", "hinge_embedding_loss"])
def test_mistakes_part_on_new_numbers(slug):
    lesson = LESSONS[slug]
    case = Case.of(lesson, new_numbers(lesson, form_of(lesson, lesson.examples[0]), SEED))
    right = case.forward.sent["loss"]
    made = {name: mistaken(case, mistake) for name, mistake in lesson.mistakes.items()}
    alike = [name for name, working in made.items() if working and same_value(working.sent["loss"], right)]
    assert len(alike) < len([working for working in made.values() if working])


def test_the_numbers_are_kind():
    lesson = LESSONS["mse_loss"]
    after = new_numbers(lesson, form_of(lesson, lesson.examples[0]), SEED)
    assert np.array_equal(after["input"], np.round(after["input"]))
