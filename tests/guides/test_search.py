"""What the search box offers: each way of asking leads to its page, and the line says the name that matched."""

from __future__ import annotations

import pytest

from lib.catalog import TOPICS
from lib.exercises import EXERCISES
from lib.guides.search import page_of
from lib.guides.search_words import ELSEWHERE, LATER, PARTS, SETTINGS
from lib.site import search_labels

# What is typed → the page that a line with it leads to.
ASKED = {
    "a title": ("Cross-entropy loss", "cross_entropy_loss"),
    "torch's name": ("nn.CrossEntropyLoss", "cross_entropy_loss"),
    "an English name": ("categorical cross-entropy", "cross_entropy_loss"),
    "a Chinese name": ("胡伯损失", "huber_loss"),
    "a setting in words": ("label smoothing", "cross_entropy_loss"),
    "a setting as in code": ("label_smoothing", "cross_entropy_loss"),
    "a setting in Chinese": ("标签平滑", "cross_entropy_loss"),
    "a setting of an optimizer": ("weight decay", "adamw"),
    "a setting of a scheduler": ("学习率", "sgd"),
    "a setting in CTC": ("zero infinity", "ctc_loss"),
    "a part of a working": ("log-sum-exp", "cross_entropy_loss"),
    "words of a purpose": ("wrong score", "bce_with_logits_loss"),
    "words of a page's purpose": ("NaN, infinite", "clinic"),
    "an exercise": ("Gradient of Huber loss", "exercise_huber_gradient"),
    "an exercise's function": ("bce_with_logits_gradient", "exercise_bce_with_logits_gradient"),
    "not in torch.nn": ("focal loss", "cross_entropy_loss"),
    "not in torch.nn, in Chinese": ("焦点损失", "cross_entropy_loss"),
    "not in torch.optim": ("Lion", "adam"),
    "left for later": ("AdaptiveLogSoftmaxWithLoss", "cross_entropy_loss"),
}


@pytest.mark.parametrize(("typed", "slug"), ASKED.values(), ids=ASKED)
def test_what_is_asked_is_offered_and_the_line_shows_it(typed, slug):
    pages = [page_of(line) for line, says in search_labels().items() if typed in says]
    assert slug in pages


def test_what_torch_does_not_have_is_said_with_the_nearest():
    focal = [says for says in search_labels().values() if "focal" in says]
    assert focal == ["focal loss · 焦点损失 → not in torch.nn; nearest: Cross-entropy loss"]


def test_every_setting_of_every_lesson_and_every_exercise_is_found():
    lines = search_labels()
    for slug, topic in TOPICS.items():
        offered = [says for line, says in lines.items() if page_of(line) == slug]
        assert all(any(spec.name in says for says in offered) for spec in topic.parameters), slug
    assert all(f"exercise_{slug}" in lines for slug in EXERCISES)


def test_lines_differ_and_lead_to_pages():
    lines = search_labels()
    assert len(set(lines.values())) == len(lines)
    assert {page_of(line) for line in lines} <= {line for line in lines if "/" not in line}


def test_the_table_of_words_names_settings_and_pages_that_there_are():
    named = {spec.name for topic in TOPICS.values() for spec in topic.parameters}
    assert set(SETTINGS) <= named
    meant = {*PARTS.values(), *LATER.values(), *(slug for names in ELSEWHERE.values() for slug in names.values())}
    assert meant <= set(search_labels())
