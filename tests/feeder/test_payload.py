"""The official dicts, equal to what protobuf makes of the same frame."""

from __future__ import annotations

import json
import math
import subprocess
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from hypothesis import given

from feeder.frames import frames
from support.official import official_python
from upstox_client.feeder import schema
from upstox_client.feeder.payload import to_payload

SAMPLES = sorted(p for p in Path(__file__).parents[1].joinpath("samples/feed").glob("*.json") if p.stem != "subscribe")


def corpus() -> list[schema.FeedResponse]:
    """Frames that between them have every field of every message, zero and not, and every union."""
    frame = schema.FeedResponse(type=1, currentTs=1_740_729_566_039)
    for value, key in ((0, "ZERO|0"), (7, "SEVEN|7")):
        for suffix, body in {
            "ltpc": frame.feeds[f"{key}l"].ltpc,
            "index": frame.feeds[f"{key}i"].fullFeed.indexFF,
            "market": frame.feeds[f"{key}m"].fullFeed.marketFF,
            "greeks": frame.feeds[f"{key}g"].firstLevelWithGreeks,
        }.items():
            assert suffix
            body.SetInParent()
            _fill(body, value)
    frame.feeds["NONE|0"].requestMode = schema.RequestMode.full_d30
    frame.feeds["EMPTY|0"].fullFeed.SetInParent()
    info = schema.FeedResponse(type=2)
    for status in schema.MarketStatus:
        info.marketInfo.segmentStatus[status.name] = status
    info.marketInfo.casMarketStatus["NSE_EQ"].status = "CAS_STOP"
    info.marketInfo.preOpenSessionStatus["NSE_EQ"].updatedTime = 9
    return [schema.FeedResponse(), frame, info]


def _fill(message, value):
    for field in message.DESCRIPTOR.fields:
        inner = getattr(message, field.name)
        if field.message_type is None:
            setattr(message, field.name, str(value) if field.type == field.TYPE_STRING else type(inner)(value))
        elif field.is_repeated:
            _fill(inner.add(), value)
        else:
            inner.SetInParent()
            _fill(inner, value)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_documented_samples(path):
    sample = json.loads(path.read_text())
    frame = ParseDict(sample, schema.FeedResponse())
    assert to_payload(schema.FeedResponse.FromString(frame.SerializeToString())) == MessageToDict(frame)
    assert json.dumps(to_payload(frame)) == json.dumps(MessageToDict(frame))  # the order of the fields, too


@pytest.mark.parametrize("frame", corpus())
def test_every_field_and_every_union(frame):
    assert repr(to_payload(frame)) == repr(MessageToDict(frame))


def test_the_corpus_has_every_field():
    def names(payload):
        if isinstance(payload, dict):
            return set(payload).union(*map(names, payload.values()))
        return set().union(*map(names, payload)) if isinstance(payload, list) else set()

    known = {f.name for m in schema.DESCRIPTOR.message_types_by_name.values() for f in m.fields}
    assert known - set().union(*(names(to_payload(frame)) for frame in corpus())) == set()


@given(frames())
def test_random_frames(frame):
    """`repr` tells minus zero, integers and texts apart, and is the same for every NaN."""
    again = schema.FeedResponse.FromString(frame.SerializeToString())
    assert repr(to_payload(again)) == repr(MessageToDict(again))


def test_numbers_that_json_does_not_have():
    frame = schema.FeedResponse()
    for key, value in {"A|1": math.inf, "A|2": -math.inf, "A|3": math.nan, "A|4": -0.0}.items():
        frame.feeds[key].ltpc.ltp = value
        frame.feeds[key].ltpc.iep.value = value
    assert repr(to_payload(frame)) == repr(MessageToDict(frame))


_OFFICIAL = """
import json, sys
from google.protobuf.json_format import MessageToDict
from upstox_client.feeder.proto.MarketDataFeedV3_pb2 import FeedResponse
print(json.dumps([MessageToDict(FeedResponse.FromString(bytes.fromhex(line.strip()))) for line in sys.stdin]))
"""


def test_equal_to_what_the_official_client_delivers():
    """The same bytes through the official package, in its own interpreter."""
    wanted = [ParseDict(json.loads(path.read_text()), schema.FeedResponse()) for path in SAMPLES] + corpus()
    run = subprocess.run(
        [official_python(), "-c", _OFFICIAL],
        input="\n".join(frame.SerializeToString().hex() for frame in wanted) + "\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == [to_payload(frame) for frame in wanted]
