"""Which calls to sell on shares that one has: the premium as a yearly yield, and the chance to keep the shares."""

from __future__ import annotations

from stage import stage

SHARES = ("RELIANCE", "HDFCBANK", "INFY", "TCS", "ICICIBANK", "SBIN")
ABOVE = (0.02, 0.08)  # strikes so far above the price
MOST_DELTA = 0.35
SHOWN = 8


def main() -> None:
    """One table, best first. It sends nothing."""
    with stage() as here:
        up = here.up
        today = up.now.date()
        found = []
        for symbol in SHARES:
            chain = up.options(symbol, "next month")
            days = (chain.expiry - today).days
            for call in chain.calls:
                strike = call.instrument.strike or 0.0
                above = strike / chain.spot - 1
                if not ABOVE[0] <= above <= ABOVE[1] or not 0 < call.delta <= MOST_DELTA or not call.bid:
                    continue
                found.append((call.bid / chain.spot * 365 / days, above, call, chain))
        found.sort(key=lambda row: -row[0])
        print(f"{'call':<30} {'bid':>8} {'lot':>5} {'above':>6} {'delta':>6} {'IV %':>6} {'a year':>7} {'rupees':>8}")
        for yearly, above, call, chain in found[:SHOWN]:
            print(
                f"{call.instrument.symbol:<30} {call.bid:8.2f} {chain.lot:5d} {above:6.1%} {call.delta:6.2f} "
                f"{call.iv:6.1f} {yearly:7.1%} {call.bid * chain.lot:8,.0f}"
            )
        print(f"{len(found)} calls of {len(SHARES)} shares fit")


if __name__ == "__main__":
    main()
