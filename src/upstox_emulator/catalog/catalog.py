"""Everything that can be traded or looked at, by the day.

https://upstox.com/developer/api-documentation/instruments
"""

from __future__ import annotations

import datetime as dt
import functools
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from typing import Final

import msgspec

from upstox_emulator.calendar import Calendar
from upstox_emulator.catalog import contracts, securities
from upstox_emulator.catalog.contracts import Spot
from upstox_emulator.catalog.expiries import Expiry, Listing, Schedule, named
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.catalog.products import Line, products
from upstox_emulator.catalog.search import Search
from upstox_emulator.units import Price

_DAYS_KEPT: Final = 32


class _Board(msgspec.Struct):
    """The contracts of a product on a day."""

    futures: list[Instrument]
    options: dict[dt.date, list[Instrument]]
    by_key: dict[str, Instrument]
    by_symbol: dict[str, Instrument] = msgspec.field(default_factory=dict[str, Instrument])

    def all(self) -> Collection[Instrument]:
        """Futures, then options by expiry, strike and kind."""
        return self.by_key.values()

    def called(self, symbol: str) -> Instrument | None:
        """The contract with a symbol in one of the spellings."""
        if not self.by_symbol:  # few ask
            self.by_symbol = {name: one for one in self.all() for name in (one.symbol, one.compact)}
        return self.by_symbol.get(symbol)


