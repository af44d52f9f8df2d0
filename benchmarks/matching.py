"""How many orders a second go through the emulator's exchange: through the core alone, and with everything around it.

    python benchmarks/matching.py [--quick]

The core takes seeded orders of all kinds into books of a hundred resting orders: some trade at once, some rest and
trade later, some are withdrawn. The whole exchange does the same with checks, states, history, ids and messages, but
without a journal and without HTTP; its market stands still and its account allows everything. The time is that of the
processor, so that what else runs on the machine matters less.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from upstox_emulator.exchange.matching import Book, Entry, Stop
from upstox_emulator.market.view import Depth, Level

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "emulator" / "exchange"))

from world import World, wish

AIM = 50_000  # orders a second through the core
BOOKS = 20


def depth_around(middle: int) -> Depth:
    return Depth(
        tuple(Level(middle - 5 * step, 200, 3) for step in range(1, 31)),
        tuple(Level(middle + 5 * step, 200, 3) for step in range(1, 31)),
    )


class CoreLoad:
    """Seeded orders for the core: made beforehand, so that only the core is measured."""

    def __init__(self, orders: int, seed: int = 7) -> None:
        rng = random.Random(seed)
        self.depths = [depth_around(10_000 + 5 * rng.randint(-20, 20)) for _ in range(200)]
        self.orders = [
            (
                rng.randrange(BOOKS), rng.random() < 0.5, 10_000 + 5 * rng.randint(-40, 40), rng.randint(1, 300),
                rng.choice((0, 0, 0, 50)), rng.random(),
            )
            for _ in range(orders)
        ]  # fmt: skip

    def run(self) -> tuple[int, int]:
        """All orders through the core; how many fills, and how many orders rest at the end."""
        books = [Book() for _ in range(BOOKS)]
        resting: list[list[str]] = [[] for _ in range(BOOKS)]
        fills = 0
        for number, (which, buys, limit, quantity, disclosed, kind) in enumerate(self.orders):
            book, names, name = books[which], resting[which], str(number)
            depth, moment = self.depths[number // 100 % len(self.depths)], float(number // 100)
            if kind < 0.1:
                book.hold(Stop(name, buys, limit))
                names.append(name)
            else:
                entered = book.enter(Entry(name, buys, limit, quantity, disclosed), depth, moment, immediate=kind < 0.2)
                fills += len(entered.fills)
                names.append(name)
            if number % 20 == 0:
                fills += len(book.trade(depth.bids[0].price, 50, depth, moment))
                book.triggered(depth.bids[0].price)
            if len(names) > 100:
                book.withdraw(names.pop(0))
        return fills, sum(len(book) for book in books)


def rest_of_exchange(orders: int) -> None:
    """Orders through everything but the door: checks, floor, blotter, messages."""
    world = World()
    rng = random.Random(7)
    for number in range(orders):
        if number % 100 == 0:
            world.now += dt.timedelta(seconds=1)
            world.exchange.step(world.now)
        price = 100 + 0.05 * rng.randint(-40, 40)
        kind = rng.random()
        if kind < 0.3:
            placed = world.exchange.check(wish(order_type="MARKET", price=0), world.now)
        else:
            placed = world.exchange.check(wish(price=round(price, 2)), world.now)
        ids = world.exchange.place(placed, world.now)
        if kind > 0.7 and isinstance(ids, list):
            order = world.exchange.order(ids[0])
            if not order.ended:
                world.exchange.cancel(ids[0], world.now)


def rate(run: Callable[[], object], orders: int, rounds: int) -> float:
    """Orders a second, the best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        gc.collect()
        begin = time.process_time()
        run()
        best = min(best, time.process_time() - begin)
    return orders / best


def main() -> int:
    parser = argparse.ArgumentParser(description="Orders a second through the emulator's exchange.")
    parser.add_argument("--quick", action="store_true", help="a few orders, only to see that it runs")
    quick = parser.parse_args().quick
    orders, rounds = (500, 1) if quick else (100_000, 5)
    load = CoreLoad(orders)
    fills, resting = load.run()
    core = rate(load.run, orders, rounds)
    whole = rate(lambda: rest_of_exchange(orders // 10), orders // 10, rounds)
    print(f"{orders} orders, {fills} fills, {resting} resting at the end")
    print(f"core alone          {core:>10,.0f} orders/s   (aim {AIM:,})")
    print(f"whole exchange      {whole:>10,.0f} orders/s   (checks, states, history, messages)")
    if not quick and core < AIM:
        print(f"MISSED: the core takes fewer than {AIM:,} orders a second")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
