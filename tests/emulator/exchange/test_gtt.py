"""GTT orders: waiting, firing, guarding."""

from __future__ import annotations

import datetime as dt

import pytest

from upstox_emulator import IST
from upstox_emulator.errors import Refusal
from upstox_emulator.exchange.gtt_checks import GttWish
from upstox_emulator.market.view import Depth, Level
from upstox_emulator.units import price

from .world import FUTURE, SHARE, World


def rule(strategy, trigger, trigger_type="IMMEDIATE", **fields):
    return {"strategy": strategy, "trigger_type": trigger_type, "trigger_price": trigger, **fields}


def gtt_wish(*rules, **fields):
    wanted = {
        "type": "SINGLE" if len(rules) == 1 else "MULTIPLE", "quantity": 10, "product": "D", "rules": list(rules),
        "instrument_token": SHARE, "transaction_type": "BUY",
    }  # fmt: skip
    return GttWish(**(wanted | fields))


class GttWorld(World):
    def gtt(self, *rules, **fields):
        return self.exchange.place_gtt(gtt_wish(*rules, **fields), self.now)

    def change(self, gtt_id, *rules, **fields):
        wanted = gtt_wish(*rules, **fields)
        self.exchange.modify_gtt(
            GttWish(type=wanted.type, quantity=wanted.quantity, rules=wanted.rules, gtt_order_id=gtt_id), self.now
        )

    def states(self, gtt_id):
        (row,) = self.exchange.gtts.rows(gtt_id)
        return {leg["strategy"]: leg["status"] for leg in row["rules"]}

    def row(self, gtt_id, strategy):
        (row,) = self.exchange.gtts.rows(gtt_id)
        return next(leg for leg in row["rules"] if leg["strategy"] == strategy)

    def child(self, gtt_id, strategy="ENTRY"):
        leg = next(leg for leg in self.exchange.gtts._all[gtt_id].legs if leg.strategy == strategy)
        return self.order(leg.order_id)

    @property
    def stream(self):
        return [message for kind, message in self.events if kind == "gtt_order"]


@pytest.fixture
def world():
    return GttWorld()


ENTRY = rule("ENTRY", 100.05)
TARGET = rule("TARGET", 103)
STOP = rule("STOPLOSS", 98)


@pytest.mark.parametrize(
    ("trigger_type", "trigger", "short", "reaching"),
    [("ABOVE", 101, 100.95, 101.2), ("BELOW", 99, 99.05, 98.8)],
)
def test_a_single_waits_for_its_price(world, trigger_type, trigger, short, reaching):
    gtt_id = world.gtt(rule("ENTRY", trigger, trigger_type))
    assert gtt_id.startswith("GTT-C262311")
    assert world.states(gtt_id) == {"ENTRY": "SCHEDULED"}
    world.go(5, to=short)
    assert world.states(gtt_id) == {"ENTRY": "SCHEDULED"}
    world.go(to=reaching)
    order = world.child(gtt_id)
    assert (order.order_type, order.price, order.ref_id, order.variety) == ("LIMIT", price(trigger), gtt_id, "GTT")
    assert order.quantity == 10
    world.go(20, to=98)
    assert order.status == "complete"
    assert world.exchange.gtts.rows() == []  # completed ones are not shown
    assert not world.exchange.busy


def test_an_immediate_one_is_an_order_at_once_and_then_guarded(world):
    gtt_id = world.gtt(ENTRY, TARGET, STOP)
    assert world.states(gtt_id) == {"ENTRY": "COMPLETED", "TARGET": "SCHEDULED", "STOPLOSS": "SCHEDULED"}
    assert [message["rules"][0]["status"] for message in world.stream] == [
        "PENDING", "PENDING", "COMPLETED",
    ]  # fmt: skip
    world.go(to=103.2)
    assert world.child(gtt_id, "TARGET").side == "SELL"
    assert world.child(gtt_id, "TARGET").status == "complete"
    assert world.exchange.gtts.rows() == []
    final = world.stream[-1]
    assert {leg["strategy"]: leg["status"] for leg in final["rules"]} == {
        "ENTRY": "COMPLETED", "TARGET": "COMPLETED", "STOPLOSS": "CANCELLED",
    }  # fmt: skip
    assert [leg["trailing_gap"] for leg in final["rules"]] == [None, None, None]
    assert not world.desk.open_positions()


