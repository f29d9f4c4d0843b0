"""What only a real browser shows: typing, reloading, links, themes, narrow screens, and access for everyone."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from lib.catalog import LESSONS
from tests.browser.driving import faults, field, fits_sideways, settled, torch_number, type_into, visit
from tests.conftest import serve

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLUGS = list(LESSONS)
CE = "cross_entropy_loss"


def test_typing_a_tensor_changes_torchs_number(page):
    visit(page, CE)
    expect(torch_number(page)).to_have_text("1.1890")
    type_into(page, f"{CE}_weight", "[1, 2]")
    expect(torch_number(page)).to_have_text("1.1642")


def test_one_slip_in_the_working_marks_just_that_step(page):
    visit(page, CE)
    type_into(page, f"{CE}_weight", "[1, 5]")
    expect(page).to_have_url(re.compile("weight"))
    for row, text in (("log_sum_exp", "2.313"), ("loss_per_sample", "1.313"), ("divisor", "3"), ("loss", "4.194")):
        type_into(page, f"{CE}_forward_{row}", text)
        settled(page)
    expect(page.get_by_text("✓ right", exact=True)).to_have_count(2)
    expect(page.get_by_text("✗ wrong", exact=True)).to_have_count(1)
    expect(page.locator("[class*=_row_]").get_by_text("✓ right from your earlier value")).to_have_count(1)
    expect(page.get_by_text("You divided by the number of samples")).to_be_visible()


def test_everything_typed_survives_a_reload(page):
    visit(page, CE)
    type_into(page, f"{CE}_weight", "[1, 2]")
    type_into(page, f"{CE}_forward_divisor", "5")
    expect(page).to_have_url(re.compile("forward_divisor=5"))
    page.reload()
    settled(page)
    expect(field(page, f"{CE}_weight")).to_have_value("[1, 2]")
    expect(field(page, f"{CE}_forward_divisor")).to_have_value("5")
    expect(torch_number(page)).to_have_text("1.1642")


def test_a_link_opens_the_same_numbers_for_somebody_else(page, browser, server):
    visit(page, CE)
    type_into(page, f"{CE}_input", "[[2, 1], [3, 1]]")
    type_into(page, f"{CE}_target", "[0, 0]")
    expect(page).to_have_url(re.compile(f"{CE}_target"))
    expect(torch_number(page)).not_to_have_text("1.1890")  # that of the example: the address changes before it
    number = torch_number(page).inner_text()
    other = browser.new_page(viewport={"width": 1280, "height": 800})
    other.goto(page.url)
    expect(torch_number(other)).to_have_text(number)
    other.close()


def test_copy_link_copies_the_address(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit(page, CE)
    type_into(page, f"{CE}_weight", "[1, 2]")
    expect(page).to_have_url(re.compile("weight"))
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_direct_link_works_on_the_first_visit_after_a_boot(browser: Browser, tmp_path):
    process, server = serve(tmp_path / "log.txt")
    try:
        first = browser.new_page(viewport={"width": 1280, "height": 800})
        first.goto(f"{server.url}/{CE}?{CE}_weight=%5B1%2C+2%5D")
        expect(torch_number(first)).to_have_text("1.1642", timeout=30_000)
        type_into(first, f"{CE}_weight", "[1, 1]")
        expect(torch_number(first)).to_have_text("1.1890")
        first.close()
        server.assert_healthy()
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_search_finds_the_chinese_name(page):
    visit(page)
    page.locator(".st-key-search input").fill("交叉熵损失")
    page.get_by_role("option").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cross-entropy loss")


def test_search_leads_away_from_a_page_whose_numbers_were_changed(page):
    visit(page, "adam")
    type_into(page, "adam_lr", "0.05")
    expect(page).to_have_url(re.compile("adam_lr=0.05"))
    page.locator(".st-key-search input").fill("StepLR")
    page.get_by_role("option").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("StepLR")
    expect(page).to_have_url(re.compile("/step_lr$"))


def test_stuck_loss_leads_to_a_lesson_on_a_fitting_example(page):
    visit(page)
    type_into(page, "stuck", "2.303")
    page.get_by_role("link", name="Open Cross-entropy loss").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cross-entropy loss")
    expect(torch_number(page)).to_have_text("2.3026")


def test_hints_go_from_words_to_the_value(page):
    visit(page, CE)
    row = page.locator(f".st-key-{CE}_row_forward_4")
    expect(row.get_by_text("Count the samples.")).to_be_visible()
    row.get_by_role("button", name="hint").click()
    expect(row.locator("br ~ .katex")).to_be_visible()
    expect(row.get_by_text("Here it is")).to_have_count(0)
    row.get_by_role("button", name="more").click()
    expect(row.get_by_text("Here it is 3")).to_be_visible()


def test_views_are_kept_in_the_address(page):
    visit(page, CE)
    page.get_by_role("radio", name="Pitfalls").click()
    expect(page.get_by_text("Softmax before the loss")).to_be_visible()
    page.reload()
    settled(page)
    expect(page.get_by_text("Softmax before the loss")).to_be_visible()


def test_an_old_address_opens_its_view_and_then_holds_its_id(page):
    visit(page, "huber_loss?huber_loss_delta=3&huber_loss_view=Extreme+inputs")
    expect(page.get_by_text("x is the number put where it hurts")).to_be_visible()
    expect(page).to_have_url(re.compile("huber_loss_view=extreme_inputs"))
    expect(page).to_have_url(re.compile("huber_loss_delta=3"))


def test_back_leads_to_the_view_before(page):
    visit(page, CE)
    type_into(page, f"{CE}_weight", "[1, 2]")
    settled(page)
    for name, text in (("Pitfalls", "Softmax before the loss"), ("Extreme inputs", "x is the number put where it")):
        page.get_by_role("radio", name=name).click()
        expect(page.get_by_text(text)).to_be_visible()
        expect(page).to_have_url(re.compile(f"view={name.lower().replace(' ', '_')}"))
        settled(page)
    page.go_back()
    expect(page.get_by_text("Softmax before the loss")).to_be_visible()
    expect(torch_number(page)).to_have_text("1.1642")


def test_a_file_fills_a_field(page, tmp_path):
    numbers = np.array([[1.0, 2.0], [1.0, 3.0], [1.0, 4.0]])
    np.save(tmp_path / "scores.npy", numbers)
    visit(page, CE)
    page.get_by_text("More settings").click()
    page.locator(f".st-key-{CE}_upload input[type=file]").set_input_files(tmp_path / "scores.npy")
    expect(field(page, f"{CE}_input")).to_have_value("[[1.0, 2.0], [1.0, 3.0], [1.0, 4.0]]")


def test_a_file_that_is_no_tensor_is_refused_in_words(page, tmp_path):
    (tmp_path / "scores.npy").write_bytes(b"not a tensor")
    visit(page, CE)
    page.get_by_text("More settings").click()
    page.locator(f".st-key-{CE}_upload input[type=file]").set_input_files(tmp_path / "scores.npy")
    expect(page.locator("[data-testid=stCaptionContainer]").filter(has_text="npy").first).to_be_visible()
    expect(torch_number(page)).to_have_text("1.1890")


def test_dark_theme_is_dark(page):
    page.emulate_media(color_scheme="dark")
    visit(page, CE)
    background = page.locator("[data-testid=stApp]").evaluate("e => getComputedStyle(e).backgroundColor")
    assert max(int(part) for part in re.findall(r"\d+", background)[:3]) < 60


@pytest.mark.parametrize("slug", SLUGS)
def test_the_idea_and_the_first_step_are_on_the_first_screen_and_nothing_scrolls_sideways(page, slug):
    visit(page, slug, way="")
    top = f"document.querySelector('[class*=\"st-key-{slug}_row_\"]').getBoundingClientRect().top"
    page.wait_for_function(f"() => {top} < 700", timeout=20_000)
    page.set_viewport_size({"width": 390, "height": 844})
    fits_sideways(page)
    card = f"document.querySelector('.st-key-{slug}_working_card').getBoundingClientRect().top"
    page.wait_for_function(f"() => {card} < 500", timeout=20_000)


# The pages that are not made from a lesson, and an exercise.
PAGES = (
    "",
    "loss_cost_objective",
    "gradient_descent",
    "exponential_averages",
    "optimizer_object",
    "train",
    "clinic",
    "choosing",
    "article",
    "exercises",
    "exercise?name=softmax",
)


@pytest.mark.parametrize("slug", PAGES)
def test_nothing_scrolls_sideways_on_a_phone(page, slug):
    page.set_viewport_size({"width": 390, "height": 800})
    visit(page, slug)
    fits_sideways(page)


@pytest.mark.parametrize("slug", [*PAGES, CE, SLUGS[0], SLUGS[-1]])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(page, slug, scheme):
    page.emulate_media(color_scheme=scheme)
    visit(page, slug)
    assert not faults(page)
