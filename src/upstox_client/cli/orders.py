"""`upstox order`: placing, changing, cancelling and looking at orders; and what all commands do that trade."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer

from upstox_client.cli import show
from upstox_client.cli.exits import exit_code, in_words
from upstox_client.cli.options import (
    BaseUrl,
    ClientId,
    Csv,
    Json,
    Paper,
    Sandbox,
    WrongUsageError,
    interactive,
    trading,
)
from upstox_client.cli.tables import Columns, cell, emit
from upstox_client.cli.words import as_typed, counted

if TYPE_CHECKING:
    from upstox_client.trading import Basket, GttOrder, Order, Preview, Ticket
    from upstox_client.trading.tickets import Side
    from upstox_client.trading.upstox import Upstox

Symbol: TypeAlias = Annotated[str, typer.Argument(metavar="SYMBOL", help="A symbol, a name, an ISIN or a key.")]
MaybeSymbol: TypeAlias = Annotated[str | None, typer.Argument(metavar="SYMBOL", help="Only those of this instrument.")]
Quantity: TypeAlias = Annotated[
    int | None, typer.Argument(metavar="QUANTITY", help="Units, multiples of the lot; or --lots.")
]
Lots: TypeAlias = Annotated[int | None, typer.Option("--lots", help="The quantity in lots.")]
Limit: TypeAlias = Annotated[float | None, typer.Option("--limit", help="The worst price in rupees; default: none.")]
Stop: TypeAlias = Annotated[
    float | None, typer.Option("--stop", help="It goes out at this price, in rupees; with --limit SL, else SL-M.")
]
Product: TypeAlias = Annotated[str, typer.Option("--product", "-p", help="delivery, intraday or mtf.")]
Validity: TypeAlias = Annotated[str, typer.Option("--validity", help="day, or ioc: at once or not at all.")]
Protection: TypeAlias = Annotated[
    float | None, typer.Option("--protection", help="Market protection in percent; default: what Upstox chooses.")
]
Tag: TypeAlias = Annotated[str | None, typer.Option("--tag", help="Up to 40 characters; default: a unique one.")]
Wait: TypeAlias = Annotated[
    float, typer.Option("--wait", metavar="SECONDS", min=0, help="How long to wait for it to be done.")
]
Yes: TypeAlias = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before sending it with real money.")]
Preview_: TypeAlias = Annotated[bool, typer.Option("--preview", help="Show margin and charges, and send nothing.")]
OrderId: TypeAlias = Annotated[str, typer.Argument(metavar="ORDER_ID", help="As `upstox order list` shows it.")]

_REAL_MONEY: Final = frozenset({"live", "custom"})
_SHOWN: Final = {
    "time": "time", "id": "order id", "symbol": "symbol", "side": "side", "type": "type", "product": "product",
    "quantity": "quantity", "filled": "filled", "limit": "limit", "stop": "stop", "average_price": "average",
    "status": "status",
}  # fmt: skip
_SPARE: Final = ("time", "product", "type")

order = typer.Typer(no_args_is_help=True, help="Place, change, cancel and look at orders.")


# What holds for all of them


def is_asked(up: Upstox, *, yes: bool) -> bool:
    """Whether `confirm` asks before something is done."""
    return not yes and up.environment in _REAL_MONEY


def confirm(up: Upstox, what: str, *, yes: bool) -> None:
    """Ask before something is done with real money; never on paper.

    Raises:
        WrongUsageError: there is nobody to ask, and no `--yes`.
        typer.Abort: the answer is no.
    """
    if not is_asked(up, yes=yes):
        return
    if not interactive():
        raise WrongUsageError(f"This is real money, and there is nobody to ask: {what}\nGive --yes if it is meant.")
    typer.confirm(f"{what}\nWith real money ({up.environment}). Go on?", abort=True, err=True)


def how_many(quantity: int | None, lots: int | None) -> None:
    """See that the one or the other is given.

    Raises:
        WrongUsageError: neither is, or both are.
    """
    if (quantity is None) == (lots is None):
        raise WrongUsageError("Say how many: QUANTITY in units, or --lots, and not both.")


def cancel_each(ones: Sequence[Order] | Sequence[GttOrder]) -> int:
    """Cancel one after the other; that one cannot be does not keep the next from it. Returns the exit code."""
    from upstox_client.errors import ApiException

    codes: list[int] = []
    for one in ones:
        try:
            one.cancel()
        except ApiException as error:
            show.say(f"{one.id}: {in_words(error)}")
            codes.append(exit_code(error))
    return codes[0] if codes else 0


def _find(up: Upstox, order_id: str) -> Order:
    """An order of today; a refusal says which one it means."""
    from upstox_client.errors import InvalidRequestError, NotFoundError

    try:
        return up.order(order_id)
    except (InvalidRequestError, NotFoundError) as error:
        error.add_note(f"order {order_id}; today's: upstox order list")
        raise


def print_preview(preview: Preview, *, json: bool, csv: bool) -> None:
    """Margin and charges of orders."""
    shown = {name: name for name in ("symbol", "side", "quantity", "product", "price", "value", "margin", "charges")}
    enough = "enough" if preview.is_affordable else f"{cell(preview.missing)} missing"
    note = (
        f"margin {cell(preview.margin)}, charges {cell(preview.charges.total)}, available {cell(preview.available)}: "
        f"{enough}"
    )
    emit("Before sending", preview, json=json, csv=csv, shown=shown, note=note)


def settle(one: Order, seconds: float) -> None:
    """Wait for an order as long as is wanted; one whose answer was lost is looked for."""
    from upstox_client.errors import OrderOutcomeUnknown

    if one.client.configuration.sandbox:
        return  # it has no order book
    if one.is_unknown:
        show.say("The answer was lost. Looking for the order in the order book; it is not sent again.")
    with contextlib.suppress(TimeoutError, OrderOutcomeUnknown):
        one.wait(timeout=seconds)


def report(one: Order, *, json: bool, csv: bool) -> None:
    """Print an order; a command whose order came to nothing has failed."""
    from upstox_client.trading import OrderBook

    emit("Order", OrderBook([one]), json=json, csv=csv, shown=_SHOWN, spare=_SPARE)
    if one.is_unknown:
        show.say(
            f"It is not known whether it was placed. Look for the tag {one.tag}: upstox order list --tag {one.tag}"
        )
        raise typer.Exit(1)
    why = one.message or "no reason was given"
    if 0 < one.refused < one.quantity:
        show.say(f"{cell(one.refused)} of {cell(one.quantity)} were refused: {why}")
        raise typer.Exit(1)
    if one.status in {"rejected", "not placed"}:
        show.say(f"The order was {one.status}: {why}")
        raise typer.Exit(1)


def report_basket(title: str, basket: Basket[Order], *, wait: float, json: bool, csv: bool) -> None:
    """Print what became of several orders; if any failed, the command has."""
    for one in basket.orders:
        settle(one, wait)
    emit(title, basket, json=json, csv=csv)
    bad = [one for one in basket.orders if one.is_unknown or one.refused or one.status == "not placed"]
    for line in basket.failed:
        show.say(f"Not sent: {as_typed(f'{line}')}")
    for one in bad:
        show.say(f"{one.ticket}: {one.status}: {one.message}")
    if basket.failed or bad:
        raise typer.Exit(1)


def _send(up: Upstox, ticket: Ticket, *, wait: float, yes: bool, preview: bool, json: bool, csv: bool) -> None:
    if preview:
        print_preview(up.preview(ticket), json=json, csv=csv)
        return
    confirm(up, str(ticket), yes=yes)
    placed = up.place(ticket)
    settle(placed, wait)
    report(placed, json=json, csv=csv)


# upstox order


def _trade(side: Side, symbol: str, quantity: int | None, options: dict[str, Any]) -> None:
    """What `buy` and `sell` do."""
    how = {name: options.pop(name) for name in ("client_id", "base_url", "sandbox", "paper")}
    sending = {name: options.pop(name) for name in ("wait", "yes", "preview", "json", "csv")}
    how_many(quantity, options["lots"])
    with trading(**how) as up:
        _send(up, up.ticket(side, symbol, quantity, **options), **sending)


def _order_command(side: Side) -> None:
    """`upstox order buy` and `sell`: one command for each side."""

    def command(
        symbol: Symbol,
        quantity: Quantity = None,
        lots: Lots = None,
        limit: Limit = None,
        stop: Stop = None,
        product: Product = "delivery",
        validity: Validity = "day",
        market_protection: Protection = None,
        tag: Tag = None,
        wait: Wait = 2.0,
        preview: Preview_ = False,
        yes: Yes = False,
        paper: Paper = False,
        client_id: ClientId = None,
        sandbox: Sandbox = False,
        base_url: BaseUrl = None,
        json: Json = False,
        csv: Csv = False,
    ) -> None:
        options = {name: value for name, value in locals().items() if name != "side"}
        _trade(side, options.pop("symbol"), options.pop("quantity"), options)

    order.command(side, help=f"{side.capitalize()}. Without --limit and --stop it is a market order.")(command)


_order_command("buy")
_order_command("sell")


@order.command()
def modify(
    order_id: OrderId,
    limit: Limit = None,
    stop: Stop = None,
    quantity: Annotated[int | None, typer.Option("--quantity", help="The new quantity in all.")] = None,
    lots: Lots = None,
    market: Annotated[bool, typer.Option("--market", help="Without a limit from now on.")] = False,
    wait: Wait = 2.0,
    yes: Yes = False,
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Change an open order; what is not given stays."""
    if limit is stop is quantity is lots is None and not market:
        raise WrongUsageError("Say what is to change: --limit, --stop, --quantity, --lots or --market.")
    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        one = _find(up, order_id)
        confirm(up, f"Change {one.ticket}", yes=yes)
        one.modify(limit=limit, stop=stop, quantity=quantity, lots=lots, market=market)
        settle(one, wait)
        report(one, json=json, csv=csv)