def test_a_stop_of_a_sold_position_buys(world):
    gtt_id = world.gtt(rule("ENTRY", 99.95), rule("TARGET", 97), rule("STOPLOSS", 102), transaction_type="SELL")
    world.go(to=101.9)
    assert world.states(gtt_id)["STOPLOSS"] == "SCHEDULED"
    world.go(to=102)
    assert world.child(gtt_id, "STOPLOSS").side == "BUY"
    assert world.child(gtt_id, "STOPLOSS").status == "open"  # a limit at 102, and the market offers at 102.05
    assert world.states(gtt_id) == {"ENTRY": "COMPLETED", "TARGET": "INACTIVE", "STOPLOSS": "OPEN"}


def test_market_protection_widens_the_order(world):
    gtt_id = world.gtt(ENTRY, rule("STOPLOSS", 98, market_protection=1))
    world.go(to=97.5)
    stop = world.child(gtt_id, "STOPLOSS")
    assert stop.price == price(97.05)
    assert stop.average == price(97.45)


def test_an_entry_that_fails_cancels_the_rest(world):
    gtt_id = world.gtt(rule("ENTRY", 130), TARGET, STOP)
    assert world.states(gtt_id) == {"ENTRY": "FAILED", "TARGET": "CANCELLED", "STOPLOSS": "CANCELLED"}
    assert "circuit limits" in world.row(gtt_id, "ENTRY")["message"]
    assert world.row(gtt_id, "ENTRY")["order_id"] == world.child(gtt_id).order_id
    world.exchange.roll(world.now)
    assert world.exchange.gtts.rows() == []


def test_an_entry_that_trades_in_part_is_guarded_for_that_part(world):
    gtt_id = world.gtt(ENTRY, STOP, quantity=150)
    assert world.states(gtt_id) == {"ENTRY": "OPEN", "STOPLOSS": "INACTIVE"}
    world.exchange.on_close("NSE", world.now)
    assert world.states(gtt_id) == {"ENTRY": "CANCELLED", "STOPLOSS": "SCHEDULED"}
    world.go(to=97)
    assert world.child(gtt_id, "STOPLOSS").quantity == 100


def test_an_exit_that_does_not_trade_gives_way_to_the_other(world):
    gtt_id = world.gtt(ENTRY, TARGET, STOP)
    world.go(to=97)
    assert world.states(gtt_id) == {"ENTRY": "COMPLETED", "TARGET": "INACTIVE", "STOPLOSS": "OPEN"}
    world.exchange.on_close("NSE", world.now)
    assert world.states(gtt_id) == {"ENTRY": "COMPLETED", "TARGET": "SCHEDULED", "STOPLOSS": "CANCELLED"}
    world.go(to=104)
    assert not world.desk.open_positions()


def test_an_exit_that_trades_in_part_leaves_the_rest_to_the_other(world):
    world.market.size = 200
    gtt_id = world.gtt(ENTRY, TARGET, STOP, quantity=150)
    world.market.books[SHARE] = Depth((Level(price(98), 60, 1),), ())
    world.go(to=98)
    world.exchange.on_close("NSE", world.now)
    del world.market.books[SHARE]
    assert world.states(gtt_id)["TARGET"] == "SCHEDULED"
    world.go(to=104)
    assert world.child(gtt_id, "TARGET").quantity == 90
    assert not world.desk.open_positions()


def test_the_last_exit_that_fails_ends_it(world):
    gtt_id = world.gtt(ENTRY, STOP)
    world.desk.refuses[SHARE] = "no holdings"
    world.go(to=97.9)
    assert world.states(gtt_id) == {"ENTRY": "COMPLETED", "STOPLOSS": "FAILED"}
    assert world.row(gtt_id, "STOPLOSS")["message"] == "no holdings"
    assert not world.exchange.busy


