"""How long the gradebook of a large class takes, on SQLite: python -m benchmarks.gradebook [students] [exercises].

The page is drawn as Streamlit draws it, in this process: what the browser adds is not in it.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import event, insert
from streamlit.testing.v1 import AppTest

from lib.course.export import export_marks
from lib.course.gradebook import figures, gradebook
from lib.course.sign_in import start_session
from lib.course.who import Who
from lib.store import Store, open_store
from lib.store.people import Course, Enrolment, Person, RosterRow
from lib.store.work import AssignedExercise, Assignment, Grading, Submission
from lib.ui.course import acting

ROUTER = Path(__file__).resolve().parents[1] / "lib" / "router.py"
IN_EACH, TRIES = 8, 3  # exercises of an assignment; attempts of a student at an exercise


def fill(store: Store, students: int, exercises: int) -> int:
    """A course in which everyone tried everything so often; the instructor's number."""
    now = store.now()
    with store.writing() as session:
        session.execute(insert(Person), [{"name": f"Student {n}", "made": now} for n in range(students + 1)])
        session.add(Course(title="Large", zone="UTC", made=now))
        session.flush()
        rows = [{"course_id": 1, "person_id": n, "role": "student", "made": now} for n in range(2, students + 2)]
        session.execute(insert(Enrolment), [{**rows[0], "person_id": 1, "role": "instructor"}, *rows])
        session.execute(insert(RosterRow), [{"course_id": 1, "name": f"N {n}", "person_id": n} for n in range(2, 10)])
        for n in range(0, exercises, IN_EACH):
            times = {"opens": now - timedelta(9), "due": now - timedelta(2), "closes": now + timedelta(9)}
            session.add(Assignment(course_id=1, title=f"Week {n}", late_percent=10, made=now, **times))
        session.flush()
        asked = [
            {
                "assignment_id": 1 + n // IN_EACH,
                "slug": f"e{n}",
                "version": "1",
                "title": f"E{n}",
                "weight": 1,
                "place": n,
            }
            for n in range(exercises)
        ]
        session.execute(insert(AssignedExercise), [{**one, "dropped": []} for one in asked])
        places = [(e, p, t) for e in range(1, exercises + 1) for p in range(2, students + 2) for t in range(TRIES)]
        handed_in = {"code": b"x", "sha256": "", "at": now - timedelta(1), "state": "graded", "not_before": now}
        session.execute(
            insert(Submission),
            [{"exercise_id": e, "person_id": p, "number": t + 1, **handed_in} for e, p, t in places],
        )
        graded = {
            "in_force": True,
            "at": now,
            "version": "1",
            "max_score": 10,
            "counts_of": 10,
            "seen": 5,
            "seen_of": 5,
        }
        session.execute(
            insert(Grading),
            [
                {"submission_id": n, "score": n % 11, "counts": n % 11, **graded, "passed": n % 11 > 9, "broken": False}
                | {"mistakes": ["half"] if n % 3 else []}
                for n in range(1, len(places) + 1)
            ],
        )
    return 1


def opened(store: Store, who: Who) -> AppTest:
    """The page of the gradebook, for whoever acts."""
    acting._opened[:] = [store]
    token = start_session(store, who)
    acting.session_token = lambda: token
    page = AppTest.from_file(str(ROUTER), default_timeout=60)
    page.secrets["hosting"] = "class"
    page.session_state["goto"], page.session_state["goto_query"] = "gradebook", {"course": "1"}
    return page


def filtered(page: AppTest) -> None:
    page.selectbox(key="gradebook_show").select("late").run()
    assert not page.exception and "something late" in str(page.selectbox(key="gradebook_show").options)


def main(students: int, exercises: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'class.sqlite'}")
        who = Who(fill(store, students, exercises))
        queries: list[str] = []
        event.listen(store.engine, "before_cursor_execute", lambda *given: queries.append(given[2]))
        print(f"{students} students × {exercises} exercises, {TRIES} attempts each")
        page = opened(store, who)
        page.run()  # imports what it needs
        gc.collect()
        gc.freeze()  # as the app does after its warm-up
        for name, act in (
            ("the gradebook's data", lambda: gradebook(store, who, 1)),
            ("the gradebook's page", page.run),
            ("a filter on the page", lambda: filtered(page)),
            ("figures of an assignment", lambda: figures(store, who, 1)),
            ("plain CSV", lambda: export_marks(store, who, 1, "plain")),
        ):
            queries.clear()
            start = time.perf_counter()
            act()
            print(f"{name:<26}{time.perf_counter() - start:6.2f} s{len(queries):5} queries")
        store.close()


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]) if len(sys.argv) > 1 else (500, 40))
