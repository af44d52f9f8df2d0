"""What all commands of the venue have in common."""

from __future__ import annotations

import datetime as dt

import msgspec


class Step(msgspec.Struct, frozen=True, tag=True):
    """A command; `at` is the moment it happened at. Each has `apply(venue)`."""

    at: dt.datetime
