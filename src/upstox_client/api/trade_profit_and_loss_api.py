"""Profit and loss of a financial year: https://upstox.com/developer/api-documentation/get-profit-and-loss-report"""

from __future__ import annotations

from typing import Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, get
from upstox_client.models.reports import (
    GetProfitAndLossChargesResponse,
    GetTradeWiseProfitAndLossDataResponse,
    GetTradeWiseProfitAndLossMetaDataResponse,
    ReportSegment,
)


class TradeProfitAndLossOperations:
    """Profit and loss of a financial year.

    `financial_year` is written as `2324` for the one from April 2023 to March 2024. `from_date` and `to_date`, both
    `DD-MM-YYYY` and within it, narrow the report down.
    """

    @get("/v2/trade/profit-loss/metadata")
    def get_trade_wise_profit_and_loss_meta_data(
        self,
        segment: ReportSegment,
        financial_year: str,
        api_version: str = "2.0",
        from_date: str | None = None,
        to_date: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> GetTradeWiseProfitAndLossMetaDataResponse:
        """How many trades the report has.

        Parameters:
            segment: the segment.
            financial_year: such as `2324`.
            api_version: `2.0`; the server no longer looks at it.
            from_date: the first day, `DD-MM-YYYY`.
            to_date: the last day, `DD-MM-YYYY`.

        Raises:
            InvalidRequestError: UDAPI1066, UDAPI1067 (segment), UDAPI1070, UDAPI1073, UDAPI1074, UDAPI100051 (year),
                UDAPI1068, UDAPI1069, UDAPI1075, UDAPI1105 (days).

        https://upstox.com/developer/api-documentation/get-report-meta-data
        """
        ...

    @get("/v2/trade/profit-loss/data")
    def get_trade_wise_profit_and_loss_data(
        self,
        segment: ReportSegment,
        financial_year: str,
        page_number: int,
        page_size: int,
        api_version: str = "2.0",
        from_date: str | None = None,
        to_date: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> GetTradeWiseProfitAndLossDataResponse:
        """The report, page by page: each purchase with the sale it belongs to.

        Parameters:
            segment: the segment.
            financial_year: such as `2324`.
            page_number: from 1.
            page_size: trades a page, 1 to 5000.
            api_version: `2.0`; the server no longer looks at it.
            from_date: the first day, `DD-MM-YYYY`.
            to_date: the last day, `DD-MM-YYYY`.

        Raises:
            InvalidRequestError: UDAPI1066, UDAPI1067 (segment), UDAPI1070, UDAPI1073, UDAPI1074, UDAPI100051 (year),
                UDAPI1068, UDAPI1069, UDAPI1075, UDAPI1105 (days), UDAPI1071, UDAPI1072, UDAPI1106, UDAPI1107 (page).

        https://upstox.com/developer/api-documentation/get-profit-and-loss-report
        """
        ...

    @get("/v2/trade/profit-loss/charges")
    def get_profit_and_loss_charges(
        self,
        segment: ReportSegment,
        financial_year: str,
        api_version: str = "2.0",
        from_date: str | None = None,
        to_date: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> GetProfitAndLossChargesResponse:
        """What the trades of the report cost.

        Parameters:
            segment: the segment.
            financial_year: such as `2324`.
            api_version: `2.0`; the server no longer looks at it.
            from_date: the first day, `DD-MM-YYYY`.
            to_date: the last day, `DD-MM-YYYY`.

        Raises:
            InvalidRequestError: UDAPI1066, UDAPI1067 (segment), UDAPI1070, UDAPI1073, UDAPI1074, UDAPI100051 (year),
                UDAPI1068, UDAPI1069, UDAPI1075, UDAPI1105 (days).

        https://upstox.com/developer/api-documentation/get-trade-charges
        """
        ...


class TradeProfitAndLossApi(TradeProfitAndLossOperations, SyncApi):
    """Profit and loss of a financial year."""
