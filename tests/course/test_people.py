"""Signing in, the roster, claims, personal links: who becomes whom, and what never signs anybody in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from lib.course.claims import ask_to_join, decide_claim, open_claims
from lib.course.courses import close_course, join_by_code, make_course, members, my_courses, set_code, set_role
from lib.course.roster import (
    assign_row,
    make_links,
    preview_roster,
    read_roster,
    remove_row,
    revoke_links,
    roster,
)
from lib.course.roster_file import read_roster_file
from lib.course.settings import Settings, read_settings
from lib.course.sign_in import (
    claim_by_link,
    end_session,
    end_sessions,
    look_at_link,
    open_link,
    session_of,
    sign_in,
    start_session,
)
from lib.course.submit import submit
from lib.course.who import NotAllowed, NotThere, Who
from lib.refusal import Refusal
from lib.store import Store
from lib.store.people import PersonalLink, RosterRow, WebSession
from lib.store.work import Submission
from tests.course.setting import ISSUER, SETTINGS, Class, claims, person
from tests.databases import Clock, on_sqlite

ROSTER = b"name,email,number\nLi Wei,li@example.edu,17\nMax M\xc3\xbcller,max@example.edu,18\nNo Mail,,19\n"

WHO_MAY = {
    "by e-mail": (claims("ada"), True),
    "by subject": (claims("eve"), True),
    "another person": (claims("tom"), False),
    "the e-mail is not verified": (claims("ada", email_verified=False), False),
    "verified as a word": (claims("ada", email_verified="true"), False),
    "the same e-mail from another issuer": (claims("ada", iss="https://evil.example"), False),
    "the same subject from another issuer": (claims("eve", iss="https://evil.example"), False),
    "the e-mail in capitals": (claims("ada", email="ADA@example.edu"), True),
    "no e-mail at all": ({"iss": ISSUER, "sub": "x"}, False),
}


@on_sqlite
@pytest.mark.parametrize(("said", "teaches"), WHO_MAY.values(), ids=WHO_MAY)
def test_who_may_make_a_course(store: Store, said: dict[str, object], teaches: bool) -> None:
    who = sign_in(store, SETTINGS, said)
    assert who.teacher == teaches
    if teaches:
        assert my_courses(store, who) == [] and make_course(store, who, "A course") == 1
        assert [course.role for course in my_courses(store, who)] == ["instructor"]
    else:
        with pytest.raises(NotAllowed):
            make_course(store, who, "A course")


@on_sqlite
@pytest.mark.parametrize(
    "said", [{}, {"iss": ISSUER}, {"sub": "x"}, {"iss": "", "sub": "x"}, {"iss": ISSUER, "sub": 7}]
)
def test_a_provider_has_to_say_who_it_is(store: Store, said: dict[str, object]) -> None:
    with pytest.raises(Refusal, match="did not say who you are"):
        sign_in(store, SETTINGS, said)


def test_identity_is_issuer_and_subject(store: Store) -> None:
    first = sign_in(store, SETTINGS, claims("li"))
    assert sign_in(store, SETTINGS, claims("li", email="new@example.edu", name="Li W")).id == first.id
    assert sign_in(store, SETTINGS, claims("li", iss="https://other.example")).id != first.id
    assert sign_in(store, SETTINGS, claims("li2", email="li@example.edu")).id != first.id


def test_a_session_ends_at_once(store: Store, clock: Clock) -> None:
    li = person(store, "li")
    one, two, three = (start_session(store, li) for _ in range(3))
    assert len({one, two, three}) == 3 and min(map(len, (one, two, three))) >= 43
    with store.reading() as session:
        assert not {one, two, three} & set(session.scalars(select(WebSession.id_hash)))
    signed = session_of(store, one)
    assert signed is not None and signed.who == li and signed.link is None
    end_session(store, one)
    assert session_of(store, one) is None and session_of(store, two) is not None
    assert end_sessions(store, li) == 2 and session_of(store, two) is None
    four = start_session(store, li)
    clock.forward(days=30)
    assert session_of(store, four) is None
    assert [session_of(store, token) for token in ("", "x", "x" * 10_000, four[:-1])] == [None] * 4


def test_the_first_sign_in_claims_the_row_by_verified_e_mail_once(store: Store) -> None:
    here = Class(store)
    read_roster(store, here.ada, here.course, ROSTER)
    unverified = sign_in(store, SETTINGS, claims("max", email_verified=False))
    assert my_courses(store, unverified) == []
    stranger = sign_in(store, SETTINGS, claims("max", iss="https://evil.example"))
    assert my_courses(store, stranger) == []
    max_ = sign_in(store, SETTINGS, claims("max", email="Max@Example.EDU"))
    assert [course.id for course in my_courses(store, max_)] == [here.course]
    second = sign_in(store, SETTINGS, claims("max2", email="max@example.edu"))
    assert my_courses(store, second) == []
    (waits,) = open_claims(store, here.ada, here.course)
    assert (waits.person_id, waits.row_name, waits.has_it) == (second.id, "Max Müller", "Max")
    sign_in(store, SETTINGS, claims("max2", email="max@example.edu"))
    assert len(open_claims(store, here.ada, here.course)) == 1
    rows = {row.name: (row.person_id, row.how) for row in roster(store, here.ada, here.course)}
    assert rows == {"Li Wei": (here.li.id, "e-mail"), "Max Müller": (max_.id, "e-mail"), "No Mail": (None, "")}


def test_two_rows_with_one_e_mail_are_never_guessed(store: Store) -> None:
    here = Class(store)
    read_roster(store, here.ada, here.course, b"name,email,number\nA B,x@example.edu,1\n")
    read_roster(store, here.ada, here.course, b"name,number\nC D,2\n")
    with store.writing() as session:
        session.scalars(select(RosterRow).where(RosterRow.number == "2")).one().email = "x@example.edu"
    who = sign_in(store, SETTINGS, claims("x"))
    assert my_courses(store, who) == []
    (waits,) = open_claims(store, here.ada, here.course)
    assert (waits.person_id, waits.row_id) == (who.id, None)
    row = next(row.id for row in roster(store, here.ada, here.course) if row.number == "2")
    decide_claim(store, here.ada, waits.id, row, accept=True)
    assert [row.person_id for row in roster(store, here.ada, here.course)] == [None, who.id]
    with pytest.raises(Refusal, match="accepted already"):
        decide_claim(store, here.ada, waits.id, row, accept=False)


def test_who_has_no_row_asks_and_the_instructor_decides(store: Store) -> None:
    here = Class(store)
    who = person(store, "new")
    ask_to_join(store, who, here.course)
    ask_to_join(store, who, here.course)
    (waits,) = open_claims(store, here.ada, here.course)
    decide_claim(store, here.ada, waits.id, None, accept=False)
    assert my_courses(store, who) == [] and open_claims(store, here.ada, here.course) == []
    ask_to_join(store, who, here.course)  # who was refused is not asked about again
    assert open_claims(store, here.ada, here.course) == []


def test_a_personal_link_changes_nothing_until_its_button_is_pressed(store: Store) -> None:
    here = Class(store)
    read_roster(store, here.ada, here.course, ROSTER)
    links = {link.name: link for link in make_links(store, here.ada, here.course)}
    assert set(links) == {"Li Wei", "Max Müller", "No Mail"}
    token = links["No Mail"].token
    with store.reading() as session:
        assert token not in set(session.scalars(select(PersonalLink.token_hash)))
    for _ in range(3):
        offered = look_at_link(store, token)
    assert offered is not None and (offered.name, offered.course) == ("No Mail", "Deep learning")
    assert [row.devices for row in roster(store, here.ada, here.course)] == [0, 0, 0]
    one, two = open_link(store, token), open_link(store, token)
    signed = session_of(store, one)
    assert one != two and signed is not None and signed.link is not None and not signed.who.teacher
    assert submit(store, signed.who, here.exercises[0], "1").attempt == 1
    assert {row.name: row.devices for row in roster(store, here.ada, here.course)}["No Mail"] == 2
    assert make_links(store, here.ada, here.course) == []  # each row has one


STOPS: dict[str, Callable[[Class, int], object]] = {
    "revoked": lambda here, row: revoke_links(here.store, here.ada, here.course, [row]),
    "replaced by a new one": lambda here, row: make_links(here.store, here.ada, here.course, [row]),
    "the course closed": lambda here, row: close_course(here.store, here.ada, here.course),
}


@on_sqlite
@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)
def test_a_link_stops_at_once_and_so_do_its_sessions(store: Store, stop: Callable[[Class, int], object]) -> None:
    here = Class(store)
    read_roster(store, here.ada, here.course, ROSTER)
    link = next(link for link in make_links(store, here.ada, here.course) if link.name == "No Mail")
    session = open_link(store, link.token)
    stop(here, link.row_id)
    assert look_at_link(store, link.token) is None and session_of(store, session) is None
    with pytest.raises(NotAllowed, match="does not work any more"):
        open_link(store, link.token)


def test_a_link_never_signs_in_as_somebody_who_came_by_a_provider(store: Store) -> None:
    here = Class(store)
    read_roster(store, here.ada, here.course, ROSTER)
    li = person(store, "li")  # claims the row by e-mail
    link = next(link for link in make_links(store, here.ada, here.course) if link.name == "Li Wei")
    with pytest.raises(NotAllowed, match="another way already"):
        open_link(store, link.token)
    assert claim_by_link(store, li, link.token)
    other = person(store, "other")
    assert not claim_by_link(store, other, link.token)
    assert [waits.person_id for waits in open_claims(store, here.ada, here.course)] == [other.id]


def test_work_done_by_link_goes_to_the_person_who_signs_in_later(store: Store) -> None:
    here = Class(store)
    read_roster(store, here.ada, here.course, ROSTER)
    link = next(link for link in make_links(store, here.ada, here.course) if link.name == "No Mail")
    signed = session_of(store, open_link(store, link.token))
    assert signed is not None
    number = submit(store, signed.who, here.exercises[0], "1").number
    real = person(store, "real")
    assert not claim_by_link(store, real, link.token)
    (waits,) = open_claims(store, here.ada, here.course)
    decide_claim(store, here.ada, waits.id, waits.row_id, accept=True)
    with store.reading() as session:
        assert session.get_one(Submission, number).person_id == real.id
    assert signed.who.id not in {member.person_id for member in members(store, here.ada, here.course)}


FILES = {
    "plain": (ROSTER, "plain", [("Li Wei", "li@example.edu", "17"), ("Max Müller", "max@example.edu", "18")]),
    "excel, semicolons, its old code page": (
        "Name;E-Mail;Matrikelnummer\r\nMüller, Max;Max@Example.edu;18\r\n".encode("cp1252"),
        "plain",
        [("Müller, Max", "max@example.edu", "18")],
    ),
    "with a byte order mark, tabs": ("\ufeffname\temail\nLi\tli@x.edu\n".encode(), "plain", [("Li", "li@x.edu", "")]),
    "utf-16": ("name,email\nLi,li@x.edu\n".encode("utf-16"), "plain", [("Li", "li@x.edu", "")]),
    "canvas, an export of the gradebook": (
        b"Student,ID,SIS User ID,SIS Login ID,Section,HW 1 (77)\n    Points Possible,,,,,10\n"
        b'"Wei, Li",4711,s1,li@x.edu,Group A,8\n"Student, Test",99,,,Group A,\n',
        "canvas",
        [("Wei, Li", "li@x.edu", "4711")],
    ),
    "moodle, the grading worksheet": (
        b"Identifier,Full name,Email address,Status,Grade\nParticipant 123,Li Wei,li@x.edu,No submission,\n",
        "moodle",
        [("Li Wei", "li@x.edu", "123")],
    ),
    "moodle, the participants": (
        b'"First name","Last name","Email address",Groups\nLi,Wei,li@x.edu,A\n',
        "moodle",
        [("Li Wei", "li@x.edu", "")],
    ),
    "a name that was kept from being a formula": (b"name\n'=1+1\n", "plain", [("=1+1", "", "")]),
}


@pytest.mark.parametrize(("data", "platform", "first"), FILES.values(), ids=FILES)
def test_rosters_are_read_as_they_are_exported(data: bytes, platform: str, first: list[tuple[str, str, str]]) -> None:
    file = read_roster_file(data)
    found = [(one.name, one.email, one.number) for one in file.students]
    assert (file.platform, found[: len(first)]) == (platform, first)
    assert len(found) == len(first) or platform == "plain"


BAD = {
    "empty": (b"", "is empty"),
    "no name": (b"email,id\na@x.edu,1\n", "expected a column for the name"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "expected a column for the name"),
    "too large": (b"name\n" + b"x" * 5_000_000, "expected at most"),
    "too many lines": (b"name\n" + b"x\n" * 10_001, "expected at most"),
}


@pytest.mark.parametrize(("data", "says"), BAD.values(), ids=BAD)
def test_what_is_no_roster_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        read_roster_file(data)


def test_problems_are_told_by_line() -> None:
    file = read_roster_file(b"name,email,id\nA,a@x.edu,1\n,b@x.edu,2\nC,a@x.edu,3\nD,nonsense,4\n")
    assert [one.name for one in file.students] == ["A", "D"]
    assert [problem.split(":")[0].split(" has")[0] for problem in file.problems] == [
        "Line 3",
        "Line 4 is the same student as line 2",
        "Line 5",
    ]


def test_a_roster_is_looked_at_first_and_read_again_without_doubling(store: Store) -> None:
    here = Class(store)
    before = preview_roster(store, here.ada, here.course, ROSTER)
    assert ([one.name for one in before.new], before.changed, before.same) == (
        ["Li Wei", "Max Müller", "No Mail"],
        (),
        0,
    )
    assert roster(store, here.ada, here.course) == []
    read_roster(store, here.ada, here.course, ROSTER)
    again = b"name,email,number\nLi Wei-Xu,li@example.edu,17\nNew,n@x.edu,20\nNo Mail,no@x.edu,19\n"
    change = preview_roster(store, here.ada, here.course, again)
    assert [one.name for one in change.new] == ["New"] and change.missing == ("Max Müller",)
    assert {(one.field, one.after) for one in change.changed} == {("name", "Li Wei-Xu"), ("email", "no@x.edu")}
    read_roster(store, here.ada, here.course, again)
    assert len(roster(store, here.ada, here.course)) == 4
    assert preview_roster(store, here.ada, here.course, again).same == 3


def test_rows_are_taken_out_only_while_nobody_has_claimed_them(store: Store) -> None:
    here = Class(store)
    read_roster(store, here.ada, here.course, ROSTER)
    make_links(store, here.ada, here.course)
    rows = {row.name: row.id for row in roster(store, here.ada, here.course)}
    assign_row(store, here.ada, rows["Max Müller"], here.bo.id)
    for name in ("Max Müller", "Li Wei"):
        with pytest.raises(Refusal, match="claimed"):
            remove_row(store, here.ada, rows[name])
    remove_row(store, here.ada, rows["No Mail"])
    assert {row.name: row.person_id for row in roster(store, here.ada, here.course)} == {
        "Li Wei": here.li.id,
        "Max Müller": here.bo.id,
    }


def test_codes_work_until_they_are_taken_back(store: Store) -> None:
    here = Class(store)
    code = set_code(store, here.ada, here.course, on=True)
    new = person(store, "new")
    assert join_by_code(store, new, f" {code.lower()} ") == here.course
    set_code(store, here.ada, here.course, on=False)
    for typed in (code, "", "   ", "x" * 100_000):
        with pytest.raises(NotThere, match="no course with this code"):
            join_by_code(store, person(store, "late"), typed)


def test_a_course_keeps_an_instructor(store: Store) -> None:
    here = Class(store)
    with pytest.raises(Refusal, match="last instructor"):
        set_role(store, here.ada, here.course, here.ada.id, "student")
    set_role(store, here.ada, here.course, here.tom.id, "instructor")
    set_role(store, here.tom, here.course, here.ada.id, None)
    with pytest.raises(NotThere):
        members(store, here.ada, here.course)


SETTINGS_READ = {
    "instructors is a text": ({"instructors": "ada"}, "expected a list"),
    "an instructor without issuer": ({"instructors": [{"email": "a@x.edu"}]}, "expected { issuer"),
    "both": ({"instructors": [{"issuer": "i", "subject": "s", "email": "e"}]}, "not both"),
    "exercises is a text": ({"exercises": "/srv"}, "expected a list"),
    "database is a number": ({"database": 5}, "expected a text"),
}


@pytest.mark.parametrize(("values", "says"), SETTINGS_READ.values(), ids=SETTINGS_READ)
def test_settings_that_mean_nothing_are_refused(values: dict[str, object], says: str) -> None:
    with pytest.raises(Refusal, match=says):
        read_settings(values)


def test_settings_have_defaults() -> None:
    assert read_settings({"hosting": "class"}) == Settings()
    assert replace(Settings(), issuers=("i",)) == read_settings({"issuers": ["i"]})


def test_somebody_erased_or_unknown_is_a_guest(store: Store) -> None:
    Class(store)
    with pytest.raises(NotAllowed, match="Sign in first"):
        make_course(store, Who(999, teacher=True), "x")
