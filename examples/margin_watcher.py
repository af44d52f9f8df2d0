"""Watch the margin: when too little is left, close what has lost the most, until there is enough."""

from __future__ import annotations

from stage import stage

from upstox_client.amounts import grouped

LEAST = 0.60  # of what there is, to be left over
ROUNDS = 10


def main() -> None:
    """Open two positions, let one go wrong, and watch."""
    with stage() as here:
        up = here.up
        future, share = up.instrument("NIFTY FUT"), up.instrument("RELIANCE")
        up.sell(future, lots=1, product="intraday").wait(timeout=10)
        up.buy(share, 200, product="intraday").wait(timeout=10)
        price = up.ltp(future)[future]
        here.script("Nifty 50", [(30, up.ltp("NIFTY 50")["NIFTY 50"] * 1.01)])
        print(f"short {future} at {grouped(price)}, long 200 {share}")

        for _ in range(ROUNDS):
            here.wait(60)
            funds = up.funds
            free = funds.available / (funds.available + funds.used)
            print(f"{up.now:%H:%M} IST: {grouped(funds.available, 0)} rupees free, {free:.0%}")
            if free >= LEAST:
                break
            worst = min(up.positions.open, key=lambda row: row.pnl, default=None)
            if worst is None:
                print("nothing is open, and still too little is free")
                break
            print(f"  closing {up.instrument(worst.key)}: {worst.quantity}, {grouped(worst.pnl, sign=True)} rupees")
            for order in up.square_off(worst.key).orders:
                order.wait(timeout=10)
        print(f"left: {', '.join(f'{row.quantity} {row.symbol}' for row in up.positions.open) or 'nothing'}")


if __name__ == "__main__":
    main()