@pytest.mark.parametrize("side", ["BUY", "SELL"])
def test_a_trailing_stop_follows_by_whole_gaps(world, side):
    sign = 1 if side == "BUY" else -1
    entry = rule("ENTRY", 100 + sign * 0.05)
    gtt_id = world.gtt(entry, rule("STOPLOSS", 100 - sign * 2, trailing_gap=0.5), transaction_type=side)
    world.go(to=100 + sign * 0.45)
    assert world.row(gtt_id, "STOPLOSS")["trigger_price"] == 100 - sign * 2
    world.go(to=100 + sign * 1.7)
    assert world.row(gtt_id, "STOPLOSS")["trigger_price"] == 100 - sign * 0.5
    assert world.row(gtt_id, "STOPLOSS")["trailing_gap"] == 0.5
    assert world.stream[-1]["rules"][1]["trailing_gap"] == 0.5
    world.go(to=100 - sign * 0.4)
    assert world.states(gtt_id)["STOPLOSS"] == "SCHEDULED"
    world.go(to=100 - sign * 0.5)
    assert world.states(gtt_id)["STOPLOSS"] == "OPEN"


def test_a_gap_is_a_tenth_of_the_distance_at_least(world):
    with pytest.raises(Refusal, match=r"UDAPI1151 .*0\.2$"):
        world.gtt(ENTRY, rule("STOPLOSS", 98, trailing_gap=0.19))
    assert world.gtt(ENTRY, rule("TARGET", 103, trailing_gap=0.01))  # of a target it means nothing


# Changing and cancelling


def test_what_waits_changes_wholly(world):
    gtt_id = world.gtt(rule("ENTRY", 105, "ABOVE"))
    world.change(gtt_id, rule("ENTRY", 95, "BELOW"), TARGET, STOP, quantity=20)
    assert world.states(gtt_id) == {"ENTRY": "SCHEDULED", "TARGET": "INACTIVE", "STOPLOSS": "INACTIVE"}
    (row,) = world.exchange.gtts.rows(gtt_id)
    assert (row["type"], row["quantity"]) == ("MULTIPLE", 20)
    world.change(gtt_id, rule("ENTRY", 100.05), quantity=20)
    assert world.child(gtt_id).status == "complete"


def test_an_open_one_changes_its_prices(world):
    gtt_id = world.gtt(rule("ENTRY", 99), TARGET, STOP)
    with pytest.raises(Refusal, match="UDAPI1150"):
        world.change(gtt_id, rule("ENTRY", 99.5, "ABOVE"), TARGET, STOP)
    with pytest.raises(Refusal, match="stays 10"):
        world.change(gtt_id, rule("ENTRY", 99.5), TARGET, STOP, quantity=11)
    world.change(gtt_id, rule("ENTRY", 99.5), rule("TARGET", 104), STOP)
    assert world.child(gtt_id).price == price(99.5)
    assert world.row(gtt_id, "TARGET")["trigger_price"] == 104
    assert world.states(gtt_id)["ENTRY"] == "OPEN"
    world.go(to=99)
    assert world.states(gtt_id) == {"ENTRY": "COMPLETED", "TARGET": "SCHEDULED", "STOPLOSS": "SCHEDULED"}
    world.change(gtt_id, rule("ENTRY", 99.5), rule("STOPLOSS", 99))
    assert world.states(gtt_id) == {"ENTRY": "COMPLETED", "STOPLOSS": "SCHEDULED"}
    world.change(gtt_id, rule("ENTRY", 99.5), rule("STOPLOSS", 97), rule("TARGET", 103))
    assert world.states(gtt_id) == {"ENTRY": "COMPLETED", "STOPLOSS": "SCHEDULED", "TARGET": "SCHEDULED"}


def test_an_exit_that_is_taken_away_is_cancelled(world):
    gtt_id = world.gtt(ENTRY, TARGET, STOP)
    world.go(to=97)
    stop = world.child(gtt_id, "STOPLOSS")
    world.change(gtt_id, ENTRY, TARGET)
    assert stop.status == "cancelled"
    assert world.states(gtt_id) == {"ENTRY": "COMPLETED", "TARGET": "SCHEDULED"}
    world.change(gtt_id, ENTRY)
    assert not world.exchange.busy


