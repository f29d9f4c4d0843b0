"""Grades anew, or lets a test count for nobody: looked at first, then applied. Old results stay."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session

from lib.course.exercises import exercise_at, exercise_to_assign, pin
from lib.course.marks import Moved, Records, marks_by, moved, records_of, with_attempts
from lib.course.policy import Attempt
from lib.course.results import Grader, OurFault, grade_now, grading_of, store_grading
from lib.course.settings import Settings
from lib.course.who import Acting, NotThere, need_assignment, need_exercise, need_role, note
from lib.refusal import Refusal
from lib.sandbox.pool import Busy
from lib.store import Store
from lib.store.work import AssignedExercise, Assignment, Grading, Regrade, RegradeItem, Result, Submission


@dataclass(frozen=True)
class OpenRegrade:
    """A regrade that is neither applied nor given up."""

    id: int
    at: datetime
    why: str
    of: int


@dataclass(frozen=True)
class RegradePreview:
    """How far it is, whose marks would move, and what could not be graded, by submission."""

    done: int
    of: int
    moves: tuple[Moved, ...]
    troubles: dict[int, str]

    @property
    def is_complete(self) -> bool:
        return self.done == self.of


def plan_regrade(
    store: Store,
    settings: Settings,
    who: Acting,
    assignment_id: int,
    why: str,
    *,
    exercise_id: int | None = None,
    number: int | None = None,
    newest: bool = False,
) -> int:
    """Notes what is to be graded anew: all of an assignment, one exercise, or one submission (`number`).

    With `newest` by the exercises as their folders are now, else by the version that the assignment holds.
    """
    if not why.strip():
        raise Refusal("There is no reason; expected one.")
    with store.writing() as session:
        assignment = need_assignment(session, who, assignment_id, "instructor")
        assert who is not None
        chosen = _chosen(session, assignment_id, exercise_id, number)
        if not chosen:
            raise Refusal("There is nothing to grade anew.")
        regrade = Regrade(course_id=assignment.course_id, by=who.id, at=store.now(), why=why.strip())
        session.add(regrade)
        session.flush()
        versions = {one.id: _version(session, settings, one, newest) for one in {e.id: e for _, e in chosen}.values()}
        for submission, exercise in chosen:
            item = RegradeItem(regrade_id=regrade.id, submission_id=submission, version=versions[exercise.id])
            session.add(item)
        after = {"submissions": len(chosen), "newest": newest}
        note(
            session, store, who, "regrade planned", course=assignment.course_id, about=regrade.id, after=after, why=why
        )
        return regrade.id


def _chosen(
    session: Session, assignment_id: int, exercise_id: int | None, number: int | None
) -> list[tuple[int, AssignedExercise]]:
    asked: Select = (
        select(Submission.id, AssignedExercise)
        .join(AssignedExercise, AssignedExercise.id == Submission.exercise_id)
        .where(AssignedExercise.assignment_id == assignment_id, Submission.code.is_not(None))
        .where(Submission.state.in_(("graded", "our fault")), Submission.trial.is_(False))
        .order_by(Submission.id)
    )
    if exercise_id is not None:
        asked = asked.where(AssignedExercise.id == exercise_id)
    if number is not None:
        asked = asked.where(Submission.id == number)
    return [(submission, exercise) for submission, exercise in session.execute(asked)]


def _version(session: Session, settings: Settings, exercise: AssignedExercise, newest: bool) -> str:
    if not newest:
        return exercise.version
    found = exercise_to_assign(settings, exercise.slug)
    pin(session, found)
    return found.version


def _need_regrade(session: Session, who: Acting, regrade_id: int) -> Regrade:
    regrade = session.get(Regrade, regrade_id)
    if regrade is None:
        raise NotThere("There is no such course.")
    need_role(session, who, regrade.course_id, "instructor")
    if regrade.state != "open":
        raise Refusal("This regrade is {state} already.", state=regrade.state)
    return regrade


def open_regrades(store: Store, who: Acting, course_id: int) -> list[OpenRegrade]:
    """The regrades of a course that wait to be run, applied or given up, the latest first."""
    with store.reading() as session:
        need_role(session, who, course_id, "instructor")
        rows = session.execute(
            select(Regrade, func.count(RegradeItem.submission_id))
            .outerjoin(RegradeItem, RegradeItem.regrade_id == Regrade.id)
            .where(Regrade.course_id == course_id, Regrade.state == "open")
            .group_by(Regrade.id)
            .order_by(Regrade.id.desc())
        )
        return [OpenRegrade(one.id, one.at, one.why, count) for one, count in rows]


def run_regrade(store: Store, who: Acting, regrade_id: int, grade: Grader = grade_now) -> Generator[tuple[int, int]]:
    """Grades what is planned, and tells after each how many of how many are done. Stopped, it goes on from there."""
    with store.reading() as session:
        _need_regrade(session, who, regrade_id)
        of = session.scalar(select(func.count()).where(RegradeItem.regrade_id == regrade_id)) or 0
        items = session.execute(
            select(RegradeItem.submission_id, RegradeItem.version, AssignedExercise.slug)
            .join(Submission, Submission.id == RegradeItem.submission_id)
            .join(AssignedExercise, AssignedExercise.id == Submission.exercise_id)
            .outerjoin(Grading, _is_of_item())
            .where(RegradeItem.regrade_id == regrade_id, Grading.id.is_(None))
            .order_by(RegradeItem.submission_id)
        ).all()
    yield of - len(items), of
    for done, (number, version, slug) in enumerate(items, start=of - len(items) + 1):
        _grade_anew(store, regrade_id, number, slug, version, grade)
        yield done, of


def _is_of_item() -> ColumnElement[bool]:
    return (Grading.regrade_id == RegradeItem.regrade_id) & (Grading.submission_id == RegradeItem.submission_id)


def _grade_anew(store: Store, regrade_id: int, number: int, slug: str, version: str, grade: Grader) -> None:
    with store.reading() as session:
        code = session.scalars(select(Submission.code).where(Submission.id == number)).one()
    trouble, came = "", None
    try:
        came = grade(exercise_at(store, slug, version), (code or b"").decode("utf-8", "surrogatepass"))
    except (OurFault, Busy) as error:
        trouble = str(error) or "Our fault; not counted."
    with store.writing() as session:
        item = session.scalars(
            select(RegradeItem)
            .where(RegradeItem.regrade_id == regrade_id, RegradeItem.submission_id == number)
            .with_for_update()
        ).one()
        item.trouble = trouble[:1000]
        same = (Grading.regrade_id == regrade_id, Grading.submission_id == number)
        if came is None or session.scalar(select(Grading.id).where(*same)) is not None:
            return
        exercise = session.scalars(
            select(AssignedExercise)
            .join(Submission, Submission.exercise_id == AssignedExercise.id)
            .where(Submission.id == number)
        ).one()
        row = grading_of(number, came, exercise.dropped, store.now())
        row.regrade_id = regrade_id
        store_grading(session, row, came)


def preview_regrade(store: Store, who: Acting, regrade_id: int) -> RegradePreview:
    """How far the regrade is, and whose mark would move from what to what."""
    with store.reading() as session:
        regrade = _need_regrade(session, who, regrade_id)
        return _preview(session, regrade)


def _preview(session: Session, regrade: Regrade) -> RegradePreview:
    items = session.scalars(select(RegradeItem).where(RegradeItem.regrade_id == regrade.id)).all()
    new = session.scalars(select(Grading).where(Grading.regrade_id == regrade.id)).all()
    records = records_of(session, regrade.course_id)
    known = {one.id: one for mine in records.attempts.values() for one in mine}
    changed = {one.submission_id: _regraded(known[one.submission_id], one) for one in new if one.submission_id in known}
    troubles = {item.submission_id: item.trouble for item in items if item.trouble}
    done = len({one.submission_id for one in new} | troubles.keys())
    return RegradePreview(done, len(items), tuple(_moves(records, changed)), troubles)


def _moves(records: Records, changed: dict[int, Attempt]) -> list[Moved]:
    return moved(records, marks_by(records), marks_by(with_attempts(records, changed)))


def _regraded(attempt: Attempt, by: Grading) -> Attempt:
    return attempt._replace(
        state="graded",
        counts=by.counts,
        counts_of=by.counts_of,
        seen=by.seen,
        seen_of=by.seen_of,
        passed=by.passed,
        broken=by.broken,
    )


def apply_regrade(store: Store, who: Acting, regrade_id: int) -> RegradePreview:
    """Puts the new gradings in force; the old ones stay, out of force. Raises Refusal while some are to be graded."""
    with store.writing() as session:
        session.scalars(select(Regrade).where(Regrade.id == regrade_id).with_for_update()).one_or_none()
        regrade = _need_regrade(session, who, regrade_id)
        preview = _preview(session, regrade)
        if not preview.is_complete:
            raise Refusal("{done} of {of} are graded anew; let it go on first.", done=preview.done, of=preview.of)
        new = select(Grading.submission_id).where(Grading.regrade_id == regrade.id)
        older = update(Grading).where(Grading.submission_id.in_(new), Grading.in_force)
        session.execute(older.values(in_force=False), execution_options={"synchronize_session": False})
        newer = update(Grading).where(Grading.regrade_id == regrade.id)
        session.execute(newer.values(in_force=True), execution_options={"synchronize_session": False})
        graded = update(Submission).where(Submission.id.in_(new)).values(state="graded", trouble="")
        session.execute(graded, execution_options={"synchronize_session": False})
        _hold_versions(session, regrade)
        regrade.state, regrade.applied = "applied", store.now()
        after = {"moved": len(preview.moves)}
        note(session, store, who, "regrade applied", course=regrade.course_id, about=regrade.id, after=after)
        return preview


def _hold_versions(session: Session, regrade: Regrade) -> None:
    """From now on the exercises are graded by the versions that the regrade took."""
    rows = session.execute(
        select(AssignedExercise, RegradeItem.version)
        .join(Submission, Submission.exercise_id == AssignedExercise.id)
        .join(RegradeItem, RegradeItem.submission_id == Submission.id)
        .where(RegradeItem.regrade_id == regrade.id)
    )
    for exercise, version in rows:
        exercise.version = version


def give_up_regrade(store: Store, who: Acting, regrade_id: int) -> None:
    """Leaves all marks as they are."""
    with store.writing() as session:
        regrade = _need_regrade(session, who, regrade_id)
        regrade.state = "given up"
        note(session, store, who, "regrade given up", course=regrade.course_id, about=regrade.id)


def preview_drop(store: Store, who: Acting, exercise_id: int, tests: Sequence[str]) -> list[Moved]:
    """Whose mark would move if exactly these tests of an exercise counted for nobody."""
    with store.reading() as session:
        exercise, assignment = need_exercise(session, who, exercise_id, "instructor")
        return _drop_moves(session, exercise, assignment, _counting(session, exercise, tests))


Counting = dict[int, tuple[float, float, float, float]]  # submission → counts, counts_of, seen, seen_of


def _counting(session: Session, exercise: AssignedExercise, tests: Sequence[str]) -> Counting:
    """What every grading in force comes to without these tests. Raises Refusal for a test that there is not."""
    rows = session.execute(
        select(Grading.submission_id, Result.name, Result.hidden, Result.points, Result.max_points)
        .join(Result, Result.grading_id == Grading.id)
        .join(Submission, Submission.id == Grading.submission_id)
        .where(Submission.exercise_id == exercise.id, Grading.in_force)
    ).all()
    if unknown := sorted(set(tests) - {name for _, name, *_ in rows}):
        raise Refusal("No test {name!r} was graded in {title}.", name=unknown[0], title=exercise.title)
    sums: Counting = {}
    for number, name, hidden, points, most in rows:
        a, b, c, d = sums.get(number, (0.0, 0.0, 0.0, 0.0))
        if name not in tests:
            a, b = a + points, b + most
            c, d = (c, d) if hidden else (c + points, d + most)
        sums[number] = (a, b, c, d)
    return sums


def _drop_moves(
    session: Session, exercise: AssignedExercise, assignment: Assignment, counting: Counting
) -> list[Moved]:
    records = records_of(session, assignment.course_id, [assignment.id])
    known = {one.id: one for mine in records.attempts.values() for one in mine}
    changed = {}
    for number, (counts, counts_of, seen, seen_of) in counting.items():
        if number in known:
            changed[number] = known[number]._replace(counts=counts, counts_of=counts_of, seen=seen, seen_of=seen_of)
    return _moves(records, changed)


def drop_tests(store: Store, who: Acting, exercise_id: int, tests: Sequence[str], why: str) -> list[Moved]:
    """From now on exactly these tests of an exercise count for nobody; [] lets all count again. Whose mark moved."""
    if not why.strip():
        raise Refusal("There is no reason; expected one.")
    with store.writing() as session:
        exercise, assignment = need_exercise(session, who, exercise_id, "instructor")
        counting, before = _counting(session, exercise, tests), list(exercise.dropped)
        moves = _drop_moves(session, exercise, assignment, counting)
        in_force = select(Grading).where(Grading.submission_id.in_(list(counting)), Grading.in_force)
        for grading in session.scalars(in_force):
            counts, counts_of, seen, seen_of = counting[grading.submission_id]
            grading.counts, grading.counts_of, grading.seen, grading.seen_of = counts, counts_of, seen, seen_of
        exercise.dropped = sorted(set(tests))
        note(
            session, store, who, "tests dropped", course=assignment.course_id, about=exercise.id,
            before={"tests": before}, after={"tests": exercise.dropped, "moved": len(moves)}, why=why,
        )  # fmt: skip
        return moves
