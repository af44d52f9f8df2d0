"""Finding instruments by what people call them."""

from __future__ import annotations

import datetime as dt
import difflib
import itertools
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, Literal, Self, TypeAlias

from upstox_client.amounts import grouped
from upstox_client.instruments import expiry as expiries_in_words
from upstox_client.instruments.errors import AmbiguousInstrumentError, UnknownExpiryError, UnknownInstrumentError
from upstox_client.instruments.instrument import Instrument
from upstox_client.instruments.store import Store

Name: TypeAlias = str | Instrument
"""What an instrument is called: its key, symbol, name, ISIN, `NSE:RELIANCE`, or words as in `NIFTY FUT nov`."""
ExpiryLike: TypeAlias = str | dt.date
"""A date, or words such as `next week`; see `upstox_client.instruments.expiry.resolve`."""
Right: TypeAlias = Literal["CE", "PE"]

# Where an underlying has contracts in several segments, those meant by default.
_SEGMENTS: Final = ("NSE_FO", "BSE_FO", "MCX_FO", "NCD_FO", "BCD_FO", "NSE_COM")
_RIGHTS: Final = {"CE": "CE", "CALL": "CE", "PE": "PE", "PUT": "PE"}
_OFFSET: Final = re.compile(r"ATM(?:([+-])(\d{1,3}))?")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_PREFIX: Final = re.compile(r"([A-Z]{3}(?:_[A-Z]{2,9})?):(.+)")
_SHORT: Final = 2  # words of so few letters, and numbers, are looked for at the beginning of words only
_ONE_COMPANY: Final = frozenset({"NSE_EQ", "BSE_EQ"})


