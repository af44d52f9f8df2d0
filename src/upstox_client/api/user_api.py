"""The account: profile, funds, kill switch, static IP, payments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, delete, get, post, put
from upstox_client.models.user import (
    GetProfileResponse,
    GetUserFundMarginResponse,
    GetUserFundMarginV3Response,
    InitiatePayoutRequest,
    KillSwitchResponse,
    KillSwitchSegmentUpdateRequest,
    ModifyPayoutRequest,
    PaymentHistoryResponse,
    PayoutDetailsResponse,
    PayoutModesResponse,
    UpdateUserIpRequest,
    UserIpResponse,
)

_ANY: Final = "*/*"


class UserOperations:
    """The account: profile, funds, kill switch, static IP, payments."""

    @get("/v2/user/profile")
    def get_profile(self, api_version: str = "2.0", **options: Unpack[RequestOptions]) -> GetProfileResponse:
        """Who the account holder is, and the exchanges, products and order types of the account.

        Raises:
            AuthenticationError: UDAPI100050, no live token.
            InvalidRequestError: UDAPI100058, no segment of the account is active.

        https://upstox.com/developer/api-documentation/get-profile
        """
        ...

    @get("/v2/user/get-funds-and-margin")
    def get_user_fund_margin(
        self,
        api_version: str = "2.0",
        segment: Literal["SEC", "COM"] | None = None,
        **options: Unpack[RequestOptions],
    ) -> GetUserFundMarginResponse:
        """The funds of the equity and the commodity segment, in rupees.

        Since July 2025 the funds of both segments are under `equity`.

        Parameters:
            segment: `SEC` for equity or `COM` for commodity alone; both if left out.

        Raises:
            ServiceClosedError: UDAPI100072, between 00:00 and 05:30 IST.
            InvalidRequestError: UDAPI1019, no such segment.

        https://upstox.com/developer/api-documentation/get-user-fund-margin
        """
        ...

    @get("/v3/user/get-funds-and-margin")
    def get_user_fund_margin_v3(self, **options: Unpack[RequestOptions]) -> GetUserFundMarginV3Response:
        """What can be traded with, in cash and in pledged securities, and what blocks it; in rupees.

        Raises:
            ServiceClosedError: UDAPI100072, between 00:00 and 05:30 IST.

        https://upstox.com/developer/api-documentation/get-funds-and-margin-v3
        """
        ...

    @get("/v2/user/kill-switch")
    def get_kill_switch(self, **options: Unpack[RequestOptions]) -> KillSwitchResponse:
        """Each segment's kill switch.

        https://upstox.com/developer/api-documentation/kill-switch
        """
        ...

    @post("/v2/user/kill-switch")
    def update_kill_switch(
        self,
        body: Sequence[KillSwitchSegmentUpdateRequest | dict[str, Any]],
        **options: Unpack[RequestOptions],
    ) -> KillSwitchResponse:
        """Stop trading in segments, or allow it again twelve hours later at the earliest.

        All or nothing. Open orders of a stopped segment are cancelled; open positions must be closed first. The
        change takes effect with the next access token.

        Parameters:
            body: a list, one entry for each segment.

        Raises:
            InvalidRequestError: UDAPI1184 (open positions), UDAPI1185 (cooling period), UDAPI1186 (no such segment),
                UDAPI1187 (open orders could not be cancelled), UDAPI1188 (action).

        https://upstox.com/developer/api-documentation/kill-switch
        """
        ...

    @get("/v2/user/ip", accept=_ANY)
    def get_user_ips(self, **options: Unpack[RequestOptions]) -> UserIpResponse:
        """The static IP addresses from which order calls are accepted.

        https://upstox.com/developer/api-documentation/static-ip
        """
        ...

    @put("/v2/user/ip", accept=_ANY)
    def update_user_ip(
        self, body: UpdateUserIpRequest | dict[str, Any], **options: Unpack[RequestOptions]
    ) -> UserIpResponse:
        """Register static IP addresses, once a calendar week. All access tokens are dead afterwards.

        Raises:
            InvalidRequestError: UDAPI1179 to UDAPI1186: app, address missing or invalid, both equal, too soon.

        https://upstox.com/developer/api-documentation/static-ip
        """
        ...

    @get("/v2/user/payments/payin", accept=_ANY)
    def get_payin_history(self, **options: Unpack[RequestOptions]) -> PaymentHistoryResponse:
        """The latest twenty pay-ins. At most 10 calls a second.

        https://upstox.com/developer/api-documentation/payments
        """
        ...

    @get("/v2/user/payments/payout", accept=_ANY)
    def get_payout_history(self, **options: Unpack[RequestOptions]) -> PaymentHistoryResponse:
        """The latest twenty withdrawals. At most 10 calls a second.

        https://upstox.com/developer/api-documentation/payments
        """
        ...

    @get("/v2/user/payments/payout/modes", accept=_ANY)
    def get_payout_modes(self, **options: Unpack[RequestOptions]) -> PayoutModesResponse:
        """Whether and how much can be withdrawn by NEFT and by IMPS, in rupees. At most 10 calls a second.

        https://upstox.com/developer/api-documentation/payments
        """
        ...

    @post("/v2/user/payments/payout", accept=_ANY)
    def initiate_payout(
        self, body: InitiatePayoutRequest | dict[str, Any], **options: Unpack[RequestOptions]
    ) -> PayoutDetailsResponse:
        """Withdraw money to the account's bank. At most 10 calls a minute; one withdrawal under way at a time.

        It is sent once. After a `NetworkError` with `maybe_sent`, read the payout history before trying again.

        Raises:
            InvalidRequestError: UDAPI1215 to UDAPI1218: mode or amount missing or wrong.
            ServiceClosedError: UDAPI100072, between 00:00 and 05:30 IST.
            ServerError: UDAPI100500, refused: more than there is, or another withdrawal is under way.

        https://upstox.com/developer/api-documentation/payments
        """
        ...

    @put("/v2/user/payments/payout/{transaction_id}", accept=_ANY)
    def modify_payout(
        self,
        body: ModifyPayoutRequest | dict[str, Any],
        transaction_id: str,
        **options: Unpack[RequestOptions],
    ) -> PayoutDetailsResponse:
        """Change the amount of a NEFT withdrawal that has not been taken up yet.

        Raises:
            ServerError: UDAPI100500, it can no longer be changed.

        https://upstox.com/developer/api-documentation/payments
        """
        ...

    @delete("/v2/user/payments/payout/{transaction_id}", accept=_ANY)
    def cancel_payout(self, transaction_id: str, **options: Unpack[RequestOptions]) -> PayoutDetailsResponse:
        """Take back a withdrawal that has not been taken up yet.

        https://upstox.com/developer/api-documentation/payments
        """
        ...


class UserApi(UserOperations, SyncApi):
    """The account: profile, funds, kill switch, static IP, payments."""
