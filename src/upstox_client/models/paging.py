"""Which page of a list an answer is."""

from __future__ import annotations

from upstox_client.models._base import Model

__all__ = [
    "IpoMetaData",
    "MutualFundMetaData",
    "NewsResponseMetaData",
    "NewsResponsePageData",
    "Pagination",
    "SearchMetaData",
    "SearchPage",
]


class Pagination(Model):
    """The page, counted from 1. `records` is the size of a page that was asked for."""

    page_number: int | None = None
    total_pages: int | None = None
    records: int | None = None
    total_records: int | None = None


class SearchPage(Model):
    """The page, counted from 1. `records` is the size of a page that was asked for."""

    page_number: int | None = None
    total_pages: int | None = None
    records: int | None = None
    total_records: int | None = None


class NewsResponsePageData(Model):
    """The page of articles, counted from 1."""

    page_number: int | None = None
    page_size: int | None = None
    total_records: int | None = None
    total_pages: int | None = None


class SearchMetaData(Model):
    """What the search says of its list."""

    page: SearchPage | None = None


class NewsResponseMetaData(Model):
    """What the news say of their list."""

    page: NewsResponsePageData | None = None


class IpoMetaData(Model):
    """What the IPO calls say of their lists."""

    page: Pagination | None = None


class MutualFundMetaData(Model):
    """What the mutual fund calls say of their lists."""

    page: Pagination | None = None
