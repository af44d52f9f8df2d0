"""Trades of today and of past years, and what a year has brought.

https://upstox.com/developer/api-documentation/get-trade-history
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar, overload

import msgspec

from upstox_client.amounts import grouped
from upstox_client.models.orders import TradeData
from upstox_client.models.reports import (
    ProfitAndLossChargesData,
    ProfitAndLossChargesTaxes,
    ProfitAndLossOtherChargesTaxes,
    TradeHistoryResponseTradeData,
    TradeWiseProfitAndLossData,
)
from upstox_client.trading.fills import trade_time
from upstox_client.trading.moments import from_iso
from upstox_client.trading.preview import Charges
from upstox_client.trading.tables import Table

R = TypeVar("R", bound=msgspec.Struct)

PAGE: Final = 1000
"""Rows that are asked for at a time."""


class Trade(msgspec.Struct, frozen=True, kw_only=True):
    """An execution. The price is in rupees, the time in IST; of past days only the day is known."""

    time: dt.datetime | None
    trade_id: str
    order_id: str
    symbol: str
    key: str
    side: str
    quantity: int
    price: float
    value: float
    product: str


class ClosedTrade(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase and the sale it belongs to. Amounts in rupees."""

    symbol: str
    kind: str
    quantity: float
    buy_date: dt.date | None
    buy_price: float
    sell_date: dt.date | None
    sell_price: float
    buy_amount: float
    sell_amount: float

    @property
    def pnl(self) -> float:
        """The profit before charges."""
        return round(self.sell_amount - self.buy_amount, 2)


class _Listed(Sequence[R], Table, Generic[R]):
    def __init__(self, rows: Sequence[R]) -> None:
        self._rows = tuple(rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[R]:
        return iter(self._rows)

    @overload
    def __getitem__(self, place: int) -> R: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[R, ...]: ...
    def __getitem__(self, place: int | slice) -> R | tuple[R, ...]:
        return self._rows[place]


class Trades(_Listed[Trade]):
    """Executions, oldest first."""

    @property
    def bought(self) -> float:
        """What was bought for, in rupees."""
        return round(sum(trade.value for trade in self._rows if trade.side == "BUY"), 2)

    @property
    def sold(self) -> float:
        """What was sold for, in rupees."""
        return round(sum(trade.value for trade in self._rows if trade.side == "SELL"), 2)

    def columns(self) -> Mapping[str, Sequence[Any]]:
        """All that is known of each."""
        return {name: [getattr(row, name) for row in self._rows] for name in Trade.__struct_fields__}

    def __repr__(self) -> str:
        return f"<{len(self)} trades, bought {grouped(self.bought)}, sold {grouped(self.sold)} rupees>"


class Report(_Listed[ClosedTrade]):
    """What a segment has brought in a financial year, as tax knows it.

    Attributes:
        segment: `EQ`, `FO`, `COM` or `CD`.
        year: such as `2627`.
        charges: what trading cost.
    """

    def __init__(self, segment: str, year: str, rows: Sequence[ClosedTrade], charges: Charges) -> None:
        super().__init__(rows)
        self.segment = segment
        self.year = year
        self.charges = charges

    @property
    def pnl(self) -> float:
        """The profit before charges, in rupees."""
        return round(sum(row.pnl for row in self._rows), 2)

    @property
    def net(self) -> float:
        """The profit after charges, in rupees."""
        return round(self.pnl - self.charges.total, 2)

    def columns(self) -> Mapping[str, Sequence[Any]]:
        """Each purchase with its sale."""
        names = (*ClosedTrade.__struct_fields__, "pnl")
        return {name: [getattr(row, name) for row in self._rows] for name in names}

    def __repr__(self) -> str:
        made, kept = grouped(self.pnl, sign=True), grouped(self.net, sign=True)
        return f"<{self.segment} {self.year}: {len(self)} trades, {made}, {kept} after charges>"


def financial_year(day: dt.date) -> str:
    """The financial year of a day, as the API writes it: `2627` from April 2026 to March 2027."""
    first = day.year if day.month >= 4 else day.year - 1
    return f"{first % 100:02d}{(first + 1) % 100:02d}"


def trade_of(row: TradeData) -> Trade:
    """An execution of today."""
    quantity, price = row.quantity or 0, row.average_price or 0.0
    return Trade(
        time=trade_time(row.exchange_timestamp or row.order_timestamp),
        trade_id=row.trade_id or "",
        order_id=row.order_id or "",
        symbol=row.trading_symbol or row.tradingsymbol or "",
        key=row.instrument_token or "",
        side=row.transaction_type or "",
        quantity=quantity,
        price=price,
        value=round(quantity * price, 2),
        product=row.product or "",
    )


def past_trade_of(row: TradeHistoryResponseTradeData) -> Trade:
    """An execution of a past day."""
    return Trade(
        time=from_iso(row.trade_date),
        trade_id=row.trade_id or "",
        order_id="",
        symbol=row.symbol or row.scrip_name or "",
        key=row.instrument_token or "",
        side=row.transaction_type or "",
        quantity=row.quantity or 0,
        price=row.price or 0.0,
        value=row.amount or 0.0,
        product="",
    )


def closed_trade_of(row: TradeWiseProfitAndLossData) -> ClosedTrade:
    """A row of the report."""
    return ClosedTrade(
        symbol=row.scrip_name or row.isin or "",
        kind=row.trade_type or "",
        quantity=row.quantity or 0.0,
        buy_date=_day(row.buy_date),
        buy_price=row.buy_average or 0.0,
        sell_date=_day(row.sell_date),
        sell_price=row.sell_average or 0.0,
        buy_amount=row.buy_amount or 0.0,
        sell_amount=row.sell_amount or 0.0,
    )


def report_charges(data: ProfitAndLossChargesData) -> Charges:
    """The charges of a report."""
    taxes, others = data.taxes or ProfitAndLossChargesTaxes(), data.charges or ProfitAndLossOtherChargesTaxes()
    return Charges(
        total=data.total or 0.0,
        brokerage=data.brokerage or 0.0,
        gst=taxes.gst or 0.0,
        stt=taxes.stt or 0.0,
        stamp_duty=taxes.stamp_duty or 0.0,
        transaction=others.transaction or 0.0,
        clearing=others.clearing or 0.0,
        sebi=others.sebi_turnover or 0.0,
        ipft=others.ipft or 0.0,
        dp=others.demat_transaction or 0.0,
    )


def _day(text: str | None) -> dt.date | None:
    """A day of the report: `DD-MM-YYYY`."""
    try:
        return dt.datetime.strptime(text or "", "%d-%m-%Y").date()  # noqa: DTZ007 - a day
    except ValueError:
        return None
