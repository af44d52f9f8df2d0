"""Opening range breakout: buy above the high of the first quarter of an hour, with a stop at its low.

The exits wait at Upstox (a bracket), so they are there even if this program is not.
"""

from __future__ import annotations

import datetime as dt

from stage import stage

from upstox_client.amounts import grouped
from upstox_emulator import IST

SYMBOL = "RELIANCE"
QUANTITY = 50
OPENS, CLOSES = dt.time(9, 15), dt.time(15, 10)
RANGE = 15  # minutes
PATIENCE = 120  # minutes after which there is no trade today


def main() -> None:
    """One morning."""
    with stage(start=dt.datetime(2026, 11, 23, 9, 15, tzinfo=IST)) as here:
        up = here.up
        one = up.instrument(SYMBOL)
        here.script(SYMBOL, [(0, 1530), (240, 1538), (600, 1526), (1200, 1534), (1500, 1540), (2400, 1566)])
        here.wait(RANGE * 60)

        opened = dt.datetime.combine(up.now.date(), OPENS, IST)
        candles = up.history(one, "1m", start=opened)[:RANGE]
        high, low = max(candles.high), min(candles.low)
        print(f"{candles[0].time:%H:%M} to {candles[-1].time:%H:%M} IST: {one} between {low:.2f} and {high:.2f}")

        price = up.ltp(one)[one]
        for _ in range(PATIENCE):
            if price > high:
                break
            here.wait(60)
            price = up.ltp(one)[one]
        else:
            print("no breakout, no trade")
            return

        target = one.rounded(price + 2 * (high - low))
        print(f"{up.now:%H:%M} IST: {price:.2f} is a breakout; target {target:.2f}, stop {low:.2f}")
        bracket = up.gtt.bracket(
            "buy", one, QUANTITY, limit=one.rounded(price * 1.001), target=target, stoploss=low, product="intraday"
        )
        while not bracket.is_done and up.now.time() < CLOSES:
            here.wait(60)
            bracket.refresh()
        exits = {"target": bracket.target, "stop": bracket.stoploss}
        ended = next((name for name, rule in exits.items() if rule and rule.status == "COMPLETED"), None)
        if ended is None:  # not bought, or neither was reached
            if not bracket.is_done:
                bracket.cancel()
            up.square_off(one, product="intraday")
        pnl = sum(row.pnl for row in up.positions.of(one))
        how = f"at the {ended}" if ended else "for today"
        print(f"{up.now:%H:%M} IST: closed {how}; P&L {grouped(pnl, sign=True)} rupees")


if __name__ == "__main__":
    main()
