"""What stands between the heart and its doors: clock, venue, journal, limits, faults, under one lock."""

from __future__ import annotations

import datetime as dt
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import msgspec

from upstox_emulator.account.tokens import DEFAULT_APP, App, Token
from upstox_emulator.calendar import Calendar, Hours
from upstox_emulator.clock import Clock
from upstox_emulator.errors import Refusal, refuse
from upstox_emulator.events import Event
from upstox_emulator.faults import Faults
from upstox_emulator.feed.server import FeedServer, Plan
from upstox_emulator.journal import Journal, JournalError
from upstox_emulator.limits import RateLimits, Windows
from upstox_emulator.venue import Command, Pass, RegisterApp, Venue

_REMEMBERED: Final = 10_000

# https://upstox.com/developer/api-documentation/get-user-fund-margin
_FUNDS_OPEN_AT: Final = dt.time(5, 30)


Approval: TypeAlias = Literal["auto", "manual", "deny"]
"""How the account holder answers an individual user's token request."""


class Seen(msgspec.Struct):
    """A request that came in.

    Attributes:
        method, path, query: what was asked for; the query as it came.
        at: the virtual moment it came in.
        headers: names in lower case; the value of `authorization` is not kept.
        status: of the answer; 0 if it got none, or none yet.
        body: what was sent, decoded if it is JSON; None without one. Forms are not kept, since they carry secrets.
    """

    method: str
    path: str
    query: str
    at: dt.datetime
    headers: dict[str, str]
    status: int = 0
    body: Any = None

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        return f"{self.method} {self.path}{query} -> {self.status or 'no answer'}"


class Snapshot(msgspec.Struct, frozen=True):
    """A state to come back to: what has led to it, and when it was."""

    opened_at: dt.datetime
    commands: tuple[Command, ...]
    at: dt.datetime


