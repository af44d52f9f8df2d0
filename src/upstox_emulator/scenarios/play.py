"""A scenario that is being played: each step is done when the emulator's clock gets to it."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections import deque
from typing import TYPE_CHECKING, Final

from upstox_emulator.scenarios.actions import next_time, time_of

if TYPE_CHECKING:
    from upstox_emulator.emulator import Emulator
    from upstox_emulator.scenarios.scenario import Scenario, Step

logger = logging.getLogger("upstox_emulator")

_LONGEST: Final = 3600.0  # seconds to wait at once


class Play:
    """A scenario in progress; `Scenario.play` makes it.

    While the clock runs, the steps are done by themselves. When it jumps, all that it jumps over are done at once, in
    order, before `clock.advance` returns; `run` takes it from step to step, so that each is done at its own moment.

    Parameters:
        scenario: what is played.
        em: where.
    """

    def __init__(self, scenario: Scenario, em: Emulator) -> None:
        self._em = em
        self._venue = em.backend.venue
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._busy = False
        self._left = deque(_moments(scenario, em.clock.now()))
        self.error: Exception | None = None
        """What a step failed with; the steps after it are not done."""
        em.clock.listen(self._jumped)
        self._do_due()
        self._thread = threading.Thread(target=self._wait, name="upstox-emulator-scenario", daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do."""
        return not self._left

    @property
    def next_at(self) -> dt.datetime | None:
        """The moment of the next step; None if there is none."""
        with self._lock:
            return self._left[0][0] if self._left else None

    def run(self) -> None:
        """Take the clock from step to step, to the last one.

        Raises:
            Exception: what a step failed with.
        """
        try:
            while (moment := self.next_at) is not None:
                if moment > self._em.clock.now():
                    self._em.clock.set(moment)
                else:
                    self._do_due()
        finally:
            self.stop()
        if self.error is not None:
            raise self.error

    def stop(self) -> None:
        """Do no further steps."""
        with self._lock:
            self._left.clear()
        self._changed.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _jumped(self) -> None:
        self._do_due()
        self._changed.set()

    def _do_due(self) -> None:
        """Do what is due. Who comes while a step is being done, such as a step that steers the clock, leaves it."""
        with self._lock:
            if self._busy:
                return
            self._busy = True
        try:
            while (step := self._take()) is not None:
                step.action.do(self._em)
        except Exception as error:
            self.error = error
            with self._lock:
                self._left.clear()
            raise
        finally:
            self._busy = False

    def _take(self) -> Step | None:
        """The next step, if it is due."""
        with self._lock:
            if self._em.backend.venue is not self._venue:  # reset, restored or restarted: this is another story
                self._left.clear()
            if not self._left or self._left[0][0] > self._em.clock.now():
                return None
            return self._left.popleft()[1]

    def _wait(self) -> None:
        """Do the steps that come while the clock runs. Where it stands still, who makes it jump does them."""
        while (moment := self.next_at) is not None:
            speed = self._em.clock.speed
            seconds = (moment - self._em.clock.now()).total_seconds() / speed if speed else _LONGEST
            if seconds > 0:
                self._changed.wait(min(seconds, _LONGEST))
                self._changed.clear()
                continue
            try:
                self._do_due()
            except Exception:
                logger.exception("a step of a scenario failed")


def _moments(scenario: Scenario, begin: dt.datetime) -> list[tuple[dt.datetime, Step]]:
    """When each step is due. A time of the day is the first one that is not before the step above."""
    found: list[tuple[dt.datetime, Step]] = []
    latest = begin
    for step in scenario.steps:
        offset = step.offset
        moment = begin + dt.timedelta(seconds=offset) if offset is not None else next_time(time_of(step.at), latest)
        latest = max(latest, moment)
        found.append((latest, step))
    return found
