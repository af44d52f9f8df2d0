"""`upstox stream` and `upstox watch`: prices as they come."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer

from upstox_client.amounts import grouped
from upstox_client.cli import show
from upstox_client.cli.options import BaseUrl, ClientId, Paper, WrongUsageError, trading
from upstox_client.feeder.modes import Mode
from upstox_client.feeder.states import FeedState, StateChange

if TYPE_CHECKING:
    from rich.console import RenderableType

    from upstox_client.feeder.market import MarketFeed
    from upstox_client.feeder.ticks import Tick

Names = Annotated[list[str], typer.Argument(metavar="SYMBOL", help="Symbols, names, ISINs or keys.")]
AnyMode = Annotated[Mode, typer.Option("--mode", "-m", help="How much of each; full_d30 needs the Plus plan.")]
Count = Annotated[int | None, typer.Option("--count", "-n", min=1, help="End after so many ticks.")]
Seconds = Annotated[float | None, typer.Option("--seconds", min=0, help="End after so long.")]
JsonLines = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]

_LEVELS: Final = 5
_CURRENCIES: Final = ("NCD_FO", "BCD_FO")
_PATIENCE: Final = 0.5  # seconds between two looks at the clock
_TICK: Final = ("ltp", "ltt", "ltq", "cp", "vtt", "oi", "iv", "atp", "tbq", "tsq", "iep")
_COLOURS: Final = {
    FeedState.OPEN: "green", FeedState.SILENT: "yellow", FeedState.WAITING: "red", FeedState.STOPPED: "bold red",
}  # fmt: skip


def stream(
    symbols: Names,
    mode: AnyMode = Mode.FULL,
    count: Count = None,
    seconds: Seconds = None,
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
    json: JsonLines = False,
) -> None:
    """Prices as they come, a line each, until Ctrl-C. What happens to the connection is told on standard error."""
    end = None if seconds is None else time.monotonic() + seconds
    with _feed(symbols, mode, client_id=client_id, base_url=base_url, paper=paper) as (feed, names):
        ticks = feed.ticks()
        feed.on(StateChange, lambda change: show.say(_state(change)))
        feed.start()
        left = count
        while (left is None or left > 0) and (end is None or time.monotonic() < end):
            try:
                tick = ticks.get(_PATIENCE)
            except TimeoutError:
                continue
            sys.stdout.write(_as_json(tick) if json else _as_line(tick, names[tick.key]))
            sys.stdout.flush()
            left = None if left is None else left - 1


def watch(
    symbols: Names,
    mode: AnyMode = Mode.FULL,
    seconds: Seconds = None,
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
) -> None:
    """A live table of prices: last, change, best bid and ask, volume; the depth of a single one. Ends with Ctrl-C."""
    from rich.live import Live

    end = None if seconds is None else time.monotonic() + seconds
    with _feed(symbols, mode, client_id=client_id, base_url=base_url, paper=paper) as (feed, names):
        states = feed.listen(StateChange)
        feed.start()
        with Live(_screen(feed, names), refresh_per_second=4) as live, contextlib.suppress(KeyboardInterrupt):
            while end is None or time.monotonic() < end:
                with contextlib.suppress(TimeoutError):
                    states.get(_PATIENCE / 2)
                live.update(_screen(feed, names))
        if not live.console.is_terminal:
            live.console.line()


@contextlib.contextmanager
def _feed(
    symbols: Sequence[str], mode: Mode, *, client_id: str | None, base_url: str | None, paper: bool
) -> Generator[tuple[MarketFeed, dict[str, str]]]:
    """A feed that wants these instruments, and what they are called."""
    from upstox_client.feeder.market import MarketFeed

    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        names = {name if "|" in name else up.instrument(name).key: name for name in symbols}
        with contextlib.closing(MarketFeed(up.client, plus=mode is Mode.FULL_D30)) as feed:
            try:
                feed.subscribe(names, mode)
            except ValueError as error:
                raise WrongUsageError(str(error)) from error
            yield feed, names


COMMANDS: Final = (stream, watch)


def _as_json(tick: Tick) -> str:
    values: dict[str, Any] = {"key": tick.key, "mode": tick.mode, "sent": tick.sent}
    values |= {name: value for name in _TICK if (value := getattr(tick, name)) is not None}
    values |= {side: levels for side in ("bids", "asks") if (levels := getattr(tick, side))}
    values |= {"candles": [candle._asdict() for candle in tick.candles]} if tick.candles else {}
    values |= {"greeks": tick.greeks._asdict()} if tick.greeks is not None else {}
    return msgspec.json.encode(values).decode() + "\n"


def _as_line(tick: Tick, name: str) -> str:
    parts = [
        f"{tick.time:%H:%M:%S}",
        f"{name:24}",
        f"{_price(tick.key, tick.ltp):>12}",
        f"{_percent(tick):>8}",
        f"{grouped(tick.ltq, 0):>8}",
    ]
    if tick.bid is not None and tick.ask is not None:
        bids, asks = (grouped(side.quantity, 0) for side in (tick.bid, tick.ask))
        parts.append(f"{bids:>8} x {_price(tick.key, tick.bid.price)} / {_price(tick.key, tick.ask.price)} x {asks}")
    return " ".join(parts).rstrip() + "\n"


def _price(key: str, price: float, *, sign: bool = False) -> str:
    """To the tick: that of currencies is a quarter of a paisa."""
    return grouped(price, 4 if key.startswith(_CURRENCIES) else 2, sign=sign)


def _percent(tick: Tick) -> str:
    return "" if tick.change_percent is None else f"{tick.change_percent:+.2f}%"


def _state(change: StateChange) -> str:
    """What has become of the connection, in words."""
    words = change.state.value
    if change.reason:
        words += f": {change.reason}"
    if change.retry_in is not None:
        words += f"; next try in {change.retry_in:.1f} s"
    return words


def _screen(feed: MarketFeed, names: Mapping[str, str]) -> RenderableType:
    """What `watch` shows."""
    from rich.console import Group
    from rich.text import Text

    state, counters = feed.state, feed.counters
    line = Text(_state(state), style=_COLOURS.get(state.state, "dim"))
    line.append(f"   {grouped(counters.frames, 0)} frames, {counters.reconnects} reconnects", style="dim")
    parts: list[RenderableType] = [_prices(feed, names)]
    if len(names) == 1:
        parts.append(_depth(feed, next(iter(names))))
    return Group(*parts, line)


def _prices(feed: MarketFeed, names: Mapping[str, str]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("", "last", "change", "%", "bid", "ask", "volume", "at"):
        table.add_column(title, justify="left" if not title else "right", no_wrap=True)
    for key, name in names.items():
        tick = feed.snapshot(key)
        if tick is None:
            table.add_row(name, *["-"] * 7)
            continue
        style = "green" if tick.change > 0 else "red" if tick.change < 0 else ""
        bid, ask = (_price(key, side.price) if side else "-" for side in (tick.bid, tick.ask))
        volume = "-" if tick.vtt is None else grouped(tick.vtt, 0)
        moved = Text(_price(key, tick.change, sign=True), style=style), Text(_percent(tick), style=style)
        table.add_row(
            name, Text(_price(key, tick.ltp), style="bold"), *moved, bid, ask, volume, f"{tick.time:%H:%M:%S}"
        )
    return table


def _depth(feed: MarketFeed, key: str) -> RenderableType:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("quantity", "bid", "ask", "quantity"):
        table.add_column(title, justify="right", no_wrap=True)
    tick = feed.snapshot(key)
    if tick is not None:
        for bid, ask in list(zip(tick.bids, tick.asks, strict=False))[:_LEVELS]:
            prices = _price(key, bid.price), _price(key, ask.price)
            table.add_row(grouped(bid.quantity, 0), *prices, grouped(ask.quantity, 0))
    return table
