"""The clinic page: what else is known changes what is said; a log is judged by its course; wrong words are answered."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.any_address import opened
from tests.pages.test_every_page import healthy


def clinic(**fields: str) -> AppTest:
    return healthy(opened("clinic", {f"clinic_{name}": text for name, text in fields.items()}))


def said(app: AppTest) -> str:
    return " ".join(m.value for m in app.markdown)


CASES = {
    "batch noise": ({"loss": "2.3086", "classes": "10"}, "The model has learnt nothing yet"),
    "a margin": ({"loss": "0.2", "which": "triplet_margin_loss", "margin": "0.2"}, "The embeddings have collapsed"),
    "a variance": ({"loss": "1.5", "which": "mse_loss", "variance": "1.5"}, "is the variance of your targets"),
    "the targets": ({"loss": "1.56", "which": "mse_loss", "variance": "[1, 2, 4]"}, "is the variance of your targets"),
    "a standard error": ({"loss": "2.35", "classes": "10", "error": "0.03"}, "The model has learnt nothing yet"),
    "a focal loss": ({"loss": "1.865", "which": "focal_loss", "classes": "10"}, "a focal loss with gamma 2"),
    "a log": ({"loss": "0.69 0.70 0.693 0.694"}, "It does not move: 4 losses"),
    "a falling log": ({"loss": "0.9 0.8 0.7 0.6"}, "It is still falling"),
}


@pytest.mark.parametrize(("fields", "words"), CASES.values(), ids=CASES)
def test_what_else_is_known_is_used(fields, words):
    assert words in said(clinic(**fields))


@pytest.mark.parametrize("name", ["margin", "variance", "error", "answers", "classes", "shares"])
@pytest.mark.parametrize("text", ["-1", "x", "nan", "[[1, 2]", "1e400"])
def test_wrong_words_are_answered_under_the_field(name, text):
    app = clinic(**{name: text})
    assert any(":red[" in c.value for c in app.caption)


def test_code_opens_a_lesson_from_here():
    app = clinic()
    app.session_state["clinic_paste"] = True
    healthy(app.run())
    healthy(app.text_area(key="clinic_code").set_value("nn.HuberLoss(delta=0.5)").run())
    assert any("Open Huber loss" in button.label for button in app.button)
