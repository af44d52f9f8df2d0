"""Determinism, and that nothing acknowledged is lost."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upstox_emulator import App, Emulator, JournalError
from upstox_emulator.account.kill_switch import Wish
from upstox_emulator.account.tokens import DEFAULT_APP, ExchangeForm
from upstox_emulator.clock import IST
from upstox_emulator.errors import Refusal
from upstox_emulator.exchange.checks import Wish as OrderWish
from upstox_emulator.exchange.commands import PlaceOrders
from upstox_emulator.journal import Journal
from upstox_emulator.venue import (
    CancelPayout,
    ChangeIps,
    ExchangeCode,
    InitiatePayout,
    IssueToken,
    Logout,
    MakeCode,
    ModifyPayout,
    RegisterApp,
    SpendCode,
    SwitchSegments,
    Venue,
)

from .conftest import Caller

START = dt.datetime(2026, 11, 23, 10, 0, tzinfo=IST)


def everything(venue: Venue, now: dt.datetime = START) -> Any:
    """The whole state, as plain data."""
    return (
        venue.tokens.apps,
        venue.tokens.codes,
        venue.tokens.issued,
        venue.tokens._made,
        venue.funds.v3(venue.now),
        venue.kill_switch._stopped,
        venue.static_ips.row(),
        venue.payments.payins(),
        venue.payments.payouts(now),
        venue.payments.modes(now),
        venue.payments._made,
    )


CODES = st.sampled_from(["c1", "c2", "c3"])
TOKENS = st.sampled_from(["t1", "t2"])
SEGMENTS = st.sampled_from(["NSE_EQ", "NSE_FO", "MCX_FO", "?"])
AMOUNTS = st.one_of(st.none(), st.integers(0, 600_000), st.floats(0, 1e7), st.just("x"))
IPS = st.sampled_from([None, "", "203.0.113.1", "203.0.113.2", "x"])
FORMS = st.builds(
    ExchangeForm,
    code=CODES,
    client_id=st.just("emulator"),
    client_secret=st.sampled_from(["emulator-secret", "wrong"]),
    redirect_uri=st.just(DEFAULT_APP.redirect_uri),
    grant_type=st.just("authorization_code"),
)
WISHES = st.lists(st.builds(Wish, SEGMENTS, st.sampled_from(["ENABLE", "DISABLE", "?"])), max_size=3)
KINDS = st.sampled_from(["access", "extended", "analytics"])
PAYOUTS = st.sampled_from(["EM261123-0001-NEFT", "?"])


def of(kind: Any, *arguments: Any) -> Any:
    return st.tuples(st.just(kind), st.tuples(*arguments))


MAKERS = st.one_of(
    of(MakeCode, st.sampled_from(["emulator", "nobody"]), st.one_of(st.none(), CODES)),
    of(ExchangeCode, FORMS),
    of(SpendCode, CODES),
    of(Logout, TOKENS),
    of(IssueToken, KINDS, st.sampled_from(["emulator", "nobody"]), st.one_of(st.none(), TOKENS)),
    of(SwitchSegments, WISHES),
    of(ChangeIps, IPS, IPS),
    of(InitiatePayout, st.sampled_from(["NEFT", "IMPS", "UPI", None]), AMOUNTS),
    of(ModifyPayout, PAYOUTS, AMOUNTS),
    of(CancelPayout, PAYOUTS),
)
STEPS = st.lists(st.tuples(MAKERS, st.integers(0, 50_000)), max_size=12)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_a_replayed_journal_gives_the_same_state(tmp_path_factory, steps):
    path = tmp_path_factory.mktemp("journal") / "venue.db"
    live = Venue(7, START)
    journal = Journal(path, {"seed": "7", "market": "always-open"}, START)
    now = START
    for command in (RegisterApp(START, DEFAULT_APP),):
        live.execute(command)
        journal.append(command)
    for (kind, arguments), seconds in steps:
        now += dt.timedelta(seconds=seconds)
        command = kind(now, *arguments)
        live.advance(now)
        before = json.dumps(everything(live, now), default=str)
        try:
            live.execute(command)
        except (Refusal, KeyError):
            assert json.dumps(everything(live, now), default=str) == before, "a refused command changes nothing"
        else:
            journal.append(command)
    journal.close()

    again = Journal(path, {"seed": "7", "market": "always-open"}, START + dt.timedelta(days=9))
    assert again.opened_at == START
    replayed = Venue(7, again.opened_at)
    for command in again.commands():
        replayed.execute(command)
    again.close()
    replayed.advance(now)
    live.advance(now)
    assert everything(replayed, now) == everything(live, now)


def test_the_same_seed_gives_the_same_tokens():
    def run(seed: int) -> list[str]:
        venue = Venue(seed, START)
        venue.execute(RegisterApp(START, DEFAULT_APP))
        code = venue.execute(MakeCode(START, "emulator"))
        return [code, venue.execute(IssueToken(START, "access", "emulator"))]

    assert run(7) == run(7)
    assert run(7) != run(8)


def test_a_restart_goes_on_where_it_stopped(tmp_path):
    db = tmp_path / "em.db"
    app = App(client_id="desk", client_secret="s", redirect_uri="http://127.0.0.1/")
    with Emulator(db=db, speed=0, apps=[app]) as em:
        token = em.access_token
        call = Caller(em.url, token)
        em.clock.advance(3600)
        call("POST", "/v2/user/payments/payout", body={"mode": "NEFT", "amount": 500})
        em.backend.execute(Logout(em.clock.now(), em.issue_token()))
        stopped_at = em.clock.now()
        before = everything(em.venue, stopped_at)
    with Emulator(db=db, speed=0) as em:
        assert everything(em.venue, stopped_at) == before
        assert em.clock.now() == stopped_at
        assert Caller(em.url, token)("GET", "/v2/user/payments/payout").data[0]["amount"] == 500


def test_another_seed_or_format_or_file_is_refused(tmp_path):
    db = tmp_path / "em.db"
    Emulator(db=db, seed=1).stop()
    with pytest.raises(JournalError, match="was begun with seed 1, not 2; give --seed 1"):
        Emulator(db=db, seed=2)
    with contextlib.closing(sqlite3.connect(db)) as raw, raw:
        raw.execute("UPDATE about SET value = '99' WHERE name = 'format'")
    with pytest.raises(JournalError, match="has format 99"):
        Emulator(db=db, seed=1)
    (tmp_path / "text").write_text("not a database, but long enough to be looked at" * 100)
    with pytest.raises(JournalError, match="is not a journal of this emulator"):
        Emulator(db=tmp_path / "text")
    with pytest.raises(JournalError, match="cannot open"):
        Emulator(db=tmp_path / "no" / "such" / "folder")


def test_one_emulator_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr("upstox_emulator.journal._PATIENCE", 0.01)
    db = tmp_path / "em.db"
    with Emulator(db=db), pytest.raises(JournalError, match="perhaps another emulator does"):
        Emulator(db=db)
    Emulator(db=db).stop()


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ('{"type": "FlyToTheMoon"}', "command 3 of the journal is not known to this version"),
        ('{"type": "ChangeIps", "at": "2026-11-23T10:00:00+05:30", "primary": "x", "secondary": null}', "UDAPI1183"),
    ],
)
def test_a_journal_of_another_version_is_told(tmp_path, command, told):
    db = tmp_path / "em.db"
    with Emulator(db=db) as em:
        em.issue_code()
    with contextlib.closing(sqlite3.connect(db)) as raw, raw:
        raw.execute("INSERT INTO commands (command) VALUES (?)", (command.encode(),))
    with pytest.raises(JournalError, match=told):
        Emulator(db=db)


def test_what_cannot_be_kept_has_not_happened(tmp_path, caplog):
    with Emulator(db=tmp_path / "em.db", speed=0) as em:
        call = Caller(em.url, em.access_token)
        em.backend._journal._db.execute("PRAGMA query_only=ON")  # as if the disk were full
        refused = call("POST", "/v2/user/payments/payout", body={"mode": "NEFT", "amount": 500})
        assert (refused.status, refused.codes) == (500, ["UDAPI100500"])
        assert "the journal cannot be written" in caplog.text
        assert call("GET", "/v2/user/payments/payout").data == []
        assert call("GET", "/v2/user/profile").status == 200, "what was kept before is still good"


def test_a_reset_begins_anew(tmp_path):
    db = tmp_path / "em.db"
    with Emulator(db=db, speed=0, apps=[App(client_id="a", client_secret="s", redirect_uri="http://x/")]) as em:
        call = Caller(em.url, em.access_token)
        other = em.issue_token()
        fresh = everything(em.venue)
        call("POST", "/v2/user/payments/payout", body={"mode": "NEFT", "amount": 500})
        em.clock.set(dt.datetime(2027, 1, 1))
        em.clock.speed = 5
        em.faults.garbage()
        em.approval = "deny"
        em.reset()
        assert (em.clock.now(), em.clock.speed, em.requests, em.approval) == (START, 0, (), "auto")
        assert call("GET", "/v2/user/payments/payout").data == []
        assert call("GET", "/v2/user/profile", token=other).codes == ["UDAPI100050"]
        assert call("POST", "/__emulator/reset").json()["requests"] == 0
        assert call("GET", "/v2/user/profile").codes == ["UDAPI100050"], "the door outside knows no ready token"
        em.reset()
        assert call("GET", "/v2/user/profile").status == 200
        em.issue_token(token=other)
        assert set(em.venue.tokens.apps) == {"emulator", "a"}
    with Emulator(db=db, speed=0) as em:
        assert everything(em.venue)[2].keys() == fresh[2].keys()


def start(db) -> tuple[subprocess.Popen[str], str]:
    command = [
        sys.executable,
        "-m",
        "upstox_emulator",
        "--port",
        "0",
        "--db",
        str(db),
        "--start",
        "2026-11-23T10:00:00",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout
    return process, process.stdout.readline().split()[-1]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_a_killed_emulator_has_everything_it_acknowledged(tmp_path):
    process, url = start(tmp_path / "em.db")
    token = Caller(url)("POST", "/__emulator/tokens").json()["token"]
    acknowledged: list[str] = []

    def keep_issuing() -> None:
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            while True:
                acknowledged.append(Caller(url)("POST", "/__emulator/tokens").json()["token"])
                if len(acknowledged) == 25:
                    os.kill(process.pid, signal.SIGKILL)  # in the midst of the work

    workers = [threading.Thread(target=keep_issuing) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    process.wait()
    process.stdout.close()
    assert len(acknowledged) >= 25

    process, url = start(tmp_path / "em.db")
    try:
        alive = [Caller(url, one)("GET", "/v2/user/profile").status for one in [token, *acknowledged][:40]]
        assert set(alive) == {200}
    finally:
        process.terminate()
        assert process.wait(10) == 0, "SIGTERM is a clean end"
        process.stdout.close()


def test_a_command_that_comes_late_is_replayed_late(tmp_path):
    """A clock that was set back, or a thread that was slow: what had happened meanwhile has happened."""

    def state(em: Emulator) -> Any:
        return [order.history for order in em.venue.exchange.blotter.orders.values()], em.venue.funds.v3(em.venue.now)

    def place(em: Emulator, ticks: int, at: dt.datetime) -> None:
        last = em.venue.market.last(key, at.timestamp())
        wish = OrderWish(
            quantity=10, product="D", validity="DAY", price=(last - 500 * ticks) / 10_000, instrument_token=key,
            order_type="LIMIT", transaction_type="BUY", trigger_price=0,
        )  # fmt: skip
        em.backend.execute(PlaceOrders(at, wish))

    key = "NSE_EQ|INE117A01022"
    with Emulator(start=START, speed=0, db=tmp_path / "journal") as em:
        place(em, 60, START)
        em.clock.set(START + dt.timedelta(minutes=20))
        em.clock.set(START + dt.timedelta(seconds=30))
        for ticks in (1, 2, 5, 10, 20):
            place(em, ticks, em.clock.now())
        kept = len(em.backend._commands)
        em.backend.now()
        before = state(em)
        snapshot = em.snapshot()
    with Emulator(start=START, speed=0, db=tmp_path / "journal") as again:
        assert len(again.backend._commands) == kept
        assert state(again) == before
        again.clock.set(START + dt.timedelta(hours=2))
        later = state(again)
        assert later != before
        again.restore(snapshot)
        assert state(again) == before
    with Emulator(start=START, speed=0, db=tmp_path / "journal") as again:
        again.clock.set(START + dt.timedelta(hours=2))
        assert state(again) == later
