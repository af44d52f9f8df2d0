"""Secrets never leave through a log, a repr, a traceback or a report.

One list of names, applied to headers, queries, forms and JSON alike, wherever the client shows what it sent or got.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

REDACTED = "<redacted>"

SECRET_NAMES = frozenset(
    {
        "access_token",
        "api_key",
        "api_secret",
        "authorization",
        "client_secret",
        "code",
        "cookie",
        "extended_token",
        "password",
        "proxy-authorization",
        "refresh_token",
        "set-cookie",
        "token",
    }
)

_NAMES = "|".join(sorted(SECRET_NAMES))
_JSON_SECRET = re.compile(rf'("(?:{_NAMES})"\s*:\s*")(?:[^"\\]|\\.)*("?)', re.IGNORECASE | re.DOTALL)
_FORM_SECRET = re.compile(rf"(?<![\w-])((?:{_NAMES})=)[^&\s\"'<>]+", re.IGNORECASE)
_BEARER = re.compile(r"(?i)\b(bearer\s+)[^\s\"',<>]+")
_JWT = re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]+)?")


def is_secret(name: str) -> bool:
    """Whether a header, field or parameter of this name holds a secret."""
    return name.lower() in SECRET_NAMES


def redact_text(text: str) -> str:
    """`text` with the values of secret names, bearer tokens and JWTs struck out."""
    text = _JSON_SECRET.sub(rf"\1{REDACTED}\2", text)
    text = _FORM_SECRET.sub(rf"\1{REDACTED}", text)
    text = _BEARER.sub(rf"\1{REDACTED}", text)
    return _JWT.sub(REDACTED, text)


def redact_body(body: bytes) -> str:
    """A body as text, fit to be shown."""
    return redact_text(body.decode("utf-8", "replace"))


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers, fit to be shown."""
    return {name: REDACTED if is_secret(name) else redact_text(value) for name, value in headers.items()}


def redact_url(url: str) -> str:
    """A URL, fit to be shown: no user, no password, no secret in the query."""
    parts = urlsplit(url)
    netloc = parts.netloc.rpartition("@")[2]
    return redact_text(parts._replace(netloc=netloc).geturl())
