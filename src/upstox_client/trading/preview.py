"""What orders would need and cost, before they are sent: https://upstox.com/developer/api-documentation/charges"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from upstox_client.amounts import grouped
from upstox_client.api.charge_api import ChargeOperations
from upstox_client.models.charges import BrokerageData, BrokerageTaxes, Margin, MarginRequest, OtherTaxes
from upstox_client.models.charges import Instrument as MarginLine
from upstox_client.trading.account import AccountFlows
from upstox_client.trading.colours import Flow, call, flow, together
from upstox_client.trading.quotes import QuoteFlows
from upstox_client.trading.tables import Table
from upstox_client.trading.tickets import Ticket

_MOST_MARGINS: Final = 20
_MARGINS: Final = ("span_margin", "exposure_margin", "equity_margin", "net_buy_premium", "additional_margin")


class Charges(msgspec.Struct, frozen=True):
    """What an order costs, in rupees. `dp`, what a sale from the demat account costs on top, is not in `total`."""

    total: float = 0.0
    brokerage: float = 0.0
    gst: float = 0.0
    stt: float = 0.0
    stamp_duty: float = 0.0
    transaction: float = 0.0
    clearing: float = 0.0
    sebi: float = 0.0
    ipft: float = 0.0
    dp: float = 0.0

    @classmethod
    def of(cls, data: BrokerageData) -> Charges:
        """Those of the wire."""
        taxes, others = data.taxes or BrokerageTaxes(), data.other_taxes or OtherTaxes()
        return cls(
            total=data.total or 0.0,
            brokerage=data.brokerage or 0.0,
            gst=taxes.gst or 0.0,
            stt=taxes.stt or 0.0,
            stamp_duty=taxes.stamp_duty or 0.0,
            transaction=others.transaction or 0.0,
            clearing=others.clearing or 0.0,
            sebi=others.sebi_turnover or 0.0,
            ipft=others.ipft or 0.0,
            dp=(data.dp_plan.min_expense if data.dp_plan else None) or 0.0,
        )

    def __add__(self, other: Charges) -> Charges:
        """Both together."""
        return Charges(*(round(getattr(self, name) + getattr(other, name), 2) for name in self.__struct_fields__))


class PreviewLine(msgspec.Struct, frozen=True):
    """One order: at which price it is looked at, what it is worth, its margin and its charges, in rupees."""

    ticket: Ticket
    price: float
    value: float
    margin: Margin
    charges: Charges


class Preview(Table):
    """What orders would need and cost, in rupees. Nothing was sent.

    Attributes:
        lines: each order.
        margin: what they need together.
        benefit: what they need less together than each by itself.
        available: what there is to trade with.
        charges: what they cost together.
    """

    def __init__(self, lines: Sequence[PreviewLine], required: float, final: float, available: float) -> None:
        self.lines = tuple(lines)
        self.margin = final
        self.benefit = round(required - final, 2)
        self.available = available
        self.charges = sum((line.charges for line in self.lines), Charges())

    @property
    def is_affordable(self) -> bool:
        """Whether there is enough, charges included."""
        return self.margin + self.charges.total <= self.available

    @property
    def missing(self) -> float:
        """What is missing; 0 if there is enough."""
        return max(0.0, round(self.margin + self.charges.total - self.available, 2))

    def columns(self) -> Mapping[str, Sequence[Any]]:
        """Each order with its value, its margin and its charges in parts."""
        lines = self.lines
        return {
            "symbol": [line.ticket.instrument.symbol for line in lines],
            "side": [line.ticket.side for line in lines],
            "quantity": [line.ticket.quantity for line in lines],
            "product": [line.ticket.product for line in lines],
            "price": [line.price for line in lines],
            "value": [line.value for line in lines],
            "margin": [line.margin.total_margin or 0.0 for line in lines],
            **{name: [getattr(line.margin, name) or 0.0 for line in lines] for name in _MARGINS},
            "charges": [line.charges.total for line in lines],
            **{
                name: [getattr(line.charges, name) for line in lines]
                for name in Charges.__struct_fields__
                if name != "total"
            },
        }

    def __repr__(self) -> str:
        enough = "enough" if self.is_affordable else f"{grouped(self.missing)} missing"
        return (
            f"<Preview of {len(self.lines)}: margin {grouped(self.margin)}, charges {grouped(self.charges.total)}, "
            f"available {grouped(self.available)}: {enough}>"
        )


class PreviewFlows(AccountFlows, QuoteFlows):
    """Margin and charges."""

    @flow
    def preview(self, *tickets: Ticket) -> Flow[Preview]:
        """What orders would need and cost: `up.preview(up.ticket("buy", "RELIANCE", 10))`. Nothing is sent.

        Those without a price are looked at at the last one. The margin is that of all together, so that legs that hedge
        each other need less.

        Raises:
            ApiException: a call failed. The funds are not told from 00:00 to 05:30 IST.

        https://upstox.com/developer/api-documentation/margin
        https://upstox.com/developer/api-documentation/get-brokerage
        """
        if not tickets:
            raise ValueError("give at least one order: up.preview(up.ticket('buy', 'RELIANCE', 10))")
        without = [one.instrument for one in tickets if one.reference is None]
        last: Mapping[str, float] = {}
        if without:
            last = yield from self.ltp.flow(*without)
        prices = [one.reference or last[one.instrument.key] for one in tickets]
        margins, required, final = yield from _margins(tickets, prices)
        costs = yield from together(_charges(one, price) for one, price in zip(tickets, prices, strict=True))
        funds = yield from AccountFlows.funds.flow(self)
        lines = [
            PreviewLine(one, price, one.value(price), margin, cost)
            for one, price, margin, cost in zip(tickets, prices, margins, costs, strict=True)
        ]
        return Preview(lines, required, final, funds.available)


def _charges(ticket: Ticket, price: float) -> Flow[Charges]:
    answer = yield from call(
        ChargeOperations.get_brokerage,
        ticket.instrument.key,
        ticket.quantity,
        ticket.product,
        ticket.side,
        price,
    )
    found = answer.data.charges if answer.data else None
    return Charges.of(found or BrokerageData())


def _margins(tickets: Sequence[Ticket], prices: Sequence[float]) -> Flow[tuple[list[Margin], float, float]]:
    """The margin of each, and of all together: before, and after what they hedge."""
    margins: dict[int, Margin] = {}
    required = final = 0.0
    for batch in _batches(tickets):
        body = [
            MarginLine(
                instrument_key=tickets[place].instrument.key,
                quantity=tickets[place].quantity,
                product=tickets[place].product,
                transaction_type=tickets[place].side,
                price=prices[place],
            )
            for place in batch
        ]
        answer = yield from call(ChargeOperations.post_margin, MarginRequest(instruments=body))
        data = answer.data
        found = (data.margins if data else None) or []
        margins.update(zip(batch, [*found, *(Margin() for _ in batch[len(found) :])], strict=True))
        required += (data.required_margin if data else None) or 0.0
        final += (data.final_margin if data else None) or 0.0
    return [margins[place] for place in range(len(tickets))], round(required, 2), round(final, 2)


def _batches(tickets: Sequence[Ticket]) -> list[list[int]]:
    """The places of orders that can be asked about together: each instrument once, twenty at most."""
    batches: list[list[int]] = []
    for place, ticket in enumerate(tickets):
        for batch in batches:
            keys = {tickets[other].instrument.key for other in batch}
            if len(batch) < _MOST_MARGINS and ticket.instrument.key not in keys:
                batch.append(place)
                break
        else:
            batches.append([place])
    return batches
