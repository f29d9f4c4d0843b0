"""Browser sessions without a browser: they speak Streamlit's own protocol, so that the server is what is measured."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from urllib.parse import urlencode

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from lib.catalog import LESSONS
from lib.ui.fields import example_texts


@dataclass
class Session:
    """One visitor at one lesson."""

    socket: websockets.ClientConnection
    slug: str
    query: str
    field: str = ""  # the id of the first input's widget, known after the first run

    async def run(self, text: str = "") -> float:
        """One run of the page, with `text` in the first input if given; seconds until the server has finished it."""
        message = BackMsg()
        message.rerun_script.query_string, message.rerun_script.page_name = self.query, self.slug
        if text:
            state = message.rerun_script.widget_states.widgets.add()
            state.id, state.string_value = self.field, text
        start = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await self.socket.recv())
            element = answer.delta.new_element.text_input.id
            if self.slug in LESSONS and f"{self.slug}_{LESSONS[self.slug].tensors[0].name}" in element:
                self.field = element
            if answer.HasField("script_finished"):
                return time.perf_counter() - start


async def open_socket(url: str) -> websockets.ClientConnection:
    """What a browser speaks through, before it says a word."""
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    return await websockets.connect(address, subprotocols=[websockets.Subprotocol("streamlit")], max_size=None)


async def visit(url: str, slug: str, view: str) -> Session:
    """Opens a lesson with one view open."""
    session = Session(await open_socket(url), slug, urlencode({f"{slug}_view": view}))
    await session.run()
    return session


def changed_text(slug: str, turn: int) -> str:
    """The first input's text with its first digit changed, as after typing one number."""
    text = str(example_texts(LESSONS[slug])[0][LESSONS[slug].tensors[0].name])
    place = next(i for i, c in enumerate(text) if c.isdigit())
    return text[:place] + str((int(text[place]) + turn) % 10) + text[place + 1 :]


async def rerun_times(url: str, slug: str, view: str, repeats: int) -> list[float]:
    """Seconds per rerun after one number changed."""
    session = await visit(url, slug, view)
    times = [await session.run(changed_text(slug, turn)) for turn in range(1, repeats + 2)]
    await session.socket.close()
    return times[1:]


async def change_at_once(url: str, slug: str, view: str, sessions: int) -> float:
    """Seconds until every session's rerun has ended, all of them started at the same moment."""
    visitors = [await visit(url, slug, view) for _ in range(sessions)]
    start = time.perf_counter()
    await asyncio.gather(*(visitor.run(changed_text(slug, turn)) for turn, visitor in enumerate(visitors, 1)))
    seconds = time.perf_counter() - start
    for visitor in visitors:
        await visitor.socket.close()
    return seconds
