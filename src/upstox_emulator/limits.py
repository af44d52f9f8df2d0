"""The documented rate limits, counted for each user and API on the virtual clock.

https://upstox.com/developer/api-documentation/rate-limiting. Stated here on their own, not taken from the client, so
that each of the two proves the other.
"""

from __future__ import annotations

from collections import deque
from typing import Final, TypeAlias

import msgspec


class Window(msgspec.Struct, frozen=True):
    """At most `count` calls in any `seconds`."""

    count: int
    seconds: float


Windows: TypeAlias = tuple[Window, ...]

STANDARD: Final[Windows] = (Window(50, 1), Window(500, 60), Window(2000, 1800))
ORDERS: Final[Windows] = (Window(10, 1), Window(500, 60), Window(2000, 1800))
PAYMENT_READS: Final[Windows] = (Window(10, 1), Window(500, 60), Window(2000, 1800))
PAYOUT_WRITES: Final[Windows] = (Window(10, 60), Window(300, 1800))
IPO_APPLICATIONS: Final[Windows] = (Window(1, 1), Window(10, 60), Window(300, 1800))


class RateLimits:
    """Who called what, and when. Not thread-safe by itself."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, str], deque[float]] = {}

    def take(self, user: str, api: str, windows: Windows, now: float) -> bool:
        """Count a call, if there is room for it.

        Parameters:
            user: whose limits; "" for calls without a token.
            api: the API or group of APIs that is counted together.
            windows: its limits.
            now: epoch seconds.

        Returns:
            False if a window is full; the refused call does not count.
        """
        calls = self._calls.get((user, api))
        if calls is None:
            calls = self._calls[user, api] = deque(maxlen=max(window.count for window in windows))
        while calls and calls[-1] > now:  # the clock was set back: what is yet to come does not count
            calls.pop()
        if any(len(calls) >= window.count and now - calls[-window.count] < window.seconds for window in windows):
            return False
        calls.append(now)
        return True
