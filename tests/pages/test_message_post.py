"""Messages of a page go to the server's thread in bundles: all of them, in their order, whatever one of them does."""

from __future__ import annotations

import asyncio
import inspect
import threading
from functools import partial

import pytest
from streamlit.runtime.app_session import AppSession

from lib.ui import message_post
from lib.ui.message_post import Post, bundle_messages
from tests.apart import run_apart


def test_a_bundle_is_sent_for_once_until_it_is_delivered():
    post, came = Post(), list[int]()
    assert [post.add(partial(came.append, n)) for n in range(3)] == [True, False, False]
    post.deliver()
    assert came == [0, 1, 2] and post.add(lambda: None)


def test_what_comes_during_the_delivery_goes_with_it():
    post, came = Post(), list[str]()

    def first() -> None:
        came.append("first")
        post.add(partial(came.append, "late"))

    post.add(first)
    post.deliver()
    assert came == ["first", "late"]


def test_one_that_fails_stops_no_other():
    post, came = Post(), list[int]()
    post.add(lambda: 1 / 0)
    post.add(partial(came.append, 1))
    with pytest.raises(ZeroDivisionError):
        post.deliver()
    assert came == [1] and post.add(lambda: None)


class Session:
    """As much of a session as is needed."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._event_loop = loop


def test_a_hundred_messages_of_another_thread_wake_the_server_a_few_times(monkeypatch):
    wakes, came = list[int](), list[int]()

    async def serve() -> None:
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        session = Session(loop)

        def hand_over(session: Session, callback: message_post.Letter) -> None:
            wakes.append(1)
            loop.call_soon_threadsafe(callback)

        def draw() -> None:
            for n in range(100):
                message_post._call_soon_on_event_loop(session, partial(came.append, n))  # type: ignore[arg-type]
            message_post._call_soon_on_event_loop(session, done.set)  # type: ignore[arg-type]

        monkeypatch.setattr(message_post, "_hand_over", hand_over)
        threading.Thread(target=draw).start()
        await asyncio.wait_for(done.wait(), 20)

    run_apart(serve())
    assert came == list(range(100)) and len(wakes) < 50


def test_streamlit_still_has_what_is_replaced(monkeypatch):
    own = message_post._hand_over
    assert inspect.signature(own).parameters.keys() == {"self", "callback"}
    monkeypatch.setattr(AppSession, "_call_soon_on_event_loop", own)
    bundle_messages()
    assert AppSession._call_soon_on_event_loop is message_post._call_soon_on_event_loop
    assert "self._call_soon_on_event_loop(" in inspect.getsource(AppSession._on_scriptrunner_event)
