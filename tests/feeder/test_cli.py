"""`upstox stream` and `upstox watch`, on a server that sends what the test wants."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from google.protobuf.json_format import ParseDict
from typer.testing import CliRunner

from support.feed_server import frame, market_info
from upstox_client.cli.app import app
from upstox_client.feeder import schema

SAMPLES = Path(__file__).parents[1] / "samples" / "feed"
KEY = "NSE_FO|45450"


def sample(name: str) -> bytes:
    message = ParseDict(json.loads((SAMPLES / f"{name}.json").read_text()), schema.FeedResponse())
    return message.SerializeToString()


@pytest.fixture
def run(server, monkeypatch):
    monkeypatch.setenv("UPSTOX_BASE_URL", server.url)
    monkeypatch.setenv("UPSTOX_ACCESS_TOKEN", "the-token")
    server.greeting = [market_info(NSE_FO=2), sample("live_full")]

    def command(*words, code=0):
        result = CliRunner().invoke(app, list(words), env={"COLUMNS": "140"})
        assert result.exit_code == code, result.output
        return result

    return command


def test_lines(run, server):
    result = run("stream", KEY, "-n", "1")
    (line,) = result.stdout.splitlines()
    assert line.split() == ["13:01:31", KEY, "213.75", "-56.74%", "150", "75", "x", "213.45", "/", "213.90", "x", "525"]
    assert result.stderr.splitlines()[:2] == ["connecting", "open"]
    assert server.heard()["data"] == {"instrumentKeys": [KEY], "mode": "full"}


def test_json_lines(run, server):
    server.greeting = [sample("live_full"), frame({KEY: 5.0})]
    result = run("stream", KEY, "--json", "--count", "1", "--mode", "ltpc")
    tick = json.loads(result.stdout.splitlines()[0])
    assert (tick["key"], tick["ltp"]) in {(KEY, 213.75), (KEY, 5.0)}
    server.greeting = [sample("live_full")]
    tick = json.loads(run("stream", KEY, "--json", "--count", "1").stdout)
    assert tick["bids"][0] == [213.45, 75]
    assert tick["candles"][0]["interval"] == "1d"
    assert tick["greeks"]["delta"] == 0.4952
    assert tick["oi"] == 210000


def test_an_end_by_the_clock_and_a_loss(run, server):
    def fault():
        server.client()
        server.close(1011)

    thread = threading.Thread(target=fault)
    thread.start()
    result = run("stream", KEY, "--seconds", "0.6")
    thread.join()
    assert "waiting: the server closed with code 1011; next try in" in result.stderr


def test_watch(run):
    result = run("watch", KEY, "--seconds", "0.4")
    for words in ("213.75", "-280.30", "-56.74%", "7,79,625", "213.45", "open", "13:01:31", "225"):
        assert words in result.stdout
    assert result.stdout.endswith("\n"), "what comes next in a pipe has a line of its own"


@pytest.mark.parametrize("words", [("stream", "-n", "1"), ("watch", "--seconds", "0.4")])
def test_prices_of_currencies_are_told_to_the_tick(run, server, words):
    server.greeting = [frame({"NCD_FO|1": 88.8825})]
    assert " 88.8825 " in run(words[0], "NCD_FO|1", *words[1:]).stdout


def test_watch_many(run, server):
    server.greeting = [sample("live_full"), sample("live_full_index")]
    result = run("watch", KEY, "NSE_INDEX|Nifty 50", "NSE_EQ|A", "--seconds", "0.4")
    assert "22,907.60" in result.stdout
    assert "+73.30" in result.stdout
    assert "NSE_EQ|A" in result.stdout


@pytest.mark.parametrize("command", ["stream", "watch"])
def test_a_refused_token(run, server, command):
    server.refusals = [401] * 9
    result = run(command, KEY, code=3)
    assert "Log in again" in result.output


def test_wrong_usage(run):
    assert "such as 'NSE_EQ|INE002A01018'" in run("stream", "|A", code=2).output
    run("stream", KEY, "--mode", "fast", code=2)
