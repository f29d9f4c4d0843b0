"""Many browser sessions at one server, speaking Streamlit's own protocol so that the server is what is measured."""

from __future__ import annotations

import asyncio
import time

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

SLUG = "cross_entropy_loss"


async def rerun(socket: websockets.ClientConnection, widget: str = "", text: str = "") -> str:
    """Asks for a rerun with one field changed, waits for its end, and returns the id of the input field."""
    message = BackMsg()
    message.rerun_script.query_string = ""
    message.rerun_script.page_name = SLUG
    if widget:
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.string_value = widget, text
    await socket.send(message.SerializeToString())
    found = ""
    while True:
        answer = ForwardMsg()
        answer.ParseFromString(await socket.recv())
        field = answer.delta.new_element.text_input
        if field.id and f"{SLUG}_input" in field.id:
            found = field.id
        if answer.HasField("script_finished"):
            return found


async def change_at_once(url: str, sessions: int) -> float:
    """Seconds until every session's rerun has ended, all of them started at the same moment."""
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    sockets = [
        await websockets.connect(
            address, subprotocols=[websockets.Subprotocol("streamlit")], max_size=None, origin=None
        )
        for _ in range(sessions)
    ]
    fields = [await rerun(socket) for socket in sockets]
    start = time.perf_counter()
    changed = (
        rerun(s, f, f"[[{n}.5, 2], [1, 3], [1, 3]]") for n, (s, f) in enumerate(zip(sockets, fields, strict=True))
    )
    await asyncio.gather(*changed)
    seconds = time.perf_counter() - start
    for socket in sockets:
        await socket.close()
    return seconds
