"""Moments as people of a course read them: in its time zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def when(moment: datetime | None, zone: str) -> str:
    """Mon 3 May, 10:00; with the year where it is not this one. Nothing for None."""
    if moment is None:
        return ""
    there = moment.astimezone(ZoneInfo(zone))
    year = "" if there.year == datetime.now(ZoneInfo(zone)).year else f" {there.year}"
    return f"{there:%a} {there.day} {there:%b}{year}, {there:%H:%M}"
