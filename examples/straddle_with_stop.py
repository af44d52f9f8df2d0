"""A short straddle with a stop on each leg; when one is stopped out, the other's stop moves to its entry price."""

from __future__ import annotations

from stage import Stage, stage

from upstox_client.amounts import grouped
from upstox_client.trading import Order

UNDERLYING = "NIFTY"
LOTS = 1
STOP = 1.3  # of the premium
MINUTES = 30  # to wait for a stop
SLIP = 1.05  # how far beyond its stop a leg may be bought back


def stopped(leg: Order) -> tuple[float, float]:
    """Stop and limit for buying a leg back."""
    one, entry = leg.instrument, leg.average_price or 0.0
    return one.rounded(entry * STOP), one.rounded(entry * STOP * SLIP)


def main() -> None:
    """One straddle."""
    with stage() as here:
        up = here.up
        atm = up.options(UNDERLYING, "next week").atm
        assert atm.call is not None
        assert atm.put is not None
        legs = (atm.call.instrument, atm.put.instrument)
        try:
            basket = up.basket(*(up.ticket("sell", leg, lots=LOTS, product="intraday") for leg in legs))
            sold = [order.wait(timeout=10) for order in basket.orders]
            if basket.is_whole and all(leg.is_complete for leg in sold):
                premium = sum(leg.average_price or 0.0 for leg in sold)
                print(f"sold the {atm.strike:g} straddle for {premium:.2f}")
                watch(here, sold)
            else:
                print(f"not whole, so closed again: {basket.failed or sold}")
        finally:  # Ctrl-C and errors, too, leave nobody short
            up.square_off(*legs, product="intraday")
        here.wait(2)
        print(f"closed; P&L {grouped(up.positions.pnl, sign=True)} rupees before charges")


def watch(here: Stage, legs: list[Order]) -> None:
    """Put a stop on each leg, and move the one when the other has gone out."""
    up = here.up
    stops: list[Order] = []
    for leg in legs:
        stop, limit = stopped(leg)
        stops.append(up.buy(leg.instrument, leg.filled, stop=stop, limit=limit, product="intraday"))
        print(f"  {leg.instrument}: sold at {leg.average_price:.2f}, stop {stop:.2f}")

    spot = up.ltp("NIFTY 50")["NIFTY 50"]
    here.script("Nifty 50", [(30 * step, spot * (1 + 0.0005 * step)) for step in range(1, 16)])
    done: list[Order] = []
    for _ in range(MINUTES):
        here.wait(60)
        done = [order for order in stops if order.refresh().is_complete]
        if done:
            break
    for order in done:
        print(f"{up.now:%H:%M} IST: {order.instrument} stopped out at {order.average_price:.2f}")
    for leg, order in zip(legs, stops, strict=True):
        if done and not order.is_done:
            price = min(leg.average_price or 0.0, order.stop or 0.0)
            order.modify(stop=leg.instrument.rounded(price), limit=leg.instrument.rounded(price * SLIP))
            print(f"  the stop of {order.instrument} is at its entry now: {order.stop:.2f}")
    here.wait(600)


if __name__ == "__main__":
    main()
