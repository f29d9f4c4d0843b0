"""Home in a real browser: a step judged after a rest, marks that are heard, widths, and what the tab says."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import faults, fits_sideways, settled, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

RECORD = {"right": True, "row": 1, "known": 0, "done": False, "worked": [], "asked": {}}
KEPT = {"entropy": {**RECORD, "done": True, "row": 3}, "mse_loss": RECORD}
KEEP = (
    "(kept) => Object.entries(kept).forEach(([slug, it]) => localStorage.setItem('torch_by_hand/lesson/' + slug, it))"
)


def begun(page: Page) -> Page:
    """Home of somebody who has done one lesson and begun another."""
    visit(page)
    page.evaluate(KEEP, {slug: json.dumps(record) for slug, record in KEPT.items()})
    return visit(page)


def test_a_step_is_judged_after_a_rest_and_the_next_field_keeps_what_is_typed(page):
    visit(page)
    page.locator(".st-key-first_sum_of_powers input").press_sequentially("4.671")
    expect(page.get_by_text("You took the difference")).to_be_visible()  # without Enter
    page.locator(".st-key-first_sum_of_powers input").fill("10.107")
    page.locator(".st-key-first_share input").press_sequentially("2.718/10.107")
    expect(page.locator(".st-key-trystep_share").get_by_text("✓ right")).to_be_visible()
    page.locator(".st-key-first_loss input").fill("1.3133")
    page.locator(".st-key-first_loss input").press("Enter")
    expect(page.locator(".pt b")).to_have_text("1.3133")


def test_marks_are_heard_as_words_and_one_way_leads_on(page):
    begun(page)
    path = page.locator(".st-key-stages")
    expect(path.get_by_role("link", name="Entropy (done)", exact=True)).to_be_visible()
    expect(path.get_by_role("link", name="MSE loss (started, next)", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^(Start|Continue)"))).to_have_count(1)
    page.get_by_role("link", name="Continue: MSE loss").click()
    expect(page).to_have_title("MSE loss · Torch by Hand")
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_role("link", name="MSE loss (started)", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [360, 390, 1024])
@pytest.mark.parametrize("arrive", [visit, begun], ids=["newcomer", "begun"])
def test_nothing_scrolls_sideways(page, width, arrive):
    page.set_viewport_size({"width": width, "height": 800})
    fits_sideways(arrive(page))


@pytest.mark.parametrize("arrive", [visit, begun], ids=["newcomer", "begun"])
def test_home_is_one_screen_and_keeps_nobody_out(page, arrive):
    page.set_viewport_size({"width": 1280, "height": 800})
    arrive(page)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight") <= 800
    assert not faults(page)


def test_the_search_box_shows_the_name_that_matched(page):
    visit(page)
    page.locator(".st-key-search input").fill("focal")
    first = page.get_by_role("option").first
    expect(first).to_have_text("focal loss · 焦点损失 → not in torch.nn; nearest: Cross-entropy loss")
    first.click()
    expect(page).to_have_title("Cross-entropy loss · Torch by Hand")
    settled(page)
