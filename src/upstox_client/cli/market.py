"""`upstox quote`, `depth`, `history`, `chain`, `search`, `holidays` and `status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from upstox_client.amounts import grouped
from upstox_client.cli import show
from upstox_client.cli.options import (
    BaseUrl,
    ClientId,
    Csv,
    Json,
    Output,
    Paper,
    Picture,
    WrongUsageError,
    trading,
)
from upstox_client.cli.tables import Columns, cell, emit

if TYPE_CHECKING:
    from pathlib import Path

    from upstox_client.trading import Table

Names = Annotated[list[str], typer.Argument(metavar="SYMBOL", help="Symbols, names, ISINs or keys.")]
Name = Annotated[str, typer.Argument(metavar="SYMBOL", help="A symbol, a name, an ISIN or a key.")]

_QUOTE: Final = {
    "symbol": "symbol", "last_price": "last", "change": "change", "change_percent": "%", "open": "open",
    "high": "high", "low": "low", "bid": "bid", "ask": "ask", "volume": "volume", "oi": "OI",
}  # fmt: skip
_QUOTE_SPARE: Final = ("open", "oi", "high", "low", "volume")
_CHAIN: Final = {
    "call_oi": "OI", "call_oi_change": "OI chg", "call_iv": "IV %", "call_delta": "delta", "call_ltp": "call",
    "strike": "strike", "put_ltp": "put", "put_delta": "delta", "put_iv": "IV %", "put_oi_change": "OI chg",
    "put_oi": "OI",
}  # fmt: skip
_CHAIN_SPARE: Final = (
    "call_oi_change", "put_oi_change", "call_delta", "put_delta", "call_iv", "put_iv", "call_oi", "put_oi",
)  # fmt: skip
_FOUND: Final = ("symbol", "key", "name", "kind", "expiry", "strike", "lot", "tick")
_FOUND_SPARE: Final = ("name", "kind", "strike", "expiry", "tick")
_MOST_ROWS: Final = 40  # of candles, for people; JSON, CSV and files have all


def quote(
    symbols: Names,
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Prices of now: last, change, the day's range, bid and ask, volume, open interest."""
    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        found = up.quote(*symbols)
        emit("Quotes", found, json=json, csv=csv, shown=_QUOTE, spare=_QUOTE_SPARE)


