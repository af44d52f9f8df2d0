"""Client-side rate limits: sliding windows, as documented per user.

https://upstox.com/developer/api-documentation/rate-limiting
"""

from __future__ import annotations

import threading
import weakref
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterator
from typing import Final

import msgspec


class Window(msgspec.Struct, frozen=True):
    """At most `count` calls in any `seconds`."""

    count: int
    seconds: float


STANDARD: Final = (Window(50, 1), Window(500, 60), Window(2000, 1800))
ORDERS: Final = (Window(10, 1), Window(500, 60), Window(2000, 1800))
PAYOUT_WRITES: Final = (Window(10, 60), Window(300, 1800))
IPO_WRITES: Final = (Window(1, 1), Window(10, 60), Window(300, 1800))

ORDER_BUCKET: Final = "orders"
"""Order writes share one bucket; every other operation has its own."""

# Start of a bucket's name -> its windows, where they are not the standard ones.
_SPECIAL: Final = {
    ORDER_BUCKET: ORDERS,
    "GET /v2/user/payments/": ORDERS,
    "POST /v2/user/payments/": PAYOUT_WRITES,
    "PUT /v2/user/payments/": PAYOUT_WRITES,
    "DELETE /v2/user/payments/": PAYOUT_WRITES,
    "POST /v2/ipos/orders": IPO_WRITES,
}


def windows_for(bucket: str) -> tuple[Window, ...]:
    """The documented windows of a bucket: `orders`, or a method and a path such as `GET /v2/user/profile`."""
    return next((windows for start, windows in _SPECIAL.items() if bucket.startswith(start)), STANDARD)


class Usage(msgspec.Struct, frozen=True):
    """How much of one window is used."""

    used: int
    count: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.used}/{self.count} in {self.seconds:g} s"


# The longest that a call is taken to be on its way to the server; what an answer takes beyond is the server's thinking.
_LONGEST_WAY: Final = 0.5


class Bucket:
    """The calls of one bucket; not thread-safe by itself.

    The server counts a call when it arrives, which is later than when it is let go. So a call that was answered counts
    from its answer; else those of a burst over new connections, which arrive late, would still be in the server's
    window when the next ones are let go.
    """

    __slots__ = ("_calls", "_most", "windows")

    def __init__(self, windows: tuple[Window, ...]) -> None:
        self.windows = windows
        # The moments of the latest calls, in order; the n-th last one decides whether a window of n has room.
        self._calls: list[float] = []
        self._most = max(window.count for window in windows)

    def wait(self, now: float) -> float:
        """Seconds until every window has room; 0 or less if it has."""
        calls, made = self._calls, len(self._calls)
        return max(
            (calls[-window.count] + window.seconds - now for window in self.windows if made >= window.count),
            default=0.0,
        )

    def take(self, now: float) -> None:
        """Count a call that is let go now."""
        insort(self._calls, now)
        if len(self._calls) > self._most:
            del self._calls[0]

    def answered(self, taken: float, now: float) -> None:
        """Count the call that was let go at `taken` from now."""
        calls = self._calls
        place = bisect_left(calls, taken)
        if place < len(calls) and calls[place] == taken:
            del calls[place]
            insort(calls, min(now, taken + _LONGEST_WAY))

    def usage(self, now: float) -> tuple[Usage, ...]:
        """How much of each window is used."""
        return tuple(
            Usage(sum(now - call < window.seconds for call in self._calls), window.count, window.seconds)
            for window in self.windows
        )


class Limits:
    """The limits of one user, shared by every client of the process that signs with the same token.

    `client.limits` shows what is used of them.
    """

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}
        self._answers: deque[tuple[str, float, float]] = deque()
        self._lock = threading.Lock()

    def acquire(self, bucket: str, now: float) -> float:
        """Take a place in `bucket`, or say how many seconds until there is one (0: taken)."""
        with self._lock:
            self._note_answers()
            calls = self._buckets.get(bucket)
            if calls is None:
                calls = self._buckets[bucket] = Bucket(windows_for(bucket))
            wait = calls.wait(now)
            if wait > 0:
                return wait
            calls.take(now)
            return 0.0

    def answered(self, bucket: str, taken: float, now: float) -> None:
        """The call that took its place at `taken` was answered, or failed, now.

        It may be the garbage collector that ends an abandoned call, in a thread that holds the lock: it is only noted.
        """
        self._answers.append((bucket, taken, now))

    def _note_answers(self) -> None:
        while self._answers:
            bucket, taken, now = self._answers.popleft()
            self._buckets[bucket].answered(taken, now)

    def usage(self, now: float) -> dict[str, tuple[Usage, ...]]:
        """What is used of each bucket that has been called."""
        with self._lock:
            self._note_answers()
            return {name: bucket.usage(now) for name, bucket in self._buckets.items()}


_by_user: weakref.WeakValueDictionary[tuple[str, int], Limits] = weakref.WeakValueDictionary()
# Keeps the latest alive: a program that makes a client for each call is still one user.
_latest: deque[Limits] = deque(maxlen=32)
_by_user_lock = threading.Lock()


def limits_of(host: str, token: str) -> Limits:
    """The limits of the user behind `token` on `host`. The token itself is not kept."""
    key = host, hash(token)  # 64 bits, salted for each process; hashlib would load all of OpenSSL
    with _by_user_lock:
        limits = _by_user.get(key)
        if limits is None:
            limits = _by_user[key] = Limits()
            _latest.append(limits)
        return limits


class LimitsReading:
    """`client.limits`: what is used of the documented limits right now.

    `limits["orders"]` and `limits["GET /v2/user/profile"]` give one `Usage` per window.
    """

    def __init__(self, usage: dict[str, tuple[Usage, ...]]) -> None:
        self._usage = usage

    def __getitem__(self, bucket: str) -> tuple[Usage, ...]:
        return self._usage.get(bucket) or tuple(Usage(0, w.count, w.seconds) for w in windows_for(bucket))

    def __iter__(self) -> Iterator[str]:
        return iter(self._usage)

    def __repr__(self) -> str:
        rows = [f"{bucket}: " + ", ".join(map(str, usages)) for bucket, usages in sorted(self._usage.items())]
        return f"Limits({'; '.join(rows) or 'nothing used'})"
