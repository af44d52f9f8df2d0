"""Instruments by what people call them.

https://upstox.com/developer/api-documentation/instruments
"""

from __future__ import annotations

import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import msgspec

from upstox_emulator.catalog.expiries import EXPIRY_WORDS, named
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.units import Price

if TYPE_CHECKING:
    from upstox_emulator.catalog.catalog import Catalog

EXCHANGES: Final = ("ALL", "NSE", "BSE", "MCX")

SEGMENTS: Final[dict[str, Callable[[Instrument], bool]]] = {
    "ALL": lambda _: True,
    "EQ": lambda one: one.segment in {"NSE_EQ", "BSE_EQ"},
    "FO": lambda one: one.segment in {"NSE_FO", "BSE_FO"},
    "CURR": lambda one: one.segment in {"NCD_FO", "BCD_FO"},
    "COMM": lambda one: one.segment in {"MCX_FO", "NSE_COM"},
    "INDEX": lambda one: one.segment.endswith("_INDEX"),
    "OPT": lambda one: one.is_option,
    "FUT": lambda one: one.kind == "FUT",
    "OPTION_CHAIN": lambda one: one.is_option,
}
"""What may be said of the segment, and what it means."""

# In this order they are shown.
_KINDS: Final[tuple[Callable[[Instrument], bool], ...]] = (
    SEGMENTS["EQ"],
    SEGMENTS["INDEX"],
    lambda one: not one.is_option,
    SEGMENTS["ALL"],
)

_Group: TypeAlias = tuple[str, str | None, bool]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for.

    Attributes:
        query: words that must all be in the symbol, the name or the ISIN.
        exchanges, segments: of `EXCHANGES` and `SEGMENTS`. kinds: instrument types; all if there are none.
        expiries: days (ISO 8601) or words of `EXPIRY_WORDS`; all if there are none.
        atm_offset: the option so many strikes above (below, if negative) the one at the money.
    """

    query: str
    exchanges: tuple[str, ...] = ("ALL",)
    segments: tuple[str, ...] = ("ALL",)
    kinds: tuple[str, ...] = ()
    expiries: tuple[str, ...] = ()
    atm_offset: int | None = None


class _Index(NamedTuple):
    """What is searched on a day: the text of each instrument that is listed, and the expiries of each underlying."""

    listed: Sequence[Instrument]
    texts: list[str]
    expiries: dict[_Group, set[tuple[dt.date, bool]]]


class Search:
    """The search in a catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._index = functools.lru_cache(2)(self._make_index)

    def __call__(self, wish: Wish, day: dt.date, last: Callable[[str], Price]) -> list[Instrument]:
        """What is listed on a day and fits: the likeliest name first, shares before contracts, the next expiry first.

        Parameters:
            last: the price of an underlying at the moment.
        """
        words = wish.query.lower().split()
        index = self._index(day)
        places: Iterable[int] = range(len(index.listed))
        for word in words:
            places = [place for place in places if word in index.texts[place]]
        found = [one for place in places if _fits(one := index.listed[place], wish)]
        expiries = wish.expiries or (("current_week",) if wish.atm_offset is not None else ())
        if expiries:
            meant = functools.cache(functools.partial(_meant, index, expiries))
            found = [one for one in found if one.expiry is not None and one.expiry in meant(_group(one))]
        if wish.atm_offset is not None:
            wanted = functools.cache(functools.partial(self._strike, wish.atm_offset, day, last))
            found = [one for one in found if one.is_option and one.strike == wanted(one.underlying, one.expiry)]
        return sorted(found, key=lambda one: _rank(one, wish.query.lower(), words))

    def _make_index(self, day: dt.date) -> _Index:
        listed = self._catalog.listed(day)
        texts = [
            f"{one.symbol} {one.compact} {one.name} {one.short_name or ''} {one.isin or ''}".lower() for one in listed
        ]
        expiries: dict[_Group, set[tuple[dt.date, bool]]] = defaultdict(set)
        for one in listed:
            if one.expiry is not None:
                expiries[_group(one)].add((one.expiry, one.weekly))
        return _Index(listed, texts, expiries)

    def _strike(
        self, offset: int, day: dt.date, last: Callable[[str], Price], underlying: str, expiry: dt.date
    ) -> Price | None:
        strikes = sorted({one.strike for one in self._catalog.chain(underlying, expiry, day)})
        spot = last(underlying)
        place = min(range(len(strikes)), key=lambda place: abs(strikes[place] - spot)) + offset
        return strikes[place] if 0 <= place < len(strikes) else None


def _fits(one: Instrument, wish: Wish) -> bool:
    return (
        ("ALL" in wish.exchanges or one.exchange in wish.exchanges)
        and any(SEGMENTS[segment](one) for segment in wish.segments)
        and (not wish.kinds or one.kind in wish.kinds)
    )


def _group(one: Instrument) -> _Group:
    return one.segment, one.underlying_symbol, one.is_option


def _meant(index: _Index, wanted: Iterable[str], group: _Group) -> set[dt.date | None]:
    """The days that are meant; a word means another one for each underlying."""
    return {
        named(index.expiries[group], text) if text in EXPIRY_WORDS else dt.date.fromisoformat(text) for text in wanted
    }


def _rank(one: Instrument, query: str, words: list[str]) -> tuple[int, int, dt.date, Price]:
    """What is shown first; in the order of the list where that is all the same."""
    name = (one.underlying_symbol or one.symbol).lower()
    signs = (one.symbol.lower() == query, name == words[0], name.startswith(words[0]), True)
    place = next(place for place, kind in enumerate(_KINDS) if kind(one))
    return signs.index(True), place, one.expiry or dt.date.min, one.strike
