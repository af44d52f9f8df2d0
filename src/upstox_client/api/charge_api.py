"""Brokerage and margins, before ordering: https://upstox.com/developer/api-documentation/charges"""

from __future__ import annotations

from typing import Any, Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, get, post
from upstox_client.models.charges import GetBrokerageResponse, MarginRequest, PostMarginResponse
from upstox_client.models.orders import AnyProduct, TransactionType


class ChargeOperations:
    """Brokerage and margins, before ordering."""

    @get("/v2/charges/brokerage")
    def get_brokerage(
        self,
        instrument_token: str,
        quantity: int,
        product: AnyProduct,
        transaction_type: TransactionType,
        price: float,
        api_version: str = "2.0",
        **options: Unpack[RequestOptions],
    ) -> GetBrokerageResponse:
        """What an order would cost in brokerage, taxes and charges, in rupees.

        Raises:
            InvalidRequestError: UDAPI1059 (instrument), UDAPI1060, UDAPI1064 (quantity), UDAPI1054, UDAPI1063
                (product), UDAPI1057, UDAPI1062 (side), UDAPI1061, UDAPI1065 (price).

        https://upstox.com/developer/api-documentation/get-brokerage
        """
        ...

    @post("/v2/charges/margin")
    def post_margin(
        self, body: MarginRequest | dict[str, Any], **options: Unpack[RequestOptions]
    ) -> PostMarginResponse:
        """The margin that up to twenty orders would need, each by itself and all together, in rupees.

        It changes nothing on the account.

        Raises:
            InvalidRequestError: UDAPI1098, UDAPI1099, UDAPI1103 (instrument), UDAPI1096, UDAPI1097, UDAPI1104
                (quantity), UDAPI1054, UDAPI1100 (product), UDAPI1057, UDAPI1101 (side), UDAPI1095 (price), UDAPI1102
                (too many).

        https://upstox.com/developer/api-documentation/margin
        """
        ...


class ChargeApi(ChargeOperations, SyncApi):
    """Brokerage and margins, before ordering."""
