"""Sync and async in one test body.

A test that takes the fixture `colour` runs twice, and does not see the difference::

    def test_profile(colour):
        api = colour.user_api(configuration)
        profile = colour.run(api.get_profile)
"""

from __future__ import annotations

import asyncio
import copy
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import upstox_client
import upstox_client.aio
from upstox_client.core.request import Request
from upstox_client.rest import RESTResponse

Result = RESTResponse | BaseException


class FakeTransport:
    """Gives prepared answers, the last one for ever, and remembers the requests as they were when they were sent."""

    def __init__(self, answers: Iterable[Result] = ()) -> None:
        self.answers: list[Result] = list(answers) or [ok()]
        self.requests: list[Request] = []
        self.base_urls: list[str] = []
        self.closed = 0

    def take(self, base_url: str, request: Request) -> RESTResponse:
        """The next answer."""
        self.base_urls.append(base_url)
        self.requests.append(copy.copy(request))
        self.requests[-1].headers = dict(request.headers)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @property
    def request(self) -> Request:
        """The only request."""
        assert len(self.requests) == 1
        return self.requests[0]


class _SyncTransport:
    def __init__(self, fake: FakeTransport) -> None:
        self.fake = fake

    def send(self, base_url: str, request: Request) -> RESTResponse:
        return self.fake.take(base_url, request)

    def close(self) -> None:
        self.fake.closed += 1


class _AsyncTransport:
    def __init__(self, fake: FakeTransport) -> None:
        self.fake = fake

    async def send(self, base_url: str, request: Request) -> RESTResponse:
        await asyncio.sleep(0)
        return self.fake.take(base_url, request)

    async def close(self) -> None:
        self.fake.closed += 1


class Colour:
    """Sync or async."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_async = name == "async"
        self.package: Any = upstox_client.aio if self.is_async else upstox_client
        self._runner = asyncio.Runner() if self.is_async else None
        self._clients: list[Any] = []

    def __repr__(self) -> str:
        return self.name

    def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call, and await if there is something to await."""
        result = function(*args, **kwargs)
        if self._runner is not None and inspect.isawaitable(result):

            async def wait() -> Any:
                return await result

            return self._runner.run(wait())
        return result

    def client(
        self, configuration: upstox_client.Configuration | None = None, fake: FakeTransport | None = None, **kwargs: Any
    ) -> Any:
        """An `ApiClient` of this colour, closed when the test is over."""
        if fake is not None:
            kwargs["transport"] = _AsyncTransport(fake) if self.is_async else _SyncTransport(fake)
        client = self.package.ApiClient(configuration, **kwargs)
        self._clients.append(client)
        return client

    def user_api(
        self, configuration: upstox_client.Configuration | None = None, fake: FakeTransport | None = None
    ) -> Any:
        """A `UserApi` of this colour."""
        return self.package.UserApi(self.client(configuration, fake))

    def login_api(
        self, configuration: upstox_client.Configuration | None = None, fake: FakeTransport | None = None
    ) -> Any:
        """A `LoginApi` of this colour."""
        return self.package.LoginApi(self.client(configuration, fake))

    def close(self) -> None:
        """Close every client and the event loop."""
        for client in self._clients:
            self.run(client.close)
        if self._runner is not None:
            self._runner.close()


def ok(body: bytes = b'{"status":"success","data":null}', status: int = 200, **headers: str) -> RESTResponse:
    """An answer."""
    return RESTResponse(status, body, [(name.replace("_", "-"), value) for name, value in headers.items()])


def refused(status: int, code: str = "UDAPI100500", message: str = "no", **headers: str) -> RESTResponse:
    """An error envelope."""
    body = f'{{"status":"error","errors":[{{"errorCode":"{code}","message":"{message}"}}]}}'
    return ok(body.encode(), status, **headers)


def local(url: str = "http://127.0.0.1:9", **attributes: Any) -> upstox_client.Configuration:
    """A configuration for a server on loopback: a token, short timeouts, no retries, no limits."""
    configuration = upstox_client.Configuration()
    configuration.host = configuration.order_host = url
    configuration.access_token = "the-token"
    configuration.timeout = (2, 0.4)
    configuration.retries = 0
    configuration.rate_limit = False
    for name, value in attributes.items():
        setattr(configuration, name, value)
    return configuration
