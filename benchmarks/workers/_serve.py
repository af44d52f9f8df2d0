"""What every contender does: take commands on standard input, answer on standard output. Standard library only."""

import functools
import json
import os
import sys
import threading
import time
from pathlib import Path


def threads_now():
    """Threads of this process, those of native libraries included where the system tells."""
    try:
        return sum(1 for _ in Path("/proc/self/task").iterdir())
    except OSError:
        return threading.active_count()


def rss_mb():
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def answer(value):
    print(json.dumps(value), flush=True)


def timed(call, count):
    seconds = []
    for _ in range(count):
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    return {"seconds": seconds}


def in_threads(call, threads, seconds):
    """Calls from several threads, all of them busy to the end."""
    counts = []
    gate = threading.Barrier(threads + 1)

    def work():
        count = 0
        gate.wait()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            call()
            count += 1
        counts.append(count)

    running = [threading.Thread(target=work) for _ in range(threads)]
    for thread in running:
        thread.start()
    gate.wait()
    started = time.perf_counter()
    for thread in running:
        thread.join()
    return {"count": sum(counts), "seconds": time.perf_counter() - started}


def rest_calls(upstox_client, client):
    """The calls of the sync contenders, by the name of what they ask for."""
    chain = upstox_client.OptionsApi(client).get_put_call_option_chain
    return {
        "profile": lambda: upstox_client.UserApi(client).get_profile("2.0"),
        "order book": lambda: upstox_client.OrderApi(client).get_order_book("2.0"),
        "option chain": lambda: chain("NSE_INDEX|Nifty 50", "2026-11-24"),
        "quotes": lambda: upstox_client.MarketQuoteApi(client).get_full_market_quote("NSE_EQ|INE848E01016", "2.0"),
        "candles": lambda: upstox_client.HistoryV3Api(client).get_historical_candle_data(
            "NSE_EQ|INE848E01016", "minutes", "1", "2026-11-23"
        ),
    }


# What is asked for -> the path that answers, and the model of the answer.
ANSWERS = {
    "order book": ("/v2/order/retrieve-all", "GetOrderBookResponse"),
    "option chain": ("/v2/option/chain", "GetOptionChainResponse"),
    "quotes": ("/v2/market-quote/quotes", "GetFullMarketQuoteResponse"),
    "candles": ("/v3/historical-candle", "GetHistoricalCandleResponse"),
}


def decoders(decoder):
    """What makes a model of an answer, by name; `decoder(body, model)` makes one.

    They are made when asked for: the answers are large, and not to be in the memory at rest.
    """

    @functools.cache
    def made(what):
        import answers

        path, model = ANSWERS[what]
        return decoder(answers.BODIES[path].encode(), model)

    return made


def serve(calls, threads_before, decoder=None):
    """Do what is asked.

    Parameters:
        calls: whole calls by name. decoder: what makes a decoder of an answer and its model.
    """
    made = decoders(decoder)
    answer({"threads": threads_now() - threads_before, "rss_mb": rss_mb()})
    for line in sys.stdin:
        command = json.loads(line)
        what = command.get("what", "profile")
        if command["do"] == "calls":
            answer(timed(calls[what], command["count"]))
        elif command["do"] == "decode":
            answer(timed(made(what), command["count"]))
        elif command["do"] == "threads":
            answer(in_threads(calls[what], command["threads"], command["seconds"]))
        else:
            answer({"rss_mb": rss_mb()})
