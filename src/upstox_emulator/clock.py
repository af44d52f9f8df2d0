"""The virtual clock: Indian time that can be set, advanced, sped up and stopped."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from typing import Final

FASTEST: Final = 1_000_000.0
"""Virtual seconds in a real one, at most."""

_YEARS: Final = range(2000, 2100)  # before these no prices are known; far behind them, money gets out of hand
_YEARS_TOLD: Final = f"the years from {_YEARS[0]} to {_YEARS[-1]}"

IST: Final = dt.timezone(dt.timedelta(hours=5, minutes=30), "IST")
"""Indian Standard Time; there is no summer time."""

_LAST: Final = dt.datetime(_YEARS[-1], 12, 31, 23, 59, 59, tzinfo=IST)


def next_0330(now: dt.datetime) -> dt.datetime:
    """The next 03:30 IST after `now`: when access tokens die, whenever they were issued.

    https://upstox.com/developer/api-documentation/get-token
    """
    today = now.astimezone(IST).replace(hour=3, minute=30, second=0, microsecond=0)
    return today if today > now else today + dt.timedelta(days=1)


def epoch_ms(moment: dt.datetime) -> str:
    """Epoch milliseconds as text, the way the login endpoints send times."""
    return str(int(moment.timestamp() * 1000))


def ist_text(moment: dt.datetime) -> str:
    """`YYYY-MM-DD HH:MM:SS` in Indian time, the way most endpoints send times."""
    return moment.astimezone(IST).strftime("%Y-%m-%d %H:%M:%S")


class Clock:
    """A clock of one's own. Safe to steer from any thread.

    Parameters:
        start: the first moment shown; a time without a zone is Indian time. Default: now.
        speed: virtual seconds that pass in a real one. 1 runs with real time, 0 stands still until advanced.
        real: the real seconds to count by.

    Raises:
        TypeError, ValueError: `start` or `speed` is wrong; the message begins with its name.
    """

    def __init__(
        self, start: dt.datetime | None = None, speed: float = 1.0, real: Callable[[], float] = time.monotonic
    ) -> None:
        self._real = real
        self._lock = threading.Lock()
        self._speed = _checked_speed(speed)
        self._anchor = _checked_moment("start", dt.datetime.now(IST) if start is None else start)
        self._anchor_real = real()
        self._listeners: list[Callable[[], None]] = []

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each jump and each change of speed, from the thread that steered."""
        self._listeners.append(listener)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

    def now(self) -> dt.datetime:
        """The virtual moment, in Indian time."""
        with self._lock:
            return self._now()

    def _now(self) -> dt.datetime:
        return self._anchor + dt.timedelta(seconds=(self._real() - self._anchor_real) * self._speed)

    def set(self, moment: dt.datetime) -> None:
        """Jump to a moment, also backwards; a time without a zone is Indian time.

        Raises:
            TypeError, ValueError: `moment` is none of the years from 2000 to 2099.
        """
        checked = _checked_moment("moment", moment)
        with self._lock:
            self._anchor, self._anchor_real = checked, self._real()
        self._tell()

    def advance(self, by: float | dt.timedelta) -> dt.datetime:
        """Jump forward by seconds or by a timedelta; returns the new moment.

        Raises:
            ValueError: `by` is negative, or leads out of the years from 2000 to 2099.
        """
        try:
            step = by if isinstance(by, dt.timedelta) else dt.timedelta(seconds=by)
        except OverflowError:
            step = dt.timedelta.max
        if step < dt.timedelta(0):
            raise ValueError(f"the clock is advanced by a positive time, got {by!r}; use set() to go back")
        with self._lock:
            now = self._now()
            if step > _LAST - now:
                raise ValueError(f"the clock is advanced within {_YEARS_TOLD}, got {by!r}")
            moment = self._anchor = now + step
            self._anchor_real = self._real()
        self._tell()
        return moment

    @property
    def speed(self) -> float:
        """Virtual seconds in a real one."""
        return self._speed

    @speed.setter
    def speed(self, value: float) -> None:
        with self._lock:
            self._anchor, self._anchor_real = self._now(), self._real()
            self._speed = _checked_speed(value)
        self._tell()

    def __repr__(self) -> str:
        return f"Clock({self.now():%Y-%m-%d %H:%M:%S} IST, speed={self._speed:g})"


def _checked_moment(name: str, moment: dt.datetime) -> dt.datetime:
    """A moment in Indian time; `name` is what an error calls it."""
    if not isinstance(moment, dt.datetime):  # pyright: ignore[reportUnnecessaryIsInstance] - not all check their types
        raise TypeError(f"{name} is a datetime such as datetime(2026, 11, 23, 9, 15), got {moment!r}")
    if moment.year not in _YEARS:
        raise ValueError(f"{name} is in {_YEARS_TOLD}, got {moment}")
    return moment.replace(tzinfo=IST) if moment.tzinfo is None else moment.astimezone(IST)


def _checked_speed(speed: float) -> float:
    told = f"speed is a number from 0 to {FASTEST:,.0f}, got {speed!r}"
    if not isinstance(speed, (int, float)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(told)
    if not 0 <= speed <= FASTEST:
        raise ValueError(told)
    return speed
