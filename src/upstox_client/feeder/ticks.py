"""Typed views of what the feed says of an instrument, read straight from the message.

Prices are rupees, quantities whole numbers, times milliseconds since the epoch. What a mode does not carry is None (or
empty); what it carries is there, a zero too.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

import msgspec

from upstox_client.feeder import schema
from upstox_client.feeder.modes import Mode
from upstox_client.feeder.schema import MarketStatus, RequestMode, Type
from upstox_client.ist import IST

__all__ = ["Candle", "Greeks", "Level", "MarketUpdate", "SessionStatus", "Tick"]


Body: TypeAlias = schema.MarketFullFeed | schema.IndexFullFeed | schema.FirstLevelWithGreeks | None


class Level(NamedTuple):
    """One side of a level of the book: rupees, and the quantity at that price."""

    price: float
    quantity: int


class Candle(NamedTuple):
    """A candle; `ts` is the start of its interval (`1d`: the day so far, `I1`: the last whole minute)."""

    interval: str
    open: float
    high: float
    low: float
    close: float
    volume: int
    ts: int


class Greeks(NamedTuple):
    """The Greeks of an option."""

    delta: float
    theta: float
    gamma: float
    vega: float
    rho: float


class Tick:
    """What one frame says of one instrument.

    Attributes:
        key: the instrument key, such as `NSE_EQ|INE002A01018`.
        feed: the message that all else is read from.
        type: `initial_feed` for the snapshot after a subscription, else `live_feed`.
        sent: when the server sent the frame, ms since the epoch.
        received: when it arrived here, seconds of `time.time()`.
    """

    __slots__ = ("_content", "_ltpc", "feed", "key", "received", "sent", "type")

    def __init__(self, key: str, feed: schema.Feed, type: Type, sent: int, received: float) -> None:  # noqa: A002
        self.key = key
        self.feed = feed
        self.type = type
        self.sent = sent
        self.received = received
        self._ltpc: schema.LTPC | None = None

    def _open(self) -> schema.LTPC:
        """Look into the message, once."""
        feed = self.feed
        which = feed.WhichOneof("FeedUnion")
        if which == "fullFeed":
            full = feed.fullFeed
            body: Body = full.indexFF if full.WhichOneof("FullFeedUnion") == "indexFF" else full.marketFF
        else:
            body = feed.firstLevelWithGreeks if which == "firstLevelWithGreeks" else None
        self._content = body
        self._ltpc = ltpc = feed.ltpc if body is None else body.ltpc
        return ltpc

    @property
    def _body(self) -> Body:
        """The message of the mode; None for `ltpc`."""
        if self._ltpc is None:
            self._open()
        return self._content

    # Always there

    @property
    def ltp(self) -> float:
        """Last traded price."""
        return (self._ltpc or self._open()).ltp

    @property
    def ltt(self) -> int:
        """Time of the last trade, ms since the epoch."""
        return (self._ltpc or self._open()).ltt

    @property
    def ltq(self) -> int:
        """Quantity of the last trade."""
        return (self._ltpc or self._open()).ltq

    @property
    def cp(self) -> float:
        """Close of the previous session."""
        return (self._ltpc or self._open()).cp

    @property
    def change(self) -> float:
        """Last price less the previous close."""
        return self.ltp - self.cp

    @property
    def change_percent(self) -> float | None:
        """The change in percent of the previous close; None if that is not known."""
        return self.change / self.cp * 100 if self.cp else None

    @property
    def mode(self) -> Mode:
        """The mode that the instrument is streamed in."""
        if self._body is None:
            return Mode.LTPC
        if isinstance(self._body, schema.FirstLevelWithGreeks):
            return Mode.OPTION_GREEKS
        return Mode.FULL_D30 if self.feed.requestMode == RequestMode.full_d30 else Mode.FULL

    @property
    def time(self) -> datetime.datetime:
        """Time of the last trade in IST."""
        return datetime.datetime.fromtimestamp(self.ltt / 1000, IST)

    # Depending on the mode

    @property
    def market(self) -> schema.MarketFullFeed | None:
        """The message of a share or contract in mode `full` or `full_d30`; None in any other."""
        return self._body if isinstance(self._body, schema.MarketFullFeed) else None

    def _traded(self) -> schema.MarketFullFeed | schema.FirstLevelWithGreeks | None:
        return None if isinstance(self._body, schema.IndexFullFeed) else self._body

    @property
    def bids(self) -> tuple[Level, ...]:
        """What is bid, the best first; empty if depth is not in this frame."""
        return tuple(Level(quote.bidP, quote.bidQ) for quote in self._quotes())

    @property
    def asks(self) -> tuple[Level, ...]:
        """What is asked, the best first; empty if depth is not in this frame."""
        return tuple(Level(quote.askP, quote.askQ) for quote in self._quotes())

    @property
    def bid(self) -> Level | None:
        """The best bid."""
        return next((Level(quote.bidP, quote.bidQ) for quote in self._quotes()), None)

    @property
    def ask(self) -> Level | None:
        """The best ask."""
        return next((Level(quote.askP, quote.askQ) for quote in self._quotes()), None)

    def _quotes(self) -> Iterator[schema.Quote]:
        body = self._traded()
        if isinstance(body, schema.MarketFullFeed):
            yield from body.marketLevel.bidAskQuote
        elif body is not None and body.HasField("firstDepth"):
            yield body.firstDepth

    @property
    def greeks(self) -> Greeks | None:
        """The Greeks; None if they are not in this frame."""
        body = self._traded()
        if body is None or not body.HasField("optionGreeks"):
            return None
        greeks = body.optionGreeks
        return Greeks(greeks.delta, greeks.theta, greeks.gamma, greeks.vega, greeks.rho)

    @property
    def candles(self) -> tuple[Candle, ...]:
        """The candles of this frame."""
        body = self._body
        if body is None or isinstance(body, schema.FirstLevelWithGreeks):
            return ()
        return tuple(
            Candle(ohlc.interval, ohlc.open, ohlc.high, ohlc.low, ohlc.close, ohlc.vol, ohlc.ts)
            for ohlc in body.marketOHLC.ohlc
        )

    def ohlc(self, interval: str = "1d") -> Candle | None:
        """The candle of an interval, `1d` or `I1`."""
        return next((candle for candle in self.candles if candle.interval == interval), None)

    @property
    def vtt(self) -> int | None:
        """Volume traded today."""
        body = self._traded()
        return None if body is None else body.vtt

    @property
    def oi(self) -> float | None:
        """Open interest."""
        body = self._traded()
        return None if body is None else body.oi

    @property
    def iv(self) -> float | None:
        """Implied volatility; 0.18 is 18 %."""
        body = self._traded()
        return None if body is None else body.iv

    @property
    def atp(self) -> float | None:
        """Average traded price of the day."""
        market = self.market
        return None if market is None else market.atp

    @property
    def tbq(self) -> float | None:
        """Quantity of all buy orders."""
        market = self.market
        return None if market is None else market.tbq

    @property
    def tsq(self) -> float | None:
        """Quantity of all sell orders."""
        market = self.market
        return None if market is None else market.tsq

    # Auctions

    @property
    def iep(self) -> float | None:
        """The auction's equilibrium price; None outside the auctions."""
        market = self.market
        if market is not None and market.iep:
            return market.iep
        ltpc = self._ltpc or self._open()
        return ltpc.iep.value if ltpc.HasField("iep") else None

    @property
    def ieq(self) -> int | None:
        """The quantity that would trade at the equilibrium price."""
        market = self.market
        return None if market is None else market.ieq

    @property
    def rp(self) -> float | None:
        """Reference price of the closing auction."""
        market = self.market
        return None if market is None else market.rp

    @property
    def iiq_total(self) -> int | None:
        """The imbalance of all orders; negative where sellers are more."""
        market = self.market
        return None if market is None else market.iiqTotal

    @property
    def iiq_market(self) -> int | None:
        """The imbalance of the market orders; negative where sellers are more."""
        market = self.market
        return None if market is None else market.iiqM

    @property
    def cas_eligible(self) -> bool | None:
        """Whether the instrument takes part in the closing auction."""
        market = self.market
        return None if market is None else market.casEligible

    def __repr__(self) -> str:
        numbers = ", ".join(f"{name}={getattr(self, name)}" for name in ("ltp", "ltq", "ltt", "cp"))
        return f"Tick({self.key!r}, mode={self.mode.value!r}, {numbers})"


