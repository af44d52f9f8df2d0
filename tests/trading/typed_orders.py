"""What a program does with orders and a portfolio, and the types of what comes. Read by type checkers; not run.

`test_typing.py` makes the same program for `Upstox` of it, by leaving out what waits.
"""

# ruff: noqa: B018 - that an attribute is looked at is the point

from __future__ import annotations

from typing import assert_type

from upstox_client import AsyncUpstox
from upstox_client.models.gtt import GttRuleStatus
from upstox_client.models.websocket import OrderUpdate
from upstox_client.trading import (
    AsyncGttOrder,
    AsyncOrder,
    Basket,
    Charges,
    Fill,
    Guards,
    Holding,
    Holdings,
    OrderBook,
    Position,
    Positions,
    Preview,
    Report,
    Ticket,
    Trade,
    Trades,
)


async def orders(up: AsyncUpstox) -> None:
    order = await up.buy("RELIANCE", 10, limit=1500, product="intraday")
    assert_type(order, AsyncOrder)
    assert_type(await order.wait(timeout=5), AsyncOrder)
    assert_type((await order.wait()).average_price, float | None)
    assert_type(await order.modify(limit=1501.0, quantity=5), AsyncOrder)
    assert_type(await order.cancel(), AsyncOrder)
    assert_type(await order.refresh(), AsyncOrder)
    assert_type(await order.reconcile(patience=1), AsyncOrder)
    assert_type(await order.fills, list[Fill])
    assert_type(await up.sell("NIFTY FUT", lots=1, stop=26000, validity="ioc", tag="x"), AsyncOrder)
    assert_type(await up.orders(), OrderBook[AsyncOrder])
    assert_type((await up.orders("RELIANCE", tag="x")).open[0], AsyncOrder)
    assert_type(await up.order("1"), AsyncOrder)
    assert_type(await up.cancel_all(), OrderBook[AsyncOrder])

    def told(update: OrderUpdate) -> None:
        assert_type(update.filled_quantity, int | None)

    order.on_update(told)


async def together(up: AsyncUpstox) -> None:
    ticket = await up.ticket("buy", "RELIANCE", 10)
    assert_type(ticket, Ticket)
    basket = await up.basket(ticket, ticket)
    assert_type(basket, Basket[AsyncOrder])
    assert_type(basket.lines[0].order, AsyncOrder | None)
    preview = await up.preview(ticket)
    assert_type(preview, Preview)
    assert_type(preview.charges, Charges)
    assert_type(await up.square_off("RELIANCE", product="I"), Basket[AsyncOrder])


async def waiting(up: AsyncUpstox) -> None:
    order = await up.gtt.buy("RELIANCE", 10, trigger=1480, target=1550, stoploss=1450)
    assert_type(order, AsyncGttOrder)
    assert_type(order.status, GttRuleStatus)
    assert_type(await order.modify(trigger=1470), AsyncGttOrder)
    assert_type(await up.gtt.bracket("sell", "RELIANCE", lots=1, limit=1500, target=1480), AsyncGttOrder)
    assert_type((await up.gtt.orders())[0], AsyncGttOrder)
    assert_type(await up.gtt.order("GTT-1"), AsyncGttOrder)


async def portfolio(up: AsyncUpstox) -> None:
    positions = await up.positions
    assert_type(positions, Positions)
    assert_type(positions["RELIANCE"], Position)
    assert_type(positions[0].pnl, float)
    assert_type(positions[:2], list[Position])
    assert_type(await up.holdings, Holdings)
    assert_type((await up.holdings)["INFY"], Holding)
    assert_type(await up.trades(), Trades)
    assert_type((await up.trades())[0], Trade)
    assert_type(await up.past_trades("2026-04-01"), Trades)
    assert_type(await up.report("FO", "2627"), Report)
    assert_type(await up.live(), None)
    assert_type(up.is_live, bool)


def guarded() -> AsyncUpstox:
    return AsyncUpstox(guards=Guards(max_value=1e5, instruments=["NIFTY"], products=["I"]))


# Wrong


async def wrong(up: AsyncUpstox, order: AsyncOrder) -> None:
    await up.buy("RELIANCE", 10, price=1500)  # reportCallIssue, call-arg
    await up.buy("RELIANCE", 10, product="cover")  # reportArgumentType, arg-type
    await up.buy("RELIANCE", "10")  # reportArgumentType, arg-type
    await order.wait("5")  # reportArgumentType, arg-type
    await up.ticket("short", "RELIANCE", 10)  # reportArgumentType, arg-type
    order.wait().average_price  # reportAttributeAccessIssue, attr-defined
    await up.gtt.buy("RELIANCE", 10)  # reportCallIssue, call-arg
