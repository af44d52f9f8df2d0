"""Margins and charges, in rupees: https://upstox.com/developer/api-documentation/charges"""

from __future__ import annotations

import msgspec

from upstox_client.models._base import REQUIRED, Beyond, Model, RequestModel
from upstox_client.models.user import Status

__all__ = [
    "BrokerageData",
    "BrokerageTaxes",
    "BrokerageWrapperData",
    "DpPlan",
    "GetBrokerageResponse",
    "Instrument",
    "Margin",
    "MarginData",
    "MarginRequest",
    "OtherTaxes",
    "PostMarginResponse",
]


class BrokerageTaxes(Model):
    """Goods and services tax, securities transaction tax, stamp duty."""

    gst: float | None = None
    stt: float | None = None
    stamp_duty: float | None = None


class OtherTaxes(Model):
    """What the exchange, the clearing house, SEBI and the investor protection fund take."""

    transaction: float | None = None
    clearing: float | None = None
    sebi_turnover: float | None = None
    ipft: Beyond[float] = None


class DpPlan(Model):
    """The depository plan; `min_expense` is what a sale from the demat account costs, and not in the total."""

    name: str | None = None
    min_expense: float | None = None


class BrokerageData(Model):
    """What an order costs.

    The server sends the last two of the official fields in an older and a newer spelling. Whichever comes, they are
    filled; the two fields behind them are the newer spelling by itself.
    """

    total: float | None = None
    brokerage: float | None = None
    taxes: BrokerageTaxes | None = None
    other_taxes: OtherTaxes | None = msgspec.field(default=None, name="otherTaxes")
    dp_plan: DpPlan | None = msgspec.field(default=None, name="dpPlan")
    other_charges: Beyond[OtherTaxes] = None
    dp_plan_: Beyond[DpPlan] = msgspec.field(default=None, name="dp_plan")

    def __post_init__(self) -> None:
        if self.other_taxes is None:
            self.other_taxes = self.other_charges
        if self.dp_plan is None:
            self.dp_plan = self.dp_plan_


class BrokerageWrapperData(Model):
    """What an order costs."""

    charges: BrokerageData | None = None


class GetBrokerageResponse(Model):
    """https://upstox.com/developer/api-documentation/get-brokerage"""

    status: Status | None = None
    data: BrokerageWrapperData | None = None


class Instrument(RequestModel):
    """One order to compute the margin of.

    `quantity` is a multiple of the lot. `product` is I, D, CO or MTF, `transaction_type` is BUY or SELL.
    """

    instrument_key: str = REQUIRED
    quantity: int = REQUIRED
    product: str = REQUIRED
    transaction_type: str = REQUIRED
    price: float | None = None


class MarginRequest(RequestModel):
    """At most twenty orders, each instrument once."""

    instruments: list[Instrument] = REQUIRED


class Margin(Model):
    """The margin of one order, in rupees.

    The last five fields are the funds of a segment as the founding description has them under this name.
    """

    span_margin: float | None = None
    exposure_margin: float | None = None
    equity_margin: float | None = None
    net_buy_premium: float | None = None
    additional_margin: float | None = None
    total_margin: float | None = None
    tender_margin: float | None = None
    enabled: Beyond[bool] = None
    net: Beyond[float] = None
    available_margin: Beyond[float] = None
    used_margin: Beyond[float] = None
    category: Beyond[str] = None


class MarginData(Model):
    """`margins` in the order of the request; `final_margin` is what is left of their sum when positions hedge."""

    margins: list[Margin] | None = None
    required_margin: float | None = None
    final_margin: float | None = None


class PostMarginResponse(Model):
    """https://upstox.com/developer/api-documentation/margin"""

    status: Status | None = None
    data: MarginData | None = None
