"""Whose word counts on where a visitor comes from: that of the proxies which the operator named, and nobody else's."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any

import uvicorn.config
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware


def trust_only(proxies: Sequence[Any]) -> None:
    """From now on a server takes X-Forwarded-For from these addresses and networks alone.

    By itself uvicorn takes it from whoever connects from this machine, and reads FORWARDED_ALLOW_IPS before Streamlit
    imports app.py, which is therefore too late to set it. It wraps the app after that, in the class put in place here.
    Raises ValueError for what is neither an address nor a network.
    """
    named = [_address(proxy) for proxy in proxies]

    def trusting(app: Any, trusted_hosts: object) -> ProxyHeadersMiddleware:
        return ProxyHeadersMiddleware(app, named)

    uvicorn.config.ProxyHeadersMiddleware = trusting  # type: ignore[assignment,misc]


def _address(proxy: object) -> str:
    try:
        return str(ipaddress.ip_network(str(proxy)) if "/" in str(proxy) else ipaddress.ip_address(str(proxy)))
    except ValueError as error:
        raise ValueError(
            f'proxies holds {proxy!r} in secrets.toml; expected addresses or networks, such as "10.0.0.5" or '
            '"10.0.0.0/24".'
        ) from error
