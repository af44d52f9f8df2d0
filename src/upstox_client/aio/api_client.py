"""The async client: the twin of `upstox_client.ApiClient`."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from upstox_client.configuration import Configuration
from upstox_client.core.client import BaseClient
from upstox_client.core.drivers import run_async
from upstox_client.core.pipeline import probe
from upstox_client.core.reconcile import Ask, OrderAnswer, Seen
from upstox_client.core.request import Request
from upstox_client.core.transport import AioTransport, AsyncTransport
from upstox_client.errors import OrderOutcomeUnknown, Reconciliation
from upstox_client.rest import RESTResponse


class ApiClient(BaseClient):
    """Makes calls that are awaited. It opens nothing before the first one.

    Parameters:
        configuration: where and how to call; default: a new `Configuration()`.
        header_name, header_value: one more default header.
        cookie: a `Cookie` header for every call.
        transport: what sends requests; for tests.
    """

    def __init__(
        self,
        configuration: Configuration | None = None,
        header_name: str | None = None,
        header_value: str | None = None,
        cookie: str | None = None,
        *,
        transport: AsyncTransport | None = None,
    ) -> None:
        super().__init__(configuration, header_name, header_value, cookie)
        self._transport = transport or AioTransport(self.configuration)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections. The client may be used again; it then opens new ones."""
        await self._transport.close()

    async def warm_up(self) -> None:
        """Open the connections to both hosts, so that the first order does not wait for a TLS handshake.

        Raises:
            NetworkError: a host cannot be reached.
        """
        for request in self.probes():
            await run_async(probe(request), self._carry)

    def execute(self, request: Request) -> Coroutine[Any, Any, RESTResponse]:
        """Carry a request to its answer, with limits, signature and retries.

        Raises:
            ApiException: the answer is a refusal, or none came.
        """
        return run_async(self.flow(request), self._carry)

    def _carry(self, request: Request) -> Awaitable[RESTResponse]:
        return self._transport.send(self.base_url(request), request)

    async def areconcile(self, unknown: OrderOutcomeUnknown, *, patience: float = 10.0) -> Reconciliation:
        """Find out what became of an order write whose answer was lost; see `OrderOutcomeUnknown.areconcile`."""

        async def ask(step: Ask) -> Seen:
            request = self.question(step.path)
            response = await self.execute(request)
            return Seen.of(self.decipher(request, response, OrderAnswer), response)

        return await run_async(self.inquiry(unknown, patience), ask)

    async def call_api(
        self,
        resource_path: str,
        method: str,
        path_params: Mapping[str, Any] | None = None,
        query_params: Mapping[str, Any] | Sequence[tuple[str, Any]] | None = None,
        header_params: Mapping[str, Any] | None = None,
        body: object = None,
        post_params: Mapping[str, Any] | Sequence[tuple[str, Any]] | None = None,
        files: Mapping[str, Any] | None = None,
        response_type: str | type | None = None,
        auth_settings: Sequence[str] | None = None,
        _return_http_data_only: bool | None = None,
        collection_formats: Mapping[str, str] | None = None,
        _preload_content: bool = True,
        _request_timeout: Any = None,
    ) -> Any:
        """Call any path; see `upstox_client.ApiClient.call_api`."""
        request = self.generic_request(
            resource_path, method, path_params, query_params, header_params, body, post_params, files,
            auth_settings, collection_formats, _request_timeout,
        )  # fmt: skip
        returns = self.resolve_type(response_type)
        response = await self.execute(request)
        value = self.decipher(request, response, returns) if _preload_content else response
        return self.generic_result(value, response, data_only=_return_http_data_only)
