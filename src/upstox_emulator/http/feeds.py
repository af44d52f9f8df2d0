"""The way to the feeds: one-time addresses, as an answer or as a redirect.

https://upstox.com/developer/api-documentation/get-market-data-feed-authorize-v3,
https://upstox.com/developer/api-documentation/get-portfolio-stream-feed-authorize and the pages of the feeds themselves
"""

from __future__ import annotations

from typing import Any, Final, cast

from upstox_emulator.errors import refuse
from upstox_emulator.events import Kind
from upstox_emulator.feed.backend import Feed
from upstox_emulator.feed.portfolio import KINDS
from upstox_emulator.http.calls import Answer, Call, Endpoint, Handler

_DEFAULT: Final = "order"


_SPELLINGS: Final[dict[Feed, tuple[str, str]]] = {
    "market": ("authorizedRedirectUri", "authorized_redirect_uri"),
    "portfolio": ("authorized_redirect_uri", "authorizedRedirectUri"),
}


def _kinds(call: Call) -> frozenset[Kind]:
    """The updates that are asked for: a list with commas."""
    asked = call.query.get("update_types") or _DEFAULT
    kinds = [kind.strip() for kind in asked.split(",")]
    for kind in kinds:
        if kind not in KINDS:
            raise refuse("invalid_input", f"update_types are {', '.join(KINDS)}", "update_types", kind)
    return frozenset(cast("list[Kind]", kinds))


def _address(feed: Feed, call: Call) -> str:
    kinds = _kinds(call) if feed == "portfolio" else frozenset[Kind]()
    return call.backend.feed.invite(feed, call.token, kinds)


def _authorize(feed: Feed) -> Handler:
    def handler(call: Call) -> Any:
        return dict.fromkeys(_SPELLINGS[feed], _address(feed, call))

    return handler


def _redirect(feed: Feed) -> Handler:
    def handler(call: Call) -> Any:
        return Answer(None, status=302, headers={"Location": _address(feed, call)})

    return handler


# The second version of the market feed has been switched off; whoever asks for it gets the third.
_PATHS: Final[tuple[tuple[str, Feed], ...]] = (
    ("/v2/feed/market-data-feed", "market"),
    ("/v3/feed/market-data-feed", "market"),
    ("/v2/feed/portfolio-stream-feed", "portfolio"),
)

ENDPOINTS: Final = tuple(
    endpoint
    for path, feed in _PATHS
    for endpoint in (Endpoint("GET", path, _redirect(feed)), Endpoint("GET", f"{path}/authorize", _authorize(feed)))
)
