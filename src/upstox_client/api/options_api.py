"""Option contracts and the chain: https://upstox.com/developer/api-documentation/option-chain"""

from __future__ import annotations

import datetime
from typing import Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, get
from upstox_client.models.instruments import GetOptionContractResponse
from upstox_client.models.options import GetOptionChainResponse


class OptionsOperations:
    """Option contracts and the chain of an underlying."""

    @get("/v2/option/contract")
    def get_option_contracts(
        self,
        instrument_key: str,
        expiry_date: str | datetime.date | None = None,
        **options: Unpack[RequestOptions],
    ) -> GetOptionContractResponse:
        """The options of an underlying: of one expiry, or of all.

        Parameters:
            instrument_key: the underlying's key, such as `NSE_INDEX|Nifty 50`.
            expiry_date: a date, or a word of `models.options.ExpiryWord` (taken by the server, not documented).

        Raises:
            InvalidRequestError: UDAPI100011 (no such key), UDAPI1088 (date).

        https://upstox.com/developer/api-documentation/get-option-contracts
        """
        ...

    @get("/v2/option/chain")
    def get_put_call_option_chain(
        self, instrument_key: str, expiry_date: str | datetime.date, **options: Unpack[RequestOptions]
    ) -> GetOptionChainResponse:
        """Calls and puts of one expiry by strike, with prices, open interest and Greeks. Not for MCX.

        `data` is empty if there is no such expiry.

        Parameters:
            instrument_key: the underlying's key.
            expiry_date: a date, or a word of `models.options.ExpiryWord`.

        Raises:
            InvalidRequestError: UDAPI100011 (no such key), UDAPI1088 (date).

        https://upstox.com/developer/api-documentation/get-pc-option-chain
        """
        ...


class OptionsApi(OptionsOperations, SyncApi):
    """Option contracts and the chain of an underlying."""
