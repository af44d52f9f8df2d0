"""The unmodified official SDK's streamers receive every mode and every event from the emulator's feeds."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.official import official_python
from upstox_emulator import Emulator

SCRIPT = Path(__file__).with_name("official_streamers.py")
SHARE, INDEX = "NSE_EQ|INE002A01018", "NSE_INDEX|Nifty 50"


@contextlib.contextmanager
def started(em: Emulator, part: str, token: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [official_python(), str(SCRIPT), em.url, part, token, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def outcome(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return json.loads(out.splitlines()[-1])


def official(em: Emulator, part: str, token: str, *arguments: str) -> dict[str, Any]:
    with started(em, part, token, *arguments) as process:
        return outcome(process)


@pytest.fixture
def option(em) -> str:
    day = em.clock.now().date()
    chain = em.venue.catalog.chain(INDEX, em.venue.catalog.expiries(INDEX, day)[0], day)
    return next(one.key for one in chain[len(chain) // 2 :] if one.kind == "CE")


@pytest.fixture
def em():
    with Emulator(speed=20) as em:
        yield em


def test_every_mode_of_the_market_feed(em, option):
    said = official(em, "market", em.access_token, SHARE, INDEX, option)
    assert said["first"]["type"] == "market_info"
    assert set(said["first"]["marketInfo"]["segmentStatus"].values()) == {"NORMAL_OPEN"}
    assert said["kinds"] == ["market_info", None]
    assert said["left"] == [SHARE]
    assert said["events"] == ["message", "open"]
    snapshots = said["snapshots"]
    assert set(snapshots) == {"ltpc", "full", "option_greeks", "full_d30"}
    for key in (SHARE, INDEX, option):
        assert snapshots["ltpc"][key]["ltpc"]["ltp"] > 0
        assert isinstance(snapshots["ltpc"][key]["ltpc"]["ltt"], str)
    for mode, levels in (("full", 5), ("full_d30", 30)):
        assert "marketOHLC" in snapshots[mode][INDEX]["fullFeed"]["indexFF"]
        for key in (SHARE, option):
            rows = snapshots[mode][key]["fullFeed"]["marketFF"]["marketLevel"]["bidAskQuote"]
            assert 0 < len(rows) <= levels
        assert len(snapshots[mode][SHARE]["fullFeed"]["marketFF"]["marketLevel"]["bidAskQuote"]) == levels
        assert set(snapshots[mode][option]["fullFeed"]["marketFF"]["optionGreeks"]) >= {"delta", "theta", "vega"}
        assert snapshots[mode][SHARE]["fullFeed"]["marketFF"]["optionGreeks"] == {}
    assert set(snapshots["option_greeks"][option]["firstLevelWithGreeks"]) >= {
        "ltpc", "firstDepth", "optionGreeks", "vtt", "oi", "iv",
    }  # fmt: skip


def test_it_comes_back_after_a_break(em):
    fault = em.feed.faults.close(1011, after=3, feed="market")
    said = official(em, "reconnect", em.access_token, SHARE)
    assert fault.hits == 1
    assert said["told"][:5] == [
        ["open"],
        ["error", "Connection closed (code 1011)"],
        ["close", "1011", "None"],
        ["reconnecting", "Auto reconnect attempt 1/5"],
        ["open"],
    ]


def test_every_update_of_the_portfolio_feed(em):
    messages = [
        {"update_type": kind, "instrument_token": SHARE, "quantity": number, "price": 18.65, "tag": None}
        for number, kind in enumerate(("order", "gtt_order", "position", "holding", "order"))
    ]
    with started(em, "portfolio", em.access_token, str(len(messages))) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        with em.backend.lock:
            for message in messages:
                em.venue.emit(message["update_type"], message)
            em.backend.now()
        said = outcome(process)
    assert said["messages"] == messages


@pytest.mark.parametrize("feed", ["market", "portfolio"])
def test_a_dead_token_is_told_as_what_it_is(em, feed):
    said = official(em, "refused", "nonsense", feed)
    assert said["events"] == ["error", "close"]
    assert "401 Unauthorized" in said["error"]
    assert "UDAPI100050" in said["error"]
