"""A unique tag on every order, so that it can be found again whatever happens to the answer."""

from __future__ import annotations

import os
from typing import Any, cast

import msgspec

from upstox_client.core.request import Route


def fresh_tag() -> str:
    """A tag that no other order has; 40 characters is the most that the server takes."""
    return f"u{os.urandom(9).hex()}"


def with_tags(route: Route, payload: Any) -> Any:
    """The body of an order write with a tag on each order that can have one; the caller's is left as it was."""
    if route.path.endswith("/order/place"):
        return _tagged(payload)
    if route.path.endswith("/order/multi/place") and isinstance(payload, list):
        return [_tagged(order) for order in cast("list[object]", payload)]
    return payload


def _tagged(order: Any) -> Any:
    if isinstance(order, dict):
        fields = cast("dict[str, Any]", order)
        return fields if fields.get("tag") else {**fields, "tag": fresh_tag()}
    if isinstance(order, msgspec.Struct) and getattr(order, "tag", "") is None:
        return msgspec.structs.replace(order, tag=fresh_tag())
    return order
