"""The clinic in a real browser: a number typed, causes ticked off, and the link that shows it all to somebody else."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driving import settled, type_into, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def tick(page, slug: str, answer: str) -> None:
    page.locator(f".st-key-clinic_is_{slug} button").filter(has_text=answer).click()
    expect(page).to_have_url(re.compile(f"clinic_is_{slug}="))
    settled(page)


def test_causes_are_ticked_off_and_the_link_shows_the_answer_to_somebody_else(page, browser):
    visit(page, "clinic")
    type_into(page, "clinic_loss", "nan")
    settled(page)
    expect(page.get_by_text("0/0: every target of a batch was ignored")).to_be_visible()
    tick(page, "large_step", "not it")
    tick(page, "stale_gradients", "found it")
    expect(page.get_by_text("Found: Gradients of earlier batches add up")).to_be_visible()
    other = browser.new_page(viewport={"width": 1280, "height": 800})
    other.goto(page.url)
    expect(other.get_by_text("Found: Gradients of earlier batches add up")).to_be_visible()
    expect(other.get_by_text("2 of", exact=False).first).to_be_visible()
    other.close()


def test_a_finding_opens_the_lesson_on_its_numbers(page):
    visit(page, "clinic?clinic_loss=1.0986")
    page.get_by_role("link", name="Open Cross-entropy loss").first.click()
    expect(page).to_have_url(re.compile("cross_entropy_loss_input="))
    expect(page.locator("[class*=_torch] strong").first).to_have_text("1.0986")


@pytest.mark.parametrize("slug", ["clinic", "choosing", "article"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_guide_page_does_not_scroll_sideways(page, slug, width):
    page.set_viewport_size({"width": width, "height": 800})
    visit(page, slug)
    assert page.evaluate(
        "document.querySelector('.stMain').scrollWidth <= document.querySelector('.stMain').clientWidth"
    )
