"""Who a visitor is to the queue of submissions: the app served for real, with a page that shows it."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import Subprotocol
from websockets.sync.client import connect

from lib.proxies import trust_only
from lib.sandbox.turns import Visitor
from lib.ui.sandbox import ordinal
from tests.conftest import ROOT, Server, serve

SHOWS_VISITOR = """
import json
import streamlit as st
from lib.ui.sandbox import visitor

st.session_state["runs"] = st.session_state.get("runs", 0) + 1
st.text(json.dumps([visitor().address, visitor().cookie, st.session_state["runs"]]))
st.button("again")
"""
OURS = 'ROUTER = Path(__file__).parent / "lib" / "router.py"'
PROXIES = {"the operator named this machine": ["127.0.0.1"], "the operator named nobody": []}
SECRETS = """proxies = {proxies}
frame_ancestors = "'self' https://learn.example.org"
"""
NEAR, FAR = "203.0.113.7", "198.51.100.1"


@pytest.fixture(scope="module", params=list(PROXIES.values()), ids=list(PROXIES))
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, bool]]:
    """app.py around another page than the router, and whether this machine is a named proxy."""
    folder = tmp_path_factory.mktemp("visitor")
    (folder / "shows.py").write_text(SHOWS_VISITOR)
    text = (ROOT / "app.py").read_text()
    assert OURS in text
    (folder / "app.py").write_text(text.replace(OURS, f"ROUTER = Path({str(folder / 'shows.py')!r})"))
    (folder / "secrets.toml").write_text(SECRETS.format(proxies=json.dumps(request.param)) if request.param else "")
    process, server = serve(folder / "log.txt", folder / "app.py", f"--secrets.files={folder / 'secrets.toml'}")
    yield server, bool(request.param)
    _end(process)
    server.assert_healthy()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(timeout=20)


def seen(url: str, headers: dict[str, str]) -> Visitor:
    """Who the server takes somebody for who connects with these headers."""
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    with connect(address, subprotocols=[Subprotocol("streamlit")], additional_headers=headers) as socket:
        message = BackMsg()
        message.rerun_script.query_string = ""
        socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(socket.recv(10, decode=False))
            if body := answer.delta.new_element.text.body:
                return Visitor(*json.loads(body)[:2])


def test_the_operator_says_who_may_show_the_app_in_a_frame(served):
    server, has_secrets = served
    with urllib.request.urlopen(server.url) as answer:
        policy = answer.headers["Content-Security-Policy"]
    others = " https://learn.example.org" if has_secrets else ""
    assert policy.endswith(f"; frame-ancestors 'self'{others}")


CAME_BY = {  # X-Forwarded-For, and the address where the proxy is trusted
    "nobody": ("", "local"),
    "a proxy": (NEAR, NEAR),
    "a proxy, after the visitor claimed another address": (f"{FAR}, {NEAR}", NEAR),
}


@pytest.mark.parametrize(("forwarded", "address"), CAME_BY.values(), ids=CAME_BY)
def test_the_address_is_the_connection_s_or_a_named_proxy_s_word(served, forwarded, address):
    server, named = served
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert seen(server.url, headers).address == (address if named else "local")


COOKIES = {  # the same sixteen bytes under two masks; and what holds none
    "2|00000000|000102030405060708090a0b0c0d0e0f|1700000000": "000102030405060708090a0b0c0d0e0f",
    "2|01010101|010003020504070609080b0a0d0c0f0e|1700000000": "000102030405060708090a0b0c0d0e0f",
    "nonsense": "",
}


@pytest.mark.parametrize("cookie", COOKIES)
def test_the_cookie_is_what_it_holds(served, cookie):
    found = seen(served[0].url, {"Cookie": f"_streamlit_xsrf={cookie}"})
    assert found.cookie == COOKIES[cookie]


@pytest.mark.browser
def test_a_browser_brings_its_cookie_to_the_first_run_and_keeps_it(served, browser: Browser):
    context = browser.new_context(base_url=served[0].url)
    told = []
    for _ in range(2):  # two tabs
        page = context.new_page()
        page.goto("/")
        expect(page.get_by_test_id("stText")).to_be_visible()
        told.append(json.loads(page.get_by_test_id("stText").inner_text()))
    other = browser.new_page(base_url=served[0].url)
    other.goto("/")
    expect(other.get_by_test_id("stText")).to_be_visible()
    told.append(json.loads(other.get_by_test_id("stText").inner_text()))
    other.close()
    context.close()
    assert [runs for _, _, runs in told] == [1, 1, 1]
    assert told[0][1] == told[1][1] != told[2][1]
    assert all(cookie for _, cookie, _ in told)


@pytest.mark.parametrize("proxy", ["*", "proxy.local", "10.0.0.5/8", 7.5])
def test_a_proxy_has_an_address(proxy):
    with pytest.raises(ValueError, match="expected addresses or networks"):
        trust_only([proxy])


def test_places_in_line_are_read_as_people_say_them():
    said = [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)]
    assert said == ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th"]
