"""Days and moments, all in IST."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

from upstox_client.ist import IST

Moment: TypeAlias = str | dt.date | dt.datetime
"""A day or a moment: a date, a datetime (in IST if it has no zone), or either in ISO form."""


def ist_now() -> dt.datetime:
    """The present, in IST."""
    return dt.datetime.now(IST)


def as_day(value: Moment, name: str = "day") -> dt.date:
    """The day in IST.

    Raises:
        ValueError: it is none; the message names the parameter.
    """
    return as_moment(value, name).date()


def as_moment(value: Moment, name: str = "time", *, end: bool = False) -> dt.datetime:
    """The moment in IST; of a day its first, or the last second of it.

    Raises:
        ValueError: it is none; the message names the parameter.
    """
    if isinstance(value, str):
        value = _read(value, name)
    if not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time(23, 59, 59) if end else dt.time(), IST)
    return value.replace(tzinfo=IST) if value.tzinfo is None else value.astimezone(IST)


def from_ms(epoch: float | str | None) -> dt.datetime | None:
    """Epoch milliseconds of the wire, also as text; None if there are none."""
    if not epoch:
        return None
    try:
        return dt.datetime.fromtimestamp(float(epoch) / 1000, IST)
    except (ValueError, OverflowError, OSError):
        return None


def from_iso(text: str | None) -> dt.datetime | None:
    """A time of the wire; None if there is none."""
    if not text:
        return None
    try:
        return as_moment(dt.datetime.fromisoformat(text))
    except ValueError:
        return None


def _read(text: str, name: str) -> dt.date | dt.datetime:
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{name} is a date such as '2026-11-23' or a time in ISO form, got {text!r}") from None
