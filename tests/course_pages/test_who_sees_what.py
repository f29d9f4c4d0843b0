"""Every page of a class and every file, as everyone: no page relies on being hidden. A new one needs a line."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from typing import Any

import pytest

import pages.course
from lib.course import engine
from lib.course.sign_in import start_session
from lib.course.submit import submit
from lib.ui.course.routes import FILES_MADE
from tests.course.setting import Class, stub
from tests.course_pages.conftest import Opens, ask, words

# Zoe studies and Eve teaches elsewhere; Li's is the submission, Bo studies here too; Tom assists, Ada teaches
EVERYONE = ("guest", "zoe", "eve", "li", "bo", "tom", "ada")
SIGNED_IN, MEMBERS, STAFF, INSTRUCTOR = EVERYONE[1:], EVERYONE[3:], EVERYONE[5:], EVERYONE[6:]
CODE = "0.25"  # what Li handed in

Query = Callable[[Class, int], dict[str, int]]
OF_COURSE: Query = lambda c, n: {"course": c.course}  # noqa: E731
OF_ASSIGNMENT: Query = lambda c, n: {"assignment": c.assignment}  # noqa: E731
OF_SUBMISSION: Query = lambda c, n: {"submission": n}  # noqa: E731
PAGES: dict[str, tuple[tuple[str, ...], Query]] = {
    "courses": (SIGNED_IN, lambda c, n: {}),
    "kept": (SIGNED_IN, lambda c, n: {}),
    "course": (MEMBERS, OF_COURSE),
    "people": (STAFF, OF_COURSE),
    "assignment": (MEMBERS, OF_ASSIGNMENT),
    "assignment_form": (STAFF, OF_ASSIGNMENT),
    "submission": (("li", "tom", "ada"), OF_SUBMISSION),
    "review": (STAFF, OF_SUBMISSION),
    "gradebook": (STAFF, OF_COURSE),
    "class_faults": (STAFF, OF_COURSE),
    "regrade": (STAFF, OF_ASSIGNMENT),
}
SECRETS = ("Deep learning", "Week 1", "ada@example.edu", "li@example.edu", "Bo", "softmax", CODE)


class Setting(Class):
    """The small class, with something handed in by Li."""

    def __init__(self, store: Any) -> None:
        super().__init__(store)
        self.number = submit(store, self.li, self.exercises[0], CODE).number
        engine.work_until_idle(store, grade=stub)

    def who(self, name: str) -> Any:
        return None if name == "guest" else getattr(self, name)


@pytest.fixture
def setting(class_store: Any) -> Setting:
    return Setting(class_store)


def test_every_page_of_a_class_has_a_line() -> None:
    assert {name for _, name, _ in pkgutil.iter_modules(pages.course.__path__)} == set(PAGES)


@pytest.mark.parametrize("slug", PAGES)
def test_a_page_is_for_those_alone_whom_it_is_for(slug: str, setting: Setting, open_as: Opens) -> None:
    allowed, query = PAGES[slug]
    for name in EVERYONE:
        app = open_as(setting.who(name), slug, **query(setting, setting.number))
        shown = words(app)
        refused = bool(app.main.error) or "Sign in to see this page." in shown
        assert refused == (name not in allowed), (name, shown)
        if refused:
            told = shown + str([one.label for one in app.main.get("page_link")])  # type: ignore[union-attr]
            assert not [secret for secret in SECRETS if secret in told], (name, told)


FILES: dict[str, tuple[tuple[str, ...], Query]] = {
    "person": (SIGNED_IN, lambda c, n: {}),
    "links": (INSTRUCTOR, OF_COURSE),
    "marks": (INSTRUCTOR, OF_COURSE),
}


def test_every_file_has_a_line() -> None:
    assert set(FILES) == set(FILES_MADE)


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_for_those_alone_whom_it_is_for(name: str, setting: Setting) -> None:
    allowed, query = FILES[name]
    fields = {key: str(value) for key, value in query(setting, setting.number).items()} | {"kind": "plain"}
    for person in EVERYONE:
        token = start_session(setting.store, setting.who(person)) if person != "guest" else ""
        answer = ask("POST", f"/class/files/{name}", token, **fields)
        assert (answer.status_code == 200) == (person in allowed), (person, answer.text)
        assert answer.headers["cache-control"] == "no-store"
        if answer.status_code != 200:
            assert not [secret for secret in SECRETS if secret in answer.text]
        elsewhere = ask("POST", f"/class/files/{name}", token, origin="https://evil.example", **fields)
        assert (
            elsewhere.status_code
            == ask("POST", f"/class/files/{name}", token, origin=None, **fields).status_code
            == 403
        )
        assert ask("GET", f"/class/files/{name}", token).status_code == 405
