"""A market feed for half an hour: does its memory grow, does it fall behind, does it come back?

    python benchmarks/soak.py                 30 minutes; a PNG and a CSV in out/soak
    python benchmarks/soak.py --minutes 1     shorter

A process of its own sends messages of many instruments at a steady rate and breaks the connection once a minute. Three
consumers take the ticks: one reads them all, one is called back, and one is far too slow, so that only the latest of
each instrument waits for it. Once a second the memory of this process and the time from sending to the callback are
noted.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import sys
import threading
import time
from pathlib import Path

from feed import Server
from rest import HERE, ROOT

sys.path.insert(0, str(HERE / "workers"))

import upstox_client
from _serve import rss_mb
from upstox_client.feeder import MarketFeed, Overflow, Tick

RATE, KEYS = 500, 20
"""Messages a second, and instruments in each."""

BREAK_EVERY = 60.0  # seconds
WARM_UP = 0.1  # the part of the run after which the memory ought to be flat


class Soak:
    """What is noted, second by second: memory, p50 and p99 of the latency, and all that has happened so far."""

    COLUMNS = ("second", "rss_mb", "p50_ms", "p99_ms", "ticks", "reconnects", "waiting", "dropped_by_slow")

    def __init__(self, feed: MarketFeed) -> None:
        self.feed = feed
        self.rows: list[tuple[float, ...]] = []
        self._latencies: list[int] = []
        self._read = feed.ticks(overflow=Overflow.BLOCK)
        self._slow = feed.on_tick(lambda _: time.sleep(0.02))
        feed.on_tick(self._took, overflow=Overflow.BLOCK)
        threading.Thread(target=self._drain, daemon=True).start()

    def _took(self, tick: Tick) -> None:
        self._latencies.append(time.time_ns() - tick.sent)

    def _drain(self) -> None:
        for tick in self._read:
            assert tick.ltp > 0

    def note(self, second: float) -> None:
        """One second's figures."""
        latencies, self._latencies = sorted(self._latencies), []
        if latencies:
            p50, p99 = (latencies[int((len(latencies) - 1) * share)] / 1e6 for share in (0.5, 0.99))
            read, slow, counters = self._read.counters, self._slow.counters, self.feed.counters
            self.rows.append(
                (second, rss_mb(), p50, p99, read.delivered, counters.reconnects, read.waiting, slow.dropped)
            )


def run(server: Server, soak: Soak, seconds: float) -> None:
    """Send, break, and note."""
    begin = time.monotonic()
    next_note = begin + 1
    while (now := time.monotonic()) - begin < seconds:
        period = min(BREAK_EVERY, begin + seconds - now)
        soak.feed.wait_open(30)
        server.send({"do": "pace", "rate": RATE, "count": max(1, int(RATE * period)), "keys": KEYS})
        server.send({"do": "kick"})
        reconnects = soak.feed.counters.reconnects
        while soak.feed.counters.reconnects == reconnects and time.monotonic() - begin < seconds + 5:
            time.sleep(max(0.0, next_note - time.monotonic()))
            soak.note(next_note - begin)
            next_note += 1


def plot(rows: list[tuple[float, ...]], path: Path) -> None:
    """Memory and latency over time."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    minutes = [row[0] / 60 for row in rows]
    figure, (memory, lag) = plt.subplots(2, 1, sharex=True, figsize=(10, 6), layout="constrained")
    memory.plot(minutes, [row[1] for row in rows], color="tab:blue")
    memory.set_ylim(0)
    memory.set_ylabel("resident memory, MB")
    memory.set_title(f"{RATE} messages/s of {KEYS} instruments; the connection breaks every {BREAK_EVERY:.0f} s")
    for column, label in ((2, "p50"), (3, "p99")):
        lag.plot(minutes, [row[column] for row in rows], label=label, linewidth=0.8)
    lag.set_yscale("log")
    lag.set_ylabel("sending to callback, ms")
    lag.set_xlabel("minutes")
    lag.legend()
    figure.savefig(path, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "soak")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    server = Server()
    configuration = upstox_client.Configuration()
    configuration.host, configuration.access_token = server.url, "soak"
    configuration.rate_limit = False
    try:
        with MarketFeed(configuration) as feed:
            soak = Soak(feed)
            run(server, soak, options.minutes * 60)
    finally:
        server.stop()
    with (options.out / "soak.csv").open("w", newline="") as file:
        csv.writer(file).writerows([Soak.COLUMNS, *soak.rows])
    plot(soak.rows, options.out / "soak.png")
    settled = soak.rows[int(len(soak.rows) * WARM_UP) :]
    quarter = max(1, len(settled) // 4)
    first, last = (statistics.median(row[1] for row in part) for part in (settled[:quarter], settled[-quarter:]))
    final = soak.rows[-1]
    print(f"memory: {first:.1f} MB in the first quarter, {last:.1f} MB in the last: {last - first:+.1f} MB")
    print(f"latency: p50 {statistics.median(row[2] for row in settled):.3f} ms, ", end="")
    print(f"p99 {statistics.median(row[3] for row in settled):.3f} ms (medians of the seconds)")
    print(f"{final[4]:,.0f} ticks read, {final[5]:.0f} reconnects, {final[7]:,.0f} ticks too many for the slow one")
    print(f"see {options.out / 'soak.png'}")


if __name__ == "__main__":
    main()
