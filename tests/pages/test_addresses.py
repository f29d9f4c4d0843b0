"""What is chosen stands in the address as a short id, and addresses that still hold labels open the same view."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from lib.catalog import LESSONS, OPTIMIZERS, TOPICS
from lib.exercises import EXERCISES
from lib.ui.old_addresses import LABELS, id_of
from lib.ui.pictures import own_pictures
from pages.exercises import A_TOPIC
from tests.pages.any_address import opened
from tests.pages.test_every_page import healthy, open_page


def at_address(slug: str, **query: str) -> AppTest:
    return healthy(opened(slug, query))


def chosen(app: AppTest, key: str) -> str:
    """The id that a widget holds."""
    widgets = [*app.button_group, *app.selectbox]
    return next(widget.value for widget in widgets if widget.key == key)


def address(app: AppTest) -> dict[str, str]:
    return {name: value[0] if isinstance(value, list) else value for name, value in app.query_params.items()}


# The views that each kind of page had, by their labels.
VIEWS = {
    "huber_loss_view": ("Picture", "Gradient", "Extreme inputs", "Pitfalls", "Code", "Your own NumPy"),
    "sgd_view": ("Path", "Step-by-step table", "Compare", "Sweep", "Conventions", "Pitfalls", "Code"),
    "step_lr_view": ("Curve", "Table", "Compare", "Pitfalls", "Code"),
    "averages_view": ("Picture", "Weights and memory", "Momentum", "SGD's buffer"),
    "descent_view": ("Path", "Table", "Why ¼", "Ten learning rates", "Directions", "Code and pitfalls"),
    "train_view": (
        *("Compare", "Loss and accuracy", "Learning rate", "Gradient norms", "Look back", "Code", "Take away"),
    ),
    "huber_loss_picture": (
        *("One number moves", "Two numbers move", "Share of each loss", "What are we dividing by?"),
    ),
    "sgd_picture": ("Path", "Loss per update", "Parameter per update", "Effective step"),
    "sgd_compare_picture": ("Path", "Loss per update"),
    "sgd_objective": tuple(LABELS["*_objective"]),
    "clinic_is_softmax_twice": ("found it", "not it"),
}
PAGES = {"averages": "exponential_averages", "descent": "gradient_descent"}
NEEDED = {  # what has to be open for a field to be drawn
    "sgd_compare_picture": {"sgd_view": "Compare"},
    "averages_gradients": {"averages_view": "SGD's buffer"},
    "descent_sweep": {"descent_view": "Ten learning rates"},
    "choosing_situation": {"choosing_part": "An optimizer"},
    "choosing_application": {"choosing_part": "Five applications"},
    "clinic_is_softmax_twice": {"clinic_loss": "1.461"},
    **{key: {key.replace("_convention", "_view"): "Conventions"} for key in LABELS if key.endswith("_convention")},
}


def page_of(key: str) -> str:
    lessons = [slug for slug in TOPICS if key.startswith(f"{slug}_")]
    return max(lessons, key=len) if lessons else PAGES.get(key.partition("_")[0], key.partition("_")[0])


def old_addresses() -> Iterator[tuple[str, str]]:
    """Every field with every label that it had."""
    offered = [tag[:1].upper() + tag[1:] for e in EXERCISES.values() for tag in e.tags]
    few = {label for label in offered if offered.count(label) < A_TOPIC}
    for key, labels in LABELS.items():
        if "*" not in key:
            yield from ((key, label) for label in labels if key != "exercises_topic" or label not in few)
    for key, shown in VIEWS.items():
        yield from ((key, label) for label in shown)


OLD = list(old_addresses())


@pytest.mark.parametrize(("key", "label"), OLD, ids=[f"{key}={label}" for key, label in OLD])
def test_an_old_address_opens_the_same_view_and_then_holds_an_id(key, label):
    app = at_address(page_of(key), **{**NEEDED.get(key, {}), key: label})
    assert chosen(app, key) == id_of(key, label)
    assert address(app).get(key, id_of(key, label)) == id_of(key, label)


def test_every_old_label_is_opened():
    opened = {(id_of(key, label), label) for key, label in OLD}
    for key, labels in LABELS.items():
        if "*" in key:
            assert {(name, label) for label, name in labels.items()} <= opened, key


@pytest.mark.parametrize(("status", "count"), [("still true", 71), ("changed", 0), ("no longer runs", 9)])
def test_an_old_mark_of_the_article_stood_there_with_its_colour_and_count(status, count):
    app = at_address("article", article_status=f":green[{status}] {count}")
    assert chosen(app, "article_status") == status.replace(" ", "_")


@pytest.mark.parametrize("slug", LESSONS)
def test_an_old_link_to_a_lessons_own_picture_opens_the_one_of_that_title(slug):
    labels = LABELS[f"{slug}_picture"]
    assert all(labels.get(spec.title, name) == name for name, spec in own_pictures(LESSONS[slug]).items())


@pytest.mark.parametrize("slug", [slug for slug, lesson in OPTIMIZERS.items() if lesson.conventions])
def test_an_old_link_to_a_convention_opens_the_one_of_that_name(slug):
    labels = LABELS[f"{slug}_convention"]
    places = enumerate(OPTIMIZERS[slug].conventions, start=1)
    assert all(labels.get(convention.name, str(place)) == str(place) for place, convention in places)


NOT_OURS = [
    ("mse_loss_view", "Path"),  # another page's view
    ("mse_loss_view", "💥"),
    ("mse_loss_view", ""),
    ("mse_loss_view", "__class__"),
    ("mse_loss_picture", "heatmap"),
]


@pytest.mark.parametrize(("key", "value"), NOT_OURS, ids=[f"{key}={value}" for key, value in NOT_OURS])
def test_an_address_that_means_nothing_here_opens_the_first_view(key, value):
    app = at_address("mse_loss", **{key: value})
    assert chosen(app, key) == ("picture" if key.endswith("_view") else "moves")
    assert key not in address(app)


def test_a_choice_goes_into_the_address_and_its_default_comes_out():
    app = at_address("mse_loss", mse_loss_view="gradient", mse_loss_input="[1, 2]")
    assert chosen(app, "mse_loss_view") == "gradient"
    healthy(app.button_group(key="mse_loss_view").set_value("code").run())
    assert address(app)["mse_loss_view"] == "code"
    healthy(app.button_group(key="mse_loss_view").set_value("picture").run())
    assert "mse_loss_view" not in address(app)


def test_an_answer_can_be_taken_back():
    app = at_address("clinic", clinic_loss="1.461", clinic_is_softmax_twice="found")
    assert chosen(app, "clinic_is_softmax_twice") == "found"
    healthy(next(button for button in app.button if button.label == "Start again").click().run())
    assert "clinic_is_softmax_twice" not in address(app)


def test_a_view_is_still_open_after_a_visit_to_another_page():
    app = open_page("mse_loss")
    healthy(app.button_group(key="mse_loss_view").set_value("pitfalls").run())
    for slug in ("l1_loss", "mse_loss"):
        app.session_state["goto"] = slug
        healthy(app.run())
    assert chosen(app, "mse_loss_view") == "pitfalls"


def test_an_address_may_hold_entries_of_both_sheets():
    app = at_address("mse_loss", mse_loss_view="gradient", mse_loss_forward_loss="2", mse_loss_gradient_d_input="2")
    assert [button.label for button in app.button].count("Clear") == 2
