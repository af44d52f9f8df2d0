"""What came in, and the assertions on it."""

from __future__ import annotations

import pytest

from upstox_emulator import Emulator, JournalError


def test_what_was_called_is_found(em, call):
    call("GET", "/v2/user/profile")
    call("POST", "/v2/user/kill-switch", body=[{"segment": "NSE_EQ", "action": "DISABLE"}])
    call("POST", "/v2/user/payments/payout", body={"mode": "NEFT", "amount": 500})
    assert len(em.journal) == 3
    assert [seen.method for seen in em.journal] == ["GET", "POST", "POST"]
    assert em.journal.assert_called("GET", "/v2/user/*")[0].body is None
    assert em.journal.assert_called("POST", "/v2/user/kill-switch", times=1)[0].body[0]["segment"] == "NSE_EQ"
    em.journal.assert_called("POST", "*", amount=500, times=1)
    em.journal.assert_not_called("POST", "*", amount=501)
    em.journal.assert_not_called("DELETE")
    assert repr(em.journal) == "Inspector(3 requests)"


def test_what_was_not_called_is_told(em, call):
    with pytest.raises(AssertionError, match="nothing came in"):
        em.journal.assert_called("GET", "/v2/user/profile")
    for _ in range(25):
        call("GET", "/v2/user/profile")
    with pytest.raises(AssertionError, match=r"expected GET /v2/user/profile 1 times, but it was called 25 times"):
        em.journal.assert_called("GET", "/v2/user/profile", times=1)
    with pytest.raises(AssertionError, match=r"\(5 earlier ones\), GET /v2/user/profile -> 200"):
        em.journal.assert_not_called(path="/v2/*")
    with pytest.raises(AssertionError, match="expected POST /v3/order/place, tag='x' at least once"):
        em.journal.assert_called("POST", "/v3/order/place", tag="x")


def test_a_form_is_not_kept(em, call):
    call("POST", "/v2/login/authorization/token", form={"client_secret": "hush"})
    assert em.journal.calls("POST")[0].body is None


def test_a_state_is_taken_and_restored(em, call):
    before = em.snapshot()
    call("POST", "/v2/user/kill-switch", body=[{"segment": "NSE_EQ", "action": "DISABLE"}])
    em.clock.advance(3600)
    assert any(row["kill_switch_enabled"] for row in call("GET", "/v2/user/kill-switch").data)
    em.restore(before)
    assert not any(row["kill_switch_enabled"] for row in call("GET", "/v2/user/kill-switch").data)
    assert em.clock.now() - before.at < (em.clock.now() - em.clock.now().replace(hour=0))


def test_a_state_is_taken_after_the_clock_was_set_back(em, call):
    def orders():
        return [(row["status"], row["order_timestamp"]) for row in call("GET", "/v2/order/retrieve-all").data]

    em.clock.speed = 0
    begin = em.clock.now()
    em.market.set_price("RELIANCE", 1500.0)
    body = {
        "quantity": 1, "product": "D", "validity": "DAY", "price": 1490.0, "instrument_token": "NSE_EQ|INE002A01018",
        "order_type": "LIMIT", "transaction_type": "BUY", "disclosed_quantity": 0, "trigger_price": 0, "is_amo": False,
    }  # fmt: skip
    assert call("POST", "/v3/order/place", body=body).status == 200
    em.market.move("RELIANCE", [(60, 1480.0)])
    em.clock.advance(90)
    ((status, traded_at),) = orders()
    assert status == "complete"
    em.clock.set(begin)
    snapshot = em.snapshot()
    gone, taken = em.venue.now, orders()
    em.clock.advance(300)
    em.restore(snapshot)
    assert (em.clock.now(), em.venue.now, orders()) == (begin, gone, taken)
    em.restore(em.snapshot())
    assert orders() == [("complete", traded_at)]


def test_a_restored_state_is_what_the_journal_keeps(tmp_path):
    path = tmp_path / "journal.db"
    with Emulator(db=path, access_token="ready", speed=0) as em:
        assert em.access_token == "ready"
        before = em.snapshot()
        em.issue_token("access", token="later")
        em.restore(before)
    with Emulator(db=path, speed=0) as em:
        assert "ready" in em.venue.tokens.issued
        assert "later" not in em.venue.tokens.issued


def test_a_journal_that_cannot_be_written_loses_nothing_by_a_restore(tmp_path):
    with Emulator(db=tmp_path / "em.db", speed=0) as em:
        before = em.snapshot()
        em.issue_token("access", token="later")
        em.backend._journal._db.execute(
            "CREATE TEMP TRIGGER full BEFORE INSERT ON commands BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
        with pytest.raises(JournalError, match="disk full"):
            em.restore(before)
        assert "later" in em.venue.tokens.issued
    with Emulator(db=tmp_path / "em.db", speed=0) as em:
        assert "later" in em.venue.tokens.issued


def test_who_listens_is_told_of_events_in_order(em):
    heard = []
    leave = em.backend.subscribe(heard.extend)
    em.venue.emit("order", {"order_id": "1"})
    em.venue.emit("position", {"quantity": 2})
    em.backend.now()
    leave()
    em.venue.emit("order", {"order_id": "2"})
    em.backend.now()
    assert [(event.number, event.kind) for event in heard] == [(1, "order"), (2, "position")]


def test_prices_are_steered_over_http(em, call):
    em.clock.speed = 0
    assert call("POST", "/__emulator/prices", body={"key": "RELIANCE", "price": 1500.0}).json() == {
        "key": "RELIANCE",
        "price": 1500.0,
    }
    call("POST", "/__emulator/prices", body={"key": "RELIANCE", "moves": [[5, 1490.0]]})
    em.clock.advance(5)
    assert call("POST", "/__emulator/prices", body={"key": "RELIANCE"}).json()["price"] == 1490.0
    call("POST", "/__emulator/prices", body={"key": "RELIANCE", "release": True})
    em.clock.advance(600)
    assert em.market.price("RELIANCE") != 1490.0
    refused = call("POST", "/__emulator/prices", body={"key": "NOBODY", "price": 1})
    assert (refused.status, "NOBODY" in refused.json()["error"]) == (400, True)


def test_states_are_taken_and_restored_over_http(em, call):
    em.clock.speed = 0
    begun = em.clock.now()
    assert call("POST", "/__emulator/snapshot", body={"name": "before"}).json()["name"] == "before"
    em.clock.advance(3600)
    assert call("POST", "/__emulator/restore", body={"name": "before"}).status == 200
    assert em.clock.now() == begun
    refused = call("POST", "/__emulator/restore", body={"name": "after"})
    assert refused.json() == {"error": "there is no snapshot 'after'; there are ['before']"}


def test_it_describes_itself(call):
    told = call("GET", "/__emulator/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    assert sum(len(methods) for methods in told["paths"].values()) == 103
