"""The account: profile, funds, kill switch, static IP, payments."""

from __future__ import annotations

from typing import Literal, TypeAlias

from upstox_client.models._base import REQUIRED, Beyond, DataMap, MapResponse, Model, Record, RequestModel

__all__ = [
    "AvailableToTrade",
    "CashAvailableToTrade",
    "CashBreakdown",
    "CashMarginUsed",
    "CashUnavailableToTrade",
    "DeliveryMargin",
    "FamilyMemberData",
    "GetProfileResponse",
    "GetUserFundMarginResponse",
    "GetUserFundMarginV3Response",
    "InitiatePayoutRequest",
    "KillSwitchResponse",
    "KillSwitchSegmentData",
    "KillSwitchSegmentUpdateRequest",
    "Loss",
    "MarginFromPledge",
    "ModifyPayoutRequest",
    "PaymentHistoryData",
    "PaymentHistoryResponse",
    "PayoutDetails",
    "PayoutDetailsResponse",
    "PayoutModeData",
    "PayoutModesData",
    "PayoutModesResponse",
    "PledgeAvailableToTrade",
    "PledgeMarginUsed",
    "PledgeUnavailableToTrade",
    "ProfileData",
    "UnavailableToTrade",
    "UnsettledProfit",
    "UpdateUserIpRequest",
    "UserFundMarginData",
    "UserFundMarginV3Data",
    "UserIpResponse",
    "UserIpResponseData",
]

Status: TypeAlias = Literal["success", "error"]
Segment: TypeAlias = Literal["NSE_EQ", "BSE_EQ", "NSE_FO", "BSE_FO", "NCD_FO", "BCD_FO", "MCX_FO", "NSE_COM", "BSE_MF"]
"""A segment with a kill switch of its own."""
PayoutMode: TypeAlias = Literal["NEFT", "IMPS"]


class ProfileData(Model):
    """Who the account holder is and what the account may trade."""

    email: str | None = None
    exchanges: list[str] | None = None
    products: list[str] | None = None
    broker: str | None = None
    user_id: str | None = None
    user_name: str | None = None
    order_types: list[str] | None = None
    user_type: str | None = None
    poa: bool | None = None
    is_active: bool | None = None
    ddpi: Beyond[bool] = None


class GetProfileResponse(Model):
    """https://upstox.com/developer/api-documentation/get-profile"""

    status: Status | None = None
    data: ProfileData | None = None


class UserFundMarginData(Model):
    """The funds of one segment, in rupees.

    `used_margin` is blocked in open orders and positions; a negative value is being released. The last three fields
    are of the founding description; the wire does not send them.
    """

    used_margin: float | None = None
    payin_amount: float | None = None
    span_margin: float | None = None
    adhoc_margin: float | None = None
    notional_cash: float | None = None
    available_margin: float | None = None
    exposure_margin: float | None = None
    enabled: Beyond[bool] = None
    net: Beyond[float] = None
    category: Beyond[str] = None


class GetUserFundMarginResponse(MapResponse):
    """`data["equity"]` or `data.equity`. https://upstox.com/developer/api-documentation/get-user-fund-margin"""

    status: Status | None = None
    data: DataMap[UserFundMarginData] | None = None


class DeliveryMargin(Model):
    """Rupees blocked for delivery."""

    total: float | None = None
    equity: float | None = None
    fo_settlement: float | None = None


class Loss(Model):
    """Losses that count against the margin, in rupees."""

    total: float | None = None
    realised: float | None = None
    unrealised: float | None = None


class CashBreakdown(Model):
    """Where the cash comes from, in rupees."""

    opening_balance: float | None = None
    added_today: float | None = None
    withdrawn_today: float | None = None
    amount_from_stock_sale: float | None = None
    unpaid_charges: float | None = None


class CashMarginUsed(Model):
    """What blocks the cash, in rupees."""

    total: float | None = None
    mtf: float | None = None
    loss: Loss | None = None
    span_exposure: float | None = None
    cash_margin_var_elm: float | None = None
    premium_present: float | None = None
    delivery_margin: DeliveryMargin | None = None


class CashAvailableToTrade(Model):
    """Cash: `total` is what is left of it, in rupees."""

    total: float | None = None
    cash: CashBreakdown | None = None
    margin_used: CashMarginUsed | None = None


class MarginFromPledge(Model):
    """Margin that pledged securities give, in rupees."""

    total: float | None = None
    equity: float | None = None
    mutual_funds: float | None = None


class PledgeMarginUsed(Model):
    """What blocks the pledge margin, in rupees."""

    total: float | None = None
    mtf: float | None = None
    span_exposure: float | None = None
    cash_margin_var_elm: float | None = None
    premium_present: float | None = None
    delivery_margin: DeliveryMargin | None = None


class PledgeAvailableToTrade(Model):
    """Pledge margin. The documentation shows `total`; live answers have been seen without it."""

    margin_from_pledge: MarginFromPledge | None = None
    margin_used: PledgeMarginUsed | None = None
    total: Beyond[float] = None


