"""Which homework a file was handed out for: a line in it, or the notebook's metadata, says so."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lib.exercises import Exercise

METADATA = "torch_by_hand"  # the key in a notebook's metadata
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_LINE = re.compile(rf"^# Torch by Hand, homework (?P<id>{ID.pattern}): (?P<parts>.*)$", re.MULTILINE)
_PART = re.compile(r"(?P<slug>[^,]+?) (?P<version>[0-9a-f]+)(?:, |$)")
FAR_ENOUGH = 4096  # characters: an editor or an export may put lines above ours


@dataclass(frozen=True)
class Homework:
    """A homework: its id, and its exercises with the version that was handed out."""

    id: str
    versions: Mapping[str, str] = field(default_factory=dict)
    named: bool = False  # whether somebody chose the id; else it follows from the versions

    @property
    def line(self) -> str:
        """The first line of the file that is handed out."""
        parts = ", ".join(f"{' '.join(slug.split())} {version}" for slug, version in self.versions.items())
        return f"# Torch by Hand, homework {self.id}: {parts}"

    @property
    def metadata(self) -> dict[str, Any]:
        return {METADATA: {"id": self.id, "exercises": dict(self.versions)}}


def homework_of(exercises: Sequence[Exercise], id: str = "") -> Homework:
    """The homework of these exercises. Without an id it gets one that follows from them and their versions."""
    versions = {exercise.slug: exercise.version for exercise in exercises}
    if id and not ID.fullmatch(id):
        raise ValueError(f"the id is {id!r}; expected letters, digits, -, _ and . only, such as hw3")
    told = "\n".join(f"{slug} {version}" for slug, version in sorted(versions.items()))
    return Homework(id or f"hw-{hashlib.sha256(told.encode()).hexdigest()[:8]}", versions, bool(id))


def handed_out_as(text: str) -> Homework | None:
    """Which homework a file comes from, if it says so: a notebook as it is saved, or a program."""
    return _in_metadata(text) or _in_a_line(text)


def _in_metadata(text: str) -> Homework | None:
    if not text.lstrip().startswith("{") or METADATA not in text:
        return None
    try:
        held = json.loads(text)["metadata"][METADATA]
        return Homework(str(held["id"]), {str(slug): str(version) for slug, version in held["exercises"].items()})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):  # whatever a stranger wrote there
        return None


def _in_a_line(text: str) -> Homework | None:
    found = _LINE.search(text[:FAR_ENOUGH].replace("\r", ""))
    return found and Homework(found["id"], {part["slug"]: part["version"] for part in _PART.finditer(found["parts"])})


def misplaced(text: str, wanted: Homework) -> str:
    """That a file was handed out for another homework, in a sentence; empty if it was not, or does not say.

    With an id that somebody chose, the ids are compared. Else the exercises are: one that is graded now has to be among
    those that were handed out.
    """
    came = handed_out_as(text)
    if came is None or came.id == wanted.id:
        return ""
    asked = f"homework {wanted.id}" if wanted.named else ", ".join(wanted.versions)
    if wanted.named or not set(wanted.versions) <= set(came.versions):
        return f"it was handed out as homework {came.id[:64]} ({', '.join(came.versions)[:200]}); this is {asked}"
    return ""
