"""Mutual funds: https://upstox.com/developer/api-documentation/mutual-fund"""

from __future__ import annotations

from typing import Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, get
from upstox_client.models.mutual_funds import (
    GetMutualFundHoldingsResponse,
    GetMutualFundOrderDetailsResponse,
    GetMutualFundOrdersResponse,
    GetMutualFundSipsResponse,
    MutualFundOrderStatus,
    MutualFundTransaction,
)


class MutualFundOperations:
    """The account's mutual funds, to read."""

    @get("/v2/mf/holdings")
    def get_mutual_fund_holdings(self, **options: Unpack[RequestOptions]) -> GetMutualFundHoldingsResponse:
        """The units that are held.

        https://upstox.com/developer/api-documentation/get-mutual-fund-holdings
        """
        ...

    @get("/v2/mf/orders")
    def get_mutual_fund_orders(
        self,
        status: MutualFundOrderStatus | None = None,
        transaction_type: MutualFundTransaction | None = None,
        page_number: int | None = None,
        records: int | None = None,
        **options: Unpack[RequestOptions],
    ) -> GetMutualFundOrdersResponse:
        """The orders of the last seven days.

        Parameters:
            status: all if left out.
            transaction_type: both if left out.
            page_number: from 1.
            records: orders a page: at most 30, default 10.

        https://upstox.com/developer/api-documentation/get-mutual-fund-orders
        """
        ...

    @get("/v2/mf/orders/{order_id}")
    def get_mutual_fund_order(
        self, order_id: str, **options: Unpack[RequestOptions]
    ) -> GetMutualFundOrderDetailsResponse:
        """One order.

        Raises:
            NotFoundError: UDAPI100010, no such order.

        https://upstox.com/developer/api-documentation/get-mutual-fund-order-by-id
        """
        ...

    @get("/v2/mf/sips")
    def get_mutual_fund_sips(
        self, page_number: int | None = None, records: int | None = None, **options: Unpack[RequestOptions]
    ) -> GetMutualFundSipsResponse:
        """The plans of regular purchases.

        Parameters:
            page_number: from 1.
            records: plans a page: at most 30, default 10.

        https://upstox.com/developer/api-documentation/get-mutual-fund-sips
        """
        ...


class MutualFundApi(MutualFundOperations, SyncApi):
    """The account's mutual funds, to read."""
