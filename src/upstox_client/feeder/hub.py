"""From one feed to its consumers."""

from __future__ import annotations

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
    kinds: frozenset[type]
    keys: frozenset[str] | None


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
        self._routes: tuple[_Route, ...] = ()
        self._end: BaseException | None = None

    def attach(
        self,
        kinds: Collection[type],
        size: int,
        overflow: Overflow,
        keys: Collection[str] | None = None,
        first: Sequence[Any] = (),
    ) -> Inbox[Any]:
        """A new queue for events of these kinds, and of these instruments if any are given; `first` is put into it."""
        inbox = Inbox[Any](size, overflow, self._on_room)
        route = _Route(inbox, frozenset(kinds), None if keys is None else frozenset(keys))
        with self._lock:
            if first:
                inbox.put(self._chosen(route, first))
            self._routes += (route,)
            if self._end is not None:
                inbox.end(self._end)
        return inbox

    def detach(self, inbox: Inbox[Any]) -> None:
        """Hand nothing more to this queue."""
        with self._lock:
            self._routes = tuple(route for route in self._routes if route.inbox is not inbox)
        self._on_room()

    def deliver(self, events: Sequence[Any]) -> bool:
        """Hand events out. Returns whether everybody has room for more."""
        room = True
        for route in self._routes:
            chosen = self._chosen(route, events)
            if chosen and not route.inbox.put(chosen):
                room = False
        return room

    def _chosen(self, route: _Route, events: Sequence[Any]) -> list[Any]:
        kind_of, (_, kinds, keys) = self._kind_of, route
        if keys is None:
            return [event for event in events if kind_of(event) in kinds]
        return [event for event in events if kind_of(event) in kinds and getattr(event, "key", None) in keys]

    @property
    def has_room(self) -> bool:
        """Whether everybody has room."""
        return not any(route.inbox.blocked for route in self._routes)

    def end(self, error: BaseException) -> None:
        """There will be nothing more, and why."""
        with self._lock:
            self._end = self._end or error
            routes = self._routes
        for route in routes:
            route.inbox.end(error)
