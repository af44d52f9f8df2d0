"""A kill switch: guards on every order, and at a loss for the day everything is closed and nothing more is sent."""

from __future__ import annotations

from stage import stage

from upstox_client import GuardError, Guards, UserApi
from upstox_client.amounts import grouped

MOST_LOSS = 5_000  # rupees a day
GUARDS = Guards(max_value=400_000, instruments=["RELIANCE", "INFY", "TCS"], kill_words=["SME"])


def main() -> None:
    """A bad day."""
    with stage(guards=GUARDS) as here:
        up = here.up
        for name, quantity in (("HDFCBANK", 10), ("RELIANCE", 10_000)):
            try:
                up.buy(name, quantity, product="intraday")
            except GuardError as refused:
                print(f"refused by {refused.guard}: {refused}")

        up.buy("RELIANCE", 200, product="intraday").wait(timeout=10)
        price = up.positions["RELIANCE"].average_price
        rest = up.buy(
            "INFY", 50, limit=up.instrument("INFY").rounded(up.ltp("INFY")["INFY"] * 0.97), product="intraday"
        )
        print(f"long 200 RELIANCE, and a limit order for INFY is {rest.refresh().status}")

        one = up.instrument("RELIANCE")
        here.script("RELIANCE", [(60, one.rounded(price - 10)), (120, one.rounded(price - 30))])
        for _ in range(30):
            here.wait(60)
            loss = -up.positions.day_pnl
            if loss > MOST_LOSS:
                break
        else:
            print("a quiet day")
            return

        print(f"{grouped(loss, 0)} rupees lost today: that is enough")
        up.halt(f"{grouped(loss, 0)} rupees lost")
        up.cancel_all()
        for order in up.square_off().orders:
            order.wait(timeout=10)
        print(f"INFY is {rest.status}, {len(up.positions.open)} positions are open")

        try:
            up.buy("TCS", 1)
        except GuardError as refused:
            print(f"refused: {refused}")
        switch = UserApi(up.client)  # for all programs, the app and the website, until tomorrow
        switch.update_kill_switch([{"segment": "NSE_EQ", "action": "DISABLE"}])
        states = switch.get_kill_switch().data or []
        print(f"killed at Upstox: {', '.join(row.segment or '' for row in states if row.kill_switch_enabled)}")


if __name__ == "__main__":
    main()
