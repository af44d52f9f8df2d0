"""The account's mutual funds: https://upstox.com/developer/api-documentation/mutual-fund"""

from __future__ import annotations

from typing import Any, Final

from upstox_emulator.errors import refuse
from upstox_emulator.http.calls import Answer, Call, Endpoint
from upstox_emulator.http.parameters import Page, paged, read_choice, read_page
from upstox_emulator.info.mutual_funds import SIDES, STATUSES


def _page(call: Call) -> Page:
    return read_page(call.query, "records", default=10, most=30)


def _list(rows: list[dict[str, Any]], page: Page) -> Answer:
    return Answer(page.cut(rows), extra={"meta_data": paged(page, len(rows), records=page.size)})


def holdings(call: Call) -> Any:
    return call.backend.venue.info.funds.holdings(call.backend.now())


def orders(call: Call) -> Answer:
    status = read_choice(call.query, "status", STATUSES, "invalid_input", "ALL")
    side = read_choice(call.query, "transaction_type", SIDES, "invalid_input", "ALL")
    page = _page(call)
    return _list(call.backend.venue.info.funds.orders(call.backend.now(), status, side), page)


def order(call: Call) -> Any:
    order_id = call.path["order_id"]
    found = call.backend.venue.info.funds.order(order_id, call.backend.now())
    if found is None:
        raise refuse("fund_order_unknown", path="order_id", value=order_id)
    return found


def sips(call: Call) -> Answer:
    page = _page(call)
    return _list(call.backend.venue.info.funds.sips(call.backend.now()), page)


ENDPOINTS: Final = (
    Endpoint("GET", "/v2/mf/holdings", holdings),
    Endpoint("GET", "/v2/mf/orders", orders),
    Endpoint("GET", "/v2/mf/orders/{order_id}", order),
    Endpoint("GET", "/v2/mf/sips", sips),
)
