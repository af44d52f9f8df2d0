"""Who the account holder is, and what there is to trade with."""

from __future__ import annotations

import msgspec

from upstox_client.api.user_api import UserOperations
from upstox_client.models.user import ProfileData, UserFundMarginV3Data
from upstox_client.trading.colours import Flow, Flowing, call, flow_property


class Funds(msgspec.Struct, frozen=True):
    """What there is to trade with, in rupees. `details` has all that the server says.

    Attributes:
        available: what can be traded with: cash and pledge together.
        cash: what is left of the cash.
        pledge: what is left of the margin from pledged securities.
        used: the margin that is used.
        opening_balance, added_today, withdrawn_today: of the cash.
    """

    available: float
    cash: float
    pledge: float
    used: float
    opening_balance: float
    added_today: float
    withdrawn_today: float
    details: UserFundMarginV3Data


class AccountFlows(Flowing):
    """The account."""

    @flow_property
    def profile(self) -> Flow[ProfileData]:
        """Who the account holder is, and what the account may trade.

        https://upstox.com/developer/api-documentation/get-profile
        """
        answer = yield from call(UserOperations.get_profile)
        return answer.data or ProfileData()

    @flow_property
    def funds(self) -> Flow[Funds]:
        """What there is to trade with. The service is closed from 00:00 to 05:30 IST.

        Raises:
            ServiceClosedError: it is closed.

        https://upstox.com/developer/api-documentation/get-funds-and-margin-v3
        """
        answer = yield from call(UserOperations.get_user_fund_margin_v3)
        return _funds(answer.data or UserFundMarginV3Data())


def _funds(data: UserFundMarginV3Data) -> Funds:
    def amount(path: str) -> float:
        found: object = data.available_to_trade
        for name in path.split("."):
            found = getattr(found, name, None)
        return float(found) if isinstance(found, (int, float)) else 0.0

    cash, pledge = "cash_available_to_trade", "pledge_available_to_trade"
    return Funds(
        available=amount("total"),
        cash=amount(f"{cash}.total"),
        pledge=amount(f"{pledge}.total"),
        used=amount(f"{cash}.margin_used.total") + amount(f"{pledge}.margin_used.total"),
        opening_balance=amount(f"{cash}.cash.opening_balance"),
        added_today=amount(f"{cash}.cash.added_today"),
        withdrawn_today=amount(f"{cash}.cash.withdrawn_today"),
        details=data,
    )
