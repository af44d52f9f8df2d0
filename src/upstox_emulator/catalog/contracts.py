"""The contracts of a product: strikes, symbols in both spellings, and exchange tokens.

Nothing is stored. The strikes of an expiry follow from the price of the underlying on the days on which it was opened,
and a token from product, expiry and strike; so a contract is the same on every day of its life, and can be told years
later.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from upstox_emulator.catalog.expiries import Expiry, Listing, Tier
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.catalog.products import Product
from upstox_emulator.units import PER_RUPEE, Price, price

Spot: TypeAlias = Callable[[str, dt.date], Price]
"""The price of a share, index, currency or commodity at the start of a day."""

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKLY_MONTHS: Final = "123456789OND"
_STEPS: Final = tuple(price(step) for step in ("0.5", "1", "2.5", "5", "10", "20", "50", "100", "200", "500"))
_FEWEST: Final = 5  # strikes to each side
_STEP: Final = 0.006  # of the price, where the product does not say


def future(product: Product, expiry: Expiry) -> Instrument:
    """The future that ends with an expiry."""
    return _Maker(product, expiry, product.future_tick, product.asset).make("FUT", 0, 0)


def options(product: Product, listing: Listing, spot: Spot) -> list[Instrument]:
    """Calls and puts by strike, of everything that has opened the expiry."""
    underlying = future(product, listing.expiry).key if product.on_future else product.asset
    make = _Maker(product, listing.expiry, product.option_tick, underlying).make
    chain: list[Instrument] = []
    for strike, place in strikes(product, listing, spot):
        chain += make("CE", strike, 1 + 2 * place), make("PE", strike, 2 + 2 * place)
    return chain


def strikes(product: Product, listing: Listing, spot: Spot) -> list[tuple[Price, int]]:
    """The strikes of an expiry, in order, each with its place among the product's tokens.

    A strike that would take the place of an earlier one is not opened: the two are far away from each other.
    """
    step, taken = product.step, dict[int, Price]()
    for opening in listing.openings:
        at = spot(product.asset, opening.day)
        step = step or next((one for one in _STEPS if one >= at * _STEP), _STEPS[-1])
        for strike in _ladder(at, step, opening.tier):
            taken.setdefault(strike // step % product.strikes, strike)
    return sorted((strike, place) for place, strike in taken.items())


def _ladder(spot: Price, step: Price, tier: Tier) -> Iterator[Price]:
    """Strikes around a price, the nearest first."""
    width = step * tier.coarse
    centre = round(spot / width)
    count = max(_FEWEST, math.ceil(spot * tier.reach / width))
    numbers = range(max(1, centre - count), centre + count + 1)
    return (number * width for number in sorted(numbers, key=lambda number: abs(number - centre)))


def slot(product: Product, expiry: Expiry) -> int:
    """The place of an expiry among those that the product has tokens for."""
    if any(line.cycle.weeks for line in product.lines):
        return (expiry.nominal.toordinal() - 1) // 7 % product.slots
    return (expiry.nominal.year * 12 + expiry.nominal.month) % product.slots


class _Maker:
    """Makes the contracts of an expiry; what they have in common is worked out once."""

    def __init__(self, product: Product, expiry: Expiry, tick: Price, underlying: str) -> None:
        day = expiry.day
        month, year = _MONTHS[day.month - 1], day.year % 100
        self._product, self._expiry, self._tick, self._underlying = product, expiry, tick, underlying
        self._lot = product.lot(day)
        self._first = product.first + slot(product, expiry) * (1 + 2 * product.strikes)
        self._date = f"{day.day:02} {month} {year:02}"
        self._short = f"{year:02}{month}" if expiry.month else f"{year:02}{_WEEKLY_MONTHS[day.month - 1]}{day.day:02}"

    def make(self, kind: str, strike: Price, place: int) -> Instrument:
        """The contract; `place` is that of its token among the expiry's."""
        product, symbol, segment = self._product, self._product.symbol, self._product.segment
        token = str(self._first + place)
        figure = f"{strike / PER_RUPEE:.10g}" if strike else ""
        return Instrument(
            key=f"{segment}|{token}",
            segment=segment,
            exchange=product.exchange,
            kind=kind,
            name=product.name,
            symbol=f"{symbol} {figure} {kind} {self._date}" if strike else f"{symbol} {kind} {self._date}",
            compact=f"{symbol}{self._short}{figure}{kind}",
            token=token,
            lot=self._lot,
            tick=self._tick,
            freeze=product.freeze,
            multiplier=product.multiplier,
            expiry=self._expiry.day,
            weekly=not self._expiry.month,
            strike=strike,
            underlying=self._underlying,
            underlying_symbol=symbol,
            underlying_type=product.type,
            quote_unit=product.quote_unit,
        )
