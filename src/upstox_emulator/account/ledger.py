"""Everything that was ever traded: the history, what it gained (first in, first out), and what it cost.

https://upstox.com/developer/api-documentation/get-historical-trades and get-profit-and-loss-report. A day is told once
it is over.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

from upstox_emulator.account.charges import SECTIONS, Charges, Section
from upstox_emulator.account.figures import identity, number, worth
from upstox_emulator.catalog.instrument import EXCHANGE_OF_SEGMENT, Instrument
from upstox_emulator.exchange.orders import Side
from upstox_emulator.units import Price, amount, rupees

EntryKind: TypeAlias = Literal["trade", "settlement", "transfer"]
"""A trade; the end of a contract; shares that came from elsewhere. The history shows trades alone."""


class Span(NamedTuple):
    """Days, both included."""

    first: dt.date
    last: dt.date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, dt.date) and self.first <= day <= self.last


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was bought or sold."""

    trade_id: str
    instrument: Instrument
    side: Side
    quantity: int
    price: Price
    day: dt.date
    kind: EntryKind = "trade"

    @property
    def section(self) -> Section:
        """The segment of the reports."""
        return SECTIONS[self.instrument.segment]

    @property
    def value(self) -> Decimal:
        """In rupees."""
        return amount(self.price, self.quantity * worth(self.instrument))

    def row(self) -> dict[str, Any]:
        """As the history shows it; whole figures come without a fraction."""
        instrument, section = self.instrument, self.section
        return {
            "exchange": EXCHANGE_OF_SEGMENT[instrument.segment],
            "segment": section,
            "option_type": instrument.kind if instrument.is_option else "",
            "quantity": self.quantity,
            "amount": number(self.value),
            "trade_id": self.trade_id,
            "trade_date": self.day.isoformat(),
            "transaction_type": self.side,
            "scrip_name": instrument.underlying_symbol or instrument.symbol,
            "strike_price": str(rupees(instrument.strike)),
            "expiry": "" if instrument.expiry is None else instrument.expiry.isoformat(),
            "price": number(rupees(self.price)),
            "isin": instrument.isin or "",
            "symbol": (instrument.underlying_symbol or instrument.symbol) if section in {"EQ", "FO"} else "",
            "instrument_token": instrument.key if section == "EQ" else "",
        }


class Match(msgspec.Struct, kw_only=True):
    """What was bought on one day and sold on another, or first sold and then bought."""

    instrument: Instrument
    buy_day: dt.date
    sell_day: dt.date
    quantity: int = 0
    buy_value: int = 0
    sell_value: int = 0

    @property
    def closed(self) -> dt.date:
        """The day on which the profit was made."""
        return max(self.buy_day, self.sell_day)

    @property
    def profit(self) -> Decimal:
        """In rupees."""
        return amount(self.sell_value - self.buy_value, worth(self.instrument))

    def row(self) -> dict[str, Any]:
        """As the report shows it."""
        instrument, units = self.instrument, worth(self.instrument)
        derivative = "OPT" if instrument.is_option else "FUT"
        return {
            "quantity": self.quantity,
            "isin": instrument.isin or "",
            "scrip_name": instrument.symbol,
            "trade_type": derivative if instrument.is_derivative else "EQ",
            "buy_date": f"{self.buy_day:%d-%m-%Y}",
            "buy_average": round(rupees(self.buy_value) / self.quantity, 4),
            "sell_date": f"{self.sell_day:%d-%m-%Y}",
            "sell_average": round(rupees(self.sell_value) / self.quantity, 4),
            "buy_amount": float(amount(self.buy_value, units)),
            "sell_amount": float(amount(self.sell_value, units)),
        }


class _Lot(msgspec.Struct):
    """What is open of an entry; negative if it was sold."""

    quantity: int
    price: Price
    day: dt.date


class Ledger:
    """The account's past."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._lots: dict[str, deque[_Lot]] = {}
        self._matches: dict[tuple[str, dt.date, dt.date], Match] = {}
        self._charges: dict[tuple[Section, dt.date], Charges] = {}

    def add(self, entry: Entry) -> None:
        """Keep an entry; it closes the oldest of what is open on the other side."""
        self.entries.append(entry)
        lots = self._lots.setdefault(identity(entry.instrument), deque())
        left = entry.quantity if entry.side == "BUY" else -entry.quantity
        while left and lots and lots[0].quantity * left < 0:
            lot = lots[0]
            part = min(abs(left), abs(lot.quantity))
            self._match(entry, lot, part)
            left += part if left < 0 else -part
            lot.quantity += part if lot.quantity < 0 else -part
            if not lot.quantity:
                lots.popleft()
        if left:
            lots.append(_Lot(left, entry.price, entry.day))

    def charge(self, section: Section, day: dt.date, charges: Charges) -> None:
        """Keep what a day has cost."""
        self._charges[section, day] = self._charges.get((section, day), Charges()) + charges

    def _match(self, entry: Entry, lot: _Lot, quantity: int) -> None:
        bought, sold = (lot, entry) if entry.side == "SELL" else (entry, lot)
        key = identity(entry.instrument), bought.day, sold.day
        match = self._matches.get(key)
        if match is None:
            match = Match(instrument=entry.instrument, buy_day=bought.day, sell_day=sold.day)
            self._matches[key] = match
        match.quantity += quantity
        match.buy_value += quantity * bought.price
        match.sell_value += quantity * sold.price

    # The reports

    def trades(self, section: str | None, days: Span) -> list[Entry]:
        """What was traded, oldest first."""
        return [
            entry
            for entry in self.entries
            if entry.kind == "trade" and entry.day in days and section in {None, entry.section}
        ]

    def matches(self, section: str, days: Span) -> list[Match]:
        """What was closed, in the order in which it was."""
        found = [
            match
            for match in self._matches.values()
            if match.closed in days and SECTIONS[match.instrument.segment] == section
        ]
        return sorted(found, key=lambda match: match.closed)

    def charges(self, section: str, days: Span) -> Charges:
        """What trading has cost."""
        return sum(self._charged(section, days), Charges())

    def _charged(self, section: str, days: Span) -> Iterator[Charges]:
        return (charges for (name, day), charges in self._charges.items() if name == section and day in days)
