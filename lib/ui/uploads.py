"""What visitors upload is read, let go, and forgotten when the page is left: a session keeps one array per field."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.ui.limits import too_often
from lib.ui.sandbox import browser

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MOST_BYTES = 100_000_000  # of files that no page has read yet, all visitors together
MOST_OF_ONE = 2  # of these files for one session
READ_IN, KEYS = "uploads_read_in", "uploads_keys"  # in the session: the page, and where it keeps its arrays


def let_go(file: Any) -> None:
    """Once a file is read: Streamlit would hold its bytes until the visitor is gone."""
    context = get_script_run_ctx()
    if context is not None:
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)  # type: ignore[attr-defined]


def keep_upload(key: str, value: Any) -> None:
    """Keeps an array in the session under `key`, until another takes its place or the page is left."""
    st.session_state[key] = value
    st.session_state.setdefault(KEYS, set()).add(key)


def forget_uploads_of_other_pages(page: str) -> None:
    """Before a page is drawn: on a new page, what was uploaded on the last one is forgotten."""
    if st.session_state.get(READ_IN) != page:
        for key in st.session_state.get(KEYS, ()):
            st.session_state.pop(key, None)
        st.session_state[KEYS] = set()
        st.session_state[READ_IN] = page


class BoundedUploads:
    """ASGI middleware: whoever uploads too often is asked to wait. A session that sends file after file holds the last
    ones only, and so do all together."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "PUT" or "/_stcore/upload_file/" not in scope["path"]:
            return await self.app(scope, receive, send)
        if why := _too_often(Request(scope)):
            return await PlainTextResponse(why, 429, headers={"Retry-After": "5"})(scope, receive, send)
        await self.app(scope, receive, send)
        drop_oldest(runtime.get_instance().uploaded_file_mgr)


def _too_often(request: Request) -> str:
    address, cookie = request.client.host if request.client else "", browser(request.cookies)
    return too_often("uploads", cookie and f"{address} {cookie}", address)


def drop_oldest(store: Any, most_bytes: int = MOST_BYTES, most_of_one: int = MOST_OF_ONE) -> None:
    """Takes files out of Streamlit's store, the first that came first, until it holds no more than allowed."""
    for session, files in list(store.file_storage.items()):
        for name in list(files)[:-most_of_one]:
            store.remove_file(session, name)
    held = [
        (session, name, len(file.data)) for session, files in store.file_storage.items() for name, file in files.items()
    ]
    too_much = sum(size for _, _, size in held) - most_bytes
    for session, name, size in held:
        if too_much <= 0:
            return
        store.remove_file(session, name)
        too_much -= size
