"""Sorted lists of contracts.

https://upstox.com/developer/api-documentation/get-futures-smartlist and the pages beside it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from upstox_emulator.http.calls import Call, Endpoint
from upstox_emulator.http.parameters import Page, read_choice, read_page
from upstox_emulator.info.smartlists import ASSETS, Kind, categories


def _page(call: Call) -> Page:
    return read_page(call.query, "page_size", default=20, most=50, kind="smartlist_page_size")


def _contracts(call: Call, kind: Kind) -> Any:
    asset = read_choice(call.query, "asset_type", ASSETS, "smartlist_asset")
    category = read_choice(call.query, "category", categories(kind, asset), "smartlist_category")
    page, now = _page(call), call.backend.now()
    metric, rows = call.backend.venue.info.smartlists.contracts(kind, asset, category, now)
    return _told(asset, category, now, metric, [row.told() for row in page.cut(rows)], page, len(rows))


def futures(call: Call) -> Any:
    return _contracts(call, "futures")


def options(call: Call) -> Any:
    return _contracts(call, "options")


def funded(call: Call) -> Any:
    page, now = _page(call), call.backend.now()
    rows = call.backend.venue.info.smartlists.funded(now)
    return _told("STOCK", "MTF", now, "margin_saved", page.cut(rows), page, len(rows))


def _told(
    asset: str, category: str, now: dt.datetime, metric: str, shown: list[dict[str, Any]], page: Page, total: int
) -> dict[str, Any]:
    return {
        "asset_type": asset,
        "category": category,
        "time_stamp": int(now.timestamp() * 1000),
        "metric_key": metric,
        "smartlist": shown,
        "page_number": page.number,
        "page_size": page.size,
        "total_pages": page.pages(total),
    }


ENDPOINTS: Final = (
    Endpoint("GET", "/v2/market/smartlist/futures", futures),
    Endpoint("GET", "/v2/market/smartlist/options", options),
    Endpoint("GET", "/v2/market/smartlist/mtf", funded),
)
