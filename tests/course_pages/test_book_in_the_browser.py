"""From the gradebook to a submission, points by hand, the new total, and the file that leaves."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from lib.course.gradebook import gradebook
from lib.course.sign_in import start_session
from lib.store import Store, open_store
from lib.ui.course.cookies import SESSION
from tests.browser.driving import settled
from tests.conftest import Server, serve
from tests.course.setting import stub
from tests.course_pages.made_up import MadeUp, made_up

ROW, HEAD = 35, 70  # pixels of the table
pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Served:
    """A served class of three students, and its instructor's cookie."""

    server: Server
    store: Store
    here: MadeUp
    token: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("class")
    store = open_store(f"sqlite:///{folder / 'class.sqlite'}")
    here = made_up(store, lambda exercise, code: stub(exercise, "0.5"), 3, weeks=(("softmax",),))
    secrets = folder / "secrets.toml"
    secrets.write_text(f'hosting = "class"\nworkers = 0\ndatabase = "sqlite:///{folder / "class.sqlite"}"\n')
    process, server = serve(folder / "log.txt", Path("app.py"), "--secrets.files", str(secrets))
    yield Served(server, store, here, start_session(store, here.ada))
    process.terminate()
    process.wait(timeout=20)
    store.close()


@pytest.fixture
def ada(browser: Browser, served: Served) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=served.server.url)
    context.add_cookies([{"name": SESSION, "value": served.token, "url": served.server.url}])
    yield context.new_page()
    context.close()
    served.server.assert_healthy()


def test_from_the_gradebook_to_the_file(ada: Page, served: Served) -> None:
    ada.goto(f"/gradebook?course={served.here.course}")
    grid = ada.get_by_test_id("data-grid-canvas").first
    grid.wait_for()
    settled(ada)
    ada.get_by_test_id("stDataFrame").hover()
    ada.get_by_role("button", name="Search").wait_for()
    assert not ada.get_by_role("button", name="Download as CSV").is_visible()  # it would go by no rule of ours
    box = grid.bounding_box()
    assert box is not None
    ada.mouse.click(box["x"] + box["width"] - 60, box["y"] + HEAD + ROW / 2)  # the first student, the last exercise
    line = ada.locator(".st-key-marks_chosen")
    line.get_by_text("of 10").wait_for()
    name = line.inner_text().split(" · ")[0]
    line.get_by_role("link").click()
    ada.get_by_text("Give other points").click()
    ada.get_by_role("spinbutton", name="Points of 10").fill("9.25")
    ada.get_by_role("textbox", name="Reason").fill("worked on paper")
    ada.get_by_role("button", name="Give these points").click()
    ada.get_by_text("Mark 9.25 of 10").wait_for()
    ada.get_by_role("link", name="Gradebook").first.click()
    book = gradebook(served.store, served.here.ada, served.here.course)
    student = next(one for one in book.students if one.name == name)
    assert student.totals == {served.here.assignments[0]: 9.25}
    ada.get_by_text("Marks as files").click()
    with ada.expect_download() as download:
        ada.get_by_test_id("stMain").get_by_role("button", name="Take it").last.click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert [row["Week 1"] for row in rows if row["student"] == name] == ["9.25"]
