"""What is logged, and what /metrics says: events and numbers, and nothing that a person wrote."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
import streamlit.logger
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette

from lib.course import engine
from lib.course.engine.signs import Done, sign
from lib.course.log import OURS, log_as_json
from lib.course.results import Graded, OurFault
from lib.course.settings import Settings, read_settings
from lib.course.submit import submit
from lib.exercises import Exercise
from lib.refusal import Refusal
from lib.store import Store
from lib.ui import monitors
from lib.ui.course import acting, start
from lib.ui.monitors import monitor_routes
from tests.apart import run_apart
from tests.course.setting import Class, stub
from tests.databases import Clock, on_sqlite

SECRET = "def softmax(x): return 'Li Wei 4711'"
TOKEN = "a token of some length"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged from now on, as JSON; afterwards all is as it was."""
    known = {name: logging.getLogger(name) for name in ("", *logging.root.manager.loggerDict)}
    before = {name: (one.handlers, one.propagate, one.level, one.disabled) for name, one in known.items()}
    written = io.StringIO()
    log_as_json(written)
    yield written
    for name, (handlers, propagate, level, disabled) in before.items():
        one = known[name]
        one.handlers, one.propagate, one.disabled = handlers, propagate, disabled
        one.setLevel(level)
    logging.getLogger(OURS).disabled = True


def read(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


@on_sqlite
def test_a_submission_is_followed_from_the_receipt_to_the_mark(store: Store, clock: Clock, lines: io.StringIO) -> None:
    here = Class(store)
    receipt = submit(store, here.li, here.exercises[0], SECRET, "li_wei.py")
    clock.forward(seconds=3)
    grader = engine.Engine(store, stub)
    assert grader.grade_one()
    told = read(lines)
    assert [one["event"] for one in told] == ["stored", "taken", "graded"]
    assert {one["submission"] for one in told} == {receipt.number}
    assert len({one["request"] for one in told}) == 1 and len(told[0]["request"]) == 12
    assert told[-1]["to_mark_ms"] == 3000 and told[-1]["worker"] == grader.holder
    for secret in ("Li Wei", "4711", "li_wei", "softmax(x)", "example.edu"):
        assert secret not in lines.getvalue()


@on_sqlite
def test_of_what_fails_the_kind_and_the_place_are_logged_and_no_words(store: Store, lines: io.StringIO) -> None:
    here = Class(store)

    def fails(exercise: Exercise, code: str) -> Graded:
        raise [OurFault, KeyError][len(read(lines)) > 4](code)

    for who in (here.li, here.bo):
        submit(store, who, here.exercises[0], SECRET)
    engine.work_until_idle(store, grade=fails)
    try:
        with store.writing() as session:
            session.execute(text("INSERT INTO nowhere VALUES (:code)"), {"code": SECRET})
    except SQLAlchemyError:
        logging.getLogger("some.package").exception("it failed: %s", SECRET)
    logging.getLogger("some.package").info("chatter: %s", SECRET)
    told = read(lines)
    assert [one["error"] for one in told if one["event"] == "our fault"] == ["OurFault", "KeyError"]
    other = [one for one in told if one["event"] == "logged" and one["by"] == "some.package"]
    assert [one["error"] for one in other] == ["OperationalError"] and other[0]["level"] == "error"
    assert any("test_log.py" in place for place in other[0]["where"])
    assert "Li Wei" not in lines.getvalue() and "4711" not in lines.getvalue()


@on_sqlite
def test_an_exception_of_the_database_does_not_quote_what_was_handed_in(store: Store) -> None:
    with pytest.raises(SQLAlchemyError) as failed, store.writing() as session:
        session.execute(text("INSERT INTO nowhere VALUES (:code)"), {"code": SECRET})
    assert "Li Wei" not in str(failed.value)


@on_sqlite
def test_nothing_is_logged_unless_it_is_asked_for(store: Store, capfd: pytest.CaptureFixture[str]) -> None:
    here = Class(store)
    submit(store, here.li, here.exercises[0], SECRET)
    engine.work_until_idle(store, grade=stub)
    assert capfd.readouterr() == ("", "")


def test_streamlits_own_lines_have_the_same_form(
    lines: io.StringIO, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(streamlit.logger, "setup_formatter", streamlit.logger.setup_formatter)
    start.log_in_one_form()
    log_as_json(lines)
    for name in ("streamlit.a_module_of_later", "streamlit.runtime.app_session"):
        streamlit.logger.get_logger(name).error("Uncaught: %s", SECRET)
    assert [one["by"] for one in read(lines)] == ["streamlit.a_module_of_later", "streamlit.runtime.app_session"]
    assert "Li Wei" not in lines.getvalue() + "".join(capfd.readouterr())


REFUSED: dict[str, tuple[Mapping[str, object], str]] = {
    "logs of another form": ({"logs": "xml"}, "logs is 'xml'; expected plain or json"),
    "a short token": ({"metrics_token": "short"}, "metrics_token: expected a text of 16 characters"),
    "no text": ({"metrics_token": 10**20}, "metrics_token: expected"),
}


@pytest.mark.parametrize(("values", "says"), REFUSED.values(), ids=REFUSED)
def test_settings_that_mean_nothing_are_refused(values: Mapping[str, object], says: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_settings(values)
    assert says in str(refused.value) and "short" not in str(refused.value)


def asked(**headers: str) -> httpx.Response:
    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=monitor_routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            sent = {name: value.encode("latin-1") for name, value in headers.items()}
            return await client.get("/metrics", headers=sent)  # type: ignore[arg-type]

    return run_apart(answer())


@pytest.fixture
def measured(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(acting, "_opened", [store])
    monkeypatch.setattr(acting, "settings", lambda: Settings(metrics_token=TOKEN))
    monkeypatch.setattr(monitors, "is_class", lambda: True)
    return store


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer \u00e9"])
@on_sqlite
def test_metrics_need_the_token(measured: Store, header: str) -> None:
    answer = asked(**({"authorization": header} if header else {}))
    assert answer.status_code == 401 and "torch_by_hand" not in answer.text


def test_there_are_no_metrics_unless_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitors, "is_class", lambda: True)
    monkeypatch.setattr(acting, "settings", Settings)
    assert asked(authorization="Bearer ").status_code == 404
    monkeypatch.setattr(monitors, "is_class", lambda: False)
    assert asked(authorization=f"Bearer {TOKEN}").status_code == 404


def test_metrics_tell_queue_graded_seconds_and_our_faults(measured: Store, clock: Clock) -> None:
    pytest.importorskip("prometheus_client")
    here = Class(measured)
    submit(measured, here.li, here.exercises[0], SECRET)
    clock.forward(seconds=7)
    done = Done()
    done.add(0.5, 2.0)
    done.add(0.25, 3.0)
    done.add(1.0, None)
    sign(measured, "one", 3, done)
    answer = asked(authorization=f"Bearer {TOKEN}")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    told = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    assert {name.removeprefix("torch_by_hand_"): float(value) for name, value in told.items()} == {
        "database_up": 1,
        'queue{state="waiting"}': 1,
        'queue{state="running"}': 0,
        "oldest_waiting_seconds": 7,
        "given_up": 0,
        "workers": 1,
        "places": 3,
        'graded_total{worker="one"}': 2,
        'our_faults_total{worker="one"}': 1,
        'grading_seconds_count{worker="one"}': 2,
        'grading_seconds_sum{worker="one"}': 0.75,
        'to_mark_seconds_count{worker="one"}': 2,
        'to_mark_seconds_sum{worker="one"}': 5,
    }
    assert "Li" not in answer.text
