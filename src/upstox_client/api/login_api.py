"""Login and tokens: https://upstox.com/developer/api-documentation/authentication"""

from __future__ import annotations

from typing import Any, Unpack
from urllib.parse import urlencode

from upstox_client.configuration import Configuration
from upstox_client.core.api import Hooks, SyncApi
from upstox_client.core.operation import RequestOptions, delete, get, post
from upstox_client.models.login import (
    IndieUserInitTokenResponse,
    IndieUserTokenRequest,
    LogoutResponse,
    TokenResponse,
)


class LoginOperations(Hooks):
    """Login and tokens.

    An object of this class remembers the token it got last, to sign its own `logout` with when the configuration has
    none; it signs nothing else with it, and hands it to nobody.
    """

    def received(self, value: object) -> None:
        if isinstance(value, TokenResponse):
            self.fallback_token = value.access_token

    @get("/v2/login/authorization/dialog", signed=False, redirects=True)
    def authorize(
        self,
        client_id: str,
        redirect_uri: str,
        api_version: str = "2.0",
        state: str | None = None,
        scope: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> None:
        """Ask whether a login could start with this client id and redirect URI.

        The login itself happens in a browser: send it to `authorization_url(...)`, or let `upstox_client.auth.login`
        do everything.

        Parameters:
            client_id: the app's API key.
            redirect_uri: the URL registered with the app, to the letter.
            api_version: `2.0`; the server no longer looks at it.
            state: comes back unchanged with the code; a random value tells a forged answer apart.
            scope: passed on; undocumented.

        Raises:
            AuthenticationError: UDAPI100068, the client id or the redirect URI is wrong.
            InvalidRequestError: UDAPI1018, the redirect URI is empty.

        https://upstox.com/developer/api-documentation/authorize
        """
        ...

    @post("/v2/login/authorization/token", signed=False, form=True)
    def token(
        self,
        api_version: str = "2.0",
        code: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        redirect_uri: str | None = None,
        grant_type: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> TokenResponse:
        """Exchange an authorization code for the day's access token. A code works once.

        Parameters:
            code: from the redirect.
            client_id, client_secret: the app's API key and secret.
            redirect_uri: the same as in the authorization.
            grant_type: `authorization_code`.

        Returns:
            The token, good until 03:30 IST, and whose it is.

        Raises:
            AuthenticationError: UDAPI100057 (code), UDAPI100069 (client id or secret), UDAPI100070 (redirect URI),
                UDAPI100073 (the app is inactive).
            InvalidRequestError: UDAPI1017, 1018, 1022, 1023, 1024: a value is missing.

        https://upstox.com/developer/api-documentation/get-token
        """
        ...

    @delete("/v2/logout")
    def logout(self, api_version: str = "2.0", **options: Unpack[RequestOptions]) -> LogoutResponse:
        """End the session: the token is dead afterwards.

        Signed with the configuration's token; if it has none, with the one that this object obtained last.

        Raises:
            AuthenticationError: UDAPI100050, there was no live token.

        https://upstox.com/developer/api-documentation/logout
        """
        ...

    @post("/v3/login/auth/token/request/{client_id}", signed=False)
    def init_token_request_for_indie_user(
        self,
        body: IndieUserTokenRequest | dict[str, Any],
        client_id: str,
        **options: Unpack[RequestOptions],
    ) -> IndieUserInitTokenResponse:
        """Ask the account holder, in the Upstox app and on WhatsApp, to approve a token for an individual's app.

        Once approved, the token is posted to the notifier URL registered with the app; on refusal nothing comes.
        `upstox_client.auth.request_token` does the waiting.

        Parameters:
            body: the app's secret.
            client_id: the app's API key.

        Returns:
            Until when it can be approved, and where the token will be posted.

        Raises:
            AuthenticationError: UDAPI100069, the client id or the secret is wrong.
            InvalidRequestError: UDAPI1123 (the app has no notifier URL), UDAPI1124 (not an individual's account).

        https://upstox.com/developer/api-documentation/access-token-request
        """
        ...


class LoginApi(LoginOperations, SyncApi):
    """Login and tokens."""


def authorization_url(
    client_id: str,
    redirect_uri: str,
    *,
    state: str | None = None,
    scope: str | None = None,
    configuration: Configuration | None = None,
) -> str:
    """The address to send a browser to.

    Parameters:
        client_id: the app's API key.
        redirect_uri: the URL registered with the app, to the letter.
        state: comes back unchanged with the code.
        scope: passed on; undocumented.
        configuration: which Upstox; default: a new `Configuration()`.

    https://upstox.com/developer/api-documentation/authorize
    """
    host = (configuration or Configuration()).host
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "state": state,
        "scope": scope,
    }
    given = {name: value for name, value in query.items() if value is not None}
    return f"{host}/v2/login/authorization/dialog?{urlencode(given)}"
