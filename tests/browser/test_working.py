"""The lesson teaches before it asks, and nothing that was typed is lost: what only a browser shows of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from lib.lesson.run import Case
from lib.losses.cross_entropy_loss import LESSON
from tests.browser.driving import field, settled, type_into, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
CE = "cross_entropy_loss"
LOSSES = Case.of(LESSON, LESSON.examples[0].values).forward.steps["loss_per_sample"].value


def button(page: Page, name: str) -> Locator:
    return page.locator(".stMain").get_by_role("button", name=name, exact=True)


def press(page: Page, name: str) -> None:
    button(page, name).last.click()
    settled(page)


def rows(page: Page) -> Locator:
    return page.locator(f"[class*='st-key-{CE}_row_forward_']")


def sample(page: Page, index: int) -> Locator:
    return page.locator(f".st-key-{CE}_sample_forward button").nth(index)


def work_sample(page: Page, index: int) -> None:
    sample(page, index).click()
    settled(page)
    type_into(page, f"{CE}_forward_loss_per_sample", f"{LOSSES[index]:.4f}")
    settled(page)


def test_watch_then_the_last_step_then_alone_then_the_same_again(page):
    visit(page, CE, way="")
    expect(rows(page).locator("input")).to_have_count(0)
    expect(rows(page).get_by_text("1.3133")).to_have_count(0)
    press(page, "larger")
    expect(rows(page).get_by_text("2.3133")).to_be_visible()
    press(page, "Just show it")
    press(page, "Only the last step")
    expect(page.get_by_text("3.1269", exact=True)).to_be_visible()  # filled in, of the next sample
    expect(rows(page).locator("input")).to_have_count(1)
    type_into(page, f"{CE}_forward_loss_per_sample", "0.1269")
    press(page, "Alone")
    expect(page).to_have_url(re.compile(f"{CE}_way=alone"))
    for row, text in (("loss_per_sample", "2.1269"), ("loss", "1.189")):
        type_into(page, f"{CE}_forward_{row}", text)
        settled(page)
    expect(page.get_by_text("2 more in a row, alone")).to_be_visible()
    before = field(page, f"{CE}_input").input_value()
    press(page, "Same again, new numbers")
    expect(field(page, f"{CE}_input")).not_to_have_value(before)
    expect(field(page, f"{CE}_forward_loss")).to_have_value("")
    expect(page.locator("[class*=_torch] strong").first).to_have_text("?")


def test_each_sample_has_its_sheet_and_the_link_carries_it(page):
    visit(page, CE)
    work_sample(page, 0)
    expect(sample(page, 0)).to_have_text(re.compile("0 ✓"))
    work_sample(page, 1)
    sample(page, 0).click()
    settled(page)
    expect(field(page, f"{CE}_forward_loss_per_sample")).to_have_value("1.3133")
    sample(page, 1).click()
    settled(page)
    page.reload()
    settled(page)
    expect(field(page, f"{CE}_forward_loss_per_sample")).to_have_value("0.1269")
    expect(sample(page, 1)).to_have_text(re.compile("1 ✓"))


def test_samples_that_are_solved_fill_the_row_that_collects_them(page):
    visit(page, CE)
    for index in range(3):
        work_sample(page, index)
    expect(field(page, f"{CE}_forward_loss_per_sample_all")).to_have_value("[1.3133, 0.1269, 2.1269]")


def test_other_numbers_are_another_sheet_and_undo_brings_the_old_one_back(page):
    visit(page, CE)
    type_into(page, f"{CE}_forward_log_sum_exp", "2.3133")
    settled(page)
    type_into(page, f"{CE}_input", "[[2, 2], [1, 3], [2, 0]]")
    expect(field(page, f"{CE}_forward_log_sum_exp")).to_have_value("")
    press(page, "Undo")
    expect(field(page, f"{CE}_input")).to_have_value("[[1, 2], [1, 3], [2, 0]]")
    expect(field(page, f"{CE}_forward_log_sum_exp")).to_have_value("2.3133")


def test_a_slip_that_is_put_right_loses_no_later_row(page):
    visit(page, CE)
    for row, text in (("log_sum_exp", "3"), ("loss_per_sample", "2"), ("divisor", "3"), ("loss", "1.189")):
        type_into(page, f"{CE}_forward_{row}", text)
        settled(page)
    type_into(page, f"{CE}_forward_log_sum_exp", "2.3133")
    settled(page)
    for row, text in (("loss_per_sample", "2"), ("divisor", "3"), ("loss", "1.189")):
        expect(field(page, f"{CE}_forward_{row}")).to_have_value(text)
    page.reload()
    settled(page)
    for row, text in (("loss_per_sample", "2"), ("divisor", "3"), ("loss", "1.189")):
        expect(field(page, f"{CE}_forward_{row}")).to_have_value(text)


@pytest.mark.parametrize("leave", ["Next by a link", "Home by the sidebar"])
def test_back_brings_numbers_and_working_back(page, leave):
    visit(page, CE)
    type_into(page, f"{CE}_weight", "[1, 2]")
    settled(page)
    type_into(page, f"{CE}_forward_log_sum_exp", "2.3133")
    settled(page)
    if leave.startswith("Next"):
        page.get_by_role("link", name="NLL loss").last.click()
    else:
        page.get_by_role("link", name="Torch by Hand").first.click()
    page.wait_for_url(lambda url: CE not in url)
    settled(page)
    page.go_back()
    page.wait_for_url(re.compile(CE))
    settled(page)
    expect(field(page, f"{CE}_weight")).to_have_value("[1, 2]")
    expect(field(page, f"{CE}_forward_log_sum_exp")).to_have_value("2.3133")


def test_two_misses_offer_the_step(page):
    visit(page, CE)
    for text in ("7", "8"):
        type_into(page, f"{CE}_forward_log_sum_exp", text)
        settled(page)
    page.get_by_role("button", name="show this step").first.click()
    settled(page)
    expect(page.get_by_text("Here it is 2.3133")).to_be_visible()


def test_what_is_covered_is_nowhere_on_the_page(page):
    visit(page, CE, way="alone")
    main = page.locator(".stMain")
    for told in ("1.189", "1.1890", "1.313", "trails by"):
        expect(main.get_by_text(told)).to_have_count(0)
    type_into(page, f"{CE}_forward_loss", "1")
    expect(page.locator("[class*=_torch] strong").first).to_have_text("1.1890")
    expect(main.get_by_text("trails by")).to_be_visible()


def test_a_working_too_long_for_the_address_is_kept_by_the_browser(page):
    visit(page, CE)
    long = "2.3133" + " + 0.0000001 - 0.0000001" * 100
    for row, text in (("log_sum_exp", long), ("loss_per_sample", long.replace("2.3133", "1.3133")), ("divisor", "3")):
        field(page, f"{CE}_forward_{row}").fill(text)
        field(page, f"{CE}_forward_{row}").press("Enter")
        settled(page)
    expect(page.get_by_text("too long for a link. This browser keeps it.")).to_be_visible()
    page.reload()
    settled(page)
    expect(field(page, f"{CE}_forward_log_sum_exp")).to_have_value(long)
    expect(field(page, f"{CE}_forward_divisor")).to_have_value("3")
    assert len(page.url) < 4500
