"""Ours, typed: `async for tick in feed`."""

import asyncio
import threading

import _feed
from upstox_client import AsyncMarketFeed
from upstox_client.feeder import Overflow

meter = _feed.Meter()
connected = threading.Event()


async def main():
    async with AsyncMarketFeed() as feed:
        await feed.wait_open(10)
        connected.set()
        async for tick in feed.ticks(overflow=Overflow.BLOCK):
            if tick.ltp > 0:
                meter.took(tick.sent)


threading.Thread(target=asyncio.run, args=(main(),), daemon=True).start()
connected.wait(10)
_feed.serve(meter)
