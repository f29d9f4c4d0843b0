"""Every scheduler's page opens, recomputes and shows no exception."""

from __future__ import annotations

import pytest

from lib.catalog import SCHEDULERS
from pages.scheduler import VIEWS
from tests.pages.test_every_page import healthy, open_page, torch_number

SLUGS = list(SCHEDULERS)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_view_opens_and_every_example_fills_the_fields(slug):
    app = open_page(slug)
    for view in VIEWS:
        healthy(app.button_group(key=f"{slug}_view").set_value(view).run())
    for example in SCHEDULERS[slug].examples:
        healthy(app.selectbox(key=f"{slug}_example").set_value(example.title).run())
        assert app.selectbox(key=f"{slug}_example").value == example.title
        assert not app.error, [e.value for e in app.error]


@pytest.mark.parametrize("slug", SLUGS)
def test_odd_numbers_are_answered_in_words(slug):
    app = open_page(slug)
    for steps in (0, -3, 10**6):
        healthy(app.number_input(key=f"{slug}_steps").set_value(steps).run())
        assert "expected" in app.error[0].value
    healthy(app.number_input(key=f"{slug}_steps").set_value(5).run())
    healthy(app.number_input(key=f"{slug}_lr").set_value(-1.0).run())
    assert "expected 0 or more" in app.error[0].value


@pytest.mark.parametrize("slug", SLUGS)
def test_the_working_can_be_shown_and_filled(slug):
    app = open_page(slug)
    healthy(app.toggle(key=f"{slug}_whole_forward").set_value(True).run())
    epoch = app.number_input(key=f"{slug}_at").value
    healthy(app.text_input(key=f"{slug}_update_{epoch}_lr").set_value(torch_number(app)).run())
    assert any("✓ right" in m.value or "more digits" in m.value for m in app.markdown)


def test_what_torch_refuses_is_refused_in_words():
    app = open_page("linear_lr")
    healthy(app.number_input(key="linear_lr_start_factor").set_value(0.0).run())
    assert "expected more than 0" in app.error[0].value


def test_a_slip_made_in_every_epoch_is_named():
    app = open_page("step_lr")
    for name, number in {"lr": 0.2, "step_size": 2, "gamma": 0.5}.items():
        healthy(app.number_input(key=f"step_lr_{name}").set_value(number).run())
    healthy(app.number_input(key="step_lr_at").set_value(5).run())
    compounded = 0.2 * 0.5 * 0.5 * 0.25 * 0.25  # from the last rate, in each of the epochs 2 to 5
    healthy(app.text_input(key="step_lr_update_5_lr").set_value(str(compounded)).run())
    assert any("made in every epoch" in m.value and "Start from the first one" in m.value for m in app.markdown)


def test_why_it_opens_on_this_epoch_is_said():
    app = open_page("step_lr")
    assert app.number_input(key="step_lr_at").value not in (0, 1)
    assert any("first epoch in which the learning rate changes" in m.value for m in app.markdown)
