"""Who comes in, who stays out, and what the door says."""

from __future__ import annotations

import importlib
import subprocess
import sys
import warnings
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib.course import sign_in as signing
from lib.course.courses import close_course
from lib.course.roster import make_links, read_roster, revoke_links, roster
from lib.course.settings import Settings
from lib.course.sign_in import session_of, start_session
from lib.refusal import Refusal
from lib.store import Store
from lib.ui.course import acting, addresses, only_tls, start
from lib.ui.course.addresses import page_address
from tests.course.setting import Class
from tests.course_pages.conftest import Opens, ask, words


def test_a_guest_is_shown_the_way_in(small_class: Class, open_as: Opens) -> None:
    assert "Sign in to see this page." in words(open_as(None, "courses"))


def test_a_member_sees_their_courses_and_nobody_elses(small_class: Class, open_as: Opens) -> None:
    app = open_as(small_class.li, "courses")
    links = [str(one.label) for one in app.main.get("page_link")]  # type: ignore[union-attr]
    assert any("Deep learning" in label for label in links) and not any("Another one" in label for label in links)


def test_a_session_that_ends_ends_at_the_next_run_of_an_open_page(
    small_class: Class, open_as: Opens, class_store: Store
) -> None:
    app = open_as(small_class.li, "courses")
    signing.end_sessions(class_store, small_class.li)
    assert "Sign in to see this page." in words(app.run())


def test_what_a_session_holds_is_not_there_for_another_person(small_class: Class, open_as: Opens) -> None:
    app = open_as(small_class.li, "courses")
    app.session_state["draft"] = "Li's code"
    open_as(None, "courses")
    app.run()
    assert app.session_state["draft"] == "Li's code"  # whose sign-in ran out keeps what was typed
    open_as(small_class.bo, "courses")
    app.run()
    assert "draft" not in app.session_state


def a_link(here: Class) -> tuple[str, int]:
    """A new link of somebody on the roster, and the row."""
    read_roster(here.store, here.ada, here.course, b"name,email\nNew One,new@example.edu\n")
    row = roster(here.store, here.ada, here.course)[0].id
    return make_links(here.store, here.ada, here.course, [row])[0].token, row


def cookie(answer: Any) -> str:
    """The cookie that an answer sets, with how it is kept."""
    return str(answer.headers.get("set-cookie", ""))


def token_in(answer: Any) -> str:
    return cookie(answer).partition("=")[2].partition(";")[0]


def test_looking_at_a_link_signs_nobody_in_and_its_button_does(small_class: Class) -> None:
    token, _ = a_link(small_class)
    page = ask("GET", addresses.LINK)
    assert page.status_code == 200 and not cookie(page) and token not in page.text
    offer = ask("POST", addresses.LOOK, token=token)
    assert offer.json() == {"name": "New One", "course": "Deep learning", "you": ""} and not cookie(offer)
    opened = ask("POST", addresses.LINK, token=token)
    assert opened.status_code == 303 and opened.headers["location"] == "/courses"
    assert all(word in cookie(opened) for word in ("HttpOnly", "SameSite=lax", "Path=/"))
    signed_in = session_of(small_class.store, token_in(opened))
    assert signed_in is not None and signed_in.who.name == "New One"


@pytest.mark.parametrize("path", [addresses.LINK, addresses.LOOK, addresses.SIGN_OUT, addresses.SIGN_IN])
@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:1", "null", "", None])
def test_what_changes_something_is_posted_by_a_page_of_ours(path: str, origin: str | None, small_class: Class) -> None:
    token, _ = a_link(small_class)
    held = start_session(small_class.store, small_class.li)
    answer = ask("POST", path, held, origin=origin, token=token, provider="default")
    assert answer.status_code == 403 and not cookie(answer)
    assert session_of(small_class.store, held) is not None


def test_a_link_that_was_taken_back_signs_nobody_in_and_signs_out_whom_it_signed_in(small_class: Class) -> None:
    token, row = a_link(small_class)
    held = token_in(ask("POST", addresses.LINK, token=token))
    revoke_links(small_class.store, small_class.ada, small_class.course, [row])
    assert session_of(small_class.store, held) is None
    assert ask("POST", addresses.LOOK, token=token).json() == {}
    refused = ask("POST", addresses.LINK, token=token)
    assert refused.status_code == 403 and "does not work any more" in refused.text and not cookie(refused)


def test_a_link_works_no_more_when_the_course_is_over(small_class: Class) -> None:
    token, _ = a_link(small_class)
    close_course(small_class.store, small_class.ada, small_class.course)
    assert ask("POST", addresses.LINK, token=token).status_code == 403


