"""Short addresses for a blackboard: /a/5 leads to assignment 5. Whether it is there is for the page to say."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from lib.ui.course.addresses import address, page_address
from lib.ui.course.answers import KEEP_NOTHING


def short_path(assignment_id: int) -> str:
    return address(f"/a/{assignment_id}")


async def _lead(request: Request) -> RedirectResponse:
    query = f"assignment={request.path_params['number']}"
    return RedirectResponse(page_address("assignment", query), 303, headers=KEEP_NOTHING)


def short_links() -> Route:
    return Route(address("/a/{number:int}"), _lead, methods=["GET"])
