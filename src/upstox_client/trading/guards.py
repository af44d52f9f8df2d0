"""Guard rails: orders that are not to be sent, whatever a program thinks. They refuse with a reason, before sending.

::

    up = Upstox(guards=Guards(max_value=200_000, instruments=["NIFTY", "RELIANCE"], market_hours=True))
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Sequence
from typing import Final, Literal, cast

import msgspec

from upstox_client.amounts import grouped
from upstox_client.api.market_holidays_and_timings_api import MarketHolidaysAndTimingsOperations
from upstox_client.api.market_quote_v3_api import MarketQuoteV3Operations
from upstox_client.configuration import Configuration
from upstox_client.models.market import Exchange
from upstox_client.trading.colours import Flow, call
from upstox_client.trading.desk import Desk
from upstox_client.trading.tickets import EXCHANGE_OF_SEGMENT, ProductName, Ticket, as_product, is_size_known

_PAPER: Final = frozenset({"emulator", "sandbox"})
_OPEN: Final = "NORMAL_OPEN"
_CONTRACTS: Final = ("_FO", "_COM")


class GuardError(ValueError):
    """A guard refused an order. Nothing was sent.

    Attributes:
        guard: which one: the name of its setting, or `halted`.
        ticket: the order.
    """

    def __init__(self, guard: str, reason: str, ticket: Ticket) -> None:
        super().__init__(f"not sent: {ticket}: {reason}")
        self.guard = guard
        self.ticket = ticket


class Guards(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """What orders are held to. What is left out is not looked at.

    Attributes:
        max_value: the most that one order may be worth, in rupees: at its price, if it has none at the last one; a sale
            trades at its limit or better, so at the higher of the two. What is not known to be worth less is refused.
        max_quantity: the most units (of commodities, lots) of one order.
        max_lots: the most lots of one order for derivatives.
        max_orders: the most orders that one `Upstox` sends, slices counted; changing one does not count.
        instruments: what may be traded: keys, symbols, ISINs, segments, or underlyings, which stand for their
            contracts, too; `*` and `?` stand for anything. `["NIFTY", "NSE_EQ", "GOLD*"]`
        products: `delivery`, `intraday`, `mtf`: with which.
        market_hours: only while the exchange is open. What is sent at other hours waits as an after-market order.
        paper_only: only on the emulator and in the sandbox.
        kill_words: an order is not sent if its tag, or the instrument's symbol or name, has one of these words.
    """

    max_value: float | None = None
    max_quantity: int | None = None
    max_lots: int | None = None
    max_orders: int | None = None
    instruments: Sequence[str] | None = None
    products: Sequence[ProductName] | None = None
    market_hours: bool = False
    paper_only: bool = False
    kill_words: Sequence[str] = ()

    def __post_init__(self) -> None:
        for name in ("max_value", "max_quantity", "max_lots", "max_orders"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"{name} is above 0, got {value!r}")
        for name in ("instruments", "products", "kill_words"):
            if isinstance(getattr(self, name), str):
                raise TypeError(f"{name} is a list of texts, got the text {getattr(self, name)!r}")
        for product in self.products or ():
            as_product(product)


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be known of the moment.

    Attributes:
        environment: where orders go, as of the configuration.
        sent: how many orders have been sent.
        price: what one unit costs, in rupees; None if no guard asks for it.
        status: how far the exchange is through its day; None if no guard asks for it.
    """

    environment: str
    sent: int = 0
    price: float | None = None
    status: str | None = None


def refusal(guards: Guards, ticket: Ticket, facts: Facts) -> tuple[str, str] | None:
    """The first guard that refuses an order, and why; None if none does."""
    for name, check in _CHECKS.items():
        reason = check(guards, ticket, facts)
        if reason is not None:
            return name, reason
    return None


Deed = Literal["place", "change", "convert", "close"]
"""What is done to an order or a position; not every guard is against each."""


def admit(desk: Desk, configuration: Configuration, tickets: Sequence[Ticket], deed: Deed = "place") -> Flow[None]:
    """See that orders may be sent, all of them or none, and count them as sent.

    Raises:
        GuardError: one may not.
    """
    for ticket in tickets:
        yield from check(desk, configuration, ticket, deed)
    # Nothing is waited for from here on: of several that are under way at once, none slips through.
    most = _held_to(desk.guards or Guards(), deed).max_orders
    slices = sum(ticket.slices for ticket in tickets)
    if slices and not desk.take(slices, most):
        raise GuardError("max_orders", f"{_so_many(desk.sent)}, {slices} more would be too many: {most}", tickets[0])


def check(desk: Desk, configuration: Configuration, ticket: Ticket, deed: Deed = "place") -> Flow[None]:
    """See that an order may be sent or become this one.

    What closes a position only `paper_only` may prevent, and no halt; what changes an order is no further one.

    Raises:
        GuardError: it may not.
    """
    guards = _held_to(desk.guards or Guards(), deed)
    _check_halt(desk, ticket, deed)
    facts = Facts(environment=configuration.environment, sent=desk.sent)
    found = refusal(guards, ticket, facts)  # first what can be known without asking anybody
    if found is None and (guards.max_value is not None or guards.market_hours):
        facts = yield from _ask(guards, ticket, facts)
        found = refusal(guards, ticket, facts)
        _check_halt(desk, ticket, deed)  # it may have come meanwhile
    if found is not None:
        raise GuardError(*found, ticket)


