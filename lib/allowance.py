"""How often a person, and all who share an address, may do something within a minute.

A minute's worth may be used at once, and then comes back evenly: a token bucket. Held in this process alone.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from lib.refusal import Refusal

Kind = Literal["submissions", "runs", "uploads"]
MINUTE = 60.0
MOST_KNOWN = 20_000  # persons and addresses; whoever has done nothing for a minute is forgotten before
MOST = 1_000_000


@dataclass(frozen=True)
class Rate:
    """So often within a minute: one person, and all of one address together. 0: without a limit."""

    person: int
    address: int


USUAL: Mapping[Kind, Rate] = {  # a lecture hall of 600 behind one address, all of whom are busy in the same minute
    "submissions": Rate(60, 1200),
    "runs": Rate(60, 3000),
    "uploads": Rate(60, 1200),
}


def rates_from(values: Any) -> dict[Kind, Rate]:
    """The operator's `limits`, such as {"runs": {"person": 30}}; what is left out stays as usual. Raises Refusal."""
    if not isinstance(values, Mapping) or not set(values) <= set(get_args(Kind)):
        raise Refusal("limits is {value!r}; expected {kinds}.", value=values, kinds=", ".join(get_args(Kind)))
    return {kind: _rate(kind, values.get(kind, {}), usual) for kind, usual in USUAL.items()}


def _rate(kind: Kind, value: Any, usual: Rate) -> Rate:
    expected = "expected { person = 60, address = 1200 }, whole numbers from 0 on, 0 without a limit"
    if not isinstance(value, Mapping) or not set(value) <= {"person", "address"}:
        raise Refusal("limits: {kind} is {value!r}; {expected}.", kind=kind, value=value, expected=expected)
    if any(type(one) is not int or not 0 <= one <= MOST for one in value.values()):
        raise Refusal("limits: {kind} is {value!r}; {expected}.", kind=kind, value=dict(value), expected=expected)
    return Rate(value.get("person", usual.person), value.get("address", usual.address))


def neighbourhood(address: str) -> str:
    """What counts as one address: of IPv6 the network, in which anyone has as many addresses as they like."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if known.version == 6:
        return known.ipv4_mapped.compressed if known.ipv4_mapped else str(ipaddress.ip_network((known, 64), False))
    return str(known)


@dataclass(frozen=True)
class Verdict:
    """`seconds` until it may be done again, 0 if it may be done now; `whose` limit it is."""

    seconds: float = 0.0
    whose: Literal["person", "address", ""] = ""


@dataclass
class Allowance:
    """What everyone may still do. Safe to call from any thread."""

    clock: Callable[[], float] = time.monotonic
    _full_at: dict[tuple[Kind, str, str], float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, kind: Kind, rate: Rate, person: str, address: str) -> Verdict:
        """Uses one of this person's and one of the address's, or none of either. Without a name there is no limit."""
        now = self.clock()
        asked = [
            ((kind, "person", person), rate.person if person else 0),
            ((kind, "address", neighbourhood(address)), rate.address if address else 0),
        ]
        with self._lock:
            self._forget(now)
            after = {key: max(now, self._full_at.get(key, now)) + MINUTE / most for key, most in asked if most}
            for key, full in after.items():
                if full - now > MINUTE + 1e-6:
                    return Verdict(full - now - MINUTE, key[1])  # type: ignore[arg-type]
            self._full_at |= after
        return Verdict()

    def _forget(self, now: float) -> None:
        """Whoever has all of their minute back needs no place; where too many have, the oldest go."""
        if len(self._full_at) > MOST_KNOWN:
            kept = sorted((item for item in self._full_at.items() if item[1] > now), key=lambda item: item[1])
            self._full_at = dict(kept[-MOST_KNOWN // 2 :])
