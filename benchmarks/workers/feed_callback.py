"""Ours, typed: a callback; and, if asked, a slow one beside it."""

import time

import _feed
from upstox_client import MarketFeed
from upstox_client.feeder import Overflow

meter = _feed.Meter()


def quick(tick):
    if tick.ltp > 0:
        meter.took(tick.sent)


def slow(_):
    time.sleep(0.05)


with MarketFeed() as feed:
    feed.on_tick(quick, overflow=Overflow.BLOCK)
    feed.wait_open(10)
    _feed.serve(meter, lambda _: feed.on_tick(slow))
