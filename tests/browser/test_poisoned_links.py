"""Words from a link or a field stay words: nothing in them becomes a link, a picture or a request to another host."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import field, settled, visit

POISON = (
    "![x](https://example.invalid/x.png) [x](https://example.invalid/) <img src=https://example.invalid/y.png> "
    "<https://example.invalid> https://example.invalid/z www.example.invalid a@example.invalid :red[x] $x$ `x`"
)
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SHORT = (
    "![x](https://example.invalid/x.png)",
    "https://example.invalid",
    "<img src=//example.invalid>",
    "www.ex.invalid",
)

# Where words come from: a page and what its address holds; None for the poison.
LINKS: dict[str, tuple[str, dict[str, str | None]]] = {
    "a training": ("train", dict.fromkeys(("train_layers", "train_Adam_betas", "train_Adam_lr", "train_view"))),
    "a scheduler's numbers": ("multi_step_lr", dict.fromkeys(("multi_step_lr_milestones", "multi_step_lr_gamma"))),
    "an optimizer's betas": ("adam", dict.fromkeys(("adam_betas", "adam_view", "adam_objective", "adam_start"))),
    "an optimizer's entry": ("adam", {"adam_update_2_param": None, "adam_at": "2", "adam_dtype": None}),
    "tensors": ("mse_loss", dict.fromkeys(("mse_loss_input", "mse_loss_target", "mse_loss_reduction"))),
    "an entry": ("mse_loss", dict.fromkeys(("mse_loss_forward_error", "mse_loss_forward_loss"))),
    "the stuck box": ("", {"stuck": None}),
    "the clinic's loss": ("clinic", {"clinic_loss": None}),
    "the clinic": ("clinic", dict.fromkeys(("clinic_classes", "clinic_shares", "clinic_answers"))),
    "actions": ("optimizer_object", {"object_actions": None}),
    "averages": ("exponential_averages", {"averages_series": None}),
    "exercises": ("exercises", dict.fromkeys(("exercises_search", "exercises_topic", "exercises_level"))),
}


def foreign(page: Page) -> list[str]:
    """Links, pictures and frames on the page that lead to another host, or hold what was sent."""
    return page.evaluate(
        """() => [...document.querySelectorAll("a[href], img[src], iframe[src], source[src], object[data]")]
            .map((element) => element.href || element.src || element.data)
            .filter((to) => to.startsWith("mailto:") || URL.parse(to)?.host.endsWith("invalid"))"""
    )


@pytest.fixture
def asked(page: Page) -> list[str]:
    """Hosts other than ours that the page asks for something."""
    hosts: list[str] = []
    own = urlsplit(page.evaluate("location.href")).netloc

    def note(request) -> None:
        to = urlsplit(request.url)
        if to.scheme in ("http", "https", "ws", "wss") and "invalid" in to.netloc and to.netloc != own:
            hosts.append(request.url)

    page.on("request", note)
    return hosts


@pytest.mark.parametrize(("slug", "query"), LINKS.values(), ids=LINKS)
def test_what_a_link_holds_becomes_no_link_and_no_picture(page, asked, slug, query):
    visit(page, f"{slug}?" + urlencode({name: POISON if value is None else value for name, value in query.items()}))
    assert not foreign(page) and not asked


def test_what_is_typed_becomes_no_link_and_no_picture(page, asked):
    visit(page, "mse_loss")
    for text in (*SHORT, *(f"[{short}, 2]" for short in SHORT)):
        field(page, "mse_loss_input").fill(text)
        field(page, "mse_loss_input").press("Enter")
        settled(page)
        expect(page.locator(".stMain [data-testid=stCaptionContainer]").first).to_contain_text("expected")
        assert not foreign(page) and not asked


def test_the_name_of_a_file_stays_a_name(page, asked, tmp_path):
    visit(page, "mse_loss")
    page.get_by_text("More settings").click()
    file = {"name": "![x](https:www.example.invalid).npy", "mimeType": "application/x-npy", "buffer": b"no tensor"}
    page.locator(".st-key-mse_loss_upload input[type=file]").set_input_files(file)
    expect(page.get_by_text("the header of the .npy file is damaged")).to_be_visible()
    assert not foreign(page) and not asked
