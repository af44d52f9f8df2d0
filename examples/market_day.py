"""The second part of the demo: look at the market, trade on it, watch the orders fill while a connection heals.

Run by `first_light.py`, which logs in first.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.table import Column, Table

from upstox_client import Configuration, Upstox
from upstox_client.amounts import grouped
from upstox_client.cli.words import rupees
from upstox_client.feeder import MarketFeed, StateChange
from upstox_client.trading import Order
from upstox_emulator import Emulator

console = Console(highlight=False, width=100)

WATCHED = ("NIFTY 50", "RELIANCE", "INFY", "TCS", "HDFCBANK")


def look(up: Upstox) -> None:
    """Quotes, and the strikes around the money of next week's options."""
    numbers = [Column(name, justify="right") for name in ("last", "change", "bid", "ask", "volume")]
    table = Table("", *numbers, box=None, padding=(0, 2), header_style="dim")
    for name, quote in up.quote(*WATCHED).items():
        table.add_row(
            name,
            grouped(quote.last_price),
            coloured(quote.change_percent),
            grouped(quote.bid) if quote.bid else "-",
            grouped(quote.ask) if quote.ask else "-",
            grouped(quote.volume, 0) if quote.volume else "-",
            style="cyan",
        )
    console.print(table)
    chain = up.options("NIFTY", expiry="next week")
    console.print(f"\n  {chain}")
    names = ("call OI", "call IV", "call", "strike", "put", "put IV", "put OI")
    numbers = [Column(name, justify="right") for name in names]
    table = Table(*numbers, box=None, padding=(0, 2), header_style="dim")
    for strike in chain.around(2):
        call, put = strike.call, strike.put
        if call is not None and put is not None:
            table.add_row(
                grouped(call.oi, 0),
                f"{call.iv:.1f}%",
                grouped(call.ltp),
                f"[bold]{grouped(strike.strike, 0)}[/]",
                grouped(put.ltp),
                f"{put.iv:.1f}%",
                grouped(put.oi, 0),
                style="cyan",
            )
    console.print(table)


def coloured(change: float | None) -> str:
    """A change in percent, green or red."""
    if change is None:
        return ""
    return f"[{'green' if change >= 0 else 'red'}]{change:+.2f}%[/]"


class Screen:
    """Ticks and orders in one table, drawn anew several times a second."""

    def __init__(self, up: Upstox, feed: MarketFeed) -> None:
        self._keys = {up.instrument(name).key: name for name in WATCHED}
        self._feed = feed
        self.orders: dict[str, Order] = {}
        self.states: list[str] = []
        feed.on(StateChange, lambda change: self.states.append(change.state.value))

    def __rich__(self) -> Group:
        whole = Table.grid(padding=(0, 3))
        numbers = [Column(name, justify="right") for name in ("last", "change")]
        ticks = Table("", *numbers, box=None, padding=(0, 1), header_style="dim")
        for key, name in self._keys.items():
            tick = self._feed.snapshot(key)
            if tick is not None:
                ticks.add_row(name, grouped(tick.ltp), coloured(tick.change_percent))
        orders = Table(
            Column("order", no_wrap=True),
            Column("status", no_wrap=True),
            Column("filled", justify="right"),
            Column("average", justify="right"),
            box=None,
            padding=(0, 1),
            header_style="dim",
        )
        for what, order in self.orders.items():
            average = "" if order.average_price is None else grouped(order.average_price)
            orders.add_row(what, order.status, f"{order.filled}/{order.quantity}", average)
        whole.add_row(ticks, orders)
        return Group(whole, f"  [dim]the feed: {' > '.join(self.states)}[/]")


@contextmanager
def screen(up: Upstox, feed: MarketFeed) -> Iterator[Screen]:
    """The screen, alive."""
    shown = Screen(up, feed)
    with Live(shown, console=console, refresh_per_second=8, transient=False):
        yield shown


def trade(em: Emulator, up: Upstox) -> None:
    """Orders of several kinds, live; in the middle the connections are cut, and heal."""
    before = up.funds.available
    up.live()
    with MarketFeed(up.client) as feed, screen(up, feed) as shown:
        feed.subscribe([up.instrument(name).key for name in WATCHED], mode="full")
        feed.wait_open(10)
        price = up.quote("INFY")["INFY"].last_price
        tick = up.instrument("INFY").tick
        below = round(round((price - 2) / tick) * tick, 2)

        em.orders.on(tag="in-parts").partial(0.4).then_fill(after=4)
        shown.orders["10 RELIANCE, market"] = up.buy("RELIANCE", 10, product="intraday")
        shown.orders[f"20 INFY, limit {below:.2f}"] = up.buy("INFY", 20, limit=below, product="intraday")
        shown.orders["50 TCS, in parts"] = up.buy("TCS", 50, product="intraday", tag="in-parts")
        stop = round(round((below - 15) / tick) * tick, 2)
        shown.orders[f"sell 20 INFY, stop {stop:.2f}"] = up.sell("INFY", 20, stop=stop, product="intraday")
        time.sleep(1.5)
        em.feed.kick(1006)  # as if the network were gone: no goodbye
        em.market.move("INFY", [(1, below), (3, below - 4), (5, price)])  # while nobody listens
        cut = threading.Event()
        feed.on(StateChange, lambda change: cut.set() if change.state.value == "open" else None)
        cut.wait(10)
        for what, order in shown.orders.items():
            if "stop" not in what:
                order.wait(timeout=15)
        time.sleep(1)
    now = up.funds
    console.print(f"\n  available {rupees(before)} before, {rupees(now.available)} now, {rupees(now.used)} used")


def square_off(up: Upstox) -> None:
    """Close everything, and see what it came to."""
    up.cancel_all()
    up.square_off()
    deadline = time.monotonic() + 10
    while up.positions.open and time.monotonic() < deadline:
        time.sleep(0.2)
    numbers = [Column(name, justify="right") for name in ("quantity", "P&L")]
    table = Table("", "product", *numbers, box=None, padding=(0, 2), header_style="dim")
    positions = up.positions
    for position in positions:
        table.add_row(
            position.symbol,
            position.product,
            f"{position.quantity}",
            grouped(position.pnl, sign=True),
            style="cyan",
        )
    console.print(table)
    made = f"{len(up.trades())} trades, {grouped(positions.pnl, sign=True)} rupees"
    console.print(f"  {made}, {rupees(up.funds.available)} available")


def market_day(em: Emulator, configuration: Configuration) -> None:
    """The whole part."""
    with tempfile.TemporaryDirectory() as cache, Upstox(configuration, cache=cache, progress=None) as up:
        console.print("\n[bold green]Look at the market[/]")
        look(up)
        console.print("\n[bold green]Trade, while the connection breaks and heals[/]")
        trade(em, up)
        console.print("\n[bold green]Square off[/]")
        square_off(up)
