"""What only a real browser shows of the optimizer pages: working, table, links, the live object, narrow screens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from lib.catalog import OPTIMIZERS, SCHEDULERS
from tests.browser.driving import faults, fits_sideways, settled, torch_number, type_into, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_slip_in_an_update_costs_one_step(page):
    visit(page, "sgd?sgd_at=2&sgd_way=together")
    type_into(page, "sgd_update_2_momentum_buffer", "15.872")  # an average with 1 − μ; PyTorch has 29.12
    expect(page.get_by_text("✗ wrong", exact=True)).to_have_count(1)
    expect(page.get_by_text("You made an average")).to_be_visible()
    type_into(page, "sgd_update_2_param", "1.681")
    expect(page.get_by_text("✓ right from your earlier value")).to_be_visible()


def test_a_run_is_in_the_address(page, browser):
    visit(page, "adam?adam_at=2")  # the first update's step is the learning rate, whatever the betas are
    number = torch_number(page).inner_text()
    type_into(page, "adam_betas", "0.5, 0.9")
    expect(torch_number(page)).not_to_have_text(number)
    other = browser.new_page(viewport={"width": 1280, "height": 800})
    other.goto(page.url)
    expect(torch_number(other)).to_have_text(torch_number(page).inner_text())
    other.close()


def test_the_table_says_whether_both_agree(page):
    visit(page, "rmsprop?rmsprop_view=Step-by-step+table")
    expect(page.get_by_text("agree in the parameter and in every buffer")).to_be_visible()
    expect(page.locator("[data-testid=stDataFrame]")).to_be_visible()


POINTS = "document.querySelectorAll('.st-key-sgd_figure .scatterlayer .trace:last-child .points path').length"


def test_the_path_plays_to_its_end(page):
    visit(page, "sgd?sgd_updates=20")
    page.wait_for_function(f"() => {POINTS} === 21")
    page.locator(".st-key-sgd_figure .updatemenu-button").click()
    page.wait_for_function(f"() => {POINTS} < 10")
    page.wait_for_function(f"() => {POINTS} === 21", timeout=30_000)
    expect(page.locator(".st-key-sgd_figure").get_by_text("update 20", exact=True)).to_be_visible()


def test_the_slider_shows_the_path_up_to_one_update(page):
    visit(page, "sgd")
    rail = page.locator(".st-key-sgd_figure .slider-rail-touch-rect")
    rail.scroll_into_view_if_needed()
    box = rail.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".st-key-sgd_figure").get_by_text("update 50", exact=True)).to_be_visible()
    page.wait_for_function(f"() => {POINTS} === 51")


@pytest.mark.parametrize("path", ["sgd", "adam?adam_view=Sweep", "one_cycle_lr"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(page, path, scheme):
    page.emulate_media(color_scheme=scheme)
    visit(page, path)
    assert not faults(page)


def test_the_live_optimizer_adds_gradients_up_and_steps(page):
    visit(page, "optimizer_object")
    for button in ("backward", "backward", "step"):
        page.get_by_role("button", name=button, exact=True).click()
        settled(page)
    expect(page.locator(".live").first).to_contain_text("0.4614")  # 0.6614 − 0.1 · 2


@pytest.mark.parametrize("slug", ["lbfgs", "adafactor", "one_cycle_lr", "sequential_lr"])
def test_nothing_scrolls_sideways_on_a_phone(page, slug):
    assert slug in {**OPTIMIZERS, **SCHEDULERS}
    page.set_viewport_size({"width": 390, "height": 800})
    visit(page, slug)
    expect(page).to_have_url(re.compile(slug))
    fits_sideways(page)
