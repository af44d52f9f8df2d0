"""Companies: https://upstox.com/developer/api-documentation/fundamentals"""

from __future__ import annotations

from typing import Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, get
from upstox_client.models.fundamentals import (
    BalanceSheetResponse,
    CashFlowResponse,
    CompanyProfileResponse,
    CompetitorsResponse,
    CorporateActionsResponse,
    IncomeStatementResponse,
    KeyRatiosResponse,
    ShareHoldingsResponse,
    StatementType,
    TimePeriod,
)


class FundamentalsOperations:
    """Companies, by ISIN (`INE002A01018`).

    A well-formed ISIN that the server does not know gives an answer without data. Statements hold four periods, newest
    first.
    """

    @get("/v2/fundamentals/{isin}/profile")
    def get_company_profile(self, isin: str, **options: Unpack[RequestOptions]) -> CompanyProfileResponse:
        """What a company does, its sector, and what the sector is worth.

        Raises:
            InvalidRequestError: UDAPI1206, the ISIN is malformed.

        https://upstox.com/developer/api-documentation/get-company-profile
        """
        ...

    @get("/v2/fundamentals/{isin}/balance-sheet")
    def get_balance_sheet(
        self,
        isin: str,
        type: StatementType | None = None,  # noqa: A002 - the official name
        fs: bool | None = None,
        **options: Unpack[RequestOptions],
    ) -> BalanceSheetResponse:
        """Assets and liabilities by year.

        Parameters:
            type: `consolidated` if left out.
            fs: whether the full statement is wanted.

        Raises:
            InvalidRequestError: UDAPI1206 (the ISIN is malformed), UDAPI1207 (type).

        https://upstox.com/developer/api-documentation/get-balance-sheet
        """
        ...

    @get("/v2/fundamentals/{isin}/cash-flow")
    def get_cash_flow(
        self,
        isin: str,
        type: StatementType | None = None,  # noqa: A002 - the official name
        fs: bool | None = None,
        **options: Unpack[RequestOptions],
    ) -> CashFlowResponse:
        """Cash flows from operating, investing and financing by year.

        Parameters:
            type: `consolidated` if left out.
            fs: whether the full statement is wanted.

        Raises:
            InvalidRequestError: UDAPI1206 (the ISIN is malformed), UDAPI1207 (type).

        https://upstox.com/developer/api-documentation/get-cash-flow
        """
        ...

    @get("/v2/fundamentals/{isin}/income-statement")
    def get_income_statement(
        self,
        isin: str,
        type: StatementType | None = None,  # noqa: A002 - the official name
        time_period: TimePeriod | None = None,
        fs: bool | None = None,
        **options: Unpack[RequestOptions],
    ) -> IncomeStatementResponse:
        """Revenue, operating profit and net profit by year or quarter.

        Parameters:
            type: `consolidated` if left out.
            time_period: `yearly` if left out.
            fs: whether the full statement is wanted; it is always yearly.

        Raises:
            InvalidRequestError: UDAPI1206 (the ISIN is malformed), UDAPI1207 (type), UDAPI1208 (time_period).

        https://upstox.com/developer/api-documentation/get-income-statement
        """
        ...

    @get("/v2/fundamentals/{isin}/key-ratios")
    def get_key_ratios(self, isin: str, **options: Unpack[RequestOptions]) -> KeyRatiosResponse:
        """Ratios of a company beside those of its sector; which ones varies.

        Raises:
            InvalidRequestError: UDAPI1206, the ISIN is malformed.

        https://upstox.com/developer/api-documentation/get-key-ratios
        """
        ...

    @get("/v2/fundamentals/{isin}/share-holdings")
    def get_share_holdings(self, isin: str, **options: Unpack[RequestOptions]) -> ShareHoldingsResponse:
        """Who holds a company, in percent by quarter; the groups come in any order.

        Raises:
            InvalidRequestError: UDAPI1206, the ISIN is malformed.

        https://upstox.com/developer/api-documentation/get-share-holdings
        """
        ...

    @get("/v2/fundamentals/{isin}/corporate-actions")
    def get_corporate_actions(self, isin: str, **options: Unpack[RequestOptions]) -> CorporateActionsResponse:
        """Dividends, bonuses, rights issues and splits.

        Raises:
            InvalidRequestError: UDAPI1206, the ISIN is malformed.

        https://upstox.com/developer/api-documentation/get-corporate-actions
        """
        ...

    @get("/v2/fundamentals/{instrument_key}/competitors")
    def get_competitors(self, instrument_key: str, **options: Unpack[RequestOptions]) -> CompetitorsResponse:
        """Companies of the same sector.

        Parameters:
            instrument_key: a key such as `NSE_EQ|INE002A01018`, not a bare ISIN.

        Raises:
            InvalidRequestError: UDAPI100011, no such key.

        https://upstox.com/developer/api-documentation/get-competitors
        """
        ...


class FundamentalsApi(FundamentalsOperations, SyncApi):
    """Companies, by ISIN."""
