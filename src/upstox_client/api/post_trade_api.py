"""Trades of past years: https://upstox.com/developer/api-documentation/get-historical-trades"""

from __future__ import annotations

import datetime
from typing import Final, Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, get
from upstox_client.models.reports import HistorySegment, TradeHistoryResponse

_ANY: Final = "*/*"


class PostTradeOperations:
    """Trades of past years."""

    @get("/v2/charges/historical-trades", accept=_ANY)
    def get_trades_by_date_range(
        self,
        start_date: str | datetime.date,
        end_date: str | datetime.date,
        page_number: int,
        page_size: int,
        segment: HistorySegment | None = None,
        **options: Unpack[RequestOptions],
    ) -> TradeHistoryResponse:
        """The trades between two days, page by page, as far back as three financial years.

        Parameters:
            start_date: the first day, `YYYY-MM-DD`.
            end_date: the last day, `YYYY-MM-DD`.
            page_number: from 1.
            page_size: trades a page, 1 to 5000.
            segment: all segments if left out.

        Raises:
            InvalidRequestError: UDAPI1066 (segment), UDAPI1091, UDAPI1092, UDAPI1120 to UDAPI1122 (page), UDAPI1093,
                UDAPI1094 (days).

        https://upstox.com/developer/api-documentation/get-historical-trades
        """
        ...


class PostTradeApi(PostTradeOperations, SyncApi):
    """Trades of past years."""
