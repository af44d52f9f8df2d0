"""What the tests of the market look at: a Wednesday of November 2026, and instruments of every kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from upstox_emulator.calendar import Calendar, Hours
from upstox_emulator.catalog.catalog import Catalog
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.clock import IST
from upstox_emulator.market.market import Market
from upstox_emulator.market.view import Candle

DAY = dt.date(2026, 11, 25)
NIFTY = "NSE_INDEX|Nifty 50"
VIX = "NSE_INDEX|India VIX"
RELIANCE = "NSE_EQ|INE002A01018"
USDINR = "CUR|USDINR"
CRUDE = "COM|CRUDEOIL"


def at(time: str, day: dt.date = DAY) -> float:
    return dt.datetime.combine(day, dt.time.fromisoformat(time), IST).timestamp()


class World:
    """A market with its catalog."""

    def __init__(self, hours: Hours = "calendar", seed: int = 7) -> None:
        self.calendar = Calendar(hours, DAY - dt.timedelta(2))
        self.catalog = Catalog(seed, self.calendar)
        self.market = Market(seed, self.catalog, self.calendar)

    def option(self, underlying: str, kind: str, steps: int = 0, expiry: int = 0, day: dt.date = DAY) -> Instrument:
        """An option around the money: the so-manieth strike from it, of the so-manieth expiry."""
        ends = self.catalog.expiries(underlying, day)[expiry]
        chain = [one for one in self.catalog.chain(underlying, ends, day) if one.kind == kind]
        spot = self.market.daily_spot(underlying, day)
        nearest = min(range(len(chain)), key=lambda row: abs(chain[row].strike - spot))
        return chain[min(max(nearest + steps, 0), len(chain) - 1)]

    def every_kind(self) -> list[Instrument]:
        catalog = self.catalog
        listed = catalog.listed(DAY)
        first = {(one.segment, one.kind): one for one in reversed(listed)}
        (crude,) = [one for one in catalog.futures(CRUDE, DAY) if one.segment == "MCX_FO"][:1]
        return [
            *first.values(),
            catalog.futures(NIFTY, DAY)[0],
            crude,
            self.option(crude.key, "CE"),
            self.option(NIFTY, "CE"),
            self.option(NIFTY, "PE", -4, 2),
            self.option(NIFTY, "CE", 1000),
            self.option(RELIANCE, "PE", 2),
            self.option(USDINR, "CE", 1),
            *(one for key in (NIFTY, VIX, RELIANCE, USDINR, CRUDE) if (one := catalog.find(key, DAY)) is not None),
        ]


def joined(candles: Sequence[Candle]) -> tuple[int, int, int, int, int, int]:
    """Open, high, low, close, volume and open interest of candles taken together."""
    return (
        candles[0].open,
        max(one.high for one in candles),
        min(one.low for one in candles),
        candles[-1].close,
        sum(one.volume for one in candles),
        candles[-1].oi,
    )
