"""What stands between the heart and its doors: clock, venue, journal, limits, faults, under one lock."""

from __future__ import annotations

import datetime as dt
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import msgspec

from upstox_emulator.account.tokens import DEFAULT_APP, App, Token
from upstox_emulator.calendar import Calendar, Market
from upstox_emulator.clock import Clock
from upstox_emulator.errors import Refusal, refuse
from upstox_emulator.faults import Faults
from upstox_emulator.journal import Journal, JournalError
from upstox_emulator.limits import RateLimits, Windows
from upstox_emulator.venue import Command, RegisterApp, Venue

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
    """

    method: str
    path: str
    query: str
    at: dt.datetime
    headers: dict[str, str]
    status: int = 0


class Backend:
    """One Upstox.

    Parameters:
        seed: what ids and tokens are derived from.
        clock: its time.
        market: `always-open`, or `calendar` with the documented service hours.
        apps: the apps beside the default one.
        db: the journal's file; None keeps everything in memory.
        rate_limit: whether the documented limits are kept.

    Raises:
        JournalError: `db` cannot be continued.
    """

    def __init__(
        self,
        seed: int,
        clock: Clock,
        *,
        market: Market = "always-open",
        apps: Sequence[App] = (),
        db: Path | None = None,
        rate_limit: bool = True,
    ) -> None:
        self.clock = clock
        self.market: Market = market
        self.calendar = Calendar(market, clock.now().date())
        self.rate_limit = rate_limit
        self.faults = Faults()
        self.approval: Approval = "auto"
        self._begun = clock.now(), clock.speed
        self._apps = (DEFAULT_APP, *apps)
        self._db = db
        self._lock = threading.RLock()
        self._requests: deque[Seen] = deque(maxlen=_REMEMBERED)
        self._waiting: list[App] = []
        self._deliveries: list[threading.Thread] = []
        self._limits = RateLimits()
        self._journal: Journal | None = None
        self.venue = Venue(seed, clock.now())
        self.open()

    # The journal

    def open(self) -> None:
        """Open the journal, if there is one and it is closed, and go on where it ends.

        Raises:
            JournalError: it cannot be continued.
        """
        with self._lock:
            if self._db is not None and self._journal is None:
                journal = Journal(self._db, self.venue.seed, self.clock.now())
                try:
                    self.venue = self._replayed(journal)
                except JournalError:
                    journal.close()
                    raise
                self._journal = journal
            self._register()

    def _register(self) -> None:
        """Make the apps known that are not, and the changes of those that are."""
        for app in self._apps:
            if self.venue.tokens.apps.get(app.client_id) != app:
                self.execute(RegisterApp(self.clock.now(), app))

    def _replayed(self, journal: Journal) -> Venue:
        """The venue that the journal tells of; time does not run backwards over a restart."""
        venue = Venue(self.venue.seed, journal.opened_at)
        for command in journal.commands():
            try:
                venue.execute(command)
            except Refusal as refusal:
                raise JournalError(f"the journal cannot be replayed by this version: {refusal}") from None
            if command.at > self.clock.now():
                self.clock.set(command.at)
        return venue

    def close(self) -> None:
        """Close the journal and wait a moment for what is being delivered."""
        with self._lock:
            if self._journal is not None:
                self._journal.close()
                self._journal = None
            deliveries, self._deliveries = self._deliveries, []
        for delivery in deliveries:
            delivery.join(1)

    def reset(self) -> None:
        """Begin anew: the state, the clock, the journal, faults, limits and memory of a fresh start."""
        with self._lock:
            moment, self.clock.speed = self._begun
            self.clock.set(moment)
            self.faults.clear()
            self.approval = "auto"
            self._waiting.clear()
            self._requests.clear()
            self._limits = RateLimits()
            self.venue = Venue(self.venue.seed, moment)
            if self._journal is not None:
                self._journal.restart(moment)
            self._register()

    # Calls

    def execute(self, command: Command) -> Any:
        """Carry out a command and keep it in the journal before anybody learns of it.

        Raises:
            Refusal: it is against the rules; nothing has changed.
            JournalError: it could not be kept, so it has not happened.
        """
        with self._lock:
            result = self.venue.execute(command)
            if self._journal is not None:
                try:
                    self._journal.append(command)
                except JournalError:
                    self.venue = self._replayed(self._journal)
                    raise
            return result

    def authorize(self, header: str, method: str, path: str) -> tuple[str, Token]:
        """The token behind an `Authorization` header, if it may do this."""
        scheme, _, text = header.partition(" ")
        if scheme.lower() != "bearer":
            raise refuse("token_invalid")
        with self._lock:
            return text, self.venue.tokens.authorize(text, method, path, self.clock.now())

    def keep_limits(self, user: str, api: str, windows: Windows) -> None:
        """Count a call against the user's limits, or refuse it."""
        if not self.rate_limit:
            return
        with self._lock:
            if not self._limits.take(user, api, windows, self.clock.now().timestamp()):
                raise refuse("too_many")

    def keep_funds_hours(self) -> None:
        """Refuse between 00:00 and 05:30 IST, if the market follows the calendar."""
        if self.market == "calendar" and self.clock.now().time() < _FUNDS_OPEN_AT:
            raise refuse("funds_closed")

    # What came in

    def remember(self, seen: Seen) -> None:
        """Keep a request in memory, among the latest ones."""
        with self._lock:
            self._requests.append(seen)

    @property
    def requests(self) -> tuple[Seen, ...]:
        """The latest requests, oldest first."""
        with self._lock:
            return tuple(self._requests)

    # Token requests of individual users

    @property
    def waiting(self) -> tuple[App, ...]:
        """The apps whose token requests wait."""
        with self._lock:
            return tuple(self._waiting)

    def keep_waiting(self, app: App) -> None:
        """Let a token request wait."""
        with self._lock:
            self._waiting.append(app)

    def take_waiting(self) -> list[App]:
        """The apps whose token requests waited; they wait no longer."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
            return waiting

    def deliver(self, delivery: threading.Thread) -> None:
        """Start the delivery of a token; `close` waits for it."""
        with self._lock:
            self._deliveries = [one for one in self._deliveries if one.is_alive()]
            self._deliveries.append(delivery)
            delivery.start()