class Instruments:
    """The instruments of the day. What is found is an `Instrument`; threads may share it.

    Parameters:
        store: the file.
        today: the present day, which expiry words are relative to.
    """

    def __init__(self, store: Store, today: dt.date) -> None:
        self.store = store
        self.today = today

    @classmethod
    def open(cls, path: Path | str, today: dt.date) -> Self:
        """The instruments of a file that `store.build` wrote."""
        return cls(Store(Path(path)), today)

    def close(self) -> None:
        """Let go of the file."""
        self.store.close()

    def __len__(self) -> int:
        return self.store.count

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.get(key) is not None

    def __repr__(self) -> str:
        return f"Instruments({grouped(len(self), 0)} of {self.today})"

    # One

    def get(self, key: str) -> Instrument | None:
        """The instrument of a key; None if there is none."""
        found = self.store.instruments("key = ?", (key,))
        return found[0] if found else None

    def find(self, name: Name, *, segment: str | None = None) -> Instrument:
        """The one instrument that is called so.

        A share that is on both exchanges is the one of NSE; `BSE:RELIANCE`, or `segment`, asks for the other.

        Parameters:
            name: a key, symbol, name or ISIN, upper or lower case, or words such as `NIFTY FUT this month` and
                `NIFTY 24500 CE next week`.
            segment: only of this segment, such as `BSE_EQ`.

        Raises:
            UnknownInstrumentError: there is none; it has suggestions.
            AmbiguousInstrumentError: there are several; it has them.
            UnknownExpiryError: the underlying has no contracts that end then.
        """
        if isinstance(name, Instrument):
            return name
        found = self.candidates(_text(name), segment=segment)
        if len(found) == 1:
            return found[0]
        if found:
            raise AmbiguousInstrumentError(name, found)
        raise UnknownInstrumentError(name, self.suggestions(name))

    def candidates(self, name: str, *, segment: str | None = None) -> list[Instrument]:
        """All instruments that `find` would have to choose from."""
        asked = " ".join(name.split())
        if "|" in asked:
            return [one for one in (self.get(asked),) if one is not None]
        if (prefixed := _PREFIX.fullmatch(asked.upper())) and self._is_place(prefixed[1]):
            segment, asked = segment or prefixed[1], asked[len(prefixed[1]) + 1 :].strip()
        for column in ("symbol", "name", "isin"):
            found = self._called(column, asked, segment)
            if found:
                return _preferred(found)
        return self._described(asked, segment)

    def _is_place(self, word: str) -> bool:
        return word in {"NSE", "BSE", "MCX"} or word.endswith(("_EQ", "_FO", "_COM", "_INDEX", "_INDICATOR"))

    def _called(self, column: str, asked: str, segment: str | None) -> list[Instrument]:
        value = asked.upper() if column == "isin" else asked
        where, values = f"{column} = ?{'' if column == 'isin' else ' COLLATE NOCASE'}", [value]
        if column == "name":
            where += " AND expiry IS NULL"
        if segment is not None:
            where += " AND (segment = ? OR exchange = ?)"
            values += [segment, segment]
        return self.store.instruments(where, values)

    # Contracts in words

    def _described(self, asked: str, segment: str | None) -> list[Instrument]:
        """`NIFTY FUT next month`, `NIFTY 24500 CE`, `BANKNIFTY 52000 PE this week`; nothing for all else."""
        head, kind, tail = _split_at_kind(asked)
        if not kind:
            return []
        wish = tail or "nearest"
        if kind == "FUT":
            underlying = self._underlying(head, segment)
            return [self.future(underlying, wish)] if underlying else []
        base, _, last = head.rpartition(" ")
        underlying = self._underlying(base, segment) if _NUMBER.fullmatch(last) else None
        return [self.option(underlying, float(last), kind, wish)] if underlying else []

    def _underlying(self, asked: str, segment: str | None) -> tuple[str, str] | None:
        try:
            return self.underlying(asked, segment=segment)
        except UnknownInstrumentError:
            return None

    def underlying(self, name: Name, *, segment: str | None = None) -> tuple[str, str]:
        """The underlying that is meant, and the segment of its contracts: `("NIFTY", "NSE_FO")`.

        Raises:
            UnknownInstrumentError: nothing is called so, or it has no contracts.
            AmbiguousInstrumentError: several things are.
        """
        if isinstance(name, Instrument):
            symbol = name.underlying or self._symbol_of(name)
            segment = segment or (name.segment if name.underlying else None)
        else:
            symbol = _text(name).strip().upper()
            if not self._segments_of(symbol):
                symbol = self._symbol_of(self.find(name))
        segments = self._segments_of(symbol)
        fitting = [one for one in segments if segment is None or segment in {one, one.partition("_")[0]}]
        if not fitting:
            there = f"It has some in {', '.join(segments)}." if segments else "It has no futures and no options."
            raise UnknownInstrumentError(str(name), hint=f"{there} `search` finds what there is.")
        return symbol, fitting[0]

    def _symbol_of(self, one: Instrument) -> str:
        """What contracts call their underlying."""
        sql = "SELECT DISTINCT underlying FROM instrument WHERE underlying_key = ? AND expiry IS NOT NULL LIMIT 1"
        rows = self.store.rows(sql, (one.key,))
        return str(rows[0][0]) if rows else one.symbol.upper()

    def _segments_of(self, symbol: str) -> list[str]:
        sql = "SELECT DISTINCT segment FROM instrument WHERE underlying = ? AND expiry IS NOT NULL"
        found = {str(segment) for (segment,) in self.store.rows(sql, (symbol,))}
        return [segment for segment in _SEGMENTS if segment in found]

    # Chains

    def expiries(
        self, underlying: Name | tuple[str, str], kind: Literal["option", "future"] = "option"
    ) -> list[dt.date]:
        """The days on which contracts of an underlying end, soonest first."""
        symbol, segment = self._pair(underlying)
        kinds = ("FUT", "FUT") if kind == "future" else ("CE", "PE")
        sql = (
            "SELECT DISTINCT expiry FROM instrument WHERE underlying = ? AND segment = ? AND kind IN (?, ?) "
            "AND expiry >= ? ORDER BY expiry"
        )
        rows = self.store.rows(sql, (symbol, segment, *kinds, self.today.toordinal()))
        return [dt.date.fromordinal(day) for (day,) in rows]

    def expiry(self, underlying: Name | tuple[str, str], wish: ExpiryLike = "nearest") -> dt.date:
        """The option expiry that is meant; see `upstox_client.instruments.expiry.resolve`.

        Raises:
            UnknownExpiryError: there is no such expiry.
        """
        return self._expiry(self._pair(underlying), wish, "option")

    def _expiry(self, pair: tuple[str, str], wish: ExpiryLike, kind: Literal["option", "future"]) -> dt.date:
        try:
            return expiries_in_words.resolve(wish, self.expiries(pair, kind), self.today)
        except UnknownExpiryError as error:
            raise UnknownExpiryError(f"{pair[0]} {kind}s: {error}") from None

    def futures(self, underlying: Name | tuple[str, str]) -> list[Instrument]:
        """The futures of an underlying, the one that ends soonest first."""
        symbol, segment = self._pair(underlying)
        return sorted(
            self.store.instruments(
                "underlying = ? AND segment = ? AND kind = 'FUT' AND expiry >= ?",
                (symbol, segment, self.today.toordinal()),
            ),
            key=lambda one: one.expiry or dt.date.max,
        )

    def future(self, underlying: Name | tuple[str, str], expiry: ExpiryLike = "nearest") -> Instrument:
        """A future of an underlying.

        Raises:
            UnknownExpiryError: none ends then.
        """
        pair = self._pair(underlying)
        day = self._expiry(pair, expiry, "future")
        return next(one for one in self.futures(pair) if one.expiry == day)

    def options(self, underlying: Name | tuple[str, str], expiry: ExpiryLike = "nearest") -> list[Instrument]:
        """The options of an underlying that end on one day, by strike, calls before puts.

        Raises:
            UnknownExpiryError: none end then.
        """
        pair = self._pair(underlying)
        return self._options(pair, self._expiry(pair, expiry, "option"))

    def _options(self, pair: tuple[str, str], day: dt.date) -> list[Instrument]:
        found = self.store.instruments(
            "underlying = ? AND segment = ? AND kind IN ('CE', 'PE') AND expiry = ?", (*pair, day.toordinal())
        )
        return sorted(found, key=lambda one: (one.strike or 0.0, one.kind))

    def option(
        self,
        underlying: Name | tuple[str, str],
        strike: float | str,
        right: str,
        expiry: ExpiryLike = "nearest",
        *,
        spot: float | None = None,
    ) -> Instrument:
        """One option.

        Parameters:
            strike: in rupees; or `ATM`, `ATM+2`, `ATM-1`: so many strikes above or below the one nearest to `spot`.
            right: `CE` or `call`, `PE` or `put`.
            expiry: see `upstox_client.instruments.expiry.resolve`.
            spot: the price of the underlying in rupees; only needed for `ATM`.

        Raises:
            UnknownInstrumentError: there is no such strike.
            UnknownExpiryError: none end then.
            ValueError: `strike` or `right` is none.
        """
        pair = self._pair(underlying)
        kind = _RIGHTS.get(right.upper())
        if kind is None:
            raise ValueError(f"an option is a CE or a PE, got {right!r}")
        day = self._expiry(pair, expiry, "option")
        fitting = {one.strike: one for one in self._options(pair, day) if one.kind == kind and one.strike is not None}
        wanted = strike_of(strike, list(fitting), spot)
        if wanted not in fitting:
            near = sorted(fitting, key=lambda one: abs(one - wanted))[:4]
            asked = f"{pair[0]} {wanted:.10g} {kind} {day}"
            raise UnknownInstrumentError(asked, [fitting[one].symbol for one in sorted(near)])
        return fitting[wanted]

    def _pair(self, underlying: Name | tuple[str, str]) -> tuple[str, str]:
        return underlying if isinstance(underlying, tuple) else self.underlying(underlying)

    # Many

    def search(
        self,
        text: str = "",
        *,
        segment: str | Sequence[str] | None = None,
        kind: str | Sequence[str] | None = None,
        underlying: Name | None = None,
        expiry: ExpiryLike | None = None,
        strike: float | None = None,
        limit: int = 20,
    ) -> list[Instrument]:
        """The instruments that fit, the likeliest first.

        Parameters:
            text: words that all have to occur in the symbol, the name or the ISIN, also as parts of words. What is
                called exactly so comes first.
            segment: only of these segments, or exchanges.
            kind: only of these kinds: `EQ`, `FUT`, `CE`, `PE`, `INDEX`, ...
            underlying: only contracts on it.
            expiry: only contracts that end then; words need `underlying`.
            strike: only options of this strike, in rupees.
            limit: the most to return.

        Raises:
            UnknownExpiryError: no contracts end then.
            ValueError: nothing is asked for, or expiry words without `underlying`.
        """
        where, values = self._filters(segment, kind, underlying, expiry, strike)
        words = text.upper().split()
        if not words and not where:
            raise ValueError("search for something: a text, an underlying, a segment, a kind or an expiry")
        if not words:
            return self.store.instruments(" AND ".join(where), values, limit=limit)
        exact = self.store.instruments(
            " AND ".join(["symbol = ? COLLATE NOCASE", *where]), [" ".join(words), *values], limit=limit
        )
        known = {one.key for one in exact}
        found = [one for one in self._containing(words, where, values, limit + len(exact)) if one.key not in known]
        return [*exact, *found][:limit]

    def _containing(self, words: list[str], where: list[str], values: list[Any], limit: int) -> list[Instrument]:
        """Those with all the words, in the order of likeliness."""
        wanted = [f" {word}" if len(word) <= _SHORT or _NUMBER.fullmatch(word) else word for word in words]
        lines = self.store.lines
        # What begins with the first word comes first: NIFTY before BANKNIFTY.
        ids = itertools.chain(lines.beginning(words[0], wanted[1:]), lines.having(wanted))
        if not where:
            return self._of_ids(_different(ids, limit))
        sql = f"SELECT id FROM instrument WHERE {' AND '.join(where)}"  # noqa: S608 - our own words
        fitting = {number for (number,) in self.store.rows(sql, values)}
        return self._of_ids(_different((number for number in ids if number in fitting), limit))

    def _of_ids(self, ids: list[int]) -> list[Instrument]:
        """The instruments of these rows, in this order."""
        found = self.store.numbered(ids)
        return [found[number] for number in ids]

    def _filters(
        self,
        segment: str | Sequence[str] | None,
        kind: str | Sequence[str] | None,
        underlying: Name | None,
        expiry: ExpiryLike | None,
        strike: float | None,
    ) -> tuple[list[str], list[Any]]:
        where: list[str] = []
        values: list[Any] = []

        def add(condition: str, *more: Any) -> None:
            where.append(condition)
            values.extend(more)

        if segment is not None:
            segments = _several(segment)
            add(f"(segment IN ({_holes(segments)}) OR exchange IN ({_holes(segments)}))", *segments, *segments)
        if kind is not None:
            kinds = [_RIGHTS.get(one, one) for one in _several(kind)]
            add(f"kind IN ({_holes(kinds)})", *kinds)
        if underlying is not None:
            add("underlying = ? AND segment = ? AND expiry IS NOT NULL", *self.underlying(underlying))
        if expiry is not None:
            add("expiry = ?", self._wanted_expiry(underlying, expiry, kind).toordinal())
        if strike is not None:
            add("strike = ?", float(strike))
        return where, values

    def _wanted_expiry(self, underlying: Name | None, expiry: ExpiryLike, kind: str | Sequence[str] | None) -> dt.date:
        if isinstance(expiry, dt.date):
            return expiry
        if underlying is None:
            try:
                return dt.date.fromisoformat(expiry)
            except ValueError:
                raise ValueError(f"expiry={expiry!r} in words needs an underlying; without one, a date") from None
        of: Literal["option", "future"] = "future" if kind == "FUT" else "option"
        return self._expiry(self._pair(underlying), expiry, of)

    # When nothing is found

    def suggestions(self, name: str, *, limit: int = 5) -> list[str]:
        """Symbols that look like a name."""
        asked = name.upper().strip()
        rows = self.store.rows("SELECT DISTINCT symbol FROM instrument WHERE expiry IS NULL")
        symbols = [str(symbol).upper() for (symbol,) in rows]
        first = asked[:1]
        near = difflib.get_close_matches(asked, [one for one in symbols if one[:1] == first], limit, 0.6)
        if len(near) < limit:
            near += [one.symbol for one in self.search(asked, limit=limit)] if asked else []
        return list(dict.fromkeys(near))[:limit]


