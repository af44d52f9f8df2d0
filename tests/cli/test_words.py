"""Money and time for people."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstox_client.amounts import grouped
from upstox_client.auth import IST
from upstox_client.cli.words import as_typed, duration, lifetime, moment, rupees

NOW = dt.datetime(2026, 11, 24, 23, 18, tzinfo=IST)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "-"),
        (0, "₹0.00"),
        (-0.001, "₹0.00"),
        (5.5, "₹5.50"),
        (999.999, "₹1,000.00"),
        (1507460.5, "₹15,07,460.50"),
        (100000, "₹1,00,000.00"),
        (-130, "-₹130.00"),
        (-12345678.9, "-₹1,23,45,678.90"),
        (123456789012, "₹1,23,45,67,89,012.00"),
    ],
)
def test_rupees(amount, text):
    assert rupees(amount) == text


@pytest.mark.parametrize(
    ("number", "places", "sign", "text"),
    [
        (15375000, 2, False, "1,53,75,000.00"),
        (99999.5, 0, False, "1,00,000"),
        (100000, 0, True, "+1,00,000"),
        (0, 2, True, "+0.00"),
        (-130, 2, True, "-130.00"),
        (-0.001, 2, True, "+0.00"),
        (83.4025, 4, False, "83.4025"),
        (float("nan"), 2, False, "nan"),
        (float("-inf"), 2, True, "-inf"),
    ],
)
def test_grouped(number, places, sign, text):
    assert grouped(number, places, sign=sign) == text


@given(st.integers(-(10**14), 10**14))
def test_no_digit_is_lost(paise):
    text = rupees(paise / 100)
    assert round(float(text.replace("₹", "").replace(",", "")) * 100) == round(round(paise / 100, 2) * 100)
    groups = text.strip("-₹").partition(".")[0].split(",")
    assert len(groups[-1]) <= 3
    assert all(len(group) == 2 for group in groups[1:-1])


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600 * 4 + 60 * 12, "4 h 12 min"),
        (3600 * 47, "47 h 0 min"),
        (86400 * 29, "29 days"),
    ],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_moments():
    assert moment(NOW + dt.timedelta(hours=4, minutes=12), NOW) == "03:30 IST"
    assert moment(NOW + dt.timedelta(days=30), NOW) == "24 Dec 2026 23:18 IST"


def test_lifetimes():
    assert lifetime(NOW + dt.timedelta(hours=4, minutes=12), NOW) == "expires in 4 h 12 min, 03:30 IST"
    assert lifetime(NOW - dt.timedelta(hours=3), NOW) == "expired 3 h 0 min ago, 20:18 IST"


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("RELIANCE: limit=1500.03 is between two ticks", "RELIANCE: --limit 1500.03 is between two ticks"),
        ("limit= and market=True exclude each other", "--limit and --market exclude each other"),
        ("give stoploss=, too", "give --stoploss, too"),
        ("use product='delivery' or 'intraday'", "use --product delivery or 'intraday'"),
        ("say lots=1, not 100 units", "say --lots 1, not 100 units"),
        ("market_protection is above 0", "--protection is above 0"),
        ("see up.orders()", "see upstox order list"),
        ("look at up.gtt.orders()", "look at upstox gtt list"),
        ("up.futures('NIFTY 50')", "upstox search --kind FUT -u 'NIFTY 50'"),
        ("the limit is 5", "the limit is 5"),
    ],
)
def test_what_is_told_to_programs_is_told_in_the_words_of_the_command_line(message, text):
    assert as_typed(message) == text
