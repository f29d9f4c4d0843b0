"""Signing in and out. Whatever the way in, the browser ends with our own opaque cookie, and no other."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from lib.refusal import Refusal
from lib.ui.course.acting import settings, store
from lib.ui.course.addresses import CAME_BACK, LINK, LONGEST_QUERY, LOOK, SIGN_IN, SIGN_OUT, address, page_address
from lib.ui.course.answers import KEEP_NOTHING, fields_of, html_page, is_ours, said, token_of
from lib.ui.course.cookies import DAYS, MINUTES, PAGE, SESSION, found, name_under
from lib.ui.course.standing import providers
from lib.ui.text import say

log = logging.getLogger(__name__)
_SLUG = re.compile("[a-z0-9_]{1,80}")
NOT_OURS = "Open this from a page of the class."


def routes() -> list[Any]:
    """Those of the door. They come before Streamlit's own, so that the provider leads back to ours."""
    return [
        Route(address(SIGN_IN), _to_the_provider, methods=["POST"]),
        Route(address(CAME_BACK), _back_from_the_provider, methods=["GET"]),
        Route(address(SIGN_OUT), _sign_out, methods=["POST"]),
        Route(address(LINK), _look_at_link, methods=["GET"]),
        Route(address(LOOK), _offer_of_link, methods=["POST"]),
        Route(address(LINK), _open_link, methods=["POST"]),
    ]


async def _to_the_provider(request: Request) -> Response:
    """Keeps the page asked for in a short-lived cookie, and goes where st.login leads."""
    from streamlit.auth_util import get_origin_from_redirect_uri
    from streamlit.user_info import generate_login_redirect_url

    if not is_ours(request):
        return said(403, say(NOT_OURS))
    fields = await fields_of(request)
    if fields.get("provider") not in providers():
        return said(404, say("There is no such identity provider."))
    home = get_origin_from_redirect_uri()
    if home != request.headers["origin"]:  # the provider leads back there, where this browser's cookies are not
        return _leads_on(f"{home}{page_address(fields.get('page', ''), fields.get('query', ''))}")
    answer = _leads_on(generate_login_redirect_url(fields["provider"]))
    wanted = urlencode({"page": fields.get("page", ""), "query": fields.get("query", "")[:LONGEST_QUERY]})
    _set(request, answer, PAGE, wanted, 10 * MINUTES)
    return answer


def _leads_on(where: str) -> Response:
    """A page that goes on by itself. A redirect would still be the form's, and our pages send forms to nobody else."""
    there = escape(where)
    return html_page(
        f'<meta http-equiv="refresh" content="0;url={there}"><p><a href="{there}">{say("Sign in")}</a></p>'
    )


async def _back_from_the_provider(request: Request) -> Response:
    """Has the provider's word checked, signs in by it, and leads to the page asked for.

    Streamlit's own answer to this address would keep the person's name, e-mail and tokens in cookies, which nothing
    could take back before they run out.
    """
    from streamlit.web.server.starlette.starlette_auth_routes import _create_oauth_client, _get_provider_by_state

    provider = _get_provider_by_state(request, request.query_params.get("state"))
    if provider is None:
        return said(400, say("This sign-in has been used, or was begun in another browser. Sign in again."))
    client, _ = _create_oauth_client(provider)
    try:
        token = await client.authorize_access_token(request)
    except Exception as error:  # whatever it is that the provider says or does, nobody is signed in by it
        log.warning("the identity provider %s did not sign somebody in: %s", provider, type(error).__name__)
        return said(400, say("The identity provider did not sign you in. Try it again."))
    try:
        fresh = await run_in_threadpool(_signed_in, token.get("userinfo") or {}, token_of(request))
    except Refusal as refusal:
        return said(400, str(refusal))
    answer = RedirectResponse(_page_asked_for(request), 303, headers=KEEP_NOTHING)
    _set(request, answer, SESSION, fresh, _session_days() * DAYS)
    _forget(request, answer, PAGE)
    return answer


def _signed_in(claims: Mapping[str, Any], before: str) -> str:
    from lib.course.sign_in import end_session, sign_in, start_session

    who = sign_in(store(), settings(), claims)
    fresh = start_session(store(), who)
    end_session(store(), before)  # in all tabs of this browser
    return fresh


def _session_days() -> int:
    from lib.course.sign_in import SESSION_DAYS

    return SESSION_DAYS


def _page_asked_for(request: Request) -> str:
    """Where to go after signing in: a page of ours, or else the courses. Only a slug can be in front of the query."""
    kept = parse_qs(found(request.cookies, request.headers.get("host", ""), PAGE))
    slug, query = kept.get("page", [""])[0], kept.get("query", [""])[0]
    return page_address(slug, query) if _SLUG.fullmatch(slug) else page_address("courses")


