"""Addresses of our routes and pages, as a browser asks for them, under whatever path the server stands."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from streamlit import config
from streamlit.url_util import make_url_path

SIGN_IN, SIGN_OUT = "/class/sign-in", "/class/sign-out"
CAME_BACK = "/oauth2callback"  # where Streamlit has the provider lead back to
LINK, LOOK = "/class/link", "/class/link/look"
FILES = "/class/files"
LONGEST_QUERY = 2000  # characters


def address(path: str) -> str:
    """The path under the server's own."""
    return str(make_url_path(config.get_option("server.baseUrlPath"), path))


def page_address(slug: str, query: str = "") -> str:
    """Where a page of ours stands. `query` is taken apart and written anew: nothing else comes into the address."""
    pairs = parse_qsl(query[:LONGEST_QUERY], max_num_fields=20) if query.count("&") < 20 else []
    return address(f"/{slug}") + (f"?{urlencode(pairs)}" if pairs else "")
