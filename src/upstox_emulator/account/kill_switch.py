"""The kill switch of each segment: https://upstox.com/developer/api-documentation/kill-switch"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, Final

import msgspec

from upstox_emulator.errors import Problem, Refusal, problem

COOLING: Final = dt.timedelta(hours=12)

# The account has no commodity segment, as in the documentation's sample.
_SEGMENTS: Final = {
    "MCX_FO": "INACTIVE",
    "NCD_FO": "ACTIVE",
    "NSE_EQ": "ACTIVE",
    "BCD_FO": "ACTIVE",
    "BSE_FO": "ACTIVE",
    "NSE_FO": "ACTIVE",
    "BSE_EQ": "ACTIVE",
    "NSE_COM": "INACTIVE",
}


class Wish(msgspec.Struct, frozen=True):
    """`DISABLE` stops trading in the segment, `ENABLE` allows it again."""

    segment: str
    action: str


class KillSwitch:
    """Which segments are stopped, and since when."""

    def __init__(self) -> None:
        self._stopped: dict[str, dt.datetime] = {}

    def is_stopped(self, segment: str) -> bool:
        """Whether trading in a segment is stopped."""
        return segment in self._stopped

    def rows(self) -> list[dict[str, Any]]:
        """Every segment, as the endpoint shows it."""
        return [
            {"segment": segment, "segment_status": status, "kill_switch_enabled": segment in self._stopped}
            for segment, status in _SEGMENTS.items()
        ]

    def update(self, wishes: list[Wish], now: dt.datetime, traded: Collection[str] = ()) -> None:
        """Do all that is wished, or nothing. The segments with open positions, `traded`, stay as they are."""
        checked = [self._check(wish, index, now, traded) for index, wish in enumerate(wishes)]
        problems = [found for found in checked if found is not None]
        if problems or not wishes:
            raise Refusal(*(problems or [problem("switch_segment")]))
        for wish in wishes:
            if wish.action == "DISABLE":
                self._stopped.setdefault(wish.segment, now)
            else:
                self._stopped.pop(wish.segment, None)

    def _check(self, wish: Wish, index: int, now: dt.datetime, traded: Collection[str]) -> Problem | None:
        if _SEGMENTS.get(wish.segment) != "ACTIVE":
            return problem("switch_segment", path=f"[{index}].segment", value=wish.segment)
        if wish.action not in {"ENABLE", "DISABLE"}:
            return problem("switch_action", path=f"[{index}].action", value=wish.action)
        if wish.segment in traded:
            return problem("switch_open_positions", path=f"[{index}].segment", value=wish.segment)
        stopped_at = self._stopped.get(wish.segment)
        if wish.action == "ENABLE" and stopped_at is not None and now < stopped_at + COOLING:
            return problem("switch_cooling", path=f"[{index}].segment", value=wish.segment)
        return None
