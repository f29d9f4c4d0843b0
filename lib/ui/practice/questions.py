"""A lesson's question, each answer to which is answered."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from lib.catalog import TOPICS
from lib.ui.lesson_progress import answered
from lib.ui.practice.choices import choices, verdict
from lib.ui.text import say

RIGHT = "right"


def question(slug: str, name: str, seed: int) -> bool:
    """The lesson's question of this name, its answers in an order of the seed; whether it was answered rightly."""
    asked = TOPICS[slug].questions[name]
    options = {RIGHT: asked.right, **{f"wrong_{place}": wrong for place, wrong in enumerate(asked.wrong)}}
    order = np.random.default_rng((seed, len(slug), len(name))).permutation(len(options)).tolist()
    ids = [list(options)[at] for at in order]
    key = f"practice_{slug}_{name}_{seed}"
    with st.container(key=f"practice_question_{slug}_{name}"):
        last = choices(
            key, {one: say(options[one].text) for one in ids}, RIGHT, say(asked.asks), partial(answered, slug, name)
        )
        verdict(say(options[last].says) if last else "", last == RIGHT)
    return last == RIGHT
