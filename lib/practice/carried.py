"""Progress written into the end of a link, to be taken along to another device.

`whole` holds what is remembered of each lesson, and which exercises are solved; `states` only how far each is, short
enough for a QR code. Both are read by the browser on the other device alone (lib/ui/carry_progress.py).
"""

from __future__ import annotations

import json
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping
from hashlib import blake2b

from lib.catalog import TOPICS
from lib.exercises import EXERCISES
from lib.practice.record import LessonRecord, written

LESSONS_IN_ORDER, EXERCISES_IN_ORDER = sorted(TOPICS), sorted(EXERCISES)
MOST_CHARACTERS = 60_000  # of a link's end; what is longer is no link of ours
MOST_WORKED = 3  # names of numbers that go along: those of the row that is not finished


def whole(lessons: Mapping[str, LessonRecord], solved: Collection[str]) -> str:
    """All that is remembered, as text for a link; empty where there is nothing."""
    if not lessons and not solved:
        return ""
    kept = {slug: json.loads(written(record)) for slug, record in sorted(lessons.items())}
    for record in kept.values():
        record["worked"] = [] if record["done"] else record["worked"][-MOST_WORKED:]
    text = json.dumps({"lessons": kept, "solved": sorted(solved)}, separators=(",", ":"))
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)  # what browsers call deflate-raw
    return in_address(squeezed.compress(text.encode()) + squeezed.flush())


def states(lessons: Mapping[str, LessonRecord], solved: Collection[str]) -> str:
    """How far each lesson is (two bits: untouched, begun, right once, done), and which exercises are solved (a bit)."""
    bits = "".join(f"{_state(lessons.get(slug)):02b}" for slug in LESSONS_IN_ORDER)
    bits += "".join("1" if slug in solved else "0" for slug in EXERCISES_IN_ORDER)
    bits += "0" * (-len(bits) % 8)
    return edition() + in_address(bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)))


def edition() -> str:
    """Four letters that stand for the lessons and exercises that there are: bits mean the same only among these."""
    names = " ".join((*LESSONS_IN_ORDER, "/", *EXERCISES_IN_ORDER))
    return in_address(blake2b(names.encode(), digest_size=3).digest())


def in_address(data: bytes) -> str:
    """Bytes in letters that mean nothing in an address."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def _state(record: LessonRecord | None) -> int:
    if record is None:
        return 0
    return 3 if record.done else 2 if record.right else 1
