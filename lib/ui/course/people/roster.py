"""The roster: read from a file after a look at what it would do; its rows, and their personal links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from lib.refusal import Refusal
from lib.ui.course.acting import store
from lib.ui.course.addresses import LINK, address
from lib.ui.course.routes import file_button
from lib.ui.problem import show_refusal
from lib.ui.text import plain, say
from lib.ui.uploads import keep_upload, let_go

if TYPE_CHECKING:
    from lib.course.courses import MyCourse
    from lib.course.roster import RosterPreview, Row
    from lib.course.who import Who

FILE = "people_roster_file"
MOST_SHOWN = 20


def show(who: Who, course: MyCourse) -> None:
    """The table of rows; for instructors also what they may do with them."""
    from lib.course.roster import roster

    rows = roster(store(), who, course.id)
    if course.role == "instructor":
        with st.expander(say("Read a roster from a file"), expanded=not rows, key=f"read_roster_{bool(rows)}"):
            _read(who, course)
    if not rows:
        st.info(say("The roster is empty."))
        return
    st.caption(_count(rows))
    chosen = _table(rows, choose=course.role == "instructor")
    if course.role == "instructor":
        _act(who, course, rows, chosen)


def _count(rows: Sequence[Row]) -> str:
    claimed = sum(row.person_id is not None for row in rows)
    linked = sum(row.links > 0 for row in rows)
    return say(
        "{all} students: {claimed} have signed in, {linked} have a personal link that works.",
        all=len(rows),
        claimed=claimed,
        linked=linked,
    )


def _table(rows: Sequence[Row], *, choose: bool) -> list[Row]:
    """Draws the rows; those that are chosen."""
    frame = pd.DataFrame(
        {
            say("Name"): [row.name for row in rows],
            say("E-mail"): [row.email for row in rows],
            say("Section"): [row.section for row in rows],
            say("Number"): [row.number for row in rows],
            say("Signed in by"): [row.how for row in rows],
            say("Link"): [say("works") if row.links else "" for row in rows],
            say("Devices"): [str(row.devices or "") for row in rows],
        }
    )
    height = min(38 + 35 * len(rows), 560)
    if not choose:
        st.dataframe(frame, hide_index=True, height=height)
        return []
    state = st.dataframe(
        frame, hide_index=True, height=height, on_select="rerun", selection_mode="multi-row", key="people_rows"
    )
    return [rows[place] for place in state.selection.rows if place < len(rows)]


def _read(who: Who, course: MyCourse) -> None:
    from lib.course.roster import preview_roster, read_roster

    st.markdown(
        say(
            "A CSV file with a line of heads: as Canvas or Moodle exports it, or your own with Name and Email. "
            "First you see what it would change."
        )
    )
    file = st.file_uploader(say("Roster"), type=["csv", "txt"], key="people_upload", label_visibility="collapsed")
    if file is not None:
        keep_upload(FILE, file.getvalue())
        let_go(file)
    data = st.session_state.get(FILE)
    if data is None:
        return
    try:
        _preview(preview_roster(store(), who, course.id, data))
    except Refusal as refusal:
        show_refusal(refusal)
        return
    if st.button(say("Read it in"), type="primary"):
        read_roster(store(), who, course.id, data)
        st.session_state.pop(FILE)
        st.rerun()


def _preview(preview: RosterPreview) -> None:
    """What reading would do, in numbers and names."""
    st.markdown(
        say(
            "Read as **{platform}**: {new} new, {changed} changed, {same} as before. Nobody is taken out; {missing} on "
            "the roster are not in the file.",
            platform=preview.platform,
            new=len(preview.new),
            changed=len({change.name for change in preview.changed}),
            same=preview.same,
            missing=len(preview.missing),
        )
    )
    _names(say("New"), [f"{one.name} {one.email}" for one in preview.new])
    _names(say("Changed"), [f"{one.name}: {one.field} {one.before or '–'} → {one.after}" for one in preview.changed])
    _names(say("Not in the file"), preview.missing)
    for problem in preview.problems[:MOST_SHOWN]:
        st.warning(plain(problem))


def _names(head: str, names: Sequence[str]) -> None:
    if names:
        more = say(" and {count} more", count=len(names) - MOST_SHOWN) if len(names) > MOST_SHOWN else ""
        st.caption(f"**{head}**: {' · '.join(plain(name) for name in names[:MOST_SHOWN])}{more}")


def _act(who: Who, course: MyCourse, rows: Sequence[Row], chosen: Sequence[Row]) -> None:
    """Links for the chosen rows, or for all that have none."""
    st.header(say("Personal links"), anchor=False)
    st.markdown(
        say(
            "For those who have no account with an identity provider. Whoever has a link is that student: it proves "
            "nothing. A link is shown once, when it is made; it works until it is taken back, replaced, or the course "
            "is over."
        )
    )
    without = [row for row in rows if not row.links]
    with st.container(horizontal=True, gap="small"):
        if chosen:
            words = say("Make links for the {count} chosen (CSV for mail merge)", count=len(chosen))
            file_button(words, "links", course=course.id, rows=",".join(str(row.id) for row in chosen))
        elif without:
            words = say("Make links for the {count} without one (CSV for mail merge)", count=len(without))
            file_button(words, "links", course=course.id)
    if not chosen:
        st.caption(say("Choose rows of the table to make a single link, to take links back, or to remove a row."))
        return
    with st.container(horizontal=True, gap="small"):
        show_one = len(chosen) == 1 and st.button(say("Make a link and show it here"))
        take_back = any(row.links for row in chosen) and st.button(
            say("Take back the links of the {count} chosen", count=len(chosen)),
            help=say("Browsers that were signed in by them are signed out at once."),
        )
        remove = len(chosen) == 1 and chosen[0].person_id is None and st.button(say("Remove this row"))
    if show_one:
        _show_link(who, course, chosen[0])
    if take_back:
        _take_back(who, course, chosen)
    if remove:
        _remove(who, chosen[0])


def _show_link(who: Who, course: MyCourse, row: Row) -> None:
    from lib.course.roster import make_links

    made = make_links(store(), who, course.id, [row.id])[0]
    origin = "/".join((st.context.url or "").split("/")[:3])
    st.code(f"{origin}{address(LINK)}#{made.token}", language=None, wrap_lines=True)
    st.caption(say("This is shown once. An older link of {name} does not work any more.", name=plain(row.name)))


def _take_back(who: Who, course: MyCourse, chosen: Sequence[Row]) -> None:
    from lib.course.roster import revoke_links

    revoke_links(store(), who, course.id, [row.id for row in chosen])
    st.rerun()


def _remove(who: Who, row: Row) -> None:
    from lib.course.roster import remove_row

    remove_row(store(), who, row.id)
    st.rerun()