def test_who_comes_by_a_link_is_the_only_one_in_that_browser(small_class: Class) -> None:
    """In a second tab: the first one is signed out at its next run."""
    held = start_session(small_class.store, small_class.li)
    token, _ = a_link(small_class)
    assert ask("POST", addresses.LINK, held, token=token).status_code == 303
    assert session_of(small_class.store, held) is None


def test_who_is_signed_in_by_a_provider_takes_the_place_of_a_link_and_stays_signed_in(small_class: Class) -> None:
    token, row = a_link(small_class)
    held = start_session(small_class.store, small_class.zoe)
    assert ask("POST", addresses.LOOK, held, token=token).json()["you"] == "Zoe"
    answer = ask("POST", addresses.LINK, held, token=token, **{"as": "me"})
    assert answer.status_code == 303 and not cookie(answer)
    assert roster(small_class.store, small_class.ada, small_class.course)[0].person_id == small_class.zoe.id
    again = ask("POST", addresses.LINK, start_session(small_class.store, small_class.eve), token=token, **{"as": "me"})
    assert "Your instructor will decide" in again.text
    assert ask("POST", addresses.LINK, token=token, **{"as": "me"}).status_code == 403  # a guest


def test_an_instructor_is_invited_once_and_for_a_day(small_class: Class, clock: Any) -> None:
    token = signing.invite_instructor(small_class.store, "Grace H")
    assert ask("POST", addresses.LOOK, token=token).json() == {"name": "Grace H", "course": "", "you": ""}
    opened = ask("POST", addresses.LINK, token=token)
    signed_in = session_of(small_class.store, token_in(opened))
    assert signed_in is not None and signed_in.who.teacher
    assert ask("POST", addresses.LINK, token=token).status_code == 403
    late = signing.invite_instructor(small_class.store, "Grace H")
    clock.forward(days=1)
    assert ask("POST", addresses.LINK, token=late).status_code == 403
    assert addresses.LINK == signing.LINK


def test_signing_out_ends_the_session_and_takes_the_cookie_away(small_class: Class) -> None:
    held = start_session(small_class.store, small_class.li)
    answer = ask("POST", addresses.SIGN_OUT, held)
    assert answer.status_code == 303 and "Max-Age=0" in cookie(answer)
    assert session_of(small_class.store, held) is None


def test_a_form_larger_than_any_of_ours_says_nothing(small_class: Class) -> None:
    token, _ = a_link(small_class)
    assert ask("POST", addresses.LOOK, token=token, more="x" * 300_000).json() == {}


def test_a_provider_that_is_not_named_is_none(small_class: Class) -> None:
    assert ask("POST", addresses.SIGN_IN, provider="default").status_code == 404


def test_coming_back_from_a_sign_in_that_nobody_began_signs_nobody_in(small_class: Class) -> None:
    answer = ask("GET", f"{addresses.CAME_BACK}?state=x&code=y")
    assert answer.status_code == 400 and not cookie(answer)


@pytest.mark.parametrize(
    ("slug", "query", "there"),
    [
        ("assignment", "assignment=5", "/assignment?assignment=5"),
        ("course", "course=3&x=%26%0d%0aSet-Cookie", "/course?course=3&x=%26%0D%0ASet-Cookie"),
        ("kept", "", "/kept"),
        ("kept", "&" * 500, "/kept"),
        ("kept", "x=" + "y" * 5000, "/kept?x=" + "y" * 1998),
    ],
    ids=["a number", "signs", "none", "many", "long"],
)
def test_the_page_asked_for_is_kept(slug: str, query: str, there: str) -> None:
    assert page_address(slug, query) == there


LINES = {  # scheme, client, host: goes through
    "TLS": ("https", "203.0.113.5", "class.example.edu", True),
    "this machine": ("http", "127.0.0.1", "localhost:8501", True),
    "this machine by number": ("http", "::1", "[::1]:8501", True),
    "bare": ("http", "203.0.113.5", "class.example.edu", False),
    "bare, by a proxy here that is not named": ("http", "127.0.0.1", "class.example.edu", False),
    "bare, and says that it is this machine": ("http", "203.0.113.5", "localhost", False),
    "bare socket": ("ws", "203.0.113.5", "class.example.edu", False),
    "socket under TLS": ("wss", "203.0.113.5", "class.example.edu", True),
    "no address": ("http", None, "localhost", False),
}


@pytest.mark.parametrize(("scheme", "client", "host", "through"), LINES.values(), ids=LINES)
def test_a_bare_line_ends_at_this_machine(scheme: str, client: str | None, host: str, through: bool) -> None:
    scope = {"scheme": scheme, "client": (client, 1) if client else None, "headers": [(b"host", host.encode())]}
    assert only_tls._is_safe(scope) == through


