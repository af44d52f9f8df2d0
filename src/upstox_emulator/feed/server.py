"""The feeds' server: WebSockets on a port of their own, in a thread of its own.

Upstox, too, serves them from another host than the API: what asks the API for a feed is sent on to a one-time address.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any, Final, Literal, Self, TypeAlias, TypeVar, cast
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
import picows
from picows import WSUpgradeRequest, WSUpgradeResponse, WSUpgradeResponseWithListener

from upstox_emulator.errors import Refusal, refuse
from upstox_emulator.events import Kind
from upstox_emulator.feed.backend import Feed, FeedBackend
from upstox_emulator.feed.connection import Care, Connection
from upstox_emulator.feed.faults import FeedFaults
from upstox_emulator.feed.market import FRAME_KEYS, MarketRoom, Subscriber
from upstox_emulator.feed.portfolio import Follower, PortfolioRoom
from upstox_emulator.feed.tickets import Ticket, Tickets
from upstox_emulator.sockets import listen, new_loop, shown
from upstox_emulator.venue import Logout

logger = logging.getLogger("upstox_emulator")

T = TypeVar("T")

Plan: TypeAlias = Literal["normal", "plus"]

CONNECTIONS: Final[dict[Plan, int]] = {"normal": 2, "plus": 5}
"""Market data connections of one user, https://upstox.com/developer/api-documentation/v3/get-market-data-feed."""

PATHS: Final[dict[Feed, str]] = {
    "market": "/market-data-feeder/v3/upstox-developer-api/feeds",
    "portfolio": "/upstox-developer-api/order-updates/feed",
}
_FEEDS: Final[dict[str, Feed]] = {path: feed for feed, path in PATHS.items()}
_LOOP: Final = "/redirect-loop"

PULSE: Final = 0.05
"""Real seconds between two looks at the clock."""

TOKEN_DEAD: Final = 1008
AWAY: Final = 1001
RESTARTED: Final = 1012


