"""Options on a forward price: values, Greeks and implied volatility (Black, 1976), whole arrays at a time."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from upstox_emulator.market.noise import Floats

RATE: Final = 0.065
"""Of interest, a year."""

_PER_UNIT: Final = 64
_REACH: Final = 9
_GRID: Final = np.arange(-_REACH * _PER_UNIT, _REACH * _PER_UNIT + 1) / _PER_UNIT
_CUMULATIVE: Final = np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in _GRID])
_DENSITY: Final = np.exp(-_GRID * _GRID / 2) / math.sqrt(2 * math.pi)


def density(x: Floats) -> Floats:
    """Of the standard normal distribution."""
    return np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def cumulative(x: Floats) -> Floats:
    """The standard normal distribution: the nearest exact value of a grid, and Taylor's series to the sixth term."""
    x = np.clip(x, -_REACH, _REACH)
    row = np.rint(x * _PER_UNIT).astype(np.int64) + _REACH * _PER_UNIT
    a = _GRID[row]
    h = x - a
    a2 = a * a
    series = 1 + h * (
        -a / 2 + h * ((a2 - 1) / 6 + h * (-(a2 - 3) * a / 24 + h * ((a2 - 6) * a2 + 3) / 120))
    )  # of the density's derivatives: Hermite polynomials
    return _CUMULATIVE[row] + _DENSITY[row] * h * series


class Terms(NamedTuple):
    """What an option's value follows from, beside the forward price; arrays that broadcast.

    Attributes:
        sign: 1 for a call, -1 for a put. strike: in the unit of the price.
        volatility: of a year. years: to the end.
    """

    sign: Floats
    strike: Floats
    volatility: Floats
    years: Floats


class Lean(NamedTuple):
    """Terms as the value needs them: the standard deviation at the end, and what a rupee at the end is worth."""

    sign: Floats
    strike: Floats
    spread: Floats
    discount: Floats


def lean(terms: Terms) -> Lean:
    """What may be worked out before the forward price is known."""
    spread = np.maximum(terms.volatility * np.sqrt(terms.years), 1e-9)
    return Lean(terms.sign, terms.strike, spread, np.exp(-RATE * terms.years))


def worth_of(lean: Lean, forward: Floats) -> Floats:
    """What options are worth; at the end, what they would pay."""
    sign, strike, spread, discount = lean
    d1 = np.log(forward / strike) / spread + spread / 2
    worth = sign * (forward * cumulative(sign * d1) - strike * cumulative(sign * (d1 - spread)))
    return discount * np.maximum(worth, 0.0)


def value(terms: Terms, forward: Floats) -> Floats:
    """What options are worth by their terms."""
    return worth_of(lean(terms), forward)


class Sensitivities(NamedTuple):
    """Greeks of options: `theta` of a day, `vega` and `rho` of a percentage point, `chance` of a gain for a buyer."""

    delta: Floats
    gamma: Floats
    theta: Floats
    vega: Floats
    rho: Floats
    chance: Floats


def greeks(terms: Terms, spot: Floats, carry: Floats, price: Floats) -> Sensitivities:
    """Sensitivities to the spot, whose forward price is `spot * exp(carry * years)`.

    Parameters:
        price: what was paid, for the chance of a gain.
    """
    years, sign, strike = terms.years, terms.sign, terms.strike
    root = np.sqrt(np.maximum(years, 1e-12))
    spread = np.maximum(terms.volatility * root, 1e-9)
    growth, discount = np.exp(carry * years), np.exp(-RATE * years)
    forward = spot * growth
    d1 = np.log(forward / strike) / spread + spread / 2
    d2 = d1 - spread
    bell = density(d1)
    delta = sign * discount * growth * cumulative(sign * d1)
    gamma = discount * growth * bell / (spot * spread)
    vega = discount * forward * bell * root / 100
    worth = value(terms, forward)
    decay = -discount * forward * bell * terms.volatility / (2 * root) + RATE * worth - carry * spot * delta
    rho = sign * strike * years * discount * cumulative(sign * d2) / 100
    even = np.maximum(strike + sign * price, 1e-9)  # where a buyer gets back what was paid
    chance = cumulative(sign * (np.log(forward / even) / spread - spread / 2))
    open_ = years > 0
    return Sensitivities(
        delta,
        np.where(open_, gamma, 0.0),
        np.where(open_, decay / 365, 0.0),
        np.where(open_, vega, 0.0),
        rho,
        100 * chance,
    )


def implied(sign: Floats, strike: Floats, years: Floats, forward: Floats, price: Floats) -> Floats:
    """The volatilities at which options have their prices, by bisection; 0 of one that is worth less than it pays."""
    low, high = np.zeros_like(price), np.full_like(price, 10.0)
    for _ in range(60):
        middle = (low + high) / 2
        below = value(Terms(sign, strike, middle, years), forward) < price
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.where(years > 0, low, 0.0)
