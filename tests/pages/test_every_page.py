"""Every page opens, recomputes and shows no exception. The pages are driven without a browser."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lib.catalog import LESSONS
from pages.lesson import VIEWS

SLUGS = list(LESSONS)


def open_page(slug: str, way: str = "together", **query: str) -> AppTest:
    """The app, at one page: open_page("exercise", name="huber_loss"); a lesson in this way of working."""
    app = AppTest.from_file("../../lib/router.py", default_timeout=30)
    app.session_state["goto"], app.session_state["goto_query"] = slug, query
    app.session_state[f"{slug}_way"] = way
    return healthy(app.run())


def healthy(app: AppTest) -> AppTest:
    assert not app.exception, [e.message for e in app.exception]
    return app


def field(app: AppTest, slug: str, name: str):
    return app.text_input(key=f"{slug}_{name}")


def torch_number(app: AppTest) -> str:
    """What stands under PyTorch beside the result."""
    return next(
        m.value.rpartition("**")[0].rpartition("**")[2] for m in app.markdown if m.value.startswith(":gray[PyTorch]")
    )


def test_home_opens_and_its_search_names_every_lesson():
    app = healthy(AppTest.from_file("../../lib/router.py", default_timeout=30).run())
    text = " ".join(app.selectbox(key="search").options)
    assert all(lesson.torch_name in text for lesson in LESSONS.values())


@pytest.mark.parametrize("typed", ["0.693", "nan", "hello", "-3", "inf", "2.303"])
def test_stuck_box_answers(typed):
    app = healthy(AppTest.from_file("../../lib/router.py", default_timeout=30).run())
    healthy(app.text_input(key="stuck").set_value(typed).run())


def test_a_host_that_runs_app_py_as_a_plain_script_gets_the_same_pages():
    app = AppTest.from_file("../../app.py", default_timeout=30)
    app.session_state["goto"] = "mse_loss"
    assert healthy(app.run()).title[0].value == LESSONS["mse_loss"].title


def test_words_page_opens():
    healthy(open_page("loss_cost_objective"))


@pytest.mark.parametrize("slug", SLUGS)
def test_every_view_and_every_example_opens(slug):
    app = open_page(slug)
    for view in VIEWS:
        healthy(app.button_group(key=f"{slug}_view").set_value(view).run())
    for example in LESSONS[slug].examples:
        healthy(app.selectbox(key=f"{slug}_example").set_value(example.title).run())
        assert app.selectbox(key=f"{slug}_example").value == example.title


@pytest.mark.parametrize("slug", SLUGS)
def test_garbage_in_any_field_is_answered_in_words_and_kept(slug):
    app = open_page(slug)
    for spec in LESSONS[slug].tensors:
        before = field(app, slug, spec.name).value
        for garbage in ("[[1, 2", "two", "[1, [2]]", "1e999", "💥"):
            healthy(field(app, slug, spec.name).set_value(garbage).run())
            assert field(app, slug, spec.name).value == garbage
            assert any(":red[" in c.value for c in app.caption)
        healthy(field(app, slug, spec.name).set_value(before).run())


@pytest.mark.parametrize("slug", SLUGS)
def test_odd_tensors_never_break_the_page(slug):
    app = open_page(slug)
    for spec in LESSONS[slug].tensors:
        before = field(app, slug, spec.name).value
        for odd in ("1", "[]", "[[]]", "nan", "[inf, -inf]", "[[[1, 2], [3, 4]]]", "-1", "true", "[1e30, 2]"):
            healthy(field(app, slug, spec.name).set_value(odd).run())
        field(app, slug, spec.name).set_value(before)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_whole_working_and_every_hint_can_be_shown(slug):
    app = open_page(slug)
    for _ in range(4):
        for button in [b for b in app.button if b.key and "_hint_" in b.key]:
            button.click()
        healthy(app.run())
    healthy(app.toggle(key=f"{slug}_whole_forward").set_value(True).run())


def test_a_changed_number_changes_torchs_result():
    app = open_page("cross_entropy_loss")
    assert torch_number(app) == "1.1890"
    healthy(field(app, "cross_entropy_loss", "weight").set_value("[1, 2]").run())
    assert torch_number(app) == "1.1642"


def test_one_slip_is_marked_at_its_row_and_explained():
    app = open_page("cross_entropy_loss")
    field(app, "cross_entropy_loss", "weight").set_value("[1, 5]").run()
    field(app, "cross_entropy_loss", "forward_log_sum_exp").set_value("2.313")
    field(app, "cross_entropy_loss", "forward_divisor").set_value("3")
    healthy(app.run())
    text = [m.value for m in app.markdown]
    assert sum("✓ right" in t for t in text) == 1
    assert sum("✗ wrong" in t for t in text) == 1
    assert any("number of samples" in t for t in text)


def test_torchs_number_can_be_covered_until_there_is_an_answer():
    app = open_page("cross_entropy_loss")
    healthy(app.toggle(key="hide_torch").set_value(True).run())
    assert torch_number(app) == "?"
    healthy(field(app, "cross_entropy_loss", "forward_loss").set_value("0.5").run())
    assert torch_number(app) == "1.1890"


def test_what_torch_refuses_shows_our_sentence_and_torchs_own():
    app = open_page("cross_entropy_loss")
    healthy(field(app, "cross_entropy_loss", "target").set_value("[0, 1, 7]").run())
    assert "expected a class from 0 to 1" in app.error[0].value
    assert any("out of bounds" in c.value for c in app.code)


def test_working_and_input_survive_a_visit_to_another_page():
    app = open_page("cross_entropy_loss")
    field(app, "cross_entropy_loss", "weight").set_value("[1, 2]").run()
    field(app, "cross_entropy_loss", "forward_divisor").set_value("5")
    healthy(app.run())
    app.session_state["goto"] = SLUGS[-1]
    healthy(app.run())
    app.session_state["goto"] = "cross_entropy_loss"
    healthy(app.run())
    assert field(app, "cross_entropy_loss", "weight").value == "[1, 2]"
    assert field(app, "cross_entropy_loss", "forward_divisor").value == "5"


# Where a page leads: to the one before and after it, and to its exercises.
WAYS = {
    "loss_cost_objective": ["Self-information →"],
    "ctc_loss": ["← Triplet margin loss with a distance function", "Gradient descent →", "CTC loss"],
    "gradient_descent": ["← CTC loss", "Averages and momentum →"],
    "exponential_averages": ["← Gradient descent", "What an optimizer object is →"],
    "optimizer_object": ["← Averages and momentum", "Train →"],
    "train": ["← What an optimizer object is", "SGD →"],
    "huber_loss": ["← Smooth L1 loss", "Poisson NLL loss →", "Gradient of Huber loss"],
    "adam": ["Adam", "AMSGrad: Adam that never forgets a size"],
    "step_lr": ["Step decay"],
}


@pytest.mark.parametrize("slug", WAYS)
def test_every_page_of_the_path_leads_on_and_to_its_exercises(slug):
    links = [element.proto.label for element in open_page(slug).get("page_link")]
    assert set(WAYS[slug]) <= set(links)


def test_search_finds_english_torch_and_chinese_names():
    app = healthy(AppTest.from_file("../../lib/router.py", default_timeout=30).run())
    options = app.selectbox(key="search").options
    for name in (
        "Cross-entropy loss",
        "nn.CrossEntropyLoss",
        "交叉熵",
        "optim.Adam",
        "lr_scheduler.StepLR",
        "Loss clinic",
    ):
        assert any(name in option for option in options)
    healthy(app.selectbox(key="search").set_value("cross_entropy_loss").run())
    assert app.title[0].value == "Cross-entropy loss"


def test_a_sum_that_is_not_1_is_said_and_normalised_with_one_click():
    app = open_page("entropy")
    healthy(field(app, "entropy", "p").set_value("[3, 1, -1]").run())
    assert "holds -1" in app.error[0].value
    healthy(next(b for b in app.button if b.label == "Normalise p").click().run())
    assert field(app, "entropy", "p").value == "[0.75, 0.25, 0]"
    assert not app.error


def test_a_large_file_gives_result_and_gradient_without_working():
    app = open_page("mse_loss")
    app.session_state["mse_loss_input_file"] = np.full((200, 100), 3.0)
    app.session_state["mse_loss_target_file"] = np.full((200, 100), 1.0)
    healthy(app.run())
    assert any("**4**" in m.value for m in app.markdown)
    for view in VIEWS:
        healthy(app.button_group(key="mse_loss_view").set_value(view).run())
    healthy(app.button_group(key="mse_loss_view").set_value("gradient").run())
    assert any("The first 100 of 20000" in c.value for c in app.caption)


@pytest.mark.parametrize(("slug", "what"), [("cross_entropy_loss", "Sample"), ("adam", "Element")])
def test_what_is_worked_is_a_sample_of_a_batch_or_an_element_of_a_parameter(slug, what):
    app = open_page(slug)
    assert app.button_group(key=f"{slug}_sample_forward").options[0].rstrip(" ✓") == "0"
    assert f"**{what}**" in [m.value for m in app.markdown]


@pytest.mark.parametrize("slug", SLUGS)
def test_an_example_says_what_to_look_for_until_a_number_is_changed(slug):
    app = open_page(slug)
    first = LESSONS[slug].examples[0]
    assert first.shows in [m.value for m in app.markdown]
    other = LESSONS[slug].examples[1]
    healthy(app.selectbox(key=f"{slug}_example").set_value(other.title).run())
    assert first.shows not in [m.value for m in app.markdown]


# What stands in the fields, the picture that is asked for, the one that is drawn, and what is not offered.
PICTURES = {
    "one number has no shares": ("[1]", "[2]", "shares", "divisor", {"shares"}),
    "no numbers at all": ("zeros(0)", "zeros(0)", "moves", "curves", {"moves"}),
    "all there is": ("[1, 2]", "[2, 3]", "shares", "shares", set()),
}


@pytest.mark.parametrize(("given", "target", "asked", "drawn", "missing"), PICTURES.values(), ids=PICTURES)
def test_a_picture_that_cannot_be_drawn_is_not_offered_and_the_next_one_is(given, target, asked, drawn, missing):
    app = open_page("mse_loss", mse_loss_input=given, mse_loss_target=target, mse_loss_picture=asked)
    box = next(box for box in app.selectbox if box.key == "mse_loss_picture")
    assert box.value == drawn
    assert not any("othing to draw" in words.value for words in [*app.caption, *app.markdown])
    for name in missing:
        assert name not in box.options and LABELS_OF_PICTURES[name] not in box.options


LABELS_OF_PICTURES = {"moves": "One number moves", "shares": "Share of each loss"}
