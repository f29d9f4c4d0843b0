"""Training in a real browser: numbers move, stop and continue, two learners at once, a page that is left."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from lib.training.net.seats import SECONDS_UNHEARD
from tests.browser.driving import fits_sideways, settled
from tests.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
LONG = "train?train_epochs=2000&train_points=200"
SLOW = 60_000  # milliseconds; two cores may be busy with other tests
UNHEARD = 1_000 * SECONDS_UNHEARD + 200  # milliseconds; longer than a run may go unheard
MOMENT = 600  # milliseconds, in which a run that goes on shows a few pictures


def visit(page: Page, path: str = "train") -> Page:
    page.goto("/" + path)
    expect(page.locator(".st-key-train_live canvas")).to_be_visible(timeout=SLOW)
    expect(button(page, "start")).to_be_enabled(timeout=SLOW)
    return page


def button(page: Page, name: str):
    return page.locator(f".st-key-train_{name} button")


def progress(page: Page):
    return page.locator(".stProgress")


def epoch(page: Page) -> int:
    found = re.search(r"epoch (\d+) of", progress(page).inner_text())
    assert found
    return int(found[1])


def wait_beyond(page: Page, least: int) -> None:
    page.wait_for_function(
        "n => Number(/epoch (\\d+) of/.exec(document.querySelector('.stProgress')?.innerText)?.[1]) > n",
        arg=least,
        timeout=SLOW,
    )


def final_numbers(page: Page) -> str:
    return page.locator(".st-key-train_live_card").get_by_text("train loss").inner_text()


def test_start_moves_the_numbers_stop_holds_them_continue_goes_on(page):
    visit(page, LONG)
    button(page, "start").click()
    wait_beyond(page, 3)
    assert "train loss" in final_numbers(page)
    button(page, "stop").click()
    expect(page.get_by_text("Stopped in epoch")).to_be_visible(timeout=SLOW)
    settled(page)  # the words may be there before the bar
    at = epoch(page)
    page.wait_for_timeout(MOMENT)
    assert epoch(page) == at
    button(page, "continue").click()
    wait_beyond(page, at)
    button(page, "stop").click()
    expect(page.get_by_text("Stopped in epoch")).to_be_visible(timeout=SLOW)


def test_the_canvas_tells_what_it_shows_and_is_painted(page):
    visit(page, "train?train_epochs=5")
    button(page, "start").click()
    expect(page.get_by_text("Done in")).to_be_visible(timeout=SLOW)
    canvas = page.locator(".st-key-train_live canvas")
    expect(canvas).to_have_attribute("aria-label", re.compile("epoch 5"), timeout=SLOW)
    colours = canvas.evaluate(
        "c => new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size"
    )
    assert colours > 20


def test_two_learners_at_once_do_not_disturb_each_other(page, browser: Browser, server: Server):
    path = "train?train_epochs=30&train_seed_of_the_weights="
    alone = {}
    for seed in (1, 2):
        button(visit(page, path + str(seed)), "start").click()
        expect(page.get_by_text("Done in")).to_be_visible(timeout=SLOW)
        alone[seed] = final_numbers(page)
    contexts = {seed: browser.new_context(base_url=server.url) for seed in alone}
    pages = {seed: visit(context.new_page(), path + str(seed)) for seed, context in contexts.items()}
    for opened in pages.values():
        button(opened, "start").click()
    for seed, opened in pages.items():
        expect(opened.get_by_text("Done in")).to_be_visible(timeout=SLOW)
        assert final_numbers(opened) == alone[seed]
    assert alone[1] != alone[2]
    for context in contexts.values():
        context.close()
    server.assert_healthy()


def test_a_run_whose_page_is_left_has_ended(page):
    visit(page, LONG)
    button(page, "start").click()
    wait_beyond(page, 2)
    page.get_by_role("link", name="Torch by Hand").first.click()
    expect(progress(page)).to_have_count(0, timeout=SLOW)
    page.wait_for_timeout(UNHEARD)
    page.go_back()
    expect(page.get_by_text("Stopped in epoch")).to_be_visible(timeout=SLOW)
    at = epoch(page)
    page.wait_for_timeout(MOMENT)
    assert epoch(page) == at
    expect(button(page, "continue")).to_be_enabled()


def test_the_set_up_is_in_the_address(page):
    visit(page, "train?train_data=Spirals&train_layers=16%2C+16&train_optimizer=SGD&train_SGD_momentum=0.9")
    expect(page.locator(".st-key-train_data").get_by_role("combobox")).to_have_value("Spirals")
    expect(page.locator(".st-key-train_layers input")).to_have_value("16, 16")
    expect(page.locator(".st-key-train_SGD_momentum input")).to_have_value("0.9")
    page.locator(".st-key-train_epochs input").fill("7")
    page.locator(".st-key-train_epochs input").press("Enter")
    expect(page).to_have_url(re.compile("train_epochs=7"), timeout=SLOW)


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_scrolls_sideways(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    visit(page)
    fits_sideways(page)
