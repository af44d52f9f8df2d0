"""An iron condor: what it can make and lose, what margin it needs, and a picture. It sends nothing."""

from __future__ import annotations

import sys
from pathlib import Path

from stage import stage

from upstox_client.amounts import grouped

WINGS = 5  # strikes between what is sold and what is bought
BODY = 4  # strikes from the money


def main() -> None:
    """One look; the picture goes into the folder that is named, or the one the program is run in."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else Path()
    with stage() as here:
        up = here.up
        chain = up.options("NIFTY", "next week")
        payoff = chain.payoff(
            f"sell ATM+{BODY} CE", f"buy ATM+{BODY + WINGS} CE", f"sell ATM-{BODY} PE", f"buy ATM-{BODY + WINGS} PE"
        )
        print(chain)
        print(payoff)
        low, high = payoff.break_evens
        width = (high - low) / chain.spot
        print(f"makes money between {grouped(low, 0)} and {grouped(high, 0)}, {width:.1%} of the index")

        call, put = chain[f"ATM+{BODY}"].call, chain[f"ATM-{BODY}"].put
        far_call, far_put = chain[f"ATM+{BODY + WINGS}"].call, chain[f"ATM-{BODY + WINGS}"].put
        legs = [("sell", call), ("buy", far_call), ("sell", put), ("buy", far_put)]
        preview = up.preview(
            *(
                up.ticket("buy" if side == "buy" else "sell", option.instrument, lots=1)
                for side, option in legs
                if option is not None
            )
        )
        print(f"margin {grouped(preview.margin, 0)} rupees: {grouped(preview.benefit, 0)} less than leg by leg")
        print(f"charges {grouped(preview.charges.total)} rupees to open it, available {grouped(preview.available, 0)}")

        path = folder / "iron_condor.png"
        payoff.plot(path)
        print(f"drawn into {path.name}")


if __name__ == "__main__":
    main()
