"""A pool with one worker, and one call in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lib.sandbox.job import Call, Limits, Ran
from lib.sandbox.pool import USUAL, Pool


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(1) as started:
        yield started


def run(pool: Pool, source: str, *args: Any, limits: Limits = USUAL, **kwargs: Any) -> Ran:
    return pool.run(source, "f", [Call(args, kwargs)], limits)[0]
