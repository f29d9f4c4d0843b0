"""Routes of a class: what goes out as a file. Each asks the session and the role, and nothing of it is kept on the way.

A file that leaves is noted in the audit, so it is asked for by POST, from a page of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lib.refusal import Refusal
from lib.ui.course import door
from lib.ui.course.acting import store
from lib.ui.course.addresses import FILES, LINK, address
from lib.ui.course.answers import KEEP_NOTHING, fields_of, is_ours, said, token_of
from lib.ui.course.post_button import post_button
from lib.ui.course.short_links import short_links
from lib.ui.text import say

if TYPE_CHECKING:
    from lib.course.who import Who
    from lib.store import Store

ORIGIN = "origin of the page"  # among the fields: ours, as the browser says it


@dataclass(frozen=True)
class File:
    """What goes out: bytes, and the name that the browser saves them under."""

    data: bytes
    name: str
    kind: str = "text/csv; charset=utf-8"


Fields = Mapping[str, str]
Makes = Callable[["Store", "Who", Fields], File]


def _about_me(store: Store, who: Who, fields: Fields) -> File:
    """Everything that is kept about the acting person, or about the student whose number is given."""
    import json

    from lib.course.keeping import export_person

    told = export_person(store, who, whole(fields, "person") or who.id)
    return File(json.dumps(told, indent=1, ensure_ascii=False).encode(), "what-is-kept.json", "application/json")


def _links(store: Store, who: Who, fields: Fields) -> File:
    """New personal links for the rows that are named, or for all without one: ready for mail merge, and never again."""
    import csv
    import io

    from lib.course.roster import make_links
    from lib.grading.classroom.tables import harmless_cell

    named = [int(row) for row in fields.get("rows", "").split(",") if row.isascii() and row.isdecimal()]
    made = make_links(store, who, whole(fields, "course") or 0, named if "rows" in fields else None)
    file = io.StringIO(newline="")
    table = [(one.name, one.email, f"{fields[ORIGIN]}{address(LINK)}#{one.token}") for one in made]
    csv.writer(file).writerows([[harmless_cell(cell) for cell in row] for row in [("name", "email", "link"), *table]])
    return File(file.getvalue().encode("utf-8-sig"), "personal-links.csv")


def _marks(store: Store, who: Who, fields: Fields) -> File:
    """The marks of a course, of one assignment or of all, for a learning platform."""
    from lib.course.export import export_marks

    course, assignment, kind = whole(fields, "course") or 0, whole(fields, "assignment"), fields.get("kind", "")
    data = export_marks(store, who, course, kind, [assignment] if assignment else [])  # type: ignore[arg-type]
    return File(data, f"marks-{kind}-{assignment or 'all'}.csv")


FILES_MADE: dict[str, Makes] = {
    "person": _about_me,
    "links": _links,
    "marks": _marks,
}


def file_button(label: str, name: str, **fields: int | str) -> None:
    """A button on a page that fetches the file FILES_MADE[name] with these fields. Use it for all data of a class."""
    post_button(label, f"{FILES}/{name}", {key: str(value) for key, value in fields.items()})


def whole(fields: Fields, name: str) -> int | None:
    """A number among what was posted; None where there is none."""
    typed = fields.get(name, "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= 9 else None


async def _file(request: Request) -> Response:
    make = FILES_MADE.get(request.path_params["name"])
    if make is None:
        return said(404, say("There is no such file."))
    if not is_ours(request):
        return said(403, say("Open this from a page of the class."))
    fields = await fields_of(request) | {ORIGIN: request.headers["origin"]}
    return await run_in_threadpool(_made, make, token_of(request), fields)


def _made(make: Makes, token: str, fields: Fields) -> Response:
    from lib.course.sign_in import session_of
    from lib.course.who import NotAllowed, NotThere

    signed_in = session_of(store(), token)
    if signed_in is None:
        return said(401, say("Sign in first."))
    try:
        file = make(store(), signed_in.who, fields)
    except NotThere as refusal:
        return said(404, str(refusal))
    except NotAllowed as refusal:
        return said(403, str(refusal))
    except Refusal as refusal:
        return said(400, str(refusal))
    named = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return Response(file.data, media_type=file.kind, headers={"Content-Disposition": named, **KEEP_NOTHING})


def routes() -> list[Any]:
    """All routes of a class, for the server."""
    return [*door.routes(), *short_links(), Route(address(f"{FILES}/{{name}}"), _file, methods=["POST"])]