@order.command()
def cancel(
    order_ids: Annotated[
        list[str] | None, typer.Argument(metavar="ORDER_ID", help="As `upstox order list` shows them.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All that are open.")] = False,
    symbol: Annotated[str | None, typer.Option("--symbol", help="All that are open of this instrument.")] = None,
    tag: Annotated[str | None, typer.Option("--tag", help="All that are open with this tag.")] = None,
    yes: Yes = False,
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Cancel open orders: by id, or all of them, of an instrument, of a tag."""
    from upstox_client.trading import OrderBook

    if bool(order_ids) == (every or symbol is not None or tag is not None):
        raise WrongUsageError("Say which: order ids, or --all, --symbol or --tag.")
    code = 0
    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        if order_ids:
            found = OrderBook([_find(up, one) for one in order_ids])
            confirm(up, "Cancel " + "; ".join(str(one.ticket) for one in found), yes=yes)
            code = cancel_each(found)
        else:
            confirm(up, f"Cancel all open orders{_which(symbol, tag)}", yes=yes)
            found = up.cancel_all(symbol, tag=tag)
        emit(counted(len(found), "order"), found, json=json, csv=csv, shown=_SHOWN, spare=_SPARE)
    if code:
        raise typer.Exit(code)


def _which(symbol: str | None, tag: str | None) -> str:
    return (f" of {symbol}" if symbol else "") + (f" tagged {tag}" if tag else "")


@order.command("list")
def list_orders(
    symbol: MaybeSymbol = None,
    tag: Annotated[str | None, typer.Option("--tag", help="Only those with this tag.")] = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only those that are not done.")] = False,
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Today's orders."""
    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        found = up.orders(symbol, tag=tag)
        found = found.open if only_open else found
        title = f"{counted(len(found), 'order')}, {len(found.open)} open"
        emit(title, found, json=json, csv=csv, shown=_SHOWN, spare=_SPARE)


@order.command("show")
def show_order(
    order_id: OrderId,
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """An order, and how it was executed."""
    from upstox_client.trading import OrderBook

    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        one = _find(up, order_id)
        fills = one.fills
    if json or csv:
        emit("", OrderBook([one]), json=json, csv=csv)
        return
    show.pairs(
        f"Order {one.id}",
        [
            ("What", str(one.ticket)),
            ("Status", one.status + (f": {one.message}" if one.message else "")),
            ("Filled", f"{one.filled} of {one.quantity}"),
            ("Average price", cell(one.average_price)),
            ("Tag", one.tag or "-"),
            ("Last change", cell(one.time)),
        ],
    )
    if fills:
        parts = ("time", "trade_id", "quantity", "price")
        emit(
            "Executions", Columns({name: [getattr(fill, name) for fill in fills] for name in parts}), json=json, csv=csv
        )
