"""The day's instruments: downloaded when there are new ones, and found by name."""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import os
import re
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from upstox_client.api.market_quote_v3_api import MarketQuoteV3Operations
from upstox_client.auth.token import Place
from upstox_client.configuration import Configuration
from upstox_client.core.request import Request
from upstox_client.errors import ApiException, NetworkError, NotFoundError
from upstox_client.instruments import ExpiryLike, Instrument, Instruments, Name, UnknownInstrumentError, master, store
from upstox_client.instruments.errors import InstrumentFileError
from upstox_client.instruments.store import Progress
from upstox_client.rest import RESTResponse
from upstox_client.trading.colours import Async, Flow, Flowing, Step, Sync, call, do, flow, flow_property, work
from upstox_client.trading.moments import from_iso, ist_now

ASSETS_HOST: Final = "https://assets.upstox.com"
FILE: Final = "/market-quote/instruments/exchange/complete.json.gz"

# https://upstox.com/developer/api-documentation/instruments: new files come at about 06:00 IST.
_RENEWED_AT: Final = dt.time(6, 30)
_KEY: Final = re.compile(r"[A-Z]+_[A-Z]+\|[^|]+(?:\|\d\d-\d\d-\d{4})?")
_MARKET: Final = "NSE_INDEX|Nifty 50"
_DOWNLOAD_TIMEOUT: Final = (10.0, 60.0)


class StaleInstrumentsWarning(UserWarning):
    """The instruments could not be renewed; those of an earlier day are used."""


def assets_configuration(configuration: Configuration) -> Configuration:
    """How the instrument files are reached: without a token, on the host that has them.

    Upstox keeps them on a host of their own. Any other server, such as the emulator, has them itself.
    """
    assets = copy.copy(configuration)
    if configuration.environment in {"live", "sandbox"}:
        assets.host = assets.order_host = ASSETS_HOST
    assets.sandbox = False
    assets.access_token = ""
    assets.rate_limit = False
    assets.timeout = _DOWNLOAD_TIMEOUT
    return assets


def cache_folder() -> Path:
    """Where files that can be made again are kept: `UPSTOX_CACHE`, or the platform's folder for such."""
    named = os.environ.get("UPSTOX_CACHE")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("upstox", appauthor=False))


class Listing:
    """Where the instruments of one Upstox are, and the opened ones.

    Parameters:
        assets: a client of the host that has the files.
        place: which Upstox; each has a file of its own.
        folder: where the file is kept.
        progress: told of how far a download has come.
        clock: the present, in IST.
    """

    def __init__(
        self,
        assets: Any,
        place: Place,
        folder: Path | None = None,
        progress: Progress | None = None,
        clock: Callable[[], dt.datetime] = ist_now,
    ) -> None:
        self.assets = assets
        self.progress = progress
        self.clock = clock
        # Emulators come and go, each on a port of its own: they share a file, and tell whether it is theirs.
        name = place.environment if place.environment == "emulator" else re.sub(r"[^\w.-]+", "-", str(place))
        self.path = (folder or cache_folder()) / "instruments" / f"{name}.sqlite"
        # The day of another server is its own: it is asked by every program.
        self._trusts_clock = place.environment in {"live", "sandbox"}
        self.book: Instruments | None = None
        self._former: Instruments | None = None  # another thread may still be reading in it
        self._checked: dt.datetime | None = None

    def current(self) -> Instruments | None:
        """The opened instruments, if they are of today; those of the file are opened if they are."""
        now = self.clock()
        if self.book is not None and self._checked is not None and self._checked >= _latest_renewal(now):
            return self.book
        if self._trusts_clock and self.checked_at() >= _latest_renewal(now):
            with contextlib.suppress(InstrumentFileError):
                return self.use(now)
        return None

    def checked_at(self) -> dt.datetime:
        """When the server was last asked for a newer file."""
        try:
            stamp = self.path.stat().st_mtime
        except OSError:
            stamp = 0.0
        return dt.datetime.fromtimestamp(stamp, dt.UTC)

    def etag(self) -> str:
        """The version of the file that is there; empty if there is none."""
        try:
            with store.Store(self.path) as found:
                return found.etag
        except InstrumentFileError:
            return ""

    def use(self, now: dt.datetime) -> Instruments:
        """Open the file."""
        book = Instruments.open(self.path, now.date())
        oldest, self._former, self.book = self._former, self.book, book
        self._checked = self.clock()
        if oldest is not None:
            oldest.close()
        return book

    def confirm(self) -> None:
        """The file that is there is the newest."""
        stamp = self.clock().timestamp()
        os.utime(self.path, (stamp, stamp))

    def build(self, data: bytes, etag: str) -> None:
        """Make the file of what came."""
        store.build(self.path, master.read(data), etag=etag, progress=self.progress)
        self.confirm()

    def close(self) -> None:
        """Let go of the file."""
        for book in (self._former, self.book):
            if book is not None:
                book.close()
        self._former = self.book = None

    def request(self, etag: str) -> Request:
        """What asks for the file, unless it is the one of this version."""
        headers = {"If-None-Match": etag} if etag else {}
        request: Request = self.assets.generic_request(FILE, "GET", header_params=headers)
        request.redirects = True  # 304 is what is hoped for
        return request


