"""Many orders in one request.

https://upstox.com/developer/api-documentation/place-multi-order and the pages that follow it.
"""

from __future__ import annotations

from typing import Any, Final

from upstox_emulator.errors import problem
from upstox_emulator.exchange.batch import BatchRefusal, Outcome
from upstox_emulator.exchange.checks import Wish
from upstox_emulator.exchange.commands import CancelAll, ExitAll, PlaceLines
from upstox_emulator.http.calls import Answer, Call
from upstox_emulator.http.orders import admit, keep_hours, write


def place_several(call: Call) -> Any:
    admit(call)
    keep_hours(call)
    wishes = call.json(list[Wish])
    return _answer(call.backend.execute(PlaceLines(call.backend.now(), wishes, sandbox=call.in_sandbox)))


def cancel_several(call: Call) -> Any:
    admit(call)
    segment, tag = _filters(call)
    return _answer(call.backend.execute(CancelAll(call.backend.now(), segment, tag)))


def exit_positions(call: Call) -> Any:
    admit(call)
    segment, tag = _filters(call)
    return _answer(call.backend.execute(ExitAll(call.backend.now(), segment, tag)))


def _filters(call: Call) -> tuple[str | None, str | None]:
    """`segment` and `tag`; what is left empty is left out."""
    return call.query.get("segment") or None, call.query.get("tag") or None


def _answer(outcome: Outcome) -> Answer:
    if outcome.status >= 400:
        raise BatchRefusal(outcome.body, problem("internal"))
    extra = {name: value for name, value in outcome.body.items() if name not in {"status", "data"}}
    return Answer(outcome.body["data"], outcome.status, outcome.body["status"], extra)


ENDPOINTS: Final = (
    write("POST", "/v2/order/multi/place", place_several),
    write("DELETE", "/v2/order/multi/cancel", cancel_several),
    write("POST", "/v2/order/positions/exit", exit_positions),
)
