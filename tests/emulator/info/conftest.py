"""One market for all tests of what is told: nothing in it changes but for the applications."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import pytest

from upstox_emulator.calendar import Calendar
from upstox_emulator.catalog.catalog import Catalog
from upstox_emulator.clock import IST
from upstox_emulator.info.info import Info
from upstox_emulator.market.market import Market

SEED = 7
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=IST)
"""A Monday, in the session."""

RELIANCE = "INE002A01018"
HDFC_BANK = "INE040A01034"
NIFTY = "NSE_INDEX|Nifty 50"


class World(NamedTuple):
    calendar: Calendar
    catalog: Catalog
    market: Market
    info: Info


def make_world(seed: int = SEED) -> World:
    calendar = Calendar("calendar", NOW.date())
    catalog = Catalog(seed, calendar)
    market = Market(seed, catalog, calendar)
    return World(calendar, catalog, market, Info(seed, catalog, market, calendar))


@pytest.fixture(scope="session")
def world() -> World:
    return make_world()


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=IST)