class AvailableToTrade(Model):
    """What can be traded with, in rupees."""

    total: float | None = None
    cash_available_to_trade: CashAvailableToTrade | None = None
    pledge_available_to_trade: PledgeAvailableToTrade | None = None


class UnsettledProfit(Model):
    """Profit that has not been settled yet, in rupees."""

    todays_profit: float | None = None
    previous_days: float | None = None


class CashUnavailableToTrade(Model):
    """Cash that is not free yet."""

    unsettled_profit: UnsettledProfit | None = None


class PledgeUnavailableToTrade(Model):
    """Pledged securities that do not count yet, in rupees."""

    equity: float | None = None
    mutual_funds: float | None = None


class UnavailableToTrade(Model):
    """What cannot be traded with yet."""

    cash_unavailable_to_trade: CashUnavailableToTrade | None = None
    pledge_unavailable_to_trade: PledgeUnavailableToTrade | None = None


class UserFundMarginV3Data(Model):
    """Funds of both segments together."""

    available_to_trade: AvailableToTrade | None = None
    unavailable_to_trade: UnavailableToTrade | None = None


class GetUserFundMarginV3Response(Model):
    """https://upstox.com/developer/api-documentation/get-funds-and-margin-v3"""

    status: Status | None = None
    data: UserFundMarginV3Data | None = None


class KillSwitchSegmentData(Record):
    """One segment's kill switch; `kill_switch_enabled` means that trading in it is stopped."""

    segment: str | None = None
    segment_status: str | None = None
    kill_switch_enabled: bool | None = None


class KillSwitchResponse(Model):
    """Every segment's kill switch."""

    status: Status | None = None
    data: list[KillSwitchSegmentData] | None = None


class KillSwitchSegmentUpdateRequest(RequestModel):
    """`DISABLE` stops trading in the segment for at least twelve hours; `ENABLE` allows it again."""

    segment: Segment = REQUIRED
    action: Literal["ENABLE", "DISABLE"] = REQUIRED


class FamilyMemberData(Record):
    """Somebody of the family who trades from the same address."""

    user_id: str | None = None
    name: str | None = None


class UserIpResponseData(Model):
    """The static IP addresses from which order calls are accepted. Times are `YYYY-MM-DD HH:MM:SS` IST."""

    primary_ip: str | None = None
    secondary_ip: str | None = None
    primary_ip_updated_at: str | None = None
    secondary_ip_updated_at: str | None = None
    access_tokens_invalidated: bool | None = None
    user_id: Beyond[str] = None
    primary_ip_family_members: Beyond[list[FamilyMemberData]] = None
    secondary_ip_family_members: Beyond[list[FamilyMemberData]] = None


class UserIpResponse(Model):
    """The registered static IP addresses."""

    status: Status | None = None
    data: UserIpResponseData | None = None


class UpdateUserIpRequest(RequestModel):
    """The addresses to register; the server wants at least `primary_ip`. One change a calendar week."""

    primary_ip: str | None = None
    secondary_ip: str | None = None


class PaymentHistoryData(Record):
    """One pay-in or payout; amounts in rupees, times as `YYYY-MM-DD HH:MM:SS` IST."""

    amount: float | None = None
    mode: str | None = None
    status: str | None = None
    reason: str | None = None
    currency: str | None = None
    eta: str | None = None
    last_updated_at: str | None = None
    bank_name: str | None = None
    transaction_id: str | None = None
    total_charges: float | None = None
    charges_category: str | None = None
    created_at: str | None = None


class PaymentHistoryResponse(Model):
    """The latest twenty, newest first."""

    status: Status | None = None
    data: list[PaymentHistoryData] | None = None


class PayoutModeData(Record):
    """Whether and how much can be withdrawn in one mode; amounts in rupees."""

    status: str | None = None
    eligible: bool | None = None
    min_amount: float | None = None
    max_amount: float | None = None
    currency: str | None = None
    eligible_amount: float | None = None


class PayoutModesData(Record):
    """The modes of withdrawal."""

    neft: Beyond[PayoutModeData] = None
    imps: Beyond[PayoutModeData] = None


class PayoutModesResponse(Model):
    """How money can be withdrawn."""

    status: Status | None = None
    data: PayoutModesData | None = None


class PayoutDetails(Model):
    """A withdrawal; amounts in rupees."""

    status: str | None = None
    mode: str | None = None
    amount: float | None = None
    currency: str | None = None
    eta: str | None = None
    message: str | None = None
    transaction_id: str | None = None
    created_at: str | None = None
    bank_name: str | None = None
    transaction_fee: float | None = None


class PayoutDetailsResponse(Model):
    """A withdrawal that was asked for, changed or deleted."""

    status: Status | None = None
    data: PayoutDetails | None = None


class InitiatePayoutRequest(RequestModel):
    """A withdrawal of `amount` rupees, at least 100."""

    mode: PayoutMode = REQUIRED
    amount: float = REQUIRED


class ModifyPayoutRequest(RequestModel):
    """The new amount of a NEFT withdrawal that has not been taken up yet, in rupees."""

    amount: float = REQUIRED
