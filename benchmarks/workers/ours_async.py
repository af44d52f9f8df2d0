import asyncio
import json
import sys
import time

import _serve
from upstox_client import aio

before = _serve.threads_now()


async def many(call, tasks, seconds):
    async def work():
        count = 0
        while time.perf_counter() < end:
            await call()
            count += 1
        return count

    started = time.perf_counter()
    end = started + seconds
    counts = await asyncio.gather(*(work() for _ in range(tasks)))
    return {"count": sum(counts), "seconds": time.perf_counter() - started}


async def timed(call, count):
    seconds = []
    for _ in range(count):
        started = time.perf_counter()
        await call()
        seconds.append(time.perf_counter() - started)
    return {"seconds": seconds}


async def main():
    async with aio.ApiClient() as client:
        calls = _serve.rest_calls(aio, client)
        _serve.answer({"threads": _serve.threads_now() - before, "rss_mb": _serve.rss_mb()})
        for line in sys.stdin:
            command = json.loads(line)
            call = calls[command.get("what", "profile")]
            if command["do"] == "calls":
                _serve.answer(await timed(call, command["count"]))
            elif command["do"] == "threads":
                _serve.answer(await many(call, command["threads"], command["seconds"]))
            else:
                _serve.answer({"rss_mb": _serve.rss_mb()})


asyncio.run(main())
