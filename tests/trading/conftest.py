"""An `Upstox` of either colour on a server that answers by path, without a network."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from support import masters
from support.colours import Colour, FakeTransport, local, ok, refused
from upstox_client.core.request import Request
from upstox_client.instruments import master, store
from upstox_client.rest import RESTResponse
from upstox_client.trading import AsyncUpstox, Upstox

IST = dt.timezone(dt.timedelta(hours=5, minutes=30))
NOW = dt.datetime(2026, 11, 23, 10, 0, 30, tzinfo=IST)
MASTER = masters.packed(masters.small())

Answer = Callable[[str, dict[str, str]], Any]


class Server(FakeTransport):
    """Answers by path: `routes` has the start of a path, and what makes its data of the path and the query."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.master: bytes = MASTER
        self.etag = '"one"'
        self.prices: dict[str, float] = {"NSE_INDEX|Nifty 50": 26012.35}
        self.routes: dict[str, Answer] = {
            "/v3/market-quote/quotes": self._quotes,
            "/v3/market-quote/ltp": self._ltp,
        }

    def take(self, base_url: str, request: Request) -> RESTResponse:
        self.base_urls.append(base_url)
        self.requests.append(request)
        path = urlsplit(request.path)
        query = {name: values[-1] for name, values in parse_qs(path.query).items()}
        if path.path.endswith("/complete.json.gz"):
            if request.headers.get("If-None-Match") == self.etag:
                return ok(b"", 304, ETag=self.etag)
            return ok(self.master, ETag=self.etag)
        for start, answer in sorted(self.routes.items(), key=lambda route: -len(route[0])):
            if path.path.startswith(start):
                data = answer(unquote(path.path.removeprefix(start).strip("/")), query)
                if isinstance(data, BaseException):
                    raise data
                return (
                    data
                    if isinstance(data, RESTResponse)
                    else ok(json.dumps({"status": "success", "data": data}).encode())
                )
        return refused(404, "UDAPI100060", f"Resource not Found: {path.path}")

    def asked(self, start: str) -> list[str]:
        """The rest of the paths with this start that were asked for, in order, with their queries."""
        return [unquote(one.path.removeprefix(start)) for one in self.requests if one.path.startswith(start)]

    def price(self, key: str) -> float:
        return self.prices.get(key, 100.0)

    def _quotes(self, _: str, query: dict[str, str]) -> Any:
        return {key.replace("|", ":"): self.quote(key) for key in query["instrument_key"].split(",")}

    def _ltp(self, _: str, query: dict[str, str]) -> Any:
        return {
            key.replace("|", ":"): {"last_price": self.price(key), "instrument_token": key}
            for key in query["instrument_key"].split(",")
        }

    def quote(self, key: str) -> dict[str, Any]:
        last = self.price(key)
        return {
            "ohlc": {"open": last - 1, "high": last + 2, "low": last - 2, "close": last, "volume": 10, "ts": 1},
            "depth": {
                "buy": [{"quantity": 5, "price": last - 0.05, "orders": 2}, {"quantity": 0, "price": 0, "orders": 0}],
                "sell": [{"quantity": 7, "price": last + 0.05, "orders": 3}, {"quantity": 0, "price": 0, "orders": 0}],
            },
            "timestamp": self.now.isoformat(), "instrument_token": key, "last_price": last + 4e-8, "volume": 10,
            "average_price": last, "oi": 50.0, "net_change": 4.0, "total_buy_quantity": 5, "total_sell_quantity": 7,
            "lower_circuit_limit": 1.0, "upper_circuit_limit": 1e6, "last_trade_time": "1795408230000",
            "prev_close_price": last - 4, "year_high": 1e6, "year_low": 1.0, "previous_oi": 40,
        }  # fmt: skip


class World:
    """A colour, a server, and an `Upstox` on it."""

    def __init__(self, colour: Colour, folder: Path) -> None:
        self.colour = colour
        self.server = Server()
        self.folder = folder
        self.progress: list[tuple[str, int, int]] = []
        self.up = self.upstox()

    def upstox(self, **attributes: Any) -> Any:
        """One more `Upstox` on the same server."""
        client = self.colour.client(local(**attributes), self.server)
        assets = self.colour.client(local(), self.server)
        kind = AsyncUpstox if self.colour.is_async else Upstox

        def tell(*parts: Any) -> None:
            self.progress.append(parts)

        return kind(client=client, assets=assets, cache=self.folder, progress=tell)

    def __call__(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Call a flow of the `Upstox`."""
        return self.colour.run(getattr(self.up, name), *args, **kwargs)

    def read(self, name: str) -> Any:
        """Read a property of the `Upstox`."""
        return self.colour.run(lambda: getattr(self.up, name))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the small list, made once."""
    folder = tmp_path_factory.mktemp("built")
    store.build(folder / "instruments" / "emulator.sqlite", master.read(MASTER), etag='"one"')
    return folder


@pytest.fixture
def world(colour: Colour, built: Path) -> Iterator[World]:
    """The store is there already."""
    world = World(colour, built)
    yield world
    world.up.listing.close()


@pytest.fixture
def bare(colour: Colour, tmp_path: Path) -> Iterator[World]:
    """Nothing is there."""
    world = World(colour, tmp_path)
    yield world
    world.up.listing.close()
