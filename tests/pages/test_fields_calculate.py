"""A field works out what is typed, shows the number and keeps the words; a pasted printout becomes a clean tensor."""

from __future__ import annotations

import pytest

from lib.ui.text import coloured
from tests.pages.test_every_page import field, healthy, open_page

SLUG = "cross_entropy_loss"


def test_a_tensor_field_calculates_and_keeps_what_was_typed():
    app = open_page(SLUG)
    healthy(field(app, SLUG, "weight").set_value("[log(exp(1)), 4/2]").run())
    assert field(app, SLUG, "weight").value == "[log(exp(1)), 4/2]"
    assert "= &#91;1, 2&#93;" in field(app, SLUG, "weight").label


@pytest.mark.parametrize(
    ("pasted", "clean"),
    [
        (">>> torch.tensor([1., 2.])", "[1.0, 2.0]"),
        ("1.00000e-01 *\n 1.5 2.5\n[torch.FloatTensor of size 2]", "[0.15, 0.25]"),
        ("torch.ones(2)", "[1.0, 1.0]"),
    ],
)
def test_a_pasted_printout_is_shown_as_the_clean_tensor(pasted, clean):
    app = open_page(SLUG)
    healthy(field(app, SLUG, "weight").set_value(pasted).run())
    assert field(app, SLUG, "weight").value == clean


def test_a_row_calculates_with_the_rows_above_and_shows_the_number():
    app = open_page(SLUG)
    field(app, SLUG, "forward_log_sum_exp").set_value("log(exp(1)+exp(2))")
    healthy(field(app, SLUG, "forward_loss_per_sample").set_value("s - 1").run())
    assert field(app, SLUG, "forward_loss_per_sample").value == "s - 1"
    shown = [m.value for m in app.markdown]
    assert any("✓ right" in text and "= 2.3133" in text for text in shown)
    assert any("✓ right" in text and "= 1.3133" in text for text in shown)


def test_a_row_that_is_still_open_is_named():
    app = open_page(SLUG)
    healthy(field(app, SLUG, "forward_loss_per_sample").set_value("s - 1").run())
    assert any("log of the sum of eˣ is still open" in m.value for m in app.markdown)


def test_a_letter_of_the_page_goes_before_a_constant_and_that_is_told():
    app = open_page("mse_loss")
    field(app, "mse_loss", "forward_error").set_value("x - y")
    healthy(field(app, "mse_loss", "forward_loss_per_element").set_value("e^2").run())
    assert any("Here e is error, not 2.718…, which is exp(1)." in m.value for m in app.markdown)


def test_a_colour_holds_every_bracket():
    assert coloured("red", "expected ']' or \\[1\\]") == ":red[expected '&#93;' or \\[1\\]]"


def test_an_error_under_a_field_keeps_its_brackets():
    app = open_page(SLUG)
    healthy(field(app, SLUG, "input").set_value("[[1, 2, [3, 4]]").run())
    red = next(c.value for c in app.caption if c.value.startswith(":red["))
    assert red.endswith("]") and "'&#93;' missing before it?" in red
