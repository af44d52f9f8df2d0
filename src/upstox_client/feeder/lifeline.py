"""When to ping, when to give a connection up, and when to try again: pure decisions on a clock that is passed in.

A connection lives as long as anything comes through it, an answer to a ping included: Upstox sends no heartbeat of its
own, so the absence of data proves nothing, at night least of all. That the server is silent is said only while a
segment that is subscribed to is open.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from enum import Enum
from typing import Final

import msgspec

__all__ = ["Lifeline", "Patience", "Step"]


class Patience(msgspec.Struct, frozen=True):
    """How long a feed waits for what. All in seconds.

    Attributes:
        connect: for a connection to stand.
        ping_after: without anything coming, before a ping is sent.
        pong_within: for an answer to it, or anything else; after that the network counts as stalled.
        silent_after: without data while the market is open, before the feed calls itself silent.
        renew_after: the same, before it connects anew with a fresh address; twice as long after each time that this
            has brought nothing.
        base, cap: the first pause before a further try, and the longest; each is twice the one before.
        spread: the part of a pause by which it may be shortened at random, so that many clients do not come back in
            step.
        steady: how long a connection has to last for the pauses to start over.
        tries: how many tries may fail in a row; None for no end.
    """

    connect: float = 10.0
    ping_after: float = 10.0
    pong_within: float = 10.0
    silent_after: float = 30.0
    renew_after: float = 120.0
    base: float = 0.5
    cap: float = 30.0
    spread: float = 0.5
    steady: float = 10.0
    tries: int | None = None


class Step(Enum):
    """What is to be done."""

    PING = "ping"
    STALLED = "stalled"
    """Give the connection up: nothing comes any more."""
    SILENT = "silent"
    """Say that nothing comes from a server that is alive."""
    RENEW = "renew"
    """Give the connection up, since nothing has come for too long from a server that is alive."""


# Beyond this many doublings the longest pause, or patience, is long reached.
_MOST_DOUBLINGS: Final = 16


class Lifeline:
    """The clocks of one feed, over all its connections.

    Attributes:
        heard: when anything last came.
        attempt: how many tries have failed in a row.
    """

    def __init__(self, patience: Patience, jitter: Callable[[], float] = random.random) -> None:
        self.patience = patience
        self.heard = 0.0
        self.attempt = 0
        self.is_silent = False
        self._jitter = jitter
        self._opened = math.inf
        self._pinged: float | None = None
        self._data = 0.0
        self._trading_since: float | None = None
        self._renewals = 0

    def opened(self, now: float) -> None:
        """There is a connection."""
        self.heard = self._data = self._opened = now
        self._pinged = None
        self._trading_since = None
        self.is_silent = False

    def data(self, now: float, *, live: bool) -> None:
        """Data came, `live` or a snapshot: a silence is over."""
        self._data = now
        self.is_silent = False
        if live:
            self._renewals = 0

    def check(self, now: float, *, trading: bool) -> Step | None:
        """What is to be done now.

        Parameters:
            trading: whether data ought to come, since something is subscribed to in a segment that is open.
        """
        if self._pinged is not None and self.heard >= self._pinged:
            self._pinged = None
        if self._pinged is not None and now - self._pinged >= self.patience.pong_within:
            return Step.STALLED
        if self._pinged is None and now - self.heard >= self.patience.ping_after:
            self._pinged = now
            return Step.PING
        return self._check_silence(now, trading=trading)

    def _check_silence(self, now: float, *, trading: bool) -> Step | None:
        if not trading:
            self._trading_since = None
            self.is_silent = False
            return None
        if self._trading_since is None:
            self._trading_since = now
        silence = now - max(self._data, self._trading_since)
        if silence >= self.patience.renew_after * 2 ** min(self._renewals, _MOST_DOUBLINGS):
            self._renewals += 1
            return Step.RENEW
        if silence >= self.patience.silent_after and not self.is_silent:
            self.is_silent = True
            return Step.SILENT
        return None

    @property
    def interval(self) -> float:
        """How often to check."""
        patience = self.patience
        return min(patience.ping_after, patience.pong_within, patience.silent_after, patience.renew_after) / 4

    @property
    def is_used_up(self) -> bool:
        """Whether more tries have failed than may."""
        return self.patience.tries is not None and self.attempt > self.patience.tries

    def lost(self, now: float) -> float | None:
        """The connection ended or could not be made: seconds until the next try, or None to give up."""
        if now - self._opened >= self.patience.steady:
            self.attempt = 0
        self._opened = math.inf
        self.attempt += 1
        if self.is_used_up:
            return None
        pause = min(self.patience.cap, self.patience.base * float(2 ** min(self.attempt - 1, _MOST_DOUBLINGS)))
        return pause * (1 - self._jitter() * self.patience.spread)
