"""The instrument search: https://upstox.com/developer/api-documentation/instrument-search"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, get
from upstox_client.models.instruments import SearchInstrumentResponse


class InstrumentsOperations:
    """The instrument search."""

    @get("/v2/instruments/search")
    def search_instrument(
        self,
        query: str,
        exchanges: str | Sequence[str] | None = None,
        segments: str | Sequence[str] | None = None,
        instrument_types: str | Sequence[str] | None = None,
        expiry: str | datetime.date | Sequence[str | datetime.date] | None = None,
        atm_offset: int | None = None,
        page_number: int | None = None,
        records: int | None = None,
        **options: Unpack[RequestOptions],
    ) -> SearchInstrumentResponse:
        """Instruments whose symbol, name or ISIN holds some text.

        Parameters:
            query: 1 to 50 characters, such as `RELIANCE` or `NIFTY FUT`.
            exchanges: of `ALL` (default), `NSE`, `BSE`, `MCX`.
            segments: of `ALL` (default), `EQ`, `FO`, `CURR`, `COMM`, `INDEX`, `OPT`, `FUT`.
            instrument_types: such as `EQ`, `FUT`, `CE`, `PE`, `INDEX`.
            expiry: dates, or words such as `current_week`, `next_week`, `current_month`, `next_month`.
            atm_offset: options so many strikes above (or, negative, below) the money; of the current week, unless
                `expiry` says otherwise.
            page_number: from 1.
            records: results a page: 1 to 30, default 10.

        Raises:
            InvalidRequestError: UDAPI1169 and UDAPI1170 (query empty or too long), UDAPI1171 (exchange), UDAPI1172
                (segment), UDAPI1173 and UDAPI1196 (records), UDAPI1174 (page), UDAPI1175 (expiry).

        https://upstox.com/developer/api-documentation/instrument-search
        """
        ...


class InstrumentsApi(InstrumentsOperations, SyncApi):
    """The instrument search."""
