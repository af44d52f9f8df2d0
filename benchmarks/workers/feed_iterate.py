"""Ours, typed: `for tick in feed`."""

import threading

import _feed
from upstox_client import MarketFeed
from upstox_client.feeder import Overflow

meter = _feed.Meter()


def work(feed):
    for tick in feed.ticks(overflow=Overflow.BLOCK):
        if tick.ltp > 0:
            meter.took(tick.sent)


with MarketFeed() as feed:
    threading.Thread(target=work, args=(feed,), daemon=True).start()
    feed.wait_open(10)
    _feed.serve(meter)
