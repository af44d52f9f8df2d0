"""The emulator as an object: the door for programs and tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from upstox_emulator import arguments
from upstox_emulator.account.commands import Seed, SeedHoldings
from upstox_emulator.account.tokens import App, TokenKind
from upstox_emulator.backend import Approval, Backend, Seen, Snapshot
from upstox_emulator.calendar import Hours
from upstox_emulator.clock import IST, Clock
from upstox_emulator.exchange.steering import OrderRules
from upstox_emulator.faults import Faults
from upstox_emulator.feed.driver import FeedDriver
from upstox_emulator.feed.server import Plan
from upstox_emulator.http.app import make_app
from upstox_emulator.inspector import Inspector
from upstox_emulator.market.driver import MarketDriver
from upstox_emulator.notifier import approve_waiting
from upstox_emulator.server import BackgroundServer
from upstox_emulator.sockets import listen, shown
from upstox_emulator.venue import IssueToken, MakeCode, Venue
from upstox_emulator.webhooks import Webhooks

if TYPE_CHECKING:
    from upstox_client import Configuration
    from upstox_emulator.scenarios import Play, Scenario

# A Monday morning in the market's hours, so that nothing depends on when a test runs.
DEFAULT_START: Final = dt.datetime(2026, 11, 23, 10, 0, tzinfo=IST)


class Emulator:
    """A whole Upstox in this process.

    ::

        with Emulator(seed=7) as em:
            api = upstox_client.UserApi(upstox_client.ApiClient(em.configuration()))
            api.get_profile()

    Parameters:
        seed: what ids and tokens are derived from.
        host, port: where it listens; port 0 takes a free one.
        access_token: the text of the ready access token; default: one is made.
        market: `always-open`, or `calendar` with the documented service hours.
        start: the first moment of its clock, in the years from 2000 to 2099; None: now; default: a Monday, 10:00 IST.
        speed: virtual seconds in a real one, at most a million; 0 stands still until `clock.advance`.
        db: a file that keeps everything acknowledged over restarts; default: memory.
        apps: further apps, beside the default one.
        rate_limit: whether the documented limits are kept.
        feed_port: where the feeds listen; 0 takes a free port.
        plan: what the account has booked: `plus` allows five market feeds and thirty levels, `normal` two and five.

    Raises:
        TypeError, ValueError: an argument is wrong; the message begins with its name.
        upstox_emulator.journal.JournalError: `db` cannot be continued.
    """

    def __init__(
        self,
        *,
        seed: int = 7,
        host: str = "127.0.0.1",
        port: int = 0,
        access_token: str | None = None,
        market: Hours = "always-open",
        start: dt.datetime | None = DEFAULT_START,
        speed: float = 1.0,
        db: Path | str | None = None,
        apps: Sequence[App] = (),
        rate_limit: bool = True,
        feed_port: int = 0,
        plan: Plan = "plus",
    ) -> None:
        arguments.check(
            seed=seed, host=host, port=port, access_token=access_token, market=market, db=db, apps=apps,
            rate_limit=rate_limit, feed_port=feed_port, plan=plan,
        )  # fmt: skip
        self._address = host, port
        self._server: BackgroundServer | None = None
        self._url: str | None = None
        self.backend = Backend(
            seed,
            Clock(start, speed),
            market=market,
            apps=apps,
            db=None if db is None else Path(db),
            rate_limit=rate_limit,
            feed_address=(host, feed_port),
            plan=plan,
        )
        self._webhooks = Webhooks(self.backend)
        self._wanted_token = access_token
        self._access_token: str | None = None

    # Starting and stopping

    def start(self) -> Self:
        """Listen and answer, from a thread of its own. After a `stop` it goes on at the same address.

        Raises:
            OSError: the port is taken.
            upstox_emulator.journal.JournalError: `db` cannot be continued.
            RuntimeError: it is already running.
        """
        if self._server is not None:
            raise RuntimeError(f"the emulator is already running at {self._url}")
        self.backend.open()
        host, port = self._address
        try:
            listener = listen(host, port)
        except BaseException:
            self.backend.close()
            raise
        self._address = host, listener.getsockname()[1]
        self._url = f"http://{shown(host)}:{self._address[1]}"
        try:
            self.backend.feed.start()
        except BaseException:
            listener.close()
            self.backend.close()
            raise
        self._webhooks.start()
        self._server = BackgroundServer(make_app(self.backend), listener, self.backend.now)
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop listening, cut what is under way, and close the journal. Nothing happens if it is not running."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        self.backend.feed.stop()
        self._webhooks.stop()
        self.backend.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    # What a program needs to know

    @property
    def url(self) -> str:
        """Its base URL.

        Raises:
            RuntimeError: it has not been started.
        """
        if self._url is None:
            raise RuntimeError("the emulator has no URL before it is started; use `with Emulator() as em:`")
        return self._url

    @property
    def access_token(self) -> str:
        """A live access token of the account holder, made when first asked for."""
        if self._access_token is None:
            self._access_token = self.issue_token("access", token=self._wanted_token)
        return self._access_token

    def configuration(self) -> Configuration:
        """A client configuration that points here, with the ready access token."""
        from upstox_client import Configuration

        configuration = Configuration()
        configuration.host = configuration.order_host = self.url
        configuration.access_token = self.access_token
        return configuration

    # Steering

    @property
    def clock(self) -> Clock:
        """Its time: `now()`, `set(...)`, `advance(...)`, `speed`."""
        return self.backend.clock

    @property
    def faults(self) -> Faults:
        """What is to go wrong."""
        return self.backend.faults

    @property
    def market(self) -> MarketDriver:
        """Prices, driven by hand: `set_price`, `move`, `replay`, `release`."""
        return MarketDriver(self.backend.drive, self.clock.now, lambda: self.backend.venue)

    def seed_holdings(self, *shares: tuple[str, int, float]) -> None:
        """Put shares into the demat account, as if they had been bought elsewhere: instrument key, quantity, and the
        average price in rupees.

        Raises:
            Refusal: there is no such share, or less than one of it.
        """
        seeds = [Seed(key, quantity, Decimal(str(average))) for key, quantity, average in shares]
        self.backend.execute(SeedHoldings(self.clock.now(), seeds))

    @property
    def orders(self) -> OrderRules:
        """What becomes of orders: `em.orders.on(tag="x").reject("...")`."""
        return OrderRules(self.backend)

    def play(self, scenario: Scenario | str | Path) -> Play:
        """Play a bad day: a scenario, the name of one that comes with the emulator, or the path of a file.

        Raises:
            ScenarioError: there is none of this name, or it makes no sense; the message says which step, and why.
        """
        from upstox_emulator.scenarios import Scenario  # YAML; only who plays pays

        chosen = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
        return chosen.play(self)

    @property
    def feed(self) -> FeedDriver:
        """The feeds: who is connected, what is to go wrong with them, raw frames."""
        return FeedDriver(self.backend.feed)

    @property
    def venue(self) -> Venue:
        """Its state as it is by now, to be looked at."""
        self.backend.now()
        return self.backend.venue

    @property
    def journal(self) -> Inspector:
        """The requests that came in, with assertions for tests."""
        return Inspector(lambda: self.backend.requests)

    def snapshot(self) -> Snapshot:
        """The state, to come back to with `restore`."""
        return self.backend.snapshot()

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a state: account, orders, tokens, driven prices and the clock. Faults and requests stay."""
        self.backend.restore(snapshot)

    @property
    def requests(self) -> tuple[Seen, ...]:
        """The latest requests, oldest first; signatures are not kept. Steering is not among them."""
        return self.backend.requests

    def reset(self) -> None:
        """Begin anew, as if just made: account, clock, journal, faults, limits and requests.

        The ready access token stays good if it has been handed out; all other tokens and codes are gone.
        """
        self.backend.reset()
        if self._access_token is not None:
            self.issue_token("access", token=self._access_token)

    @property
    def approval(self) -> Approval:
        """How the account holder answers an individual user's token request: `auto`, `manual` or `deny`."""
        return self.backend.approval

    @approval.setter
    def approval(self, value: Approval) -> None:
        self.backend.approval = value

    def approve(self) -> int:
        """Approve the token requests that wait (`approval = "manual"`); returns how many."""
        return approve_waiting(self.backend)

    def issue_code(self, client_id: str = "emulator", code: str | None = None) -> str:
        """An authorization code, as after a consent; `code` chooses its text.

        Raises:
            KeyError: there is no such app.
        """
        return self._issue(MakeCode(self.clock.now(), client_id, code))

    def issue_token(self, kind: TokenKind = "access", token: str | None = None, client_id: str = "emulator") -> str:
        """A live token of a kind; `token` chooses its text.

        Raises:
            KeyError: there is no such app.
        """
        return self._issue(IssueToken(self.clock.now(), kind, client_id, token))

    def _issue(self, command: Any) -> str:
        issued: str = self.backend.execute(command)
        return issued

    def __repr__(self) -> str:
        return f"Emulator({self._url or 'not started'}, seed={self.venue.seed}, {self.clock!r})"
