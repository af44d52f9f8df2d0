"""Positions and holdings: https://upstox.com/developer/api-documentation/get-positions"""

from __future__ import annotations

from typing import Any, Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, get, put
from upstox_client.models.portfolio import (
    ConvertPositionRequest,
    ConvertPositionResponse,
    GetHoldingsResponse,
    GetPositionResponse,
)


class PortfolioOperations:
    """Positions and holdings."""

    @get("/v2/portfolio/short-term-positions")
    def get_positions(self, api_version: str = "2.0", **options: Unpack[RequestOptions]) -> GetPositionResponse:
        """The day's positions; one that was closed today stays, with a quantity of 0.

        Shares bought for delivery are here on the first day and among the holdings from the next.

        https://upstox.com/developer/api-documentation/get-positions
        """
        ...

    @get("/v3/portfolio/mtf-positions")
    def get_mtf_positions(self, **options: Unpack[RequestOptions]) -> GetPositionResponse:
        """The positions of the margin trading facility, which is for shares on NSE.

        https://upstox.com/developer/api-documentation/get-mtf-positions
        """
        ...

    @put("/v2/portfolio/convert-position")
    def convert_positions(
        self,
        body: ConvertPositionRequest | dict[str, Any],
        api_version: str = "2.0",
        **options: Unpack[RequestOptions],
    ) -> ConvertPositionResponse:
        """Move units of a position from one product to another, intraday to delivery or back. It takes margin.

        It is sent once. After a `NetworkError` with `maybe_sent`, read the positions before trying again.

        Raises:
            InvalidRequestError: UDAPI1033 to UDAPI1035, there is no such position.

        https://upstox.com/developer/api-documentation/convert-positions
        """
        ...

    @get("/v2/portfolio/long-term-holdings")
    def get_holdings(self, api_version: str = "2.0", **options: Unpack[RequestOptions]) -> GetHoldingsResponse:
        """The shares in the demat account.

        https://upstox.com/developer/api-documentation/get-holdings
        """
        ...


class PortfolioApi(PortfolioOperations, SyncApi):
    """Positions and holdings."""
