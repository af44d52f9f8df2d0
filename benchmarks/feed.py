"""The market data feed: ours, typed and in the official way, beside the official SDK, in one run on loopback.

    make bench                             all benchmarks
    python benchmarks/feed.py              this one
    python benchmarks/feed.py --quick      a few messages of each, to see that it runs

One stream of full-mode frames (the documented tick: five levels, Greeks, two candles), sent by a process of its own as
fast as it is read. Every contender reads the price of every instrument of every message. They take turns, so that a
drift of the machine's speed touches all alike; what counts is the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
from typing import Any

from rest import HERE, OFFICIAL, OURS, Worker, verdict

CONTENDERS = {
    "typed, iterate": ("feed_iterate", OURS),
    "typed, callback": ("feed_callback", OURS),
    "typed, async for": ("feed_async", OURS),
    "official-style dict": ("feed_streamer", OURS),
    "official SDK": ("feed_streamer", OFFICIAL),
}
AIMS = {"typed, iterate": 10.0, "typed, callback": 10.0, "official-style dict": 3.0}
RATE = 5000  # messages a second, for the latency


class Server:
    """The process that sends."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [OURS, str(HERE / "workers" / "feed_server.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().split()[-1]

    def send(self, command: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


def measured(server: Server, name: str, do: str, count: int, before: str | None = None, *, send: dict[str, Any]) -> Any:
    """One contender, connected afresh, over one stream of so many instruments."""
    script, python = CONTENDERS[name]
    worker = Worker(script, python, server.url)
    if before is not None:
        worker.ask(do=before)
    worker.ask(do=do, count=count)
    server.send(send)
    result = worker._read()
    worker.stop()
    return result


def rates(server: Server, *, quick: bool) -> None:
    """Messages a second, and CPU of the contender's process per message."""
    for keys in (50,) if quick else (1, 50, 500):
        print(
            f"\n{f'{keys} instruments a message':24}{'messages/s':>12}{'ticks/s':>12}{'x official':>12}{'CPU µs':>12}"
        )
        shown: dict[str, tuple[float, float]] = {}
        runs: dict[str, list[tuple[float, float]]] = {name: [] for name in CONTENDERS}
        for _ in range(1 if quick else 3):
            for name in CONTENDERS:
                ticks = 500 if quick else 20_000 if name == "official SDK" else 60_000
                messages = max(2, ticks // keys)
                found = measured(
                    server, name, "count", messages * keys, send={"do": "flood", "keys": keys, "count": messages}
                )
                runs[name].append(((messages - 1 / keys) / found["seconds"], found["cpu"] / messages))
        for name, pairs in runs.items():
            shown[name] = statistics.median(rate for rate, _ in pairs), statistics.median(cpu for _, cpu in pairs)
        for name, (rate, cpu) in shown.items():
            ratio = rate / shown["official SDK"][0]
            row = f"{name:24}{rate:12,.0f}{rate * keys:12,.0f}{ratio:12.1f}{cpu * 1e6:12.1f}"
            print(row + verdict(ratio, AIMS.get(name), at_least=True))


def latencies(server: Server, *, quick: bool) -> None:
    """From the moment of sending to the program's own code."""
    count = RATE // 10 if quick else RATE * 4
    print(f"\n{f'latency at {RATE:,} messages/s':44}{'p50 ms':>9}{'p99 ms':>9}")
    cases: list[tuple[str, str, str | None]] = [] if quick else [(name, name, None) for name in CONTENDERS]
    cases.insert(2, ("typed, callback", "typed, callback, beside one of 50 ms a tick", "slow"))
    for name, title, before in cases:
        found = measured(server, name, "latency", count, before, send={"do": "pace", "rate": RATE, "count": count})
        aim = 1.0 if name.startswith("typed") else None
        print(f"{title:44}{found['p50']:9.3f}{found['p99']:9.3f}{verdict(found['p99'], aim)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few messages of each, to see that it runs")
    options = parser.parse_args()
    server = Server()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores; loopback, no TLS")
    try:
        rates(server, quick=options.quick)
        latencies(server, quick=options.quick)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
