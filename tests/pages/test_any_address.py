"""Whatever an address holds, the page answers with a sentence or a default: no traceback, no memory without end."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lib.site import renders
from tests.pages.any_address import Query

ROOT = Path(__file__).parents[2]
PAGES = ["", *renders()]
SECONDS = 3.0  # of the processor for one address: 2 of computing, and the page
MEGABYTES = 300  # by which one address may make the process grow
TRIES = 5  # processes for one page: an address that ends its process is a finding, and the next one goes on after it


Address = tuple[str, Query]


def told(slugs: str, seed: int, pairs: int, some: int, skip: int) -> Iterator[dict[str, Any]]:
    """What one process says: a line before each address, a line after it. Streamlit's own words stand between them."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.pages.any_address", slugs]
    command += map(str, (seed, pairs, some, skip))
    with tempfile.TemporaryFile("w+") as log:
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True, check=False)
        yield from (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
        if done.returncode:
            log.seek(0)
            yield {"ended": f"the process ended with {done.returncode}: {log.read()[-500:]}"}


def opened(slugs: str, seed: int, pairs: int, some: int) -> Iterator[tuple[Address, str]]:
    """Every address, and what is wrong with what came of it; nothing where all is well."""
    asked: list[Address] = []
    for _ in range(TRIES):
        line: dict[str, Any] = {}
        for line in told(slugs, seed, pairs, some, len(asked)):
            if "opens" in line:
                asked.append(line["opens"])
            elif "ended" in line:
                yield asked[-1] if asked else (slugs, {}), line["ended"]
            else:
                yield line["address"], fault(line)
        if "ended" not in line:
            return


def fault(line: dict[str, Any]) -> str:
    if line["said"]:
        return str(line["said"][0])
    if line["seconds"] > SECONDS:
        return f"{line['seconds']:.1f} s of the processor"
    return f"{line['megabytes']:.0f} MB" if line["megabytes"] > MEGABYTES else ""


def assert_answered(found: Iterator[tuple[Address, str]]) -> None:
    all_found = list(found)
    faults = [f"/{slug}?{query}: {what}"[:900] for (slug, query), what in all_found if what]
    assert all_found and not faults, "\n\n".join(faults)


SAMPLE = "asgd,lbfgs,adam,multi_step_lr,train,multi_label_margin_loss,exponential_averages,optimizer_object"


def test_a_sample_of_addresses_is_answered():
    assert_answered(opened(SAMPLE, 1, 0, 4))


@pytest.mark.long
@pytest.mark.parametrize("slug", PAGES)
def test_every_address_is_answered(slug):
    assert_answered(opened(slug, 0, 40, 0))
