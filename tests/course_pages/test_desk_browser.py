"""An assignment in a browser: a student comes by the short address, wrong then right; an instructor makes one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lib.course.assignments import assignments
from lib.course.policy import Terms
from lib.course.seen import my_attempts, submission_of
from lib.course.sign_in import end_sessions, start_session
from lib.course.submit import draft_of
from lib.course.who import Who
from lib.exercises import EXERCISES
from lib.store import open_store
from lib.ui.course.cookies import SESSION
from tests.browser.driving import PATIENCE, faults, fits_sideways, settled
from tests.conftest import SCREEN, Server, serve
from tests.course.setting import SETTINGS, Class
from tests.pages.test_editor import editor, put

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SOFTMAX = EXERCISES["softmax"]
WRONG = next(one for one in SOFTMAX.mistakes if one.name == "forgets_to_divide")
SAYS = WRONG.says.split(".")[0]
Visits = Callable[[Who, str], Page]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Class, Server]]:
    """A class that is open for a week, served for real; it grades what is handed in."""
    folder = tmp_path_factory.mktemp("desk")
    url = f"sqlite:///{folder / 'class.sqlite'}"
    (folder / "secrets.toml").write_text(f'hosting = "class"\ndatabase = "{url}"\n')
    store = open_store(url)
    now = store.now()
    terms = Terms(now - timedelta(hours=1), now + timedelta(hours=30), now + timedelta(days=9), late_percent=10.0)
    here = Class(store, SETTINGS, terms)
    process, server = serve(folder / "log.txt", Path("app.py"), "--secrets.files", str(folder / "secrets.toml"))
    yield here, server
    process.terminate()
    process.wait(timeout=20)
    store.close()


@pytest.fixture(scope="module")
def tab(served: tuple[Class, Server], browser: Browser) -> Iterator[Page]:
    """One tab for all of them: a new one would compile the app's scripts again."""
    context = browser.new_context(viewport=SCREEN, base_url=served[1].url, color_scheme="light")
    yield context.new_page()
    context.close()


@pytest.fixture
def visits(served: tuple[Class, Server], tab: Page) -> Iterator[Visits]:
    """Opens a page as somebody, in a browser that has kept nothing from the tests before."""
    here, server = served
    tab.goto("about:blank")
    tab.set_viewport_size(SCREEN)
    forget = {"origin": server.url, "storageTypes": "all"}
    tab.context.new_cdp_session(tab).send("Storage.clearDataForOrigin", forget)

    def visited(who: Who, path: str) -> Page:
        sign_in(tab, here, server, who)
        tab.goto(path)
        tab.wait_for_selector("h1", timeout=PATIENCE)
        return settled(tab)

    yield visited
    server.assert_healthy()


def sign_in(page: Page, here: Class, server: Server, who: Who) -> None:
    page.context.clear_cookies()
    page.context.add_cookies([{"name": SESSION, "value": start_session(here.store, who), "url": server.url}])


def submit(page: Page, text: str) -> None:
    put(page, text)
    page.get_by_role("button", name="Submit", exact=True).click()


def test_a_student_comes_by_the_short_address_wrong_then_right(served: tuple[Class, Server], visits: Visits) -> None:
    here, _ = served
    page = visits(here.li, f"/a/{here.assignment}")
    expect(page).to_have_url(re.compile(rf"/assignment\?assignment={here.assignment}$"))
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"^29 h 5\d min left$"))
    submit(page, WRONG.source)
    expect(page.locator("[class*=stored_note]")).to_contain_text(SAYS, timeout=PATIENCE)
    first = my_attempts(here.store, here.li, here.exercises[0])[0]
    expect(page.get_by_text(f"Receipt {first.number} · attempt 1")).to_be_visible()
    expect(page.get_by_text(submission_of(here.store, here.li, first.number).sha256)).to_be_visible()
    submit(page, SOFTMAX.solution)
    expect(page.get_by_text("8 of 8 visible tests passed")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(re.compile(r"Receipt \d+ · attempt 2 · "))).to_be_visible()
    page.get_by_text("Attempts: 2").click()
    page.get_by_role("link", name="Attempt 1").click()
    expect(page.locator("[class*=stored_note]")).to_contain_text(SAYS, timeout=PATIENCE)
    page.get_by_label("Ask for another look").fill("Why not?")
    page.get_by_role("button", name="Ask for another look").click()
    expect(page.get_by_text("No answer yet. It will stand here.")).to_be_visible()
    assert faults(page) == []


