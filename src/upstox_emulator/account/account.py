"""The account behind the orders: what it owns and owes, and whether it can afford more.

Every trade goes into a position, its charges into the day's bill. In the night the day's gains and losses become cash,
shares move on their way to the demat account, futures are settled at their closing price.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final, Protocol

from msgspec.structs import replace

from upstox_emulator.account import charges as tariffs
from upstox_emulator.account.charges import SECTIONS, Charges
from upstox_emulator.account.figures import ZERO, identity, worth
from upstox_emulator.account.funds import Funds, Usage
from upstox_emulator.account.holding import Holding
from upstox_emulator.account.ledger import Entry, EntryKind, Ledger
from upstox_emulator.account.margins import Wanted, group_of, needed, rate
from upstox_emulator.account.position import Position
from upstox_emulator.account.span import Scanner, figures_of
from upstox_emulator.calendar import Calendar
from upstox_emulator.catalog.instrument import EXCHANGE_OF_SEGMENT, Instrument
from upstox_emulator.events import Kind
from upstox_emulator.exchange.desk import Net, Rejection
from upstox_emulator.exchange.orders import Order, Product, Side, Trade
from upstox_emulator.market.view import MarketView
from upstox_emulator.units import Price, amount, to_paisa

_MOMENT: Final = dt.timedelta(microseconds=1)
_ACROSS: Final = "for entity account-{} across exchange across segment across product "


class Listing(Protocol):
    """Where instruments are found."""

    def find(self, key: str, day: dt.date) -> Instrument | None:
        """The instrument of a key; None if it is not known on the day."""
        ...


class Account:
    """One account.

    Parameters:
        catalog, market, calendar: what there is to trade, what it is worth, and when it is traded.
        funds: its money. It learns from here what of it is used.
        emit: tells those who listen to positions and holdings.
    """

    def __init__(
        self,
        catalog: Listing,
        market: MarketView,
        calendar: Calendar,
        funds: Funds,
        emit: Callable[[Kind, dict[str, Any]], None],
    ) -> None:
        self.positions: dict[tuple[str, Product], Position] = {}
        self.holdings: dict[str, Holding] = {}
        self.ledger = Ledger()
        self.scanner = Scanner(market)
        self._catalog, self._market, self._calendar, self._emit = catalog, market, calendar, emit
        self._funds = funds
        self._wanted: dict[str, dict[str, Wanted]] = {}
        self._blocked: dict[str, str] = {}  # the group of an order; its contract may have ended when it does
        self._needed: dict[str, tuple[dt.datetime, Usage]] = {}
        self._unpaid = ZERO
        self._settlements = 0
        funds.usage = self.usage

    # What the exchange asks

    def block(self, order: Order, at: dt.datetime) -> None:
        """Block what the pending part of an order needs; called again when the order has been modified.

        Raises:
            Rejection: the money or the shares are not there; nothing has changed.
        """
        instrument = self._instrument(order.key, at.date())
        wanted = Wanted(instrument, order.side, order.product, order.pending, self._worst(order, at))
        group = self._wanted.setdefault(group_of(instrument), {})
        known, before = group.get(order.order_id), self._need(group_of(instrument), at).total
        group[order.order_id] = wanted
        self._needed.pop(group_of(instrument))
        try:
            self._check_shares(instrument, order.product, order.placed_by)
            self._check_money(self._need(group_of(instrument), at).total - before, order.placed_by, at)
        except Rejection:
            if known is None:
                del group[order.order_id]
            else:
                group[order.order_id] = known
            self._needed.pop(group_of(instrument), None)
            raise
        self._blocked[order.order_id] = group_of(instrument)
        self._tell_promise(wanted)

    def release(self, order: Order) -> None:
        """Give back what is still blocked for an order that has ended."""
        group = self._blocked.pop(order.order_id, "")
        wanted = self._wanted.get(group, {}).pop(order.order_id, None)
        if wanted is not None:
            self._needed.pop(group, None)
            self._tell_promise(wanted)

    def book(self, order: Order, trade: Trade) -> None:
        """Take a trade into positions and bill; the order's blocked margin shrinks with its pending part."""
        instrument = self._instrument(trade.key, trade.at.date())
        blocked = self._wanted.get(group_of(instrument), {})
        if order.order_id in blocked:
            if order.pending:
                blocked[order.order_id] = blocked[order.order_id]._replace(quantity=order.pending)
            else:
                del blocked[order.order_id]
        before = order.turnover - trade.quantity * trade.price
        self._bill(instrument, trade.side, trade.product, (before, order.turnover), trade.at.date())
        position = self._position(instrument, trade.product)
        self._trade(position, trade.side, trade.quantity, trade.price, trade.trade_id, trade.at.date())

    def open_positions(self) -> list[Net]:
        """The positions that are not flat, the oldest first."""
        return [
            Net(position.instrument.key, position.product, position.quantity)
            for position in self.positions.values()
            if position.quantity
        ]

    def open_intraday(self, exchange: str) -> list[Net]:
        """The intraday positions of an exchange that are not flat."""
        return [
            Net(position.instrument.key, position.product, position.quantity)
            for position in self._of(exchange)
            if position.is_intraday and position.quantity
        ]

    def open_segments(self) -> frozenset[str]:
        """The segments in which there are open positions; those are not to be switched off."""
        return frozenset(one.instrument.segment for one in self.positions.values() if one.quantity)

    # Time

    def on_close(self, exchange: str, at: dt.datetime) -> None:
        """An exchange has closed: contracts that end today are settled, intraday positions that are left are closed.

        Options are paid their intrinsic value, futures the closing price of what they are on; in cash, also where the
        exchange would deliver.
        """
        day = (at - _MOMENT).date()
        for position in list(self._of(exchange)):
            self._end_of(position, day)

    def roll(self, at: dt.datetime) -> None:
        """A new day begins; the account's last day becomes cash and shares."""
        today, day = at.date(), (at - _MOMENT).date()
        for position in list(self.positions.values()):
            self._end_of(position, day)
        self._bill_the_night(day)
        gained = -self._unpaid
        self._unpaid = ZERO
        for key, position in list(self.positions.items()):
            mark = self._settlement_price(position, today)
            gained += position.gained_today + (ZERO if mark is None else position.unsettled(mark))
            if position.is_share and position.product == "D":
                self._deliver(position, day)
            if position.quantity and not (position.is_share and position.product == "D"):
                position.carry(mark)
            else:
                del self.positions[key]
        self._funds.turn(gained)
        self._needed.clear()
        for name, holding in list(self.holdings.items()):
            arrived = holding.settle(today)
            if not holding.quantity:
                del self.holdings[name]
            if arrived:
                self._tell_holding(holding)

    def look_again(self) -> None:
        """A price was changed, perhaps one that margins follow from."""
        self.scanner.forget()
        self._needed.clear()

    # What the account holder does

    def convert(self, key: str, old: Product, new: Product, side: Side, quantity: int, at: dt.datetime) -> str | None:
        """Let a part of an open position go over to another product.

        Returns:
            Why it cannot be done, as the risk management says it; None if it is done.

        Raises:
            KeyError: there is no such open position.
        """
        giving = self.positions[key, old]
        held = giving.quantity if side == "BUY" else -giving.quantity
        if held < quantity:
            raise KeyError(key)
        products: tuple[Product, ...] = (old, new)
        before: dict[Product, Position | None] = {one: self.positions.get((key, one)) for one in products}
        used = self.usage(at).total
        giving = self.positions[key, old] = replace(giving)
        taking = self.positions[key, new] = replace(self._position(giving.instrument, new))
        giving.give(quantity, taking)
        self._needed.pop(group_of(giving.instrument), None)
        try:
            for product in products:
                self._check_shares(giving.instrument, product, "")
            self._check_money(self.usage(at).total - used, "", at)
        except Rejection as no:
            for product, position in before.items():
                if position is None:
                    del self.positions[key, product]
                else:
                    self.positions[key, product] = position
            self._needed.pop(group_of(giving.instrument), None)
            return no.message
        self._emit("position", giving.message())
        self._emit("position", taking.message())
        return None

    def receive(self, instrument: Instrument, quantity: int, price: Price, day: dt.date) -> None:
        """Shares that come from elsewhere, with what they were bought for."""
        holding = self.holdings.setdefault(identity(instrument), Holding(instrument=instrument))
        holding.add(quantity, quantity * price)
        self.ledger.add(
            Entry(
                trade_id="", instrument=instrument, side="BUY", quantity=quantity, price=price, day=day, kind="transfer"
            )
        )
        self._tell_holding(holding)

    # What is shown

    def usage(self, at: dt.datetime) -> Usage:
        """What trading uses of the funds at a moment."""
        groups = {group_of(one.instrument) for one in self.positions.values() if one.quantity}
        groups |= {group for group, orders in self._wanted.items() if orders}
        total = sum((self._need(group, at) for group in sorted(groups)), Usage())
        return total + self._invested(at)

    def position_rows(self, at: dt.datetime, *, mtf: bool = False) -> list[dict[str, Any]]:
        """Today's positions, the flat ones of today included: those of MTF, or all others."""
        shown = [position for position in self.positions.values() if (position.product == "MTF") == mtf]
        ticks = self._market.ticks([position.instrument.key for position in shown], at.timestamp())
        return [position.row(tick) for position, tick in zip(shown, ticks, strict=True)]

    def holding_rows(self, at: dt.datetime) -> list[dict[str, Any]]:
        """The shares that the account owns."""
        shown = list(self.holdings.items())
        ticks = self._market.ticks([holding.instrument.key for _, holding in shown], at.timestamp())
        return [holding.row(tick, self._promised(name)) for (name, holding), tick in zip(shown, ticks, strict=True)]

    # Money

    def _invested(self, at: dt.datetime) -> Usage:
        """What the positions have paid, gained and lost today."""
        premium = delivery = stock_sale = realised = unrealised = ZERO
        for position in self.positions.values():
            realised += position.realised_today
            if position.instrument.is_option:
                premium += position.invested_today
            elif position.is_paid:
                delivery += max(ZERO, position.invested_today)
                stock_sale += max(ZERO, -position.invested_today)
            elif position.quantity:
                last = self._market.last(position.instrument.key, at.timestamp())
                unrealised += position.unsettled(last)
        return Usage(
            premium=premium,
            delivery=delivery,
            stock_sale=stock_sale,
            realised=realised,
            unrealised=unrealised,
            unpaid=self._unpaid,
        )

    def _need(self, group: str, at: dt.datetime) -> Usage:
        """The margin of a group; it stays the same until something in it changes, or the figures are renewed."""
        renewed = figures_of(at)
        known = self._needed.get(group)
        if known is None or known[0] != renewed:
            positions = [one for one in self.positions.values() if group_of(one.instrument) == group]
            known = renewed, needed(positions, self._wanted.get(group, {}).values(), self.scanner, at)
            self._needed[group] = known
        return known[1]

    def _check_money(self, more: Decimal, user: str, at: dt.datetime) -> None:
        if more <= 0:
            return
        short = to_paisa(-self._funds.cash(self.usage(at)))
        if short > 0:
            raise Rejection(
                f"You need to add Rs. {short:.2f} in your account to place this trade.",
                f"RMS:Margin Exceeds,Required:{more:.2f}, Available:{more - short:.2f} {_ACROSS.format(user)}",
            )

    def _check_shares(self, instrument: Instrument, product: Product, user: str) -> None:
        """What is sold for delivery is owned or bought today; what is sold under MTF was bought under it."""
        missing = 0
        if product == "D" and not instrument.is_derivative:
            holding = self.holdings.get(identity(instrument))
            missing = self._promised(identity(instrument)) - (0 if holding is None else holding.quantity)
        elif product == "MTF":
            missing = self._sold_beyond(instrument.key, "MTF")
        if missing > 0:
            raise Rejection(
                f"You need {missing} more of {instrument.symbol} in your account to place this trade.",
                f"RMS:Rule: Check holdings including btst {_ACROSS.format(user)}",
            )

    def _promised(self, name: str) -> int:
        """How many of the shares held are sold today, or promised to orders."""
        keys = {one.instrument.key for one in self.positions.values() if identity(one.instrument) == name}
        for orders in self._wanted.values():  # those of a share are a group of their own
            some = next(iter(orders.values()), None)
            if some is not None and identity(some.instrument) == name:
                keys.add(some.instrument.key)
        return sum(self._sold_beyond(key, "D") for key in keys)

    def _sold_beyond(self, key: str, product: Product) -> int:
        """By how much sales, those that may still come included, exceed what is open."""
        position = self.positions.get((key, product))
        orders = self._wanted.get(key, {}).values()
        selling = sum(order.quantity for order in orders if order.side == "SELL" and order.product == product)
        return max(0, selling - (0 if position is None else position.quantity))

    def _worst(self, order: Order, at: dt.datetime) -> Price:
        """The price that an order may trade at, at worst."""
        return order.limit or order.price or order.trigger or self._market.last(order.key, at.timestamp())

    # Trades and charges

    def _trade(
        self,
        position: Position,
        side: Side,
        quantity: int,
        price: Price,
        trade_id: str,
        day: dt.date,
        kind: EntryKind = "trade",
    ) -> None:
        instrument = position.instrument
        position.trade(side, quantity, price)
        self._needed.pop(group_of(instrument), None)
        self.ledger.add(
            Entry(
                trade_id=trade_id,
                instrument=instrument,
                side=side,
                quantity=quantity,
                price=price,
                day=day,
                kind=kind,
            )
        )
        self._emit("position", position.message())
        holding = self.holdings.get(identity(instrument))
        if holding is not None and position.product == "D":
            self._tell_holding(holding)

    def _bill(
        self, instrument: Instrument, side: Side, product: Product, turnover: tuple[int, int], day: dt.date
    ) -> None:
        """Charge what an order's cost has risen by with its turnover: brokerage is of an order, not of a trade."""
        before, after = (
            tariffs.charges(instrument, side, product, amount(value, worth(instrument)), day) for value in turnover
        )
        self._charge(instrument, day, after - before)

    def _charge(self, instrument: Instrument, day: dt.date, bill: Charges) -> None:
        self._unpaid += bill.total
        self.ledger.charge(SECTIONS[instrument.segment], day, bill)

    def _bill_the_night(self, day: dt.date) -> None:
        """The depository's fee for every share that was sold from the demat account, and interest for MTF."""
        borrowed = ZERO
        for position in self.positions.values():
            if position.is_share and position.product == "D" and position.quantity < 0:
                self._charge(position.instrument, day, tariffs.demat_charges(day))
            elif position.product == "MTF":
                borrowed += position.open_cost * (1 - rate(position.instrument, "MTF"))
        if borrowed > 0:
            bill = tariffs.interest(borrowed)
            self._unpaid += bill.total
            self.ledger.charge("EQ", day, bill)

    # Ends

    def _end_of(self, position: Position, day: dt.date) -> None:
        """Settle a position whose contract ends by a day, or that must not outlive it."""
        instrument, held = position.instrument, position.quantity
        if not held:
            return
        side: Side = "SELL" if held > 0 else "BUY"
        if instrument.expiry is not None and instrument.expiry <= day:
            price = self._final_price(instrument, instrument.expiry)
            if instrument.is_option and side == "SELL":
                intrinsic = amount(price, held * worth(instrument))
                self._charge(instrument, day, tariffs.exercise_tax(intrinsic, day))
            self._trade(position, side, abs(held), price, self._settlement_id(day), day, "settlement")
        elif position.is_intraday:
            price = self._close(instrument, day)
            self._bill(instrument, side, position.product, (0, abs(held) * price), day)
            self._trade(position, side, abs(held), price, self._settlement_id(day), day)

    def _final_price(self, instrument: Instrument, day: dt.date) -> Price:
        """What a contract pays at its end."""
        final = self._market.close(instrument.underlying or instrument.key, day)
        if not instrument.is_option:
            return final
        return max(0, final - instrument.strike if instrument.kind == "CE" else instrument.strike - final)

    def _settlement_price(self, position: Position, today: dt.date) -> Price | None:
        """The price at which an open future is settled in the night; None for anything else."""
        instrument = position.instrument
        if not instrument.is_derivative or instrument.is_option or not position.quantity:
            return None
        return self._close(instrument, today - dt.timedelta(1))

    def _close(self, instrument: Instrument, day: dt.date) -> Price:
        """The closing price of the latest session by a day."""
        exchange = EXCHANGE_OF_SEGMENT[instrument.segment]
        return self._market.close(instrument.key, self._calendar.previous(exchange, day + dt.timedelta(1)))

    def _settlement_id(self, day: dt.date) -> str:
        self._settlements += 1
        return f"{day:%y%m%d}{self._settlements:06}"

    def _deliver(self, position: Position, day: dt.date) -> None:
        """Shares that were bought become a holding, shares that were sold leave theirs."""
        instrument, bought = position.instrument, position.quantity
        if not bought:
            return
        holding = self.holdings.setdefault(identity(instrument), Holding(instrument=instrument))
        if bought > 0:
            holding.add(bought, position.cost, self._next_session(instrument, day))
        else:
            holding.remove(-bought)
        self._emit("holding", holding.message(0))

    def _next_session(self, instrument: Instrument, day: dt.date) -> dt.date:
        day += dt.timedelta(1)
        while self._calendar.session(EXCHANGE_OF_SEGMENT[instrument.segment], day) is None:
            day += dt.timedelta(1)
        return day

    # Finding

    def _tell_holding(self, holding: Holding) -> None:
        self._emit("holding", holding.message(self._promised(identity(holding.instrument))))

    def _tell_promise(self, order: Wanted) -> None:
        """An order to sell shares for delivery promises them, or does so no longer."""
        holding = self.holdings.get(identity(order.instrument))
        if holding is not None and order.side == "SELL" and order.product == "D":
            self._tell_holding(holding)

    def _position(self, instrument: Instrument, product: Product) -> Position:
        return self.positions.setdefault((instrument.key, product), Position(instrument=instrument, product=product))

    def _of(self, exchange: str) -> Iterator[Position]:
        return (
            position
            for position in self.positions.values()
            if EXCHANGE_OF_SEGMENT[position.instrument.segment] == exchange
        )

    def _instrument(self, key: str, day: dt.date) -> Instrument:
        found = self._catalog.find(key, day)
        if found is None:
            raise KeyError(f"there is no instrument {key!r} on {day}")
        return found
