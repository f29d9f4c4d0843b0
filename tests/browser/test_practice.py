"""Progress in a link that another browser opens, and a quiz found by keyboard."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from lib.practice.carried import states
from lib.practice.quiz import quiz_of
from lib.practice.record import Asked, LessonRecord, read, together, written
from lib.practice.review import Day, Item, written_day
from lib.ui.browser_storage import LESSON, RECORD
from lib.ui.lesson_progress import today
from tests.browser.driving import faults, fits_sideways, settled, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
CE, SLIP = "cross_entropy_loss", "divides_by_samples"
THERE = LessonRecord(True, 2, 0, False, ("0000000a",), {"why": Asked(2, 20_000, 0), SLIP: Asked(0, 20_001, 1)})
HERE = LessonRecord(True, 1, 1, False, ("0000000b",), {"why": Asked(0, 20_002, 1)})
NONSENSE = ["p=", "p=%%%", "p=aGFsbG8", "q=7", "s=abc", "x", "p=" + "A" * 70_000, "%F0%9F%92%A5"]


def holding(page: Page, records: dict[str, str]) -> Page:
    """The page in a browser that holds these records and nothing else."""
    page.goto("/_stcore/health")
    page.evaluate("kept => { localStorage.clear(); Object.assign(localStorage, kept); }", records)
    return page


def held(page: Page) -> dict[str, str]:
    kept: dict[str, str] = page.evaluate("({ ...localStorage })")
    return {key: text for key, text in kept.items() if key.startswith((LESSON, RECORD))}


def said(page: Page) -> str:
    line = page.locator(".st-key-progress_taker [role=status]")
    expect(line).not_to_be_empty()
    return line.inner_text()


def test_progress_goes_to_another_browser_in_a_link_and_the_better_of_both_is_kept(page):
    solved = json.dumps({"attempts": [], "hints": 0, "shown": False, "passed": True})
    holding(
        page, {f"{LESSON}{CE}": written(THERE), f"{LESSON}adam": written(LessonRecord()), f"{RECORD}mse_loss": solved}
    )
    visit(page, "progress")
    field = page.locator(".st-key-progress_link input")
    expect(field).to_have_value(re.compile("#p="))
    link = field.input_value()
    assert urlsplit(link).query == "" and urlsplit(link).fragment.startswith("p=")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    before = {f"{LESSON}{CE}": written(HERE)}
    holding(page, before)
    visit(page, link.partition("//")[2].partition("/")[2])
    assert "3 lessons and exercises" in said(page)
    assert read(held(page)[f"{LESSON}{CE}"]) == together(HERE, THERE)
    assert json.loads(held(page)[f"{RECORD}mse_loss"])["passed"] and f"{LESSON}adam" in held(page)
    expect(page.get_by_text("2 begun")).to_be_visible()
    assert "#" not in page.url and not any(urlsplit(link).fragment[2:30] in url.partition("#")[0] for url in asked)
    page.get_by_role("button", name="Undo").click()
    settled(page)
    assert held(page) == before
    holding(page, {f"{LESSON}{CE}": written(HERE)})
    visit(page, f"progress#s={states({CE: LessonRecord(done=True), 'sgd': LessonRecord()}, ['mse_loss'])}")
    said(page)
    assert read(held(page)[f"{LESSON}{CE}"]).done and read(held(page)[f"{LESSON}{CE}"]).asked == HERE.asked
    assert len(held(page)) == 3
    kept = held(page)
    for fragment in NONSENSE:
        page.locator(".st-key-progress_taker [role=status]").evaluate("line => { line.textContent = ''; }")
        page.evaluate("fragment => { location.hash = fragment; }", fragment)
        assert "Nothing was changed" in said(page), fragment[:20]
        assert held(page) == kept
    assert faults(page) == []


def test_a_quiz_is_found_by_keyboard_on_a_phone(page):
    day = today()
    five = Day(day, (Item(CE, SLIP, "quiz"),))
    quiz = quiz_of(CE, SLIP, day)
    assert quiz is not None
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    holding(page, {f"{LESSON}{CE}": written(LessonRecord(right=True)), f"{LESSON}five_a_day": written_day(five)})
    visit(page, "five_a_day")
    step = page.get_by_role("button", name=re.compile(rf"Step {quiz.slipped.wrong + 1}$"))
    step.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="This is the slip")).to_have_count(1)
    settled(page)
    reason = page.get_by_role("button", name=quiz.mistake.says)
    reason.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="That is it")).to_be_visible()
    fits_sideways(page)
    assert faults(page) == []
    assert read(held(page)[f"{LESSON}{CE}"]).asked == {SLIP: Asked(1, day, 0)}
