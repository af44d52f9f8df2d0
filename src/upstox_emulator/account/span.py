"""Margin of derivatives by scanning: what a portfolio would lose if its underlying and the volatility moved.

In the manner of SPAN: sixteen scenarios, the largest loss counts, what options are worth by now is set off, so that a
hedge costs less than its parts and an option that one owns costs nothing more. On top comes the exposure margin. As at
the exchanges, the figures behind it are renewed a few times a day; between, a position's margin stays what it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np

from upstox_emulator.account.figures import worth
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.clock import IST
from upstox_emulator.market import pricing
from upstox_emulator.market.noise import Floats
from upstox_emulator.market.view import MarketView
from upstox_emulator.units import rupees

RENEWED_AT: Final = (dt.time(0), dt.time(11), dt.time(12, 30), dt.time(14), dt.time(15, 30))
"""When the figures are renewed."""

_THIRD: Final = 1 / 3
_MOVES: Final = (0.0, _THIRD, -_THIRD, 2 * _THIRD, -2 * _THIRD, 1.0, -1.0)
_EXTREME: Final = 2.0
_EXTREME_PART: Final = 0.35
_VOLATILITY: Final = (1.25, 0.75)
SCENARIOS: Final = (
    *((move, shift, 1.0) for move in _MOVES for shift in _VOLATILITY),
    (_EXTREME, 1.0, _EXTREME_PART),
    (-_EXTREME, 1.0, _EXTREME_PART),
)
"""How far the price goes, in scan ranges; what becomes of the volatility; the part of the loss that counts."""

_MOVED, _SHIFTED, _COUNTED = (np.array(column) for column in zip(*SCENARIOS, strict=True))
_NOTHING: Final = np.zeros(len(SCENARIOS))

_CALMEST: Final = 0.01
_YEAR: Final = 365 * 86_400.0
_EXPIRES: Final = dt.time(15, 30)


class Scan(NamedTuple):
    """What is asked of an underlying, as fractions of a contract's worth.

    Attributes:
        range: how far the price is moved. exposure: on futures and sold options. additional: of commodities.
    """

    range: float
    exposure: float
    additional: float = 0.0


_INDEX: Final = Scan(0.095, 0.02)
_SHARE: Final = Scan(0.15, 0.035)
_DOLLAR: Final = Scan(0.015, 0.005)
_CURRENCY: Final = Scan(0.025, 0.005)
_COMMODITY: Final = Scan(0.0715, 0.015, 0.024)
_RESTLESS: Final = {
    "SILVER": Scan(0.095, 0.015, 0.024),
    "CRUDEOIL": Scan(0.24, 0.015, 0.024),
    "NATURALGAS": Scan(0.26, 0.015, 0.024),
}


class Risk(NamedTuple):
    """Of a quantity of one, in rupees.

    Attributes:
        losses: in each scenario; a gain is negative.
        value: what an option is worth; 0 of a future.
        exposure, additional: those margins of a future, or of an option that was sold.
        is_option: whether owning it costs nothing more.
    """

    losses: Floats
    value: float
    exposure: float
    additional: float
    is_option: bool


class Margin(NamedTuple):
    """Of a portfolio, in rupees."""

    span: float
    exposure: float
    additional: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.span + self.exposure + self.additional


class Scanner:
    """Margins at a moment's figures."""

    def __init__(self, market: MarketView) -> None:
        self._market = market
        self._risks: dict[str, Risk] = {}
        self._renewed = dt.datetime.min.replace(tzinfo=IST)

    def margin(self, contracts: Iterable[tuple[Instrument, int]], at: dt.datetime) -> Margin:
        """Of contracts on one underlying and how many of them; negative if sold."""
        renewed = figures_of(at)
        legs = [(quantity, self._risk(instrument, renewed)) for instrument, quantity in contracts if quantity]
        charged = [(abs(quantity), risk) for quantity, risk in legs if quantity < 0 or not risk.is_option]
        if not charged:  # options of one's own cannot lose more than they are worth
            return Margin(0.0, 0.0, 0.0)
        losses = sum((quantity * risk.losses for quantity, risk in legs), _NOTHING)
        value = sum(quantity * risk.value for quantity, risk in legs)
        return Margin(
            span=max(0.0, float(losses.max()) - value),
            exposure=sum(quantity * risk.exposure for quantity, risk in charged),
            additional=sum(quantity * risk.additional for quantity, risk in charged),
        )

    def forget(self) -> None:
        """Look at the market again: the prices of the latest figures may have been changed."""
        self._risks.clear()

    def _risk(self, instrument: Instrument, renewed: dt.datetime) -> Risk:
        if renewed != self._renewed:
            self._risks, self._renewed = {}, renewed
        risk = self._risks.get(instrument.key)
        if risk is None:
            risk = self._risks[instrument.key] = self._make_risk(instrument, renewed)
        return risk

    def _make_risk(self, instrument: Instrument, at: dt.datetime) -> Risk:
        moment, scan, units = at.timestamp(), scan_of(instrument), worth(instrument)
        spot = rupees(self._market.last(_priced_by(instrument), moment))
        exposure, additional = spot * scan.exposure * units, spot * scan.additional * units
        if not instrument.is_option:
            return Risk(-spot * scan.range * units * _MOVED * _COUNTED, 0.0, exposure, additional, is_option=False)
        values = self._values(instrument, spot, at) * units
        now = float(values[0])
        return Risk((now - values[1:]) * _COUNTED, now, exposure, additional, is_option=True)

    def _values(self, instrument: Instrument, spot: float, at: dt.datetime) -> Floats:
        """What an option is worth as things are, and in each scenario."""
        volatility = self._market.greeks(instrument.key, at.timestamp()).iv
        moves = np.append(0.0, _MOVED) * scan_of(instrument).range
        shifts = np.append(1.0, _SHIFTED) * max(volatility, _CALMEST)
        terms = pricing.Terms(
            sign=np.array([1.0 if instrument.kind == "CE" else -1.0]),
            strike=np.array([rupees(instrument.strike)]),
            volatility=shifts,
            years=np.array([_years(instrument, at)]),
        )
        return pricing.value(terms, spot * (1 + moves))


def figures_of(at: dt.datetime) -> dt.datetime:
    """When the figures that are valid at a moment were made."""
    at = at.astimezone(IST)
    time = max(renewed for renewed in RENEWED_AT if renewed <= at.time())
    return dt.datetime.combine(at.date(), time, IST)


def scan_of(instrument: Instrument) -> Scan:
    """What is asked of an instrument's underlying."""
    symbol = instrument.underlying_symbol or ""
    if instrument.underlying_type == "COM":
        return next((scan for name, scan in _RESTLESS.items() if symbol.startswith(name)), _COMMODITY)
    if instrument.underlying_type == "CUR":
        return _DOLLAR if symbol == "USDINR" else _CURRENCY
    return _INDEX if instrument.underlying_type == "INDEX" else _SHARE


def _priced_by(instrument: Instrument) -> str:
    """A future by itself, an option by what it is on."""
    return instrument.underlying if instrument.is_option and instrument.underlying is not None else instrument.key


def _years(instrument: Instrument, at: dt.datetime) -> float:
    """To the end of a contract; a last day counts as one."""
    end = dt.datetime.combine(instrument.expiry or at.date(), _EXPIRES, IST)
    return max((end - at).total_seconds(), 86_400.0) / _YEAR
