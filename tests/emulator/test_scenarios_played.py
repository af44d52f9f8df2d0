"""Steps are done when the clock gets to them."""

from __future__ import annotations

import datetime as dt
import threading

import pytest

from upstox_emulator import IST, Emulator
from upstox_emulator.scenarios import Scenario, ScenarioError

from .conftest import Caller

SHARE = "NSE_EQ|INE002A01018"


def play(em: Emulator, steps: str):
    return Scenario.parse(f"name: x\nsteps:\n{steps}").play(em)


def place(call: Caller, **other):
    body = {
        "quantity": 10, "product": "D", "validity": "DAY", "price": 0, "instrument_token": SHARE,
        "order_type": "MARKET", "transaction_type": "BUY", "disclosed_quantity": 0, "trigger_price": 0,
        "is_amo": False, "tag": "x",
    }  # fmt: skip
    return call("POST", "/v3/order/place", body=body | other)


def latest(call: Caller) -> dict:
    return call("GET", "/v2/order/retrieve-all").data[-1]


# Time


def test_a_step_at_the_beginning_is_done_at_once(em, call):
    playing = play(em, "  - {storm: {times: 1}}")
    assert playing.done
    assert call("GET", "/v2/user/profile").status == 429
    assert call("GET", "/v2/user/profile").status == 200


def test_a_step_is_done_when_the_clock_jumps_to_it(em):
    playing = play(em, "  - {at: +5s, storm: {times: 1}}\n  - {at: +1m, storm: {times: 2}}")
    assert playing.next_at == em.clock.now() + dt.timedelta(seconds=5)
    em.clock.advance(4)
    assert not em.faults.armed()
    em.clock.advance(1)
    assert [fault.times for fault in em.faults.armed()] == [1]
    em.clock.advance(600)
    assert [fault.times for fault in em.faults.armed()] == [1, 2]
    assert playing.done
    assert playing.next_at is None


def test_times_of_the_day_come_one_after_the_other(em):
    steps = "  - {at: '09:59', storm: {}}\n  - {at: '09:00', storm: {}}\n  - {at: '10:00:30', storm: {}}"
    playing = play(em, steps)
    moments = [playing.next_at]
    while not playing.done:
        em.clock.set(moments[-1])
        moments.append(playing.next_at)
    assert [f"{moment:%d %H:%M:%S}" for moment in moments if moment] == ["24 09:59:00", "25 09:00:00", "25 10:00:30"]


def test_run_takes_the_clock_from_step_to_step(em):
    begin = em.clock.now()
    playing = play(em, "  - {at: +5s, storm: {}}\n  - {at: +1h, clock: {advance: 10}}\n  - {at: +1h, storm: {}}")
    playing.run()
    assert em.clock.now() == begin + dt.timedelta(hours=1, seconds=10)
    assert len(em.faults.armed()) == 2


def test_steps_are_done_by_themselves_while_the_clock_runs():
    done = threading.Event()
    with Emulator(speed=100) as em:
        em.clock.listen(done.set)
        playing = play(em, "  - {at: +10s, clock: {advance: 1}}")  # a tenth of a second
        assert done.wait(10)
        playing.stop()
        assert playing.done
        assert playing.error is None


def test_a_scenario_is_stopped(em):
    playing = play(em, "  - {at: +5s, storm: {}}")
    playing.stop()
    em.clock.advance(10)
    assert not em.faults.armed()


def test_a_reset_ends_it(em):
    playing = play(em, "  - {at: +5s, storm: {}}")
    em.reset()
    em.clock.advance(10)
    assert not em.faults.armed()
    assert playing.done


def test_what_goes_wrong_in_a_step_is_told_to_who_steers(em):
    playing = play(em, "  - {at: +5s, set_price: {instrument: RELIANCE, price: 99999}}\n  - {at: +6s, storm: {}}")
    with pytest.raises(ValueError, match="limit"):
        em.clock.advance(10)
    assert isinstance(playing.error, ValueError)
    assert not em.faults.armed()
    with pytest.raises(ValueError, match="limit"):
        playing.run()


def test_what_goes_wrong_while_the_clock_runs_is_kept_and_logged(caplog):
    with Emulator(speed=100) as em:
        playing = play(em, "  - {at: +10s, set_price: {instrument: RELIANCE, price: 99999}}")
        playing._thread.join(10)
        assert isinstance(playing.error, ValueError)
        assert "a step of a scenario failed" in caplog.text
        with pytest.raises(ValueError, match="limit"):
            playing.run()


def test_an_instrument_that_is_none_is_told_before_anything_is_done(em):
    with pytest.raises(ScenarioError, match="x: step 2: 'NOBODY' is neither the key nor the symbol"):
        play(em, "  - {storm: {}}\n  - {at: +5s, release: {instrument: NOBODY}}")
    assert not em.faults.armed()


# What steps do


def test_prices_are_set_moved_and_released(em):
    before = em.market.price("RELIANCE")
    playing = play(
        em,
        "  - {set_price: {instrument: RELIANCE, change: -2}}\n"
        "  - {at: +1m, move: {instrument: RELIANCE, to: [{change: 1}, {after: 30, price: 1500}]}}\n"
        "  - {at: +5m, set_price: {instrument: RELIANCE, limit: lower}}\n"
        "  - {at: +6m, release: {instrument: RELIANCE}}\n",
    )
    held = em.market.price("RELIANCE")
    assert held == pytest.approx(before * 0.98, abs=0.1)
    em.clock.advance(60)
    assert em.market.price("RELIANCE") == pytest.approx(held * 1.01, abs=0.1)
    em.clock.advance(30)
    assert em.market.price("RELIANCE") == 1500
    em.clock.advance(210)
    tick = em.venue.market.tick(SHARE, em.clock.now().timestamp())
    assert tick.last == tick.lower_circuit
    em.clock.advance(60)
    em.clock.advance(3600)
    assert em.market.price("RELIANCE") != tick.last / 10_000
    assert playing.done


