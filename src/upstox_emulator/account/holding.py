"""Shares that the account owns: bought yesterday and on their way (T+1), or in the demat account.

https://upstox.com/developer/api-documentation/get-holdings
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import msgspec

from upstox_emulator.account.figures import number
from upstox_emulator.catalog.instrument import EXCHANGE_OF_SEGMENT, Instrument
from upstox_emulator.market.view import Tick
from upstox_emulator.units import rupees

_COLLATERAL: Final = "WC"
_HAIRCUT: Final = 0.2


class Holding(msgspec.Struct, kw_only=True):
    """The shares of one company.

    Attributes:
        instrument: as it was bought first.
        settled: in the demat account.
        coming: what was bought and has yet to arrive, by the day on which it does.
        cost: of all of them, price x quantity.
    """

    instrument: Instrument
    settled: int = 0
    coming: dict[dt.date, int] = msgspec.field(default_factory=dict[dt.date, int])
    cost: int = 0

    @property
    def quantity(self) -> int:
        """All of them; also what is on its way may be sold."""
        return self.settled + sum(self.coming.values())

    def add(self, quantity: int, cost: int, arrives: dt.date | None = None) -> None:
        """Take in what was bought; without a day it is there."""
        self.cost += cost
        if arrives is None:
            self.settled += quantity
        else:
            self.coming[arrives] = self.coming.get(arrives, 0) + quantity

    def remove(self, quantity: int) -> None:
        """Give away what was sold, at the average cost; what is in the demat account goes first."""
        self.cost -= self.cost * quantity // self.quantity
        settled = min(quantity, self.settled)
        self.settled -= settled
        quantity -= settled
        for day in sorted(self.coming):
            part = min(quantity, self.coming[day])
            self.coming[day] -= part
            quantity -= part

    def settle(self, today: dt.date) -> bool:
        """Put into the demat account what has arrived by the morning; whether there was anything."""
        arrived = [day for day in self.coming if day < today]
        self.settled += sum(self.coming.pop(day) for day in arrived)
        return bool(arrived)

    def row(self, tick: Tick, used: int) -> dict[str, Any]:
        """As the holdings show it; `used` is sold today, or promised to orders. A whole change has no fraction."""
        change = rupees(tick.last - tick.previous_close)
        percentage = 100 * change / rupees(tick.previous_close) if tick.previous_close else 0.0
        return {
            "isin": self.instrument.isin or "",
            "cnc_used_quantity": used,
            "collateral_type": _COLLATERAL,
            "company_name": self.instrument.name,
            "haircut": _HAIRCUT,
            "product": "D",
            "quantity": self.settled,
            "trading_symbol": self.instrument.compact,
            "tradingsymbol": self.instrument.compact,
            "last_price": rupees(tick.last),
            "close_price": rupees(tick.previous_close),
            "pnl": rupees(tick.last * self.quantity - self.cost),
            "day_change": number(change),
            "day_change_percentage": number(round(percentage, 2)),
            "instrument_token": self.instrument.key,
            "average_price": self._average(),
            "collateral_quantity": 0,
            "collateral_update_quantity": 0,
            "t1_quantity": sum(self.coming.values()),
            "exchange": EXCHANGE_OF_SEGMENT[self.instrument.segment],
        }

    def message(self, used: int) -> dict[str, Any]:
        """As the portfolio stream tells it."""
        return {
            "update_type": "holding",
            "instrument_token": self.instrument.key,
            "instrument_key": self.instrument.key,
            "average_price": self._average(),
            "isin": self.instrument.isin or "",
            "cnc_used_quantity": used,
            "collateral_quantity": 0,
            "collateral_type": _COLLATERAL,
            "collateral_update_quantity": 0,
            "company_name": self.instrument.name,
            "haircut": _HAIRCUT,
            "product": "D",
            "quantity": self.settled,
            "t1_quantity": sum(self.coming.values()),
            "exchange": EXCHANGE_OF_SEGMENT[self.instrument.segment],
        }

    def _average(self) -> float:
        return round(rupees(self.cost) / self.quantity, 4) if self.quantity else 0.0
