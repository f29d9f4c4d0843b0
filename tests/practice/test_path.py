"""The path leads on from every lesson, and only to pages that there are."""

import pytest

from lib.catalog import TOPICS
from lib.practice.path import IN_ORDER, next_on_path
from lib.site import renders


def test_the_path_is_made_of_pages_that_there_are():
    assert len(IN_ORDER) == len(set(IN_ORDER)) and set(IN_ORDER) <= renders().keys()


@pytest.mark.parametrize(
    ("slug", "following"),
    [
        ("cross_entropy_loss", "bce_with_logits_loss"),
        ("sgd", "adam"),
        ("exercises", None),
        ("nll_loss", "cross_entropy_loss"),
        ("hinge_embedding_loss", "triplet_margin_loss"),
        ("rmsprop", "adam"),
        ("step_lr", "cosine_annealing_lr"),
        ("no_such_page", None),
    ],
)
def test_what_comes_next(slug, following):
    assert next_on_path(slug) == following


@pytest.mark.parametrize("slug", TOPICS)
def test_every_lesson_leads_on_to_another_page(slug):
    assert next_on_path(slug) in set(IN_ORDER) - {slug}
