"""Files for an assignment: read as `batch` reads them, and handed in for each exercise that they answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import DeletedFile

from lib.exercises import Exercise
from lib.grading.classroom.bodies import Body, body_of
from lib.grading.classroom.choice import Chosen, Nowhere, Tie, chosen
from lib.grading.classroom.homework import handed_out_as, homework_of, misplaced
from lib.grading.classroom.sources import Refused, Source, source_of
from lib.grading.classroom.submission import Unreadable
from lib.refusal import Refusal
from lib.ui.course.handing_in import Desk, hand_in, handed_in_already
from lib.ui.exercise_work import put
from lib.ui.text import plain, say, say_error
from lib.ui.uploads import MOST_OF_ONE, keep_upload, let_go

ENDINGS = ("py", "ipynb", "pyw", "txt", "json")  # a browser or a mail program may have put .txt or .json behind


@dataclass(frozen=True)
class Files:
    """What was chosen: files that could be read, those that could not, and by name which are for another homework."""

    sources: tuple[Source, ...] = ()
    refused: tuple[Refused, ...] = ()
    astray: Mapping[str, str] = field(default_factory=dict)
    lost: int = 0  # files that were not kept, since there were too many


@dataclass(frozen=True)
class Answer:
    """What the files have for one exercise: the file, or why nothing counts.

    `is_begun`: there is more in it than was handed out. `is_astray`: the file says that it is for another homework.
    """

    exercise: Exercise
    source: Source | None = None
    says: str = ""
    is_begun: bool = False
    is_astray: bool = False
    is_of_another_version: bool = False


def read_files(named: Sequence[tuple[str, bytes]], exercises: Sequence[Exercise], lost: int = 0) -> Files:
    """Files by name and content."""
    sources, refused, astray = [], [], {}
    for name, data in named:
        if says := _astray(data, exercises):
            astray[name] = says
        try:
            sources.append(source_of(name, data))
        except Unreadable as error:
            refused.append(Refused(name, str(error)))
    return Files(tuple(sources), tuple(refused), astray, lost)


def _astray(data: bytes, exercises: Sequence[Exercise]) -> str:
    """That a file was handed out for other homework, if it says so and has none of the exercises asked for."""
    text = data.decode("utf-8", "replace")
    if all(misplaced(text, homework_of([exercise])) for exercise in exercises):
        return misplaced(text, homework_of(exercises))
    return ""


def answer_in(files: Files, exercise: Exercise) -> Answer:
    """What counts for the exercise, by the rule that `batch` has. Files that compete count for nothing."""
    if files.lost:
        return Answer(exercise)
    match chosen(exercise, files.sources, files.refused):
        case Chosen(source=source):
            body = body_of(source, exercise.function, exercise.starter)
            return Answer(
                exercise,
                source,
                is_begun=body in (Body.BROKEN, Body.FILLED_IN),
                is_astray=source.name in files.astray,
                is_of_another_version=_is_of_another_version(source.text, exercise),
            )
        case Tie() as tie:
            return Answer(exercise, says=say("Two files compete, and none counts: {says}.", says=plain(tie.says)))
        case Nowhere():
            return Answer(exercise, says=say("No file has a function {name}.", name=plain(exercise.function)))
        case unread:
            return Answer(exercise, says=say("It could not be read: {says}.", says=plain(unread.says)))


def _is_of_another_version(text: str, exercise: Exercise) -> bool:
    came = handed_out_as(text)
    return came is not None and came.versions.get(exercise.slug, exercise.version) != exercise.version


def upload(desks: Sequence[Desk], key: str) -> None:
    """Where files are chosen, what is found in them for each exercise, and the button that hands that in."""
    turn = st.session_state.setdefault(f"{key}_turn", 0)
    widget = f"{key}_files_{turn}"
    if came := _field(widget):
        keep_upload(f"{key}_read", _read(came, widget, [desk.exercise for desk in desks]))
        st.session_state.pop(f"{key}_said", None)
        st.session_state[f"{key}_turn"] = turn + 1  # an empty field: the server lets go of what it has read
        st.rerun()
    for says in st.session_state.get(f"{key}_said", ()):
        st.info(says)
    files: Files | None = st.session_state.get(f"{key}_read")
    if files is None:
        _nothing_yet()
        return
    _told(files)
    _offers(desks, files, key)


def no_upload(key: str) -> None:
    """The same before anything is chosen, where nothing can be."""
    _field(key, disabled=True)
    _nothing_yet()


def _field(key: str, disabled: bool = False) -> Sequence[Any]:
    label = say("Choose a .py file or a notebook, as it was handed out or your own")
    return st.file_uploader(label, accept_multiple_files=True, key=key, disabled=disabled)


def _nothing_yet() -> None:
    st.caption(say("Files are read as they are. Trials of your own below the functions do no harm."))


def _read(came: Sequence[Any], widget: str, exercises: Sequence[Exercise]) -> Files:
    """Reads the files and lets them go. Of many the server kept the last ones only."""
    lost = sum(isinstance(one, DeletedFile) for one in st.session_state.get(widget) or ())
    named = [(file.name, file.getvalue()) for file in came]
    for file in came:
        let_go(file)
    return read_files(named, exercises, lost)


def _told(files: Files) -> None:
    if files.lost:
        st.error(say("Nothing is taken of more than {most} files at once. Choose those that count.", most=MOST_OF_ONE))
        return
    if names := [plain(source.name) for source in files.sources]:
        st.caption(say("Read: {names}", names=", ".join(names)))
    for one in files.refused:
        st.error(say("{name} could not be read: {why}.", name=plain(one.name), why=plain(one.why)))
    for name, says in files.astray.items():
        st.warning(say("{name} is for another homework: {says}.", name=plain(name), says=plain(says)))
    for source in files.sources:
        if source.doubt:
            st.caption(say("{name}: {doubt}", name=plain(source.name), doubt=plain(source.doubt)))
        if source.contents.error:
            words = say("{name} cannot be read as Python as a whole ({error}); what can be read is graded.")
            st.warning(words.format(name=plain(source.name), error=plain(source.contents.error)))


def _offers(desks: Sequence[Desk], files: Files, key: str) -> None:
    """A line for each exercise, ticked where the file has something new for it; and the button."""
    ticked = []
    for desk in desks:
        answer = answer_in(files, desk.exercise)
        if answer.source is None:
            if not files.lost:
                st.markdown(f"**{plain(desk.asked.title)}.** {answer.says}")
        elif _tick(desk, answer, key):
            ticked.append((desk, answer.source))
    label = say("Hand in one exercise") if len(ticked) == 1 else say("Hand in {count} exercises", count=len(ticked))
    if ticked and st.button(label, key=f"{key}_hand_in"):
        keep_upload(f"{key}_said", [_handed_in(desk, source) for desk, source in ticked])
        st.session_state.pop(f"{key}_read", None)
        st.rerun()


def _handed_in(desk: Desk, source: Source) -> str:
    try:
        says = hand_in(desk, source.text, source.name)
    except Refusal as refusal:
        says = say_error(refusal)
    return f"**{plain(desk.asked.title)}.** {says}"


def _tick(desk: Desk, answer: Answer, key: str) -> bool:
    """Whether this is to be handed in; beside it, what is to be known of it, and the way into the editor."""
    assert answer.source is not None
    about = say("**{title}** from {file}", title=plain(desk.asked.title), file=plain(answer.source.name))
    number = handed_in_already(desk, answer.source.text)
    remarks = [
        say("as it was handed out: nothing is filled in yet") if not answer.is_begun else "",
        say("handed in already, receipt {number}", number=number) if number else "",
        say("for another homework, as the file says") if answer.is_astray else "",
        say("handed out in another version of this exercise") if answer.is_of_another_version else "",
        desk.closed,
    ]
    told = "; ".join(remark for remark in remarks if remark)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        wanted = st.checkbox(
            about + (f" :orange[({told})]" if told else ""),
            value=answer.is_begun and not answer.is_astray and not number and not desk.closed,
            key=f"{key}_tick_{desk.asked.id}_{st.session_state[f'{key}_turn']}",
            disabled=bool(desk.closed),
            width="content",
        )
        st.button(
            say("Put it into the editor"),
            key=f"{key}_put_{desk.asked.id}",
            type="tertiary",
            on_click=put,
            args=(desk.key, answer.source.text),
        )
    return wanted
