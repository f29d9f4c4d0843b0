"""Serves the app: Streamlit around lib/router.py, with torch warmed up while the first visitor reads.

A host that runs this file as a plain script gets the same pages, only without the warm-up, and without a redirect from
old addresses: their pages are there instead. `streamlit run app.py` does not: it finds `app` below and serves it.
"""

import asyncio
import gc
import runpy
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.policy import Policy
from lib.proxies import trust_only
from lib.refusal import Refusal
from lib.static_files import Compressed, prepare
from lib.ui.exercise_address import redirects
from lib.ui.hosting import is_class, setting
from lib.ui.limits import need_sound_limits
from lib.ui.memory import keep_little
from lib.ui.message_post import bundle_messages
from lib.ui.monitors import monitor_routes
from lib.ui.page_turns import take_turns
from lib.ui.uploads import BoundedUploads

ROUTER = Path(__file__).parent / "lib" / "router.py"


def warm_up() -> None:
    """Imports what every page needs, and keeps the garbage collector from searching all of it again and again."""
    import torch

    from lib.catalog import LESSONS
    from lib.plots.moving import moving
    from lib.sandbox.isolation import isolation
    from lib.site import renders

    torch.set_num_threads(1)  # for matrices as small as ours two threads wait for each other more than they compute
    renders()  # imports all pages
    first = next(iter(LESSONS.values()))
    moving(first, first.examples[0].values, first.tensors[0].name, (0,)).to_json()  # loads Plotly's parts
    isolation()  # tries the sandbox once, so that the first learner with code does not wait for it
    number = torch.nn.Parameter(torch.zeros(1))
    torch.optim.SGD([number]).step()  # imports torch's compiler: 70 MB, and a second that no learner waits for
    gc.collect()
    gc.freeze()


def get_ready() -> None:
    """What happens behind the first pages: what visitors wait for first."""
    warm_up()
    prepare()


@asynccontextmanager
async def lifespan(app: st.App):
    """The server answers while torch is still being imported."""
    warming = asyncio.create_task(asyncio.to_thread(get_ready))
    grading = await asyncio.to_thread(start_grading) if is_class() else None
    yield {}
    await warming
    if grading is not None:
        await asyncio.to_thread(grading.stop)


def start_grading() -> Any:
    """A class: what is handed in is graded in the background, unless workers of their own do it."""
    from lib.ui.course.start import start_grading

    return start_grading()


def parts_of_a_class() -> tuple[list[Any], list[Middleware]]:
    """Routes and middleware of a class; none where people study alone. Ends the app where a class cannot be hosted."""
    if not is_class():
        return [], []
    from lib.ui.course.only_tls import OnlyTls
    from lib.ui.course.start import need_ready

    try:
        need_ready()
    except Refusal as refusal:
        sys.exit(str(refusal))
    from lib.ui.course.routes import routes

    return routes(), [Middleware(OnlyTls)]


def frame_ancestors() -> str:
    """Who may show the app in a frame; by itself nobody else."""
    return str(setting("frame_ancestors", "'self'"))


if get_script_run_ctx(suppress_warning=True):
    runpy.run_path(str(ROUTER), init_globals={"PLAIN": True}, run_name="__main__")
else:
    keep_little()
    take_turns()
    bundle_messages()
    need_sound_limits()
    trust_only(setting("proxies", []))  # who stands between us and the visitors: by itself nobody
    ROUTES, GUARDS = parts_of_a_class()
    MIDDLEWARE = [
        Middleware(Policy, frame_ancestors=frame_ancestors()),
        *GUARDS,
        Middleware(Compressed, base=st.get_option("server.baseUrlPath")),
        Middleware(BoundedUploads),
    ]
    EVERY_ROUTE = [*monitor_routes(), *redirects(), *ROUTES]
    PARTS: dict[str, Any] = {"lifespan": lifespan, "routes": EVERY_ROUTE, "middleware": MIDDLEWARE}
    app = st.App(ROUTER, **PARTS)
