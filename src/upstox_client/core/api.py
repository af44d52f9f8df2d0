"""What the API classes have in common, in both colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from upstox_client.core.operation import AsyncCall, SyncCall

if TYPE_CHECKING:
    from upstox_client.aio.api_client import ApiClient as AsyncApiClient
    from upstox_client.api_client import ApiClient


class Hooks:
    """What an API class may add to its calls."""

    fallback_token: str | None = None
    """The token to sign with when the configuration has none."""

    def received(self, value: object) -> None:
        """Told of each result."""


class SyncApi(Hooks):
    """The base of the API classes of `upstox_client`.

    Parameters:
        api_client: the client to call through; without one, a new client with the default configuration.
    """

    call_type: ClassVar[type[SyncCall[Any, Any]]] = SyncCall

    def __init__(self, api_client: ApiClient | None = None) -> None:
        if api_client is None:
            from upstox_client.api_client import ApiClient

            api_client = ApiClient()
        self.api_client = api_client


class AsyncApi(Hooks):
    """The base of the API classes of `upstox_client.aio`.

    Parameters:
        api_client: the client to call through; without one, a new client with the default configuration.
    """

    call_type: ClassVar[type[AsyncCall[Any, Any]]] = AsyncCall

    def __init__(self, api_client: AsyncApiClient | None = None) -> None:
        if api_client is None:
            from upstox_client.aio.api_client import ApiClient

            api_client = ApiClient()
        self.api_client = api_client
