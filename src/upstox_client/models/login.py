"""Login and tokens: https://upstox.com/developer/api-documentation/authentication"""

from __future__ import annotations

from typing import Literal

from upstox_client.models._base import REQUIRED, Beyond, Model, RequestModel

__all__ = [
    "IndieUserInitTokenData",
    "IndieUserInitTokenResponse",
    "IndieUserTokenRequest",
    "LogoutResponse",
    "TokenRequest",
    "TokenResponse",
]


class TokenRequest(RequestModel):
    """What the token exchange takes. `LoginApi.token` takes the same values as parameters."""

    code: str = REQUIRED
    client_id: str = REQUIRED
    client_secret: str = REQUIRED
    redirect_uri: str = REQUIRED
    grant_type: str = REQUIRED


class TokenResponse(Model):
    """A day's access token and whose it is. The wire sends it bare, without an envelope.

    https://upstox.com/developer/api-documentation/get-token
    """

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
    access_token: str | None = None
    extended_token: str | None = None
    ddpi: Beyond[bool] = None
    token_type: Beyond[str] = None
    expires_in: Beyond[int] = None
    refresh_token: Beyond[str] = None
    refresh_token_expires_in: Beyond[int] = None


class IndieUserTokenRequest(RequestModel):
    """The body of the individual user's token request; the server wants `client_secret`."""

    client_secret: str | None = None
    client_id: Beyond[str] = None
    otp_verification_disabled: Beyond[bool] = None


class IndieUserInitTokenData(Model):
    """Until when the account holder may approve, in epoch milliseconds as text, and where the token will be posted."""

    authorization_expiry: str | None = None
    notifier_url: str | None = None


class IndieUserInitTokenResponse(Model):
    """https://upstox.com/developer/api-documentation/access-token-request"""

    status: Literal["success", "error", "partial_success"] | None = None
    data: IndieUserInitTokenData | None = None


class LogoutResponse(Model):
    """`data` is true once the token is dead. `message` is of the founding description; the wire does not send it."""

    status: Literal["success", "error"] | None = None
    data: bool | None = None
    message: Beyond[str] = None
