"""News: https://upstox.com/developer/api-documentation/get-news"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.errors import refuse
from upstox_emulator.http.calls import Answer, Call, Endpoint
from upstox_emulator.http.parameters import read_choice, read_page

_CATEGORIES: Final = ("instrument_keys", "positions", "holdings")
_MOST_KEYS: Final = 30
_MOST_ARTICLES: Final = 100
_LAST_PAGE: Final = 100


def news(call: Call) -> Answer:
    category = read_choice(call.query, "category", _CATEGORIES, "news_category")
    page = read_page(call.query, "page_size", default=_MOST_ARTICLES, most=_MOST_ARTICLES, last=_LAST_PAGE)
    now = call.backend.now()
    instruments = _asked(call) if category == "instrument_keys" else _known(call, _owned(call, category))
    articles = call.backend.venue.info.news.of(instruments, now)
    told: dict[str, list[Any]] = {}
    for key, article in page.cut(articles):
        told.setdefault(key, []).append(article.row())
    metadata = {
        "page_number": page.number,
        "page_size": page.size,
        "total_records": len(articles),
        "total_pages": page.pages(len(articles)),
    }
    return Answer(told, extra={"metadata": {"page": metadata}})


def _asked(call: Call) -> list[Instrument]:
    text = call.query.get("instrument_keys", "")
    keys = list(dict.fromkeys(filter(None, text.split(","))))
    if not keys:
        raise refuse("news_keys_required", path="instrument_keys", value=text or None)
    if len(keys) > _MOST_KEYS:
        raise refuse("news_keys_many", path="instrument_keys", value=text)
    found = _known(call, keys)
    if len(found) < len(keys):
        known = {one.key for one in found}
        wrong = next(key for key in keys if key not in known)
        raise refuse("instrument_unknown", path="instrument_keys", value=wrong)
    return found


def _owned(call: Call, category: str) -> list[str]:
    desk = call.backend.venue.desk
    owned = desk.positions.values() if category == "positions" else desk.holdings.values()
    return list(dict.fromkeys(one.instrument.key for one in owned))


def _known(call: Call, keys: Iterable[str]) -> list[Instrument]:
    catalog, day = call.backend.venue.catalog, call.backend.now().date()
    return [found for key in keys if (found := catalog.find(key, day)) is not None]


ENDPOINTS: Final = (Endpoint("GET", "/v2/news", news),)
