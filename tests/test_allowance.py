"""How often somebody may do something: an hour of a lecture hall and of a flood, by a clock that the test turns."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from lib.allowance import USUAL, Allowance, Kind, Rate, neighbourhood, rates_from
from lib.refusal import Refusal
from lib.ui import limits, uploads
from lib.ui.limits import too_often
from lib.ui.uploads import BoundedUploads
from tests.apart import run_apart


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("kind", USUAL)
def test_a_lecture_hall_behind_one_address_is_let_through(kind: Kind) -> None:
    """600 people, each twice in one and the same minute, and again in the next ones; nobody is asked to wait."""
    time, rng = Time(), random.Random(1)
    allowance = Allowance(time)
    for _ in range(3):
        began = time.now
        for place in sorted(rng.uniform(0, 60) for _ in range(1200)):
            time.now = began + place
            assert not allowance.take(kind, USUAL[kind], f"student {rng.randrange(600)}", "192.0.2.1").seconds
        time.now = began + 60


def test_all_of_a_hall_may_come_in_the_same_second() -> None:
    allowance = Allowance(Time())
    assert not any(allowance.take("submissions", USUAL["submissions"], str(n), "192.0.2.1").seconds for n in range(600))


def test_one_person_is_asked_to_wait_and_the_others_are_not() -> None:
    time = Time()
    allowance, rate = Allowance(time), Rate(6, 100)
    assert [allowance.take("runs", rate, "one", "a").seconds for _ in range(6)] == [0.0] * 6
    refused = allowance.take("runs", rate, "one", "a")
    assert refused.whose == "person" and refused.seconds == pytest.approx(10)
    assert (
        not allowance.take("runs", rate, "other", "a").seconds
        and not allowance.take("uploads", rate, "one", "a").seconds
    )
    time.now += refused.seconds
    assert not allowance.take("runs", rate, "one", "a").seconds and allowance.take("runs", rate, "one", "a").seconds


def test_whoever_throws_cookies_away_still_has_one_address() -> None:
    allowance, rate = Allowance(Time()), Rate(5, 50)
    verdicts = [allowance.take("runs", rate, f"cookie {n}", f"2001:db8::{n:x}") for n in range(200)]
    assert sum(not one.seconds for one in verdicts) == 50 and verdicts[-1].whose == "address"
    assert not allowance.take("runs", rate, "cookie", "2001:db8:0:1::1").seconds


def test_what_is_refused_costs_nothing() -> None:
    """Whoever knocks all the time waits no longer, and takes nothing from their neighbours."""
    time = Time()
    allowance, rate = Allowance(time), Rate(1, 10)
    for _ in range(1000):
        allowance.take("runs", rate, "one", "a")
    assert [allowance.take("runs", rate, f"{n}", "a").seconds for n in range(9)] == [0.0] * 9
    time.now += 60
    assert not allowance.take("runs", rate, "one", "a").seconds


def test_of_a_flood_of_names_little_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.allowance.MOST_KNOWN", 100)
    allowance, rate = Allowance(Time()), Rate(5, 0)
    for n in range(1000):
        allowance.take("runs", rate, str(n), "")
    assert len(allowance._full_at) <= 102


def test_without_a_limit_nobody_waits() -> None:
    allowance = Allowance(Time())
    assert not any(allowance.take("runs", Rate(0, 0), "one", "a").seconds for _ in range(10_000))


NEIGHBOURS = {
    "192.0.2.7": "192.0.2.7",
    "::ffff:192.0.2.7": "192.0.2.7",
    "2001:db8::1": "2001:db8::/64",
    "fe80::1%eth0": "fe80::/64",
    "local": "local",
    "": "",
}


@pytest.mark.parametrize(("address", "counts_as"), NEIGHBOURS.items(), ids=NEIGHBOURS)
def test_what_counts_as_one_address(address: str, counts_as: str) -> None:
    assert neighbourhood(address) == counts_as


REFUSED: dict[str, Any] = {
    "no table": 5,
    "another kind": {"clicks": {"person": 1}},
    "no pair": {"runs": 5},
    "another whose": {"runs": {"class": 5}},
    "below 0": {"runs": {"person": -1}},
    "a fraction": {"runs": {"person": 0.5}},
    "a truth": {"runs": {"person": True}},
    "a text": {"runs": {"address": "5"}},
    "far too many": {"runs": {"address": 10**9}},
}


@pytest.mark.parametrize("values", REFUSED.values(), ids=REFUSED)
def test_settings_that_mean_nothing_are_refused(values: Any) -> None:
    with pytest.raises(Refusal, match="limits"):
        rates_from(values)


def test_what_is_left_out_stays_as_usual() -> None:
    assert rates_from({}) == USUAL
    assert rates_from({"runs": {"person": 5}}) == {**USUAL, "runs": Rate(5, USUAL["runs"].address)}


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SHARED", Allowance(Time()))
    monkeypatch.setattr(limits, "setting", lambda name, default: {"uploads": {"person": 2, "address": 3}})
    monkeypatch.setattr(limits, "is_class", lambda: False)


def test_who_has_to_wait_is_told_for_how_long(tight: None) -> None:
    said = [too_often("uploads", person, "a") for person in ("one", "one", "one", "two", "two")]
    assert said[:2] == ["", ""] and said[3] == ""
    assert said[2] == "That was too often within a minute. It goes on in 30 s."
    assert said[4] == "Too much came from your network within a minute. It goes on in 20 s."


def test_uploads_beyond_the_limit_are_not_even_read(tight: None, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    monkeypatch.setattr(
        uploads, "runtime", type("R", (), {"get_instance": lambda: type("I", (), {"uploaded_file_mgr": 0})})
    )
    monkeypatch.setattr(uploads, "drop_oldest", lambda store: taken.append(1))

    async def put(paths: Mapping[str, int]) -> list[int]:
        async def answer(request: Any) -> PlainTextResponse:
            return PlainTextResponse("taken")

        app = Starlette(
            routes=[Route("/{rest:path}", answer, methods=["PUT"])], middleware=[Middleware(BoundedUploads)]
        )
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            return [(await client.put(path)).status_code for path, count in paths.items() for _ in range(count)]

    assert run_apart(put({"/_stcore/upload_file/s/1": 4, "/other": 4})) == [200, 200, 200, 429] + [200] * 4
    assert len(taken) == 3
