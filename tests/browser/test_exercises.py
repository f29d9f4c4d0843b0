"""Exercises in a browser: solved with a mistake, a hint, an endless loop and a reload on the way; and what is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lib.exercises import EXERCISES
from lib.ui.browser_storage import DRAFT, RECORD
from tests.browser.driving import faults, fits_sideways, settled, visit
from tests.conftest import Server
from tests.pages.test_editor import editor, opened, put
from tests.pages.test_exercise_pages import HALF_LEFT_OUT, HUBER, mistake

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PAGE = f"exercise?name={HUBER}"
ENDLESS = "def huber_loss(input, target, **_):\n    while len(input) == 5:  # as in the first test\n        pass\n"


def kept(page: Page, key: str = RECORD + HUBER) -> str:
    return page.evaluate("key => localStorage.getItem(key) ?? ''", key)


def submit(page: Page, code: str) -> None:
    put(page, code)
    page.get_by_role("button", name="Submit", exact=True).click()


def click(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()
    settled(page)


def test_an_exercise_is_solved_with_detours(page):
    opened(page)
    put(page, HALF_LEFT_OUT)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("You left out the ½")).to_be_visible()
    click(page, "Hint 1 of 4")
    expect(page.get_by_text(EXERCISES[HUBER].hints[0])).to_be_visible()
    put(page, ENDLESS)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("still running").first).to_be_visible(timeout=90_000)
    submit(page, HALF_LEFT_OUT)
    expect(page.get_by_text("of 18 points")).to_be_visible()
    expect(page.get_by_text("Attempts: 1")).to_be_visible()
    settled(page)  # by then the browser has stored it
    page.reload()
    settled(page)
    expect(page.get_by_text(EXERCISES[HUBER].hints[0])).to_be_visible()
    expect(page.get_by_text("Attempts: 1")).to_be_visible()
    expect(editor(page)).to_contain_text("size**2, delta")
    submit(page, EXERCISES[HUBER].solution)
    expect(page.get_by_text("18 of 18 points")).to_be_visible()
    page.get_by_text("Attempts: 2").click()
    expect(page.get_by_text("Changed since the attempt before")).to_be_visible()
    page.get_by_role("link", name="All exercises").click()
    expect(page.get_by_text(f"1 of {len(EXERCISES)} solved")).to_be_visible()


def test_the_likely_mistake_leads_to_the_lesson_with_the_tests_numbers(page):
    opened(page)
    put(page, HALF_LEFT_OUT)
    page.keyboard.press("Control+Enter")
    page.get_by_role("link", name="Work this test by hand").click()
    expect(page.locator(f".st-key-{HUBER}_input input")).to_have_value("[-3, -1, 0, 0.5, 2]")
    expect(page.locator("[class*=_torch] strong").first).to_have_text("0.9250")


def test_an_update_leads_to_the_optimizer_with_the_tests_gradients(page):
    visit(page, "exercise?name=sgd_momentum_step")
    expect(editor(page)).to_be_visible()
    put(page, mistake("sgd_momentum_step", "keeps_the_first_buffer"))
    page.keyboard.press("Control+Enter")
    page.get_by_role("link", name="Work this test by hand, update 2").click()
    expect(page.locator(".st-key-sgd_objective input")).to_have_value("Gradients that I type")
    expect(page.locator(".st-key-sgd_at input")).to_have_value("2")
    expect(page.locator("[class*=_torch] strong").first).to_be_visible()


@pytest.fixture
def tabs(browser: Browser, server: Server) -> Iterator[tuple[Page, Page]]:
    """Two tabs of one browser."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=server.url)
    yield context.new_page(), context.new_page()
    context.close()


def test_progress_is_there_in_a_new_tab(tabs):
    page, other = tabs
    opened(page)
    submit(page, EXERCISES[HUBER].solution)
    expect(page.get_by_text("18 of 18 points")).to_be_visible()
    visit(other, "exercises")
    expect(other.get_by_text(f"1 of {len(EXERCISES)} solved")).to_be_visible()
    visit(other, PAGE)
    expect(other.get_by_text("Attempts: 1")).to_be_visible()


def test_two_tabs_do_not_undo_each_other(tabs):
    page, other = tabs
    opened(page)
    opened(other)
    submit(page, HALF_LEFT_OUT)
    expect(other.get_by_text("Attempts: 1")).to_be_visible()
    submit(other, EXERCISES[HUBER].solution)
    expect(page.get_by_text("Attempts: 2")).to_be_visible()
    assert len(json.loads(kept(page))["attempts"]) == 2


