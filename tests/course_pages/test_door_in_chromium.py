"""The door as people go through it: a provider, a deep link, a personal link, out again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, Page, Request, expect

from lib.course.courses import make_course
from lib.course.roster import make_links, read_roster, revoke_links, roster
from tests.browser.driving import settled
from tests.course_pages.conftest import ClassServer, sign_in_as

pytestmark = pytest.mark.browser


def a_course(here: ClassServer, title: str, students: bytes) -> int:
    ada = here.person("ada")
    course = make_course(here.store, ada, title, "Europe/Berlin")
    read_roster(here.store, ada, course, b"name,email\n" + students)
    return course


def test_a_student_comes_by_a_deep_link_through_the_provider_and_goes(
    class_page: Page, class_server: ClassServer
) -> None:
    course = a_course(class_server, "By the provider", b"Li Wei,li.wei@example.edu\n")
    page = class_page
    page.goto(f"/course?course={course}")
    sign_in_as(page, "li.wei")
    expect(page).to_have_url(re.compile(rf"/course\?course={course}$"))  # the page asked for, by the claimed row
    expect(page.get_by_role("heading", name="By the provider")).to_be_visible()
    (cookie,) = [one for one in page.context.cookies() if "torch_by_hand" in one["name"]]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax"
    assert not [one for one in page.context.cookies() if one["name"].startswith("_streamlit_user")]

    page.goto(f"/people?course={course}")  # an instructor's address, typed
    expect(page.get_by_text("Only instructors and assistants of this course may do that.")).to_be_visible()

    page.goto("/courses")
    second = page.context.new_page()
    second.goto("/courses")
    expect(second.get_by_text("By the provider")).to_be_visible()
    settled(page).get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in").first).to_be_visible()
    assert page.url == f"{class_server.server.url}/"
    second.get_by_role("button", name="Join", exact=True).click()  # a tab that was open
    expect(second.get_by_text("Sign in to see this page.")).to_be_visible()


def test_a_personal_link_signs_in_by_its_button_and_its_token_is_told_nobody(
    class_page: Page, class_server: ClassServer
) -> None:
    course = a_course(class_server, "By a link", b"New One,new@example.edu\n")
    ada = class_server.person("ada")
    row = roster(class_server.store, ada, course)[0].id
    token = make_links(class_server.store, ada, course, [row])[0].token
    page, told = class_page, []

    def note(request: Request) -> None:
        told.append(f"{request.url.partition('#')[0]} {request.headers.get('referer', '')}")

    page.on("request", note)
    page.goto(f"/class/link#{token}")
    expect(page.get_by_text("Sign in as New One, course By a link")).to_be_visible()
    assert token not in page.url and roster(class_server.store, ada, course)[0].devices == 0
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_test_id("stSidebar").get_by_text("New One")).to_be_visible()
    assert page.url == f"{class_server.server.url}/courses"
    assert roster(class_server.store, ada, course)[0].devices == 1
    assert not [line for line in told if token in line] and token not in class_server.server.log.read_text()

    revoke_links(class_server.store, ada, course, [row])
    settled(page).get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_text("Sign in to see this page.")).to_be_visible()
    page.goto(f"/class/link#{token}")
    expect(page.get_by_text("This link does not work any more.")).to_be_visible()


def test_an_instructor_makes_a_course_reads_a_roster_and_fetches_links(
    class_page: Page, class_server: ClassServer
) -> None:
    page = class_page
    page.goto("/courses")
    sign_in_as(page, "eve")
    page.get_by_label("Title").fill("Eve's course")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", name="Eve's course")).to_be_visible()
    settled(page).get_by_role("link", name="People").click()
    roster_file: FilePayload = {
        "name": "r.csv",
        "mimeType": "text/csv",
        "buffer": b"Name,Email\nLi Wei,li.wei@example.edu\nBo,\n",
    }
    page.locator("input[type=file]").set_input_files(roster_file)
    expect(page.get_by_text("2 new, 0 changed")).to_be_visible()
    page.get_by_role("button", name="Read it in").click()
    expect(page.get_by_text("2 students:")).to_be_visible()
    with page.expect_download() as fetched:
        settled(page).get_by_role("button", name="Make links for the 2").click()
    lines = fetched.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "name,email,link" and len(lines) == 3
    link = lines[1].rpartition(",")[2]
    assert link.startswith(f"{class_server.server.url}/class/link#")
    page.goto(link)
    expect(page.get_by_text(re.compile("Sign in as .*, course Eve's course"))).to_be_visible()
