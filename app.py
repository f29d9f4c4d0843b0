"""Serves the app: Streamlit around lib/router.py, with torch warmed up while the first visitor reads.

A host that runs this file as a plain script gets the same pages, only without the warm-up.
"""

import asyncio
import gc
import importlib
import pkgutil
import runpy
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.policy import Policy
from lib.proxies import trust_only
from lib.ui.memory import keep_little
from lib.ui.page_turns import take_turns
from lib.ui.uploads import BoundedUploads

ROUTER = Path(__file__).parent / "lib" / "router.py"


def warm_up() -> None:
    """Imports what every page needs, and keeps the garbage collector from searching all of it again and again."""
    import torch

    from lib.catalog import LESSONS
    from lib.plots.moving import moving
    from lib.sandbox.isolation import isolation

    torch.set_num_threads(1)  # for matrices as small as ours two threads wait for each other more than they compute
    for _, page, _ in pkgutil.iter_modules([str(ROUTER.parents[1] / "pages")]):
        importlib.import_module(f"pages.{page}")
    first = next(iter(LESSONS.values()))
    moving(first, first.examples[0].values, first.tensors[0].name, (0,)).to_json()  # loads Plotly's parts
    isolation()  # tries the sandbox once, so that the first learner with code does not wait for it
    number = torch.nn.Parameter(torch.zeros(1))
    torch.optim.SGD([number]).step()  # imports torch's compiler: 70 MB, and a second that no learner waits for
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def lifespan(app: st.App):
    """The server answers while torch is still being imported."""
    warming = asyncio.create_task(asyncio.to_thread(warm_up))
    yield {}
    await warming


def setting(name: str, default: Any) -> Any:
    """What the operator set in secrets.toml."""
    return st.secrets.get(name, default) if st.secrets.load_if_toml_exists() else default


def frame_ancestors() -> str:
    """Who may show the app in a frame; by itself nobody else."""
    return str(setting("frame_ancestors", "'self'"))


if get_script_run_ctx(suppress_warning=True):
    runpy.run_path(str(ROUTER), run_name="__main__")
else:
    keep_little()
    take_turns()
    trust_only(setting("proxies", []))  # who stands between us and the visitors: by itself nobody
    MIDDLEWARE = [Middleware(Policy, frame_ancestors=frame_ancestors()), Middleware(BoundedUploads)]
    app = st.App(ROUTER, lifespan=lifespan, middleware=MIDDLEWARE)