def test_work_goes_into_a_file_and_comes_back_elsewhere(page, browser, server, tmp_path):
    opened(page)
    submit(page, HALF_LEFT_OUT)
    expect(page.get_by_text("Attempts: 1")).to_be_visible()
    visit(page, "exercises")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save my work as a file").click()
    saved.value.save_as(tmp_path / "work.json")
    elsewhere = browser.new_page(viewport={"width": 1280, "height": 800}, base_url=server.url)
    visit(elsewhere, "exercises")
    load(elsewhere, tmp_path / "work.json")
    expect(elsewhere.get_by_text("Loaded.")).to_be_visible()
    opened(elsewhere)
    expect(elsewhere.get_by_text("Attempts: 1")).to_be_visible()
    expect(editor(elsewhere)).to_contain_text("size**2, delta")
    elsewhere.close()


@pytest.fixture(scope="module")
def shelf(browser: Browser, server: Server) -> Iterator[Page]:
    """The list of exercises, opened once in a browser that has kept nothing yet."""
    page = browser.new_page(viewport={"width": 1280, "height": 800}, base_url=server.url)
    yield visit(page, "exercises")
    page.close()
    server.assert_healthy()


def load(page: Page, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Load a file").click()
    chooser.value.set_files(file)


# Files that are not ours.
STRANGE = {
    "no JSON": "hello",
    "another JSON": '{"a": 1}',
    "foreign keys": '{"items": {"theme": "dark"}}',
    "numbers": '{"items": {"torch_by_hand/record/huber_loss": 7}}',
    "null": "null",
    "empty": "",
}


@pytest.mark.parametrize("content", STRANGE.values(), ids=STRANGE)
def test_a_strange_file_is_refused_in_words_and_changes_nothing(shelf, tmp_path, content):
    (tmp_path / "strange.json").write_text(content)
    shelf.get_by_role("button", name="Save my work as a file").click()
    expect(shelf.get_by_text("There is no work to save yet")).to_be_visible()
    before = shelf.evaluate("JSON.stringify(localStorage)")
    load(shelf, tmp_path / "strange.json")
    expect(shelf.get_by_text("This file holds no work")).to_be_visible()
    assert shelf.evaluate("JSON.stringify(localStorage)") == before


@pytest.mark.parametrize("garbage", ["", "nonsense", "{}", '{"attempts": [1]}'])
def test_garbage_in_storage_is_said_and_replaced_by_the_next_attempt(page, garbage):
    visit(page, "exercises")
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [RECORD + HUBER, garbage])
    opened(page)
    if garbage:
        expect(page.get_by_text("cannot be read")).to_be_visible()
    submit(page, HALF_LEFT_OUT)
    expect(page.get_by_text("Attempts: 1")).to_be_visible()
    settled(page)  # by then the browser has stored it
    page.reload()
    expect(page.get_by_text("Attempts: 1")).to_be_visible()


FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"
OFF = "Object.defineProperty(window, 'localStorage', {get: () => { throw new DOMException('no', 'SecurityError'); }});"


@pytest.mark.parametrize(
    ("script", "says"), [(FULL, "storage is full"), (OFF, "does not keep anything")], ids=["full", "off"]
)
def test_a_browser_that_keeps_nothing_is_said_and_the_exercise_works(own_page, script, says):
    own_page.add_init_script(script)
    opened(own_page)
    submit(own_page, HALF_LEFT_OUT)
    expect(own_page.get_by_text(says).first).to_be_visible()
    expect(own_page.get_by_text("does not keep your text")).to_be_visible()
    expect(own_page.get_by_text("Attempts: 1")).to_be_visible()


def test_a_draft_goes_when_the_first_lines_are_back(page):
    opened(page)
    put(page, "x = 1")
    page.wait_for_function("key => localStorage.getItem(key) === 'x = 1'", arg=DRAFT + HUBER)
    page.get_by_role("button", name="Start again").click()
    page.wait_for_function("key => localStorage.getItem(key) === null", arg=DRAFT + HUBER)


def test_the_list_says_what_was_started(page):
    opened(page)
    put(page, "x = 1")
    page.wait_for_function("key => localStorage.getItem(key) === 'x = 1'", arg=DRAFT + HUBER)
    visit(page, "exercises")
    expect(page.get_by_role("link", name="Go on with Huber loss")).to_be_visible()
    page.locator("[class*=st-key-stretch_losses_] summary").click()
    expect(page.get_by_role("link", name="◔ Huber loss")).to_be_visible()


@pytest.mark.parametrize("path", ["exercises", PAGE])
def test_nothing_scrolls_sideways_on_a_phone(page, path):
    page.set_viewport_size({"width": 390, "height": 800})
    visit(page, path)
    if path == PAGE:
        submit(page, HALF_LEFT_OUT)
        expect(page.get_by_text("of 18 points")).to_be_visible()
    fits_sideways(page)


@pytest.mark.parametrize("path", ["exercises", PAGE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(page, path, scheme):
    page.emulate_media(color_scheme=scheme)
    visit(page, path)
    if path == PAGE:
        submit(page, HALF_LEFT_OUT)
        page.get_by_text("Attempts: 1").click()
        settled(page)
    assert not faults(page)
