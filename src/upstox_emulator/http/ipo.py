"""New issues and applications for them: https://upstox.com/developer/api-documentation/ipo"""

from __future__ import annotations

from typing import Any, Final

from upstox_emulator.errors import refuse
from upstox_emulator.http.calls import Answer, Call, Endpoint
from upstox_emulator.http.parameters import Page, paged, read_choice, read_page
from upstox_emulator.info.applications import Wish
from upstox_emulator.info.commands import ApplyIpo, CancelIpo
from upstox_emulator.info.issues import STATUSES, TYPES
from upstox_emulator.limits import IPO_APPLICATIONS

_LARGEST_PAGE: Final = 30


def _list(rows: list[dict[str, Any]], page: Page) -> Answer:
    shown = page.cut(rows)
    return Answer(shown, extra={"meta_data": paged(page, len(rows), records=len(shown))})


def issues(call: Call) -> Answer:
    status = read_choice(call.query, "status", STATUSES, "ipo_status", "open")
    kind = read_choice(call.query, "issue_type", TYPES, "ipo_type") if "issue_type" in call.query else None
    page = read_page(call.query, "records", default=20, most=_LARGEST_PAGE)
    now = call.backend.now()
    found = call.backend.venue.info.issues.known(now)
    found = [issue for issue in found if issue.status(now) == status and kind in {None, issue.kind}]
    return _list([issue.brief(now) for issue in found], page)


def issue(call: Call) -> Any:
    now, id_ = call.backend.now(), call.path["id"]
    found = call.backend.venue.info.issues.find(id_, now)
    if found is None:
        raise refuse("ipo_unknown", path="id", value=id_)
    return found.details(now)


def apply(call: Call) -> Any:
    wish, backend = call.json(Wish), call.backend
    return {"order_id": backend.execute(ApplyIpo(backend.clock.now(), wish))}


def orders(call: Call) -> Answer:
    page = read_page(call.query, "records", default=10, most=_LARGEST_PAGE)
    now = call.backend.now()
    return _list(call.backend.venue.info.applications.rows(now), page)


def order(call: Call) -> Any:
    now = call.backend.now()
    return call.backend.venue.info.applications.find(call.path["order_id"]).row(now)


def cancel(call: Call) -> Any:
    backend = call.backend
    order_id = backend.execute(CancelIpo(backend.clock.now(), call.path["order_id"]))
    return {"order_id": order_id, "status": "Application cancelled successfully"}


ENDPOINTS: Final = (
    Endpoint("GET", "/v2/ipos", issues),
    Endpoint("GET", "/v2/ipos/{id}", issue),
    Endpoint("POST", "/v2/ipos/orders", apply, limits=IPO_APPLICATIONS),
    Endpoint("GET", "/v2/ipos/orders", orders),
    Endpoint("GET", "/v2/ipos/orders/{order_id}", order),
    Endpoint("DELETE", "/v2/ipos/orders/{order_id}", cancel),
)