def test_an_exit_that_is_added_while_the_other_works_stays_inactive(world):
    gtt_id = world.gtt(ENTRY, STOP)
    world.go(to=97)
    world.change(gtt_id, ENTRY, STOP, TARGET)
    assert world.states(gtt_id) == {"ENTRY": "COMPLETED", "STOPLOSS": "OPEN", "TARGET": "INACTIVE"}


def test_cancelling_ends_all_legs_and_their_orders(world):
    gtt_id = world.gtt(rule("ENTRY", 99), TARGET, STOP)
    order = world.child(gtt_id)
    assert world.exchange.cancel_gtt(gtt_id, world.now) == gtt_id
    assert order.status == "cancelled"
    assert set(world.states(gtt_id).values()) == {"CANCELLED"}
    for call in (lambda: world.exchange.cancel_gtt(gtt_id, world.now), lambda: world.change(gtt_id, ENTRY)):
        with pytest.raises(Refusal, match="UDAPI100010"):
            call()


# The day


def test_intraday_ones_live_for_the_day_and_others_a_year(world):
    day = world.gtt(rule("ENTRY", 105, "ABOVE"), product="I")
    year = world.gtt(rule("ENTRY", 105, "ABOVE"))
    rows = {row["gtt_order_id"]: row for row in world.exchange.gtts.rows()}
    assert rows[day]["created_at"] == int(world.now.timestamp()) * 1_000_000
    assert _moment(rows[day]) == dt.datetime(2026, 11, 23, 23, 59, 59, tzinfo=IST)
    assert _moment(rows[year]) == dt.datetime(2027, 11, 23, 23, 59, 59, tzinfo=IST)
    world.exchange.roll(dt.datetime(2026, 11, 24, tzinfo=IST))
    assert world.states(day) == {"ENTRY": "EXPIRED"}
    assert world.states(year) == {"ENTRY": "SCHEDULED"}
    assert world.stream[-1]["rules"][0]["status"] == "CANCELLED"


def _moment(row):
    return dt.datetime.fromtimestamp(row["expires_at"] / 1_000_000, IST)


def test_a_contract_that_ends_takes_its_gtt_with_it(world):
    gtt_id = world.gtt(rule("ENTRY", 105, "ABOVE"), instrument_token=FUTURE, quantity=65)
    world.exchange.roll(dt.datetime(2027, 1, 1, tzinfo=IST))
    assert world.states(gtt_id) == {"ENTRY": "EXPIRED"}


def test_at_night_the_order_waits_for_the_market():
    world = GttWorld("calendar", dt.datetime(2026, 11, 23, 20, 0, tzinfo=IST))
    gtt_id = world.gtt(ENTRY, STOP)
    waiting = world.gtt(rule("ENTRY", 90, "ABOVE"))
    gone = world.gtt(ENTRY, product="I")
    world.go(60)
    assert world.states(gtt_id) == {"ENTRY": "PENDING", "STOPLOSS": "INACTIVE"}
    assert world.states(waiting) == {"ENTRY": "SCHEDULED"}  # no trade, no trigger
    late = world.child(gone)
    world.now = dt.datetime(2026, 11, 24, tzinfo=IST)
    world.exchange.roll(world.now)
    assert late.status == "cancelled after market order"
    world.now = dt.datetime(2026, 11, 24, 9, 15, tzinfo=IST)
    world.exchange.on_open("NSE", world.now)
    assert world.states(gtt_id) == {"ENTRY": "COMPLETED", "STOPLOSS": "SCHEDULED"}


def test_a_stalled_entry_is_known_by_its_order(world):
    world.exchange.steering.put(_stall())
    gtt_id = world.gtt(ENTRY, STOP)
    assert world.states(gtt_id) == {"ENTRY": "TRIGGERED", "STOPLOSS": "INACTIVE"}
    assert world.child(gtt_id).status == "open pending"


def _stall():
    from upstox_emulator.exchange.steering import Act, Rule

    return Rule(number=1, act=Act(deed="stall"), key=SHARE)


