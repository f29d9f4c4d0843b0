"""What steps are called on the screen, and the words beside them."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from lib.catalog import OPTIMIZERS
from lib.lesson import names
from lib.lesson.spec import Step
from tests.lesson.test_worked import ALL, workings

ROOT = Path(names.__file__).parents[2]
MOST_CHARACTERS = 90  # of words beside a formula, in a column of 12 rem
SYMBOL = re.compile(r"[α-ωΑ-Ω_\\∂]|\b[a-zA-Z]_\w")  # what belongs into the formula
ARGUMENTS = re.compile(r"\b(?:pos_weight|min_lr|eta_min|T_max|label_smoothing|log_target|weight_decay)\b")
CASES = [
    ("exp_avg", "average of gradients", "exp_avg"),
    ("right_score", "right class's score", ""),
    ("d_input", "gradient of input", "input.grad"),
    ("gradient_change[2]", "change of the gradient, step 2", ""),
    ("loss_per_sample", "loss per sample", ""),
]


@cache
def steps_of(slug: str) -> list[Step]:
    lesson = ALL[slug]
    return [
        step
        for example in lesson.examples
        if not example.rejected
        for _, steps, _ in workings(lesson, example)
        for step in steps.values()
    ]


@pytest.mark.parametrize(("name", "label", "torchs"), CASES, ids=[case[0] for case in CASES])
def test_a_step_is_called_what_a_learner_knows(name, label, torchs):
    step = Step(name, "x = 1", np.array(1.0))
    assert (step.label, step.torch_name) == (label, torchs)


def test_a_lesson_may_call_its_step_otherwise():
    step = Step("variance", "x = 1", np.array(1.0), called="average of squares", torch="exp_avg_sq")
    assert (step.label, step.torch_name) == ("average of squares", "exp_avg_sq")
    assert Step("exp_avg", "x = 1", np.array(1.0), called="another thing").torch_name == ""


@pytest.mark.parametrize("slug", ALL)
def test_no_name_is_a_variable_with_its_underscores_gone(slug):
    """Unless the table of plain ones says that a learner knows it as it stands."""
    for step in steps_of(slug):
        jargon = step.label == step.base.replace("_", " ") and step.base not in names.PLAIN
        assert not jargon, f"{slug}: {step.name} needs a name in lib/lesson/names.py, or a place among the plain ones"


@pytest.mark.parametrize("slug", ALL)
def test_every_step_that_is_asked_has_words(slug):
    for step in steps_of(slug):
        if not step.given:
            assert step.words.endswith((".", "?", ")")) and not symbols(step.words), f"{step.name}: {step.words}"
            assert len(step.words) <= MOST_CHARACTERS, f"{step.name}: {len(step.words)} characters: {step.words}"


def symbols(words: str) -> list[str]:
    return SYMBOL.findall(ARGUMENTS.sub("", words))


def words_in_files() -> Iterator[tuple[str, str]]:
    """The words of settings that no example has: every text that is written as words in a file."""
    for room in ("losses", "entropy", "optimizers", "schedulers", "lesson/pieces"):
        for file in sorted((ROOT / "lib" / room).glob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.keyword) and str(node.arg).endswith("words"):
                    for text in ast.walk(node.value):
                        if isinstance(text, ast.Constant) and isinstance(text.value, str):
                            yield file.name, text.value


def test_words_of_rare_settings_are_short_too():
    long = [(file, text) for file, text in words_in_files() if len(text) > MOST_CHARACTERS]
    assert not long


def test_no_name_is_for_nothing_and_none_stands_twice():
    known = {step.base for slug in ALL for step in steps_of(slug)} | {"largest", "velocity"}  # of conventions
    assert not {*names.NAMES, *names.PLAIN, *names.TORCH} - known
    assert not set(names.NAMES) & names.PLAIN


@pytest.mark.parametrize("slug", [slug for slug, lesson in OPTIMIZERS.items() if lesson.gradient != "closure"])
def test_torchs_name_is_one_that_torchs_optimizer_holds(slug):
    """A step that bears the name of a buffer is that buffer: torch has it after an update."""
    lesson = OPTIMIZERS[slug]
    called = {s.torch_name for s in steps_of(slug) if s.torch_name}
    assert called <= buffers_of(lesson) | {"lr"}, called - buffers_of(lesson)


def buffers_of(lesson) -> set[str]:
    """Every name that torch's optimizer quotes in its source, its parents' too: some buffers need a rare setting."""
    files = {inspect.getsourcefile(kind.__init__) for kind in lesson.torch.__mro__[:-2]}
    sources = (Path(str(file)).read_text(encoding="utf-8") for file in files)
    return {name for source in sources for name in re.findall(r'"(\w+)"', source)}


OWN = {"self_information": "", "kl_divergence": "", "cross_entropy_loss": "nn.CrossEntropyLoss", "adam": "optim.Adam"}


@pytest.mark.parametrize(("slug", "name"), OWN.items(), ids=OWN)
def test_functions_of_ours_are_not_dressed_as_torchs(slug, name):
    assert ALL[slug].torchs_own == name
