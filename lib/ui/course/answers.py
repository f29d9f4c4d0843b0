"""What our routes read and answer, apart from what each of them is for."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from lib.ui.course.addresses import address
from lib.ui.course.cookies import SESSION, found
from lib.ui.text import say

MOST_FIELDS = 100
MOST_BYTES = 256 * 1024
KEEP_NOTHING = {"Cache-Control": "no-store"}
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Torch by Hand</title><style>{css}</style><main><h1>Torch by Hand</h1>{body}</main></html>"""
CSS = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 "Source Sans", system-ui, sans-serif; background: light-dark(#fffdf9, #1c1917);
  color: light-dark(#1f1b16, #ede6dd); margin: 0; }
main { max-width: 32rem; margin: 12vh auto; padding: 0 1rem; }
h1 { font-size: 1.125rem; color: light-dark(#6b6259, #b0a69b); }
a { color: light-dark(#a8360c, #ffa57a); }
button { font: inherit; padding: 0.5rem 1rem; color: inherit; background: none; cursor: pointer;
  border: 1px solid light-dark(#d3cabe, #4a423b); border-radius: 0.3rem; }
"""


def html_page(body: str, status: int = 200) -> Response:
    """A small page of ours that is not Streamlit's."""
    return HTMLResponse(PAGE.format(css=CSS, body=body), status, headers=dict(KEEP_NOTHING))


def said(status: int, sentence: str) -> Response:
    """A sentence in place of what was asked for, and the way on."""
    home = address("/courses")
    return html_page(f"<p>{escape(sentence)}</p><p><a href='{home}'>{escape(say('My courses'))}</a></p>", status)


def is_ours(request: Request) -> bool:
    """Whether a page of ours posted this: browsers say of every POST where it comes from."""
    return request.headers.get("origin") == f"{request.url.scheme}://{request.headers.get('host')}"


def token_of(request: Request) -> str:
    """The opaque id in the browser's cookie."""
    return found(request.cookies, request.headers.get("host", ""), SESSION)


async def fields_of(request: Request) -> dict[str, str]:
    """The fields of a posted form, texts alone; none of a form that is larger than any of ours."""
    length = request.headers.get("content-length", "")
    if not length.isascii() or not length.isdecimal() or len(length) > 9 or int(length) > MOST_BYTES:
        return {}
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}
