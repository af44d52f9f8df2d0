"""`upstox positions`, `holdings`, `pnl`, `charges`, `margin` and `squareoff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, cast

import typer

from upstox_client.cli import show
from upstox_client.cli.options import (
    BaseUrl,
    ClientId,
    Csv,
    Json,
    Paper,
    Picture,
    WrongUsageError,
    interactive,
    trading,
)
from upstox_client.cli.orders import (
    Limit,
    Lots,
    Product,
    Quantity,
    Stop,
    Symbol,
    Wait,
    Yes,
    confirm,
    how_many,
    is_asked,
    print_preview,
    report_basket,
)
from upstox_client.cli.tables import cell, emit
from upstox_client.cli.words import counted, rupees

if TYPE_CHECKING:
    from upstox_client.models.orders import Product as WireProduct
    from upstox_client.models.reports import ReportSegment
    from upstox_client.trading import Basket, Charges, Order, Position, Ticket
    from upstox_client.trading.tickets import Side, Terms
    from upstox_client.trading.upstox import Upstox

SideName = Annotated[str, typer.Argument(metavar="buy|sell", help="Which way.")]

_POSITIONS: Final = {
    "symbol": "symbol", "product": "product", "quantity": "quantity", "average_price": "average",
    "last_price": "last", "value": "value", "realised": "realised", "unrealised": "unrealised", "pnl": "P&L",
}  # fmt: skip
_POSITIONS_SPARE: Final = ("value", "realised", "unrealised")
_PNL: Final = {
    "symbol": "symbol", "product": "product", "realised": "realised", "unrealised": "unrealised", "pnl": "P&L",
    "day_pnl": "today",
}  # fmt: skip
_HOLDINGS: Final = {
    "symbol": "symbol", "quantity": "quantity", "average_price": "average", "last_price": "last",
    "invested": "invested", "value": "value", "pnl": "P&L", "pnl_percent": "%", "day_change": "today",
}  # fmt: skip
_HOLDINGS_SPARE: Final = ("invested", "day_change", "pnl_percent", "value")
_CHARGES: Final = {
    "brokerage": "Brokerage", "stt": "Securities transaction tax", "transaction": "Exchange", "gst": "GST",
    "stamp_duty": "Stamp duty", "sebi": "SEBI", "ipft": "Investor protection fund", "clearing": "Clearing",
}  # fmt: skip
_SEGMENTS: Final = ("EQ", "FO", "COM", "CD")


def positions(
    paper: Paper = False, client_id: ClientId = None, base_url: BaseUrl = None, json: Json = False, csv: Csv = False
) -> None:
    """The day's positions, with what they have made."""
    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        found = up.positions
    note = f"realised {cell(found.realised)}, unrealised {cell(found.unrealised)}, together {cell(found.pnl)}"
    title = counted(len(found.open), "open position")
    emit(title, found, json=json, csv=csv, shown=_POSITIONS, spare=_POSITIONS_SPARE, note=note)


def holdings(
    paper: Paper = False, client_id: ClientId = None, base_url: BaseUrl = None, json: Json = False, csv: Csv = False
) -> None:
    """The shares in the demat account."""
    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        found = up.holdings
    worth = f"invested {cell(found.invested)}, worth {cell(found.value)}"
    note = f"{worth}, P&L {cell(found.pnl)}, today {cell(found.day_change)}"
    title = counted(len(found), "holding")
    emit(title, found, json=json, csv=csv, shown=_HOLDINGS, spare=_HOLDINGS_SPARE, note=note)


