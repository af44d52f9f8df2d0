"""The official streamers and ours, sent the same frames and the same losses: they tell the same."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict

from feeder.test_payload import SAMPLES, corpus
from support.feed_server import FeedServer, frame, market_info
from support.official import official_python
from upstox_client.feeder import schema

SCRIPT = Path(__file__).with_name("official_feeder.py")
SRC = Path(__file__).parents[2] / "src"
ENDINGS = ("reconnecting", "autoReconnectStopped")


class Streamer:
    """A package's streamer in a process of its own."""

    def __init__(self, package: str, server: FeedServer, kind: str) -> None:
        python = official_python() if package == "official" else sys.executable
        environment = {} if package == "official" else {"PYTHONPATH": str(SRC)}
        self.server = server
        self._process = subprocess.Popen(
            [python, str(SCRIPT), server.url, kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self._told: queue.Queue[Any] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.surface = self.next()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._told.put(json.loads(line))

    def next(self) -> Any:
        return self._told.get(timeout=20)

    def until(self, event: str, count: int = 1) -> list[Any]:
        """What is told until this event has come so often."""
        told = []
        while count:
            told.append(self.next())
            count -= told[-1][0] == event
        return told

    def do(self, *command: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def end(self) -> None:
        self.do("end")
        self._process.communicate(timeout=20)


def frames() -> list[bytes]:
    documented = [ParseDict(json.loads(path.read_text()), schema.FeedResponse()) for path in SAMPLES]
    return [message.SerializeToString() for message in (*documented, *corpus())]


def market_life(package: str) -> list[Any]:
    """Frames of every kind, changes of mode, losses, and the end."""
    with FeedServer() as server:
        server.greeting = [market_info(NSE_EQ=2)]
        streamer = Streamer(package, server, "market")
        story: list[Any] = [streamer.surface, *streamer.until("message"), _said(server)]
        server.send(*frames())
        story += streamer.until("message", len(frames()))
        for command in (["subscribe", ["NSE_FO|1"], "ltpc"], ["change_mode", ["NSE_FO|1"], "option_greeks"],
                        ["unsubscribe", ["NSE_FO|1"]], ["subscribe", ["NSE_FO|1"], "fast"]):  # fmt: skip
            streamer.do(*command)
            story.append(streamer.next() if command[-1] == "fast" else _said(server))
        server.client()
        server.close(1011, b"bye")
        story += [*streamer.until("message"), _said(server)]
        server.abort()
        story += [*streamer.until("message"), _said(server)]
        server.send(b"\xff\xff", '{"status":"failed"}', frame({"NSE_EQ|A": 5.0}))
        story += streamer.until("message")
        streamer.do("auto_reconnect", False)
        story += streamer.until("autoReconnectStopped")
        streamer.do("disconnect")
        story += streamer.until("close")
        streamer.end()
        return story


def _said(server: FeedServer) -> Any:
    request = server.heard()
    assert request.pop("guid")
    return request


def _plain(story: list[Any]) -> list[Any]:
    """The events, without what is meant to differ (the number of tries that there are), or is chance.

    Whether the official client still sees the server's answer to its goodbye, code 1000, depends on who is quicker.
    """
    events = [event for event in story if isinstance(event, list)]
    events = [["reconnecting", event[1].split("/")[0]] if event[0] == "reconnecting" else event for event in events]
    return [["close", None, None] if event == ["close", 1000, None] else event for event in events]


@pytest.fixture(scope="module")
def lives() -> dict[str, list[Any]]:
    return {package: market_life(package) for package in ("official", "ours")}


def test_the_same_surface(lives):
    official, ours = (lives[package][0] for package in ("official", "ours"))
    assert official == ours


def test_the_same_events_in_the_same_order(lives):
    assert _plain(lives["ours"]) == _plain(lives["official"])


def test_the_same_requests(lives):
    said = [[event for event in lives[package] if isinstance(event, dict)] for package in ("official", "ours")]
    assert said[0] == said[1]


def test_a_portfolio_life():
    def life(package: str) -> list[Any]:
        with FeedServer() as server:
            streamer = Streamer(package, server, "portfolio")
            story = [streamer.surface, *streamer.until("open")]
            server.send('{"update_type": "order", "quantity": 1}', '{"update_type": "position"}')
            story += streamer.until("message", 2)
            streamer.do("disconnect")
            story += streamer.until("close")
            streamer.end()
            return story

    assert _plain(life("ours")) == _plain(life("official"))
