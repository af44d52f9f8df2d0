"""What the sync and the async `ApiClient` have in common: everything but the waiting."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast
from urllib.parse import parse_qsl

import msgspec

from upstox_client._version import __version__
from upstox_client.configuration import Configuration
from upstox_client.core.limits import Limits, LimitsReading, limits_of
from upstox_client.core.pipeline import Flow, Outcome, call
from upstox_client.core.policy import DEFAULT_TIMEOUT, Kind, RetryPolicy, Timeout, as_retries, as_timeout
from upstox_client.core.reconcile import Inquiry, reconcile
from upstox_client.core.request import (
    Request,
    Route,
    as_text,
    encode_body,
    fill_path,
    merge_headers,
    route,
    spelled,
    with_query,
)
from upstox_client.core.response import decipher, outcome, refuse_loss
from upstox_client.core.tags import with_tags
from upstox_client.core.type_words import resolve
from upstox_client.errors import ApiException, OrderOutcomeUnknown, Reconciliation
from upstox_client.redact import redact_body, redact_headers, redact_url
from upstox_client.rest import RESTResponse

logger = logging.getLogger("upstox_client")

# The release of the official SDK whose surface this client has; the server may look at it.
SDK_VERSION: Final = "2.30.0"

_ORDER_PROBE: Final = "/order/place"  # a path of the order host, so that the probe goes there

_ORDER: Final = Kind.ORDER  # asked about on every call, and an enum is slow to look into

_DELIMITERS: Final = {"ssv": " ", "tsv": "\t", "pipes": "|"}


class BaseClient:
    """Configuration, headers, limits; building requests and judging answers.

    Parameters:
        configuration: where and how to call; default: a new `Configuration()`.
        header_name, header_value: one more default header.
        cookie: a `Cookie` header for every call.
    """

    def __init__(
        self,
        configuration: Configuration | None = None,
        header_name: str | None = None,
        header_value: str | None = None,
        cookie: str | None = None,
    ) -> None:
        self.configuration = Configuration() if configuration is None else configuration
        self.default_headers: dict[str, str] = {
            "User-Agent": f"upstox-client/{__version__} python",
            "X-Upstox-SDK-Language": "python",
            "X-Upstox-SDK-Version": SDK_VERSION,
        }
        if header_name is not None:
            self.set_default_header(header_name, header_value or "")
        self._common_headers: tuple[dict[str, str], dict[str, str]] = {}, {}
        self._signature = "", "", ""  # of which token, and the header and its value
        self.cookie = cookie
        self.last_response: RESTResponse | None = None
        self._limits: tuple[tuple[str, str], Limits] | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.configuration!r})"

    # Headers

    @property
    def user_agent(self) -> str:
        """The `User-Agent` header."""
        return self.default_headers["User-Agent"]

    @user_agent.setter
    def user_agent(self, value: str) -> None:
        self.default_headers["User-Agent"] = value

    def set_default_header(self, header_name: str, header_value: str) -> None:
        """Send this header with every call."""
        merge_headers(self.default_headers, {header_name: header_value})

    @property
    def common_headers(self) -> dict[str, str]:
        """The default headers, `spelled`."""
        known, headers = self._common_headers
        if known != self.default_headers:
            known = self.default_headers.copy()  # another thread may change them meanwhile
            headers = spelled(known)
            self._common_headers = known, headers
        return headers

    # Policies

    @property
    def timeout(self) -> Timeout:
        """The timeouts of a call that names none of its own."""
        return as_timeout(self.configuration.timeout, DEFAULT_TIMEOUT)

    @property
    def limits(self) -> LimitsReading:
        """What is used of the documented rate limits right now, over all clients with this token in the process."""
        return LimitsReading(self._user_limits(self._token(None)).usage(time.monotonic()))

    def _user_limits(self, token: str) -> Limits:
        key = self.configuration.host, token
        known = self._limits  # one read and one write, so that threads need no lock
        if known is None or known[0] != key:
            known = self._limits = key, limits_of(*key)
        return known[1]

    def _token(self, fallback: str | None) -> str:
        token: Any = self.configuration.access_token or fallback or ""
        if not isinstance(token, str):
            raise TypeError(f"access_token must be text, got {type(token).__name__}")
        return token

    def retries(self) -> RetryPolicy:
        """See `Policies`."""
        return as_retries(self.configuration.retries)

    def limits_for(self, request: Request) -> Limits | None:
        """See `Policies`."""
        if not self.configuration.rate_limit:
            return None
        return self._user_limits(self._token(request.fallback_token))

    def limit_wait(self) -> float:
        """See `Policies`."""
        return self.configuration.rate_limit_wait

    def now(self) -> float:
        """See `Policies`."""
        return time.monotonic()

    def sign(self, request: Request) -> None:
        """See `Policies`."""
        is_first = request.sent_at is None
        if is_first:
            request.sent_at = time.time()
        if self.cookie:
            request.headers["Cookie"] = self.cookie
        if not request.signed:
            return
        token = self.configuration.access_token
        if token:
            known, name, value = self._signature
            if known != token:
                settings = self.configuration.auth_settings()["OAUTH2"]
                name, value = settings["key"], settings["value"]
                if value == f"Bearer {token}":  # else another thread has just replaced the token, or signs otherwise
                    self._signature = token, name, value
            request.headers[name] = value
        elif request.fallback_token:
            request.headers["Authorization"] = f"Bearer {request.fallback_token}"
        elif is_first:
            request.has_own_signature = "Authorization" in request.headers
        elif not request.has_own_signature:  # the token was taken away since the last try
            request.headers.pop("Authorization", None)

    def observe(self, request: Request, answer: Outcome) -> None:
        """See `Policies`."""
        if isinstance(answer, RESTResponse):
            self.last_response = answer
        if logger.isEnabledFor(logging.DEBUG):
            _log_call(request, self.base_url(request), answer)

    def refuse_outside_sandbox(self, path: str) -> None:
        """Raise `ValueError` if this is a sandbox client and the call would leave the sandbox."""
        if not self.configuration.sandbox:
            return
        if self.configuration.environment == "live":
            raise ValueError(
                f"not sent: sandbox=True, but the hosts are those of real money: {self.configuration!r}. Make the "
                "configuration with Configuration(sandbox=True), which sets the hosts"
            )
        if path not in self.configuration.sandbox_urls:
            raise ValueError(
                f"This API is not available in sandbox mode. The sandbox has no {path}; use a live configuration, or "
                "the emulator, which has everything"
            )

    # The life of a call

    def base_url(self, request: Request) -> str:
        """The host that a request goes to."""
        return self.configuration.order_host if request.route.on_order_host else self.configuration.host

    def flow(self, request: Request) -> Flow:
        """The call as a flow for the drivers."""
        flow = call(request, self)
        return self._adopting(flow) if request.route.kind is _ORDER else flow

    def _adopting(self, flow: Flow) -> Flow:
        """`flow`, but an order whose outcome is unknown knows whom to ask."""
        try:
            return (yield from flow)
        except OrderOutcomeUnknown as unknown:
            unknown.client = self
            raise

    def tagged(self, route: Route, payload: Any) -> Any:
        """The body of an order write, with a unique tag on each untagged order if the configuration wants that."""
        return with_tags(route, payload) if self.configuration.auto_tag else payload

    def inquiry(self, unknown: OrderOutcomeUnknown, patience: float) -> Inquiry:
        """The search for what became of an order write, for the drivers."""
        if self.configuration.sandbox:
            return Reconciliation(None, (), "the sandbox has no order book to look into")
        return (yield from reconcile(unknown, patience))

    def question(self, path: str) -> Request:
        """A signed read of a path with its query."""
        path, _, query = path.partition("?")
        return self.generic_request(path, "GET", query_params=parse_qsl(query), auth_settings=["OAUTH2"])

    def probes(self) -> list[Request]:
        """Requests that do nothing but open the connection to each host; see `warm_up`."""
        return [
            Request(
                path="/",
                headers=self.common_headers.copy(),
                body=None,
                timeout=self.timeout,
                route=route("HEAD", path),
                signed=False,
            )
            for path in ("/", _ORDER_PROBE)  # also where both hosts are one: reads and writes do not share connections
        ]

    def decipher(self, request: Request, response: RESTResponse, returns: Any) -> Any:
        """The value of an answer."""
        try:
            value = decipher(response, returns)
            if request.route.kind is _ORDER and value is not None:
                refuse_loss(response, value)
            return value
        except ApiException as error:
            judged = outcome(request, error)
            if judged is error:
                raise
            cast("OrderOutcomeUnknown", judged).client = self
            raise judged from error

    # The official low-level call

    def generic_request(
        self,
        resource_path: str,
        method: str,
        path_params: Mapping[str, Any] | None = None,
        query_params: Mapping[str, Any] | Sequence[tuple[str, Any]] | None = None,
        header_params: Mapping[str, Any] | None = None,
        body: object = None,
        post_params: Mapping[str, Any] | Sequence[tuple[str, Any]] | None = None,
        files: Mapping[str, Any] | None = None,
        auth_settings: Sequence[str] | None = None,
        collection_formats: Mapping[str, str] | None = None,
        request_timeout: Any = None,
    ) -> Request:
        """The request of an official `call_api`.

        Raises:
            ValueError: the method or the path is none, the sandbox has no such path, the body has no JSON form, or
                there are `files`, which no endpoint of Upstox takes.
        """
        if not resource_path.startswith("/"):  # else it would be taken for more of the host's name
            raise ValueError(f"resource_path must start with '/', got {resource_path!r}")
        method = method.upper()
        if method not in {"GET", "HEAD", "OPTIONS", "POST", "PATCH", "PUT", "DELETE"}:
            raise ValueError(
                f"http method must be `GET`, `HEAD`, `OPTIONS`, `POST`, `PATCH`, `PUT` or `DELETE`, got {method!r}"
            )
        if post_params and body:
            raise ValueError("body parameter cannot be used with post_params parameter.")
        if files:
            raise ValueError("files cannot be sent: no endpoint of Upstox takes an upload")
        self.refuse_outside_sandbox(resource_path)
        body = self.tagged(route(method, resource_path), body)
        headers = spelled({name: as_text(value) for name, value in (header_params or {}).items()})
        merge_headers(headers, self.common_headers)
        content_type = next((value for name, value in headers.items() if name.lower() == "content-type"), None)
        if content_type is None:
            content_type = headers["Content-Type"] = "application/json"
        safe = self.configuration.safe_chars_for_path_param
        path = fill_path(resource_path, dict(_pairs(path_params, collection_formats)), safe)
        return Request(
            path=with_query(path, _pairs(query_params, collection_formats)),
            headers=headers,
            body=encode_body(method, content_type, body, _pairs(post_params, collection_formats)),
            timeout=as_timeout(request_timeout, self.timeout),
            route=route(method, resource_path),
            signed="OAUTH2" in (auth_settings or ()),
            payload=body,
        )

    @staticmethod
    def generic_result(value: Any, response: RESTResponse, *, data_only: bool | None) -> Any:
        """What an official `call_api` returns."""
        return value if data_only else (value, response.status, response.getheaders())

    def resolve_type(self, response_type: str | type | None) -> Any:
        """The type behind an official type word such as `GetProfileResponse` or `list[str]`."""
        return resolve(response_type)

    def sanitize_for_serialization(self, obj: Any) -> Any:
        """A model as plain data, the way it is sent."""
        return msgspec.to_builtins(obj)


def _pairs(
    params: Mapping[str, Any] | Sequence[tuple[str, Any]] | None, formats: Mapping[str, str] | None
) -> list[tuple[str, Any]]:
    """Parameters as pairs; lists joined, or repeated, as their collection format says."""
    pairs: list[tuple[str, Any]] = []
    for name, value in params.items() if isinstance(params, Mapping) else params or ():
        style = (formats or {}).get(name)
        if style == "multi":
            pairs.extend((name, item) for item in value)
        elif style is not None:
            pairs.append((name, _DELIMITERS.get(style, ",").join(map(as_text, value))))
        else:
            pairs.append((name, value))
    return pairs


def _log_call(request: Request, base_url: str, answer: Outcome) -> None:
    logger.debug(
        "%s %s headers=%s body=%s -> %s",
        request.route.method,
        redact_url(base_url + request.path),
        redact_headers(request.headers),
        redact_body(request.body or b""),
        f"{answer.status} {redact_body(answer.data)}" if isinstance(answer, RESTResponse) else answer,
    )
