"""The report that "This verdict is wrong" copies: what is needed to see it again, and nothing about a person."""

from __future__ import annotations

import json

import pytest

from lib.catalog import TOPICS
from lib.lesson.working import judge
from lib.ui.hosting import issues_url
from lib.ui.wrong_verdict import report_of
from tests.pages.test_every_page import field, healthy, open_page

LESSON = TOPICS["cross_entropy_loss"]
NUMBERS = {"input": [[2.0, 1.0, 0.5], [0.1, 0.2, 0.3]], "target": [0, 1], "weight": [1.0, 5.0, 1.0]}
ENTRIES = {"log_sum_exp": "2.4644", "divisor": "2", "loss_per_sample": "`x`\n**y** " + "1" * 500}


def report() -> str:
    return report_of(LESSON, "forward, sample [0]", NUMBERS, judge(LESSON, NUMBERS, ENTRIES, (0,)), ENTRIES)


@pytest.mark.parametrize(
    "line",
    [
        "Lesson: cross_entropy_loss, forward, sample [0]",
        "- weight: `[1, 5, 1]`",
        "- log_sum_exp: `2.4644` → right",
        "- divisor: `2` → mistake (ignores_weight, counts_classes_from_1, divides_by_samples)",
        "Versions: Python 3.",
    ],
)
def test_a_report_holds(line):
    assert line in report()


def test_what_was_typed_stays_one_short_line_of_code():
    line = next(line for line in report().splitlines() if line.startswith("- loss_per_sample"))
    assert "`'x' **y** 111" in line and len(line) < 400


def test_the_right_value_is_not_in_it():
    judged = judge(LESSON, NUMBERS, {"log_sum_exp": "9"}, (0,))
    assert "2.46" not in report_of(LESSON, "forward", NUMBERS, judged, {"log_sum_exp": "9"})


FORMS = {
    "none": ("", ""),
    "https": ("https://example.org/new", "https://example.org/new"),
    "script": ("javascript:1", None),
}


@pytest.mark.parametrize(("set_to", "found"), FORMS.values(), ids=FORMS)
def test_the_form_is_an_address_or_refused(set_to, found, monkeypatch):
    monkeypatch.setattr("lib.ui.hosting.setting", lambda name, default: set_to)
    if found is None:
        with pytest.raises(ValueError, match="issues_url"):
            issues_url()
    else:
        assert issues_url() == found


def links(app) -> list[dict]:
    data = [
        json.loads(one.proto.json)
        for one in app.get("bidi_component")
        if one.proto.component_name.endswith("wrong_verdict")
    ]
    return data


def test_the_page_offers_it_once_something_is_typed():
    app = open_page("cross_entropy_loss")
    assert not links(app)
    healthy(field(app, "cross_entropy_loss", "forward_divisor").set_value("7").run())
    (link,) = links(app)
    assert "divisor: `7`" in link["report"] and link["url"] == ""
