"""The code editor in a browser: keys, themes, and that no rerun, reload or page switch takes away what was typed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from lib.exercises import EXERCISES
from lib.ui import code_editor
from tests.browser.driving import settled, visit
from tests.conftest import Server

PAGE = "exercise?name=huber_loss"


def in_browser(test: Callable) -> Callable:
    return pytest.mark.browser(pytest.mark.xdist_group("browser")(test))


def editor(page: Page) -> Locator:
    return page.locator(".cm-content")


def text(page: Page) -> str:
    """What stands in the editor, as the browser keeps it."""
    return "\n".join(page.locator(".cm-line").all_inner_texts()).replace("\u200b", "")


def opened(page: Page) -> Page:
    visit(page, PAGE)
    expect(editor(page)).to_be_visible()
    return settled(page)


@pytest.fixture(scope="module")
def desk(browser: Browser, server: Server) -> Iterator[Page]:
    """An exercise opened once, for tests that only press keys."""
    page = browser.new_page(viewport={"width": 1280, "height": 800}, base_url=server.url)
    yield opened(page)
    page.close()
    server.assert_healthy()


def put(page: Page, code: str, select_all: str = "ControlOrMeta+a") -> None:
    """Replaces what stands in the editor, as by pasting; leaves the cursor in it."""
    editor(page).click()
    page.keyboard.press(select_all)
    page.keyboard.insert_text(code)


def test_the_bundle_is_built_from_its_sources():
    folder = code_editor.Path(code_editor.__file__).parent
    sources = b"".join((folder / name).read_bytes() for name in ("editor.js", "package-lock.json"))
    assert hashlib.sha256(sources).hexdigest() in code_editor.BUNDLE.splitlines()[0], "run lib/ui/code_editor/build.sh"


def test_the_lockfile_names_no_private_registry():
    folder = code_editor.Path(code_editor.__file__).parent
    addresses = re.findall(r'"resolved": "https?://([^/"]+)', (folder / "package-lock.json").read_text())
    assert set(addresses) <= {"registry.npmjs.org"}


# What is pressed, one after the other, in an editor that holds "a = 1", and what stands there then.
KEYS = {
    "Enter after a colon indents": (["End", "Enter", "*if a:", "Enter", "*b"], "a = 1\nif a:\n    b"),
    "Tab indents": (["Tab"], "    a = 1"),
    "Shift+Tab takes it back": (["Tab", "Shift+Tab"], "a = 1"),
    "a bracket closes itself": (["End", "*f("], "a = 1f()"),
    "Ctrl+Z undoes": (["End", "*2", "Control+z"], "a = 1"),
    "R and C are letters": (["End", "*rc"], "a = 1rc"),
}


@in_browser
@pytest.mark.parametrize(("keys", "stands"), KEYS.values(), ids=KEYS)
def test_keys(desk, keys, stands):
    put(desk, "a = 1")
    if "Control+z" in keys:
        desk.wait_for_timeout(600)  # what comes later is undone by itself
    desk.keyboard.press("Home")
    for key in keys:
        desk.keyboard.type(key[1:]) if key[0] == "*" else desk.keyboard.press(key)
    assert text(desk) == stands


@in_browser
def test_escape_and_tab_leave_the_editor(desk):
    editor(desk).click()
    desk.keyboard.press("Escape")
    desk.keyboard.press("Tab")
    expect(editor(desk)).not_to_be_focused()


@in_browser
@pytest.mark.parametrize("key", ["Control+Enter", "Meta+Enter"])
def test_ctrl_enter_runs(own_page, key):
    modifier = key.partition("+")[0]
    if modifier == "Meta":  # the editor takes the browser for one on a Mac, where Ctrl+A goes to the start of the line
        own_page.add_init_script("Object.defineProperty(navigator, 'platform', {get: () => 'MacIntel'})")
    opened(own_page)
    put(own_page, EXERCISES["huber_loss"].solution, f"{modifier}+a")
    own_page.keyboard.press(key)
    expect(own_page.get_by_text("8 of 8 tests passed")).to_be_visible()
    expect(editor(own_page)).to_be_focused()


@in_browser
def test_leaving_commits_so_that_a_button_runs_what_stands_there(page):
    opened(page)
    put(page, EXERCISES["huber_loss"].solution)
    page.get_by_role("button", name="Run visible tests").click()
    expect(page.get_by_text("8 of 8 tests passed")).to_be_visible()


@in_browser
def test_a_rerun_in_the_middle_of_typing_takes_nothing_away(page):
    opened(page)
    put(page, "def huber_loss(input, target, **_):\n    import time\n    time.sleep(0.5)\n")
    page.keyboard.press("Control+Enter")
    for letter in "# typed while the tests ran":
        page.keyboard.type(letter, delay=60)
    expect(page.get_by_text("0 of 8 tests passed")).to_be_visible(timeout=60_000)
    page.keyboard.type("!")
    assert text(page).endswith("# typed while the tests ran!")


def by_reload(page: Page) -> None:
    page.reload()


def by_link(page: Page) -> None:
    page.get_by_role("link", name="All exercises").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Exercises")
    page.locator("[class*=st-key-stretch_losses_] summary").click()
    page.get_by_role("link", name=re.compile("Huber loss ●")).click()


def by_going_back(page: Page) -> None:
    page.get_by_role("link", name="All exercises").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Exercises")
    page.go_back()


def by_lesson(page: Page) -> None:
    page.get_by_role("link", name="Lesson: Huber loss").click()
    expect(page).to_have_url(re.compile("/huber_loss"))
    page.go_back()


@in_browser
@pytest.mark.parametrize("leave", [by_reload, by_link, by_going_back, by_lesson], ids=lambda f: f.__name__)
def test_text_that_was_never_committed_survives(page, leave: Callable[[Page], None]):
    opened(page)
    put(page, "x = 'not committed'")
    page.wait_for_timeout(20)
    leave(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Huber loss")
    expect(editor(page)).to_contain_text("not committed")
    settled(page)
    page.get_by_role("button", name="Run visible tests").click()
    expect(page.get_by_text("There is no function huber_loss")).to_be_visible()


@in_browser
def test_start_again_can_be_undone(page):
    opened(page)
    put(page, "x = 1")
    page.get_by_role("button", name="Start again").click()
    expect(editor(page)).to_contain_text("def huber_loss")
    editor(page).click()
    page.keyboard.press("Control+z")
    expect(editor(page)).to_have_text("x = 1")


@in_browser
def test_the_line_of_an_error_is_marked_and_moves_with_its_text(page):
    opened(page)
    put(page, "import numpy as np\ndef huber_loss(input, target, **_):\n    return inptu\n")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".cm-line[data-marked]")).to_have_text("    return inptu")
    page.keyboard.press("Control+Home")
    page.keyboard.press("Enter")
    expect(page.locator(".cm-line[data-marked]")).to_have_text("    return inptu")
    put(page, EXERCISES["huber_loss"].solution)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("8 of 8 tests passed")).to_be_visible()
    expect(page.locator(".cm-line[data-marked]")).to_have_count(0)


@in_browser
def test_it_grows_with_its_text_up_to_a_limit(desk):
    height = "document.querySelector('[class*=_editor]').getBoundingClientRect().height"
    heights = []
    for lines in (5, 20, 400):
        put(desk, "x\n" * lines)
        heights.append(desk.evaluate(height))
    assert heights[0] < heights[1] < heights[2] < 700


@in_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_theme_and_can_be_read(browser: Browser, server: Server, scheme):
    page = browser.new_page(viewport={"width": 1280, "height": 800}, base_url=server.url, color_scheme=scheme)
    opened(page)
    put(page, 'def f():  # note\n    return "text", 12\n')
    frame = page.locator("[class*=_editor] .frame").first
    paper = luminance(frame.evaluate("e => getComputedStyle(e).backgroundColor"))
    assert (paper > 0.5) == (scheme == "light")
    for word in page.locator(".cm-line span").all():
        ink = luminance(word.evaluate("e => getComputedStyle(e).color"))
        assert contrast(ink, paper) >= 4.5, word.inner_text()
    page.close()


def luminance(colour: str) -> float:
    """The relative luminance (WCAG 2) of rgb(…) or color(srgb …)."""
    numbers = [float(part) for part in re.findall(r"[\d.]+", colour.replace("srgb", ""))[:3]]
    parts = [number / 255 if colour.startswith("rgb") else number for number in numbers]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


@in_browser
def test_it_has_a_name_and_says_its_keys(desk):
    box = desk.get_by_role("textbox", name="Your huber_loss, in Python")
    expect(box).to_be_visible()
    expect(desk.get_by_text("Esc, then Tab leaves")).to_be_visible()


@in_browser
def test_the_bundle_comes_once(browser: Browser, server: Server):
    page = browser.new_page(viewport={"width": 1280, "height": 800}, base_url=server.url)
    large: list[int] = []
    page.on(
        "websocket",
        lambda ws: ws.on("framereceived", lambda frame: large.append(len(frame)) if len(frame) > 200_000 else None),
    )
    opened(page)
    for code in ("x = 1", "x = 2"):
        put(page, code)
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("There is no function")).to_be_visible()
    by_link(page)
    expect(editor(page)).to_be_visible()
    settled(page)
    assert len(large) == 1
    page.close()
