"""The line of terms in English and Chinese."""

from __future__ import annotations

import pytest

from lib.catalog import TOPICS
from lib.practice.terms import TERMS, terms_of


@pytest.mark.parametrize("slug", TOPICS)
def test_every_lesson_has_terms(slug):
    found = terms_of(TOPICS[slug])
    assert len(found) > 1
    assert found.items() <= TERMS.items()


def test_cross_entropy_has_its_own():
    found = terms_of(TOPICS["cross_entropy_loss"])
    assert {"score": "得分", "share": "占比", "right class": "正确类别", "loss": "损失"}.items() <= found.items()
    assert "momentum" not in found


def test_a_word_inside_another_is_none():
    assert "step" not in terms_of(TOPICS["step_lr"])  # StepLR is a name