class SessionStatus(NamedTuple):
    """The state of a special session, and since when (ms since the epoch)."""

    status: str
    updated: int


class MarketUpdate(msgspec.Struct, frozen=True):
    """The state of the segments, as the server announces it: first of all, and whenever it changes.

    Attributes:
        segments: segment -> where it is in its day.
        closing_auction, pre_open: segment -> state of these sessions, where there are such.
        sent: when the server sent it, ms since the epoch.
        received: when it arrived here, seconds of `time.time()`.
    """

    segments: Mapping[str, MarketStatus]
    closing_auction: Mapping[str, SessionStatus]
    pre_open: Mapping[str, SessionStatus]
    sent: int
    received: float

    @classmethod
    def of(cls, info: schema.MarketInfo, sent: int, received: float) -> MarketUpdate:
        """The message as an update."""
        return cls(
            {segment: _status(number) for segment, number in info.segmentStatus.items()},
            {segment: SessionStatus(it.status, it.updatedTime) for segment, it in info.casMarketStatus.items()},
            {segment: SessionStatus(it.status, it.updatedTime) for segment, it in info.preOpenSessionStatus.items()},
            sent,
            received,
        )

    def is_open(self, segment: str) -> bool | None:
        """Whether a segment trades; None if the server has not said."""
        status = self.segments.get(segment)
        return None if status is None else status is MarketStatus.NORMAL_OPEN


def _status(number: int) -> MarketStatus:
    """A status; one that was added after this was written counts as not trading."""
    try:
        return MarketStatus(number)
    except ValueError:
        return MarketStatus.NORMAL_CLOSE
