"""How much margin is needed."""

from __future__ import annotations

import datetime as dt

import pytest

from upstox_emulator.account.margins import Wanted, basket, needed, rate
from upstox_emulator.account.position import Position
from upstox_emulator.account.span import RENEWED_AT, SCENARIOS, Scanner, figures_of, scan_of
from upstox_emulator.clock import IST
from upstox_emulator.units import price

from .world import (
    CALL,
    DOLLAR_FUTURE,
    FUTURE,
    HIGH,
    INSTRUMENTS,
    LATER,
    OIL_CALL,
    OIL_FUTURE,
    OTHER,
    PUT,
    SHARE,
    StillMarket,
)

AT = dt.datetime(2026, 11, 23, 10, tzinfo=IST)


@pytest.fixture
def scanner():
    return Scanner(StillMarket())


def wanted(key, side, quantity, rupees, product="I"):
    return Wanted(INSTRUMENTS[key], side, product, quantity, price(rupees))


def held(key, side, quantity, rupees, product="I"):
    one = Position(instrument=INSTRUMENTS[key], product=product)
    one.trade(side, quantity, price(rupees))
    return one


def contracts(*legs):
    return [(INSTRUMENTS[key], quantity) for key, quantity in legs]


def test_a_future(scanner):
    found = scanner.margin(contracts((FUTURE, 50)), AT)
    assert found.span == pytest.approx(50 * 20_050 * 0.095)
    assert found.exposure == pytest.approx(50 * 20_050 * 0.02)
    assert scanner.margin(contracts((FUTURE, -50)), AT) == pytest.approx(found)


def test_the_documented_currency_margin(scanner):
    span, exposure, additional = scanner.margin(contracts((DOLLAR_FUTURE, 1)), AT)
    assert (span, exposure, additional) == pytest.approx((1254.0, 418.0, 0.0)), "1.5 % and 0.5 % of 83,600"


def test_a_commodity_is_counted_in_lots(scanner):
    found = scanner.margin(contracts((OIL_FUTURE, 2)), AT)
    assert found.exposure == pytest.approx(2 * 100 * 6_000 * 0.015)
    assert found.additional == pytest.approx(2 * 100 * 6_000 * 0.024)
    assert found.span == pytest.approx(2 * 100 * 6_000 * 0.24)


def test_nothing_needs_nothing(scanner):
    assert scanner.margin([], AT).total == 0
    assert scanner.margin(contracts((FUTURE, 0)), AT).total == 0
    assert needed((), (), scanner, AT).total == 0


def test_an_option_of_ones_own_needs_no_more(scanner):
    assert scanner.margin(contracts((CALL, 50), (PUT, 50)), AT).total == 0


def test_a_hedge_costs_less_than_its_parts(scanner):
    short = scanner.margin(contracts((CALL, -50)), AT)
    spread = scanner.margin(contracts((CALL, -50), (HIGH, 50)), AT)
    assert 0 < spread.span <= 50 * 500 + 1, "at most the distance of the strikes"
    assert spread.total < short.total / 2
    assert spread.exposure == short.exposure
    straddle = scanner.margin(contracts((CALL, -50), (PUT, -50)), AT)
    assert short.span < straddle.span < short.span + scanner.margin(contracts((PUT, -50)), AT).span
    covered = scanner.margin(contracts((CALL, -50), (FUTURE, 50)), AT)
    assert covered.span < scanner.margin(contracts((FUTURE, 50)), AT).span + short.span
    calendar = scanner.margin(contracts((FUTURE, 50), (LATER, -50)), AT)
    assert calendar.span < 1000 < calendar.exposure


def test_the_figures_are_renewed_a_few_times_a_day(scanner):
    before = scanner.margin(contracts((FUTURE, 50)), AT)
    scanner._market.prices[FUTURE] *= 2
    assert scanner.margin(contracts((FUTURE, 50)), AT.replace(hour=10, minute=59)) == before
    assert scanner.margin(contracts((FUTURE, 50)), AT.replace(hour=11)).span == pytest.approx(2 * before.span)
    assert {figures_of(AT.replace(hour=hour)).time() for hour in range(24)} == set(RENEWED_AT)
    assert len(SCENARIOS) == 16


