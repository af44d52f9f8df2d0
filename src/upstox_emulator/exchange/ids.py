"""Ids, in the formats of the documentation's samples, derived from the seed and how many there have been.

An order id is the day, `YYMMDD`, and nine digits; a GTT id is `GTT-C`, the day as `YYDDMM`, and eight digits.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Final, Literal, TypeAlias

_Series: TypeAlias = Literal["order", "trade", "gtt", "reference"]

_ROOM: Final = 90_000_000
_STEPS: Final = 89


class Ids:
    """Numbers that rise within a day, by uneven steps, and begin each day where nobody would guess."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._latest: dict[tuple[str, dt.date], int] = {}

    def order(self, at: dt.datetime) -> str:
        """Of an order: 15 digits."""
        return f"{at:%y%m%d}0{self._next('order', at):08}"

    def gtt(self, at: dt.datetime) -> str:
        """Of a GTT order."""
        return f"GTT-C{at:%y%d%m}{self._next('gtt', at):08}"

    def trade(self, at: dt.datetime) -> str:
        """Of a trade: eight digits."""
        return f"{self._next('trade', at):08}"

    def reference(self, at: dt.datetime) -> str:
        """The `order_ref_id` of an order that no GTT placed: 14 digits."""
        number = self._next("reference", at)
        return f"{self._draw('reference', number, at) % 1_000_000:06}{number:08}"

    def exchange_order(self, exchange: str, order_id: str) -> str:
        """What the exchange calls an order: 16 digits, on the BSE 19."""
        head = "1697" if exchange in {"BSE", "BFO", "BCD"} else "13"
        tail = 14 if head == "13" else 15
        return head + order_id[6:].rjust(tail, "0")

    def _next(self, series: _Series, at: dt.datetime) -> int:
        slot = (series, at.date())
        latest = self._latest.get(slot)
        if latest is None:
            self._latest = {known: number for known, number in self._latest.items() if known[0] != series}
            latest = self._draw(series, 0, at) % (_ROOM // 2)
        number = self._latest[slot] = latest + 1 + self._draw(series, latest, at) % _STEPS
        return number

    def _draw(self, series: _Series, number: int, at: dt.datetime) -> int:
        text = f"{self._seed} {series} {at:%Y%m%d} {number}"
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest())