def _latest_renewal(now: dt.datetime) -> dt.datetime:
    """When new files came last."""
    today = now.replace(hour=_RENEWED_AT.hour, minute=_RENEWED_AT.minute, second=0, microsecond=0)
    return today if now >= today else today - dt.timedelta(days=1)


class _Fetch(Step[RESTResponse]):
    def __init__(self, client: Any, request: Request) -> None:
        self._client = client
        self._request = request

    def run(self, _: Sync, /) -> RESTResponse:
        answer: RESTResponse = self._client.execute(self._request)
        return answer

    async def run_async(self, _: Async, /) -> RESTResponse:
        answer: RESTResponse = await self._client.execute(self._request)
        return answer


class InstrumentFlows(Flowing):
    """Instruments."""

    listing: Listing

    @flow_property
    def now(self) -> Flow[dt.datetime]:
        """The present, in IST. An emulator is asked for its own."""
        configuration: Configuration = self.client.configuration
        if configuration.environment == "emulator":
            with contextlib.suppress(ApiException):
                answer = yield from call(MarketQuoteV3Operations.get_full_market_quote_v3, _MARKET)
                stamps = [from_iso(row.timestamp) for row in (answer.data or {}).values()]
                if stamps and stamps[0] is not None:
                    return stamps[0]
        return self.listing.clock()

    @flow_property
    def instruments(self) -> Flow[Instruments]:
        """All instruments of the day. The first program of the day downloads them.

        Raises:
            ApiException: they cannot be downloaded, and there are none of an earlier day.
            InstrumentFileError: what came is no instrument file.

        https://upstox.com/developer/api-documentation/instruments
        """
        listing = self.listing
        book = listing.current()
        if book is not None:
            return book
        etag = listing.etag()
        if listing.progress:
            listing.progress("downloading instruments", 0, 0)
        try:
            answer = yield from do(_Fetch(listing.assets, listing.request(etag)))
        except (NetworkError, NotFoundError) as error:
            if not etag:
                error.add_note(f"The list of instruments is at {listing.assets.configuration.host}{FILE}.")
                raise
            warnings.warn(
                f"The instruments of {listing.checked_at():%d %b %Y} are used: {error.reason}",
                StaleInstrumentsWarning,
                stacklevel=2,
            )
        else:
            if answer.status == 304:
                listing.confirm()
            else:
                yield from work(listing.build, answer.data, answer.getheader("ETag") or "")
        if listing.progress:
            listing.progress("downloading instruments", 1, 1)
        return listing.use((yield from InstrumentFlows.now.flow(self)))

    @flow
    def instrument(self, name: Name, *, segment: str | None = None) -> Flow[Instrument]:
        """The instrument that is called so: `RELIANCE`, `nifty 50`, `NSE_EQ|INE002A01018`, `NIFTY FUT next month`.

        A share that is on both exchanges is the one of NSE; `BSE:RELIANCE`, or `segment`, asks for the other.

        Raises:
            UnknownInstrumentError: there is none; it has suggestions.
            AmbiguousInstrumentError: there are several; it has them.
        """
        if isinstance(name, Instrument):
            return name
        book = yield from InstrumentFlows.instruments.flow(self)
        try:
            return book.find(name, segment=segment)
        except UnknownInstrumentError:
            if _KEY.fullmatch(name):  # an expired one, or one that is new since the file
                return Instrument(key=name, symbol=name.partition("|")[2], segment=name.partition("|")[0])
            raise

    @flow
    def search(
        self,
        text: str = "",
        *,
        segment: str | Sequence[str] | None = None,
        kind: str | Sequence[str] | None = None,
        underlying: Name | None = None,
        expiry: ExpiryLike | None = None,
        strike: float | None = None,
        limit: int = 20,
    ) -> Flow[list[Instrument]]:
        """The instruments that fit, the likeliest first; see `upstox_client.instruments.Instruments.search`."""
        book = yield from InstrumentFlows.instruments.flow(self)
        return book.search(
            text, segment=segment, kind=kind, underlying=underlying, expiry=expiry, strike=strike, limit=limit
        )

    @flow
    def expiries(self, underlying: Name, *, kind: Literal["option", "future"] = "option") -> Flow[list[dt.date]]:
        """The days on which options (or futures) of an underlying end, soonest first."""
        book = yield from InstrumentFlows.instruments.flow(self)
        return book.expiries(underlying, kind)

    @flow
    def futures(self, underlying: Name) -> Flow[list[Instrument]]:
        """The futures of an underlying, the one that ends soonest first."""
        book = yield from InstrumentFlows.instruments.flow(self)
        return book.futures(underlying)