def test_what_is_asked_of_an_underlying():
    asked = {key: scan_of(INSTRUMENTS[key]).range for key in (FUTURE, DOLLAR_FUTURE, OIL_FUTURE, OIL_CALL)}
    assert asked == {FUTURE: 0.095, DOLLAR_FUTURE: 0.015, OIL_FUTURE: 0.24, OIL_CALL: 0.24}
    import msgspec

    of = lambda **more: scan_of(msgspec.structs.replace(INSTRUMENTS[FUTURE], **more))  # noqa: E731
    assert of(underlying_type="EQUITY").exposure == 0.035
    assert of(underlying_type="CUR", underlying_symbol="JPYINR").range == 0.025
    assert of(underlying_type="COM", underlying_symbol="GOLD").additional == 0.024


def test_shares(scanner):
    assert needed((), [wanted(SHARE, "BUY", 10, 100, "D")], scanner, AT).delivery == 1000
    assert needed((), [wanted(SHARE, "SELL", 10, 100, "D")], scanner, AT).total == 0
    assert needed((), [wanted(SHARE, "BUY", 10, 100)], scanner, AT).intraday == 200
    assert needed((), [wanted(SHARE, "BUY", 10, 100, "MTF")], scanner, AT).mtf == 250
    assert (rate(INSTRUMENTS[OTHER], "I"), rate(INSTRUMENTS[SHARE], "MTF")) == (rate(INSTRUMENTS[SHARE], "CO"), 0.25)


def test_of_orders_to_both_sides_the_dearer_counts(scanner):
    both = [wanted(SHARE, "BUY", 10, 100), wanted(SHARE, "SELL", 30, 100)]
    assert needed((), both, scanner, AT).intraday == 600
    assert needed([held(SHARE, "BUY", 20, 100)], both, scanner, AT).intraday == 600
    assert needed([held(SHARE, "SELL", 20, 100)], both, scanner, AT).intraday == 1000


def test_what_closes_needs_nothing(scanner):
    bought = held(SHARE, "BUY", 10, 100)
    alone = needed([bought], (), scanner, AT)
    assert needed([bought], [wanted(SHARE, "SELL", 10, 100)], scanner, AT) == alone
    twice = [wanted(SHARE, "SELL", 10, 100), wanted(SHARE, "SELL", 5, 100)]
    assert needed([bought], twice, scanner, AT).intraday == alone.intraday, "what opens the other side costs less"
    sold = held(CALL, "SELL", 50, 150)
    assert needed([sold], [wanted(CALL, "BUY", 50, 150)], scanner, AT).premium == 0
    assert needed([sold], [wanted(CALL, "BUY", 75, 150)], scanner, AT).premium == 25 * 150
    assert needed([sold], [wanted(CALL, "BUY", 50, 150, "D")], scanner, AT).premium == 50 * 150, "another product"


def test_orders_that_would_help_do_not_until_they_are_traded(scanner):
    sold = held(CALL, "SELL", 50, 150)
    alone = needed([sold], (), scanner, AT)
    assert needed([sold], [wanted(HIGH, "BUY", 50, 20)], scanner, AT) == alone + needed(
        (), [wanted(HIGH, "BUY", 50, 20)], scanner, AT
    )
    assert needed([sold], [wanted(FUTURE, "BUY", 50, 20_050)], scanner, AT).derivatives >= alone.derivatives
    more = needed([sold], [wanted(CALL, "SELL", 50, 150)], scanner, AT)
    assert more.derivatives == pytest.approx(2 * alone.derivatives, abs=1)
    hedged = needed([sold, held(HIGH, "BUY", 50, 20)], (), scanner, AT)
    assert hedged.derivatives < alone.derivatives


def test_a_basket_benefits_from_its_hedge(scanner):
    orders = [wanted(CALL, "SELL", 50, 150), wanted(HIGH, "BUY", 50, 20), wanted(SHARE, "BUY", 10, 100)]
    parts, final = basket(orders, scanner, AT)
    assert [part.premium for part in parts] == [0, 1000, 0]
    assert final.total < sum(part.total for part in parts)
    assert (final.premium, final.intraday, final.exposure) == (1000, 200, parts[0].exposure)
    alone, same = basket(orders[:1], scanner, AT)
    assert alone[0] == same
