"""Holidays, timings and the state of the market.

https://upstox.com/developer/api-documentation/get-market-holidays and the pages that follow it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from upstox_emulator.calendar import EXCHANGES, Phase
from upstox_emulator.errors import refuse
from upstox_emulator.http.calls import Call, Endpoint
from upstox_emulator.http.parameters import read_day


def _day(call: Call) -> dt.date:
    return read_day(call.path["date"], "date", "date_invalid")


def holidays(call: Call) -> Any:
    return call.backend.calendar.holidays(call.backend.clock.now().year)


def holiday(call: Call) -> Any:
    day = _day(call)
    return [row for row in call.backend.calendar.holidays(day.year) if row["date"] == day.isoformat()]


def timings(call: Call) -> Any:
    return call.backend.calendar.timings(_day(call))


def status(call: Call) -> Any:
    exchange, calendar, now = call.path["exchange"], call.backend.calendar, call.backend.clock.now()
    if exchange not in {*EXCHANGES, "NSCOM"}:
        raise refuse("exchange_invalid", path="exchange", value=exchange)
    phase = calendar.phase(exchange, now)
    answer: dict[str, Any] = {"exchange": exchange, **_told(phase)}
    if calendar.has_auction(exchange, now.date()):
        answer["cas_eligible_status"] = _told(calendar.auction_phase(exchange, now) or phase)
    return answer


def _told(phase: Phase) -> dict[str, Any]:
    return {"status": phase.name, "last_updated": int(phase.since.timestamp() * 1000)}


ENDPOINTS: Final = (
    Endpoint("GET", "/v2/market/holidays", holidays, signed=False),
    Endpoint("GET", "/v2/market/holidays/{date}", holiday, signed=False),
    Endpoint("GET", "/v2/market/timings/{date}", timings, signed=False),
    Endpoint("GET", "/v2/market/status/{exchange}", status),
)
