"""Fields for moments: typed by the clocks of the course, kept in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from lib.refusal import Refusal
from lib.ui.text import say


def by_the_clock(moment: datetime, zone: str) -> datetime:
    """What a clock in the zone shows, to the minute."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, second=0, microsecond=0)


def moment_at(shown: datetime, zone: str, before: datetime | None = None) -> datetime:
    """The moment at which a clock in the zone shows this; of the hour that comes twice in autumn, the first time.

    Where that is what it showed `before`, it is still that moment, to the second. Raises Refusal for a time that is
    left out in spring.
    """
    if before is not None and by_the_clock(before, zone) == shown.replace(second=0, microsecond=0):
        return before
    moment = shown.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if by_the_clock(moment, zone) != shown.replace(second=0, microsecond=0):
        raise Refusal(
            "{day:%d %B} has no {time:%H:%M} in {zone}: the clocks go forward then. Choose another time.",
            day=shown,
            time=shown,
            zone=zone,
        )
    return moment


def later_by_weeks(moment: datetime, weeks: int, zone: str) -> datetime:
    """The same hour by the clocks of the course, so many weeks later."""
    return (moment.astimezone(ZoneInfo(zone)) + timedelta(weeks=weeks)).astimezone(UTC)


def moment_field(label: str, key: str, zone: str, start: datetime, help: str | None = None) -> datetime:
    """A moment that has to be there. Raises Refusal where it is not."""
    shown = st.datetime_input(
        label, by_the_clock(start, zone), key=key, help=help, format="YYYY-MM-DD", step=timedelta(minutes=5)
    )
    if shown is None:
        raise Refusal("{label}: no time is chosen.", label=label)
    return moment_at(shown, zone, start)


def perhaps_a_moment(label: str, key: str, zone: str, start: datetime | None) -> datetime | None:
    """A moment, or None where the field is left empty."""
    shown = st.datetime_input(
        label,
        by_the_clock(start, zone) if start else None,
        key=key,
        format="YYYY-MM-DD",
        step=timedelta(minutes=5),
        help=say("Empty: as for everyone."),
    )
    return None if shown is None else moment_at(shown, zone, start)
