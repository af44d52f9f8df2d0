"""What is to happen to orders later."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

Errand: TypeAlias = Literal["arrive", "fill", "cancel"]


class Timer(NamedTuple):
    """An errand for an order; those of one moment are done in the order in which they were set."""

    at: dt.datetime
    number: int
    order_id: str
    errand: Errand


class Timers:
    """All that wait."""

    def __init__(self) -> None:
        self._heap: list[Timer] = []
        self._set = 0

    def set(self, at: dt.datetime, order_id: str, errand: Errand) -> None:
        """Let an errand wait for a moment."""
        self._set += 1
        heapq.heappush(self._heap, Timer(at, self._set, order_id, errand))

    def due(self, at: dt.datetime) -> Iterator[Timer]:
        """Those whose moment has come; they wait no longer."""
        while self._heap and self._heap[0].at <= at:
            yield heapq.heappop(self._heap)

    def next(self) -> dt.datetime | None:
        """When the next one is due."""
        return self._heap[0].at if self._heap else None

    def clear(self) -> None:
        """Forget all."""
        self._heap.clear()
