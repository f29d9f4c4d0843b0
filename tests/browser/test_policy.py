"""The policy goes with every answer, the browser breaks none of it, and nothing is asked of another host."""

from __future__ import annotations

import urllib.request
from urllib.parse import urlsplit

import pytest

from tests.browser.driving import settled, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PATHS = ("/", "/_stcore/health", "/favicon.png", "/_stcore/host-config", "/no_such_page")


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_policy(server, path):
    with urllib.request.urlopen(server.url + path) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
    rules = {name: words for name, _, words in (rule.partition(" ") for rule in policy.split("; "))}
    assert rules["img-src"] == "'self' data: blob:"
    assert rules["frame-ancestors"] == "'self'"
    host = urlsplit(server.url).netloc
    assert rules["connect-src"] == f"'self' ws://{host} wss://{host}"


# One page of each kind, and the views that draw, run code, animate or load something of their own.
KINDS = (
    "",
    "ctc_loss?ctc_loss_view=gradient",
    "huber_loss?huber_loss_view=own_numpy",
    "sgd?sgd_view=sweep",
    "step_lr",
    "train",
    "optimizer_object?object_actions=bs",
    "exponential_averages",
    "clinic?clinic_loss=2.303",
    "choosing",
    "article",
    "exercise?name=huber_loss",
)


def test_no_page_asks_another_host_or_breaks_the_policy(page, server):
    own, asked, refused = urlsplit(server.url).netloc, [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda line: refused.append(line.text) if "Content Security Policy" in line.text else None)
    for path in KINDS:
        settled(visit(page, path))
    foreign = [url for url in asked if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != own]
    assert asked and not foreign
    assert not refused


def test_a_picture_of_another_host_is_not_loaded_even_if_it_reached_the_page(page, server):
    visit(page, "mse_loss")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    blocked = page.evaluate(
        """() => new Promise((done) => {
            document.addEventListener("securitypolicyviolation", (event) => done(event.violatedDirective));
            document.body.append(Object.assign(new Image(), { src: "https://example.invalid/x.png" }));
        })"""
    )
    assert blocked == "img-src"
