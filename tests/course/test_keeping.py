"""What is kept, taken along, erased, tidied away, backed up and restored."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from lib.course import engine
from lib.course.__main__ import main
from lib.course.backup import backup, restore
from lib.course.claims import ask_to_join
from lib.course.courses import close_course, join_by_code, set_code
from lib.course.gradebook import figures, gradebook
from lib.course.keeping import Tidied, erase_by_operator, erase_person, export_person, tidy, what_is_kept
from lib.course.marking import ask_for_another_look, comment, override
from lib.course.roster import make_links, read_roster
from lib.course.settings import Settings
from lib.course.sign_in import open_link, session_of, sign_in, start_session
from lib.course.submit import save_draft, submit
from lib.course.who import NotAllowed, NotThere
from lib.refusal import Refusal
from lib.store import Store, open_store
from lib.store.base import Table
from lib.store.people import Person
from lib.store.trail import Audit
from lib.store.work import Grading, Submission
from tests.course.setting import Class, person, stub
from tests.databases import Clock, on_sqlite

ROSTER = b"name,email,number\nLi Wei,li@example.edu,4711\nMax,max@example.edu,4712\n"


def busy(store: Store) -> Class:
    """A class in which Li has left every kind of trace."""
    here = Class(store)
    read_roster(store, here.ada, here.course, ROSTER)
    links = make_links(store, here.ada, here.course)
    open_link(store, links[1].token)
    start_session(store, here.li)
    for share in ("0.5 ", "1 # by Li Wei"):
        number = submit(store, here.li, here.exercises[0], share, "li_wei.py").number
    engine.work_until_idle(store, grade=stub)
    save_draft(store, here.li, here.exercises[1], "# Li Wei")
    comment(store, here.tom, number, "Dear Li Wei")
    ask_for_another_look(store, here.li, number, "I am Li Wei")
    override(store, here.tom, here.exercises[0], here.li.id, 5, "Li Wei was ill")
    return here


def everything(store: Store) -> str:
    with store.reading() as session:
        tables = [session.execute(select(table)).all() for table in Table.metadata.sorted_tables]
        return str([tuple(row) for rows in tables for row in rows])


def test_nothing_of_a_person_is_left_but_numbers(store: Store) -> None:
    here = busy(store)
    before = figures(store, here.ada, here.assignment)[0].handed_in
    assert "Li Wei" in everything(store)
    with pytest.raises(NotAllowed, match="Ask your instructor"):
        erase_person(store, here.li, here.li.id, "x")
    assert erase_person(store, here.ada, here.li.id, "asked to") == f"Person {here.li.id}"
    left = everything(store)
    for trace in ("Li Wei", "li@example.edu", "4711", "li_wei", "'li'", "was ill"):
        assert trace not in left, trace
    assert figures(store, here.ada, here.assignment)[0].handed_in == before == 1
    assert here.li.id not in {one.person_id for one in gradebook(store, here.ada, here.course).students}
    with store.reading() as session:
        trail = session.scalars(select(Audit).where(Audit.person_id == here.li.id)).all()
    assert {"override", "person erased"} <= {one.what for one in trail} and not any(one.why for one in trail)
    assert person(store, "li").id != here.li.id
    with pytest.raises(NotThere):
        erase_by_operator(store, here.li.id)


def test_who_is_in_other_courses_is_erased_by_the_operator_alone(store: Store) -> None:
    here = busy(store)
    join_by_code(store, here.li, set_code(store, here.eve, here.other, on=True))
    with pytest.raises(NotAllowed, match="in other courses too"):
        erase_person(store, here.ada, here.li.id, "x")
    with pytest.raises(NotThere):
        erase_person(store, here.eve, here.bo.id, "x")
    assert erase_by_operator(store, here.li.id) == f"Person {here.li.id}"


def test_a_person_takes_along_what_is_theirs_and_no_hidden_tests(store: Store, clock: Clock) -> None:
    here = busy(store)
    mine = export_person(store, here.li, here.li.id)
    assert json.loads(json.dumps(mine)) == mine
    assert mine["submission"][1]["code"] == "1 # by Li Wei" and mine["roster_row"][0]["number"] == "4711"
    assert mine["grading"] == mine["result"] == mine["override"] == mine["comment"] == []  # not shown by now
    assert not any("hash" in key for rows in mine.values() for row in rows for key in row)
    clock.forward(days=10)
    later = export_person(store, here.li, here.li.id)
    assert len(later["grading"]) == 2 and later["comment"] and later["override"] and later["result"]
    assert export_person(store, here.ada, here.li.id)["audit"]
    with store.reading() as session:
        taken = session.scalars(select(Audit.who).where(Audit.what == "person exported")).all()
    assert taken == [here.li.id, here.li.id, here.ada.id]
    assert all(line.what and line.until for line in what_is_kept(store, here.li))


def test_tidy_takes_away_what_was_promised_and_says_so(store: Store, clock: Clock) -> None:
    here = busy(store)
    assert tidy(store) == Tidied(0, 0, 0)
    close_course(store, here.ada, here.course)
    clock.forward(days=45)
    assert tidy(store) == Tidied(0, 0, 2)
    clock.forward(days=321)
    done = tidy(store)
    assert done == Tidied(2, 1, 0) and "2 submissions" in str(done)
    with store.reading() as session:
        assert session.scalars(select(Submission.code)).all() == [None, None]
        assert session.scalars(select(Grading.report)).all() == [None, None]
        assert session.scalars(select(Grading.counts)).all()[1] > 0
    assert tidy(store) == Tidied(0, 0, 0)


def test_a_course_that_nobody_closed_ends_with_its_last_assignment(store: Store, clock: Clock) -> None:
    busy(store)
    clock.forward(days=10 + 365)
    assert tidy(store).submissions == 0
    clock.forward(seconds=1)
    assert tidy(store).submissions == 2


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'other.sqlite'}"
    new: Callable[[str], str] = request.getfixturevalue("postgresql")
    return new(f"other_{tmp_path.name}")


def test_a_backup_comes_back_in_either_database(store: Store, other: str, tmp_path: Path, clock: Clock) -> None:
    here = busy(store)
    before = everything(store)
    count = backup(store, tmp_path / "class.zip")
    assert (tmp_path / "class.zip").stat().st_mode & 0o777 == 0o600
    with pytest.raises(Refusal, match="there already"):
        backup(store, tmp_path / "class.zip")
    there = replace(open_store(other), clock=clock)
    assert restore(there, tmp_path / "class.zip").rows == count
    assert everything(there) == before
    with pytest.raises(Refusal, match="holds something already"):
        restore(there, tmp_path / "class.zip")
    assert submit(there, here.bo, here.exercises[0], "1").number == 3  # numbers go on
    assert restore(there, tmp_path / "class.zip", replace=True).rows == count
    assert everything(there) == before
    with pytest.raises(Exception, match="the audit is not changed"), there.writing() as session:
        session.execute(text("DELETE FROM audit"))
    assert submit(there, here.bo, here.exercises[0], "1").number == 3
    engine.work_until_idle(there, grade=stub)
    there.close()


def test_who_was_erased_stays_erased_after_a_restore(store: Store, tmp_path: Path) -> None:
    here = busy(store)
    backup(store, tmp_path / "monday.zip")
    erase_person(store, here.ada, here.li.id, "asked to")
    assert restore(store, tmp_path / "monday.zip", replace=True).erased_again == 1
    assert "Li Wei" not in everything(store)
    backup(store, tmp_path / "tuesday.zip")  # the list beside the backups tells it to an empty database too
    fresh = open_store(f"sqlite:///{tmp_path / 'fresh.sqlite'}")
    assert restore(fresh, tmp_path / "monday.zip").erased_again == 1
    assert "Li Wei" not in everything(fresh)
    with fresh.reading() as session:
        assert session.get_one(Person, here.bo.id).name == "Bo"
    fresh.close()


NO_BACKUP = {
    "no zip": (b"hello", "is no backup"),
    "not there": (None, "is no backup"),
    "another zip": (b"PK\x05\x06" + bytes(18), "no backup of this program"),
}


@on_sqlite
@pytest.mark.parametrize(("data", "says"), NO_BACKUP.values(), ids=NO_BACKUP)
def test_what_is_no_backup_changes_nothing(store: Store, data: bytes | None, says: str, tmp_path: Path) -> None:
    here = busy(store)
    before = everything(store)
    if data is not None:
        (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(Refusal, match=says):
        restore(store, tmp_path / "x.zip", replace=True)
    assert everything(store) == before and here.course


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = ["--secrets", str(tmp_path / "none.toml"), "--database", f"sqlite:///{tmp_path / 'class.sqlite'}"]

    def run(*words: str) -> tuple[int, str]:
        code = main([*database, *words])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    assert run("init") == (0, f"sqlite:///{tmp_path / 'class.sqlite'} is ready.\n")
    issuer = "https://login.example.org"
    assert run("add-instructor", "--issuer", issuer, "--email", "Ida@x.org")[0] == 0
    store = open_store(database[-1])
    said = {"iss": issuer, "sub": "7", "email": "ida@x.org", "email_verified": True}
    assert sign_in(store, Settings(), said).teacher
    ask = person(store, "li")
    assert session_of(store, start_session(store, ask)) is not None
    with pytest.raises(NotThere):
        ask_to_join(store, ask, 99)
    store.close()
    assert run("worker", "--until-idle") == (0, "0 graded.\n")
    assert run("tidy")[1].startswith("Taken away")
    assert "rows are in" in run("backup", str(tmp_path / "b.zip"))[1]
    assert run("backup", str(tmp_path / "b.zip"))[0] == 1
    assert run("restore", str(tmp_path / "b.zip"))[0] == 1
    assert "rows are back" in run("restore", str(tmp_path / "b.zip"), "--replace")[1]
    assert "Person 2" in run("erase", "2")[1] and run("erase", "2") == (1, "There is no such person.\n")
    (tmp_path / "none.toml").write_text("database = 5")
    assert run("init") == (1, "database is 5; expected a text.\n")
    with pytest.raises(SystemExit, match="2"):
        main(["worker", "--workers", "0"])


ROOT = Path(__file__).parents[2]
SELF_STUDY = [
    ROOT / "app.py",
    *(ROOT / "lib").glob("*.py"),
    *(ROOT / "lib" / "ui").rglob("*.py"),
    *ROOT.glob("pages/*.py"),
]


@pytest.mark.parametrize("path", SELF_STUDY, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_self_study_imports_nothing_of_a_class_when_it_starts(path: Path) -> None:
    """Pages of a class may import these rooms, but only within a function."""
    imports = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = [getattr(node, "module", None) or node.names[0].name for node in imports]
    assert not [name for name in names if name.startswith(("lib.store", "lib.course", "sqlalchemy", "procrastinate"))]
