"""What happens, as one line of JSON each, where the operator asks for it: no code, no names, no tokens.

An event is a word and numbers. Of whatever else is logged, by us or by a package, only who logs it, how bad it is, the
kind of the exception and where it was raised goes out: its words could quote what somebody typed.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

OURS = "torch_by_hand"
MOST_PLACES = 8  # of a traceback, the innermost ones
ROOT = Path(__file__).resolve().parents[2]
_events = logging.getLogger(OURS)
_events.disabled = True  # until somebody asks for them


def event(what: str, **about: int | float | str) -> None:
    """Something that happened. `about` holds numbers and ids of ours, never what a person wrote."""
    _events.info(what, extra={"about": about})


class OneLine(logging.Formatter):
    """A record as a line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line: dict[str, object] = {"at": at, "level": record.levelname.lower()}
        if record.name == OURS:
            line |= {"event": str(record.msg), **getattr(record, "about", {})}
        else:
            line |= {"event": "logged", "by": record.name, "line": record.lineno}
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if error is not None:
            line |= {"error": type(error).__name__, "where": _places(error)}
        return json.dumps(line)


def _places(error: BaseException) -> list[str]:
    """Our lines that the exception came through, and the one that raised it, without what stands in them."""
    frames = traceback.extract_tb(error.__traceback__)
    last = len(frames) - 1
    shown = [one for place, one in enumerate(frames) if place == last or _is_ours(Path(one.filename))]
    return [f"{_short(Path(one.filename))}:{one.lineno} {one.name}" for one in shown[-MOST_PLACES:]]


def _is_ours(path: Path) -> bool:
    return path.is_relative_to(ROOT) and "site-packages" not in path.parts


def _short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix() if _is_ours(path) else "/".join(path.parts[-3:])


def _wanted(record: logging.LogRecord) -> bool:
    return record.name == OURS or record.levelno >= logging.WARNING


def log_as_json(stream: TextIO | None = None) -> None:
    """From now on this program logs in this form alone, whoever has set up logging before."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(OneLine())
    handler.addFilter(_wanted)
    for name in list(logging.root.manager.loggerDict):
        known = logging.getLogger(name)
        known.handlers, known.propagate = [], True
    logging.root.handlers = [handler]
    logging.root.setLevel(logging.INFO)
    _events.disabled = False
    _events.setLevel(logging.INFO)
