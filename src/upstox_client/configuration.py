"""How a client reaches Upstox: hosts, token, TLS, proxy, timeouts, limits, logging."""

from __future__ import annotations

import base64
import copy
import ipaddress
import logging
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias
from urllib.parse import urlsplit

from upstox_client._version import __version__
from upstox_client.core.policy import DEFAULT_TIMEOUT, RetryPolicy, Timeout, as_retries
from upstox_client.logs import FORMAT
from upstox_client.logs import configure as configure_logging
from upstox_client.redact import REDACTED, redact_url

Environment: TypeAlias = Literal["live", "sandbox", "emulator", "custom"]

# https://upstox.com/developer/api-documentation/sandbox: one sandbox host for both roles; live orders have their own.
LIVE_HOST = "https://api.upstox.com"
LIVE_ORDER_HOST = "https://api-hft.upstox.com"
SANDBOX_HOST = "https://api-sandbox.upstox.com"

SANDBOX_PATHS = frozenset(
    {
        "/v2/order/place",
        "/v2/order/modify",
        "/v2/order/cancel",
        "/v2/order/multi/place",
        "/v3/order/place",
        "/v3/order/modify",
        "/v3/order/cancel",
    }
)

_OFF = frozenset({"0", "false", "no", "off"})


def is_loopback(url: str) -> bool:
    """Whether `url` names this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_live(url: str) -> bool:
    host = (urlsplit(url).hostname or "").rstrip(".")
    return f".{host}".endswith(".upstox.com") and host != urlsplit(SANDBOX_HOST).hostname


class Configuration:
    """Everything a client needs to know. Assign to its attributes before the first call.

    Parameters:
        sandbox: True for the sandbox, whatever was configured before in this process.

    Environment variables fill what is left out: `UPSTOX_BASE_URL` (one host for everything: https anywhere, plain http
    on loopback only), `UPSTOX_ACCESS_TOKEN`, and `UPSTOX_RATE_LIMIT=off`.

    Attributes:
        host, order_host: base URLs of the API and of the six single-order writes.
        access_token: the OAuth token; may be replaced at any time, also while the client is in use.
        timeout: seconds for each try; a number for all of it or a pair (connect, read). Default (5, 15).
        retries: how reads are repeated; a `RetryPolicy`, or the number of further tries (0: none).
        rate_limit: keep within the documented limits by waiting. Default True.
        rate_limit_wait: the longest such wait in seconds; a call that had to wait longer raises `RateLimitError`.
        auto_tag: give each order that is placed without a tag a unique one, by which it can be found again.
        verify_ssl: False is honoured for loopback hosts only; trust another authority with `ssl_ca_cert` instead.
        ssl_ca_cert: path of a PEM file with further authorities to trust.
        cert_file, key_file: client certificate and its key, PEM.
        assert_hostname: None; the TLS engine always checks the host name.
        proxy: proxy URL for all calls. The proxy variables of the process environment are not read.
        connection_pool_maxsize: idle connections kept per host.
        debug: log at DEBUG; secrets are struck out.
        logger_file: log into this file.
    """

    _default: ClassVar[Configuration | None] = None

    def __init__(self, sandbox: bool = False) -> None:
        self.sandbox = sandbox
        default = Configuration._default
        if default is not None and (default.sandbox or not sandbox):
            for name, value in default.__dict__.items():
                self.__dict__[name] = value.copy() if isinstance(value, (dict, set)) else value
            return
        base_url = os.environ.get("UPSTOX_BASE_URL")
        self.host = base_url or (SANDBOX_HOST if sandbox else LIVE_HOST)
        self.order_host = base_url or (SANDBOX_HOST if sandbox else LIVE_ORDER_HOST)
        self.access_token: str = os.environ.get("UPSTOX_ACCESS_TOKEN", "")
        self.api_key: dict[str, str] = {}
        self.api_key_prefix: dict[str, str] = {}
        self.refresh_api_key_hook: Callable[[Configuration], object] | None = None
        self.username = ""
        self.password = ""
        self.temp_folder_path: str | None = None
        self.verify_ssl = True
        self.ssl_ca_cert: str | None = None
        self.cert_file: str | None = None
        self.key_file: str | None = None
        self.assert_hostname: bool | str | None = None
        self.connection_pool_maxsize: int = (os.cpu_count() or 1) * 5
        self.proxy: str | None = None
        self.safe_chars_for_path_param = ""
        self.sandbox_urls: set[str] = set(SANDBOX_PATHS)
        self.timeout: float | tuple[float, float] | Timeout = DEFAULT_TIMEOUT
        self.retries = RetryPolicy()
        self.rate_limit = os.environ.get("UPSTOX_RATE_LIMIT", "on").lower() not in _OFF
        self.rate_limit_wait = 60.0
        self.auto_tag = False
        self.logger = {
            "package_logger": logging.getLogger("upstox_client"),
            "urllib3_logger": logging.getLogger("urllib3"),
        }
        self._logger_format = FORMAT
        self._logger_file: str | None = None
        self._debug = False

    @classmethod
    def set_default(cls, default: Configuration | None) -> None:
        """Make `Configuration()` start as a copy of `default`; None undoes it.

        `Configuration(sandbox=True)` is the sandbox all the same.
        """
        Configuration._default = copy.copy(default)

    # Hosts

    @property
    def host(self) -> str:
        """Base URL of everything but the single-order writes."""
        return self._host

    @host.setter
    def host(self, url: str) -> None:
        self._host = _checked_host("host", url)

    @property
    def order_host(self) -> str:
        """Base URL of the six single-order writes."""
        return self._order_host

    @order_host.setter
    def order_host(self, url: str) -> None:
        self._order_host = _checked_host("order_host", url)

    @property
    def environment(self) -> Environment:
        """Where calls go: `live` (real money), `sandbox`, `emulator` (this machine) or `custom`.

        The hosts decide, not `sandbox`: where any call would reach the live service, it is `live`.
        """
        if _is_live(self.host) or _is_live(self.order_host):
            return "live"
        if is_loopback(self.host) and is_loopback(self.order_host):
            return "emulator"
        return "sandbox" if {self.host, self.order_host} == {SANDBOX_HOST} else "custom"

    # Retries

    @property
    def retries(self) -> int | RetryPolicy:
        """How reads are repeated; a `RetryPolicy`, or the number of further tries (0: none)."""
        return self._retries

    @retries.setter
    def retries(self, value: int | RetryPolicy) -> None:
        as_retries(value)  # to be told of a wrong one here, and not when a call has failed
        self._retries = value

    # Logging

    @property
    def debug(self) -> bool:
        """Whether the package logs at DEBUG. Setting it changes the `upstox_client` logger of the process."""
        return self._debug

    @debug.setter
    def debug(self, value: bool) -> None:
        self._debug = bool(value)
        configure_logging(debug=self._debug, file=self._logger_file, fmt=self._logger_format)

    @property
    def logger_file(self) -> str | None:
        """The file that the package logs into; None for none."""
        return self._logger_file

    @logger_file.setter
    def logger_file(self, value: str | Path | None) -> None:
        self._logger_file = None if value is None else str(value)
        configure_logging(debug=self._debug, file=self._logger_file, fmt=self._logger_format)

    @property
    def logger_format(self) -> str:
        """The format of the handlers that `debug` and `logger_file` add."""
        return self._logger_format

    @logger_format.setter
    def logger_format(self, value: str) -> None:
        self._logger_format = value
        configure_logging(debug=self._debug, file=self._logger_file, fmt=value)

    @property
    def logger_formatter(self) -> logging.Formatter:
        """`logger_format` as a formatter."""
        return logging.Formatter(self._logger_format)

    # Authentication

    def get_api_key_with_prefix(self, identifier: str) -> str | None:
        """The API key of this name with its prefix, after `refresh_api_key_hook` has run; None if there is none."""
        if self.refresh_api_key_hook:
            self.refresh_api_key_hook(self)
        key = self.api_key.get(identifier)
        prefix = self.api_key_prefix.get(identifier)
        return f"{prefix} {key}" if key and prefix else key or None

    def get_basic_auth_token(self) -> str:
        """`username` and `password` as the value of a Basic `Authorization` header."""
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()

    def auth_settings(self) -> dict[str, dict[str, str]]:
        """How calls are signed. The token is in it: do not log it."""
        return {
            "OAUTH2": {
                "type": "oauth2",
                "in": "header",
                "key": "Authorization",
                "value": f"Bearer {self.access_token or ''}",
            }
        }

    # For people

    def to_debug_report(self) -> str:
        """What to attach to a bug report; no secret is in it."""
        lines = {
            "OS": platform.platform(),
            "Python Version": platform.python_version(),
            "Version of the API": "v2",
            "SDK Package Version": __version__,
            "Environment": self.environment,
            "Host": redact_url(self.host),
            "Order host": redact_url(self.order_host),
            "Access token": "set" if self.access_token else "not set",
            "Proxy": redact_url(self.proxy) if self.proxy else "none",
            "Timeout": str(self.timeout),
            "Rate limit": "on" if self.rate_limit else "off",
        }
        return "\n".join(["Python SDK Debug Report:", *(f"{name}: {value}" for name, value in lines.items())])

    def __repr__(self) -> str:
        token = repr(REDACTED) if self.access_token else "None"
        hosts = f"host={redact_url(self.host)!r}, order_host={redact_url(self.order_host)!r}"
        return f"Configuration(environment={self.environment!r}, {hosts}, access_token={token})"


def _checked_host(name: str, url: str) -> str:
    if not _is_plain_url(url):
        raise ValueError(
            f"{name} must be a URL such as {LIVE_HOST!r}, without user, query or fragment, got {redact_url(str(url))!r}"
        )
    if urlsplit(url).scheme == "http" and not is_loopback(url):
        raise ValueError(
            f"{name} must be https, got {redact_url(url)!r}: over plain http the access token could be read on the "
            "way. Plain http is for this machine only, such as 'http://127.0.0.1:9010'"
        )
    return url.rstrip("/")


def _is_plain_url(url: object) -> bool:
    """Whether `url` is one that every reader of URLs takes apart in the same way: the token goes to its host."""
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or any(mark in url for mark in " \\@?#"):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or an IPv6 address that is none
        return False
