"""Which picture of a run is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lib.lesson.optimizer import Optimizer
from lib.ui.choices import choice_box
from lib.ui.fields import key_of
from lib.ui.figure import show_figure
from lib.ui.text import say

CHOOSE = "Choose a function under “What is minimised”."
OVER, LOSS, PARAMETER, STEP = "path", "loss", "parameter", "step"
PICTURES = {
    OVER: "Path",
    LOSS: "Loss per update",
    PARAMETER: "Parameter per update",
    STEP: "Effective step",
}


def choose_picture(lesson: Optimizer, name: str, options: Sequence[str]) -> str:
    """The id of the picture to draw."""
    titles = {option: say(PICTURES[option]) for option in options}
    return choice_box(say("Picture"), titles, key_of(lesson, name), label_visibility="collapsed", width=220)


def draw_picture(lesson: Optimizer, drawn: Any, title: str) -> None:
    show_figure(drawn, key_of(lesson, "figure"), title)
