"""The market as a whole: https://upstox.com/developer/api-documentation/market-information"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, get
from upstox_client.models.market import (
    ActivityInterval,
    AssetType,
    ChangeOiResponse,
    DiiDataType,
    FiiDataType,
    FuturesCategory,
    InstitutionalActivityResponse,
    MaxPainResponse,
    MtfSmartlistResponse,
    OiResponse,
    OptionsCategory,
    PcrResponse,
    SmartlistResponse,
)


class MarketOperations:
    """Open interest, put-call ratio, max pain; what institutions do; smartlists.

    The official client returns one class, `AnalyticsResponse`, with plain dicts for all of them. Each response here is
    a subclass of it, and what it holds can be read as a dict and by attribute.
    """

    @get("/v2/market/oi")
    def get_oi_data(
        self,
        instrument_key: str,
        expiry: str | datetime.date,
        _date: str | datetime.date,
        **options: Unpack[RequestOptions],
    ) -> OiResponse:
        """Open interest of the calls and puts of one expiry, by strike, on a day.

        Parameters:
            instrument_key: the underlying's key, such as `NSE_INDEX|Nifty 50`.

        Raises:
            InvalidRequestError: UDAPI100011 (no such key), UDAPI1202 (expiry), UDAPI1203 (date).

        https://upstox.com/developer/api-documentation/get-oi
        """
        ...

    @get("/v2/market/change-oi")
    def get_change_oi_data(
        self,
        instrument_key: str,
        expiry: str | datetime.date,
        _date: str | datetime.date,
        interval: int,
        **options: Unpack[RequestOptions],
    ) -> ChangeOiResponse:
        """Change of the open interest of the calls and puts of one expiry, by strike.

        Parameters:
            instrument_key: the underlying's key.
            interval: over how many days.

        Raises:
            InvalidRequestError: UDAPI100011 (no such key), UDAPI1202 (expiry), UDAPI1203 (date), UDAPI1204 (interval).

        https://upstox.com/developer/api-documentation/get-change-oi
        """
        ...

    @get("/v2/market/pcr")
    def get_pcr_data(
        self,
        instrument_key: str,
        expiry: str | datetime.date,
        _date: str | datetime.date,
        bucket_interval: int,
        **options: Unpack[RequestOptions],
    ) -> PcrResponse:
        """The put-call ratio of one expiry through a day.

        Parameters:
            instrument_key: the underlying's key.
            bucket_interval: minutes between two values, from 09:15.

        Raises:
            InvalidRequestError: UDAPI100011 (no such key), UDAPI1202 (expiry), UDAPI1203 (date), UDAPI1205 (bucket).

        https://upstox.com/developer/api-documentation/get-pcr
        """
        ...

    @get("/v2/market/max-pain")
    def get_max_pain_data(
        self,
        instrument_key: str,
        expiry: str | datetime.date,
        _date: str | datetime.date,
        bucket_interval: int,
        **options: Unpack[RequestOptions],
    ) -> MaxPainResponse:
        """The max pain strike of one expiry through a day.

        Parameters:
            instrument_key: the underlying's key.
            bucket_interval: minutes between two values, from 09:15.

        Raises:
            InvalidRequestError: UDAPI100011 (no such key), UDAPI1202 (expiry), UDAPI1203 (date), UDAPI1205 (bucket).

        https://upstox.com/developer/api-documentation/get-max-pain
        """
        ...

    @get("/v2/market/fii")
    def get_fii_data(
        self,
        data_type: FiiDataType | str | Sequence[FiiDataType],
        interval: ActivityInterval,
        _from: str | datetime.date | None = None,
        **options: Unpack[RequestOptions],
    ) -> InstitutionalActivityResponse:
        """What foreign institutions bought, sold and hold: thirty sessions, or at most twelve months, newest first.

        In the evening of a session it is not published yet; there is nothing before April 2026.

        Parameters:
            data_type: one or more of `models.market.FiiDataType`; `data` has a list for each.
            interval: `1D` or `1M`.
            _from: the last session wanted, in spite of its name; the latest if left out.

        Raises:
            InvalidRequestError: UDAPI1198 (data_type), UDAPI1199 (interval), UDAPI1200 (from).

        https://upstox.com/developer/api-documentation/get-fii-data
        """
        ...

    @get("/v2/market/dii")
    def get_dii_data(
        self,
        data_type: DiiDataType,
        interval: ActivityInterval,
        _from: str | datetime.date | None = None,
        **options: Unpack[RequestOptions],
    ) -> InstitutionalActivityResponse:
        """What domestic institutions bought and sold; as `get_fii_data`.

        Raises:
            InvalidRequestError: UDAPI1198 (data_type), UDAPI1199 (interval), UDAPI1200 (from).

        https://upstox.com/developer/api-documentation/get-dii-data
        """
        ...

    @get("/v2/market/smartlist/futures")
    def get_smartlist_futures(
        self,
        asset_type: AssetType | None = None,
        category: FuturesCategory | None = None,
        page_number: int | None = None,
        page_size: int | None = None,
        **options: Unpack[RequestOptions],
    ) -> SmartlistResponse:
        """The futures that lead a category.

        Parameters:
            asset_type: the server wants it.
            category: the server wants it. `COMMODITY` has the first four only.
            page_number: from 1.
            page_size: at most 50.

        Raises:
            InvalidRequestError: UDAPI1212 (asset_type), UDAPI1213 (category), UDAPI1214 (page_size).

        https://upstox.com/developer/api-documentation/get-futures-smartlist
        """
        ...

    @get("/v2/market/smartlist/options")
    def get_smartlist_options(
        self,
        asset_type: AssetType | None = None,
        category: OptionsCategory | None = None,
        page_number: int | None = None,
        page_size: int | None = None,
        **options: Unpack[RequestOptions],
    ) -> SmartlistResponse:
        """The options that lead a category.

        In `UNDER_5000` and `UNDER_10000` (rupees of margin to buy), the metric has its `current` value only.

        Parameters:
            asset_type: the server wants it.
            category: the server wants it. `COMMODITY` has the first four only.
            page_number: from 1.
            page_size: at most 50.

        Raises:
            InvalidRequestError: UDAPI1212 (asset_type), UDAPI1213 (category), UDAPI1214 (page_size).

        https://upstox.com/developer/api-documentation/get-options-smartlist
        """
        ...

    @get("/v2/market/smartlist/mtf")
    def get_smartlist_mtf(
        self, page_number: int | None = None, page_size: int | None = None, **options: Unpack[RequestOptions]
    ) -> MtfSmartlistResponse:
        """The shares that can be bought with margin funding, and what it saves.

        Parameters:
            page_number: from 1.
            page_size: at most 50.

        Raises:
            InvalidRequestError: UDAPI1214 (page_size).

        https://upstox.com/developer/api-documentation/get-mtf-smartlist
        """
        ...


class MarketApi(MarketOperations, SyncApi):
    """Open interest, put-call ratio, max pain; what institutions do; smartlists."""
