"""IPOs and applications for them: https://upstox.com/developer/api-documentation/ipo

Prices are in rupees, dates `YYYY-MM-DD` and times `YYYY-MM-DDTHH:MM:SS` in IST.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from upstox_client.models._base import REQUIRED, Model, Record, RequestModel
from upstox_client.models._types import Number
from upstox_client.models.paging import IpoMetaData

__all__ = [
    "IpoApplyData",
    "IpoApplyRequest",
    "IpoApplyResponse",
    "IpoBidRequest",
    "IpoCancelData",
    "IpoCancelResponse",
    "IpoDetailsData",
    "IpoDetailsResponse",
    "IpoInvestorType",
    "IpoListingData",
    "IpoListingResponse",
    "IpoOrderBid",
    "IpoOrderData",
    "IpoOrderDetailResponse",
    "IpoOrderResponse",
    "IpoRegistrarInfo",
    "IpoTimeline",
]

IpoStatus: TypeAlias = Literal["open", "closed", "listed", "upcoming"]
IssueType: TypeAlias = Literal["regular", "sme"]


class IpoInvestorType(Record):
    """A category that may apply: `IND`, `HNI`, `EMP`."""

    category: str | None = None
    description: str | None = None


class IpoListingData(Record):
    """An IPO in brief. `issue_size` is in crore; prices are 0 before they are announced."""

    id: str | None = None
    symbol: str | None = None
    name: str | None = None
    status: str | None = None
    isin: str | None = None
    issue_type: str | None = None
    issue_size: Number | None = None
    industry: str | None = None
    minimum_price: Number | None = None
    maximum_price: Number | None = None
    bidding_start_date: str | None = None
    bidding_end_date: str | None = None
    total_subscription: str | None = None
    investors: list[IpoInvestorType] | None = None


class IpoListingResponse(Model):
    """https://upstox.com/developer/api-documentation/get-ipos"""

    status: str | None = None
    data: list[IpoListingData] | None = None
    meta_data: IpoMetaData | None = None


class IpoTimeline(Model):
    """The dates of an IPO."""

    pre_apply_start_date: str | None = None
    application_start_date: str | None = None
    application_end_date: str | None = None
    allotment_start_date: str | None = None
    allotment_date: str | None = None
    refund_initiation_date: str | None = None
    listing_date: str | None = None
    mandate_end_date: str | None = None


class IpoRegistrarInfo(Model):
    """Who keeps the register."""

    name: str | None = None
    email: str | None = None
    contact_name: str | None = None
    contact_number: str | None = None
    website: str | None = None
    registrar: str | None = None


class IpoDetailsData(Model):
    """An IPO in full. `issue_size` is in crore; `total_subscription` is times the issue, as text."""

    id: str | None = None
    symbol: str | None = None
    name: str | None = None
    status: str | None = None
    isin: str | None = None
    issue_type: str | None = None
    issue_size: Number | None = None
    industry: str | None = None
    minimum_price: Number | None = None
    maximum_price: Number | None = None
    bidding_start_date: str | None = None
    bidding_end_date: str | None = None
    daily_start_time: str | None = None
    daily_end_time: str | None = None
    face_value: Number | None = None
    tick_size: Number | None = None
    lot_size: int | None = None
    minimum_quantity: int | None = None
    cut_off_price: Number | None = None
    listing_price: Number | None = None
    listing_exchange: str | None = None
    rhp_url: str | None = None
    drhp_url: str | None = None
    timeline: IpoTimeline | None = None
    registrar_info: IpoRegistrarInfo | None = None
    total_subscription: str | None = None
    investors: list[IpoInvestorType] | None = None


class IpoDetailsResponse(Model):
    """https://upstox.com/developer/api-documentation/get-ipo-details"""

    status: str | None = None
    data: IpoDetailsData | None = None


class IpoBidRequest(RequestModel):
    """A bid: a multiple of the lot size at a whole price within the band, or at the cut-off price."""

    quantity: int = REQUIRED
    price: Number = REQUIRED


class IpoApplyRequest(RequestModel):
    """An application with one to three bids; `category` is `IND` or `HNI`. A bid may be a plain dict as well."""

    id: str = REQUIRED
    upi: str = REQUIRED
    category: str = REQUIRED
    bids: list[IpoBidRequest] = REQUIRED


class IpoApplyData(Model):
    """The application's id."""

    order_id: str | None = None


class IpoApplyResponse(Model):
    """https://upstox.com/developer/api-documentation/apply-ipo"""

    status: str | None = None
    data: IpoApplyData | None = None


class IpoCancelData(Model):
    """The application's id, and what became of it in words."""

    order_id: str | None = None
    status: str | None = None


class IpoCancelResponse(Model):
    """https://upstox.com/developer/api-documentation/cancel-ipo-order"""

    status: str | None = None
    data: IpoCancelData | None = None


class IpoOrderBid(Record):
    """A bid of an application; `amount` in rupees."""

    quantity: int | None = None
    price: Number | None = None
    amount: Number | None = None
    message: str | None = None


class IpoOrderData(Record):
    """An application. `upi_amount_blocked` is rupees as text.

    `status` goes `awaiting_mandate` to `ipo_allotted`, `ipo_not_allotted` or `application_deleted`.
    """

    id: str | None = None
    symbol: str | None = None
    exchange: str | None = None
    request_id: str | None = None
    order_id: str | None = None
    status: str | None = None
    order_status: str | None = None
    payment_status: str | None = None
    category: str | None = None
    issue_type: str | None = None
    reason: str | None = None
    upi: str | None = None
    upi_amount_blocked: str | None = None
    nse_submitted_date: str | None = None
    bse_submitted_date: str | None = None
    mandate_approved_date: str | None = None
    rejection_date: str | None = None
    mandate_rejection_date: str | None = None
    cancel_requested_date: str | None = None
    cancel_accepted_date: str | None = None
    units_allotted: int | None = None
    bids: list[IpoOrderBid] | None = None
    created_at: str | None = None
    last_updated_at: str | None = None


class IpoOrderResponse(Model):
    """Newest first. https://upstox.com/developer/api-documentation/get-ipo-orders"""

    status: str | None = None
    data: list[IpoOrderData] | None = None
    meta_data: IpoMetaData | None = None


class IpoOrderDetailResponse(Model):
    """https://upstox.com/developer/api-documentation/get-ipo-order-details"""

    status: str | None = None
    data: IpoOrderData | None = None
