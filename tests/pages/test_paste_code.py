"""The box for code: it opens the lesson with its fields filled, and says line by line what it could not read."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.pages.test_every_page import field, healthy, open_page


def with_code(slug: str, code: str) -> AppTest:
    app = open_page(slug)
    app.session_state[f"{slug}_paste"] = True
    app = healthy(app.run())
    return healthy(app.text_area(key=f"{slug}_code").set_value(code).run())


def test_the_box_is_folded_away_at_first():
    assert not open_page("mse_loss").text_area


def test_code_opens_another_lesson_with_its_numbers():
    app = with_code("mse_loss", "F.huber_loss(torch.tensor([1., 2.]), torch.tensor([0., 0.]), delta=0.5)")
    healthy(app.button(key="mse_loss_open_0").click().run())
    assert app.title[0].value == "Huber loss"
    assert field(app, "huber_loss", "input").value == "[1, 2]"
    assert app.number_input(key="huber_loss_delta").value == 0.5


def test_code_fills_the_lesson_that_is_open():
    app = with_code("sgd", "optim.SGD(model.parameters(), lr=0.25, momentum=0.5, fused=True)")
    assert any("Line 1: fused: changes no number" in c.value for c in app.caption)
    healthy(app.button(key="sgd_open_0").click().run())
    assert app.number_input(key="sgd_lr").value == 0.25
    assert app.number_input(key="sgd_momentum").value == 0.5


def test_what_could_not_be_read_is_told_as_it_stands():
    app = with_code("step_lr", "nn.MSELoss(reduction='[x](http://a.b)')")
    assert any("Line 1: reduction is" in c.value and "'\\[x\\](http:" in c.value for c in app.caption)
