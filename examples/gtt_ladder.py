"""A ladder of orders that wait: buy more the lower it gets, each rung with its own target and stop."""

from __future__ import annotations

from stage import stage

SYMBOL = "RELIANCE"
RUNGS = (0.01, 0.02, 0.03, 0.05)  # below the price of now
QUANTITY = 10
TARGET, STOP = 0.02, 0.03  # above and below each rung


def main() -> None:
    """Set it up, let the price fall and rise, and take down the rungs that were not reached."""
    with stage() as here:
        up = here.up
        one = up.instrument(SYMBOL)
        price = up.ltp(one)[one]
        ladder = []
        for below in RUNGS:
            trigger = one.rounded(price * (1 - below))
            ladder.append(
                up.gtt.buy(
                    one,
                    QUANTITY,
                    trigger=trigger,
                    target=one.rounded(trigger * (1 + TARGET)),
                    stoploss=one.rounded(trigger * (1 - STOP)),
                    when="below",
                )
            )
        print(f"{one} is at {price:.2f}; the rungs:")
        for rung in ladder:
            print(f"  buy {rung.quantity} below {rung.entry.trigger_price:.2f}: {rung.status}")

        low = one.rounded(price * (1 - 0.032))
        here.script(SYMBOL, [(60, one.rounded(price * 0.985)), (120, low), (300, one.rounded(price * 0.995))])
        here.wait(600)
        for rung in ladder:
            rung.refresh()
            bought = "not bought" if rung.entry.status != "COMPLETED" else f"bought, then {rung.status.lower()}"
            print(f"  {rung.entry.trigger_price:.2f}: {bought}")

        waiting = [rung for rung in ladder if rung.entry.status == "SCHEDULED"]
        for rung in waiting:
            rung.cancel()
        shares = sum(row.quantity for row in up.positions.of(one))
        print(f"{len(waiting)} taken down; {shares} {one} left, with targets and stops that go on watching")


if __name__ == "__main__":
    main()
