"""The three guide pages open, answer and recompute. Driven without a browser."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from lib.catalog import LOSSES, TOPICS
from lib.guides.applications import APPLICATIONS, total, worked
from lib.guides.article import CLAIMS, HEADINGS, STATUSES, Claim, judge
from lib.guides.choosing import TASKS
from lib.guides.live import live
from lib.guides.optimizer_choice import LAYER, OPTIMIZERS, SITUATIONS, builds, first_update, kept
from lib.ui.text import number
from tests.pages.test_every_page import healthy, open_page


def texts(app: AppTest) -> str:
    return "\n".join(m.value for m in app.markdown)


def test_the_clinic_opens_with_a_number_recognised_and_causes_to_test():
    app = open_page("clinic")
    assert "ln 2" in texts(app)
    assert "0 of" in app.header[1].value


@pytest.mark.parametrize("typed", ["2.303", "nan", "inf", "-1", "0", "100", "0.5", "hello", "", "1e400"])
def test_the_clinic_answers_any_text(typed):
    app = open_page("clinic")
    healthy(app.text_input(key="clinic_loss").set_value(typed).run())


@pytest.mark.parametrize(
    ("key", "typed", "words"),
    [
        ("clinic_classes", "ten", "expected a number"),
        ("clinic_classes", "2.5", "no count"),
        ("clinic_classes", "-3", "no count"),
        ("clinic_shares", "0.5", "one share or count per class"),
        ("clinic_shares", "[1, -1]", "0 or more"),
        ("clinic_shares", "[0, 0]", "above 0"),
        ("clinic_answers", "[1, 2]", "no count"),
    ],
)
def test_what_cannot_be_read_is_said_under_its_field(key, typed, words):
    app = healthy(open_page("clinic").text_input(key=key).set_value(typed).run())
    assert any(words in c.value for c in app.caption), [c.value for c in app.caption]


def test_class_counts_are_taken_as_shares():
    app = open_page("clinic")
    app.text_input(key="clinic_shares").set_value("[900, 100]")
    healthy(app.text_input(key="clinic_loss").set_value("0.325").run())
    assert "entropy of your class shares (0.9, 0.1)" in texts(app)


def test_ticking_a_cause_off_opens_the_next_and_finding_it_says_what_to_do():
    app = open_page("clinic")
    first, second = [b.key for b in app.button_group if b.key and b.key.startswith("clinic_is_")][:2]
    healthy(app.button_group(key=first).set_value("not_it").run())
    assert app.header[1].value.endswith("done") and "1 of" in app.header[1].value
    healthy(app.button_group(key=second).set_value("found").run())
    assert "Found: " in texts(app)
    healthy(next(b for b in app.button if b.label == "Start again").click().run())
    assert "Found: " not in texts(app)


TASK_IDS = [task.slug for task in TASKS]
SLIPS = [(task.slip_lesson(slip), slip) for task in TASKS for slip in task.slips if slip.values]


@pytest.mark.parametrize("task", TASKS, ids=TASK_IDS)
def test_a_task_runs_and_its_page_shows_pytorchs_number(task):
    app = open_page("choosing")
    healthy(app.selectbox(key="choosing_task").set_value(task.slug).run())
    shown = live(LOSSES[task.lesson], task.shown_values(LOSSES[task.lesson]))
    assert shown.result is not None and np.isfinite(shown.result).all()
    assert any(f"→ {number(shown.result)}" in code.value for code in app.code)
    assert all(slug in LOSSES for slug, _ in task.others)


@pytest.mark.parametrize(("slug", "slip"), SLIPS, ids=[slip.says[:40] for _, slip in SLIPS])
def test_a_slip_runs_and_its_line_says_the_same_as_its_outcome(slug, slip):
    shown = live(LOSSES[slug], slip.values)
    assert (shown.result is None) == bool(shown.error)


@pytest.mark.parametrize("situation", SITUATIONS, ids=[s.slug for s in SITUATIONS])
def test_a_situation_opens_and_pytorch_takes_its_settings(situation):
    app = open_page("choosing")
    app.button_group(key="choosing_part").set_value("optimizer")
    healthy(app.run())
    healthy(app.selectbox(key="choosing_situation").set_value(situation.slug).run())
    assert any(builds(situation) == code.value for code in app.code)
    assert np.isfinite(first_update(situation)) and first_update(situation) < 1
    assert all(slug in OPTIMIZERS for slug, _ in situation.others)


def test_every_optimizer_of_pytorch_is_in_the_table():
    exported = {name for name in torch.optim.__all__ if name[0].isupper()} - {"Optimizer"}
    assert {kind.__name__ for kind in OPTIMIZERS.values()} == exported


def test_what_optimizers_keep_is_what_their_formulas_need():
    rows, columns = LAYER
    numbers = {slug: kept(slug).numbers for slug in OPTIMIZERS}
    assert numbers["sgd"] == 0
    assert numbers["adam"] == numbers["adamw"] == 2 * rows * columns
    assert numbers["adafactor"] == rows + columns
    assert numbers["muon"] == rows * columns


def test_all_optimizers_are_reachable_from_a_situation():
    named = {s.optimizer for s in SITUATIONS} | {slug for s in SITUATIONS for slug, _ in s.others}
    assert named == set(OPTIMIZERS)


@pytest.mark.parametrize("application", APPLICATIONS, ids=[a.slug for a in APPLICATIONS])
def test_an_application_is_worked_by_hand_and_agrees_with_pytorch(application):
    parts = tuple(worked(part) for part in application.parts)
    for done in parts:
        assert done.by_hand == pytest.approx(done.torch.one_number, rel=1e-5)
    by_hand, by_torch = total(parts)
    assert by_hand == pytest.approx(by_torch, rel=1e-5)
    app = open_page("choosing")
    healthy(app.button_group(key="choosing_part").set_value("applications").run())
    healthy(app.selectbox(key="choosing_application").set_value(application.slug).run())
    assert all(f"PyTorch: **{number(done.torch.one_number)}**" in texts(app) for done in parts)


def test_detection_adds_its_box_twice():
    parts = tuple(worked(part) for part in next(a for a in APPLICATIONS if a.slug == "detection").parts)
    scores = torch.tensor([[0.2, 1.5, 0.1], [2, 0.3, -0.5]])
    box, true = torch.tensor([[0.1, 0.2, 0.9, 2.5]]), torch.tensor([[0, 0.2, 1, 1]])
    functional = torch.nn.functional
    expected = functional.cross_entropy(scores, torch.tensor([1, 0])) + 2 * functional.smooth_l1_loss(box, true)
    assert total(parts)[0] == pytest.approx(expected.item(), rel=1e-5)


@pytest.mark.parametrize("claim", CLAIMS, ids=[claim.id for claim in CLAIMS])
def test_the_recomputed_number_decides_a_claims_status(claim):
    verdict = judge(claim)
    assert verdict.status == claim.status, (claim.printed, verdict.value, verdict.error)
    assert bool(claim.raises) == bool(verdict.error)
    assert claim.raises in verdict.error


def test_claims_have_names_of_their_own_and_stand_under_a_heading_with_a_page_or_a_note():
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS)
    headings = {heading.slug: heading for heading in HEADINGS}
    assert {claim.heading for claim in CLAIMS} <= set(headings)
    assert all(h.note for h in HEADINGS if h.slug not in {claim.heading for claim in CLAIMS})


def test_every_heading_leads_to_a_page():
    pages = {*TOPICS, *(path.stem for path in Path(__file__).parents[2].joinpath("pages").glob("*.py"))}
    assert {heading.page for heading in HEADINGS} <= pages


JUDGED = [
    ("four digits fit", 1.3133, 1.31326, "still true"),
    ("the last digit is off", 1.3133, 1.3135, "changed"),
    ("another shape", [1.0, 1.0], 1.0, "changed"),
    ("nan for nan", float("nan"), float("nan"), "still true"),
    ("inf for nan", float("nan"), float("-inf"), "changed"),
    ("None for zeros", [0.0], None, "changed"),
    ("a part of several", (1.0, [2.0]), (1.0, [2.1]), "changed"),
    ("yes is not 1", True, 1.0, "changed"),
]


@pytest.mark.parametrize(("printed", "value", "status"), [j[1:] for j in JUDGED], ids=[j[0] for j in JUDGED])
def test_a_claim_is_judged_by_its_number(printed, value, status):
    claim = Claim("x", "entropy", "A claim.", status, printed, recompute=lambda: value)
    assert judge(claim).status == status


def test_the_companion_counts_filters_and_searches():
    app = open_page("article")
    counts = Counter(judge(claim).status for claim in CLAIMS)
    control = app.button_group(key="article_status")
    assert f"{len(CLAIMS)} claims" in control.proto.label
    for status in STATUSES:
        assert any(f"{counts[status]}" in option.content for option in control.proto.options)
    healthy(control.set_value("no_longer_runs").run())
    assert len(app.code) == counts["no longer runs"]
    healthy(app.text_input(key="article_search").set_value("cosine").run())
    assert len(app.code) == 1 and "multi-target" in app.code[0].value
    healthy(app.text_input(key="article_search").set_value("💥").run())
    assert "No claim fits" in texts(app)