def _held_to(guards: Guards, deed: Deed) -> Guards:
    """The guards that may prevent something."""
    if deed == "close":
        return Guards(paper_only=guards.paper_only)
    if deed == "convert":
        return Guards(paper_only=guards.paper_only, products=guards.products, instruments=guards.instruments)
    return guards if deed == "place" else msgspec.structs.replace(guards, max_orders=None)


def _check_halt(desk: Desk, ticket: Ticket, deed: Deed) -> None:
    if desk.halted is not None and deed in {"place", "change"}:
        raise GuardError("halted", f"trading is halted: {desk.halted}. up.resume() ends that", ticket)


def _ask(guards: Guards, ticket: Ticket, facts: Facts) -> Flow[Facts]:
    price, status = _named_price(ticket), None
    if guards.max_value is not None and (price is None or _may_trade_above(ticket)):
        quotes = yield from call(MarketQuoteV3Operations.get_ltp, ticket.instrument.key)
        price = max(price or 0.0, *(row.last_price or 0.0 for row in (quotes.data or {}).values()), 0.0)
    if guards.market_hours:
        exchange = cast("Exchange", EXCHANGE_OF_SEGMENT[ticket.instrument.segment])
        answer = yield from call(MarketHolidaysAndTimingsOperations.get_market_status, exchange)
        status = (answer.data.status if answer.data else None) or "unknown"
    return msgspec.structs.replace(facts, price=price or 0.0, status=status)


def _named_price(ticket: Ticket) -> float | None:
    """The highest price in rupees that the order names; None for one at the market."""
    return max(ticket.price, ticket.trigger) or None


def _may_trade_above(ticket: Ticket) -> bool:
    """Whether its limit is the least that it trades at: a sale at 100 is worth 1500 where 1500 is bid."""
    return ticket.side == "SELL" and not ticket.trigger


# The guards


def _paper_only(guards: Guards, _: Ticket, facts: Facts) -> str | None:
    if guards.paper_only and facts.environment not in _PAPER:
        return f"only paper trading is allowed, and this goes to {facts.environment}"
    return None


def _kill_words(guards: Guards, ticket: Ticket, _: Facts) -> str | None:
    text = f"{ticket.tag} {ticket.instrument.symbol} {ticket.instrument.name}"
    for word in guards.kill_words:
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE):
            return f"{word!r} is a kill word"
    return None


def _instruments(guards: Guards, ticket: Ticket, _: Facts) -> str | None:
    if guards.instruments is None:
        return None
    one = ticket.instrument
    names = [name.lower() for name in (one.key, one.symbol, one.segment, one.underlying, one.isin) if name]
    allowed = [pattern.lower() for pattern in guards.instruments]
    if any(fnmatch.fnmatchcase(name, pattern) for name in names for pattern in allowed):
        return None
    return f"{one} is not among the allowed instruments: {', '.join(guards.instruments) or 'none'}"


def _products(guards: Guards, ticket: Ticket, _: Facts) -> str | None:
    if guards.products is None or ticket.product in map(as_product, guards.products):
        return None
    return f"the product {ticket.product} is not allowed, only {', '.join(guards.products) or 'none'}"


def _max_quantity(guards: Guards, ticket: Ticket, _: Facts) -> str | None:
    if guards.max_quantity is not None and ticket.quantity > guards.max_quantity:
        return f"{ticket.quantity} is above the largest quantity of {guards.max_quantity}"
    return None


def _max_lots(guards: Guards, ticket: Ticket, _: Facts) -> str | None:
    lots = ticket.quantity // ticket.instrument.step
    if guards.max_lots is not None and ticket.instrument.segment.endswith(_CONTRACTS) and lots > guards.max_lots:
        return f"{lots} lots are above the {guards.max_lots} that are allowed"
    return None


def _max_orders(guards: Guards, ticket: Ticket, facts: Facts) -> str | None:
    if guards.max_orders is not None and facts.sent + ticket.slices > guards.max_orders:
        return f"{_so_many(facts.sent)}, and {guards.max_orders} are allowed"
    return None


def _so_many(orders: int) -> str:
    return f"{orders} order{'' if orders == 1 else 's'} {'has' if orders == 1 else 'have'} been sent"


def _max_value(guards: Guards, ticket: Ticket, facts: Facts) -> str | None:
    price = _named_price(ticket) if facts.price is None else facts.price
    if guards.max_value is None:
        return None
    if not is_size_known(ticket.instrument):
        return (
            "it is not in the list of instruments, so what a lot is worth is not known, and max_value cannot be held to"
        )
    if price is None:
        return None
    if price <= 0:
        return "nothing is known of its price, so its value cannot be held to max_value"
    value = ticket.value(price)
    if value > guards.max_value:
        return f"it is worth {grouped(value)} rupees, and {grouped(guards.max_value)} is the most"
    return None


def _market_hours(guards: Guards, ticket: Ticket, facts: Facts) -> str | None:
    if guards.market_hours and facts.status not in {None, _OPEN}:
        return f"{EXCHANGE_OF_SEGMENT[ticket.instrument.segment]} is not open: {facts.status}"
    return None


GuardName = Literal[
    "paper_only",
    "kill_words",
    "instruments",
    "products",
    "max_quantity",
    "max_lots",
    "max_orders",
    "max_value",
    "market_hours",
]
_CHECKS: Final[dict[GuardName, Callable[[Guards, Ticket, Facts], str | None]]] = {
    "paper_only": _paper_only,
    "kill_words": _kill_words,
    "instruments": _instruments,
    "products": _products,
    "max_quantity": _max_quantity,
    "max_lots": _max_lots,
    "max_orders": _max_orders,
    "max_value": _max_value,
    "market_hours": _market_hours,
}
