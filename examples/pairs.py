"""Pairs: when two banks drift apart, sell the dear one and buy the cheap one, and wait until they meet again."""

from __future__ import annotations

import statistics

from stage import stage

PAIR = ("HDFCBANK", "ICICIBANK")
DAYS = 120
AMOUNT = 100_000  # rupees on each side
ENTER, LEAVE = 2.0, 0.5  # standard deviations


def main() -> None:
    """One trade, if there is one."""
    with stage() as here:
        up = here.up
        one, other = (up.instrument(name) for name in PAIR)
        closes = {name.symbol: dict(zip(found.time, found.close, strict=True)) for name in (one, other)
                  if (found := up.history(name, "1d", days=DAYS))}  # fmt: skip
        days = sorted(set(closes[one.symbol]) & set(closes[other.symbol]))[:-1]
        ratios = [closes[one.symbol][day] / closes[other.symbol][day] for day in days]
        mean, spread = statistics.fmean(ratios), statistics.stdev(ratios)
        print(f"{one}/{other} over {len(days)} days: {mean:.4f}, standard deviation {spread:.4f}")

        def distance() -> float:
            prices = up.ltp(one, other)
            return (prices[one] / prices[other] - mean) / spread

        # On the emulator: the first rises against the second, and comes back.
        second = up.ltp(other)[other]
        here.script(other.symbol, [(0, second)])
        here.script(
            one.symbol,
            [(0, one.rounded(second * (mean + 2.4 * spread))), (1800, one.rounded(second * (mean + 0.3 * spread)))],
        )
        here.wait(1)
        z = distance()
        if abs(z) < ENTER:
            print(f"they are {z:+.2f} deviations apart: no trade")
            return
        dear, cheap = (one, other) if z > 0 else (other, one)
        prices = up.ltp(one, other)
        basket = up.basket(
            up.ticket("sell", dear, int(AMOUNT / prices[dear]), product="intraday"),
            up.ticket("buy", cheap, int(AMOUNT / prices[cheap]), product="intraday"),
        )
        print(f"{z:+.2f} deviations apart: {', '.join(str(line.ticket) for line in basket.lines)}")
        try:
            traded = [order.wait(timeout=10).is_complete for order in basket.orders]
            for _ in range(60 if basket.is_whole and all(traded) else 0):
                if abs(distance()) < LEAVE:
                    break
                here.wait(60)
            print(f"{up.now:%H:%M} IST: {distance():+.2f} deviations apart, closing")
        finally:  # Ctrl-C and errors, too, leave no half of it
            up.square_off(one, other, product="intraday")
        here.wait(2)
        rows = [row for bank in (one, other) for row in up.positions.of(bank)]
        for row in rows:
            print(f"  {row.symbol:<10} {row.realised:+10,.2f}")
        print(f"  together   {sum(row.realised for row in rows):+10,.2f} rupees before charges")


if __name__ == "__main__":
    main()
