"""IPOs: https://upstox.com/developer/api-documentation/ipo"""

from __future__ import annotations

from typing import Any, Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, delete, get, post
from upstox_client.models.ipo import (
    IpoApplyRequest,
    IpoApplyResponse,
    IpoCancelResponse,
    IpoDetailsResponse,
    IpoListingResponse,
    IpoOrderDetailResponse,
    IpoOrderResponse,
    IpoStatus,
    IssueType,
)


class IpoOperations:
    """IPOs, and applications for them."""

    @get("/v2/ipos")
    def get_ipo_listing(
        self,
        status: IpoStatus | None = None,
        issue_type: IssueType | None = None,
        page_number: int | None = None,
        records: int | None = None,
        **options: Unpack[RequestOptions],
    ) -> IpoListingResponse:
        """IPOs in brief.

        Parameters:
            status: `open` if left out.
            issue_type: both if left out.
            page_number: from 1.
            records: IPOs a page: at most 30, default 20.

        Raises:
            InvalidRequestError: UDAPI1219 (status), UDAPI1220 (issue_type).

        https://upstox.com/developer/api-documentation/get-ipos
        """
        ...

    @get("/v2/ipos/{id}")
    def get_ipo_details(
        self,
        id: str,  # noqa: A002 - the official name
        **options: Unpack[RequestOptions],
    ) -> IpoDetailsResponse:
        """One IPO in full.

        Parameters:
            id: as in the listing, such as `autofurnish-limited-ipo`.

        Raises:
            NotFoundError: no such IPO. By other sources, that is a `ServerError` with UDAPI100500.

        https://upstox.com/developer/api-documentation/get-ipo-details
        """
        ...

    @post("/v2/ipos/orders")
    def apply_for_ipo(
        self, body: IpoApplyRequest | dict[str, Any], **options: Unpack[RequestOptions]
    ) -> IpoApplyResponse:
        """Apply for shares. At most one call a second, 10 a minute, 300 in 30 minutes.

        It is sent once. After a `NetworkError` with `maybe_sent`, or a `ServerError`, read `get_ipo_orders` before
        trying again.

        Raises:
            InvalidRequestError: UDAPI1226 to UDAPI1229 (id, upi, category), UDAPI1231 to UDAPI1235 (bids), UDAPI1236
                (no such UPI id).

        https://upstox.com/developer/api-documentation/apply-ipo
        """
        ...

    @get("/v2/ipos/orders")
    def get_ipo_orders(
        self, page_number: int | None = None, records: int | None = None, **options: Unpack[RequestOptions]
    ) -> IpoOrderResponse:
        """The account's applications, newest first.

        Parameters:
            page_number: from 1.
            records: applications a page: at most 30, default 10.

        https://upstox.com/developer/api-documentation/get-ipo-orders
        """
        ...

    @get("/v2/ipos/orders/{order_id}")
    def get_ipo_order_by_id(self, order_id: str, **options: Unpack[RequestOptions]) -> IpoOrderDetailResponse:
        """One application.

        Raises:
            NotFoundError: no such application.
            InvalidRequestError: UDAPI1226, the id is missing.

        https://upstox.com/developer/api-documentation/get-ipo-order-details
        """
        ...

    @delete("/v2/ipos/orders/{order_id}")
    def cancel_ipo_order(self, order_id: str, **options: Unpack[RequestOptions]) -> IpoCancelResponse:
        """Take an application back, while bids are open.

        Raises:
            NotFoundError: no such application.

        https://upstox.com/developer/api-documentation/cancel-ipo-order
        """
        ...


class IpoApi(IpoOperations, SyncApi):
    """IPOs, and applications for them."""