class FeedServer:
    """Both feeds, from `start` to `stop`.

    Parameters:
        backend: the emulator that they belong to.
        host, port: where it listens; port 0 takes a free one.
        plan: what the account has: `plus` allows five market connections and the thirty levels, `normal` two and none.
        ping_every: real seconds without a frame after which a client is pinged.
        token_death: whether connections end with their token, as at 03:30 IST.
        frame_keys: instruments in a frame of the market feed at most.
        real: real seconds.
    """

    def __init__(
        self,
        backend: FeedBackend,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        plan: Plan = "plus",
        ping_every: float = 15.0,
        token_death: bool = True,
        frame_keys: int = FRAME_KEYS,
        real: Callable[[], float] = time.monotonic,
    ) -> None:
        self._backend = backend
        self._address = host, port
        self._plan: Plan = plan
        self._token_death = token_death
        self._frame_keys = frame_keys
        self.faults = FeedFaults()
        self.tickets = Tickets(backend)
        self._care = Care(self.faults, real, ping_every, self._end_token)
        self._thread: threading.Thread | None = None
        self._again = False
        backend.clock.listen(self._wake)

    # Starting and stopping

    def start(self) -> Self:
        """Listen, and return once clients are let in. After a `stop` it goes on at the same address.

        Raises:
            OSError: the port is taken.
            RuntimeError: it is already running.
        """
        if self._thread is not None:
            raise RuntimeError(f"the feeds are already running at {self.url}")
        host, port = self._address
        self._listener = listen(host, port)
        self._address = host, self._listener.getsockname()[1]
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="upstox-emulator-feed", daemon=True)
        self._thread.start()
        ready.wait()
        return self

    def stop(self) -> None:
        """Say goodbye to all clients and stop listening. Nothing happens if it is not running."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join()
            self._thread = None
            self._listener.close()

    def _run(self, ready: threading.Event) -> None:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(self._serve(ready))

    async def _serve(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._over, self._woken = asyncio.Event(), asyncio.Event()
        self._market = MarketRoom(self._backend, plus=self._plan == "plus", frame_keys=self._frame_keys)
        self._portfolio = PortfolioRoom(self._loop)
        unsubscribe = self._backend.subscribe(self._portfolio.told)
        server = await cast("Any", picows).ws_create_server(self._admit, sock=self._listener, enable_auto_pong=False)
        ready.set()
        over = self._loop.create_task(self._over.wait())
        try:
            while not over.done():
                self._beat()
                waking = self._loop.create_task(self._woken.wait())
                await asyncio.wait((over, waking), timeout=PULSE, return_when=asyncio.FIRST_COMPLETED)
                waking.cancel()
                self._woken.clear()
        finally:
            unsubscribe()
            server.close()
            self.end(AWAY, "the emulator stops")
            await asyncio.sleep(0)

    @property
    def url(self) -> str:
        """The base of its addresses."""
        host, port = self._address
        reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - recognized, not listened on
        return f"ws://{shown(reached)}:{port}"

    # Time

    def poke(self) -> None:
        """Look at the prices again, although it is still the same second: they were driven by hand. From any thread."""
        self._again = True
        self._wake()

    def _wake(self) -> None:
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._woken.set)

    def settle(self) -> None:
        """Return once everything that has changed by now is on its way to the clients. From any other thread."""
        self.call(self._look_again)

    def _look_again(self) -> None:
        self._again = True
        self._beat()

    def _beat(self) -> None:
        again, self._again = self._again, False
        try:
            now = self._backend.now()
            for client in list(self._clients()):
                client.tend()
                if self._token_death and not self.tickets.is_alive(client.ticket, now):
                    client.end(TOKEN_DEAD, "token expired")
            self._market.beat(now, again=again)
        except Exception:
            logger.exception("the feed could not go on")

    # The way in

    def invite(self, feed: Feed, token: str, kinds: frozenset[Kind] = frozenset()) -> str:
        """A one-time address of a feed for the holder of a token.

        Parameters:
            kinds: the updates that the portfolio feed is to tell of.

        Raises:
            Refusal: a fault refuses it.
        """
        fault = self.faults.at_the_door(feed)
        if fault is not None and fault.kind == "redirect_loop":
            return f"{self.url}{_LOOP}"
        if fault is not None:
            raise _refusal(fault.code)
        code = self.tickets.issue(feed, token, kinds)
        query = urlencode({"requestId": code[::-1], "code": code})
        return f"{self.url}{PATHS[feed]}?{query}"

    def _admit(self, request: WSUpgradeRequest) -> WSUpgradeResponseWithListener | Connection:
        target = urlsplit(request.path.decode("latin-1"))
        if target.path == _LOOP:
            return WSUpgradeResponseWithListener(
                WSUpgradeResponse.create_redirect_response(302, f"{self.url}{_LOOP}"), None
            )
        feed = _FEEDS.get(target.path)
        if feed is None:
            return _denied(refuse("not_found"))
        ticket = self.tickets.redeem(feed, parse_qs(target.query).get("code", [""])[0])
        if ticket is None:
            return _denied(refuse("token_invalid"))
        if "upgrade" in request.headers.get("connection", "").lower().replace(",", " ").split():
            request.headers["Connection"] = "upgrade"  # some send it with company, which picows does not read
        if feed == "portfolio":
            return Follower(self._portfolio, ticket, self._care)
        if len(self._market.clients) >= CONNECTIONS[self._plan]:
            return _denied(_refusal(403))
        return Subscriber(self._market, ticket, self._care)

    def _end_token(self, ticket: Ticket) -> None:
        self._backend.execute(Logout(self._backend.clock.now(), ticket.token))
        for client in list(self._clients()):
            if client.ticket.token == ticket.token:
                client.end(TOKEN_DEAD, "token expired")

    # Steering

    def call(self, function: Callable[[], T]) -> T:
        """Do something in the feeds' thread; what comes of it.

        Raises:
            RuntimeError: the feeds are not running.
        """
        if self._thread is None:
            raise RuntimeError("the feeds are not running; start the emulator first")
        done: Future[T] = Future()

        def run() -> None:
            try:
                done.set_result(function())
            except Exception as error:  # noqa: BLE001 - it is the caller's
                done.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return done.result()

    def clients(self, feed: Feed | None = None) -> list[Connection]:
        """Who is connected; to be called in the feeds' thread."""
        return [client for client in self._clients() if feed in {None, client.feed}]

    def end(self, code: int, reason: str, feed: Feed | None = None) -> int:
        """Close connections; how many. To be called in the feeds' thread."""
        clients = self.clients(feed)
        for client in clients:
            client.end(code, reason)
        return len(clients)

    def _clients(self) -> Iterator[Connection]:
        yield from self._market.clients
        yield from self._portfolio.clients

    def reset(self) -> None:
        """Begin anew: no code, no fault, and soon no client. From any thread, also while the venue is held."""
        self.faults.clear()
        self.tickets.clear()
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self.end, RESTARTED, "the emulator begins anew")


def _refusal(status: int) -> Refusal:
    if status in {401, 403, 429}:
        return refuse({401: "token_invalid", 403: "feed_forbidden", 429: "too_many"}[status])
    refusal = refuse("internal")
    refusal.status = status
    return refusal


def _denied(refusal: Refusal) -> WSUpgradeResponseWithListener:
    body = msgspec.json.encode(refusal.envelope())
    headers = {"Content-Type": "application/json"}
    return WSUpgradeResponseWithListener(WSUpgradeResponse.create_error_response(refusal.status, body, headers), None)