def pnl(
    segment: Annotated[
        str | None, typer.Option("--segment", help="The report of a financial year instead: EQ, FO, COM or CD.")
    ] = None,
    year: Annotated[
        str | None, typer.Option("--year", metavar="YYZZ", help="The financial year, such as 2627; default: this one.")
    ] = None,
    plot: Picture = None,
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Profit and loss: of today's positions, or with --segment the trades of a financial year."""
    if segment is None and year is not None:
        raise WrongUsageError("--year is for the report of a segment: give --segment EQ, FO, COM or CD.")
    if year is not None and not _is_financial_year(year):
        raise WrongUsageError(f"--year is such as 2627 for April 2026 to March 2027, got {year!r}.")
    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        if segment is not None:
            report = up.report(_segment(segment), year)
            note = f"profit {cell(report.pnl)}, charges {cell(report.charges.total)}, after charges {cell(report.net)}"
            emit(f"{report.segment} {report.year}", report, json=json, csv=csv, note=note)
            return
        found = up.positions
        if plot is not None:
            found.plot(plot)
            show.say(f"Drawn into {plot}.")
    if json or csv or plot is None:
        note = f"together {cell(found.pnl)}, today {cell(found.day_pnl)}, before charges"
        emit("Profit and loss", found, json=json, csv=csv, shown=_PNL, note=note)


def _is_financial_year(text: str) -> bool:
    return len(text) == 4 and text.isdecimal() and int(text[2:]) == (int(text[:2]) + 1) % 100


def _segment(text: str) -> ReportSegment:
    if text.upper() not in _SEGMENTS:
        raise WrongUsageError(f"--segment is one of {', '.join(_SEGMENTS)}, got {text!r}.")
    return cast("ReportSegment", text.upper())


def charges(
    side: SideName,
    symbol: Symbol,
    quantity: Quantity = None,
    lots: Lots = None,
    limit: Limit = None,
    product: Product = "delivery",
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
    json: Json = False,
) -> None:
    """What an order would cost in brokerage and taxes. Sends nothing."""
    how_many(quantity, lots)
    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        terms = cast("Terms", {"lots": lots, "limit": limit, "product": product})
        ticket = up.ticket(_side(side), symbol, quantity, **terms)
        found = up.preview(ticket).charges
    if json:
        show.as_json(found)
        return
    show.amounts(f"Charges: {ticket}", _charge_rows(found, leaves=ticket.side == "SELL"))


def _charge_rows(found: Charges, *, leaves: bool) -> list[tuple[int, str, str]]:
    rows = [(0, "In all", rupees(found.total))]
    rows += [(1, text, rupees(amount)) for name, text in _CHARGES.items() if (amount := getattr(found, name))]
    if found.dp and leaves:
        rows.append((0, "On top, when shares leave the demat account", rupees(found.dp)))
    return rows


def margin(
    side: SideName,
    symbol: Symbol,
    quantity: Quantity = None,
    lots: Lots = None,
    limit: Limit = None,
    stop: Stop = None,
    product: Product = "delivery",
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """The margin that an order would need, and whether there is enough. Sends nothing."""
    how_many(quantity, lots)
    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        terms = cast("Terms", {"lots": lots, "limit": limit, "stop": stop, "product": product})
        print_preview(up.preview(up.ticket(_side(side), symbol, quantity, **terms)), json=json, csv=csv)


def _side(text: str) -> Side:
    if text.lower() not in {"buy", "sell"}:
        raise WrongUsageError(f"Say buy or sell first, got {text!r}.")
    return cast("Side", text.lower())


def squareoff(
    symbols: Annotated[
        list[str] | None, typer.Argument(metavar="SYMBOL", help="Only these; default: all but delivered shares.")
    ] = None,
    product: Annotated[str | None, typer.Option("--product", "-p", help="Only positions of this: D, I or MTF.")] = None,
    keep_orders: Annotated[
        bool, typer.Option("--keep-orders", help="Leave their open orders, which may open positions again.")
    ] = False,
    wait: Wait = 2.0,
    yes: Yes = False,
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Close positions at the market, after cancelling their open orders."""
    from upstox_client.trading import Basket

    chosen = None if product is None else product.upper()
    if chosen not in {None, "D", "I", "MTF"}:
        raise WrongUsageError(f"--product is D, I or MTF, got {product!r}.")
    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        kind = cast('Literal["D", "I", "MTF"] | None', chosen)
        everything = "all positions" if kind else "all positions but delivered shares"
        of = f" of {kind}" if kind else ""
        what = f"Close {', '.join(symbols or ()) or everything}{of} at the market"
        cancels = not keep_orders
        basket: Basket[Order] = Basket([])
        if _is_meant(up, what, symbols or [], kind, cancels=cancels, yes=yes):
            basket = up.square_off(*symbols or (), product=kind, cancel_orders=cancels)
        if not basket.lines:
            show.say("There was nothing to close.")
        if basket.lines or json or csv:
            report_basket("Closing", basket, wait=wait, json=json, csv=csv)


def _is_meant(
    up: Upstox, what: str, symbols: list[str], product: Literal["D", "I", "MTF"] | None, *, cancels: bool, yes: bool
) -> bool:
    """Whether positions are to be closed: whoever is asked sees which. False if there is nothing to ask about."""
    if is_asked(up, yes=yes) and interactive():
        rows = up.to_close(*symbols, product=product)
        if not rows and not (symbols and cancels):
            return False
        closing = [f"\n  {ticket}" for row in rows for ticket in _closing(up, row)] or ["\n  no position is open"]
        before = ", after cancelling the open orders of these instruments" if cancels else ""
        what += f"{before}:{''.join(closing)}"
    confirm(up, what, yes=yes)
    return True


def _closing(up: Upstox, row: Position) -> list[Ticket]:
    from upstox_client.trading.tickets import closing_tickets

    return closing_tickets(up.instrument(row.key), row.quantity, cast("WireProduct", row.product))


COMMANDS: Final[tuple[Any, ...]] = (positions, holdings, pnl, charges, margin, squareoff)
"""The commands of this module, by their names."""
