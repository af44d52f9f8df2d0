"""What a feed tells of itself: where it stands, why, and how much has gone through it."""

from __future__ import annotations

from enum import Enum

import msgspec

from upstox_client.errors import ApiException

__all__ = ["Cause", "Counters", "FeedClosedError", "FeedState", "Notice", "StateChange"]


class FeedState(Enum):
    """Where a feed stands."""

    IDLE = "idle"
    """Not started."""
    CONNECTING = "connecting"
    """Asking for an address and connecting to it."""
    OPEN = "open"
    """Connected; what is wanted has been asked for."""
    SILENT = "silent"
    """Connected and alive, but nothing comes although the market is open."""
    WAITING = "waiting"
    """Lost; waiting for the next try."""
    STOPPED = "stopped"
    """Given up: the token is not accepted, or the tries are used up."""
    CLOSED = "closed"
    """Closed by the user."""


class Cause(Enum):
    """Why a connection ended, or was never made."""

    CLOSED = "closed by the server"
    NETWORK = "network"
    """It could not be made, or broke."""
    STALL = "network stall"
    """Nothing came any more, not even an answer to a ping."""
    SILENCE = "server silence"
    """Pings were answered, but no data came although the market was open."""
    REFUSED = "refused"
    """The server answered, but not with a feed."""
    PROTOCOL = "protocol error"
    """What came is no websocket."""
    USER = "closed by the user"


class StateChange(msgspec.Struct, frozen=True):
    """A feed's new state.

    Attributes:
        state: where it stands now.
        cause: why the connection ended; None where none did.
        reason: the same in words, without a secret in them.
        attempt: how many tries have failed in a row.
        retry_in: seconds until the next try, while waiting.
        close_code, close_reason: of the server's close frame, if one came.
        at: when, seconds of `time.time()`.
    """

    state: FeedState
    cause: Cause | None = None
    reason: str = ""
    attempt: int = 0
    retry_in: float | None = None
    close_code: int | None = None
    close_reason: str = ""
    at: float = 0.0


class Notice(msgspec.Struct, frozen=True):
    """Something the server said beside the data, such as an error in a text frame; or a frame that could not be read.

    Attributes:
        text: what it said, shortened, without secrets.
        is_garbage: whether it is a frame that could not be read.
        received: when it arrived, seconds of `time.time()`.
    """

    text: str
    is_garbage: bool
    received: float


class Counters(msgspec.Struct):
    """How much has gone through a feed.

    Attributes:
        frames, bytes: what came from the server.
        events: what was made of it (ticks, updates, notices).
        garbage: frames that could not be read.
        reconnects: connections made after the first one.
        stalls: connections dropped because of a network stall.
        silences: connections dropped because of a silent server.
    """

    frames: int = 0
    bytes: int = 0
    events: int = 0
    garbage: int = 0
    reconnects: int = 0
    stalls: int = 0
    silences: int = 0


class FeedClosedError(ApiException):
    """The feed is closed, so nothing more will come of it."""

    def __init__(self, reason: str = "the feed is closed") -> None:
        super().__init__(0, reason)
