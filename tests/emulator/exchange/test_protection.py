"""Market protection."""

from __future__ import annotations

import pytest

from upstox_emulator.exchange.protection import protected
from upstox_emulator.units import price

from .world import FUTURE, INSTRUMENTS, OPTION, SHARE


@pytest.mark.parametrize(
    ("key", "side", "base", "percent", "limit"),
    [
        (SHARE, "BUY", 49.95, -1, 51.40),  # 3 %, to the tick towards the price
        (SHARE, "BUY", 50, -1, 51),
        (SHARE, "SELL", 500, -1, 495),
        (SHARE, "BUY", 499.95, -1, 509.90),
        (FUTURE, "BUY", 23_000, -1, 23_115),
        (FUTURE, "SELL", 9_999.95, -1, 9_900),
        (OPTION, "BUY", 4.95, -1, 5.65),
        (OPTION, "SELL", 5, -1, 4.5),
        (OPTION, "SELL", 20, -1, 19),
        (OPTION, "BUY", 100, -1, 103),
        (OPTION, "BUY", 1000, -1, 1020),
        (SHARE, "BUY", 100, 2.5, 102.5),
        (SHARE, "SELL", 0.05, 25, 0.05),  # never below a tick
    ],
)
def test_the_limit_of_a_market_order(key, side, base, percent, limit):
    assert protected(INSTRUMENTS[key], side, price(base), percent) == price(limit)


def test_the_limit_stays_within_the_circuits():
    band = price(99), price(101)
    assert protected(INSTRUMENTS[SHARE], "BUY", price(100), 25, band) == price(101)
    assert protected(INSTRUMENTS[SHARE], "SELL", price(100), 25, band) == price(99)
