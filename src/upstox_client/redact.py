"""Secrets never leave through a log, a repr, a traceback or a report.

One list of names, applied to headers, queries, forms and JSON alike, wherever the client shows what it sent or got.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

import msgspec

REDACTED = "<redacted>"

# In small letters and without separators: `access_token`, `accessToken` and `Access-Token` are one name.
SECRET_NAMES = frozenset(
    {
        "accesstoken",
        "apikey",
        "apisecret",
        "authcode",
        "authorization",
        "authorizationcode",
        "clientsecret",
        "code",
        "cookie",
        "extendedtoken",
        "password",
        "proxyauthorization",
        "refreshtoken",
        "setcookie",
        "token",
        "xaccesstoken",
        "xapikey",
    }
)

# A name in a text: its letters, with or without a separator between any two of them.
_NAMES = "|".join("[-_]?".join(name) for name in sorted(SECRET_NAMES, key=len, reverse=True))
_QUOTED = r"""(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)"""
_JSON_SECRET = re.compile(
    rf"""(["']\s*(?:{_NAMES})\\*["']\s*[:,]\s*)(b?{_QUOTED}|\\+"(?:(?!\\+").)*(?:\\+")?|[^\s,"'{{}}\[\]]+)""",
    re.IGNORECASE | re.DOTALL,
)
_FORM_SECRET = re.compile(rf"(?<![\w-])((?:{_NAMES})=)[^&\s\"'<>]+", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(?i)\b((?:bearer|basic)\s+)(?!realm=)[^\s\"',<>]{6,}|\b(bearer\s+)[^\s\"',<>]+")
_JWT = re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]+)?")
_USER = re.compile(r"^((?:[a-z][a-z0-9+.-]*:)?//)?[^/?#]*@", re.IGNORECASE)


def is_secret(name: str) -> bool:
    """Whether a header, field or parameter of this name holds a secret."""
    return name.lower().replace("_", "").replace("-", "") in SECRET_NAMES


def redact_text(text: str) -> str:
    """`text` with the values of secret names, bearer tokens and JWTs struck out."""
    text = _JSON_SECRET.sub(_strike_value, text)
    text = _FORM_SECRET.sub(rf"\1{REDACTED}", text)
    text = _CREDENTIALS.sub(lambda found: f"{found[1] or found[2]}{REDACTED}", text)
    return _JWT.sub(REDACTED, text)


def _strike_value(found: re.Match[str]) -> str:
    return found[0] if found[2] == "null" else f'{found[1]}"{REDACTED}"'


def redact_body(body: bytes) -> str:
    """A body as text, fit to be shown."""
    try:
        value: object = msgspec.json.decode(body)
        hidden = redact_value(value)
        if hidden != value:
            body = msgspec.json.encode(hidden)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # a form, or a body that broke off: the text is looked through
    return redact_text(body.decode("utf-8", "replace"))


def redact_value(value: Any) -> Any:
    """Plain data, fit to be shown: whatever stands under a secret name is struck out.

    So is the value that an error of the server repeats when it finds fault with a secret.
    """
    if isinstance(value, str):
        return redact_text(value)  # a one-time code in a URI, say
    if isinstance(value, list):
        return [redact_value(item) for item in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    entries = cast("dict[str, Any]", value)
    at_fault = entries.get("propertyPath") or entries.get("property_path")
    if isinstance(at_fault, str) and is_secret(at_fault.rpartition(".")[2]):
        entries = entries | {name: REDACTED for name in ("invalidValue", "invalid_value") if name in entries}
    return {
        name: REDACTED if item is not None and is_secret(str(name)) else redact_value(item)
        for name, item in entries.items()
    }


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers, fit to be shown."""
    return {name: REDACTED if is_secret(name) else redact_text(value) for name, value in headers.items()}


def redact_url(url: str) -> str:
    """A URL, fit to be shown: no user, no password, no secret in the query."""
    return redact_text(_USER.sub(lambda found: found[1] or "", url))
