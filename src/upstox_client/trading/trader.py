"""What a trader does with an account: orders, orders that wait, positions and holdings, squaring off, reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final, Generic, Literal, TypeVar, cast

from upstox_client.api.order_api import OrderOperations
from upstox_client.api.portfolio_api import PortfolioOperations
from upstox_client.api.post_trade_api import PostTradeOperations
from upstox_client.api.trade_profit_and_loss_api import TradeProfitAndLossOperations
from upstox_client.errors import InvalidRequestError, NotFoundError, PermissionDeniedError
from upstox_client.instruments import Name
from upstox_client.models.orders import Product
from upstox_client.models.portfolio import ConvertPositionRequest
from upstox_client.models.reports import HistorySegment, ProfitAndLossChargesData, ReportSegment
from upstox_client.trading.colours import Flow, call, flow, flow_property, together
from upstox_client.trading.gtt import GttFlows
from upstox_client.trading.guards import admit, check
from upstox_client.trading.listing import InstrumentFlows
from upstox_client.trading.moments import Moment, as_day
from upstox_client.trading.orders import Basket, O, OrderDeskFlows
from upstox_client.trading.portfolio import Holdings, Position, Positions, holding_of, position_of
from upstox_client.trading.reports import (
    PAGE,
    Report,
    Trades,
    closed_trade_of,
    financial_year,
    past_trade_of,
    report_charges,
    trade_of,
)
from upstox_client.trading.tickets import ProductName, Ticket, as_product, closing_tickets, conversion

W = TypeVar("W", bound=GttFlows[Any])

_SHARES: Final = frozenset({"NSE", "BSE"})


class TraderFlows(OrderDeskFlows[O], Generic[O, W]):
    """Everything that has to do with money."""

    gtt_type: type[W]
    _gtt: W | None = None

    @property
    def gtt(self) -> W:
        """Orders that wait for their price: `up.gtt.buy("RELIANCE", 10, trigger=1480, target=1550, stoploss=1450)`."""
        if self._gtt is None:
            self._gtt = self.gtt_type(self.client, self.desk, self)
        return self._gtt

    # What there is

    @flow_property
    def positions(self) -> Flow[Positions]:
        """The day's positions, those on margin (MTF) included; with the stream on, they keep themselves current.

        https://upstox.com/developer/api-documentation/get-positions
        https://upstox.com/developer/api-documentation/get-mtf-positions
        """
        answer = yield from call(PortfolioOperations.get_positions)
        rows = list(answer.data or ())
        try:
            margin = yield from call(PortfolioOperations.get_mtf_positions)
            known = {(row.instrument_token, row.product) for row in rows}  # none is to be closed twice
            rows += [row for row in margin.data or () if (row.instrument_token, row.product) not in known]
        except (InvalidRequestError, NotFoundError, PermissionDeniedError):
            pass  # the account has no margin trading

        def name_of(key: str) -> str:
            book = self.listing.book  # the one that is open when a position is heard of: it may be none now
            try:
                return key if book is None else book.find(key).symbol
            except LookupError:
                return key

        positions = Positions([position_of(row) for row in rows], name_of)
        self.desk.follow(positions)
        return positions

    @flow_property
    def holdings(self) -> Flow[Holdings]:
        """The shares in the demat account.

        https://upstox.com/developer/api-documentation/get-holdings
        """
        answer = yield from call(PortfolioOperations.get_holdings)
        return Holdings([holding_of(row) for row in answer.data or ()])

    @flow
    def trades(self, name: Name | None = None) -> Flow[Trades]:
        """Today's executions: all, or those of an instrument.

        https://upstox.com/developer/api-documentation/get-trade-history
        """
        wanted = None if name is None else (yield from self.instrument.flow(name))
        answer = yield from call(OrderOperations.get_trade_history)
        found = [trade_of(row) for row in answer.data or () if wanted is None or row.instrument_token == wanted.key]
        found.sort(key=lambda trade: (trade.time is not None and trade.time.timestamp(), trade.trade_id))
        return Trades(found)

    @flow
    def past_trades(
        self, start: Moment, end: Moment | None = None, *, segment: HistorySegment | None = None
    ) -> Flow[Trades]:
        """The executions of past days, as far back as three financial years.

        Parameters:
            start, end: the first and the last day; `end` is yesterday, if it is left out.
            segment: `EQ`, `FO`, `COM`, `CD` or `MF`; default: all.

        https://upstox.com/developer/api-documentation/get-historical-trades
        """
        first = as_day(start, "start")
        if end is None:
            last = (yield from InstrumentFlows.now.flow(self)).date() - dt.timedelta(days=1)
        else:
            last = as_day(end, "end")

        def page(number: int) -> Flow[Sequence[Any]]:
            answer = yield from call(
                PostTradeOperations.get_trades_by_date_range, first, last, number, PAGE, segment=segment
            )
            return answer.data or ()

        rows = yield from _all_pages(page)
        return Trades(sorted((past_trade_of(row) for row in rows), key=lambda trade: str(trade.time)))

    @flow
    def report(self, segment: ReportSegment = "EQ", year: str | None = None) -> Flow[Report]:
        """What a segment has brought in a financial year: each purchase with its sale, and what trading cost.

        Parameters:
            segment: `EQ`, `FO`, `COM` or `CD`.
            year: such as `2627`, from April 2026 to March 2027; default: the running one.

        https://upstox.com/developer/api-documentation/get-profit-and-loss-report
        https://upstox.com/developer/api-documentation/get-trade-charges
        """
        if year is None:
            year = financial_year((yield from InstrumentFlows.now.flow(self)).date())
        ask, wanted = TradeProfitAndLossOperations, year

        def page(number: int) -> Flow[Sequence[Any]]:
            answer = yield from call(ask.get_trade_wise_profit_and_loss_data, segment, wanted, number, PAGE)
            return answer.data or ()

        rows = yield from _all_pages(page)
        costs = yield from call(ask.get_profit_and_loss_charges, segment, wanted)
        charges = (costs.data.charges_breakdown if costs.data else None) or ProfitAndLossChargesData()
        return Report(segment, wanted, [closed_trade_of(row) for row in rows], report_charges(charges))

    # Changing it

    @flow
    def to_close(self, *names: Name, product: ProductName | None = None) -> Flow[list[Position]]:
        """The open positions that `square_off` would close now; nothing is sent.

        Parameters:
            names: of which instruments; default: of all, but no shares bought for delivery.
            product: only those of this product: `delivery`, `intraday` or `mtf`.

        https://upstox.com/developer/api-documentation/get-positions
        """
        only = None if product is None else as_product(product)
        wanted = yield from together([self.instrument.flow(name) for name in names], at_once=1)
        positions = yield from TraderFlows.positions.flow(self)
        return _to_close(positions, {one.key for one in wanted}, only)

    @flow
    def square_off(
        self, *names: Name, product: ProductName | None = None, cancel_orders: bool = True
    ) -> Flow[Basket[O]]:
        """Close positions at the market: all, or those of instruments. Purchases go out first.

        Shares bought for delivery are left alone unless they are named. No guard but `paper_only` is against it.

        Parameters:
            names: of which instruments; default: of all.
            product: only those of this product: `delivery`, `intraday` or `mtf`.
            cancel_orders: cancel the open orders of these instruments first, which would open new positions.

        Returns:
            what became of each order; empty if nothing was open.

        Raises:
            ApiException: an open order could not be cancelled, or all orders were refused.

        https://upstox.com/developer/api-documentation/exit-all-positions
        """
        wanted = yield from together([self.instrument.flow(name) for name in names], at_once=1)
        chosen = yield from self.to_close.flow(*wanted, product=product)
        if cancel_orders:
            keys = {one.key for one in wanted} or {row.key for row in chosen}
            for key in keys:
                yield from self.cancel_all.flow(key)
            now = yield from self.to_close.flow(*wanted, product=product)  # something may have traded meanwhile
            chosen = [row for row in now if row.key in keys]
        tickets: list[Ticket] = []
        for row in chosen:
            instrument = yield from self.instrument.flow(row.key)
            tickets += closing_tickets(instrument, row.quantity, cast("Product", row.product))
        yield from admit(self.desk, self.client.configuration, tickets, "close")
        return (yield from self.send_all(tickets))

    @flow
    def convert(self, name: Name, quantity: int, *, to: Literal["delivery", "intraday", "D", "I"]) -> Flow[None]:
        """Make an intraday position one for delivery, or the other way round. It takes margin, and is sent once.

        Raises:
            IllegalOrderError: `to` is no product; nothing was sent.
            LookupError: there is no such position.
            GuardError: a guard is against it: `paper_only`, `products` or `instruments`; nothing was sent.
            InvalidRequestError: it cannot be done.

        https://upstox.com/developer/api-documentation/convert-positions
        """
        instrument = yield from self.instrument.flow(name)
        positions = yield from TraderFlows.positions.flow(self)
        new = as_product(to)
        old: Product = "I" if new == "D" else "D"
        row = next((row for row in positions.open if (row.key, row.product) == (instrument.key, old)), None)
        if row is None:
            raise LookupError(f"there is no open position in {instrument} with the product {old}")
        ticket = conversion(instrument, quantity, new, bought=row.quantity > 0)
        yield from check(self.desk, self.client.configuration, ticket, "convert")
        request = ConvertPositionRequest(
            instrument_token=row.key,
            new_product=ticket.product,
            old_product=old,
            transaction_type=ticket.side,
            quantity=quantity,
        )
        yield from call(PortfolioOperations.convert_positions, request)


def _to_close(positions: Positions, keys: Collection[str], product: Product | None) -> list[Position]:
    """Those of these instruments; of no instruments, all but shares bought for delivery."""
    return [
        row
        for row in positions.open
        if (row.key in keys if keys else not _is_delivery(row)) and product in {None, row.product}
    ]


def _is_delivery(row: Position) -> bool:
    return row.product in {"D", "MTF"} and row.exchange in _SHARES


def _all_pages(page: Callable[[int], Flow[Sequence[Any]]]) -> Flow[list[Any]]:
    rows: list[Any] = []
    number = 1
    while True:
        found = yield from page(number)
        rows += found
        if len(found) < PAGE:
            return rows
        number += 1
