"""What a page draws goes to the server's thread in bundles, not element by element.

Streamlit hands over each element by itself, and wakes the server's thread for it: a page of a hundred elements wakes it
a hundred times, and gives it the interpreter each time. That took a quarter of a rerun. What is drawn leaves for the
browser every hundredth of a second anyway.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from weakref import WeakKeyDictionary

from streamlit.runtime.app_session import AppSession

PAUSE = 0.001  # seconds in which a bundle gathers

Letter = Callable[[], object]


class Post:
    """The letters of one session, in their order."""

    def __init__(self) -> None:
        self._letters: deque[Letter] = deque()
        self._lock = threading.Lock()
        self._on_its_way = False

    def add(self, letter: Letter) -> bool:
        """Whether somebody has to be sent for the bundle: nobody is on the way."""
        with self._lock:
            self._letters.append(letter)
            first, self._on_its_way = not self._on_its_way, True
        return first

    def deliver(self) -> None:
        """All letters, those too that come meanwhile. One that fails stops no other."""
        failed: list[BaseException] = []
        while (letter := self._next()) is not None:
            try:
                letter()
            except Exception as error:
                failed.append(error)
        if failed:
            raise failed[0]

    def _next(self) -> Letter | None:
        with self._lock:
            if self._letters:
                return self._letters.popleft()
            self._on_its_way = False
            return None


_posts: WeakKeyDictionary[AppSession, Post] = WeakKeyDictionary()
_hand_over = AppSession._call_soon_on_event_loop


def _call_soon_on_event_loop(session: AppSession, callback: Letter) -> None:
    """In place of Streamlit's own, which is called once a bundle; a test notices if it changes."""
    post = _posts.setdefault(session, Post())
    if post.add(callback):
        _hand_over(session, partial(_soon, session, post))


def _soon(session: AppSession, post: Post) -> None:
    session._event_loop.call_later(PAUSE, post.deliver)


def bundle_messages() -> None:
    """From now on messages go in bundles."""
    AppSession._call_soon_on_event_loop = _call_soon_on_event_loop  # type: ignore[assignment, method-assign]