def depth(
    symbol: Name,
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """The order book of an instrument: five levels a side."""
    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        book = up.depth(symbol)
    if json or csv:
        emit("", book, json=json, csv=csv)
        return
    levels = max(len(book.buy), len(book.sell))
    sides = {"buy": [*book.buy, *[None] * levels][:levels], "sell": [*book.sell, *[None] * levels][:levels]}
    order = [("orders", "buy"), ("quantity", "buy"), ("price", "buy")]
    parts = [*order, *((part, "sell") for part, _ in reversed(order))]
    columns = {f"{side} {part}": [level and getattr(level, part) for level in sides[side]] for part, side in parts}
    note = f"in all: {cell(book.total_buy_quantity)} to buy, {cell(book.total_sell_quantity)} to sell"
    emit(book.symbol, Columns(columns), json=False, csv=False, note=note)


def history(
    symbol: Name,
    interval: Annotated[str, typer.Option("--interval", "-i", help="1m to 300m, 1h to 5h, 1d, 1w or 1mo.")] = "1d",
    days: Annotated[float | None, typer.Option("--days", min=0, help="So many days back from the end.")] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="The first day, or moment, in IST.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="DATE", help="The last day, or moment, in IST.")] = None,
    cache: Annotated[bool, typer.Option("--cache", help="Keep what is final, and fetch nothing twice.")] = False,
    output: Output = None,
    plot: Picture = None,
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Candles of any interval and any span, the running day included. They may be of an expired contract."""
    if output is not None and output.suffix not in {".csv", ".parquet"}:
        raise WrongUsageError(f"--output is a .csv or a .parquet file, got {str(output)!r}.")
    from upstox_client.trading.moments import as_moment

    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        first = None if start is None else as_moment(start, "--from")
        last = None if end is None else as_moment(end, "--to", end=True)
        found = up.history(symbol, interval, days=days, start=first, end=last, cache=cache)
        if plot is not None:
            found.plot(plot)
            show.say(f"Drawn into {plot}.")
        if output is not None:
            _write(found, output)
            show.say(f"{grouped(len(found), 0)} candles are in {output}.")
    if json or csv or (output is None and plot is None):
        whole = json or csv or len(found) <= _MOST_ROWS
        rest = f"the last {_MOST_ROWS} of {grouped(len(found), 0)}; --csv, --json and --output have all"
        note = "" if whole else rest
        newest = found if whole else found[-_MOST_ROWS:]
        emit(repr(found), newest, json=json, csv=csv, spare=("oi", "volume", "open"), note=note)


def _write(table: Table, path: Path) -> None:
    if path.suffix == ".csv":
        table.to_csv(path)
    else:
        table.to_parquet(path)


def chain(
    underlying: Name,
    expiry: Annotated[
        str, typer.Option("--expiry", "-e", help="A date, or `this week`, `next week`, `this month`, `dec`, ...")
    ] = "nearest",
    around: Annotated[int, typer.Option("--around", min=1, help="So many strikes on each side of the price.")] = 10,
    plot: Picture = None,
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """The option chain of an underlying: prices, open interest, implied volatility, delta."""
    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        found = up.options(underlying, expiry)
        if plot is not None:
            found.plot(plot)
            show.say(f"Drawn into {plot}.")
    if json or csv or plot is None:
        near = found if json or csv else found.around(around)
        emit(repr(found), near, json=json, csv=csv, shown=_CHAIN, spare=_CHAIN_SPARE)


def search(
    text: Annotated[list[str] | None, typer.Argument(metavar="WORD", help="Parts of symbols, names or ISINs.")] = None,
    segment: Annotated[
        list[str] | None, typer.Option("--segment", help="Only of this segment or exchange: NSE_EQ, BSE, ...")
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="Only of this kind: EQ, FUT, CE, PE, INDEX, ...")
    ] = None,
    underlying: Annotated[str | None, typer.Option("--underlying", "-u", help="Only contracts on it.")] = None,
    expiry: Annotated[
        str | None, typer.Option("--expiry", "-e", help="Only contracts that end then; words need --underlying.")
    ] = None,
    strike: Annotated[float | None, typer.Option("--strike", help="Only options of this strike.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="The most to show.")] = 20,
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Find instruments: shares, indices, futures, options. Ticks are in rupees."""
    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        found = up.search(
            " ".join(text or ()),
            segment=segment or None,
            kind=kind or None,
            underlying=underlying,
            expiry=expiry,
            strike=strike,
            limit=limit,
        )
    if not found:
        show.say("Nothing fits. Try fewer words, or parts of them.")
    columns = {name: [getattr(one, name) for one in found] for name in _FOUND}
    emit(f"{len(found)} found", Columns(columns), json=json, csv=csv, spare=_FOUND_SPARE)


def holidays(
    day: Annotated[str | None, typer.Argument(metavar="DATE", help="Only this day; default: the running year.")] = None,
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """When the markets are closed, or open at other hours than usual."""
    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        found = up.holidays(day)
    if not found:
        show.say("That day is no holiday." if day else "No holidays are known.")
    columns: dict[str, list[Any]] = {
        "day": [one.day for one in found],
        "weekday": [f"{one.day:%a}" for one in found],
        "description": [one.description for one in found],
        "kind": [one.kind.replace("_", " ").lower() for one in found],
        "closed": [", ".join(one.closed) for one in found],
        "open": [
            ", ".join(f"{hours.exchange} {hours.opens:%H:%M}-{hours.closes:%H:%M}" for hours in one.open)
            for one in found
        ],
    }
    shown = {name: name for name in ("day", "weekday", "description", "kind", "closed")}
    emit("Holidays", Columns(columns), json=json, csv=csv, shown=shown, spare=("kind", "closed"))


def status(
    exchanges: Annotated[
        list[str] | None, typer.Argument(metavar="EXCHANGE", help="NSE, NFO, CDS, BSE, BFO, BCD, MCX, NSCOM.")
    ] = None,
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Whether the exchanges are open."""
    from upstox_client.models.market import Exchange

    known: tuple[Exchange, ...] = ("NSE", "NFO", "CDS", "BSE", "BFO", "BCD", "MCX", "NSCOM")
    asked = [name.upper() for name in exchanges or ("NSE", "NFO", "BSE", "CDS", "MCX")]
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise WrongUsageError(f"{unknown[0]!r} is no exchange: {', '.join(known)}.")
    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        found = [up.status(name) for name in known if name in asked]
    columns: dict[str, list[Any]] = {
        "exchange": [one.exchange for one in found],
        "open": [one.is_open for one in found],
        "status": [one.status for one in found],
        "since": [one.since for one in found],
        "closing_auction": [one.closing_auction for one in found],
    }
    emit("Exchanges", Columns(columns), json=json, csv=csv, spare=("closing_auction", "since"))


COMMANDS: Final = (quote, depth, history, chain, search, holidays, status)
"""The commands of this module, by their names."""
