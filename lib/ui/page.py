"""A page that is not made from a lesson: its module in pages/ defines PAGE and render(); its file name is the URL."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """Where the page stands: its group in the sidebar (see lib.catalog.GROUPS), and its place there. Without a group
    it is reached by links alone.

    A lesson's `order` counts from 1, so order 0 stands before the lessons of the group.
    """

    title: str
    group: str
    order: int
    names: tuple[str, ...]  # to search by; the Chinese name first
    purpose: str  # one sentence, for the home page's card
