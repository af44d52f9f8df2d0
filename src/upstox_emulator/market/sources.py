"""What a price moves with: the factors behind shares, indices, currencies and commodities.

Each price is a source of its own, or a contract on one (`upstox_emulator.market.contracts`). A source loads on named
factors, the last of them its own: that is how shares of a sector, and the index above them, move together.
"""

from __future__ import annotations

import math
from typing import Final

import msgspec

from upstox_emulator.catalog.instrument import EXCHANGE_OF_SEGMENT, Instrument
from upstox_emulator.market.noise import stream
from upstox_emulator.units import Price

YEAR: Final = 252.0
"""Trading days in a year."""

VIX: Final = "NSE_INDEX|India VIX"

_MARKET: Final = 0.13
"""Yearly volatility of the market of shares."""

_OWN: Final = 0.16
"""What most shares have of their own; times 0.75 to 1.5."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """How a price moves.

    Attributes:
        key: its instrument's.
        name: what its chance is drawn from; a share on two exchanges has one name, so it has one price.
        exchange: whose sessions it follows.
        anchor, tick: as of the instrument.
        loads: factor and daily volatility, its own factor last.
        growth: daily, in logarithms.
        band: the day's price limits, as a fraction of the previous close; 0 where there are none.
        cap: the largest daily change, as a fraction.
        turnover: units traded on a usual day.
        mood: how strongly its volatility follows the nervousness of the market of shares.
        nervous: whether it is that nervousness (India VIX).
    """

    key: str
    name: str
    exchange: str
    anchor: Price
    tick: Price
    loads: tuple[tuple[str, float], ...]
    growth: float
    band: float
    cap: float
    turnover: int
    mood: float
    nervous: bool = False

    @property
    def volatility(self) -> float:
        """Of a year, as a fraction."""
        return math.sqrt(sum(load * load for _, load in self.loads) * YEAR)


# Yearly volatilities of common factors and of the own one, growth, and the limits.
_CURRENCY: Final = {
    "USDINR": (0.035, 0.010),
    "EURINR": (0.030, 0.060),
    "GBPINR": (0.030, 0.065),
    "JPYINR": (0.030, 0.085),
}
_COMMODITY: Final = {
    "CRUDEOIL": ("energy", 0.28, 0.10, 5_000_000),
    "NATURALGAS": ("energy", 0.14, 0.42, 90_000_000),
    "GOLD": ("bullion", 0.13, 0.03, 2_000),
    "SILVER": ("bullion", 0.18, 0.15, 250_000),
    "COPPER": ("metals", 0.15, 0.12, 20_000_000),
}
_SECTOR_INDEX: Final = {
    "bank": "Financial Services", "fin": "Financial Services", "it": "Information Technology", "auto":
    "Automobile and Auto Components", "pharma": "Healthcare", "health": "Healthcare", "metal": "Metals & Mining",
    "fmcg": "Fast Moving Consumer Goods", "energy": "Oil Gas & Consumable Fuels", "oil": "Oil Gas & Consumable Fuels",
    "realty": "Realty", "power": "Power", "capital": "Capital Goods", "infra": "Construction",
}  # fmt: skip
_STRICT_SERIES: Final = frozenset({"BE", "BZ", "SM", "ST", "SZ", "T", "TS", "X", "XT", "Z", "M", "MT"})


def source_of(instrument: Instrument) -> Source:
    """How the price of a share, index, currency or commodity moves."""
    segment = instrument.segment
    if instrument.key == VIX:
        return _nervousness(instrument)
    if segment == "CUR" or instrument.underlying_type == "CUR":
        return _currency(instrument)
    if segment in {"COM", "MCX_INDEX"}:
        return _commodity(instrument)
    if segment.startswith("GLOBAL"):
        return _global(instrument)
    if segment.endswith("_INDEX"):
        return _index(instrument)
    return _share(instrument)


def _source(
    instrument: Instrument,
    name: str,
    loads: dict[str, float],
    *,
    growth: float = 0.0,
    band: float = 0.0,
    cap: float = 0.07,
    turnover: int = 0,
    mood: float = 0.0,
    nervous: bool = False,
) -> Source:
    return Source(
        key=instrument.key,
        name=name,
        exchange=EXCHANGE_OF_SEGMENT[instrument.segment],
        anchor=max(instrument.anchor, 2 * instrument.tick),
        tick=instrument.tick,
        loads=tuple((factor, load / YEAR**0.5) for factor, load in loads.items()),
        growth=growth / YEAR,
        band=band,
        cap=cap,
        turnover=turnover,
        mood=mood,
        nervous=nervous,
    )


def _draw(name: str, what: str) -> float:
    """A fixed number between 0 and 1 of a name."""
    return stream("character", name, what) / 2**64


def _share(instrument: Instrument) -> Source:
    name = instrument.isin or instrument.key
    if name.startswith("INF"):  # a fund follows its market
        loads = {"market": _MARKET, name: 0.02}
        band, cap, growth = 0.20, 0.07, 0.09
    elif instrument.kind in {"GS", "SG", "TB", "F"} or instrument.kind[:1] in {"N", "Y"}:  # bonds
        loads = {"rates": 0.02, name: 0.015}
        band, cap, growth = 0.05, 0.02, 0.0
    else:
        beta = 0.7 + 0.7 * _draw(name, "beta")
        loads = {
            "market": _MARKET * beta,
            f"sector {instrument.industry}": 0.10 + 0.06 * _draw(name, "sector"),
            name: _OWN * (0.75 + 0.75 * _draw(name, "own")),
        }
        band, growth = _band(instrument), 0.05 + 0.08 * _draw(name, "growth")
        cap = min(0.07, band / 2)  # so that even a penny share's close is within its limits
    usual = 2.0 if instrument.industry else 0.5
    crores = 10 ** (usual + 1.1 * _draw(name, "turnover")) * (0.06 if instrument.exchange == "BSE" else 1.0)
    if instrument.kind in _STRICT_SERIES:
        crores /= 100
    units = max(int(crores * 1e7 * 10_000 / max(instrument.anchor, 1)), 500)
    return _source(instrument, name, loads, growth=growth, band=band, cap=cap, turnover=units, mood=0.8)


def _band(instrument: Instrument) -> float:
    """Trade-to-trade, small and shaky shares are held closer than those that may be bought on margin."""
    if instrument.kind in _STRICT_SERIES or instrument.security_type in {"SME", "PCA"}:
        return 0.05
    if instrument.mtf_bracket is None and instrument.industry is None:
        return 0.10
    return 0.20


def _index(instrument: Instrument) -> Source:
    words = instrument.name.lower().replace("nifty", "").split()
    sector = next((sector for word in words for mark, sector in _SECTOR_INDEX.items() if word.startswith(mark)), None)
    if "bankex" in instrument.name.lower():
        sector = _SECTOR_INDEX["bank"]
    loads = {"market": _MARKET}
    if sector is not None:
        loads[f"sector {sector}"] = 0.09
    elif any(word in {"next", "mid", "midcap", "small", "smallcap"} for word in words):
        loads = {"market": _MARKET * 1.1, "broad": 0.06}
    loads[instrument.key] = 0.012
    return _source(instrument, instrument.key, loads, growth=0.10, mood=0.8)


def _nervousness(instrument: Instrument) -> Source:
    return _source(instrument, instrument.key, {instrument.key: 0.35}, cap=0.5, nervous=True)


def _currency(instrument: Instrument) -> Source:
    pair = (instrument.underlying_symbol or instrument.symbol).upper()
    rupee, own = _CURRENCY.get(pair, (0.03, 0.06))
    return _source(instrument, f"CUR|{pair}", {"rupee": rupee, pair: own}, growth=0.015, cap=0.02)


def _commodity(instrument: Instrument) -> Source:
    symbol = (instrument.underlying_symbol or instrument.symbol).upper()
    factor, common, own, turnover = next(
        (row for name, row in _COMMODITY.items() if symbol.startswith(name)), ("bullion", 0.10, 0.10, 100_000)
    )
    loads = {factor: common, instrument.key: own}
    return _source(instrument, instrument.key, loads, growth=0.04, cap=0.035, turnover=turnover)


def _global(instrument: Instrument) -> Source:
    key = instrument.key
    if key.endswith("USDINR"):
        return _source(instrument, "CUR|USDINR", {"rupee": 0.035, "USDINR": 0.010}, growth=0.015, cap=0.02)
    if key.endswith(("BZUSD", "CLUSD")):
        return _source(instrument, key, {"energy": 0.28, key: 0.05}, growth=0.04, cap=0.06)
    loads = {"market": _MARKET, key: 0.02} if "NIFTY" in key else {"market": 0.05, "world": 0.11, key: 0.06}
    return _source(instrument, key, loads, growth=0.07)