async def _sign_out(request: Request) -> Response:
    """Ends the session, in all tabs of this browser at once."""
    from lib.course.sign_in import end_session

    if not is_ours(request):
        return said(403, say(NOT_OURS))
    await run_in_threadpool(end_session, store(), token_of(request))
    answer = RedirectResponse(address("/"), 303, headers=KEEP_NOTHING)
    for name in (SESSION, PAGE):
        _forget(request, answer, name)
    return answer


async def _look_at_link(request: Request) -> Response:
    """The page that a personal link opens. It reads the token from behind the #, where no server and no log sees it."""
    words = {
        "offer": say("Sign in as {name}, course {course}"),
        "button": say("Sign in"),
        "gone": say("This link does not work any more. Ask your instructor for a new one."),
        "mine": say("I am that, and stay signed in as {you}"),
        "other": say("Not you? Close this page: nothing has happened."),
    }
    script = LOOKS % {
        "words": json.dumps(words),
        "look": json.dumps(address(LOOK)),
        "clean": json.dumps(address(LINK)),
    }
    form = (
        f'<p id="offer"></p><form id="form" method="post" action="{escape(address(LINK))}" hidden>'
        '<input type="hidden" name="token"><p><button name="as" value="link"></button></p>'
        '<p><button name="as" value="me" id="mine" hidden></button></p><p id="other"></p></form>'
        f"<noscript>{escape(say('This page needs JavaScript.'))}</noscript>"
    )
    return html_page(f"{form}<script>{script}</script>")


LOOKS = """
const words = %(words)s, token = location.hash.slice(1), form = document.getElementById("form");
history.replaceState(null, "", %(clean)s);
const body = new URLSearchParams({ token });
fetch(%(look)s, { method: "POST", body }).then((answer) => answer.json()).then((offer) => {
  const offered = document.getElementById("offer");
  if (!offer.name) { offered.textContent = words.gone; return; }
  offered.textContent = offer.course
    ? words.offer.replace("{name}", () => offer.name).replace("{course}", () => offer.course)
    : words.offer.replace(/,.*/, "").replace("{name}", () => offer.name);
  form.token.value = token;
  form.querySelector("button").textContent = words.button;
  const mine = document.getElementById("mine");
  mine.textContent = words.mine.replace("{you}", () => offer.you);
  mine.hidden = !offer.you;
  document.getElementById("other").textContent = words.other;
  form.hidden = false;
});
"""


async def _offer_of_link(request: Request) -> Response:
    """Whom a link would sign in, and who is signed in by a provider already. Changes nothing."""
    if not is_ours(request):
        return said(403, say(NOT_OURS))
    fields = await fields_of(request)
    told = await run_in_threadpool(_offered, fields.get("token", ""), token_of(request))
    return JSONResponse(told, headers=KEEP_NOTHING)


def _offered(token: str, held: str) -> dict[str, str]:
    from lib.course.sign_in import look_at_link, session_of

    offered, signed_in = look_at_link(store(), token), session_of(store(), held)
    if offered is None:
        return {}
    by_provider = signed_in is not None and signed_in.link is None and offered.course
    you = signed_in.who.name or signed_in.who.email if signed_in and by_provider else ""
    return {"name": offered.name, "course": offered.course, "you": you}


async def _open_link(request: Request) -> Response:
    """Signs in by a personal link, and leads to a clean address."""
    if not is_ours(request):
        return said(403, say(NOT_OURS))
    fields = await fields_of(request)
    try:
        if fields.get("as") == "me":
            return await run_in_threadpool(_claimed, fields.get("token", ""), token_of(request))
        fresh = await run_in_threadpool(_opened, fields.get("token", ""), token_of(request))
    except Refusal as refusal:
        return said(403, str(refusal))
    answer = RedirectResponse(page_address("courses"), 303, headers=KEEP_NOTHING)
    _set(request, answer, SESSION, fresh, _session_days() * DAYS)
    return answer


def _claimed(token: str, held: str) -> Response:
    """Whoever is signed in by a provider takes the link's place on the roster, or asks for it."""
    from lib.course.sign_in import claim_by_link, session_of

    signed_in = session_of(store(), held)
    if claim_by_link(store(), signed_in.who if signed_in else None, token):
        return RedirectResponse(page_address("courses"), 303, headers=KEEP_NOTHING)
    return said(200, say("Somebody has this place already, or you have another one. Your instructor will decide."))


def _opened(token: str, before: str) -> str:
    from lib.course.sign_in import end_session, open_link

    fresh = open_link(store(), token)
    end_session(store(), before)
    return fresh


def _set(request: Request, answer: Response, name: str, value: str, seconds: int) -> None:
    tls = request.url.scheme == "https"
    answer.set_cookie(
        name_under(tls, name), value, max_age=seconds, path="/", secure=tls, httponly=True, samesite="lax"
    )


def _forget(request: Request, answer: Response, name: str) -> None:
    tls = request.url.scheme == "https"
    answer.delete_cookie(name_under(tls, name), path="/", secure=tls, httponly=True, samesite="lax")
