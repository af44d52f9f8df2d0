"""`upstox gtt`: orders that wait for their price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer

from upstox_client.cli.options import BaseUrl, ClientId, Csv, Json, Paper, WrongUsageError, trading
from upstox_client.cli.orders import Lots, MaybeSymbol, Product, Quantity, Symbol, Yes, cancel_each, confirm, how_many
from upstox_client.cli.tables import emit
from upstox_client.cli.words import counted

if TYPE_CHECKING:
    from upstox_client.trading import GttOrder
    from upstox_client.trading.tickets import Side

GttId: TypeAlias = Annotated[str, typer.Argument(metavar="GTT_ID", help="As `upstox gtt list` shows it.")]
Trigger: TypeAlias = Annotated[float, typer.Option("--trigger", help="The price that it waits for, in rupees.")]
Target: TypeAlias = Annotated[
    float | None, typer.Option("--target", help="Close the position at this price, with a profit.")
]
Stoploss: TypeAlias = Annotated[
    float | None, typer.Option("--stoploss", help="Close the position at this price, with a loss.")
]
Trailing: TypeAlias = Annotated[
    float | None, typer.Option("--trailing", help="The stop loss follows the price in steps of this, in rupees.")
]

_SHOWN: Final = {
    "id": "GTT id", "symbol": "symbol", "side": "side", "quantity": "quantity", "product": "product", "when": "when",
    "trigger": "trigger", "target": "target", "stoploss": "stop loss", "trailing": "trailing", "status": "status",
    "expires": "expires",
}  # fmt: skip
_SPARE: Final = ("expires", "product", "when")

gtt = typer.Typer(no_args_is_help=True, help="Orders that wait for their price (GTT).")


def _wait_for(side: Side, symbol: str, quantity: int | None, options: dict[str, Any]) -> None:
    """What `gtt buy` and `gtt sell` do."""
    from upstox_client.trading.gtt_rules import check_legs, check_size
    from upstox_client.trading.tickets import so_many

    how = {name: options.pop(name) for name in ("client_id", "base_url", "paper")}
    yes, json, csv = (options.pop(name) for name in ("yes", "json", "csv"))
    how_many(quantity, options["lots"])
    with trading(**how) as up:
        one = up.instrument(symbol)
        ticket = up.ticket(side, one, quantity, lots=options["lots"], product=options["product"])
        check_size(one, ticket.quantity)
        legs: Any = {name: options[name] for name in ("target", "stoploss", "trailing")}
        check_legs(one, ticket.side, options["trigger"], legs)  # what is not legal is not asked about
        ways = (("stoploss", "stop loss"), ("target", "target"), ("trailing", "trailing by"))
        out = "".join(f", {text} {options[name]:.10g}" for name, text in ways if options[name] is not None)
        what = f"{ticket.side} {so_many(one, ticket.quantity)}, {options['product']}"
        confirm(up, f"{what}, once it is at {options['trigger']:.10g}{out}", yes=yes)
        placed = (up.gtt.buy if side == "buy" else up.gtt.sell)(one, quantity, **options)
        _report([placed], json=json, csv=csv)


def _report(orders: list[GttOrder], *, json: bool, csv: bool) -> None:
    from upstox_client.trading.gtt_orders import GttBook

    title = counted(len(orders), "GTT order")
    emit(title, GttBook(orders), json=json, csv=csv, shown=_SHOWN, spare=_SPARE)


def _gtt_command(side: Side, back: Side) -> None:
    """`upstox gtt buy` and `sell`: one command for each side."""

    def command(
        symbol: Symbol,
        trigger: Trigger,
        quantity: Quantity = None,
        lots: Lots = None,
        target: Target = None,
        stoploss: Stoploss = None,
        trailing: Trailing = None,
        product: Product = "delivery",
        yes: Yes = False,
        paper: Paper = False,
        client_id: ClientId = None,
        base_url: BaseUrl = None,
        json: Json = False,
        csv: Csv = False,
    ) -> None:
        options = {name: value for name, value in locals().items() if name != "side"}
        _wait_for(side, options.pop("symbol"), options.pop("quantity"), options)

    told = f"{side.capitalize()} once the price gets to --trigger; then {back} again at --target or --stoploss."
    gtt.command(side, help=told)(command)


_gtt_command("buy", "sell")
_gtt_command("sell", "buy")


@gtt.command("list")
def gtt_list(
    symbol: MaybeSymbol = None,
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """The orders that wait."""
    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        _report(list(up.gtt.orders(symbol)), json=json, csv=csv)


@gtt.command("modify")
def gtt_modify(
    gtt_id: GttId,
    trigger: Annotated[float | None, typer.Option("--trigger", help="The new price that it waits for.")] = None,
    target: Target = None,
    stoploss: Stoploss = None,
    trailing: Trailing = None,
    quantity: Annotated[int | None, typer.Option("--quantity", help="The new quantity.")] = None,
    yes: Yes = False,
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Change an order that waits; what is not given stays."""
    if trigger is target is stoploss is trailing is quantity is None:
        raise WrongUsageError("Say what is to change: --trigger, --target, --stoploss, --trailing or --quantity.")
    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        one = up.gtt.order(gtt_id)
        confirm(up, f"Change {gtt_id} ({one.what})", yes=yes)
        one.modify(trigger=trigger, target=target, stoploss=stoploss, trailing=trailing, quantity=quantity)
        _report([one], json=json, csv=csv)


@gtt.command("cancel")
def gtt_cancel(
    gtt_ids: Annotated[list[str], typer.Argument(metavar="GTT_ID", help="As `upstox gtt list` shows them.")],
    yes: Yes = False,
    paper: Paper = False,
    client_id: ClientId = None,
    base_url: BaseUrl = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Cancel orders that wait, with all their legs."""
    with trading(client_id=client_id, base_url=base_url, paper=paper) as up:
        found = [up.gtt.order(one) for one in gtt_ids]
        waiting = ", ".join(one.what for one in found)
        confirm(up, f"Cancel {waiting}", yes=yes)
        code = cancel_each(found)
        _report(found, json=json, csv=csv)
    if code:
        raise typer.Exit(code)
