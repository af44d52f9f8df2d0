"""The instrument store: cold build, warm open, each kind of search, memory; with as many rows as the real file has.

    python benchmarks/instruments.py             120,000 rows
    python benchmarks/instruments.py --rows 5000

Building and looking up are processes of their own, so that each one's memory is its own. The rows are made up
(`tests/support/masters.py`), alike on every run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support import masters

# What is measured -> the most that it may be.
AIMS = {"warm open, ms": 20.0, "search, ms": 10.0, "memory, MB": 100.0}
ROUNDS = 30


def main() -> None:
    """Make the file, then build and look up."""
    parser = argparse.ArgumentParser(description="The instrument store.")
    parser.add_argument("--rows", type=int, default=120_000)
    parser.add_argument("--child", choices=["build", "look"])
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.child:
        {"build": build, "look": look}[options.child](options.folder)
        return
    with tempfile.TemporaryDirectory() as folder:
        file = masters.packed(masters.large(options.rows))
        (Path(folder) / "complete.json.gz").write_bytes(file)
        print(f"{options.rows:,} rows, {len(file) / 1e6:.1f} MB packed")
        for child in ("build", "look"):
            subprocess.run([sys.executable, __file__, "--child", child, "--folder", folder], check=True)


def build(folder: Path) -> None:
    """From the packed file to the store."""
    from upstox_client.instruments import master, store

    data = (folder / "complete.json.gz").read_bytes()
    before = memory()
    begun = time.perf_counter()
    count = store.build(folder / "store.sqlite", master.read(data), etag='"1"')
    say("cold build, s", time.perf_counter() - begun)
    say("cold build, peak memory over the start, MB", memory() - before)
    say("store, MB", (folder / "store.sqlite").stat().st_size / 1e6)
    say("instruments", count)


def look(folder: Path) -> None:
    """Open and search."""
    bare = memory()
    begun = time.perf_counter()
    from upstox_client.instruments import Instruments

    say("import, ms", 1e3 * (time.perf_counter() - begun))
    opened: list[float] = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        book = Instruments.open(folder / "store.sqlite", masters.TODAY)
        book.get("NSE_EQ|INE002A01018")
        opened.append(time.perf_counter() - begun)
        book.close()
    say("first open with a look-up, ms", 1e3 * opened[0])
    say("warm open, ms", 1e3 * statistics.median(opened))
    book = Instruments.open(folder / "store.sqlite", masters.TODAY)
    for name, search in searches(book).items():
        times: list[float] = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            search()
            times.append(time.perf_counter() - begun)
        say(f"search, ms: {name}", 1e3 * statistics.median(times))
    say("memory, MB: of the searches, all in", memory() - bare)


def searches(book: Any) -> dict[str, Callable[[], Any]]:
    """One of each kind."""
    return {
        "key": lambda: book.get("NSE_FO|40007"),
        "symbol": lambda: book.find("RELIANCE"),
        "symbol of the other exchange": lambda: book.find("BSE:RELIANCE"),
        "name": lambda: book.find("Nifty 50"),
        "ISIN": lambda: book.find("INE002A01018"),
        "words, found at once": lambda: book.search("RELI"),
        "words, in the middle": lambda: book.search("infra"),
        "words, in no row": lambda: book.search("zzzz qqqq"),
        "words, of an option": lambda: book.search("nifty 26000 ce dec"),
        "contract in words": lambda: book.find("NIFTY 26000 CE next week"),
        "expiries of an underlying": lambda: book.expiries("NIFTY"),
        "futures of an underlying": lambda: book.futures("NIFTY"),
        "chain of an underlying": lambda: book.options("NIFTY", "next week"),
        "ATM offset": lambda: book.option("NIFTY", "ATM+2", "CE", "this week", spot=26012.0),
        "all calls of a day": lambda: book.search(kind="CE", expiry=dt.date(2026, 12, 29)),
    }


def memory() -> float:
    """The most that this process has had, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # elsewhere the figure that follows; here that one would be the parent's as well
        return next(int(line.split()[1]) / 1e3 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1e3


def say(what: str, figure: float) -> None:
    """One line; it says if an aim is missed."""
    aim = next((most for start, most in AIMS.items() if what.startswith(start)), None)
    verdict = "" if aim is None else f"  (aim: under {aim:g})" if figure < aim else f"  MISSED: aim under {aim:g}"
    print(f"{what:<48} {figure:>10,.2f}{verdict}", flush=True)


if __name__ == "__main__":
    main()
