"""Feeds of both colours in one test body, and a server that does as it is told."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import upstox_client
from support.colours import local
from support.feed_server import PATIENCE, FeedServer
from upstox_client.feeder import AsyncMarketFeed, AsyncPortfolioFeed, MarketFeed, Patience, PortfolioFeed

QUICK = Patience(connect=5.0, base=0.01, cap=0.02)


class Face:
    """Sync or async: the test does not see the difference. Whatever is done is waited for."""

    def __init__(self, name: str, configuration: upstox_client.Configuration) -> None:
        self.configuration = configuration
        self.name = name
        self._feeds: list[Any] = []
        self._loop = asyncio.new_event_loop() if name == "async" else None
        if self._loop is not None:
            self._thread = threading.Thread(target=self._loop.run_forever, name="face", daemon=True)
            self._thread.start()

    def do(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call, on the loop if there is one, and await what there is to await."""
        if self._loop is None:
            return work(*args, **kwargs)

        async def run() -> Any:
            result = work(*args, **kwargs)
            return await result if inspect.isawaitable(result) else result

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(PATIENCE * 2)

    def _feed(self, sync: Any, asynchronous: Any, options: dict[str, Any]) -> Any:
        source = options.pop("client", self.configuration)
        options.setdefault("patience", QUICK)
        feed = self.do(asynchronous if self._loop else sync, source, **options)
        self._feeds.append(feed)
        return feed

    def market(self, **options: Any) -> Any:
        return self._feed(MarketFeed, AsyncMarketFeed, options)

    def portfolio(self, **options: Any) -> Any:
        return self._feed(PortfolioFeed, AsyncPortfolioFeed, options)

    def open(self, feed: Any) -> None:
        self.do(feed.wait_open, PATIENCE)

    def get(self, listener: Any) -> Any:
        return self.do(listener.get, PATIENCE)

    def until(self, listener: Any, wanted: Callable[[Any], bool]) -> Any:
        """The next event of this kind; those before it are passed over."""
        while True:
            event = self.get(listener)
            if wanted(event):
                return event

    def close(self) -> None:
        for feed in self._feeds:
            self.do(feed.close)
        if self._loop is not None:
            left = asyncio.run_coroutine_threadsafe(_tasks(), self._loop).result(PATIENCE)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(PATIENCE)
            self._loop.close()
            assert not left, left
        names = [thread.name for thread in threading.enumerate() if thread.name.startswith("upstox-feed")]
        assert not names, names


async def _tasks() -> list[Any]:
    return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as server:
        server.answers |= {"/v2/order/retrieve-all": [], "/v2/portfolio/short-term-positions": []}
        server.answers |= {"/v2/portfolio/long-term-holdings": [], "/v3/order/gtt": []}
        yield server


@pytest.fixture
def configuration(server: FeedServer) -> upstox_client.Configuration:
    return local(server.url, timeout=5.0)


@pytest.fixture(params=["sync", "async"])
def face(request: pytest.FixtureRequest, configuration: upstox_client.Configuration) -> Iterator[Face]:
    face = Face(request.param, configuration)
    yield face
    face.close()
