"""Frames at random: every field and every union, of any value that the wire can carry."""

from __future__ import annotations

from hypothesis import strategies as st

from upstox_client.feeder import schema

KEYS = st.sampled_from(["NSE_EQ|INE002A01018", "NSE_FO|45450", "NSE_INDEX|Nifty 50", "BSE_EQ|INE090A01021", "MCX_FO|1"])
_INTS = st.integers(-(2**63), 2**63 - 1) | st.sampled_from([0, 1, -1])
_NUMBERS = st.floats(width=64) | st.sampled_from([0.0, -0.0, 1.5])
_TEXTS = st.text(max_size=8, alphabet=st.characters(exclude_categories=["Cs"]))
_ENUM = st.integers(0, 7)  # known values and, for a newer server, unknown ones


@st.composite
def _message(draw, cls, **fields):
    """A message with some of these fields."""
    message = cls()
    for name, strategy in fields.items():
        if draw(st.booleans()):
            value = draw(strategy)
            if isinstance(value, list):
                getattr(message, name).extend(value)
            elif isinstance(value, (int, float, str)):
                setattr(message, name, value)
            else:
                getattr(message, name).CopyFrom(value)
    return message


@st.composite
def _ltpc(draw):
    message = draw(_message(schema.LTPC, ltp=_NUMBERS, ltt=_INTS, ltq=_INTS, cp=_NUMBERS))
    if draw(st.booleans()):
        message.iep.value = draw(_NUMBERS)
    return message


def _quote():
    return _message(schema.Quote, bidQ=_INTS, bidP=_NUMBERS, askQ=_INTS, askP=_NUMBERS)


def _greeks():
    return _message(schema.OptionGreeks, delta=_NUMBERS, theta=_NUMBERS, gamma=_NUMBERS, vega=_NUMBERS, rho=_NUMBERS)


def _candles():
    candle = _message(
        schema.OHLC, interval=_TEXTS, open=_NUMBERS, high=_NUMBERS, low=_NUMBERS, close=_NUMBERS, vol=_INTS, ts=_INTS
    )
    return _message(schema.MarketOHLC, ohlc=st.lists(candle, max_size=2))


def _market_full():
    return _message(
        schema.MarketFullFeed,
        ltpc=_ltpc(),
        marketLevel=_message(schema.MarketLevel, bidAskQuote=st.lists(_quote(), max_size=3)),
        optionGreeks=_greeks(),
        marketOHLC=_candles(),
        atp=_NUMBERS,
        vtt=_INTS,
        oi=_NUMBERS,
        iv=_NUMBERS,
        tbq=_NUMBERS,
        tsq=_NUMBERS,
        iep=_NUMBERS,
        rp=_NUMBERS,
        ieq=_INTS,
        iiqTotal=_INTS,
        iiqM=_INTS,
        casEligible=st.booleans(),
    )


@st.composite
def feeds(draw):
    """One instrument of a frame."""
    feed = schema.Feed(requestMode=draw(_ENUM))
    match draw(st.integers(0, 5)):
        case 0:
            feed.ltpc.CopyFrom(draw(_ltpc()))
        case 1:
            feed.fullFeed.marketFF.CopyFrom(draw(_market_full()))
        case 2:
            index = _message(schema.IndexFullFeed, ltpc=_ltpc(), marketOHLC=_candles())
            feed.fullFeed.indexFF.CopyFrom(draw(index))
        case 3:
            first = _message(
                schema.FirstLevelWithGreeks, ltpc=_ltpc(), firstDepth=_quote(), optionGreeks=_greeks(), vtt=_INTS,
                oi=_NUMBERS, iv=_NUMBERS,
            )  # fmt: skip
            feed.firstLevelWithGreeks.CopyFrom(draw(first))
        case 4:
            feed.fullFeed.SetInParent()
        case _:
            pass
    return feed


@st.composite
def frames(draw):
    """A whole frame."""
    frame = schema.FeedResponse(type=draw(_ENUM), currentTs=draw(_INTS))
    for key, feed in draw(st.dictionaries(KEYS, feeds(), max_size=3)).items():
        frame.feeds[key].CopyFrom(feed)
    if draw(st.booleans()):
        frame.marketInfo.SetInParent()
        for segment, status in draw(st.dictionaries(_TEXTS, _ENUM, max_size=3)).items():
            frame.marketInfo.segmentStatus[segment] = status
        for name in ("casMarketStatus", "preOpenSessionStatus"):
            for segment, status in draw(st.dictionaries(_TEXTS, _TEXTS, max_size=2)).items():
                getattr(frame.marketInfo, name)[segment].status = status
                getattr(frame.marketInfo, name)[segment].updatedTime = draw(_INTS)
    return frame