def test_an_index_has_no_limits(em):
    with pytest.raises(ValueError, match="'Nifty 50' has no limits of the day"):
        play(em, "  - {set_price: {instrument: Nifty 50, limit: upper}}")


@pytest.mark.parametrize(
    ("deed", "status"),
    [
        ("deed: reject, text: no", "rejected"),
        ("deed: fill, price: 1490", "complete"),
        ("deed: stall", "open pending"),
        ("deed: delay, seconds: 60", "open pending"),
        ("deed: cancel", "cancelled"),
    ],
)
def test_orders_are_steered(em, call, deed, status):
    play(em, f"  - {{order: {{{deed}, tag: x, instrument: RELIANCE, side: BUY, times: 1}}}}")
    assert place(call, order_type="LIMIT", price=1500).status == 200
    em.clock.advance(1)
    order = latest(call)
    assert order["status"] == status
    assert place(call, tag="y").status == 200


def test_orders_are_refused(em, call):
    play(em, "  - {order: {deed: refuse}}\n  - {order: {deed: refuse, text: UDAPI100049, call: cancel}}")
    assert place(call).status == 500
    em.orders.clear()
    em.clock.advance(1)
    assert place(call).status == 200
    Scenario.parse("name: x\nsteps: [{clear: {what: [orders]}}]").play(em)
    assert place(call).status == 200


def test_an_order_trades_in_part_and_later_in_full(em, call):
    play(em, "  - {order: {deed: partial, share: 0.4, then_fill: 5}}")
    place(call)
    em.clock.advance(1)
    assert latest(call)["filled_quantity"] == 4
    em.clock.advance(6)
    assert latest(call)["filled_quantity"] == 10


def test_the_order_service_closes_and_opens(em, call):
    play(em, "  - {order_service: {state: closed}}\n  - {at: +30m, order_service: {state: open}}")
    closed = place(call)
    assert (closed.status, closed.codes) == (423, ["UDAPI100074"])
    assert call("DELETE", "/v3/order/cancel?order_id=1").status == 423
    assert call("GET", "/v2/order/retrieve-all").status == 200
    em.clock.advance(1800)
    assert place(call).status == 200


def test_faults_are_armed_afresh_each_time(em, call):
    scenario = Scenario.parse("name: x\nsteps: [{fault: {kind: status, code: 503, path: /v2/user/*}}]")
    for _ in range(2):
        scenario.play(em)
        assert call("GET", "/v2/user/profile").status == 503
        assert call("GET", "/v2/user/profile").status == 200
    scenario.play(em)
    Scenario.parse("name: x\nsteps: [{clear: {what: [faults]}}]").play(em)
    assert call("GET", "/v2/user/profile").status == 200


def test_a_token_ends(em, call):
    play(em, "  - {token: {}}")
    assert call("GET", "/v2/user/profile").codes == ["UDAPI100050"]
    other = em.issue_token()
    play(em, f"  - {{token: {{end: {other}}}}}")
    assert call("GET", "/v2/user/profile", token=other).status == 401


def test_the_clock_is_steered(em):
    play(em, "  - {clock: {set: '03:30', advance: 5, speed: 0}}")
    assert em.clock.now() == dt.datetime(2026, 11, 24, 3, 30, 5, tzinfo=IST)
    play(em, "  - {clock: {speed: 2}}")
    assert em.clock.speed == 2


def test_the_feeds_are_kicked(em):
    play(em, "  - {kick: {code: 1001, reason: bye, feed: market}}")
    assert em.feed.connections == []


# The scenarios that come with the emulator


@pytest.mark.parametrize("name", Scenario.names())
def test_every_scenario_is_played_to_its_end(em, name):
    Scenario.load(name).play(em).run()


def test_the_opening_gap(em):
    before = em.market.price("Nifty 50")
    playing = Scenario.load("opening-gap").play(em)
    assert em.market.price("Nifty 50") == pytest.approx(before * 0.97, rel=0.001)
    playing.run()
    em.clock.advance(60)
    assert em.market.price("Nifty 50") < before


def test_a_share_is_locked_at_its_limit(em, call):
    Scenario.load("limit-up-lock").play(em)
    em.clock.advance(30)
    key = em.market.key("TATASTEEL")
    depth = em.venue.market.depth(key, em.clock.now().timestamp())
    assert depth.bids
    assert not depth.asks
    place(call, instrument_token=key)
    em.clock.advance(1)
    assert (latest(call)["status"], latest(call)["filled_quantity"]) == ("open", 0)


def test_a_cancel_comes_too_late(em, call):
    Scenario.load("partial-then-cancel-race").play(em)
    em.faults.clear()  # the fault that makes the cancel late takes real seconds; the clock does it here
    order_id = place(call, tag="race").data["order_ids"][0]
    em.clock.advance(1)
    assert latest(call)["filled_quantity"] == 4
    em.clock.advance(2.5)
    assert call("DELETE", f"/v3/order/cancel?order_id={order_id}").codes == ["UDAPI100040"]


def test_tokens_die_at_half_past_three(em, call):
    playing = Scenario.load("token-dies-0330").play(em)
    assert em.clock.now().time() == dt.time(3, 29, 55)
    assert call("GET", "/v2/user/profile").status == 200
    playing.run()
    assert call("GET", "/v2/user/profile").codes == ["UDAPI100050"]
