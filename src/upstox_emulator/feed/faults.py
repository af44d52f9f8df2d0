"""What can be made to go wrong with the feeds: armed, and counted."""

from __future__ import annotations

import threading
from typing import Final, Literal, TypeAlias

import msgspec

from upstox_emulator.feed.backend import Feed

FeedFaultKind: TypeAlias = Literal[
    "close",
    "abort",
    "half_open",
    "stall",
    "duplicate",
    "reorder",
    "gap",
    "garbage",
    "token_death",
    "slow_reader",
    "redirect_loop",
    "refuse_authorize",
]

_AT_THE_DOOR: Final = frozenset({"redirect_loop", "refuse_authorize"})


class FeedFault(msgspec.Struct):
    """An armed fault. `hits` counts how often it struck.

    Attributes:
        kind: what happens.
        feed: the feed it strikes; None for both.
        after: how many frames pass before it strikes, each time; frames of all connections count.
        times: how often it strikes; None until cleared.
        code, reason: of `close`; the HTTP status of `refuse_authorize`.
        seconds: how long `stall` and `slow_reader` last, in real seconds; None until cleared.
        frames: how many frames `gap` swallows.
        body: what `garbage` sends.
        passed: frames that have passed since it was armed, or since it struck.
        lifted: whether it has been cleared.
    """

    kind: FeedFaultKind
    feed: Feed | None = None
    after: int = 0
    times: int | None = 1
    code: int = 1006
    reason: str = ""
    seconds: float | None = None
    frames: int = 1
    body: bytes = b""
    passed: int = 0
    hits: int = 0
    lifted: bool = False

    @property
    def spent(self) -> bool:
        """Whether it has struck as often as it was to."""
        return self.times is not None and self.hits >= self.times


class FeedFaults:
    """The armed faults; the first that applies strikes. Each method arms one and returns it.

    A fault strikes instead of sending a frame, on the connection that the frame was meant for. All take `feed`
    (`market`, `portfolio`, None for both), `times` (None: until cleared), and, but for those at the door, `after`: how
    many frames pass before it strikes, each time. Safe to use from any thread.
    """

    def __init__(self) -> None:
        self._armed: list[FeedFault] = []
        self._lock = threading.Lock()
        self.waiting = False
        """Whether any is armed that may strike a frame."""

    def arm(self, fault: FeedFault) -> FeedFault:
        """Arm a fault.

        Raises:
            ValueError: a close code that no server may send.
        """
        if fault.kind == "close" and not (fault.code == 1006 or 1000 <= fault.code < 5000):
            raise ValueError(f"a close code is from 1000 to 4999, got {fault.code}")
        with self._lock:
            self._armed.append(fault)
            self._look()
        return fault

    def close(
        self, code: int, reason: str = "", *, after: int = 0, times: int | None = 1, feed: Feed | None = None
    ) -> FeedFault:
        """Close with this code; 1006 ends the connection without a goodbye."""
        return self.arm(FeedFault("close", feed, after, times, code=code, reason=reason))

    def abort(self, *, after: int = 0, times: int | None = 1, feed: Feed | None = None) -> FeedFault:
        """Reset the connection."""
        return self.arm(FeedFault("abort", feed, after, times))

    def half_open(self, *, after: int = 0, times: int | None = 1, feed: Feed | None = None) -> FeedFault:
        """From here on silence: no data, no ping, no pong, and nothing that comes in is heard."""
        return self.arm(FeedFault("half_open", feed, after, times))

    def stall(
        self, seconds: float | None = None, *, after: int = 0, times: int | None = 1, feed: Feed | None = None
    ) -> FeedFault:
        """Hold all data back for so many real seconds (None: until cleared), then send it; pings are answered."""
        return self.arm(FeedFault("stall", feed, after, times, seconds=seconds))

    def slow_reader(
        self, seconds: float | None = None, *, after: int = 0, times: int | None = 1, feed: Feed | None = None
    ) -> FeedFault:
        """Treat the client as one that reads too slowly, for so many real seconds (None: until cleared).

        Of the market it then gets the state as it is, and nothing in between; portfolio updates it gets all.
        """
        return self.arm(FeedFault("slow_reader", feed, after, times, seconds=seconds))

    def duplicate(self, *, after: int = 0, times: int | None = 1, feed: Feed | None = None) -> FeedFault:
        """Send a frame twice."""
        return self.arm(FeedFault("duplicate", feed, after, times))

    def reorder(self, *, after: int = 0, times: int | None = 1, feed: Feed | None = None) -> FeedFault:
        """Send a frame after the one that follows it."""
        return self.arm(FeedFault("reorder", feed, after, times))

    def gap(self, frames: int = 1, *, after: int = 0, times: int | None = 1, feed: Feed | None = None) -> FeedFault:
        """Lose so many frames in a row."""
        return self.arm(FeedFault("gap", feed, after, times, frames=frames))

    def garbage(
        self, body: bytes = b"\xff\xfe\xfd", *, after: int = 0, times: int | None = 1, feed: Feed | None = None
    ) -> FeedFault:
        """Send a frame of garbage before the next one, which is not lost."""
        return self.arm(FeedFault("garbage", feed, after, times, body=body))

    def token_death(self, *, after: int = 0, times: int | None = 1, feed: Feed | None = None) -> FeedFault:
        """The connection's token dies, and with it all connections that were made with it."""
        return self.arm(FeedFault("token_death", feed, after, times))

    def redirect_loop(self, *, times: int | None = 1, feed: Feed | None = None) -> FeedFault:
        """The address that a client is sent to redirects to itself, for ever."""
        return self.arm(FeedFault("redirect_loop", feed, times=times))

    def refuse_authorize(self, status: int = 403, *, times: int | None = 1, feed: Feed | None = None) -> FeedFault:
        """Refuse the way in with this HTTP status."""
        return self.arm(FeedFault("refuse_authorize", feed, times=times, code=status))

    # What strikes

    def strike(self, feed: Feed) -> FeedFault | None:
        """The fault that the next frame of a connection runs into, counted; None for none."""
        with self._lock:
            for fault in self._armed:
                if fault.spent or fault.kind in _AT_THE_DOOR or fault.feed not in {None, feed}:
                    continue
                if fault.passed >= fault.after:
                    self._hit(fault)
                    return fault
                fault.passed += 1
            return None

    def at_the_door(self, feed: Feed) -> FeedFault | None:
        """The fault that a client on its way in runs into, counted; None for none."""
        with self._lock:
            for fault in self._armed:
                if not fault.spent and fault.kind in _AT_THE_DOOR and fault.feed in {None, feed}:
                    self._hit(fault)
                    return fault
            return None

    def _hit(self, fault: FeedFault) -> None:
        fault.hits += 1
        fault.passed = 0
        self._look()

    def _look(self) -> None:
        self.waiting = any(not fault.spent and fault.kind not in _AT_THE_DOOR for fault in self._armed)

    def armed(self) -> list[FeedFault]:
        """The faults that can still strike."""
        with self._lock:
            return [fault for fault in self._armed if not fault.spent]

    def clear(self) -> None:
        """Disarm all, and end those that last until then."""
        with self._lock:
            for fault in self._armed:
                fault.lifted = True
            self._armed.clear()
            self._look()
