"""The page for everyone: on a phone, with a translator, by keyboard, enlarged, heard, and without a clipboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import faults, field, fits_sideways, settled, torch_number, type_into, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
CE = "cross_entropy_loss"
TOGETHER = f"{CE}?{CE}_way=together"
FIRST, LAST = f"{CE}_forward_log_sum_exp", f"{CE}_forward_loss"

# As browsers' translators do it: each text goes into two <font> elements, or a translation in them takes its place; and
# so does every text that comes later.
TRANSLATE = """keeps => {
  const left = '[translate=no], style, script, font';
  const translate = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    for (const text of texts) {
      if (!text.data.trim() || text.parentNode.closest(left)) continue;
      const outer = document.createElement('font'), inner = document.createElement('font');
      outer.append(inner);
      text.replaceWith(outer);
      inner.append(keeps ? text : '译' + text.data);
    }
  };
  new MutationObserver(translate).observe(document.body, { subtree: true, childList: true, characterData: true });
  translate();
}"""


def verdict(page: Page, place: int):
    return page.locator(f".st-key-{CE}_row_forward_{place} > :nth-child(3)")


def enter(page: Page, key: str, text: str) -> None:
    field(page, key).fill(text)
    field(page, key).press("Enter")


@pytest.mark.parametrize("keeps", [True, False], ids=["wrapped", "replaced"])
def test_a_translated_page_bears_typing(own_page, keeps):
    page, crashes = own_page, []
    page.on("console", lambda message: crashes.append(message.text) if "NotFoundError" in message.text else None)
    visit(page, TOGETHER)
    expect(field(page, FIRST)).to_be_visible()
    page.wait_for_function("globalThis.torchByHandAccess")
    page.evaluate(TRANSLATE, keeps)
    for text, said in (("9", "wrong"), ("[1, 2]", "wrong shape"), ("2log", "not a number"), ("2.313", "right")):
        enter(page, FIRST, text)
        expect(verdict(page, 1)).to_contain_text(said)
    for text, said in (("1", "✗"), ("3.567", "✗"), ("", "")):
        enter(page, LAST, text)
        expect(verdict(page, 5)).to_have_text(re.compile(said) if said else "")
    for text in ("[[1, 2], [1", "[[1, 2], [1, 3], [2, 2]]"):
        enter(page, f"{CE}_input", text)
        settled(page)
    enter(page, f"{CE}_weight", "[1, 2]")
    expect(torch_number(page)).to_contain_text("0.7")
    expect(page.locator("h1")).to_contain_text("Cross-entropy loss")
    assert not crashes


# What React does to texts: it takes one away, puts one before another, and changes one.
REACT = """async keeps => {
  const [first, second, third] = ['a', 'b', 'c'].map((letter) => new Text(letter));
  const paragraph = document.createElement('p');
  paragraph.append(first, second);
  document.body.append(paragraph);
  for (const text of [first, second]) {
    const font = document.createElement('font');
    text.replaceWith(font);
    font.append(keeps ? text : '译');
  }
  await new Promise((done) => setTimeout(done));
  paragraph.removeChild(first);
  paragraph.insertBefore(third, second);
  second.nodeValue = 'd';
  return paragraph.textContent;
}"""


@pytest.mark.parametrize("keeps", [True, False], ids=["wrapped", "replaced"])
def test_what_react_asks_for_is_done_around_a_translation(own_page, keeps):
    visit(own_page, "article")
    own_page.wait_for_function("globalThis.torchByHandAccess")
    assert own_page.evaluate(REACT, keeps) == "cd"


def test_formulas_code_and_fields_are_left_alone_and_chinese_is_named(page):
    visit(page, TOGETHER)
    expect(field(page, FIRST)).to_have_attribute("translate", "no")
    left = page.locator(".stMain").locator(".katex, code, pre, input")
    assert left.evaluate_all("all => all.filter(one => one.translate).length") == 0
    expect(page.locator('[lang="zh-Hans"]', has_text="交叉熵")).to_be_visible()
    for chinese in ("得分", "占比", "正确类别", "损失"):
        expect(page.locator('[lang="zh-Hans"]').get_by_text(chinese, exact=True)).to_be_visible()


def test_chinese_in_a_label_is_named(page):
    visit(page, "article")
    expect(page.locator('[lang="zh-Hans"][translate=no]', has_text="负对数似然损失").first).to_be_visible()


def test_a_phone_gets_the_text_keyboard_and_a_row_of_signs(page):
    page.set_viewport_size({"width": 390, "height": 800})
    visit(page, TOGETHER)
    entry, keys = field(page, FIRST), page.locator(".entry_keys")
    for name, value in (("autocapitalize", "none"), ("autocorrect", "off"), ("spellcheck", "false")):
        expect(entry).to_have_attribute(name, value)
    assert entry.get_attribute("inputmode") is None
    switch = page.locator(f".st-key-{CE}_way_switch")
    assert switch.evaluate("e => [e, ...e.querySelectorAll('*')].every(one => one.scrollWidth <= one.clientWidth + 1)")
    assert entry.evaluate("e => getComputedStyle(e).fontSize") == "16px"
    expect(keys).to_be_hidden()
    entry.focus()
    expect(keys).to_be_visible()
    expect(keys.get_by_role("button")).to_have_text(["−", "^", "(", ")", "e", "log", "√", ",", "[", "]"])
    for name in ("log", "e", "to the power of"):
        keys.get_by_role("button", name=name, exact=True).click()
    page.keyboard.type("1+e^2)")
    expect(entry).to_have_value("log(e^1+e^2)")
    entry.press("Home")
    keys.get_by_role("button", name="minus").click()
    expect(entry).to_have_value("-log(e^1+e^2)")
    entry.press("Delete")
    entry.press("Backspace")
    entry.press("Home")
    page.keyboard.type("l")
    entry.press("Enter")
    expect(verdict(page, 1)).to_contain_text("right")
    page.locator("h1").click()
    expect(keys).to_be_hidden()
    expect(page.locator("[data-testid=stNumberInputField]").first).to_have_attribute("inputmode", "decimal")
    fits_sideways(page)


def test_names_are_words_and_verdicts_are_said(page):
    visit(page, TOGETHER)
    expect(page.get_by_role("textbox", name="input, 3 by 2, float32", exact=True)).to_be_visible()
    expect(page.get_by_role("textbox", name="target, 3 numbers, int64", exact=True)).to_be_visible()
    enter(page, f"{CE}_input", "[[1, 2, 0], [1, 3, 0], [2, 0, 0]]")
    expect(page.get_by_role("textbox", name="input, 3 by 3, float32", exact=True)).to_be_visible()
    hints = page.locator("[class*=_row_] button:visible").evaluate_all("all => all.map(one => one.textContent)")
    assert len(hints) > 3 and len(set(hints)) == len(hints)
    said = page.locator("[aria-live=polite].spoken_verdict")
    for text in ("9", "8"):  # the same verdict is said again
        enter(page, FIRST, text)
        expect(said).to_have_text(re.compile("1 log of the sum of eˣ: ✗ wrong"))
        said.evaluate("region => { region.textContent = ''; }")
    figure = page.locator("[data-testid=stPlotlyChart]").first
    expect(page.locator("[aria-label*='lowest']").first).to_be_attached()
    expect(figure).to_be_visible()


def test_the_core_loop_works_by_keyboard_at_twice_the_size(page):
    page.set_viewport_size({"width": 640, "height": 400})
    visit(page, TOGETHER)
    field(page, FIRST).focus()
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    expect(verdict(page, 1)).to_contain_text("wrong")
    page.keyboard.press("Tab")
    expect(page.locator(f".st-key-{CE}_row_forward_1 button:visible")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="more for log of the sum of eˣ")).to_be_visible()
    fits_sideways(page)


def test_copy_link_without_a_clipboard_shows_the_selected_address(own_page):
    own_page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    visit(own_page, CE)
    type_into(own_page, f"{CE}_weight", "[1, 2]")
    own_page.get_by_role("button", name="Copy link").click()
    link = own_page.get_by_role("textbox", name="The link to copy")
    expect(link).to_be_focused()
    assert link.evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd)") == own_page.url
    own_page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(own_page.get_by_role("button", name="Copy link")).to_be_focused()


WAYS = [f"{CE}?{CE}_way={way}" for way in ("watch", "together", "alone")]


@pytest.mark.parametrize("path", [*WAYS, f"{TOGETHER}&{LAST}=3.567&{CE}_view=code", "adam?adam_way=together"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_moderate(page, path, scheme):
    page.emulate_media(color_scheme=scheme)
    visit(page, path)
    assert not faults(page)
