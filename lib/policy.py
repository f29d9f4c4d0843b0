"""What a browser may do with our pages: headers that go with every answer of the server."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Served = Callable[[Scope, Receive, Send], Awaitable[None]]

_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]{1,255}")


class Policy:
    """ASGI middleware: pictures, fonts and connections from here only, whatever a link puts on the page.

    `frame_ancestors` says who may show the app in a frame: "'self'", "'none'", or addresses with blanks between them.
    """

    def __init__(self, app: Served, frame_ancestors: str = "'self'") -> None:
        self.app = app
        self.frame_ancestors = frame_ancestors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = _headers(_host(scope), self.frame_ancestors)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in _NAMES]
                message = {**message, "headers": [*own, *headers]}
            await send(message)

        await self.app(scope, receive, send_with_headers)


_NAMES = (b"content-security-policy", b"x-content-type-options", b"referrer-policy")


def _headers(host: str, frame_ancestors: str) -> list[tuple[bytes, bytes]]:
    socket = f" ws://{host} wss://{host}" if host else ""  # older browsers do not count it as 'self'
    rules = (
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' data: blob:",
        f"connect-src 'self'{socket}",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        f"frame-ancestors {frame_ancestors}",
    )
    values = ("; ".join(rules), "nosniff", "same-origin")
    return [(name, value.encode("latin-1")) for name, value in zip(_NAMES, values, strict=True)]


def _host(scope: Scope) -> str:
    """The address that the browser asked for; nothing where it is no plain host name."""
    named = next((value for name, value in scope.get("headers", ()) if name.lower() == b"host"), b"")
    text = named.decode("latin-1")
    return text if _HOST.fullmatch(text) else ""
