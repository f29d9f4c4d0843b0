"""Opens pages on many addresses, in a process of its own with a bound on its memory: `python -m` this, with slugs.

Which parameters there are is asked of the running page: fields that are bound to the address, and choices that stand
in it, in every view and with every option of every choice. Prints a line of JSON before an address is opened, and one
after it.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
import warnings
from collections.abc import Iterator
from typing import Any

VALUES = ("0", "-1", "1e9", "1e308", "-1e308", "nan", "inf", "1e400", "", "x", "none", "1" + "0" * 400, "1000000000")
WORDS = ("", "x", "__class__", "1e400")  # for a choice
TOGETHER = (*VALUES[:5], "1", "1000000000", "zeros(500, 2)")
MOST_BYTES = 6_000_000_000  # of address space: torch alone maps 2 GB
OPENING = 60  # seconds for the slowest address before it counts as endless

Query = dict[str, str]


def script(slug: str) -> None:
    """What the router does for somebody who comes with an address."""
    import streamlit as st

    from lib.site import pages_of_session, renders
    from lib.ui.old_addresses import translate_address
    from pages import home

    st.navigation(list(pages_of_session().values()), position="hidden")
    translate_address()
    (renders()[slug][1] if slug else home.render)()


def opened(slug: str, query: Query) -> Any:
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_function(script, default_timeout=OPENING, kwargs={"slug": slug})
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def parameters(app: Any) -> dict[str, tuple[str, ...]]:
    """What a page takes from its address, each with the values to try: of a choice, words; of a field, numbers too."""
    from lib.ui.choices import KEPT

    found: dict[str, tuple[str, ...]] = (
        dict.fromkeys(app.session_state[KEPT], WORDS) if KEPT in app.session_state else {}
    )
    for element in app.main:
        key = getattr(getattr(element, "proto", None), "query_param_key", "")
        if key:
            found[key] = VALUES if element.type in ("number_input", "text_input", "text_area") else WORDS
    return dict.fromkeys(app.query_params, VALUES) | found


def variants(app: Any) -> list[Query]:
    """The page as it is, and with every other option of every choice in its address: that shows other fields."""
    from lib.ui.old_addresses import id_of

    known = parameters(app)
    rows = [row for row in (*app.button_group, *app.selectbox) if row.key in known]
    return [{}] + [{row.key: id_of(row.key, label) or label} for row in rows for label in map(str, row.options)]


def addresses(slug: str, dice: random.Random, pairs: int) -> Iterator[Query]:
    """None at all; every parameter with every value, where it is shown; then pairs of parameters."""
    yield {}
    shown: dict[str, tuple[Query, tuple[str, ...]]] = {}
    base = opened(slug, {})
    for variant in variants(base) if pairs else [{}]:
        for name, values in parameters(opened(slug, variant) if variant else base).items():
            shown.setdefault(name, (variant, values))
    for name, (variant, values) in sorted(shown.items()):
        yield from ({**variant, name: value} for value in values)
    fields = sorted(name for name, (_, values) in shown.items() if values is VALUES)
    for _ in range(pairs if len(fields) > 1 else 0):
        first, second = dice.sample(fields, 2)
        yield {**shown[first][0], **shown[second][0], first: dice.choice(TOGETHER), second: dice.choice(TOGETHER)}


def findings(slug: str, query: Query) -> dict[str, Any]:
    """What opening it gave: exceptions on the page, and what it cost."""
    began, held = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        said = [f"{error.message}\n" + "\n".join(error.stack_trace) for error in opened(slug, query).exception]
    except RuntimeError as error:  # AppTest's word for a run that does not end
        said = [str(error)]
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) / 1000
    return {"said": said, "seconds": time.process_time() - began, "megabytes": grown}


def main(slugs: str, seed: int, pairs: int, some: int, skip: int) -> None:
    """Opens them all, or `some` of each page, but for those that an earlier process was asked already.

    `slugs` are parted by commas; the home page's is empty.
    """
    import torch
    from streamlit import config

    from tests.component_scan import scan_packages_once

    scan_packages_once()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    torch.set_num_threads(1)
    config.set_option("client.showErrorDetails", "full")
    warnings.simplefilter("ignore")
    dice = random.Random(seed)
    asked: list[tuple[str, Query]] = []
    for slug in slugs.split(","):
        queries = list(addresses(slug, dice, pairs))
        asked += [(slug, query) for query in (dice.sample(queries, min(some, len(queries))) if some else queries)]
    for slug, query in asked[skip:]:
        print(json.dumps({"opens": [slug, query]}), flush=True)
        print(json.dumps({"address": [slug, query], **findings(slug, query)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