# Violations


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"type": None}, ["UDAPI1126"]),
        ({"type": "TRIPLE"}, ["UDAPI1127"]),
        ({"rules": None}, ["UDAPI1128"]),
        ({"rules": []}, ["UDAPI1128"]),
        ({"rules": ["ENTRY"]}, ["UDAPI1128", "UDAPI1141"]),
        ({"rules": [rule(None, 100)]}, ["UDAPI1129", "UDAPI1141"]),
        ({"rules": [rule("EXIT", 100)]}, ["UDAPI1130", "UDAPI1141"]),
        ({"rules": [rule(7, 100)]}, ["UDAPI1138", "UDAPI1141"]),
        ({"rules": [rule("ENTRY", 100, None)]}, ["UDAPI1131"]),
        ({"rules": [rule("ENTRY", 100, "BESIDE")]}, ["UDAPI1132"]),
        ({"rules": [rule("ENTRY", 100, 7)]}, ["UDAPI1142"]),
        ({"rules": [rule("ENTRY", None)]}, ["UDAPI1133"]),
        ({"rules": [rule("ENTRY", 0)]}, ["UDAPI1140"]),
        ({"rules": [rule("ENTRY", -1)]}, ["UDAPI1140"]),
        ({"rules": [rule("ENTRY", "x")]}, ["UDAPI100036"]),
        ({"type": "SINGLE", "rules": [ENTRY, STOP]}, ["UDAPI1136"]),
        ({"type": "MULTIPLE", "rules": [ENTRY]}, ["UDAPI1137"]),
        ({"type": "MULTIPLE", "rules": [ENTRY, TARGET, STOP, STOP]}, ["UDAPI1137", "UDAPI1139"]),
        ({"type": "MULTIPLE", "rules": [ENTRY, ENTRY]}, ["UDAPI1139"]),
        ({"type": "MULTIPLE", "rules": [TARGET, STOP]}, ["UDAPI1141"]),
        ({"type": "MULTIPLE", "rules": [ENTRY, rule("STOPLOSS", 98, "BELOW")]}, ["UDAPI1143"]),
        ({"type": "MULTIPLE", "rules": [ENTRY, rule("STOPLOSS", 98, trailing_gap="x")]}, ["UDAPI100036"]),
        ({"rules": [rule("ENTRY", 100, market_protection=0)]}, ["UDAPI1158"]),
        ({"rules": [rule("ENTRY", 100, market_protection=25.5)]}, ["UDAPI1176"]),
        ({"rules": [rule("ENTRY", 100, market_protection=-2)]}, ["UDAPI1177"]),
        ({"rules": [rule("ENTRY", 100, market_protection="x")]}, ["UDAPI1177"]),
        ({"quantity": 0}, ["UDAPI1052"]),
        ({"quantity": None}, ["UDAPI1052"]),
        ({"quantity": 1.5}, ["UDAPI100036"]),
        ({"product": None}, ["UDAPI1006"]),
        ({"product": "CO"}, ["UDAPI1054"]),
        ({"transaction_type": "HOLD"}, ["UDAPI1057"]),
        ({"instrument_token": None}, ["UDAPI1026"]),
        ({"instrument_token": "NSE_EQ|NOTHING"}, ["UDAPI100011"]),
        ({"type": None, "quantity": 0, "rules": None}, ["UDAPI1126", "UDAPI1052", "UDAPI1128"]),
    ],
)
def test_every_violation_has_its_code(world, fields, codes):
    with pytest.raises(Refusal) as refused:
        world.exchange.place_gtt(gtt_wish(ENTRY, **fields), world.now)
    assert [problem.kind.code for problem in refused.value.problems] == codes
    assert refused.value.status == 400
    assert not world.events


@pytest.mark.parametrize(
    ("gtt_id", "code"),
    [(None, "UDAPI1134"), ("", "UDAPI1134"), ("C2", "UDAPI1135"), (7, "UDAPI1135"), ("GTT-1", "UDAPI100010")],
)
def test_an_id_that_is_none(world, gtt_id, code):
    with pytest.raises(Refusal, match=code):
        world.exchange.cancel_gtt(gtt_id, world.now)
    with pytest.raises(Refusal, match=code):
        world.change(gtt_id, ENTRY)
