"""The address of an exercise: one page shows them all, under the name that its address holds. Loads no exercise."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

PAGE = "exercise"  # the page's slug
NAME = "name"  # the parameter of its address
OLD = "exercise_"  # each exercise had a page of its own under this and its name


def exercise_query(slug: str) -> dict[str, str]:
    """What the address of an exercise holds: `st.page_link(pages[PAGE], query_params=exercise_query(slug))`."""
    return {NAME: slug}


def redirects() -> list[Route]:
    """Routes for `st.App`: addresses from when each exercise had a page of its own."""
    return [Route(f"/{OLD}{{{NAME}}}", _to_exercise)]


def _to_exercise(request: Request) -> RedirectResponse:
    """The same exercise under its address of today, with whatever else the old address held."""
    asked = request.url.remove_query_params(NAME).include_query_params(**exercise_query(request.path_params[NAME]))
    return RedirectResponse(f"{PAGE}?{asked.query}")  # relative: the app may stand below a path
