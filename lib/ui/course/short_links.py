"""Short addresses for a blackboard: /a/5 leads to assignment 5, /a/5/12 to its lesson 12.

Whether it is there is for the page to say.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from lib.ui.course.addresses import address, page_address
from lib.ui.course.answers import KEEP_NOTHING


def short_path(assignment_id: int, lesson_id: int | None = None) -> str:
    return address(f"/a/{assignment_id}" + (f"/{lesson_id}" if lesson_id is not None else ""))


async def _lead(request: Request) -> RedirectResponse:
    query = f"assignment={request.path_params['number']}"
    lesson = request.path_params.get("lesson")
    query += f"&exercise=lesson_{lesson}" if lesson is not None else ""
    return RedirectResponse(page_address("assignment", query), 303, headers=KEEP_NOTHING)


def short_links() -> list[Route]:
    return [
        Route(address(f"/a/{path}"), _lead, methods=["GET"]) for path in ("{number:int}", "{number:int}/{lesson:int}")
    ]
