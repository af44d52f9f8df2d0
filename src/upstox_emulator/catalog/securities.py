"""What is listed for good: shares, funds, bonds, indices, and what contracts are on without being listed.

The facts are in the tables beside this module; what they leave out follows from rules here.
"""

from __future__ import annotations

import csv
import functools
from collections import Counter
from collections.abc import Iterator
from importlib import resources
from typing import Final

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.units import PER_PAISA, Price, price

# Up to a price in rupees, the tick in paise, of shares of the National Stock Exchange.
_TICKS: Final = ((250, 1), (1_000, 5), (5_000, 10), (10_000, 50), (20_000, 100))
_LARGEST_TICK: Final = 500

# Margin percentages of the margin trading facility by membership.
_MTF: Final = {"NIFTY50": 26.5, "NIFTYNEXT50": 28.1, "": 35.0}
_INTRADAY_MARGIN: Final = 20.0


def facts(name: str) -> Iterator[dict[str, str]]:
    """The rows of a table."""
    text = resources.files("upstox_emulator.catalog").joinpath("facts", f"{name}.csv").read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())


@functools.cache
def shares() -> tuple[tuple[Instrument, int], ...]:
    """The shares of both exchanges, each with the lot of its contracts; 0 where there are none."""
    return tuple(
        (share, int(row["lot"] or 0)) for row in facts("shares") for share in (_nse_share(row), _bse_share(row))
    )


def _nse_share(row: dict[str, str]) -> Instrument:
    anchor = price(row["price"])
    return Instrument(
        key=f"NSE_EQ|{row['isin']}",
        segment="NSE_EQ",
        exchange="NSE",
        kind="EQ",
        name=row["name"].upper().removesuffix("."),
        short_name=row["name"].removesuffix(" Ltd."),
        symbol=row["symbol"],
        compact=row["symbol"],
        token=row["nse"],
        isin=row["isin"],
        tick=_tick(anchor),
        security_type="NORMAL",
        mtf_bracket=_MTF[row["index"]],
        intraday_margin=_INTRADAY_MARGIN,
        cas_eligible=bool(row["lot"]),
        industry=row["industry"],
        anchor=anchor,
    )


def _bse_share(row: dict[str, str]) -> Instrument:
    anchor = price(row["price"])
    return Instrument(
        key=f"BSE_EQ|{row['isin']}",
        segment="BSE_EQ",
        exchange="BSE",
        kind="A",
        name=row["name"].upper(),
        short_name=row["symbol"],
        symbol=row["symbol"],
        compact=row["symbol"],
        token=row["bse"],
        isin=row["isin"],
        tick=min(_tick(anchor), 5 * PER_PAISA),
        intraday_margin=_INTRADAY_MARGIN,
        cas_eligible=bool(row["lot"]),
        industry=row["industry"],
        anchor=anchor,
    )


def _tick(anchor: Price) -> Price:
    return PER_PAISA * next((paise for rupees, paise in _TICKS if anchor < price(rupees)), _LARGEST_TICK)


@functools.cache
def others() -> tuple[Instrument, ...]:
    """Exchange traded funds, shares of small companies, bonds, and what is suspended."""
    return tuple(
        Instrument(
            key=f"{row['segment']}|{row['isin']}",
            segment=row["segment"],
            exchange=row["segment"][:3],
            kind=row["kind"],
            name=row["name"],
            short_name=row["symbol"] if row["kind"] == "EQ" else None,
            symbol=row["symbol"],
            compact=row["symbol"],
            token=row["token"],
            isin=row["isin"],
            tick=PER_PAISA,
            security_type=row["security"] or None,
            suspended=bool(row["suspended"]),
            anchor=price(row["price"]),
        )
        for row in facts("others")
    )


@functools.cache
def indices() -> tuple[Instrument, ...]:
    """The indices."""
    return tuple(
        Instrument(
            key=f"{row['segment']}|{row['name']}",
            segment=row["segment"],
            exchange=row["segment"][:3],
            kind="INDEX",
            name=row["name"],
            symbol=row["symbol"],
            compact=row["name"],
            token=row["token"],
            tick=5 * PER_PAISA,
            cas_eligible=bool(row["auction"]),
            industry=_industry_of(f"{row['segment']}|{row['name']}"),
            anchor=price(row["price"]),
        )
        for row in facts("indices")
    )


@functools.cache
def members() -> dict[str, tuple[str, ...]]:
    """The keys of the shares in an index; of an index without any, none.

    In the table, `@` names a membership (alone: every share), `#` an industry, up to the next `@` or `#`; else symbols.
    """
    rows = list(facts("shares"))
    return {
        f"{index['segment']}|{index['name']}": tuple(
            f"{index['exchange']}_EQ|{row['isin']}" for row in rows if _is_in(row, index["members"])
        )
        for index in ({"exchange": row["segment"][:3], **row} for row in facts("indices"))
    }


def _industry_of(index: str) -> str | None:
    """The industry of more than half of an index's members."""
    industries = {share.key: share.industry for share, _ in shares()}
    counts = Counter(industries[key] for key in members()[index])
    return next((industry for industry, count in counts.most_common(1) if 2 * count > counts.total()), None)


def _is_in(share: dict[str, str], members: str) -> bool:
    if members.startswith("@"):
        return any(mark in {"", share["index"]} for mark in members[1:].split(" @"))
    if members.startswith("#"):
        return share["industry"] in members[1:].split(" #")
    return share["symbol"] in members.split()


@functools.cache
def assets() -> tuple[Instrument, ...]:
    """Currencies and commodities: what contracts are on. They have a price, but are not listed."""
    return tuple(
        Instrument(
            key=f"{row['segment']}|{row['symbol']}",
            segment=row["segment"],
            exchange={"CUR": "NSE", "COM": "MCX"}[row["segment"]],
            kind="",
            name=row["name"],
            symbol=row["symbol"],
            compact=row["symbol"],
            token="",
            tick=25 if row["segment"] == "CUR" else 5 * PER_PAISA,
            quote_unit=row["unit"] or None,
            anchor=price(row["price"]),
        )
        for row in facts("assets")
    )


@functools.cache
def world() -> tuple[Instrument, ...]:
    """Indices and indicators of the world."""
    return tuple(
        Instrument(
            key=f"{row['segment']}|{row['code']}",
            segment=row["segment"],
            exchange="GLOBAL",
            kind="",
            name=row["name"],
            symbol=row["name"],
            compact=row["code"],
            token="",
            lot=0,
            tick=PER_PAISA,
            freeze=0,
            anchor=price(row["price"]),
        )
        for row in facts("world")
    )