class Backend:
    """One Upstox.

    Parameters:
        seed: what ids and tokens are derived from.
        clock: its time.
        market: `always-open`, or `calendar` with the documented service hours.
        apps: the apps beside the default one.
        db: the journal's file; None keeps everything in memory.
        rate_limit: whether the documented limits are kept.
        feed_address, plan: where the feeds will listen, and what the account has booked; see `Emulator`.

    Raises:
        JournalError: `db` cannot be continued.
    """

    def __init__(
        self,
        seed: int,
        clock: Clock,
        *,
        market: Hours = "always-open",
        apps: Sequence[App] = (),
        db: Path | None = None,
        rate_limit: bool = True,
        feed_address: tuple[str, int] = ("127.0.0.1", 0),
        plan: Plan = "plus",
    ) -> None:
        self.clock = clock
        self.market: Hours = market
        self.rate_limit = rate_limit
        self.faults = Faults()
        self.approval: Approval = "auto"
        self._begun = clock.now(), clock.speed
        self._apps = (DEFAULT_APP, *apps)
        self._db = db
        self.lock = threading.RLock()
        self._requests: deque[Seen] = deque(maxlen=_REMEMBERED)
        self._waiting: list[App] = []
        self._deliveries: list[threading.Thread] = []
        self._limits = RateLimits()
        self._journal: Journal | None = None
        self._opened_at = clock.now()
        self._commands: list[Command] = []
        self._listeners: list[Callable[[list[Event]], None]] = []
        self.venue = Venue(seed, self._opened_at, market)
        self._kept_until = self.venue.now  # as far as time goes on when what is kept is replayed
        self.open()
        clock.listen(self._jumped)
        self.feed = FeedServer(self, *feed_address, plan=plan)

    @property
    def calendar(self) -> Calendar:
        """When the exchanges trade."""
        return self.venue.calendar

    # The journal

    def open(self) -> None:
        """Open the journal, if there is one and it is closed, and go on where it ends.

        Raises:
            JournalError: it cannot be continued.
        """
        with self.lock:
            if self._db is not None and self._journal is None:
                journal = Journal(self._db, {"seed": str(self.venue.seed), "market": self.market}, self.clock.now())
                try:
                    self.venue = self._replayed(journal)
                except JournalError:
                    journal.close()
                    raise
                self._kept_until = self.venue.now
                self._journal = journal
            self._register()

    def _register(self) -> None:
        """Make the apps known that are not, and the changes of those that are."""
        for app in self._apps:
            if self.venue.tokens.apps.get(app.client_id) != app:
                self.execute(RegisterApp(self.clock.now(), app))

    def _replayed(self, journal: Journal) -> Venue:
        """The venue that the journal tells of; time does not run backwards over a restart."""
        self._opened_at, self._commands = journal.opened_at, list(journal.commands())
        try:
            venue = self._played(journal.opened_at, self._commands)
        except Refusal as refusal:
            raise JournalError(f"the journal cannot be replayed by this version: {refusal}") from None
        if self.clock.now() < venue.moment:
            self.clock.set(venue.moment)
        return venue

    def _played(self, opened_at: dt.datetime, commands: Iterable[Command]) -> Venue:
        """A venue that these commands have made. Nobody is told again of what happened in it."""
        venue = Venue(self.venue.seed, opened_at, self.market)
        for command in commands:
            venue.execute(command)
        venue.outbox.clear()
        return venue

    def close(self) -> None:
        """Close the journal and wait a moment for what is being delivered."""
        with self.lock:
            if self._journal is not None:
                self._journal.close()
                self._journal = None
            deliveries, self._deliveries = self._deliveries, []
        for delivery in deliveries:
            delivery.join(1)

    def reset(self) -> None:
        """Begin anew: the state, the clock, the journal, faults, limits and memory of a fresh start."""
        with self.lock:
            moment, self.clock.speed = self._begun
            self.clock.set(moment)
            self.faults.clear()
            self.approval = "auto"
            self._waiting.clear()
            self._requests.clear()
            self._limits = RateLimits()
            self._opened_at, self._commands = moment, []
            self.venue = Venue(self.venue.seed, moment, self.market)
            self._kept_until = self.venue.now
            if self._journal is not None:
                self._journal.restart(moment)
            self._register()
            self.feed.reset()

    def snapshot(self) -> Snapshot:
        """The state, to come back to."""
        with self.lock:
            now = self.now()
            self._keep_time(now)
            return Snapshot(self._opened_at, tuple(self._commands), now)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a state: account, orders, tokens, driven prices and the clock. Faults and requests stay."""
        with self.lock:
            venue = self._played(snapshot.opened_at, snapshot.commands)
            if self._journal is not None:
                self._journal.restart(snapshot.opened_at, snapshot.commands)
            self._opened_at, self._commands, self.venue = snapshot.opened_at, list(snapshot.commands), venue
            self._kept_until = venue.now
            self._limits = RateLimits()
            self.clock.set(snapshot.at)

    # Calls

    def execute(self, command: Command) -> Any:
        """Carry out a command and keep it in the journal before anybody learns of it.

        Raises:
            Refusal: it is against the rules; nothing has changed.
            JournalError: it could not be kept, so it has not happened.
        """
        with self.lock:
            self._keep_time(command.at)
            return self._carry_out(command)

    def _keep_time(self, before: dt.datetime) -> None:
        """Keep how far time has gone, if what goes on now does so at an earlier moment."""
        if max(before, self._kept_until) < self.venue.now:
            self._carry_out(Pass(self.venue.now))

    def _carry_out(self, command: Command) -> Any:
        result = self.venue.execute(command)
        if self._journal is not None:
            try:
                self._journal.append(command)
            except JournalError:
                self.venue = self._replayed(self._journal)
                self._kept_until = self.venue.now
                raise
        self._commands.append(command)
        self._kept_until = self.venue.now
        self._tell()
        return result

    def drive(self, command: Command) -> Any:
        """Carry out a command that moves prices, and let the feeds show it even if the clock stands still."""
        result = self.execute(command)
        self.feed.poke()
        return result

    def now(self) -> dt.datetime:
        """The moment, with everything done that was due by then."""
        with self.lock:
            now = self.clock.now()
            self.venue.advance(now)
            self._tell()
            return now

    def _jumped(self) -> None:
        self.now()

    # Who listens

    def subscribe(self, listener: Callable[[list[Event]], None]) -> Callable[[], None]:
        """Give new events to `listener`, in order, from the thread in which they happened; returns what ends it."""
        with self.lock:
            self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _tell(self) -> None:
        if self.venue.outbox:
            events, self.venue.outbox = self.venue.outbox, []
            for listener in tuple(self._listeners):
                listener(events)

    def authorize(self, header: str, method: str, path: str) -> tuple[str, Token]:
        """The token behind an `Authorization` header, if it may do this."""
        scheme, _, text = header.partition(" ")
        if scheme.lower() != "bearer":
            raise refuse("token_invalid")
        with self.lock:
            return text, self.venue.tokens.authorize(text, method, path, self.clock.now())

    def keep_limits(self, user: str, api: str, windows: Windows) -> None:
        """Count a call against the user's limits, or refuse it."""
        if not self.rate_limit:
            return
        with self.lock:
            if not self._limits.take(user, api, windows, self.clock.now().timestamp()):
                raise refuse("too_many")

    def keep_funds_hours(self) -> None:
        """Refuse between 00:00 and 05:30 IST, if the market follows the calendar."""
        if self.market == "calendar" and self.clock.now().time() < _FUNDS_OPEN_AT:
            raise refuse("funds_closed")

    # What came in

    def remember(self, seen: Seen) -> None:
        """Keep a request in memory, among the latest ones."""
        with self.lock:
            self._requests.append(seen)

    @property
    def requests(self) -> tuple[Seen, ...]:
        """The latest requests, oldest first."""
        with self.lock:
            return tuple(self._requests)

    # Token requests of individual users

    @property
    def waiting(self) -> tuple[App, ...]:
        """The apps whose token requests wait."""
        with self.lock:
            return tuple(self._waiting)

    def keep_waiting(self, app: App) -> None:
        """Let a token request wait."""
        with self.lock:
            self._waiting.append(app)

    def take_waiting(self) -> list[App]:
        """The apps whose token requests waited; they wait no longer."""
        with self.lock:
            waiting, self._waiting = self._waiting, []
            return waiting

    def deliver(self, delivery: threading.Thread) -> None:
        """Start the delivery of a token; `close` waits for it."""
        with self.lock:
            self._deliveries = [one for one in self._deliveries if one.is_alive()]
            self._deliveries.append(delivery)
            delivery.start()
