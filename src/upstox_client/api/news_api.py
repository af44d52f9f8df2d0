"""News: https://upstox.com/developer/api-documentation/news"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, get
from upstox_client.models.news import GetNewsResponse, NewsCategory


class NewsOperations:
    """News of instruments."""

    @get("/v2/news")
    def get_news(
        self,
        category: NewsCategory,
        instrument_keys: str | Sequence[str] | None = None,
        page_number: int | None = None,
        page_size: int | None = None,
        **options: Unpack[RequestOptions],
    ) -> GetNewsResponse:
        """News of the last seven days: of instruments, or of what the account holds.

        Parameters:
            category: whose news: of `instrument_keys`, of the `positions` or of the `holdings`.
            instrument_keys: at most 30 keys; needed for the category of that name.
            page_number: 1 to 100.
            page_size: articles a page: 1 to 100, default 100.

        Raises:
            InvalidRequestError: UDAPI1189 (category), UDAPI1190 (instrument_keys missing), UDAPI1193 (more than 30).

        https://upstox.com/developer/api-documentation/get-news
        """
        ...


class NewsApi(NewsOperations, SyncApi):
    """News of instruments."""
