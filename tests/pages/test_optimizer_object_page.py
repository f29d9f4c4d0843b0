"""The page of the live optimizer, driven without a browser."""

from __future__ import annotations

import io

import pytest
import torch
from streamlit.testing.v1 import AppTest

from pages.optimizer_object import ATTEMPTS


def open_page() -> AppTest:
    app = AppTest.from_file("../../lib/router.py", default_timeout=30)
    app.session_state["goto"] = "optimizer_object"
    return healthy(app.run())


def healthy(app: AppTest) -> AppTest:
    assert not app.exception, [e.message for e in app.exception]
    return app


def press(app: AppTest, *tokens: str) -> AppTest:
    for token in tokens:
        healthy(app.button(key=f"object_do_{token}").click().run())
    return app


def said(app: AppTest) -> str:
    return next(m.value for m in app.markdown if m.value[:2] == "**" and " · " in m.value)


def tables(app: AppTest) -> str:
    return " ".join(h.proto.body for h in app.get("html"))


def test_first_screen_marks_nothing():
    assert "<mark>" not in tables(open_page())


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        pytest.param(["b", "b"], "`weight.grad` grew from 1 to 2", id="backward adds"),
        pytest.param(["b", "s"], "`weight` moved by −0.1:", id="a step"),
        pytest.param(["b", "s", "z", "s"], "`step` skips it", id="None is skipped"),
        pytest.param(["b", "s", "Z", "s"], "momentum_buffer carries earlier gradients on", id="zeros coast"),
        pytest.param(["b", "f0", "s"], "although it is frozen", id="frozen with an old gradient"),
        pytest.param(["L"], "nothing is saved yet", id="nothing to load"),
        pytest.param(["g1", "g1"], "more than one parameter group", id="a group twice"),
        pytest.param(["f0", "f1", "b"], "does not require grad", id="everything frozen"),
    ],
)
def test_what_a_click_did_is_said(tokens, expected):
    assert expected in said(press(open_page(), *tokens))


def test_what_changed_is_marked_and_the_old_value_stays_in_sight():
    shown = tables(press(open_page(), "b", "s"))
    assert "<mark>0.5614</mark>" in shown
    assert "was 0.6614" in shown


def test_undo_and_start_again():
    app = press(open_page(), "b", "b")
    healthy(app.button(key="object_undo").click().run())
    assert app.session_state["object_actions"] == "b"
    healthy(app.button(key="object_restart").click().run())
    assert app.session_state["object_actions"] == ""


@pytest.mark.parametrize("place", range(len(ATTEMPTS)), ids=[a.asks for a in ATTEMPTS])
def test_every_attempt_opens(place):
    app = open_page()
    healthy(app.button(key=f"object_try_{place}").click().run())
    assert app.session_state["object_actions"] == ATTEMPTS[place].actions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("0.5614", "✓ right", id="right"),
        pytest.param("0.7614", "The sign", id="uphill"),
        pytest.param("two", ":red[", id="unreadable"),
    ],
)
def test_a_prediction_is_judged_before_and_after_the_step(text, expected):
    app = press(open_page(), "b")
    healthy(app.text_input(key="object_prediction").set_value(text).run())
    assert any(expected in m.value for m in app.markdown)
    press(app, "s")
    assert any(expected in m.value for m in app.markdown)
    press(app, "b")
    assert app.text_input(key="object_prediction").value == ""


def state_of(optimizer_name: str, shape=(2, 2)) -> bytes:
    param = torch.ones(shape, requires_grad=True)
    optimizer = getattr(torch.optim, optimizer_name)(
        [param], lr=0.5, **({"momentum": 0.3} if optimizer_name == "SGD" else {})
    )
    param.sum().backward()
    optimizer.step()
    file = io.BytesIO()
    torch.save(optimizer.state_dict(), file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"hello", "not a PyTorch file", id="a wrong file"),
        pytest.param(state_of("Adam"), "another optimizer than SGD", id="another optimizer"),
        pytest.param(state_of("SGD", (3,)), "has shape (3,)", id="other shapes"),
    ],
)
def test_a_file_that_does_not_fit_gets_a_sentence_and_nothing_is_lost(data, expected):
    app = press(open_page(), "b", "s")
    healthy(app.file_uploader(key="object_upload").set_value([("state.pt", data, "")]).run())
    assert any(expected in e.value for e in app.error)
    assert app.session_state["object_actions"] == "bs"


def test_a_loaded_state_brings_its_lr_and_momentum():
    app = press(open_page(), "b", "s")
    healthy(app.file_uploader(key="object_upload").set_value([("state.pt", state_of("SGD"), "")]).run())
    assert "lr of group 0 went 0.1 → 0.5. momentum of group 0 went 0.9 → 0.3." in said(app)


@pytest.mark.parametrize("optimizer", ["Adam", "AdamW", "RMSprop", "Adagrad"])
def test_every_optimizer_takes_the_same_clicks(optimizer):
    app = open_page()
    healthy(app.selectbox(key="object_optimizer").set_value(optimizer).run())
    press(app, "b", "g1", "s", "c", "b", "s", "L", "z", "s")


def test_two_learners_do_not_share_an_optimizer():
    one, other = press(open_page(), "b", "s"), open_page()
    assert "0.5614" in tables(one) and "0.5614" not in tables(other)
