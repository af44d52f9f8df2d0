"""What the emulator's tests share: a client of the standard library alone, so that nothing of ours proves itself."""

from __future__ import annotations

import http.client
import json
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest

from upstox_emulator import Emulator


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = dict(response.getheaders())
        self.body = response.read()

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        answer = self.json()
        assert answer["status"] == "success", answer
        return answer["data"]

    @property
    def codes(self) -> list[str]:
        """The error codes; both spellings must agree."""
        answer = self.json()
        assert answer["status"] == "error"
        for error in answer["errors"]:
            assert list(error) == [
                "errorCode", "message", "propertyPath", "invalidValue",
                "error_code", "property_path", "invalid_value",
            ]  # fmt: skip
            assert error["errorCode"] == error["error_code"]
            assert error["propertyPath"] == error["property_path"]
            assert error["invalidValue"] == error["invalid_value"]
            assert error["message"]
        return [error["errorCode"] for error in answer["errors"]]


class Caller:
    """Calls a server; `token` signs."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.netloc = urllib.parse.urlsplit(url).netloc
        self.token = token

    def __call__(
        self, method: str, path: str, *, body: Any = None, form: dict[str, str] | None = None, token: str | None = None
    ) -> Answer:
        headers = {}
        signature = token or self.token
        if signature is not None:
            headers["Authorization"] = f"Bearer {signature}"
        content = None
        if form is not None:
            content = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        elif body is not None:
            content = body if isinstance(body, (str, bytes)) else json.dumps(body)
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection(self.netloc, timeout=10)
        try:
            connection.request(method, path, body=content, headers=headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()


@pytest.fixture
def em() -> Iterator[Emulator]:
    with Emulator(speed=0) as emulator:
        yield emulator


@pytest.fixture
def call(em) -> Caller:
    return Caller(em.url, em.access_token)