class Catalog:
    """The instruments.

    Parameters:
        seed: of the venue; the market's prices, and so the strikes, come from it.
        calendar: whose holidays move expiries.
        more: further instruments, listed on every day.

    Attributes:
        shares: of both exchanges. indices: of India.
        assets: currencies and commodities; they have a price, but are not listed.
        suspended: what is not traded any more; it is found, but not listed.
        search: see there.
    """

    def __init__(self, seed: int, calendar: Calendar, more: Iterable[Instrument] = ()) -> None:
        self.seed = seed
        self.calendar = calendar
        self.shares: tuple[Instrument, ...] = tuple(share for share, _ in securities.shares())
        self.indices: tuple[Instrument, ...] = securities.indices()
        self.assets: tuple[Instrument, ...] = securities.assets()
        others, world = securities.others(), securities.world()
        self._lasting = [*self.shares, *(one for one in others if not one.suspended), *self.indices, *world, *more]
        self.suspended = [one for one in others if one.suspended]
        self._known = {one.key: one for one in (*self._lasting, *self.suspended, *self.assets)}
        self._symbols: dict[tuple[str, str], Instrument] = {}
        for one in self._lasting:
            for name in (one.symbol, one.compact):  # a bond may be called like the share: that is not it
                self._symbols.setdefault((one.segment, name), one)
        self._schedule = Schedule(calendar)
        self._by_asset: dict[str, list[int]] = {}
        self._by_symbol: dict[tuple[str, str], int] = {}
        self._blocks: dict[str, list[tuple[int, int]]] = {}
        for number, product in enumerate(products()):
            self._by_asset.setdefault(product.asset, []).append(number)
            self._by_symbol[product.segment, product.symbol] = number
            self._blocks.setdefault(product.segment, []).append((product.first, number))
        self.search = Search(self)
        self.spot = self._anchor

    @property
    def spot(self) -> Spot:
        """The price of a share, index, currency or commodity at the start of a day; the market sets it."""
        return self._spot

    @spot.setter
    def spot(self, spot: Spot) -> None:
        self._spot = spot
        self._found: dict[dt.date, dict[str, Instrument]] = {}
        self._listed = functools.lru_cache(4)(self._make_listed)
        self._board = functools.lru_cache(512)(self._make_board)
        self._chain = functools.lru_cache(2048)(self._make_chain)

    def _anchor(self, key: str, _day: dt.date) -> Price:
        return self._known[key].anchor

    # Questions

    def find(self, key: str, day: dt.date) -> Instrument | None:
        """The instrument with a key on a day; None if there is none. What is suspended is found, too."""
        instrument = self._known.get(key)
        if instrument is not None:
            return instrument
        found = self._found.get(day)
        if found is None:
            if len(self._found) >= _DAYS_KEPT:
                self._found.clear()
            found = self._found[day] = {}
        instrument = found.get(key)
        if instrument is None:
            number = self._block(key)
            instrument = None if number is None else self._board(number, day).by_key.get(key)
            if instrument is not None:
                found[key] = instrument
        return instrument

    def listed(self, day: dt.date) -> Sequence[Instrument]:
        """Everything that is listed on a day, in an order that stays."""
        return self._listed(day)

    def by_symbol(self, segment: str, symbol: str, day: dt.date) -> Instrument | None:
        """The instrument with a trading symbol in one of the spellings: `NIFTY FUT 30 MAR 26` or `NIFTY26MARFUT`."""
        known = self._symbols.get((segment, symbol))
        if known is not None:
            return known
        for end in range(len(symbol) - 1, 0, -1):
            number = self._by_symbol.get((segment, symbol[:end]))
            if number is not None:
                return self._board(number, day).called(symbol)
        return None

    def expiries(self, underlying: str, day: dt.date) -> list[dt.date]:
        """The days on which the options on an underlying end that are listed on a day, in order."""
        return sorted(self._options(underlying, day))

    def named_expiry(self, underlying: str, word: str, day: dt.date) -> dt.date | None:
        """The expiry that a word of `EXPIRY_WORDS` means for the options on an underlying; None if there is none."""
        return named([(ends, chain[0].weekly) for ends, chain in self._options(underlying, day).items()], word)

    def chain(self, underlying: str, expiry: dt.date, day: dt.date) -> list[Instrument]:
        """The calls and puts of an expiry, by strike."""
        return self._options(underlying, day).get(expiry, [])

    def futures(self, underlying: str, day: dt.date) -> list[Instrument]:
        """The futures on an underlying, the next to end first."""
        return [one for number in self._products(underlying) for one in self._board(number, day).futures]

    def expired(self, underlying: str, expiry: dt.date) -> list[Instrument]:
        """The futures and options that ended on a day."""
        return [
            one
            for number in self._products(underlying)
            for one in self._board(number, expiry).all()
            if one.expiry == expiry and underlying in {one.underlying, products()[number].asset}
        ]

    def expired_on(self, underlying: str, first: dt.date, until: dt.date) -> list[dt.date]:
        """The days of `[first, until)` on which contracts on an underlying ended, in order."""
        return sorted(
            {
                expiry.day
                for number in self._products(underlying)
                for line in products()[number].lines
                for expiry in self._ends(line, first, until)
            }
        )

    def find_expired(self, key: str) -> Instrument | None:
        """The contract behind an expired instrument's key, `NSE_FO|47983|17-04-2025`."""
        plain, _, text = key.rpartition("|")
        try:
            expiry = dt.date.fromisoformat("-".join(reversed(text.split("-"))))
        except ValueError:
            return None
        contract = self.find(plain, expiry)
        return contract if contract is not None and contract.expiry == expiry else None

    # How they are made

    def _block(self, key: str) -> int | None:
        """The product that an exchange token belongs to."""
        segment, _, token = key.partition("|")
        blocks = self._blocks.get(segment)
        if blocks is None or not (token.isascii() and token.isdigit()):
            return None
        at = bisect_right(blocks, (int(token), len(products())))
        return blocks[at - 1][1] if at else None

    def _products(self, underlying: str) -> list[int]:
        """The products on an underlying; a commodity's future is one, too."""
        numbers = self._by_asset.get(underlying)
        if numbers is None:
            number = self._block(underlying)
            return [] if number is None or not products()[number].on_future else [number]
        return numbers

    def _options(self, underlying: str, day: dt.date) -> dict[dt.date, list[Instrument]]:
        merged: dict[dt.date, list[Instrument]] = {}
        for number in self._products(underlying):
            for expiry, chain in self._board(number, day).options.items():
                if underlying in {products()[number].asset, chain[0].underlying}:
                    merged[expiry] = [*merged.get(expiry, ()), *chain]
        return merged

    def _make_listed(self, day: dt.date) -> Sequence[Instrument]:
        listed = list(self._lasting)
        for number in range(len(products())):
            listed += self._board(number, day).all()
        return tuple(listed)

    def _make_board(self, number: int, day: dt.date) -> _Board:
        product = products()[number]
        futures = [contracts.future(product, listing.expiry) for listing in self._listings(product.futures, day)]
        options = {listing.expiry.day: self._chain(number, listing) for listing in self._listings(product.options, day)}
        every = [*futures, *(one for chain in options.values() for one in chain)]
        return _Board(futures, options, {one.key: one for one in every})

    def _make_chain(self, number: int, listing: Listing) -> list[Instrument]:
        return contracts.options(products()[number], listing, self.spot)

    def _listings(self, line: Line | None, day: dt.date) -> list[Listing]:
        return [] if line is None else self._schedule.listed(line.cycle, line.tiers, day)

    def _ends(self, line: Line, first: dt.date, until: dt.date) -> list[Expiry]:
        return [
            expiry
            for year in range(first.year, until.year + 2)
            for expiry in self._schedule.year(line.cycle, year)
            if first <= expiry.day < until and any(expiry.within(tier.span) for tier in line.tiers)
        ]
