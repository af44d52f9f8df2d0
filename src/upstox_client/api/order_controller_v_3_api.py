"""Orders and good-till-triggered orders: https://upstox.com/developer/api-documentation/v3/place-order"""

from __future__ import annotations

from typing import Any, Final, Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, delete, get, post, put
from upstox_client.models.gtt import (
    GetGttOrderResponse,
    GttCancelOrderRequest,
    GttModifyOrderRequest,
    GttPlaceOrderRequest,
    GttTriggerOrderResponse,
)
from upstox_client.models.orders import (
    CancelOrderV3Response,
    ModifyOrderRequest,
    ModifyOrderV3Response,
    PlaceOrderV3Request,
    PlaceOrderV3Response,
)

_ANY: Final = "*/*"


class OrderV3Operations:
    """Orders and good-till-triggered orders.

    Order writes are sent once, share 10 calls a second, 500 a minute and 2,000 in half an hour, and are accepted from
    the account's static IP addresses only. Each may raise, besides what it says itself:

        OrderOutcomeUnknown: it was sent, and no usable answer came back; read the order book before sending it again.
        StaticIpError: UDAPI1154, not from a registered address.
        PermissionDeniedError: UDAPI1156, no such algo name.

    `algo_name` is the name of a registered algo, for apps that have any; `origin` is undocumented.
    """

    @post("/v3/order/place", accept=_ANY)
    def place_order(
        self,
        body: PlaceOrderV3Request | dict[str, Any],
        origin: str | None = None,
        algo_name: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> PlaceOrderV3Response:
        """Place an order, and get its id, or with `slice` the ids of its parts: at most ten (25 before 2026).

        The ids say that the orders were taken, not that the exchange has them: a refusal by risk management or by the
        exchange is in the order book.

        Raises:
            OrderOutcomeUnknown: it may have been placed; search the order book for its tag.
            InvalidRequestError: UDAPI1026, UDAPI100011 (instrument), UDAPI1004, UDAPI1056 (order type), UDAPI1006,
                UDAPI1054 (product), UDAPI1007, UDAPI1055 (validity), UDAPI1057 (side), UDAPI1052 (quantity), UDAPI1008,
                UDAPI1037, UDAPI1038, UDAPI1040 to UDAPI1043 (prices), UDAPI1118 (too many slices), UDAPI1119 (tag),
                UDAPI1158 to UDAPI1160 (market protection), UDAPI1161 (commodities), UDAPI100039, UDAPI100049 (account).
            ServiceClosedError: UDAPI100074, between 00:00 and 05:30 IST.

        https://upstox.com/developer/api-documentation/v3/place-order
        """
        ...

    @put("/v3/order/modify", accept=_ANY)
    def modify_order(
        self,
        body: ModifyOrderRequest | dict[str, Any],
        origin: str | None = None,
        algo_name: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> ModifyOrderV3Response:
        """Change an open order. Its id stays the same.

        Raises:
            OrderOutcomeUnknown: it may have been changed; read the order.
            NotFoundError: UDAPI100010, no such order.
            InvalidRequestError: UDAPI1003 (no id), UDAPI100041 (no longer open), UDAPI1004, UDAPI1056 (order type),
                UDAPI1007, UDAPI1055 (validity), UDAPI1008, UDAPI1029 to UDAPI1032, UDAPI1036 (prices), UDAPI1039
                (disclosed quantity), UDAPI1158 to UDAPI1161, UDAPI100049.

        https://upstox.com/developer/api-documentation/v3/modify-order
        """
        ...

    @delete("/v3/order/cancel", accept=_ANY)
    def cancel_order(
        self,
        order_id: str,
        origin: str | None = None,
        algo_name: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> CancelOrderV3Response:
        """Cancel an open order.

        Raises:
            OrderOutcomeUnknown: it may have been cancelled; read the order.
            NotFoundError: UDAPI100010, no such order.
            InvalidRequestError: UDAPI1010, UDAPI1023 (id), UDAPI100040 (no longer open), UDAPI100049.

        https://upstox.com/developer/api-documentation/v3/cancel-order
        """
        ...

    @post("/v3/order/gtt/place")
    def place_gtt_order(
        self,
        body: GttPlaceOrderRequest | dict[str, Any],
        algo_name: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> GttTriggerOrderResponse:
        """Place an order that waits for its price: for a year, or if intraday for the day.

        When ENTRY fires, a limit order goes out; once that is complete, TARGET and STOPLOSS wait, and one that is
        executed cancels the other.

        Raises:
            OrderOutcomeUnknown: it may have been placed; read the GTT orders.
            InvalidRequestError: UDAPI1126 to UDAPI1133, UDAPI1136 to UDAPI1143 (type and rules), UDAPI1151 (trailing
                gap), UDAPI1158, UDAPI1176, UDAPI1177 (market protection).

        https://upstox.com/developer/api-documentation/place-gtt-order
        """
        ...

    @put("/v3/order/gtt/modify")
    def modify_gtt_order(
        self,
        body: GttModifyOrderRequest | dict[str, Any],
        algo_name: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> GttTriggerOrderResponse:
        """Change an order that waits.

        Raises:
            OrderOutcomeUnknown: it may have been changed; read the GTT orders.
            NotFoundError: UDAPI100010, no such order.
            InvalidRequestError: as in `place_gtt_order`; UDAPI1134, UDAPI1135 (id), UDAPI1150 (ENTRY of an open order).

        https://upstox.com/developer/api-documentation/modify-gtt-order
        """
        ...

    @delete("/v3/order/gtt/cancel")
    def cancel_gtt_order(
        self,
        body: GttCancelOrderRequest | dict[str, Any],
        algo_name: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> GttTriggerOrderResponse:
        """Cancel an order that waits, with all its legs.

        Raises:
            OrderOutcomeUnknown: it may have been cancelled; read the GTT orders.
            NotFoundError: UDAPI100010, no such order.
            InvalidRequestError: UDAPI1134, UDAPI1135 (id).

        https://upstox.com/developer/api-documentation/cancel-gtt-order
        """
        ...

    @get("/v3/order/gtt")
    def get_gtt_order_details(
        self, gtt_order_id: str | None = None, **options: Unpack[RequestOptions]
    ) -> GetGttOrderResponse:
        """The orders that wait; completed ones are not among them.

        Parameters:
            gtt_order_id: this order alone.

        Raises:
            InvalidRequestError: UDAPI1135, not a GTT order's id.

        https://upstox.com/developer/api-documentation/get-gtt-order-details
        """
        ...


class OrderApiV3(OrderV3Operations, SyncApi):
    """Orders and good-till-triggered orders."""
