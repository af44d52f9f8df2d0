"""One client of a feed: its frames on their way out, with the faults that strike them, and its signs of life."""

from __future__ import annotations

import socket
import struct
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple, cast

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from upstox_emulator.feed.backend import Feed
from upstox_emulator.feed.faults import FeedFault, FeedFaults
from upstox_emulator.feed.tickets import Ticket

# What nobody documents, and any server has: how much may wait for a client, and how long one may keep silent.
HIGH_WATER: Final = 4 << 20
OVERFLOW: Final = 256 << 20
PATIENCE: Final = 2.0  # unanswered pings, in intervals of pings

_LINGER: Final = struct.pack("ii", 1, 0)  # a reset instead of a goodbye


class Care(NamedTuple):
    """How all clients are kept.

    Attributes:
        faults: what is to go wrong.
        real: real seconds.
        ping_every: real seconds without a frame after which a client is pinged.
        on_token_death: called when a fault ends a client's token.
    """

    faults: FeedFaults
    real: Callable[[], float]
    ping_every: float
    on_token_death: Callable[[Ticket], None]


class Connection(WSListener):
    """A client. Everything here happens in the feed's thread.

    Parameters:
        ticket: what it came in with.
        care: how it is kept.
    """

    feed: Feed
    kind: WSMsgType  # of its data frames
    conflates = False  # whether it may be shown the latest instead of all

    def __init__(self, ticket: Ticket, care: Care) -> None:
        self.ticket = ticket
        self.frames = 0
        """Data frames handed to its socket."""
        self.paused = False
        """Whether more waits for it than it should."""
        self.missed = False
        """Whether it was too slow for something, and is to get the whole state when it can take it."""
        self._care = care
        self._faults = care.faults
        self._transport: WSTransport | None = None
        self._parts: list[bytes] = []
        self._binary = False
        self._sent_at = self._pinged_at = 0.0
        self._pinged = False
        self._mute = False
        self._swallow = 0
        self._held_for_next: bytes | None = None
        self._hold: FeedFault | None = None
        self._hold_until = 0.0
        self._held: deque[bytes] = deque()

    # What a feed adds

    def opened(self) -> None:
        """It has connected."""

    def heard(self, message: bytes, *, binary: bool) -> None:
        """It has sent a message."""
        del message, binary

    def closed(self) -> None:
        """It is gone."""

    # Out

    def send(self, message: bytes) -> None:
        """Send a data frame, unless a fault has other plans."""
        if not self._faults.waiting and self._hold is None and not (self._mute or self._swallow):
            self._write(message)
        elif self._mute or self._hold is not None:
            self._keep(message)
        elif self._swallow:
            self._swallow -= 1
        elif (fault := self._faults.strike(self.feed)) is None:
            self._write(message)
        else:
            self._strike(fault, message)

    def _keep(self, message: bytes) -> None:
        if self._hold is not None and not (self.conflates and self._hold.kind == "slow_reader"):
            self._held.append(message)

    def _write(self, message: bytes) -> None:
        self.raw(message)
        if self._held_for_next is not None:
            late, self._held_for_next = self._held_for_next, None
            self.raw(late)

    def raw(self, message: bytes, kind: WSMsgType | None = None) -> None:
        """Send a frame past all faults."""
        transport = self._transport
        if transport is None or transport.is_close_frame_sent or transport.is_disconnected:
            return
        transport.send(kind or self.kind, message)
        self.frames += 1
        self._sent_at = self._care.real()
        if self.paused and transport.underlying_transport.get_write_buffer_size() > OVERFLOW:
            self.end()

    def _strike(self, fault: FeedFault, message: bytes) -> None:
        match fault.kind:
            case "close":
                self.end(fault.code, fault.reason)
            case "abort":
                self.reset()
            case "half_open":
                self._mute = True
            case "stall" | "slow_reader":
                self._hold = fault
                self._hold_until = float("inf") if fault.seconds is None else self._care.real() + fault.seconds
                self._keep(message)
                self.missed = fault.kind == "slow_reader"
            case "duplicate":
                self._write(message)
                self.raw(message)
            case "reorder":
                self._held_for_next = message
            case "gap":
                self._swallow = fault.frames - 1
            case "garbage":
                self.raw(fault.body)
                self._write(message)
            case _:  # token_death
                self._care.on_token_death(self.ticket)

    @property
    def keys(self) -> int:
        """How many instruments it has subscribed to."""
        return 0

    @property
    def behind(self) -> bool:
        """Whether it takes no more for now."""
        return self.paused or (self._hold is not None and self._hold.kind == "slow_reader")

    # Signs of life

    def tend(self) -> None:
        """Now and then: end what has lasted long enough, ping a client that has heard nothing, give up a dead one."""
        now = self._care.real()
        if self._hold is not None and (self._hold.lifted or now >= self._hold_until):
            self._hold = None
            while self._held:
                self._write(self._held.popleft())
        if self._mute or self._transport is None:
            return
        if self._pinged and now - self._pinged_at > PATIENCE * self._care.ping_every:
            self.end()
        elif not self._pinged and now - self._sent_at >= self._care.ping_every:
            self._ping(now)

    def _ping(self, now: float) -> None:
        if self._transport is not None:
            self._pinged, self._pinged_at = True, now
            self._transport.send_ping(b"")

    # The end

    def end(self, code: int = 1006, reason: str = "") -> None:
        """Close with a code; 1006 ends the connection without a goodbye."""
        if self._transport is None:
            return
        if code != 1006:
            self._transport.send_close(cast("WSCloseCode", code), reason.encode())
        self._transport.disconnect(graceful=code != 1006)

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        if self._transport is not None:
            connection = cast("socket.socket", self._transport.underlying_transport.get_extra_info("socket"))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
            self._transport.disconnect(graceful=False)

    # What picows calls

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        transport.underlying_transport.set_write_buffer_limits(high=HIGH_WATER)
        self._sent_at = self._care.real()
        self._ping(self._sent_at)
        self.opened()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if self._mute:
            return
        match frame.msg_type:
            case WSMsgType.PING:
                transport.send_pong(frame.get_payload_as_bytes())
            case WSMsgType.PONG:
                self._pinged = False
            case WSMsgType.CLOSE:
                transport.send_close(frame.get_close_code(), frame.get_close_message())
                transport.disconnect()
            case kind:
                self._collect(kind, frame)

    def _collect(self, kind: WSMsgType, frame: WSFrame) -> None:
        if kind != WSMsgType.CONTINUATION:
            self._parts, self._binary = [], kind == WSMsgType.BINARY
        self._parts.append(frame.get_payload_as_bytes())
        if frame.fin:
            message = b"".join(self._parts)
            self._parts.clear()
            self.heard(message, binary=self._binary)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        del transport
        self._transport = None
        self._held.clear()
        self.closed()

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
