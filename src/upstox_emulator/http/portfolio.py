"""The portfolio: positions, their conversion, holdings.

https://upstox.com/developer/api-documentation/get-positions and the pages that follow it.
"""

from __future__ import annotations

from typing import Any, Final

from upstox_emulator.account.commands import Conversion, ConvertPosition
from upstox_emulator.http.calls import Call, Endpoint


def positions(call: Call) -> Any:
    at = call.backend.now()
    return call.backend.venue.desk.position_rows(at)


def mtf_positions(call: Call) -> Any:
    at = call.backend.now()
    rows = call.backend.venue.desk.position_rows(at, mtf=True)
    return [{name: value for name, value in row.items() if name != "tradingsymbol"} for row in rows]


def convert(call: Call) -> Any:
    wish, backend = call.json(Conversion), call.backend
    return backend.execute(ConvertPosition(backend.clock.now(), wish))


def holdings(call: Call) -> Any:
    at = call.backend.now()
    return call.backend.venue.desk.holding_rows(at)


ENDPOINTS: Final = (
    Endpoint("GET", "/v2/portfolio/short-term-positions", positions),
    Endpoint("GET", "/v3/portfolio/mtf-positions", mtf_positions),
    Endpoint("PUT", "/v2/portfolio/convert-position", convert),
    Endpoint("GET", "/v2/portfolio/long-term-holdings", holdings),
)
