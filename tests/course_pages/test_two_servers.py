"""Two servers over one PostgreSQL, as a student meets them: handed in at one, shown graded at the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lib.course import engine
from lib.store import open_store
from lib.ui.course import acting
from tests.course.setting import TERMS, Class, stub
from tests.course.test_engine import QUICK, until_graded
from tests.course_pages.conftest import Opens, words
from tests.course_pages.test_desk import run, submitted
from tests.databases import postgresql

__all__ = ["postgresql"]
NOW, DAY = datetime.now(UTC), timedelta(days=1)
OPEN = replace(TERMS, opens=NOW - DAY, due=NOW + DAY, closes=NOW + 2 * DAY)


def test_handed_in_at_one_server_and_shown_graded_at_another(
    postgresql: Callable[[str], str], open_as: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgresql("two_servers")
    one, other, elsewhere = (open_store(url) for _ in range(3))
    here = Class(one, terms=OPEN)
    monkeypatch.setattr(acting, "_opened", [one])
    app = submitted(open_as(here.li, "assignment", assignment=here.assignment), here, here.li, "1")
    assert "It is the next one to be graded." in words(app)
    running = engine.start(elsewhere, 2, grade=stub, pace=QUICK)
    try:
        until_graded(elsewhere, 20)
    finally:
        running.stop()
    monkeypatch.setattr(acting, "_opened", [other])
    assert "8 of 8 visible tests passed" in words(open_as(here.li, "assignment", assignment=here.assignment))
    assert "8 of 8 visible tests passed" in words(run(app))
    for store in (one, other, elsewhere):
        store.close()
