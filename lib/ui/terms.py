"""Chinese on the screen: marked as such, so that a reader's voice and fonts are right and no translator touches it."""

from __future__ import annotations

import re
from html import escape

import streamlit as st

from lib.lesson.spec import Topic
from lib.practice.terms import terms_of
from lib.ui.text import say

_CHINESE = re.compile(r"[\u3400-\u9fff]")


def marked(name: str) -> str:
    """A name as HTML for a place that reads Markdown with HTML: in its own language where it holds Chinese."""
    return f'<span lang="zh-Hans" translate="no">{escape(name)}</span>' if _CHINESE.search(name) else escape(name)


def term_line(lesson: Topic) -> None:
    """The lesson's terms in English and Chinese, in a line."""
    pairs = [
        f'<span lang="en" translate="no">{escape(english)}</span> {marked(chinese)}'
        for english, chinese in terms_of(lesson).items()
    ]
    if pairs:
        st.caption(f"{say('Terms')}: {' · '.join(pairs)}", unsafe_allow_html=True)
