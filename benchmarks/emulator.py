"""The emulator: how soon it is ready, how quickly it takes orders, what a second of its market costs.

    python benchmarks/emulator.py

Aims: ready in under 2 s; the acknowledgement of an order within 3 ms (p50); at least 50,000 orders a second through the
matching core alone; a step of 5,000 instruments in under 20 ms.
"""

from __future__ import annotations

import argparse
import datetime as dt
import http.client
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from upstox_emulator import IST
from upstox_emulator.catalog.instrument import Instrument

RELIANCE = "NSE_EQ|INE002A01018"


def verdict(value: float, aim: float, *, at_least: bool = False) -> str:
    met = value >= aim if at_least else value <= aim
    return f"aim {'>=' if at_least else '<='} {aim:g}: {'met' if met else 'missed'}"


class Process:
    """An emulator in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        started = time.perf_counter()
        command = [sys.executable, "-m", "upstox_emulator", "--port", "0", "--access-token", "bench", *arguments]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._process.stdout is not None
        url = self._process.stdout.readline().split()[-1]
        self.ready = time.perf_counter() - started
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc)

    def call(self, method: str, path: str, body: object = None) -> dict[str, object]:
        content = None if body is None else json.dumps(body)
        headers = {"Authorization": "Bearer bench", "Content-Type": "application/json"}
        self._connection.request(method, path, content, headers)
        answer = json.loads(self._connection.getresponse().read())
        assert answer.get("status", "success") == "success", answer
        return answer

    def memory(self) -> float:
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


def order(price: float, side: str = "BUY", quantity: int = 1) -> dict[str, object]:
    return {
        "quantity": quantity,
        "product": "I",
        "validity": "DAY",
        "price": price,
        "tag": "bench",
        "instrument_token": RELIANCE,
        "order_type": "LIMIT" if price else "MARKET",
        "transaction_type": side,
        "disclosed_quantity": 0,
        "trigger_price": 0,
        "is_amo": False,
    }


def quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def over_http(journal: Path | None, orders: int) -> None:
    kept = [] if journal is None else ["--db", str(journal)]
    process = Process("--no-rate-limit", *kept)
    name = "in memory" if journal is None else "with a journal"
    try:
        fresh = process.memory()
        for label, price in (("market, trades at once", 0.0), ("limit, rests", 1_300.0)):
            seconds: list[float] = []
            began = time.perf_counter()
            for number in range(orders):
                body = order(price, "BUY" if price or number % 2 else "SELL")
                started = time.perf_counter()
                process.call("POST", "/v3/order/place", body)
                seconds.append(time.perf_counter() - started)
            rate = orders / (time.perf_counter() - began)
            p50, p99 = statistics.median(seconds) * 1e3, quantile(seconds, 0.99) * 1e3
            print(f"  {name:<16}{label:<26}{p50:8.2f}{p99:8.2f}{rate:10.0f}   {verdict(p50, 3)}")
        print(f"  {name:<16}ready in {process.ready:.2f} s   {verdict(process.ready, 2)}")
        print(f"  {name:<16}memory {fresh:.0f} MB when ready, {process.memory():.0f} MB after {2 * orders:,} orders")
    finally:
        process.stop()


def market_steps(counts: Sequence[int]) -> None:
    from upstox_emulator.calendar import Calendar
    from upstox_emulator.catalog.catalog import Catalog
    from upstox_emulator.market.market import Market

    start = dt.datetime(2026, 11, 23, 11, 0, 30, tzinfo=IST)
    print("\na second of the market        first  median   worst   ms; a minute turns in the worst")
    for count in counts:
        calendar = Calendar("calendar", start.date())
        more = synthetic(count, dt.date(2026, 12, 29))
        catalog = Catalog(7, calendar, more)
        market = Market(7, catalog, calendar)
        listed = [one for one in catalog.listed(start.date()) if one.is_tradable and "SYNTHETIC" not in one.symbol]
        keys = [one.key for one in (*listed, *more)][:count]
        steps: list[float] = []
        for second in range(62):
            began = time.perf_counter()
            market.ticks(keys, start.timestamp() + second)
            steps.append((time.perf_counter() - began) * 1e3)
        first, *later = steps
        median = statistics.median(later)
        told = verdict(median, 20) if count == 5_000 else ""
        print(f"  {count:>7,} instruments {first:13,.0f}{median:8.1f}{max(later):8.1f}   {told}".rstrip())


def synthetic(count: int, expiry: dt.date) -> list[Instrument]:
    """Further strikes of Nifty options: what most of the rows of the real master file are."""
    return [
        Instrument(
            key=f"NSE_FO|{1_000_000 + number}",
            segment="NSE_FO",
            exchange="NSE",
            kind="CE" if number % 2 else "PE",
            name="NIFTY",
            symbol=f"NIFTY SYNTHETIC {number}",
            compact=f"NIFTYSYN{number}",
            token=str(1_000_000 + number),
            lot=65,
            expiry=expiry,
            strike=(20_000 + number // 2 % 12_000) * 10_000,
            underlying="NSE_INDEX|Nifty 50",
            underlying_symbol="NIFTY",
            underlying_type="INDEX",
        )
        for number in range(count)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few orders and few instruments")
    quick = parser.parse_args().quick
    orders = 50 if quick else 2_000
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores")
    print("\nplace to acknowledgement, one connection      p50 ms  p99 ms  orders/s")
    over_http(None, orders)
    with tempfile.TemporaryDirectory() as folder:
        over_http(Path(folder) / "journal.db", orders)
    market_steps([1_000] if quick else [1_000, 5_000, 20_000, 100_000])
    print(flush=True)
    core = Path(__file__).with_name("matching.py")
    subprocess.run([sys.executable, str(core), *(["--quick"] if quick else [])], check=True)


if __name__ == "__main__":
    main()
