"""The client that one would draw on a napkin, sync and async.

    upstox login && .venv/bin/python examples/napkin.py          # on your account: it only reads
    .venv/bin/python examples/napkin.py --paper                  # on an emulator inside this program

The picture goes into the folder that the program is run in.
"""

from __future__ import annotations

import asyncio
import sys

from upstox_client import AsyncUpstox, Upstox
from upstox_client.amounts import grouped

PAPER = "--paper" in sys.argv


def main() -> None:
    """What is read, and what is drawn."""
    with Upstox(paper=PAPER) as up:  # the token of `upstox login`, or UPSTOX_ACCESS_TOKEN
        print(up)
        print(f"{up.profile.user_name} has ₹{grouped(up.funds.available)} to trade with")

        reliance = up.instrument("RELIANCE")
        print(f"{reliance.name}: {reliance.key}, lot {reliance.lot}, tick ₹{reliance.tick}")

        quotes = up.quote("RELIANCE", "NIFTY 50")
        print(f"RELIANCE ₹{grouped(quotes['RELIANCE'].last_price)}, NIFTY 50 {grouped(quotes['NIFTY 50'].last_price)}")

        candles = up.history("RELIANCE", "5m", days=90)  # split into allowed windows, merged, oldest first, IST
        print(candles)
        candles[-75:].plot("reliance.png")

        chain = up.options("NIFTY", expiry="next week")
        print(chain)
        print(chain.payoff("sell ATM+3 CE", "buy ATM+8 CE", "sell ATM-3 PE", "buy ATM-8 PE"))


async def at_once() -> None:
    """The same names, awaitable."""
    async with AsyncUpstox(paper=PAPER) as up:
        quotes, chain, funds = await asyncio.gather(up.ltp("RELIANCE"), up.options("NIFTY"), up.funds)
        print(f"RELIANCE ₹{grouped(quotes['RELIANCE'])}, {len(chain)} strikes, ₹{grouped(funds.available)}")


if __name__ == "__main__":
    main()
    asyncio.run(at_once())