def strike_of(wish: float | str, strikes: Sequence[float], spot: float | None) -> float:
    """The strike that is meant: a number, or so many strikes away from the one nearest to `spot`.

    Raises:
        ValueError: it is neither, `spot` is missing, or there are not so many strikes.
    """
    if isinstance(wish, (int, float)):
        return float(wish)
    plain = wish.upper().replace(" ", "")
    if _NUMBER.fullmatch(plain):
        return float(plain)
    offset = _OFFSET.fullmatch(plain)
    if offset is None:
        raise ValueError(f"a strike is a number, or ATM, ATM+2, ATM-1, got {wish!r}")
    if spot is None or not strikes:
        raise ValueError(f"{wish!r} needs the price of the underlying, and strikes to choose from")
    ordered = sorted(strikes)
    nearest = min(range(len(ordered)), key=lambda index: abs(ordered[index] - spot))
    place = nearest + (int(f"{offset[1]}{offset[2]}") if offset[2] else 0)
    if not 0 <= place < len(ordered):
        raise ValueError(f"{wish!r} is beyond the strikes there are: {ordered[0]:.10g} to {ordered[-1]:.10g}")
    return ordered[place]


def _text(name: Any) -> str:
    """A name that is a text.

    Raises:
        TypeError: it is something else.
    """
    if isinstance(name, str):
        return name
    hint = "; take its .instrument" if isinstance(getattr(name, "instrument", None), Instrument) else ""
    raise TypeError(f"an instrument is named by a text or an Instrument, not by {type(name).__name__}{hint}")


def _split_at_kind(asked: str) -> tuple[str, str, str]:
    """`NIFTY 24500 CE next week` -> (`NIFTY 24500`, `CE`, `next week`); an empty kind if there is none."""
    words = asked.upper().split()
    for place in range(1, len(words)):
        kind = "FUT" if words[place] in {"FUT", "FUTURE"} else _RIGHTS.get(words[place])
        if kind:
            return " ".join(words[:place]), kind, " ".join(words[place + 1 :])
    return asked, "", ""


def _different(ids: Iterable[int], limit: int) -> list[int]:
    """The first so many, each once."""
    found: dict[int, None] = {}
    for number in ids:
        found[number] = None
        if len(found) == limit:
            break
    return list(found)


def _preferred(found: list[Instrument]) -> list[Instrument]:
    """Of one company's shares on both exchanges, that of NSE alone."""
    if len(found) > 1 and all(one.segment in _ONE_COMPANY for one in found) and len({one.isin for one in found}) == 1:
        return found[:1]
    return found


def _several(wish: str | Sequence[str]) -> list[str]:
    return [one.upper() for one in ([wish] if isinstance(wish, str) else wish)]


def _holes(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
