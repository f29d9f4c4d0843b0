"""The view Code: torch's lines, the function covered until it is solved or asked for, and a notebook that runs."""

from __future__ import annotations

import contextlib
import io
import json

import pytest

from lib.catalog import LESSONS, OPTIMIZERS, TOPICS
from lib.lesson.code import loss, optimizer
from lib.lesson.run.set_up import set_up
from lib.ui.plain_numpy import own_exercise, plain_of
from tests.pages.test_every_page import healthy, open_page

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
WITHOUT = {"lbfgs", "sparse_adam", "lambda_lr", "multiplicative_lr", "constant_lr", "chained_scheduler"}
OWN = {
    "cross_entropy_loss": "cross_entropy_loss",
    "adam": "adam_step",
    "sgd": "sgd_momentum_step",
    "step_lr": "step_lr",
}


@pytest.mark.parametrize("slug", TOPICS)
def test_every_lesson_has_a_plain_function(slug):
    plain = plain_of(TOPICS[slug])
    assert (plain.exercise is None) == (slug in WITHOUT)
    assert "def " in plain.code and "yield" not in plain.code and "branches" not in plain.code and plain.words


@pytest.mark.parametrize(("slug", "exercise"), OWN.items(), ids=OWN)
def test_the_exercise_is_the_lessons_own(slug, exercise):
    found = own_exercise(TOPICS[slug])
    assert found is not None and found.slug == exercise


def shown(app) -> str:
    return "\n".join(code.value for code in app.code)


@pytest.mark.parametrize("slug", ["huber_loss", "adam", "step_lr", "lbfgs", "lambda_lr"])
def test_the_function_is_covered_until_it_is_asked_for(slug):
    app = open_page(slug)
    healthy(app.button_group(key=f"{slug}_view").set_value("code").run())
    assert "import torch" in shown(app) and plain_of(TOPICS[slug]).code not in shown(app)
    healthy(app.button(key=f"{slug}_show_numpy").click().run())
    assert plain_of(TOPICS[slug]).code in shown(app)
    assert app.get("download_button") or slug == "lambda_lr"


def printed(notebook: str) -> tuple[str, str]:
    """What the cells print, run one after the other, and the code of all of them."""
    out, names = io.StringIO(), dict[str, object]()
    code = ["".join(cell["source"]) for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"]
    with contextlib.redirect_stdout(out):
        for text in code:
            exec(compile(text, "<cell>", "exec"), names)
    return out.getvalue(), "\n".join(code)


SHORT = [pytest.param(LESSONS[slug], id=slug) for slug in LESSONS]


@pytest.mark.parametrize("lesson", SHORT)
def test_a_losss_notebook_is_short_and_agrees(lesson):
    function, short = plain_of(lesson).function, 0
    assert function is not None
    for example in lesson.examples:
        if example.rejected or not function.takes(lesson, example.values):
            continue
        short += 1
        said, code = printed(loss.notebook(lesson, example.values, function))
        overflows = "tensor(inf" in said  # in PyTorch, where the function does not
        assert "PyTorch and the function agree." in said or overflows, f"{example.title}: {said}"
        assert "yield" not in code and code.count("\n") < 120
    assert short


@pytest.mark.parametrize("slug", [slug for slug, lesson in OPTIMIZERS.items() if lesson.gradient == "dense"])
def test_an_optimizers_notebook_is_short_and_agrees(slug):
    lesson = OPTIMIZERS[slug]
    said, code = printed(
        optimizer.notebook(lesson, set_up(lesson, lesson.examples[0].values), plain_of(lesson).function)
    )
    assert "agree" in said
    assert slug == "muon" or "yield" not in code
