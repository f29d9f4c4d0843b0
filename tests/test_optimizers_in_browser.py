"""What only a real browser shows of the optimizer pages: working, table, links, the live object, narrow screens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from lib.catalog import OPTIMIZERS, SCHEDULERS
from tests.test_in_browser import settled, torch_number, type_into, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_slip_in_an_update_costs_one_step(page):
    visit(page, "sgd")
    type_into(page, "sgd_update_2_momentum_buffer", "15.872")  # an average with 1 − μ; PyTorch has 29.12
    expect(page.get_by_text("✗ likely mistake")).to_have_count(1)
    expect(page.get_by_text("You made an average")).to_be_visible()
    type_into(page, "sgd_update_2_param", "1.681")
    expect(page.get_by_text("✓ right from your earlier value")).to_be_visible()


def test_a_run_is_in_the_address(page, browser):
    visit(page, "adam")
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


def test_the_live_optimizer_adds_gradients_up_and_steps(page):
    visit(page, "optimizer_object")
    for button in ("backward", "backward", "step"):
        page.get_by_role("button", name=button, exact=True).click()
        settled(page)
        page.wait_for_timeout(300)
    expect(page.locator(".live").first).to_contain_text("0.4614")  # 0.6614 − 0.1 · 2


@pytest.mark.parametrize("slug", ["lbfgs", "adafactor", "one_cycle_lr", "sequential_lr"])
def test_nothing_scrolls_sideways_on_a_phone(page, slug):
    assert slug in {**OPTIMIZERS, **SCHEDULERS}
    page.set_viewport_size({"width": 390, "height": 800})
    visit(page, slug)
    expect(page).to_have_url(re.compile(slug))
    assert page.locator("[data-testid=stMain]").evaluate("e => e.scrollWidth - e.clientWidth") <= 1
