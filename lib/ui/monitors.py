"""What a monitor asks: /healthz, whether the server is alive, and /readyz, whether all that it needs is there.

Both are open to everyone and say nothing of a class. However often /readyz is asked, the database is looked at once in
two seconds, by one thread. /metrics is there for whoever has the token that the operator set, and for nobody else.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from streamlit import config
from streamlit.url_util import make_url_path

from lib.ui.hosting import is_class

ALIVE, READY, METRICS = "/healthz", "/readyz", "/metrics"
KEEP_NOTHING = {"Cache-Control": "no-store"}
LOOK_AGAIN = 2.0  # seconds for which an answer is given again
PATIENCE = 5.0  # seconds after which a look without an answer counts as none
NO_ANSWER = {"database": "no answer", "workers": "unknown"}

Look = Callable[[], Mapping[str, str]]


class Readiness:
    """Asks `look` in a thread, one at a time, and gives its answer to all who ask meanwhile."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._looking: asyncio.Future[Mapping[str, str]] | None = None
        self._began = 0.0

    async def __call__(self) -> Mapping[str, str]:
        if self._looking is None or (self._looking.done() and time.monotonic() - self._began > LOOK_AGAIN):
            self._began = time.monotonic()
            self._looking = asyncio.ensure_future(asyncio.to_thread(self._look))
        await asyncio.wait([self._looking], timeout=max(0.0, self._began + PATIENCE - time.monotonic()))
        return self._looking.result() if self._looking.done() else NO_ANSWER


def look() -> Mapping[str, str]:
    """For each part that this server needs: ok, or what is wrong. Who studies alone needs none."""
    if not is_class():
        return {}
    from lib.course.health import readiness
    from lib.ui.course.acting import store

    return readiness(store())


def monitor_routes(look: Look = look) -> list[Any]:
    """For the server, whoever is hosted."""
    ready = Readiness(look)

    async def is_alive(request: Request) -> Response:
        return PlainTextResponse("alive", headers=KEEP_NOTHING)

    async def is_ready(request: Request) -> Response:
        parts = await ready()
        well = all(said == "ok" for said in parts.values())
        return JSONResponse({"ready": well, **parts}, 200 if well else 503, headers=KEEP_NOTHING)

    return [
        Route(_address(ALIVE), is_alive),
        Route(_address(READY), is_ready),
        Route(_address(METRICS), _metrics),
    ]


async def _metrics(request: Request) -> Response:
    """Where no token is set there is no such address, and with another one there is nothing to learn."""
    token = _metrics_token()
    if not token:
        return PlainTextResponse("There are no metrics here.", 404, headers=KEEP_NOTHING)
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not hmac.compare_digest(given.encode(), token.encode()):
        headers = KEEP_NOTHING | {"WWW-Authenticate": "Bearer"}
        return PlainTextResponse("Metrics need the token that the operator set.", 401, headers=headers)
    return await run_in_threadpool(_numbers)


def _metrics_token() -> str:
    if not is_class():
        return ""
    from lib.ui.course.acting import settings

    return settings().metrics_token


def _numbers() -> Response:
    from lib.course.metrics import FORM, metrics
    from lib.ui.course.acting import store

    return Response(metrics(store()), headers=KEEP_NOTHING | {"Content-Type": FORM})


def _address(path: str) -> str:
    return str(make_url_path(config.get_option("server.baseUrlPath"), path))
