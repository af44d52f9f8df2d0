"""Orders, the older calls; the order book, trades, batches: https://upstox.com/developer/api-documentation/orders"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, delete, get, post, put
from upstox_client.models.orders import (
    CancelOrderResponse,
    CancelOrExitMultiOrderResponse,
    GetOrderBookResponse,
    GetOrderDetailsResponse,
    GetOrderResponse,
    GetTradeResponse,
    ModifyOrderRequest,
    ModifyOrderResponse,
    MultiOrderRequest,
    MultiOrderResponse,
    OrderSegment,
    PlaceOrderRequest,
    PlaceOrderResponse,
)


class OrderOperations:
    """Orders, the older calls; the order book, trades, batches.

    Order writes are sent once, share 10 calls a second, 500 a minute and 2,000 in half an hour, and are accepted from
    the account's static IP addresses only. Each may raise, besides what it says itself:

        OrderOutcomeUnknown: it was sent, and no usable answer came back; read the order book before sending it again.
        StaticIpError: UDAPI1154, not from a registered address.
        PermissionDeniedError: UDAPI1156, no such algo name.

    `algo_name` is the name of a registered algo, for apps that have any.
    """

    @post("/v2/order/place")
    def place_order(
        self,
        body: PlaceOrderRequest | dict[str, Any],
        api_version: str = "2.0",
        algo_name: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> PlaceOrderResponse:
        """Place an order, and get its id; superseded by `OrderApiV3.place_order`, which can slice.

        The id says that the order was taken, not that the exchange has it: a refusal by risk management or by the
        exchange is in the order book.

        Raises:
            OrderOutcomeUnknown: it may have been placed; search the order book for its tag.
            InvalidRequestError: UDAPI1026, UDAPI100011 (instrument), UDAPI1004, UDAPI1056 (order type), UDAPI1006,
                UDAPI1054 (product), UDAPI1007, UDAPI1055 (validity), UDAPI1057 (side), UDAPI1052 (quantity), UDAPI1008,
                UDAPI1037, UDAPI1038, UDAPI1040 to UDAPI1043 (prices), UDAPI1158 to UDAPI1160 (market protection),
                UDAPI1161 (commodities), UDAPI100039, UDAPI100049 (account).
            ServiceClosedError: UDAPI100074, between 00:00 and 05:30 IST.

        https://upstox.com/developer/api-documentation/place-order
        """
        ...

    @put("/v2/order/modify")
    def modify_order(
        self,
        body: ModifyOrderRequest | dict[str, Any],
        api_version: str = "2.0",
        algo_name: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> ModifyOrderResponse:
        """Change an open order; superseded by `OrderApiV3.modify_order`. Its id stays the same.

        Raises:
            OrderOutcomeUnknown: it may have been changed; read the order.
            NotFoundError: UDAPI100010, no such order.
            InvalidRequestError: UDAPI1003 (no id), UDAPI100041 (no longer open), UDAPI1004, UDAPI1056 (order type),
                UDAPI1007, UDAPI1055 (validity), UDAPI1008, UDAPI1029 to UDAPI1032, UDAPI1036 (prices), UDAPI1039
                (disclosed quantity), UDAPI1158 to UDAPI1161, UDAPI100049.

        https://upstox.com/developer/api-documentation/modify-order
        """
        ...

    @delete("/v2/order/cancel")
    def cancel_order(
        self,
        order_id: str,
        api_version: str = "2.0",
        algo_name: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> CancelOrderResponse:
        """Cancel an open order; superseded by `OrderApiV3.cancel_order`. A cover order is left with it, too.

        Raises:
            OrderOutcomeUnknown: it may have been cancelled; read the order.
            NotFoundError: UDAPI100010, no such order.
            InvalidRequestError: UDAPI1010, UDAPI1023 (id), UDAPI100040 (no longer open), UDAPI100049.

        https://upstox.com/developer/api-documentation/cancel-order
        """
        ...

    @post("/v2/order/multi/place")
    def place_multi_order(
        self,
        body: Sequence[MultiOrderRequest | dict[str, Any]],
        algo_name: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> MultiOrderResponse:
        """Place several orders, purchases first, and get the id of each.

        At most ten after slicing (25 before 2026). If any line is badly formed nothing is placed. Otherwise some may
        fail: then `status` is `partial_success`, and `errors` says which, by `correlation_id`.

        Parameters:
            body: a list of orders.
            algo_name: the name of a registered algo.

        Raises:
            OrderOutcomeUnknown: any of them may have been placed; search the order book for their tags.
            InvalidRequestError: UDAPI1114 (no line), UDAPI1115 to UDAPI1117 (correlation id), UDAPI1118 (too many),
                UDAPI1119 (tag), or a line as in `place_order`; `errors` has them all.
            ServiceClosedError: UDAPI100074, between 00:00 and 05:30 IST.

        https://upstox.com/developer/api-documentation/place-multi-order
        """
        ...

    @delete("/v2/order/multi/cancel")
    def cancel_multi_order(
        self,
        tag: str | None = None,
        segment: OrderSegment | None = None,
        algo_name: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> CancelOrExitMultiOrderResponse:
        """Cancel all open orders, after-market orders included, or those of a tag, of a segment, or of both.

        At most ten may be open (50 before 2026). Some may fail: then `status` is `partial_success`.

        Parameters:
            tag: the tag that the orders were placed with.
            segment: the segment they are of.
            algo_name: the name of a registered algo.

        Raises:
            OrderOutcomeUnknown: they may have been cancelled; read the order book.
            InvalidRequestError: UDAPI1108 (segment), UDAPI1109 (nothing is open), UDAPI1110 (too many), or none could
                be cancelled; `errors` has them by `order_id`.

        https://upstox.com/developer/api-documentation/cancel-multi-order
        """
        ...

    @post("/v2/order/positions/exit")
    def exit_positions(
        self,
        tag: str | None = None,
        segment: OrderSegment | None = None,
        algo_name: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> CancelOrExitMultiOrderResponse:
        """Close all open positions at the market, purchases first, or those of a tag, of a segment, or of both.

        Delivery positions in shares are left alone. At most ten may be open (50 before 2026). Some may fail: then
        `status` is `partial_success`.

        Parameters:
            tag: the tag of the orders that opened them; counts for intraday positions only.
            segment: the segment they are of.
            algo_name: the name of a registered algo.

        Raises:
            OrderOutcomeUnknown: orders may have been placed; read the positions and the order book.
            InvalidRequestError: UDAPI1108 (segment), UDAPI1111 (no open position), UDAPI1112 (too many), UDAPI1113
                (outside the market's hours), or none could be closed.

        https://upstox.com/developer/api-documentation/exit-all-positions
        """
        ...

    @get("/v2/order/retrieve-all")
    def get_order_book(self, api_version: str = "2.0", **options: Unpack[RequestOptions]) -> GetOrderBookResponse:
        """Today's orders, each as it stands.

        https://upstox.com/developer/api-documentation/get-order-book
        """
        ...

    @get("/v2/order/details")
    def get_order_status(
        self, order_id: str | None = None, **options: Unpack[RequestOptions]
    ) -> GetOrderDetailsResponse:
        """One of today's orders, as it stands.

        Parameters:
            order_id: the server wants it, although the official client does not.

        Raises:
            NotFoundError: UDAPI100010, no such order today.
            InvalidRequestError: UDAPI1010 (not an id), UDAPI100059 (no id).

        https://upstox.com/developer/api-documentation/get-order-details
        """
        ...

    @get("/v2/order/history")
    def get_order_details(
        self,
        api_version: str = "2.0",
        order_id: str | None = None,
        tag: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> GetOrderResponse:
        """Every state that an order went through today, in order of time.

        Parameters:
            api_version: `2.0`; the server no longer looks at it.
            order_id: the order.
            tag: all orders of this tag; with both, the order only if it has the tag. One of them is needed.

        Raises:
            NotFoundError: UDAPI100010, no such order today.
            InvalidRequestError: UDAPI1010 (not an id), UDAPI100059 (neither id nor tag).

        https://upstox.com/developer/api-documentation/get-order-history
        """
        ...

    @get("/v2/order/trades/get-trades-for-day")
    def get_trade_history(self, api_version: str = "2.0", **options: Unpack[RequestOptions]) -> GetTradeResponse:
        """Today's executions.

        https://upstox.com/developer/api-documentation/get-trade-history
        """
        ...

    @get("/v2/order/trades")
    def get_trades_by_order(
        self, order_id: str, api_version: str = "2.0", **options: Unpack[RequestOptions]
    ) -> GetTradeResponse:
        """Today's executions of one order; an empty list where there is none, and mostly where there is no such order.

        Raises:
            InvalidRequestError: UDAPI1010, UDAPI1023 (id).
            NotFoundError: UDAPI100010, no such order.

        https://upstox.com/developer/api-documentation/get-trades-by-order
        """
        ...


class OrderApi(OrderOperations, SyncApi):
    """Orders, the older calls; the order book, trades, batches."""
