"""The schema of the feed: the same as the official one, and in nobody's way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool

from support.official import official_python
from upstox_client.feeder import schema, shapes
from upstox_client.feeder.proto import MarketDataFeedV3_pb2

SRC = Path(__file__).parents[2] / "src"


def test_nothing_is_registered_in_the_process():
    pool = descriptor_pool.Default()
    with pytest.raises(KeyError):
        pool.FindFileByName(shapes.FILE)
    with pytest.raises(KeyError):
        pool.FindMessageTypeByName(f"{shapes.PACKAGE}.FeedResponse")


def test_a_message_goes_round():
    frame = schema.FeedResponse(type=schema.Type.live_feed, currentTs=1_740_729_566_039)
    market = frame.feeds["NSE_EQ|INE848E01016"].fullFeed.marketFF
    market.ltpc.ltp, market.ltpc.ltq = 89.25, 12
    market.ltpc.iep.value = 0.0
    market.marketLevel.bidAskQuote.add(bidQ=5, bidP=89.2, askQ=7, askP=89.3)
    frame.marketInfo.segmentStatus["NSE_EQ"] = schema.MarketStatus.NORMAL_OPEN
    again = schema.FeedResponse.FromString(frame.SerializeToString())
    assert again == frame
    assert again.feeds["NSE_EQ|INE848E01016"].WhichOneof("FeedUnion") == "fullFeed"
    assert again.feeds["NSE_EQ|INE848E01016"].fullFeed.marketFF.ltpc.HasField("iep")


def test_an_envelope_is_the_same_frame():
    frame = schema.FeedResponse(type=schema.Type.live_feed, currentTs=7)
    frame.feeds["A|1"].ltpc.ltp = 5.0
    frame.marketInfo.segmentStatus["NSE_EQ"] = 0
    envelope = schema.Envelope.FromString(frame.SerializeToString())
    assert (envelope.type, envelope.currentTs) == (schema.Type.live_feed, 7)
    assert envelope.marketInfo == frame.marketInfo
    assert schema.Feed.FromString(envelope.feeds["A|1"]) == frame.feeds["A|1"]


def test_the_official_module_has_its_names():
    pb2 = MarketDataFeedV3_pb2
    assert pb2.FeedResponse is schema.FeedResponse
    assert pb2.live_feed == pb2.Type.Value("live_feed") == 1
    assert pb2.RequestMode.Name(3) == "full_d30"
    assert pb2.NORMAL_OPEN == 2
    assert pb2._LTPC is pb2.LTPC.DESCRIPTOR
    assert pb2._FEEDRESPONSE_FEEDSENTRY.GetOptions().map_entry
    assert pb2.DESCRIPTOR.name == "MarketDataFeedV3.proto"


def _shape_of(serialized: bytes) -> object:
    return descriptor_pb2.FileDescriptorProto.FromString(serialized)


_BESIDE_THE_OFFICIAL = """
import importlib.util, sys
from pathlib import Path
import google.protobuf
site = Path(google.protobuf.__file__).parents[2]
spec = importlib.util.spec_from_file_location("theirs", site / "upstox_client/feeder/proto/MarketDataFeedV3_pb2.py")
theirs = importlib.util.module_from_spec(spec)
order = {"before": ("theirs", "ours"), "after": ("ours", "theirs")}[sys.argv[1]]
for whose in order:
    if whose == "theirs":
        spec.loader.exec_module(theirs)
    else:
        sys.path.insert(0, sys.argv[2])
        from upstox_client.feeder.proto import MarketDataFeedV3_pb2 as ours
assert ours.FeedResponse is not theirs.FeedResponse
frame = theirs.FeedResponse(type=1, currentTs=9)
frame.feeds["A|1"].ltpc.ltp = 4.5
read = ours.FeedResponse.FromString(frame.SerializeToString())
assert read.feeds["A|1"].ltpc.ltp == 4.5 and read.currentTs == 9
missing = {n for n in dir(theirs) if not n.startswith("_") or n[1:2].isupper()} - set(dir(ours))
assert missing <= {"google_dot_protobuf_dot_wrappers__pb2"}, missing
print(theirs.DESCRIPTOR.serialized_pb.hex())
"""


@pytest.mark.parametrize("official_is_loaded", ["before", "after"])
def test_it_lives_beside_the_official_one(official_is_loaded):
    """Both in one process, in either order; and the two describe the same file."""
    run = subprocess.run(
        [official_python(), "-c", _BESIDE_THE_OFFICIAL, official_is_loaded, str(SRC)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    assert _shape_of(bytes.fromhex(run.stdout)) == _shape_of(schema.DESCRIPTOR.serialized_pb)


def test_ours_can_be_loaded_twice():
    code = (
        "import importlib, upstox_client.feeder.schema as s, sys; "
        "first = s.FeedResponse; importlib.reload(s); assert s.FeedResponse is not first"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, env={"PYTHONPATH": str(SRC)})
