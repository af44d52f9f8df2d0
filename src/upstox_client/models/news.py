"""News: https://upstox.com/developer/api-documentation/news"""

from __future__ import annotations

from typing import Literal, TypeAlias

from upstox_client.models._base import DataMap, MapResponse, Record
from upstox_client.models.paging import NewsResponseMetaData

__all__ = [
    "GetNewsResponse",
    "NewsItemData",
]

NewsCategory: TypeAlias = Literal["instrument_keys", "positions", "holdings"]


class NewsItemData(Record):
    """An article; `published_time` is in epoch milliseconds."""

    heading: str | None = None
    summary: str | None = None
    thumbnail: str | None = None
    article_link: str | None = None
    published_time: int | None = None


class GetNewsResponse(MapResponse):
    """By instrument key. https://upstox.com/developer/api-documentation/get-news"""

    status: str | None = None
    data: DataMap[list[NewsItemData]] | None = None
    metadata: NewsResponseMetaData | None = None
