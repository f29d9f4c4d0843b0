"""Outside this machine a class is reached over TLS alone: cookies and code would pass where anyone can read them."""

from __future__ import annotations

from lib.policy import Receive, Scope, Send, Served
from lib.ui.course.cookies import is_loopback
from lib.ui.text import say

FOR_MONITORS = ("/_stcore/health", "/_stcore/script-health-check", "/healthz", "/readyz")  # they say nothing of a class
SAYS = (
    "This class is served over TLS (https) only. If a proxy in front of the app ends TLS, name it under proxies in "
    "secrets.toml, and have it send X-Forwarded-Proto."
)


class OnlyTls:
    """ASGI middleware: refuses what comes over a bare line, unless it comes from this machine to this machine."""

    def __init__(self, app: Served) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or _is_safe(scope) or scope["path"].endswith(FOR_MONITORS):
            return await self.app(scope, receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008})
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        await send({"type": "http.response.body", "body": say(SAYS).encode()})


def _is_safe(scope: Scope) -> bool:
    if scope.get("scheme") in ("https", "wss"):
        return True
    client = scope.get("client")
    host = next((value.decode("latin-1") for name, value in scope.get("headers", ()) if name.lower() == b"host"), "")
    return client is not None and is_loopback(host) and is_loopback(_bracketed(client[0]))


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name else name
