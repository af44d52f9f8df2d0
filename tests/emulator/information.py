"""What the tests of the information endpoints share: an emulator that only answers, so one does for a whole module."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator

import pytest

from upstox_emulator import Emulator

from .conftest import Caller

RELIANCE = "INE002A01018"
NIFTY = "NSE_INDEX|Nifty 50"


@pytest.fixture(scope="module")
def reader() -> Iterator[Emulator]:
    """On Monday, 23 November 2026, at 10:00, with the exchange's hours."""
    with Emulator(market="calendar", speed=0, rate_limit=False) as em:
        yield em


@pytest.fixture(scope="module")
def get(reader: Emulator):
    """`get(path, name=value, ...)`; a name that is a word of Python has a `_` at its end."""
    call = Caller(reader.url, reader.access_token)

    def ask(path: str, **query: object):
        names = {name.rstrip("_"): value for name, value in query.items()}
        return call(
            "GET", urllib.parse.quote(path) + ("?" + urllib.parse.urlencode(names, doseq=True) if names else "")
        )

    return ask


def told(answer) -> tuple[int, str, str | None, object]:
    """The status, and the first error's code, property path and invalid value."""
    error = answer.json()["errors"][0]
    assert answer.codes
    return answer.status, error["error_code"], error["property_path"], error["invalid_value"]
