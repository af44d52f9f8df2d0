"""What comes in while a login waits, and what is made of it: values and shapes, no sockets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Literal, Protocol, TypeAlias, TypeVar

import msgspec

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Incoming(msgspec.Struct, frozen=True):
    """A request. `host` is the `Host` header."""

    path: str
    query: str = ""
    host: str = ""
    body: bytes = b""


class Reply(msgspec.Struct, frozen=True):
    """What to answer."""

    status: int
    text: str
    content_type: str = "text/html; charset=utf-8"


class Accepted(msgspec.Struct, Generic[T], frozen=True):
    """This is what was waited for. `reply` is sent at once; None: once the waiting side calls `answer`."""

    value: T
    reply: Reply | None = None


Method: TypeAlias = Literal["GET", "POST"]
Judge: TypeAlias = Callable[[Incoming], Reply | Accepted[T]]


class Listener(Protocol[T_co]):
    """Waits for what a judge accepts."""

    @property
    def port(self) -> int:
        """The port it listens on."""
        ...

    def wait(self, seconds: float) -> T_co | None:
        """What was accepted, or None if it did not come in time."""
        ...

    def answer(self, reply: Reply) -> None:
        """Show this to whoever sent it."""
        ...

    def close(self) -> None:
        """Stop listening; a `wait` under way returns None."""
        ...
