"""From one feed to its consumers."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from upstox_client.feeder.listeners import Inbox, Overflow

__all__ = ["CallbackError", "Hub"]


class CallbackError(Exception):
    """A callback of the program raised; the feed goes on. `__cause__` is what it raised.

    Attributes:
        callback: the callback.
        event: what it was called with.
    """

    def __init__(self, callback: Callable[..., object], event: object, cause: BaseException) -> None:
        name = getattr(callback, "__qualname__", repr(callback))
        super().__init__(f"your callback {name} raised {type(cause).__name__}: {cause}")
        self.callback, self.event = callback, event
        self.__cause__ = cause


class _Route(NamedTuple):
    inbox: Inbox[Any]
    keys: frozenset[str] | None


def _about(events: Sequence[Any], keys: frozenset[str]) -> list[Any]:
    return [event for event in events if event.key in keys]


class Hub:
    """Hands each event to every consumer that wants its kind.

    Parameters:
        kind_of: the kind of an event.
        on_room: called when a consumer that had none has room again.
    """

    def __init__(self, kind_of: Callable[[Any], type], on_room: Callable[[], None]) -> None:
        self._kind_of = kind_of
        self._on_room = on_room
        self._lock = threading.Lock()
        self._routes: dict[type, tuple[_Route, ...]] = {}
        self._end: BaseException | None = None

    def attach(
        self,
        kinds: Collection[type],
        size: int,
        overflow: Overflow,
        keys: Collection[str] | None = None,
        first: Callable[[], Sequence[Any]] = tuple,
    ) -> Inbox[Any]:
        """A new queue for events of these kinds, and of these instruments if any are given; what `first` gives is put
        into it before anything else. An event that is known to `first` once it is delivered is not missed.
        """
        inbox = Inbox[Any](size, overflow, self._on_room)
        route = _Route(inbox, None if keys is None else frozenset(keys))
        with self._lock:
            known = first() if route.keys is None else _about(first(), route.keys)
            if known:
                inbox.put(known)
            self._routes |= {kind: (*self._routes.get(kind, ()), route) for kind in kinds}
            if self._end is not None:
                inbox.end(self._end)
        return inbox

    def detach(self, inbox: Inbox[Any]) -> None:
        """Hand nothing more to this queue."""
        with self._lock:
            self._routes = {
                kind: tuple(route for route in routes if route.inbox is not inbox)
                for kind, routes in self._routes.items()
            }
        self._on_room()

    def deliver(self, events: Sequence[Any]) -> bool:
        """Hand out events, those of one kind side by side. Returns whether everybody has room for more."""
        kind = self._kind_of(events[0])
        if len(events) > 1 and len(set(map(self._kind_of, events))) > 1:
            rooms = [self.deliver(list(same)) for _, same in itertools.groupby(events, self._kind_of)]
            return all(rooms)
        room = True
        with self._lock:  # a consumer that is being told what is known belongs to those who are told this
            routes = self._routes.get(kind, ())
        for route in routes:
            chosen = events if route.keys is None else _about(events, route.keys)
            if chosen and not route.inbox.put(chosen):
                room = False
        return room

    @property
    def has_room(self) -> bool:
        """Whether everybody has room."""
        return not any(inbox.blocked for inbox in self._inboxes())

    def _inboxes(self) -> list[Inbox[Any]]:
        return [route.inbox for routes in self._routes.values() for route in routes]

    def end(self, error: BaseException) -> None:
        """There will be nothing more, and why."""
        with self._lock:
            self._end = self._end or error
            inboxes = self._inboxes()
        for inbox in inboxes:
            inbox.end(error)
