"""GTT orders: https://upstox.com/developer/api-documentation/place-gtt-order and the pages that follow it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from upstox_emulator.exchange.commands import CancelGtt, ModifyGtt, PlaceGtt
from upstox_emulator.exchange.gtt_checks import GttWish, check_gtt_id
from upstox_emulator.http.calls import Answer, Call, Endpoint
from upstox_emulator.http.orders import admit, latency, write


class _GttId(msgspec.Struct):
    gtt_order_id: Any = None


def place(call: Call) -> Any:
    admit(call)
    return _answer(call.backend.execute(PlaceGtt(call.backend.now(), call.json(GttWish))))


def modify(call: Call) -> Any:
    admit(call)
    return _answer(call.backend.execute(ModifyGtt(call.backend.now(), call.json(GttWish))))


def cancel(call: Call) -> Any:
    admit(call)
    return _answer(call.backend.execute(CancelGtt(call.backend.now(), call.json(_GttId).gtt_order_id)))


def show(call: Call) -> Any:
    call.backend.now()
    wanted = call.query.get("gtt_order_id") or None
    if wanted is not None:
        check_gtt_id(wanted)
    rows = call.backend.venue.exchange.gtts.rows(wanted)
    return Answer(rows, extra=latency(f"{len(rows):06}"))


def _answer(gtt_id: str) -> Answer:
    return Answer({"gtt_order_ids": [gtt_id]}, extra=latency(gtt_id))


ENDPOINTS: Final = (
    write("POST", "/v3/order/gtt/place", place),
    write("PUT", "/v3/order/gtt/modify", modify),
    write("DELETE", "/v3/order/gtt/cancel", cancel),
    Endpoint("GET", "/v3/order/gtt", show),
)
