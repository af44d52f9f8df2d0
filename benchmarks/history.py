"""A long download from the emulator: killed, resumed, nothing fetched twice, equal to the emulator's own candles.

    python benchmarks/history.py             50 instruments: ten years of days, three months of minutes
    python benchmarks/history.py --quick     3 instruments, to see that it runs

The emulator keeps the documented rate limits, and so does the client. The download is a process of its own, which is
killed (SIGKILL) again and again, and begun again with the same folder.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import unquote

from upstox_client import HistoryV3Api, Upstox
from upstox_client.api_client import ApiClient
from upstox_client.trading import Candles
from upstox_emulator import Emulator

# Interval -> what it is for the API, and how many days of it.
WISHES = {"1d": ("days", 3652), "1m": ("minutes", 91)}
PATIENCE = 6.0  # seconds after which the download is killed
KILLS = 3


def main() -> None:
    """Download, kill, resume, compare."""
    parser = argparse.ArgumentParser(description="A long download.")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--child", type=Path)
    parser.add_argument("--symbols")
    options = parser.parse_args()
    if options.child:
        download(options.child, options.symbols.split(","))
        return
    with tempfile.TemporaryDirectory() as folder, Emulator(seed=7) as em:
        os.environ.update(UPSTOX_BASE_URL=em.url, UPSTOX_ACCESS_TOKEN=em.access_token, UPSTOX_CACHE=folder)
        count = 3 if options.quick else 50
        with Upstox(progress=None) as up:
            symbols = [one.symbol for one in up.search(segment="NSE_EQ", kind="EQ", limit=count)]
        begun = time.perf_counter()
        kept = killed_and_resumed(em, Path(folder), symbols, 1.5 if options.quick else PATIENCE)
        seconds = time.perf_counter() - begun
        asked = windows(em)
        again = sum(window in asked[place:] for place, finished in kept for window in finished)
        print(f"{len(symbols)} instruments, {len(set(asked))} windows, killed {len(kept)} times: {seconds:.1f} s")
        print(f"finished windows that were fetched again: {again}")
        print(
            f"windows that were under way when it was killed, and so were fetched again: {len(asked) - len(set(asked))}"
        )
        candles, wrong = compared(em, Path(folder), symbols[: 3 if options.quick else 10])
        print(f"{candles:,} candles compared with the emulator's, {wrong} differ")


FOREIGN = re.compile(r"[^\w.-]+")  # what the folder of a key has a dash for

Window = tuple[str, str, str]
"""Key and unit, the first day, the last day."""


def windows(em: Emulator) -> list[Window]:
    """What was asked for, in order."""
    parts = [unquote(one.path).split("/")[3:] for one in em.requests if "/historical-candle/NSE" in one.path]
    return [(f"{FOREIGN.sub('-', key)} {unit}", first, last) for key, unit, _, last, first in parts]


def finished(folder: Path) -> set[Window]:
    """What is in the files."""
    units = {interval: unit for interval, (unit, _) in WISHES.items()}
    found: set[Window] = set()
    for path in (folder / "candles").rglob("*.candles"):
        first, _, last = path.stem.partition("_")
        found.add((f"{path.parts[-3]} {units[path.parts[-2]]}", first, last))
    return found


def killed_and_resumed(
    em: Emulator, folder: Path, symbols: list[str], patience: float
) -> list[tuple[int, set[Window]]]:
    """Let the download run to its end, killing it on the way: how much was asked for at each kill, and was finished."""
    command = [sys.executable, __file__, "--child", str(folder), "--symbols", ",".join(symbols)]
    kills: list[tuple[int, set[Window]]] = []
    while True:
        child = subprocess.Popen(command)
        try:
            child.wait(patience if len(kills) < KILLS else None)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            kills.append((len(windows(em)), finished(folder)))
            continue
        if child.returncode:
            raise SystemExit(child.returncode)
        return kills


def download(folder: Path, symbols: list[str]) -> None:
    """What a program does."""
    with Upstox(progress=None) as up:
        for interval, (_, days) in WISHES.items():
            up.histories(symbols, interval, days=days, cache=folder / "candles")


def compared(em: Emulator, folder: Path, symbols: list[str]) -> tuple[int, int]:
    """How many candles there are, and how many of them are not the emulator's."""
    api = HistoryV3Api(ApiClient(em.configuration()))
    count = wrong = 0
    with Upstox(em.configuration(), cache=folder, progress=None) as up:
        last = up.now.date() - dt.timedelta(days=1)
        for symbol in symbols:
            one = up.instrument(symbol)
            for interval, (unit, days) in WISHES.items():
                found = up.history(one, interval, days=days, end=last, cache=folder / "candles")
                truth = Candles.of(symbol, interval, ())
                start = found[0].time.date()
                while start <= last:
                    end = min(start + dt.timedelta(days=27 if unit == "minutes" else 3000), last)
                    answer = api.get_historical_candle_data1(one.key, unit, 1, end, start)
                    truth = truth.joined(Candles.of(symbol, interval, (answer.data and answer.data.candles) or ()))
                    start = end + dt.timedelta(days=1)
                count += len(truth)
                wrong += len(set(found) ^ set(truth))
    return count, wrong


if __name__ == "__main__":
    main()
