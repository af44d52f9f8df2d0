"""A whole day: killed in the middle and gone on with, it ends as one that was not; two of one seed are alike."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.day import OPEN, TOKEN, Day, Line, account
from upstox_emulator import Emulator

COUNT = 500


def in_process(seed: int, count: int = COUNT) -> tuple[list[Any], list[Any], dict[str, Any]]:
    """What came of each request, every event, and the account at the end."""
    events: list[Any] = []
    with Emulator(seed=11, start=OPEN, speed=0, market="calendar", rate_limit=False, access_token=TOKEN) as em:
        assert em.access_token == TOKEN
        em.backend.subscribe(events.extend)
        line = Line(em.url)
        outcomes = list(Day(seed, count).run(line))
        end = account(line)
        line.close()
    return outcomes, [(event.number, event.at, event.kind, event.message) for event in events], end


@pytest.fixture(scope="module")
def undisturbed() -> tuple[list[Any], list[Any], dict[str, Any]]:
    return in_process(1)


def test_a_day_has_something_of_everything(undisturbed) -> None:
    outcomes, events, end = undisturbed
    assert len(outcomes) == COUNT
    assert {status for status, _ in outcomes} >= {200, 400}
    assert "Something went wrong" not in str(outcomes)
    ends = {"complete", "rejected", "cancelled", "after market order req received"}
    assert {row["status"] for row in end["orders"]} == ends
    assert {row["order_type"] for row in end["orders"]} == {"MARKET", "LIMIT", "SL", "SL-M"}
    assert {kind for _, _, kind, _ in events} == {"order", "gtt_order", "position"}
    assert end["positions"]
    assert len(end["trades"]) > 50


def test_what_the_account_tells_adds_up(undisturbed) -> None:
    _, _, end = undisturbed
    traded: dict[str, int] = {}
    for trade in end["trades"]:
        traded[trade["order_id"]] = traded.get(trade["order_id"], 0) + trade["quantity"]
    for row in end["orders"]:
        assert row["filled_quantity"] == traded.get(row["order_id"], 0)
        assert 0 <= row["filled_quantity"] <= row["quantity"]
        assert (row["status"] == "complete") == (row["filled_quantity"] == row["quantity"])


def test_two_days_of_one_seed_are_alike_in_every_id_fill_and_message(undisturbed) -> None:
    again = in_process(1)
    for mine, theirs in zip(undisturbed, again, strict=True):
        assert mine == theirs


def start(db: Path) -> tuple[subprocess.Popen[str], Line]:
    command = [sys.executable, "-m", "upstox_emulator", "--port", "0", "--seed", "11", "--db", str(db), "--speed", "0"]
    command += ["--market", "calendar", "--start", OPEN.isoformat(), "--access-token", TOKEN, "--no-rate-limit"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Line(process.stdout.readline().split()[-1])


def test_a_day_that_is_killed_ends_as_one_that_is_not(undisturbed, tmp_path: Path) -> None:
    outcomes, _, end = undisturbed
    db = tmp_path / "day.db"
    process, line = start(db)
    begun = list(Day(1, COUNT).run(line, until=COUNT // 2))
    line.close()
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    assert process.stdout is not None
    process.stdout.close()
    process, line = start(db)
    rest = list(Day(1, COUNT).run(line, made=COUNT // 2))
    told = account(line)
    line.close()
    process.terminate()
    process.wait(10)
    assert process.stdout is not None
    process.stdout.close()
    assert begun + rest == outcomes
    assert told == end