@pytest.fixture
def sound(monkeypatch: pytest.MonkeyPatch, class_store: Store) -> dict[str, Any]:
    """What the operator set, and what Streamlit is told; all is well."""
    auth = {
        "redirect_uri": "http://localhost:8501/oauth2callback",
        "cookie_secret": "s" * 32,
        **{"client_id": "x", "client_secret": "x", "server_metadata_url": "https://login.example.edu"},
    }
    said: dict[str, Any] = {"server.enableCORS": True, "server.enableXsrfProtection": True}
    said |= {"server.address": "127.0.0.1", "auth": auth, "level": "full"}
    monkeypatch.setattr(start.config, "get_option", lambda name: said.get(name))
    for module in ("lib.ui.course.start", "lib.ui.course.standing"):
        monkeypatch.setattr(f"{module}.setting", lambda name, default: said.get(name, default))
    monkeypatch.setattr("streamlit.auth_util.validate_auth_credentials", lambda name: None)
    known = type("Known", (), {"level": property(lambda self: said["level"]), "reasons": ("no filter",)})()
    monkeypatch.setattr("lib.course.engine.isolated.isolation", lambda: known)
    monkeypatch.setattr(start, "settings", Settings)
    monkeypatch.setattr(start, "open_the_store", lambda: None)
    return said


STARTS: dict[str, tuple[dict[str, Any], str]] = {
    "all is well": ({}, ""),
    "by this machine's name": ({"server.address": "localhost"}, ""),
    "no provider": ({"auth": {}}, ""),
    "a certificate": ({"server.address": None, "server.sslCertFile": "c", "server.sslKeyFile": "k"}, ""),
    "a proxy": ({"server.address": "0.0.0.0", "proxies": ["10.0.0.5"]}, ""),
    "everywhere, bare": ({"server.address": None}, "needs TLS"),
    "elsewhere, bare": ({"server.address": "192.168.1.5"}, "needs TLS"),
    "half a certificate": ({"server.address": "0.0.0.0", "server.sslCertFile": "c"}, "needs TLS"),
    "CORS off": ({"server.enableCORS": False}, "server.enableCORS = true"),
    "XSRF off": ({"server.enableXsrfProtection": False}, "server.enableXsrfProtection = true"),
    "isolation partial": ({"level": "partial"}, "isolation full, and here it is partial: no filter"),
    "workers": ({"workers": -1}, "workers is -1"),
    "no number of workers": ({"workers": True}, "workers is True"),
    "short secret": ({"auth": {"client_id": "x", "redirect_uri": "/oauth2callback", "cookie_secret": "s"}}, "shorter"),
    "elsewhere back": ({"auth": {"client_id": "x", "redirect_uri": "/back", "cookie_secret": "s" * 32}}, "ends with"),
}


@pytest.mark.parametrize(("change", "says"), STARTS.values(), ids=STARTS)
def test_a_class_is_hosted_only_where_it_is_safe(change: dict[str, Any], says: str, sound: dict[str, Any]) -> None:
    sound.update(change)
    if not says:
        return start.need_ready()
    with pytest.raises(Refusal) as refused:
        start.need_ready()
    assert says in str(refused.value) and "\n" not in str(refused.value)


def test_what_authlib_says_of_its_own_future_stays_out_of_the_log(sound: dict[str, Any]) -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        start.need_ready()
        compat = importlib.reload(importlib.import_module("authlib.integrations.httpx_client._compat"))
        compat.deprecate("something else")
    assert [str(one.message) for one in said] == ["something else"]


def test_without_its_packages_a_class_is_one_sentence(monkeypatch: pytest.MonkeyPatch, sound: dict[str, Any]) -> None:
    monkeypatch.setitem(sys.modules, "procrastinate", None)
    with pytest.raises(Refusal, match="which needs procrastinate: pip install -r requirements-class.txt"):
        start.need_ready()


def test_without_what_writes_them_metrics_are_one_sentence(
    monkeypatch: pytest.MonkeyPatch, sound: dict[str, Any]
) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    start.need_ready()  # nobody asked for them
    monkeypatch.setattr(start, "settings", lambda: Settings(metrics_token="a token of some length"))
    with pytest.raises(Refusal, match="which needs prometheus_client"):
        start.need_ready()


def test_the_app_starts_and_every_page_opens_without_the_packages_of_a_class() -> None:
    command = [sys.executable, "-m", "tests.course_pages.without_class_packages"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0 and "pages opened" in ended.stdout, ended.stderr[-3000:]


def test_a_host_that_starts_the_pages_alone_serves_no_class(
    small_class: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acting, "_opened", [])
    app = AppTest.from_file("../../lib/router.py", default_timeout=30)
    app.secrets["hosting"] = "class"
    assert "streamlit run app.py alone" in app.run().error[0].value and len(app.main) == 1
