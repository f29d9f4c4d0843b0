"""The cookies of a class: whose browser this is, and the page asked for before signing in."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

SESSION = "torch_by_hand"
PAGE = "torch_by_hand_page"
DAYS, MINUTES = 24 * 3600, 60


def name_under(tls: bool, name: str) -> str:
    """Under TLS a name that browsers take from this very host alone, over TLS, for all paths."""
    return f"__Host-{name}" if tls else name


def found(cookies: Mapping[str, str], host: str, name: str) -> str:
    """What the cookie holds; empty without one. The plain name counts on this machine alone, where there is no TLS."""
    return cookies.get(name_under(True, name)) or (cookies.get(name, "") if is_loopback(host) else "")


def is_loopback(host: str) -> bool:
    """Whether a Host header, or an address, names this machine itself: localhost, 127.0.0.1:8501, [::1]."""
    try:
        named = urlsplit(f"//{host}").hostname or ""
        return named == "localhost" or ipaddress.ip_address(named).is_loopback
    except ValueError:
        return False
