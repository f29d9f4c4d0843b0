"""How often whoever looks at this page may run code, hand in and upload; the operator's `limits` say otherwise."""

from __future__ import annotations

import math
from typing import Any

from lib.allowance import Allowance, Kind, Rate, Verdict, rates_from
from lib.ui.hosting import is_class, setting
from lib.ui.text import say

SHARED = Allowance()


def need_sound_limits() -> None:
    """When the app starts. Raises Refusal for settings that mean nothing."""
    rates_from(_plain(setting("limits", {})))


def rate_of(kind: Kind) -> Rate:
    return rates_from(_plain(setting("limits", {})))[kind]


def _plain(values: Any) -> Any:
    """Tables of secrets.toml as dictionaries."""
    return values.to_dict() if hasattr(values, "to_dict") else values


def too_often(kind: Kind, person: str, address: str) -> str:
    """Why this may not be done now, in a sentence; empty if it may, and then it is counted."""
    verdict = SHARED.take(kind, rate_of(kind), person, address)
    if verdict.seconds:
        _note(kind, verdict)
    return _sentence(verdict)


def _sentence(verdict: Verdict) -> str:
    seconds = math.ceil(verdict.seconds)
    if verdict.whose == "address":
        return say("Too much came from your network within a minute. It goes on in {seconds} s.", seconds=seconds)
    return say("That was too often within a minute. It goes on in {seconds} s.", seconds=seconds) if seconds else ""


def _note(kind: Kind, verdict: Verdict) -> None:
    if is_class():
        from lib.course.log import event

        event("limit", kind=kind, of=verdict.whose, seconds=math.ceil(verdict.seconds))
