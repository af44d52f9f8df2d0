"""The official home of `ApiException`, and the answer of a call as the official client shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus

from upstox_client.errors import ApiException
from upstox_client.redact import redact_headers

__all__ = ["ApiException", "Headers", "RESTResponse"]


class Headers(Mapping[str, str]):
    """Headers by name, in any case; values of a repeated header are joined by a comma."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, str] = {}
        for name, value in pairs:
            key = name.lower()
            self._values[key] = f"{self._values[key]}, {value}" if key in self._values else value

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(redact_headers(self._values))


class RESTResponse:
    """An answer: `status`, `reason`, `data` (the body's bytes), `getheaders()`, `getheader(name)`.

    It is what `ApiClient.last_response` holds and what `_preload_content=False` returns; then `read()` and `headers`
    are there as well, for programs that treat it as a urllib3 response.
    """

    __slots__ = ("_headers", "_pairs", "data", "status")

    def __init__(self, status: int, data: bytes = b"", headers: Iterable[tuple[str, str]] = ()) -> None:
        self.status = status
        self.data = data
        self._pairs = headers
        self._headers: Headers | None = None

    @property
    def reason(self) -> str:
        """The status in words."""
        try:
            return HTTPStatus(self.status).phrase
        except ValueError:
            return ""

    @property
    def headers(self) -> Headers:
        """The headers, names in any case."""
        if self._headers is None:
            self._headers = Headers(self._pairs)
        return self._headers

    def getheaders(self) -> Headers:
        """The headers, names in any case."""
        return self.headers

    def getheader(self, name: str, default: str | None = None) -> str | None:
        """One header."""
        return self.headers.get(name, default)

    def read(self) -> bytes:
        """The whole body."""
        return self.data

    def __reduce__(self) -> tuple[type[RESTResponse], tuple[int, bytes, list[tuple[str, str]]]]:
        return RESTResponse, (self.status, self.data, list(self._pairs))

    def __repr__(self) -> str:
        return f"RESTResponse(status={self.status}, {len(self.data)} bytes)"
