"""What a program does with `AsyncUpstox`, and the types of what comes. Read by type checkers in strict mode; not run.

`test_typing.py` makes the same program for `Upstox` of it, by leaving out what waits.
"""

# ruff: noqa: B018 - that an attribute is looked at is the point

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import assert_type

from upstox_client import AsyncUpstox, ProfileData
from upstox_client.instruments import Instrument, Instruments
from upstox_client.trading import (
    Bar,
    ByName,
    Candle,
    Candles,
    Chain,
    Depth,
    Fundamentals,
    Funds,
    Greeks,
    Holiday,
    Hours,
    MarketStatus,
    NewsItem,
    Option,
    Payoff,
    Quote,
)


async def account(up: AsyncUpstox) -> None:
    assert_type(await up.profile, ProfileData)
    assert_type(await up.funds, Funds)
    assert_type((await up.funds).available, float)
    assert_type(await up.now, dt.datetime)


async def instruments(up: AsyncUpstox) -> None:
    assert_type(await up.instruments, Instruments)
    assert_type(await up.instrument("RELIANCE", segment="NSE_EQ"), Instrument)
    assert_type(await up.search("reli", kind="EQ", limit=3), list[Instrument])
    assert_type(await up.expiries("NIFTY"), list[dt.date])
    assert_type(await up.futures("NIFTY"), list[Instrument])
    assert_type(await up.option("NIFTY", "ATM+1", "CE", "next week"), Instrument)


async def quotes(up: AsyncUpstox) -> None:
    found = await up.quote("RELIANCE", await up.instrument("NIFTY"))
    assert_type(found, ByName[Quote])
    assert_type(found["RELIANCE"].last_price, float)
    assert_type(found["RELIANCE"].oi, int | None)
    assert_type(await up.ltp("RELIANCE"), ByName[float])
    assert_type(await up.ohlc("RELIANCE", interval="1m"), ByName[Bar])
    assert_type(await up.greeks("NIFTY 26000 CE"), ByName[Greeks])
    assert_type(await up.depth("RELIANCE"), Depth)


async def history(up: AsyncUpstox) -> None:
    candles = await up.history("RELIANCE", "5m", days=90, cache=Path("candles"))
    assert_type(candles, Candles)
    assert_type(candles[-1], Candle)
    assert_type(candles[5:], Candles)
    assert_type(candles.time, list[dt.datetime])
    assert_type(await up.histories(["RELIANCE"], "1d", start="2026-01-01"), ByName[Candles])
    assert_type(await up.expired_options("NIFTY", dt.date(2026, 11, 3)), list[Instrument])
    assert_type(await up.expired_futures("NIFTY", "2026-11-03"), list[Instrument])
    assert_type(await up.expired_expiries("NIFTY"), list[dt.date])


async def options(up: AsyncUpstox) -> None:
    chain = await up.options("NIFTY", expiry="next week")
    assert_type(chain, Chain)
    assert_type(chain.atm.call, Option | None)
    assert_type(chain.pcr, float | None)
    assert_type(chain.payoff("buy ATM CE"), Payoff)
    assert_type(chain.payoff("buy ATM CE").max_profit, float)


async def information(up: AsyncUpstox) -> None:
    assert_type(await up.holidays(), list[Holiday])
    assert_type(await up.timings("2026-11-23"), list[Hours])
    assert_type(await up.status("NSE"), MarketStatus)
    assert_type(await up.news("RELIANCE"), ByName[list[NewsItem]])
    assert_type(await up.fundamentals("RELIANCE"), Fundamentals)


# Wrong


async def wrong(up: AsyncUpstox) -> None:
    """A checker must refuse these lines: what basedpyright calls it, and mypy."""
    await up.quote(5)  # reportArgumentType, arg-type
    await up.history()  # reportCallIssue, call-arg
    await up.history("RELIANCE", day=5)  # reportCallIssue, call-arg
    await up.ohlc("RELIANCE", interval="5m")  # reportArgumentType, arg-type
    await up.status("LSE")  # reportArgumentType, arg-type
    up.profile.user_name  # reportAttributeAccessIssue, attr-defined
    (await up.funds).availabel  # reportAttributeAccessIssue, attr-defined
    (await up.options("NIFTY")).max_pains  # reportAttributeAccessIssue, attr-defined
