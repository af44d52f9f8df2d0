"""One-time codes: what the authorize endpoints hand out and a feed takes in.

https://upstox.com/developer/api-documentation/get-market-data-feed-authorize-v3 and
https://upstox.com/developer/api-documentation/get-portfolio-stream-feed-authorize
"""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from typing import Final

import msgspec

from upstox_emulator.events import Kind
from upstox_emulator.feed.backend import Feed, FeedBackend

LIFE: Final = dt.timedelta(seconds=60)


class Ticket(msgspec.Struct, frozen=True):
    """The right to connect once.

    Attributes:
        feed: to which feed.
        token: the text of the token that it was made for.
        kinds: the updates that the portfolio feed is to tell of.
        expires_at: by when it must be used.
    """

    feed: Feed
    token: str
    kinds: frozenset[Kind]
    expires_at: dt.datetime


class Tickets:
    """The codes that have been handed out and not been used. Safe to use from any thread."""

    def __init__(self, backend: FeedBackend) -> None:
        self._backend = backend
        self._open: dict[str, Ticket] = {}
        self._lock = threading.Lock()

    def issue(self, feed: Feed, token: str, kinds: frozenset[Kind] = frozenset()) -> str:
        """A code for the holder of a token."""
        clock = self._backend.clock
        now = clock.now()
        # A client has its minute of real time, too, where the clock runs fast.
        ticket = Ticket(feed, token, kinds, now + LIFE * max(1.0, clock.speed))
        code = str(uuid.uuid4())
        with self._lock:
            self._open = {code: ticket for code, ticket in self._open.items() if now < ticket.expires_at}
            self._open[code] = ticket
        return code

    def redeem(self, feed: Feed, code: str) -> Ticket | None:
        """The ticket of a code, which is used up; None if it is not good here, or its token is dead."""
        now = self._backend.clock.now()
        with self._lock:
            ticket = self._open.pop(code, None)
        if ticket is None or ticket.feed != feed or now >= ticket.expires_at or not self.is_alive(ticket, now):
            return None
        return ticket

    def is_alive(self, ticket: Ticket, now: dt.datetime) -> bool:
        """Whether the token of a ticket still is."""
        token = self._backend.venue.tokens.issued.get(ticket.token)
        return token is not None and token.alive and now < token.expires_at

    def clear(self) -> None:
        """Forget all codes."""
        with self._lock:
            self._open.clear()
