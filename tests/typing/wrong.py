"""Wrong uses of the client. Each line that a checker must refuse says so: what basedpyright calls it, and mypy.

`test_typing.py` sees to it that these lines are refused, for these reasons, and no others.
"""

# ruff: noqa: B018 - that an attribute is looked at is the point

from __future__ import annotations

from typing import assert_type

import upstox_client
from upstox_client import (
    ChargeApi,
    HistoryV3Api,
    LoginApi,
    MarketQuoteV3Api,
    OptionsApi,
    OrderApi,
    OrderApiV3,
    PlaceOrderV3Request,
    UserApi,
    aio,
)

NHPC = "NSE_EQ|INE848E01016"
ORDER = PlaceOrderV3Request(instrument_token=NHPC, quantity=1)


def arguments(user: UserApi, charges: ChargeApi, candles: HistoryV3Api, options: OptionsApi) -> None:
    user.get_profile(x=1)  # reportCallIssue, call-arg
    user.get_kill_switch("2.0")  # reportCallIssue, call-arg
    user.get_profile("2.0", api_version="2.0")  # reportCallIssue, misc
    user.get_profile(5)  # reportArgumentType, arg-type
    user.get_profile(_request_timeout="soon")  # reportArgumentType, arg-type
    user.get_profile(_request_timeout=(1, 2, 3))  # reportArgumentType, arg-type
    user.get_user_fund_margin(segment="NSE")  # reportArgumentType, arg-type
    user.initiate_payout()  # reportCallIssue, call-arg
    user.initiate_payout(None)  # reportArgumentType, arg-type
    user.update_kill_switch({"segment": "NSE_EQ"})  # reportArgumentType, arg-type
    user.cancel_payout(17)  # reportArgumentType, arg-type
    charges.get_brokerage(NHPC, 10, "D", "BUY")  # reportCallIssue, call-arg
    charges.get_brokerage(NHPC, "10", "D", "BUY", 1.5)  # reportArgumentType, arg-type
    charges.get_brokerage(NHPC, 10, "X", "BUY", 1.5)  # reportArgumentType, arg-type
    charges.get_brokerage(NHPC, 10, "D", "buy", 1.5)  # reportArgumentType, arg-type
    candles.get_historical_candle_data(NHPC, "fortnights", 1, "2026-10-16")  # reportArgumentType, arg-type
    candles.get_historical_candle_data(NHPC, "days", "1", "2026-10-16")  # reportArgumentType, arg-type
    options.get_put_call_option_chain(NHPC)  # reportCallIssue, call-arg
    LoginApi().authorize("id")  # reportCallIssue, call-arg


def orders(older: OrderApi, api: OrderApiV3) -> None:
    api.place_order(NHPC)  # reportArgumentType, arg-type
    api.place_order([ORDER])  # reportArgumentType, arg-type
    api.place_order(ORDER, api_version="2.0")  # reportCallIssue, call-arg
    older.place_order(ORDER)  # reportArgumentType, arg-type
    older.place_multi_order(ORDER)  # reportArgumentType, arg-type
    older.place_multi_order([ORDER])  # reportArgumentType, list-item
    older.cancel_order()  # reportCallIssue, call-arg
    older.cancel_multi_order(segment="NSE")  # reportArgumentType, arg-type
    api.cancel_gtt_order("GTT-1")  # reportArgumentType, arg-type


def models() -> None:
    PlaceOrderV3Request(product="CO")  # reportArgumentType, arg-type
    PlaceOrderV3Request(quantity="1")  # reportArgumentType, arg-type
    PlaceOrderV3Request(volume=1)  # reportCallIssue, call-arg
    ORDER.transaction_type = "HOLD"  # reportAttributeAccessIssue, assignment
    ORDER.volume = 1  # reportAttributeAccessIssue, attr-defined
    upstox_client.KillSwitchSegmentUpdateRequest(segment="X", action="ENABLE")  # reportArgumentType, arg-type


def results(user: UserApi, older: OrderApi, quotes: MarketQuoteV3Api) -> None:
    assert_type(user.get_profile(), upstox_client.GetHoldingsResponse)  # reportAssertTypeFailure, assert-type
    user.get_profile().nonsense  # reportAttributeAccessIssue, attr-defined
    user.get_profile()["data"]  # reportIndexIssue, index
    user.get_profile().data.email  # reportOptionalMemberAccess, union-attr
    wrong: upstox_client.GetHoldingsResponse = user.get_profile()  # reportAssignmentType, assignment
    older.get_order_book().data[0]  # reportOptionalSubscript, index
    book = older.get_order_book().data or []
    book[0].oder_id  # reportAttributeAccessIssue, attr-defined
    number: int = book[0].order_id  # reportAssignmentType, assignment
    prices = quotes.get_ltp(instrument_key=NHPC).data
    if prices is not None:
        prices[NHPC].ltp  # reportAttributeAccessIssue, attr-defined
    user.get_profile.raw().data.email  # reportAttributeAccessIssue, attr-defined
    user.get_profile.submit().data  # reportAttributeAccessIssue, attr-defined
    print(wrong, number)


def names(user: UserApi) -> None:
    user.nonsense()  # reportAttributeAccessIssue, attr-defined
    upstox_client.nonsense  # reportAttributeAccessIssue, attr-defined
    upstox_client.ApiClient("http://127.0.0.1")  # reportArgumentType, arg-type
    UserApi(aio.ApiClient())  # reportArgumentType, arg-type
    # The official spellings work, but have no honest type: `submit`, `with_http_info` and `raw` have.
    user.get_profile(async_req=True)  # reportCallIssue, call-arg
    user.get_profile(_preload_content=False)  # reportCallIssue, call-arg
    user.get_profile_with_http_info()  # reportAttributeAccessIssue, attr-defined


async def colours(user: UserApi, twin: aio.UserApi) -> None:
    await user.get_profile()  # reportGeneralTypeIssues, misc
    twin.get_profile()  # reportUnusedCoroutine, unused-coroutine
    twin.get_profile().data  # reportAttributeAccessIssue, attr-defined
    await twin.get_profile(x=1)  # reportCallIssue, call-arg
    await twin.get_user_fund_margin(segment="NSE")  # reportArgumentType, arg-type
    await twin.get_profile.submit()  # reportAttributeAccessIssue, attr-defined
    aio.UserApi(upstox_client.ApiClient())  # reportArgumentType, arg-type
    with aio.ApiClient():  # reportGeneralTypeIssues, attr-defined
        pass
