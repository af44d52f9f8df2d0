"""The sync client: one object, shared by the API classes and by threads, that makes the calls."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from upstox_client.configuration import Configuration
from upstox_client.core.client import BaseClient
from upstox_client.core.drivers import run
from upstox_client.core.pipeline import probe
from upstox_client.core.reconcile import Ask, OrderAnswer, Seen
from upstox_client.core.request import Request
from upstox_client.core.transport import SyncTransport, Transport
from upstox_client.errors import OrderOutcomeUnknown, Reconciliation
from upstox_client.rest import RESTResponse

if TYPE_CHECKING:
    from multiprocessing.pool import AsyncResult, ThreadPool

R = TypeVar("R")

_THREADS = 8


class ApiClient(BaseClient):
    """Makes calls. Safe to share between threads; it opens nothing and starts nothing before the first call.

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
        transport: Transport | None = None,
    ) -> None:
        super().__init__(configuration, header_name, header_value, cookie)
        self._transport = transport or SyncTransport(self.configuration)
        self._pool: ThreadPool | None = None
        self._pool_pid = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close connections and threads. The client may be used again; it then opens new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None and self._pool_pid == os.getpid():
            pool.close()
            pool.join()
        self._transport.close()

    def warm_up(self) -> None:
        """Open the connections to both hosts, so that the first order does not wait for a TLS handshake.

        Raises:
            NetworkError: a host cannot be reached.
        """
        for request in self.probes():
            run(probe(request), self._carry)

    @property
    def pool(self) -> ThreadPool:
        """The threads of `async_req=True`, made on first use."""
        with self._lock:
            if self._pool is None or self._pool_pid != os.getpid():  # threads do not survive a fork
                from multiprocessing.pool import ThreadPool

                self._pool, self._pool_pid = ThreadPool(_THREADS), os.getpid()
                weakref.finalize(self, _close, self._pool, self._pool_pid)
            return self._pool

    def submit(self, work: Callable[[], R]) -> AsyncResult[R]:
        """Run `work` in a thread of the pool; `.get()` of the result waits for it."""
        return self.pool.apply_async(work)

    def execute(self, request: Request) -> RESTResponse:
        """Carry a request to its answer, with limits, signature and retries.

        Raises:
            ApiException: the answer is a refusal, or none came.
        """
        return run(self.flow(request), self._carry)

    def _carry(self, request: Request) -> RESTResponse:
        return self._transport.send(self.base_url(request), request)

    def reconcile(self, unknown: OrderOutcomeUnknown, *, patience: float = 10.0) -> Reconciliation:
        """Find out what became of an order write whose answer was lost; see `OrderOutcomeUnknown.reconcile`."""

        def ask(step: Ask) -> Seen:
            request = self.question(step.path)
            response = self.execute(request)
            return Seen.of(self.decipher(request, response, OrderAnswer), response)

        return run(self.inquiry(unknown, patience), ask)

    def call_api(
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
        async_req: bool | None = None,
        _return_http_data_only: bool | None = None,
        collection_formats: Mapping[str, str] | None = None,
        _preload_content: bool = True,
        _request_timeout: Any = None,
    ) -> Any:
        """Call any path, with the same limits, retries and errors as the declared operations.

        Parameters:
            resource_path: the path, its parameters in braces.
            response_type: the model, or its name, that the answer is decoded into; None: the answer is not decoded.
            auth_settings: `["OAUTH2"]` to sign the call.
            collection_formats: how list values are joined: `csv`, `ssv`, `tsv`, `pipes` or `multi`.

        Returns:
            (data, status, headers), or data alone with `_return_http_data_only`; with `async_req` an object whose
            `.get()` returns that.

        Raises:
            ApiException: the call failed.
            ValueError: an argument is out of order; `files`, which no endpoint of Upstox takes.
        """
        request = self.generic_request(
            resource_path, method, path_params, query_params, header_params, body, post_params, files,
            auth_settings, collection_formats, _request_timeout,
        )  # fmt: skip
        returns = self.resolve_type(response_type)

        def run() -> Any:
            response = self.execute(request)
            value = self.decipher(request, response, returns) if _preload_content else response
            return self.generic_result(value, response, data_only=_return_http_data_only)

        return self.submit(run) if async_req else run()


def _close(pool: ThreadPool, pid: int) -> None:
    """Let the threads end once their work is done; its results may be waited for when the client is gone."""
    if pid == os.getpid():
        pool.close()