@pytest.mark.long
def test_two_clicks_hand_in_once(served: tuple[Class, Server], visits: Visits) -> None:
    here, _ = served
    page = visits(here.bo, f"/assignment?assignment={here.assignment}")
    put(page, SOFTMAX.solution)
    page.get_by_role("button", name="Submit", exact=True).dblclick()
    expect(page.get_by_text("8 of 8 visible tests passed")).to_be_visible(timeout=PATIENCE)
    assert len(my_attempts(here.store, here.bo, here.exercises[0])) == 1


@pytest.mark.long
def test_what_was_typed_outlives_the_sign_in(served: tuple[Class, Server], visits: Visits) -> None:
    here, server = served
    path = f"/assignment?assignment={here.assignment}&exercise={here.exercises[1]}"
    page = visits(here.li, path)
    put(page, "x = 1")
    page.get_by_role("button", name="Run visible tests").click()
    settled(page)
    assert (draft_of(here.store, here.li, here.exercises[1]) or [""])[0] == "x = 1"
    end_sessions(here.store, here.li)
    put(page, "x = 2")
    page.get_by_role("button", name="Run visible tests").click()
    expect(page.get_by_text("Sign in to see this page.")).to_be_visible()
    assert (draft_of(here.store, here.li, here.exercises[1]) or [""])[0] == "x = 1"
    sign_in(page, here, server, here.li)
    page.goto(path)
    expect(editor(page)).to_contain_text("x = 2", timeout=PATIENCE)
    settled(page)
    assert (draft_of(here.store, here.li, here.exercises[1]) or [""])[0] == "x = 2"


@pytest.mark.long
def test_files_that_compete_are_told_and_one_is_handed_in(
    served: tuple[Class, Server], visits: Visits, tmp_path: Path
) -> None:
    here, _ = served
    for name, text in {"a.py": SOFTMAX.solution, "b.py": WRONG.source}.items():
        (tmp_path / name).write_text(text)
    page = visits(here.tom, f"/assignment?assignment={here.assignment}")
    page.get_by_text("Hand in a file").click()
    page.set_input_files("[data-testid=stFileUploader] input", [tmp_path / "a.py", tmp_path / "b.py"])
    expect(page.get_by_text("Two files compete, and none counts")).to_be_visible()
    assert my_attempts(here.store, here.tom, here.exercises[0]) == []
    page.set_input_files("[data-testid=stFileUploader] input", [tmp_path / "a.py"])
    page.get_by_role("button", name="Hand in one exercise").click()
    expect(page.get_by_text("8 of 8 visible tests passed")).to_be_visible(timeout=PATIENCE)
    last = my_attempts(here.store, here.tom, here.exercises[0])[0]
    assert submission_of(here.store, here.tom, last.number).file == "a.py"


def test_an_instructor_makes_an_assignment_with_a_due_date(served: tuple[Class, Server], visits: Visits) -> None:
    here, server = served
    page = visits(here.ada, f"/assignment_form?course={here.course}")
    page.get_by_label("Title", exact=True).first.fill("Week 2")
    page.get_by_role("combobox", name="Exercises").fill("Huber loss")
    page.get_by_role("option", name="Huber loss", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.get_by_text("this exercise are public")).to_be_visible()
    expect(page.get_by_text("one day late")).to_be_visible()
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", name="Week 2")).to_be_visible(timeout=PATIENCE)
    made = max(assignments(here.store, here.ada, here.course), key=lambda one: one.id)
    assert [one.slug for one in made.exercises] == ["huber_loss"]
    page.get_by_text("For the projector").click()
    code = page.get_by_role("img", name=f"QR code of this address: {server.url}/a/{made.id}")
    expect(code.locator("path")).to_have_attribute("d", re.compile("M4 4h1v1h-1z"))
    assert faults(page) == []
    page.set_viewport_size({"width": 390, "height": 800})
    fits_sideways(page)
