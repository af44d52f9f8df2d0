"""Frames are byte for byte those that the protobuf library makes of the same values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstox_client.feeder import schema
from upstox_emulator.feed import wire

feeds = st.integers(0, 2**40).map(lambda number: schema.Feed(ltpc=schema.LTPC(ltt=number)))


@given(
    feed=feeds,
    kind=st.sampled_from([(wire.SNAPSHOT, 0), (wire.LIVE, 1)]),
    key=st.text(max_size=3000),
    at=st.integers(1, 2**42),
)
def test_a_frame(feed, kind, key, at):
    frame = wire.frame(kind[0], [wire.entry(wire.name(key), feed.SerializeToString())], at)
    expected = schema.FeedResponse(type=kind[1], currentTs=at)
    expected.feeds[key].CopyFrom(feed)
    assert frame == expected.SerializeToString(deterministic=True)


@given(some=st.dictionaries(st.text(max_size=20), feeds, max_size=5))
def test_several_instruments_stand_in_line(some):
    entries = [wire.entry(wire.name(key), feed.SerializeToString()) for key, feed in some.items()]
    assert dict(schema.FeedResponse.FromString(wire.frame(wire.LIVE, entries, 5)).feeds) == some


@given(
    segments=st.dictionaries(st.text(max_size=9), st.sampled_from(list(wire.STATUSES)), max_size=1),
    closing=st.dictionaries(
        st.text(max_size=9), st.tuples(st.text(min_size=1, max_size=9), st.integers(1, 2**42)), max_size=1
    ),
    opening=st.dictionaries(
        st.text(max_size=9), st.tuples(st.text(min_size=1, max_size=9), st.integers(1, 2**42)), max_size=1
    ),
)
def test_the_state_of_the_market(segments, closing, opening):
    body = wire.market_info(
        segments,
        {name: wire.status(*told) for name, told in closing.items()},
        {name: wire.status(*told) for name, told in opening.items()},
    )
    expected = schema.FeedResponse(type=2, currentTs=7)
    expected.marketInfo.SetInParent()
    for name, status in segments.items():
        expected.marketInfo.segmentStatus[name] = wire.STATUSES[status]
    for told, field in ((closing, "casMarketStatus"), (opening, "preOpenSessionStatus")):
        for name, (status, since) in told.items():
            getattr(expected.marketInfo, field)[name].CopyFrom(schema.StatusInfo(status=status, updatedTime=since))
    assert wire.market_info_frame(body, 7) == expected.SerializeToString(deterministic=True)


@pytest.mark.parametrize("number", [1, 127, 128, 300, 2**63 - 1])
def test_integers_are_as_the_library_has_them(number):
    assert b"\x10" + wire.varint(number) == schema.LTPC(ltt=number).SerializeToString()


def test_numbers_are_those_of_the_schema():
    assert {mode: schema.RequestMode[name] for mode, name in
            {"ltpc": "ltpc", "full": "full_d5", "option_greeks": "option_greeks", "full_d30": "full_d30"}.items()
            } == wire.MODES  # fmt: skip
    assert {status.name: status.value for status in schema.MarketStatus} == wire.STATUSES
