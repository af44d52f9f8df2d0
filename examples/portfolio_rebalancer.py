"""Bring a portfolio of shares back to the weights that it should have, with as few orders as possible."""

from __future__ import annotations

from stage import stage

from upstox_client.amounts import grouped

WEIGHTS = {"RELIANCE": 0.30, "HDFCBANK": 0.25, "INFY": 0.25, "ITC": 0.20}
CASH = 300_000  # rupees that the whole should be worth at least
TOLERANCE = 0.01  # of the whole: smaller differences are left alone


def main() -> None:
    """Twice: the first time everything is bought, the second time only what has drifted is moved."""
    with stage() as here:
        up = here.up
        for name in ("first", "second"):
            names = {symbol: up.instrument(symbol) for symbol in WEIGHTS}
            prices = up.ltp(*WEIGHTS)
            held = dict.fromkeys(WEIGHTS, 0)
            holdings, positions = up.holdings, up.positions
            for symbol, one in names.items():  # what was bought today is a position until tomorrow
                held[symbol] = sum(row.quantity for row in holdings.of(one))
                held[symbol] += sum(row.quantity for row in positions.of(one) if row.product == "D")
            worth = max(CASH, sum(held[symbol] * prices[symbol] for symbol in WEIGHTS))

            tickets = []
            print(f"the {name} time, {grouped(worth, 0)} rupees:")
            for symbol, weight in WEIGHTS.items():
                have = held[symbol] * prices[symbol] / worth
                missing = int((weight - have) * worth / prices[symbol])
                print(f"  {symbol:<9} {have:6.1%} of {weight:4.0%} at {prices[symbol]:9,.2f}: {missing:+4d}")
                if abs(weight - have) > TOLERANCE and missing:
                    tickets.append(up.ticket("buy" if missing > 0 else "sell", names[symbol], abs(missing)))
            if not tickets:
                print("  nothing to do")
                continue

            preview = up.preview(*tickets)
            print(f"  needs {grouped(preview.margin, 0)} rupees and costs {grouped(preview.charges.total)}")
            if not preview.is_affordable:
                print(f"  {grouped(preview.missing, 0)} rupees are missing")
                return
            basket = up.basket(*tickets)
            for line in basket.failed:
                print(f"  failed: {line}")
            for order in basket.orders:
                order.wait(timeout=10)
                print(f"  {order.side:<4} {order.filled:3d} {order.instrument} at {grouped(order.average_price)}")
            here.script("INFY", [(60, up.instrument("INFY").rounded(prices["INFY"] * 1.15))])
            here.wait(120)


if __name__ == "__main__":
    main()
