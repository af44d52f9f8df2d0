"""A small market and a WebSocket client of the standard library, so that nothing of ours proves itself."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import socket
import struct
import threading
import urllib.parse
from types import SimpleNamespace
from typing import Any, Self

import numpy as np

from upstox_client.feeder import schema
from upstox_emulator.account.tokens import DEFAULT_APP, Tokens
from upstox_emulator.calendar import Calendar
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.clock import IST, Clock
from upstox_emulator.events import Event
from upstox_emulator.feed.server import FeedServer
from upstox_emulator.market.book import Sides
from upstox_emulator.market.view import Candle, Depth, Greeks, Level, Tick

MONDAY = dt.datetime(2026, 11, 23, 10, 0, 30, tzinfo=IST)
SHARE, ILLIQUID, FUTURE, CALL, INDEX, FLEETING = (
    "NSE_EQ|INE002A01018",
    "NSE_EQ|INE000000001",
    "NSE_FO|1001",
    "NSE_FO|1002",
    "NSE_INDEX|Nifty 50",
    "NSE_FO|1003",
)


def instrument(key: str, kind: str, **more: Any) -> Instrument:
    segment, token = key.split("|")
    return Instrument(
        key=key, segment=segment, exchange="NSE", kind=kind, name=key, symbol=key, compact=key, token=token, **more
    )


class FakeCatalog:
    """Five instruments and as many shares as are wanted; `FLEETING` ends with the Monday."""

    def __init__(self) -> None:
        friday = dt.date(2026, 11, 27)
        listed = [
            instrument(SHARE, "EQ", cas_eligible=True),
            instrument(ILLIQUID, "EQ"),
            instrument(FUTURE, "FUT", expiry=friday),
            instrument(CALL, "CE", expiry=friday, strike=250_000_000),
            instrument(INDEX, "INDEX"),
            instrument(FLEETING, "FUT", expiry=MONDAY.date()),
        ]
        self.listed = {one.key: one for one in listed}

    def more(self, count: int) -> list[str]:
        keys = [f"NSE_EQ|INE{number:09d}" for number in range(100, 100 + count)]
        self.listed |= {key: instrument(key, "EQ") for key in keys}
        return keys

    def find(self, key: str, day: dt.date) -> Instrument | None:
        found = self.listed.get(key)
        return None if found is None or (found.expiry is not None and found.expiry < day) else found


class FakeMarket:
    """Prices rise by a paisa a second; the illiquid share only trades, its book stands still."""

    def __init__(self) -> None:
        self.shift: dict[str, int] = {}
        self.broken = False

    def last(self, key: str, at: float) -> int:
        return 1_000_000 + int(at) % 86_400 * 100 + self.shift.get(key, 0)

    def tick(self, key: str, at: float) -> Tick:
        if self.broken:
            raise RuntimeError("the market is broken")
        last, index = self.last(key, at), key == INDEX
        return Tick(
            at=at, last=last, last_quantity=0 if index else 5, last_at=at, open=1_000_000, high=last, low=990_000,
            previous_close=995_000, average=last - 100, volume=0 if index else int(at) % 86_400,
            oi=750 if key in {FUTURE, CALL} else 0, total_bid=0 if index else 1000, total_ask=0 if index else 1200,
        )  # fmt: skip

    def ticks(self, keys: Any, at: float) -> list[Tick]:
        return [self.tick(key, at) for key in keys]

    def depth(self, key: str, at: float, levels: int = 5) -> Depth:
        middle = 1_000_000 if key == ILLIQUID else self.last(key, at)
        return Depth(
            tuple(Level(middle - 500 * row, 10 + row, 1) for row in range(1, levels + 1)),
            tuple(Level(middle + 500 * row, 20 + row, 1) for row in range(1, levels + 1)),
        )

    def greeks(self, key: str, at: float) -> Greeks:
        return Greeks(iv=0.13, delta=0.5, gamma=0.0007, theta=-8.5, vega=16.75, rho=3.9, pop=48.0)

    def sides(self, keys: Any, at: float, levels: int = 5) -> Sides:
        books = [self.depth(key, at, levels) for key in keys]
        return Sides(
            *np.array([[*zip(*book.bids, strict=True), *zip(*book.asks, strict=True)] for book in books]).transpose(
                1, 0, 2
            )
        )

    def greeks_of(self, keys: Any, at: float) -> list[Greeks]:
        return [self.greeks(key, at) for key in keys]

    def candles(self, key: str, seconds: int, start: float, end: float) -> list[Candle]:
        if key == FLEETING:
            raise KeyError(key)
        last = self.last(key, start)
        return [Candle(start, last - 300, last + 100, last - 400, last, 0 if key == INDEX else 60, 0)]


class FakeBackend:
    """What the feeds need of an emulator; events are told by hand."""

    def __init__(self, start: dt.datetime = MONDAY, market: str = "calendar", speed: float = 0) -> None:
        self.clock = Clock(start, speed)
        self.lock = threading.RLock()
        self.listeners: list[Any] = []
        self.venue = SimpleNamespace(
            tokens=Tokens(7, {DEFAULT_APP.client_id: DEFAULT_APP}),
            calendar=Calendar(market, start.date()),  # type: ignore[arg-type]
            catalog=FakeCatalog(),
            market=FakeMarket(),
        )

    def now(self) -> dt.datetime:
        return self.clock.now()

    def execute(self, command: Any) -> Any:
        with self.lock:
            return command.apply(self.venue)

    def subscribe(self, listener: Any) -> Any:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def tell(self, *messages: dict[str, Any]) -> None:
        events = [Event(1, self.clock.now(), message["update_type"], message) for message in messages]
        for listener in self.listeners:
            listener(events)

    def token(self) -> str:
        return self.venue.tokens.issue("access", DEFAULT_APP.client_id, "USER", self.clock.now())


class Refused(Exception):
    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        super().__init__(f"{status} {headers} {body!r}")
        self.status, self.headers, self.body = status, headers, body


CLOSED = 8
PING, PONG = 9, 10


class Client:
    """A WebSocket client; what comes in is read when asked for, pings are answered then."""

    def __init__(self, url: str, *, pong: bool = True, connection: str = "Upgrade", receive_buffer: int = 0) -> None:
        target = urllib.parse.urlsplit(url)
        assert target.hostname is not None
        self.pong = pong
        self.pings = 0
        self.pongs: list[bytes] = []
        family = socket.AF_INET6 if ":" in target.hostname else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(10)
        self.socket.connect((target.hostname, target.port))
        self._read = self.socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {target.path}?{target.query} HTTP/1.1\r\nHost: {target.netloc}\r\nUpgrade: websocket\r\n"
            f"Connection: {connection}\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        status = int(self._read.readline().split()[1])
        headers = {}
        while (line := self._read.readline().decode().strip()) != "":
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        if status != 101:
            body = self._read.read(int(headers.get("content-length", 0)))
            self.close()
            raise Refused(status, headers, body)

    def send(self, body: bytes, opcode: int = 2, fin: bool = True) -> None:
        mask = os.urandom(4)
        size = len(body)
        if size < 126:
            head = struct.pack("!BB", fin << 7 | opcode, 0x80 | size)
        elif size < 65536:
            head = struct.pack("!BBH", fin << 7 | opcode, 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", fin << 7 | opcode, 0x80 | 127, size)
        masked = int.from_bytes(body, "little") ^ int.from_bytes((mask * (size // 4 + 1))[:size], "little")
        self.socket.sendall(head + mask + masked.to_bytes(size, "little"))

    def frame(self) -> tuple[int, bytes]:
        """The next frame of any kind: opcode and body.

        Raises:
            ConnectionError: there is none any more.
        """
        head = self._read.read(2)
        if len(head) < 2:
            raise ConnectionAbortedError
        size = head[1] & 127
        if size == 126:
            size = struct.unpack("!H", self._read.read(2))[0]
        elif size == 127:
            size = struct.unpack("!Q", self._read.read(8))[0]
        return head[0] & 15, self._read.read(size)

    def receive(self) -> tuple[int, bytes]:
        """The next frame that is neither ping nor pong."""
        while True:
            opcode, body = self.frame()
            if opcode == PING:
                self.pings += 1
                if self.pong:
                    self.send(body, PONG)
            elif opcode == PONG:
                self.pongs.append(body)
            else:
                return opcode, body

    def text(self) -> Any:
        opcode, body = self.receive()
        assert opcode == 1, (opcode, body)
        return json.loads(body)

    def closing(self) -> int:
        """The code that the connection is closed with, 1006 if without a word."""
        try:
            while True:
                opcode, body = self.receive()
                if opcode == CLOSED:
                    return int.from_bytes(body[:2], "big")
        except ConnectionError:
            return 1006

    def close(self) -> None:
        self._read.close()
        self.socket.close()


class MarketClient(Client):
    """A client of the market data feed, past the first message."""

    def __init__(self, url: str, **options: Any) -> None:
        super().__init__(url, **options)
        self.info = self.response()

    def response(self) -> Any:
        opcode, body = self.receive()
        assert opcode == 2, (opcode, body)
        return schema.FeedResponse.FromString(body)

    def feeds(self) -> Any:
        """The next frame that tells of instruments."""
        while (response := self.response()).type == 2:
            pass
        return response

    def ask(self, method: str, keys: Any, mode: str | None = None) -> None:
        data = {"instrumentKeys": list(keys)} | ({} if mode is None else {"mode": mode})
        self.send(json.dumps({"guid": "g", "method": method, "data": data}).encode())

    def subscribe(self, keys: Any, mode: str = "full") -> Any:
        self.ask("sub", keys, mode)
        return self.response()


class World:
    """A feed server, its backend, and the clients that are closed at the end."""

    def __init__(self, **options: Any) -> None:
        start = options.pop("start", MONDAY)
        self.backend = FakeBackend(start, options.pop("market", "calendar"), options.pop("speed", 0))
        self.feed = FeedServer(self.backend, **options)
        self.clients: list[Client] = []
        self.token = self.backend.token()

    def __enter__(self) -> Self:
        self.feed.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.feed.stop()
        for client in self.clients:
            client.close()

    @property
    def clock(self) -> Clock:
        return self.backend.clock

    def market(self, **options: Any) -> MarketClient:
        client = MarketClient(self.feed.invite("market", self.token), **options)
        self.clients.append(client)
        return client

    def portfolio(self, *kinds: Any, **options: Any) -> Client:
        client = Client(self.feed.invite("portfolio", self.token, frozenset(kinds or ("order",))), **options)
        self.clients.append(client)
        return client
