"""A stuck loss is recognised from its number."""

import pytest

from lib.catalog import LESSONS
from lib.guides import stuck

NUMBERS = [
    ("0.693", "two classes", "entropy"),
    ("0,6931", "two classes", "bce_with_logits_loss"),
    ("2.303", "ln 10", "cross_entropy_loss"),
    ("1.0986", "ln 3", "cross_entropy_loss"),
    ("1.4612", "softmax is applied twice", "cross_entropy_loss"),
    ("0.3133", "softmax is applied twice", "cross_entropy_loss"),
    ("100", "clamps", "bce_loss"),
    ("nan", "0/0", "cross_entropy_loss"),
    ("inf", "longer than the input", "ctc_loss"),
    ("-2.3333", "log-probabilities", "nll_loss"),
    ("−1", "density", "gaussian_nll_loss"),
    ("0", "margin", "hinge_embedding_loss"),
    ("0.5", "none of the usual", "entropy"),
]


@pytest.mark.parametrize(("text", "words", "slug"), NUMBERS, ids=[f"{t} {s}" for t, _, s in NUMBERS])
def test_the_number_is_recognised(text, words, slug):
    found = stuck.findings(text)
    assert any(words in finding.says for finding in found)
    assert slug in [finding.slug for finding in found]


def test_every_finding_leads_to_a_lesson_and_an_example_that_exist():
    for text, _, _ in NUMBERS:
        for finding in stuck.findings(text):
            titles = [example.title for example in LESSONS[finding.slug].examples]
            assert not finding.example or finding.example in titles


@pytest.mark.parametrize("text", ["", "stuck", "1e", "0.6.9", "[]", "0.693 or so"])
def test_what_is_no_number_is_said(text):
    with pytest.raises(ValueError, match="not a number"):
        stuck.findings(text)
