"""The search for instruments.

https://upstox.com/developer/api-documentation/instruments
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final

from upstox_emulator.catalog.expiries import EXPIRY_WORDS
from upstox_emulator.catalog.rows import search_row
from upstox_emulator.catalog.search import EXCHANGES, SEGMENTS, Wish
from upstox_emulator.errors import refuse
from upstox_emulator.http.calls import Answer, Call, Endpoint
from upstox_emulator.http.parameters import Page, paged, read_day, read_whole
from upstox_emulator.units import Price

_LONGEST_QUERY: Final = 50
_DEFAULT_RECORDS: Final = 10
_MOST_RECORDS: Final = 30
_OFFSET: Final = re.compile(r"[+-]?\d{1,4}")


def search(call: Call) -> Any:
    now, venue = call.backend.now(), call.backend.venue
    query = call.query.get("query", "").strip()
    if not query:
        raise refuse("search_query_empty", path="query", value=call.query.get("query"))
    if len(query) > _LONGEST_QUERY:
        raise refuse("search_query_long", path="query", value=query)
    wish = Wish(
        query=query,
        exchanges=_list(call, "exchanges", EXCHANGES, "search_exchange") or ("ALL",),
        segments=_list(call, "segments", SEGMENTS, "search_segment") or ("ALL",),
        kinds=_list(call, "instrument_types"),
        expiries=_expiries(call),
        atm_offset=_offset(call),
    )
    page = _page(call)

    def last(key: str) -> Price:
        return venue.market.last(key, now.timestamp())

    found = venue.catalog.search(wish, now.date(), last)
    return Answer(
        [search_row(one) for one in page.cut(found)],
        extra={"meta_data": paged(page, len(found), records=page.size)},
    )


def _list(call: Call, name: str, allowed: Collection[str] | None = None, kind: str = "") -> tuple[str, ...]:
    """The parts of a parameter between commas."""
    parts = tuple(part.strip() for part in call.query.get(name, "").split(",") if part.strip())
    for part in parts:
        if allowed is not None and part not in allowed:
            raise refuse(kind, path=name, value=part)
    return parts


def _expiries(call: Call) -> tuple[str, ...]:
    parts = _list(call, "expiry")
    for part in parts:
        if part not in EXPIRY_WORDS:
            read_day(part, "expiry", "search_expiry")
    return parts


def _offset(call: Call) -> int | None:
    text = call.query.get("atm_offset")
    if text is None:
        return None
    if not _OFFSET.fullmatch(text):
        raise refuse("invalid_input", path="atm_offset", value=text)
    return int(text)


def _page(call: Call) -> Page:
    number = read_whole(call.query, "page_number", default=1, kind="search_page")
    records = read_whole(call.query, "records", default=_DEFAULT_RECORDS, kind="search_records_few")
    if records > _MOST_RECORDS:
        raise refuse("search_records_many", path="records", value=call.query["records"])
    return Page(number, records)


ENDPOINTS: Final = (Endpoint("GET", "/v2/instruments/search", search),)
