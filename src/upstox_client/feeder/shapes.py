"""What the messages of the market data feed look like, declared once.

The classes are read twice: by a type checker, as the types of the messages, and by `upstox_client.feeder.schema`, which
makes the messages from them. A field's number is its place in its class. Names are the wire's own.

https://upstox.com/developer/api-documentation/v3/get-market-data-feed
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping
from enum import IntEnum
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from google.protobuf.message import Message
else:
    Message = object

FILE: Final = "MarketDataFeedV3.proto"
PACKAGE: Final = "com.upstox.marketdatafeederv3udapi.rpc.proto"
WRAPPER: Final = ".google.protobuf.DoubleValue"

T = TypeVar("T")
V = TypeVar("V")


class Repeated(Protocol[T]):
    """A repeated field."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[T]: ...
    def __getitem__(self, index: int) -> T: ...
    def add(self, **fields: Any) -> T:
        """A new message at the end of the field."""
        ...

    def extend(self, items: Iterable[T]) -> None:
        """Copies of these messages at the end of the field."""
        ...


class Map(MutableMapping[str, V], Generic[V]):
    """A map field; to read a message under a new key is to make one."""


Double: TypeAlias = Annotated[float, "double"]
Int64: TypeAlias = Annotated[int, "int64"]
Bool: TypeAlias = Annotated[bool, "bool"]
String: TypeAlias = Annotated[str, "string"]
Bytes: TypeAlias = Annotated[bytes, "bytes"]


class OneOf(str):
    """The name of the union that a field belongs to."""

    __slots__ = ()


class Type(IntEnum):
    """What a frame is; the snapshot after a subscription is the default and so leaves no trace on the wire."""

    initial_feed = 0
    live_feed = 1
    market_info = 2


class RequestMode(IntEnum):
    """The mode of a subscription, as a frame says it."""

    ltpc = 0
    full_d5 = 1
    option_greeks = 2
    full_d30 = 3


class MarketStatus(IntEnum):
    """Where a segment is in its day: https://upstox.com/developer/api-documentation/appendix/market-status"""

    PRE_OPEN_START = 0
    PRE_OPEN_END = 1
    NORMAL_OPEN = 2
    NORMAL_CLOSE = 3
    CLOSING_START = 4
    CLOSING_END = 5


class Shape(Message):
    """A message; its fields may be given to the constructor."""

    if TYPE_CHECKING:

        def __init__(self, **fields: Any) -> None: ...


class DoubleValue(Shape):
    """A number that may be absent; protobuf's own."""

    value: Double


class LTPC(Shape):
    """Last price (rupees), its time (ms since the epoch) and quantity, yesterday's close, the auction's price."""

    ltp: Double
    ltt: Int64
    ltq: Int64
    cp: Double
    iep: DoubleValue


class MarketLevel(Shape):
    """The book's best levels, the best one first."""

    bidAskQuote: Repeated[Quote]


class MarketOHLC(Shape):
    """Candles: `1d` of the day so far, `I1` of the last whole minute."""

    ohlc: Repeated[OHLC]


class Quote(Shape):
    """One level of the book, both sides."""

    bidQ: Int64
    bidP: Double
    askQ: Int64
    askP: Double


class OptionGreeks(Shape):
    """The Greeks of an option."""

    delta: Double
    theta: Double
    gamma: Double
    vega: Double
    rho: Double


class OHLC(Shape):
    """A candle; `ts` is the start of its interval in ms since the epoch."""

    interval: String
    open: Double
    high: Double
    low: Double
    close: Double
    vol: Int64
    ts: Int64


class MarketFullFeed(Shape):
    """A share or a contract in mode `full` or `full_d30`."""

    ltpc: LTPC
    marketLevel: MarketLevel
    optionGreeks: OptionGreeks
    marketOHLC: MarketOHLC
    atp: Double
    vtt: Int64
    oi: Double
    iv: Double
    tbq: Double
    tsq: Double
    iep: Double
    rp: Double
    ieq: Int64
    iiqTotal: Int64
    iiqM: Int64
    casEligible: Bool


class IndexFullFeed(Shape):
    """An index in mode `full`."""

    ltpc: LTPC
    marketOHLC: MarketOHLC


class FullFeed(Shape):
    """Mode `full` of either kind."""

    marketFF: Annotated[MarketFullFeed, OneOf("FullFeedUnion")]
    indexFF: Annotated[IndexFullFeed, OneOf("FullFeedUnion")]


class FirstLevelWithGreeks(Shape):
    """Mode `option_greeks`."""

    ltpc: LTPC
    firstDepth: Quote
    optionGreeks: OptionGreeks
    vtt: Int64
    oi: Double
    iv: Double


class Feed(Shape):
    """One instrument in one frame."""

    ltpc: Annotated[LTPC, OneOf("FeedUnion")]
    fullFeed: Annotated[FullFeed, OneOf("FeedUnion")]
    firstLevelWithGreeks: Annotated[FirstLevelWithGreeks, OneOf("FeedUnion")]
    requestMode: RequestMode


class StatusInfo(Shape):
    """The state of a special session, and since when (ms since the epoch)."""

    status: String
    updatedTime: Int64


class MarketInfo(Shape):
    """The state of the segments, of the closing auction and of the pre-open session."""

    segmentStatus: Map[MarketStatus]
    casMarketStatus: Map[StatusInfo]
    preOpenSessionStatus: Map[StatusInfo]


class FeedResponse(Shape):
    """A frame; the keys of `feeds` are instrument keys, `currentTs` is the server's time in ms since the epoch."""

    type: Type
    feeds: Map[Feed]
    currentTs: Int64
    marketInfo: MarketInfo


class Envelope(Shape):
    """The same frame with its feeds left as bytes: on the wire there is no difference between the two."""

    type: Type
    feeds: Map[Bytes]
    currentTs: Int64
    marketInfo: MarketInfo


MESSAGES: Final[tuple[type, ...]] = (
    LTPC,
    MarketLevel,
    MarketOHLC,
    Quote,
    OptionGreeks,
    OHLC,
    MarketFullFeed,
    IndexFullFeed,
    FullFeed,
    FirstLevelWithGreeks,
    Feed,
    StatusInfo,
    MarketInfo,
    FeedResponse,
)
ENUMS: Final[tuple[type[IntEnum], ...]] = (Type, RequestMode, MarketStatus)
