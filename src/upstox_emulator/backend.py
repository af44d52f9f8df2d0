"""What stands between the heart and its doors: clock, venue, journal, limits, faults, under one lock."""

from __future__ import annotations

import datetime as dt
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import msgspec

from upstox_client.core.limits import Limits
from upstox_emulator.account.tokens import DEFAULT_APP, App, Token
from upstox_emulator.clock import Clock
from upstox_emulator.errors import refuse
from upstox_emulator.faults import Faults
from upstox_emulator.journal import Journal
from upstox_emulator.venue import Command, Market, RegisterApp, Venue

_REMEMBERED: Final = 10_000

# https://upstox.com/developer/api-documentation/get-user-fund-margin
_FUNDS_OPEN_AT: Final = dt.time(5, 30)


Approval: TypeAlias = Literal["auto", "manual", "deny"]
"""How the account holder answers an individual user's token request."""


class Seen(msgspec.Struct):
    """A request that came in, and the status of the answer (0: it got none, or none yet)."""

    method: str
    path: str
    query: str
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
        self.rate_limit = rate_limit
        self.faults = Faults()
        self.requests: deque[Seen] = deque(maxlen=_REMEMBERED)
        self.approval: Approval = "auto"
        self.waiting: list[App] = []
        self._lock = threading.RLock()
        self._limits: dict[str, Limits] = {}
        self._journal = None if db is None else Journal(db, seed, clock.now())
        self.venue = self._opened(seed, [DEFAULT_APP, *apps])

    def _opened(self, seed: int, apps: Sequence[App]) -> Venue:
        """A new venue, or the one that the journal tells of."""
        if self._journal is None:
            venue = Venue(seed, self.clock.now())
        else:
            venue = Venue(seed, self._journal.opened_at)
            for command in self._journal.commands():
                venue.execute(command)
                if command.at > self.clock.now():  # time does not run backwards over a restart
                    self.clock.set(command.at)
        self.venue = venue
        for app in apps:
            if venue.tokens.apps.get(app.client_id) != app:
                self.execute(RegisterApp(self.clock.now(), app))
        return venue

    def execute(self, command: Command) -> Any:
        """Carry out a command and keep it in the journal before anybody learns of it.

        Raises:
            Refusal: it is against the rules; nothing has changed.
        """
        with self._lock:
            result = self.venue.execute(command)
            if self._journal is not None:
                self._journal.append(command)
            return result

    def authorize(self, header: str, method: str, path: str) -> tuple[str, Token]:
        """The token behind an `Authorization` header, if it may do this."""
        scheme, _, text = header.partition(" ")
        if scheme.lower() != "bearer":
            raise refuse("token_invalid")
        with self._lock:
            return text, self.venue.tokens.authorize(text, method, path, self.clock.now())

    def keep_limits(self, user: str, bucket: str) -> None:
        """Count a call against the user's limits, or refuse it."""
        if not self.rate_limit:
            return
        with self._lock:
            limits = self._limits.setdefault(user, Limits())
            if limits.acquire(bucket, self.clock.now().timestamp()) > 0:
                raise refuse("too_many")

    def keep_funds_hours(self) -> None:
        """Refuse between 00:00 and 05:30 IST, if the market follows the calendar."""
        if self.market == "calendar" and self.clock.now().time() < _FUNDS_OPEN_AT:
            raise refuse("funds_closed")

    def close(self) -> None:
        """Close the journal."""
        if self._journal is not None:
            self._journal.close()
