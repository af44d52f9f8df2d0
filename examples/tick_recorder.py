"""Record ticks into a CSV file: what the market feed says, as it comes, and nothing lost on the way."""

from __future__ import annotations

import csv
import sys
import threading
from pathlib import Path

from stage import stage

from upstox_client.feeder import MarketFeed, Overflow

SYMBOLS = ("NIFTY 50", "RELIANCE", "INFY")
TICKS = 30


def main() -> None:
    """So many ticks of three instruments; the file goes into the folder that is named."""
    path = (Path(sys.argv[1]) if sys.argv[1:] else Path()) / "ticks.csv"
    with stage() as here, MarketFeed(here.up.client) as feed, path.open("w", newline="") as file:
        names = {here.up.instrument(symbol).key: symbol for symbol in SYMBOLS}
        writer = csv.writer(file)
        writer.writerow(["time", "symbol", "price", "quantity"])
        ended = threading.Event()

        def pass_time() -> None:
            """On an emulator of our own, a second passes every few milliseconds."""
            while not ended.wait(0.01):
                here.wait(1)

        clock = threading.Thread(target=pass_time, daemon=True)
        with feed.ticks(overflow=Overflow.BLOCK) as ticks:
            feed.subscribe(list(names), mode="ltpc")
            feed.wait_open(10)
            if here.emulator is not None:
                clock.start()
            count = dict.fromkeys(SYMBOLS, 0)
            for tick in ticks:
                writer.writerow([tick.time.isoformat(), names[tick.key], f"{tick.ltp:.2f}", tick.ltq])
                count[names[tick.key]] += 1
                if sum(count.values()) >= TICKS:
                    break
            ended.set()
            lost = ticks.counters.dropped
        if clock.ident is not None:
            clock.join()
        print(f"{sum(count.values())} ticks of {len(SYMBOLS)} instruments are in {path.name}, {lost} lost")


if __name__ == "__main__":
    main()
