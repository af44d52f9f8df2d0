"""Every operation of the trading side, in both colours: what goes out, to the letter."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

import upstox_client
from support.colours import Colour, FakeTransport, local, ok, refused
from upstox_client import NetworkError, OrderOutcomeUnknown
from upstox_client.core.operation import Operation
from upstox_client.core.policy import Kind
from upstox_client.models import (
    ConvertPositionRequest,
    GttCancelOrderRequest,
    GttModifyOrderRequest,
    GttPlaceOrderRequest,
    GttRule,
    Instrument,
    MarginRequest,
    ModifyOrderRequest,
    MultiOrderRequest,
    OrderBookData,
    PlaceOrderRequest,
    PlaceOrderV3Request,
)

APIS = (
    "ChargeApi",
    "OrderApi",
    "OrderApiV3",
    "PortfolioApi",
    "PostTradeApi",
    "TradeProfitAndLossApi",
    "WebsocketApi",
)

# Proved with the core.
OF_EVERY_CALL = {"User-Agent", "X-Upstox-SDK-Language", "X-Upstox-SDK-Version"}

HOST, ORDER_HOST = "http://127.0.0.1:9", "http://127.0.0.1:10"
NHPC = "NSE_EQ|INE848E01016"


@dataclass(frozen=True)
class Case:
    """A call, and the request it must make."""

    call: str
    target: str
    arguments: tuple[Any, ...] = ()
    keywords: dict[str, Any] = field(default_factory=dict)
    method: str = "GET"
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    accept: str = "application/json"
    host: str = HOST

    def __str__(self) -> str:
        return f"{self.call}-{self.target}"


V2 = {"Api-Version": "2.0"}
NAMED = {"X-Algo-Name": "momentum 7"}
FROM = {"Origin": "desk"}

PLACE = {
    "quantity": 1,
    "product": "D",
    "validity": "DAY",
    "price": 0,
    "tag": "caf\u00e9|1 ",
    "instrument_token": NHPC,
    "order_type": "MARKET",
    "transaction_type": "BUY",
    "disclosed_quantity": 0,
    "trigger_price": 0,
    "is_amo": False,
}
PLACE_V3 = PLACE | {"slice": False, "market_protection": -1}
LINE = PLACE | {"slice": True, "correlation_id": "a", "product": "MTF"}
MODIFY = {"validity": "IOC", "price": 16.8, "order_id": "24-1", "order_type": "SL", "trigger_price": 17.1}
RULE = {"strategy": "ENTRY", "trigger_type": "ABOVE", "trigger_price": 7.5}
STOP = {"strategy": "STOPLOSS", "trigger_type": "IMMEDIATE", "trigger_price": 7, "trailing_gap": 0.5}
GTT = {
    "type": "MULTIPLE",
    "quantity": 2,
    "product": "I",
    "rules": [RULE, STOP],
    "instrument_token": NHPC,
    "transaction_type": "SELL",
}
GTT_MODIFY = {"type": "SINGLE", "quantity": 1, "rules": [RULE], "gtt_order_id": "GTT-C1"}
GTT_CANCEL = {"gtt_order_id": "GTT-C25280200137522"}
CONVERT = {
    "instrument_token": NHPC,
    "new_product": "D",
    "old_product": "CO",
    "transaction_type": "BUY",
    "quantity": 1,
}
MARGIN = {"instruments": [{"instrument_key": NHPC, "quantity": 5, "product": "D", "transaction_type": "BUY"}]}
STREAM = "/v2/feed/portfolio-stream-feed/authorize"
YEAR = "segment=EQ&financial_year=2324"

# The first case of each call is a usual one.
CASES = [
    Case("OrderApi.place_order", "/v2/order/place", (PLACE, "2.0"), {}, "POST", PLACE, V2, host=ORDER_HOST),
    Case(
        "OrderApi.place_order",
        "/v2/order/place",
        (PlaceOrderRequest(**PLACE | {"product": "OCO"}),),
        {"algo_name": "momentum 7"},
        "POST",
        PLACE | {"product": "OCO"},
        V2 | NAMED,
        host=ORDER_HOST,
    ),
    Case("OrderApi.modify_order", "/v2/order/modify", (MODIFY,), {}, "PUT", MODIFY, V2, host=ORDER_HOST),
    Case(
        "OrderApi.modify_order",
        "/v2/order/modify",
        (ModifyOrderRequest(**MODIFY), "2.0", "momentum 7"),
        {},
        "PUT",
        MODIFY,
        V2 | NAMED,
        host=ORDER_HOST,
    ),
    Case("OrderApi.cancel_order", "/v2/order/cancel?order_id=24+1", ("24 1",), {}, "DELETE", {}, V2, host=ORDER_HOST),
    Case(
        "OrderApi.cancel_order",
        "/v2/order/cancel?order_id=1",
        ("1", "2.0"),
        {"algo_name": "momentum 7"},
        "DELETE",
        {},
        V2 | NAMED,
        host=ORDER_HOST,
    ),
    Case("OrderApi.place_multi_order", "/v2/order/multi/place", ([LINE],), {}, "POST", [LINE]),
    Case(
        "OrderApi.place_multi_order",
        "/v2/order/multi/place",
        ([MultiOrderRequest(**LINE), LINE],),
        {"algo_name": "momentum 7"},
        "POST",
        [LINE, LINE],
        NAMED,
    ),
    Case("OrderApi.cancel_multi_order", "/v2/order/multi/cancel", (), {}, "DELETE", {}),
    Case(
        "OrderApi.cancel_multi_order",
        "/v2/order/multi/cancel?tag=a+b%7C%C3%A9&segment=NSE_FO",
        (),
        {"segment": "NSE_FO", "tag": "a b|\u00e9", "algo_name": "momentum 7"},
        "DELETE",
        {},
        NAMED,
    ),
    Case("OrderApi.exit_positions", "/v2/order/positions/exit", (), {}, "POST", {}),
    Case(
        "OrderApi.exit_positions",
        "/v2/order/positions/exit?tag=t&segment=NSE_EQ",
        (),
        {"tag": "t", "segment": "NSE_EQ", "algo_name": "momentum 7"},
        "POST",
        {},
        NAMED,
    ),
    Case("OrderApi.get_order_book", "/v2/order/retrieve-all", ("2.0",), headers=V2),
    Case("OrderApi.get_order_status", "/v2/order/details?order_id=1", (), {"order_id": "1"}),
    Case("OrderApi.get_order_status", "/v2/order/details"),
    Case(
        "OrderApi.get_order_details",
        "/v2/order/history?order_id=1&tag=t",
        ("2.0",),
        {"tag": "t", "order_id": "1"},
        headers=V2,
    ),
    Case("OrderApi.get_order_details", "/v2/order/history?tag=t", (), {"tag": "t"}, headers=V2),
    Case("OrderApi.get_trade_history", "/v2/order/trades/get-trades-for-day", ("2.0",), headers=V2),
    Case("OrderApi.get_trades_by_order", "/v2/order/trades?order_id=1", ("1", "2.0"), headers=V2),
    Case(
        "OrderApiV3.place_order",
        "/v3/order/place",
        (PLACE_V3,),
        {},
        "POST",
        PLACE_V3,
        accept="*/*",
        host=ORDER_HOST,
    ),
    Case(
        "OrderApiV3.place_order",
        "/v3/order/place",
        (PlaceOrderV3Request(**PLACE_V3),),
        {"algo_name": "momentum 7", "origin": "desk"},
        "POST",
        PLACE_V3,
        NAMED | FROM,
        "*/*",
        ORDER_HOST,
    ),
    Case("OrderApiV3.modify_order", "/v3/order/modify", (MODIFY,), {}, "PUT", MODIFY, {}, "*/*", ORDER_HOST),
    Case(
        "OrderApiV3.modify_order",
        "/v3/order/modify",
        (ModifyOrderRequest(quantity=2, disclosed_quantity=0, market_protection=2.5, **MODIFY),),
        {"algo_name": "momentum 7", "origin": "desk"},
        "PUT",
        MODIFY | {"quantity": 2, "disclosed_quantity": 0, "market_protection": 2.5},
        NAMED | FROM,
        "*/*",
        ORDER_HOST,
    ),
    Case("OrderApiV3.cancel_order", "/v3/order/cancel?order_id=1", ("1",), {}, "DELETE", {}, {}, "*/*", ORDER_HOST),
    Case(
        "OrderApiV3.cancel_order",
        "/v3/order/cancel?order_id=1",
        ("1",),
        {"algo_name": "momentum 7", "origin": "desk"},
        "DELETE",
        {},
        NAMED | FROM,
        "*/*",
        ORDER_HOST,
    ),
    Case("OrderApiV3.place_gtt_order", "/v3/order/gtt/place", (GTT,), {}, "POST", GTT),
    Case(
        "OrderApiV3.place_gtt_order",
        "/v3/order/gtt/place",
        (GttPlaceOrderRequest(**GTT | {"rules": [GttRule(**RULE), GttRule(**STOP)]}),),
        {"algo_name": "momentum 7"},
        "POST",
        GTT,
        NAMED,
    ),
    Case("OrderApiV3.modify_gtt_order", "/v3/order/gtt/modify", (GTT_MODIFY,), {}, "PUT", GTT_MODIFY),
    Case(
        "OrderApiV3.modify_gtt_order",
        "/v3/order/gtt/modify",
        (GttModifyOrderRequest("SINGLE", 1, [GttRule(**RULE)], "GTT-C1"),),
        {"algo_name": "momentum 7"},
        "PUT",
        GTT_MODIFY,
        NAMED,
    ),
    Case("OrderApiV3.cancel_gtt_order", "/v3/order/gtt/cancel", (GTT_CANCEL,), {}, "DELETE", GTT_CANCEL),
    Case(
        "OrderApiV3.cancel_gtt_order",
        "/v3/order/gtt/cancel",
        (GttCancelOrderRequest(**GTT_CANCEL),),
        {"algo_name": "momentum 7"},
        "DELETE",
        GTT_CANCEL,
        NAMED,
    ),
    Case("OrderApiV3.get_gtt_order_details", "/v3/order/gtt"),
    Case("OrderApiV3.get_gtt_order_details", "/v3/order/gtt?gtt_order_id=GTT-C1", (), {"gtt_order_id": "GTT-C1"}),
    Case("PortfolioApi.get_positions", "/v2/portfolio/short-term-positions", ("2.0",), headers=V2),
    Case("PortfolioApi.get_mtf_positions", "/v3/portfolio/mtf-positions"),
    Case("PortfolioApi.get_holdings", "/v2/portfolio/long-term-holdings", ("2.0",), headers=V2),
    Case(
        "PortfolioApi.convert_positions",
        "/v2/portfolio/convert-position",
        (CONVERT, "2.0"),
        {},
        "PUT",
        CONVERT,
        V2,
    ),
    Case(
        "PortfolioApi.convert_positions",
        "/v2/portfolio/convert-position",
        (ConvertPositionRequest(**CONVERT),),
        {},
        "PUT",
        CONVERT,
        V2,
    ),
    Case(
        "ChargeApi.get_brokerage",
        "/v2/charges/brokerage?instrument_token=NSE_EQ%7CINE848E01016&quantity=1&product=D&transaction_type=BUY&price=13.7",
        (NHPC, 1, "D", "BUY", 13.7, "2.0"),
        headers=V2,
    ),
    Case(
        "ChargeApi.get_brokerage",
        "/v2/charges/brokerage?instrument_token=a&quantity=0&product=MTF&transaction_type=SELL&price=0",
        ("a", 0, "MTF", "SELL", 0),
        headers=V2,
    ),
    Case("ChargeApi.post_margin", "/v2/charges/margin", (MARGIN,), {}, "POST", MARGIN),
    Case(
        "ChargeApi.post_margin",
        "/v2/charges/margin",
        (MarginRequest([Instrument(NHPC, 5, "D", "BUY")]),),
        {},
        "POST",
        MARGIN,
    ),
    Case(
        "PostTradeApi.get_trades_by_date_range",
        "/v2/charges/historical-trades?start_date=2023-04-01&end_date=2024-03-31&page_number=1&page_size=5000",
        ("2023-04-01", datetime.date(2024, 3, 31), 1, 5000),
        accept="*/*",
    ),
    Case(
        "PostTradeApi.get_trades_by_date_range",
        "/v2/charges/historical-trades?start_date=a&end_date=b&page_number=2&page_size=3&segment=MF",
        ("a", "b", 2, 3),
        {"segment": "MF"},
        accept="*/*",
    ),
    Case(
        "TradeProfitAndLossApi.get_trade_wise_profit_and_loss_meta_data",
        f"/v2/trade/profit-loss/metadata?{YEAR}",
        ("EQ", "2324", "2.0"),
        headers=V2,
    ),
    Case(
        "TradeProfitAndLossApi.get_trade_wise_profit_and_loss_meta_data",
        f"/v2/trade/profit-loss/metadata?{YEAR}&from_date=01-04-2023&to_date=31-03-2024",
        ("EQ", "2324"),
        {"to_date": "31-03-2024", "from_date": "01-04-2023"},
        headers=V2,
    ),
    Case(
        "TradeProfitAndLossApi.get_trade_wise_profit_and_loss_data",
        f"/v2/trade/profit-loss/data?{YEAR}&page_number=1&page_size=50",
        ("EQ", "2324", 1, 50, "2.0"),
        headers=V2,
    ),
    Case(
        "TradeProfitAndLossApi.get_trade_wise_profit_and_loss_data",
        f"/v2/trade/profit-loss/data?{YEAR}&page_number=1&page_size=50&from_date=01-04-2023&to_date=31-03-2024",
        ("EQ", "2324", 1, 50),
        {"to_date": "31-03-2024", "from_date": "01-04-2023"},
        headers=V2,
    ),
    Case(
        "TradeProfitAndLossApi.get_profit_and_loss_charges",
        f"/v2/trade/profit-loss/charges?{YEAR}",
        ("EQ", "2324", "2.0"),
        headers=V2,
    ),
    Case(
        "TradeProfitAndLossApi.get_profit_and_loss_charges",
        f"/v2/trade/profit-loss/charges?{YEAR}&from_date=01-04-2023&to_date=31-03-2024",
        ("EQ", "2324"),
        {"to_date": "31-03-2024", "from_date": "01-04-2023"},
        headers=V2,
    ),
    Case("WebsocketApi.get_market_data_feed", "/v2/feed/market-data-feed", ("2.0",), headers=V2, accept="*/*"),
    Case("WebsocketApi.get_market_data_feed_v3", "/v3/feed/market-data-feed", accept="*/*"),
    Case("WebsocketApi.get_portfolio_stream_feed", "/v2/feed/portfolio-stream-feed", headers=V2, accept="*/*"),
    Case("WebsocketApi.get_market_data_feed_authorize", "/v2/feed/market-data-feed/authorize", ("2.0",), headers=V2),
    Case("WebsocketApi.get_market_data_feed_authorize_v3", "/v3/feed/market-data-feed/authorize"),
    # The words and their order are what the official client was seen to send.
    Case("WebsocketApi.get_portfolio_stream_feed_authorize", f"{STREAM}?update_types=order", ("2.0",), headers=V2),
    Case(
        "WebsocketApi.get_portfolio_stream_feed_authorize",
        f"{STREAM}?update_types=order%2Cholding%2Cposition",
        ("2.0", True, True, True),
        headers=V2,
    ),
    Case(
        "WebsocketApi.get_portfolio_stream_feed_authorize",
        f"{STREAM}?update_types=position",
        (),
        {"order_update": False, "position_update": True},
        headers=V2,
    ),
    Case(
        "WebsocketApi.get_portfolio_stream_feed_authorize",
        f"{STREAM}?update_types=holding%2Cgtt_order",
        (),
        {"order_update": None, "holding_update": True, "gtt_order_update": True},
        headers=V2,
    ),
    Case("WebsocketApi.get_portfolio_stream_feed_authorize", STREAM, (), {"order_update": False}, headers=V2),
]

# The official parameters in their order; those with a question mark may be left out, ours alone are in brackets.
PARAMETERS = {
    "ChargeApi.get_brokerage": "instrument_token quantity product transaction_type price api_version",
    "ChargeApi.post_margin": "body",
    "OrderApi.cancel_multi_order": "tag? segment? algo_name?",
    "OrderApi.cancel_order": "order_id api_version algo_name?",
    "OrderApi.exit_positions": "tag? segment? algo_name?",
    "OrderApi.get_order_book": "api_version",
    "OrderApi.get_order_details": "api_version order_id? tag?",
    "OrderApi.get_order_status": "order_id?",
    "OrderApi.get_trade_history": "api_version",
    "OrderApi.get_trades_by_order": "order_id api_version",
    "OrderApi.modify_order": "body api_version algo_name?",
    "OrderApi.place_multi_order": "body algo_name?",
    "OrderApi.place_order": "body api_version algo_name?",
    "OrderApiV3.cancel_gtt_order": "body algo_name?",
    "OrderApiV3.cancel_order": "order_id origin? algo_name?",
    "OrderApiV3.get_gtt_order_details": "gtt_order_id?",
    "OrderApiV3.modify_gtt_order": "body algo_name?",
    "OrderApiV3.modify_order": "body origin? algo_name?",
    "OrderApiV3.place_gtt_order": "body algo_name?",
    "OrderApiV3.place_order": "body origin? algo_name?",
    "PortfolioApi.convert_positions": "body api_version",
    "PortfolioApi.get_holdings": "api_version",
    "PortfolioApi.get_mtf_positions": "",
    "PortfolioApi.get_positions": "api_version",
    "PostTradeApi.get_trades_by_date_range": "start_date end_date page_number page_size segment?",
    "TradeProfitAndLossApi.get_profit_and_loss_charges": "segment financial_year api_version from_date? to_date?",
    "TradeProfitAndLossApi.get_trade_wise_profit_and_loss_data": (
        "segment financial_year page_number page_size api_version from_date? to_date?"
    ),
    "TradeProfitAndLossApi.get_trade_wise_profit_and_loss_meta_data": (
        "segment financial_year api_version from_date? to_date?"
    ),
    "WebsocketApi.get_market_data_feed": "api_version",
    "WebsocketApi.get_market_data_feed_authorize": "api_version",
    "WebsocketApi.get_market_data_feed_authorize_v3": "",
    "WebsocketApi.get_market_data_feed_v3": "",
    "WebsocketApi.get_portfolio_stream_feed": "api_version",
    "WebsocketApi.get_portfolio_stream_feed_authorize": (
        "api_version order_update? position_update? holding_update? gtt_order_update?"
    ),
}

ORDER_WRITES = {
    "OrderApi.cancel_multi_order",
    "OrderApi.cancel_order",
    "OrderApi.exit_positions",
    "OrderApi.modify_order",
    "OrderApi.place_multi_order",
    "OrderApi.place_order",
    "OrderApiV3.cancel_gtt_order",
    "OrderApiV3.cancel_order",
    "OrderApiV3.modify_gtt_order",
    "OrderApiV3.modify_order",
    "OrderApiV3.place_gtt_order",
    "OrderApiV3.place_order",
}


def usual(name: str) -> Case:
    return next(expected for expected in CASES if expected.call == name)


def call_of(colour: Colour, name: str, fake: FakeTransport) -> Any:
    api, _, operation = name.partition(".")
    client = colour.client(local(HOST, order_host=ORDER_HOST), fake)
    return getattr(getattr(colour.package, api)(client), operation)


def operations() -> dict[str, Operation[Any, Any]]:
    found: dict[str, Operation[Any, Any]] = {}
    for api in APIS:
        for base in getattr(upstox_client, api).__mro__:
            found |= {f"{api}.{name}": value for name, value in vars(base).items() if isinstance(value, Operation)}
    return found


@pytest.mark.parametrize("expected", CASES, ids=str)
def test_the_request_is_as_documented(colour: Colour, expected: Case) -> None:
    fake = FakeTransport()

    colour.run(call_of(colour, expected.call, fake), *expected.arguments, **expected.keywords)

    request = fake.request
    assert (request.route.method, request.path) == (expected.method, expected.target)
    assert fake.base_urls == [expected.host]
    assert (None if request.body is None else json.loads(request.body)) == expected.body
    assert {name: value for name, value in request.headers.items() if name not in OF_EVERY_CALL} == {
        "Accept": expected.accept,
        "Content-Type": "application/json",
        "Authorization": "Bearer the-token",
        **expected.headers,
    }


def test_no_operation_is_left_out_of_the_cases() -> None:
    assert {expected.call for expected in CASES} == set(operations()) == set(PARAMETERS)
    assert len(PARAMETERS) == 34


def test_the_order_host_is_for_the_six_single_order_writes() -> None:
    assert {expected.call for expected in CASES if expected.host == ORDER_HOST} == {
        f"{api}.{verb}_order" for api in ("OrderApi", "OrderApiV3") for verb in ("place", "modify", "cancel")
    }


@pytest.mark.parametrize(("name", "parameters"), PARAMETERS.items())
def test_the_parameters_are_the_official_ones(name: str, parameters: str) -> None:
    operation = operations()[name]
    assert list(operation.names) == [parameter.rstrip("?") for parameter in parameters.split()]


@pytest.mark.parametrize(("name", "parameters"), PARAMETERS.items())
def test_what_is_required_is_asked_for_before_anything_is_sent(colour: Colour, name: str, parameters: str) -> None:
    operation = operations()[name]
    given = dict(zip(operation.names, usual(name).arguments, strict=False)) | usual(name).keywords
    fake = FakeTransport()

    for required in parameters.split():
        if not required.endswith("?"):
            words = f"Missing the required parameter `{required}` when calling `{operation.name}`"
            with pytest.raises(ValueError, match=words):
                call_of(colour, name, fake)(**given | {required: None})
    assert fake.requests == []

    needed = {key: value for key, value in given.items() if key != "api_version" and f"{key}?" not in parameters}
    colour.run(call_of(colour, name, fake), **needed)
    assert len(fake.requests) == 1


@pytest.mark.parametrize("name", operations())
def test_an_unknown_parameter_is_refused(colour: Colour, name: str) -> None:
    with pytest.raises(TypeError, match="Got an unexpected keyword argument 'colour'"):
        call_of(colour, name, FakeTransport())(*usual(name).arguments, **usual(name).keywords, colour=1)


@pytest.mark.parametrize(("name", "operation"), operations().items())
def test_each_operation_says_what_it_does_and_where_that_is_written(name: str, operation: Operation[Any, Any]) -> None:
    assert operation.__doc__
    assert "https://upstox.com/developer/api-documentation/" in operation.__doc__.rstrip().rsplit("\n", 1)[-1]
    assert ("OrderOutcomeUnknown:" in operation.__doc__) == (name in ORDER_WRITES)


# Order safety


@pytest.mark.parametrize("name", operations())
def test_order_writes_share_one_bucket_and_are_of_their_own_kind(name: str) -> None:
    route = operations()[name].route
    assert (route.kind is Kind.ORDER) == (route.bucket == "orders") == (name in ORDER_WRITES)
    computes = name == "ChargeApi.post_margin"  # a POST that changes nothing, and so may be sent again
    assert (route.kind is Kind.READ) == (route.method == "GET" or computes)


@pytest.mark.parametrize("name", sorted(ORDER_WRITES))
@pytest.mark.parametrize(
    "answer", [NetworkError(0, "gone"), refused(500), refused(503), ok(b"<html>"), ok(b"")], ids=lambda it: str(it)[:40]
)
def test_an_order_write_is_sent_once_and_its_outcome_is_unknown(
    colour: Colour, name: str, answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeTransport([answer])
    call = call_of(colour, name, fake)
    call._api.api_client.configuration.retries = 5

    with pytest.raises(OrderOutcomeUnknown) as unknown:
        colour.run(call, *usual(name).arguments, **usual(name).keywords)

    assert len(fake.requests) == 1
    assert (unknown.value.method, unknown.value.path) == (usual(name).method, usual(name).target)
    assert unknown.value.tag == (PLACE["tag"] if name.endswith(".place_order") else None)


def test_an_accepted_order_comes_back_whatever_else_is_in_the_answer(colour: Colour) -> None:
    odd = b'{"status":"fine","data":{"order_ids":["1","2"],"new":[{}]},"metadata":{"latency":"fast"}}'
    with pytest.warns(upstox_client.UnexpectedTypeWarning):
        placed = colour.run(call_of(colour, "OrderApiV3.place_order", FakeTransport([ok(odd)])), PLACE_V3)
    assert placed.data.order_ids == ["1", "2"]


def test_a_batch_that_partly_failed_is_an_answer(colour: Colour) -> None:
    body = (
        b'{"status":"partial_success","data":[{"correlation_id":"1","order_id":"7"}],'
        b'"errors":[{"correlation_id":"2","error_code":"UDAPI100500","message":"no"}],"summary":{"total":2,"success":1}}'
    )
    result = colour.run(call_of(colour, "OrderApi.place_multi_order", FakeTransport([ok(body, 207)])), [LINE, LINE])
    assert (result.data[0].order_id, result.errors[0].correlation_id, result.summary.total) == ("7", "2", 2)


# Feeds


@pytest.mark.parametrize("name", ["get_market_data_feed", "get_market_data_feed_v3", "get_portfolio_stream_feed"])
def test_a_feed_sends_on_and_is_not_followed(colour: Colour, name: str) -> None:
    fake = FakeTransport([ok(b"", 302, Location="wss://feed.example/x?code=1")])
    call = call_of(colour, f"WebsocketApi.{name}", fake)

    assert colour.run(call) is None
    value, status, headers = colour.run(call.with_http_info)
    assert (value, status, headers["location"]) == (None, 302, "wss://feed.example/x?code=1")


@pytest.mark.parametrize("name", ["get_market_data_feed", "get_market_data_feed_authorize"])
def test_two_calls_answer_to_their_odd_official_names(colour: Colour, name: str) -> None:
    fake = FakeTransport([ok(b'{"status":"success","data":{"authorizedRedirectUri":"wss://x"}}')])
    api = call_of(colour, f"WebsocketApi.{name}_v3", fake)._api

    value, status, _ = colour.run(getattr(api, f"{name}_with_http_info_v3"))

    assert status == 200
    assert fake.request.path == operations()[f"WebsocketApi.{name}_v3"].route.path
    assert value == (None if name == "get_market_data_feed" else colour.run(getattr(api, f"{name}_v3")))


# Request models


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (PlaceOrderRequest, PLACE),
        (PlaceOrderV3Request, PLACE_V3),
        (MultiOrderRequest, LINE),
        (ModifyOrderRequest, MODIFY),
        (GttRule, STOP),
        (GttPlaceOrderRequest, GTT),
        (GttModifyOrderRequest, GTT_MODIFY),
        (GttCancelOrderRequest, GTT_CANCEL),
        (ConvertPositionRequest, CONVERT),
        (Instrument, MARGIN["instruments"][0]),
        (MarginRequest, MARGIN),
    ],
    ids=lambda it: it.__name__ if isinstance(it, type) else "",
)
def test_a_request_is_complete_before_it_is_sent(model: Any, values: dict[str, Any]) -> None:
    optional = {"tag", "slice", "market_protection", "trailing_gap"} - (
        {"slice"} if model is MultiOrderRequest else set()
    )
    whole = model(**values)
    assert msgspec.to_builtins(msgspec.convert(values, model)) == values  # the types are those of the wire
    for name in values:
        incomplete = {key: value for key, value in values.items() if key != name}
        if name in optional:
            assert getattr(model(**incomplete), name) is None
            continue
        for make in (lambda gap=incomplete: model(**gap), lambda name=name: setattr(whole, name, None)):
            with pytest.raises(ValueError, match=f"Invalid value for `{name}`, must not be `None`"):
                make()


@pytest.mark.parametrize(
    ("model", "values", "name", "wrong", "allowed"),
    [
        (PlaceOrderRequest, PLACE, "product", "CNC", ["I", "D", "CO", "OCO", "MTF"]),
        (PlaceOrderV3Request, PLACE_V3, "product", "CO", ["I", "D", "MTF"]),
        (PlaceOrderV3Request, PLACE_V3, "validity", "EOS", ["DAY", "IOC"]),
        (PlaceOrderV3Request, PLACE_V3, "order_type", "SLM", ["MARKET", "LIMIT", "SL", "SL-M"]),
        (PlaceOrderV3Request, PLACE_V3, "transaction_type", "buy", ["BUY", "SELL"]),
        (MultiOrderRequest, LINE, "product", "OCO", ["I", "D", "MTF"]),
        (ModifyOrderRequest, MODIFY, "order_type", "", ["MARKET", "LIMIT", "SL", "SL-M"]),
        (GttRule, RULE, "strategy", "EXIT", ["ENTRY", "STOPLOSS", "TARGET"]),
        (GttRule, RULE, "trigger_type", "NOW", ["ABOVE", "BELOW", "IMMEDIATE"]),
        (GttPlaceOrderRequest, GTT, "type", "TRIPLE", ["SINGLE", "MULTIPLE"]),
        (GttPlaceOrderRequest, GTT, "product", "CO", ["I", "D", "MTF"]),
        (GttModifyOrderRequest, GTT_MODIFY, "type", "OCO", ["SINGLE", "MULTIPLE"]),
        (ConvertPositionRequest, CONVERT, "new_product", "NRML", ["I", "D", "CO", "OCO", "MTF"]),
    ],
)
def test_a_word_out_of_the_list_is_refused(
    model: Any, values: dict[str, Any], name: str, wrong: str, allowed: list[str]
) -> None:
    with pytest.raises(ValueError, match=f"`{name}`") as refusal:
        model(**values | {name: wrong})
    assert str(refusal.value).endswith(f"must be one of {allowed}")
    for word in allowed:
        assert getattr(model(**values | {name: word}), name) == word


def test_where_the_official_client_has_no_list_there_is_none() -> None:
    assert Instrument(NHPC, 1, "NRML", "buy").product == "NRML"
    assert OrderBookData(status="frozen", order_type="ICEBERG").order_type == "ICEBERG"  # type: ignore[arg-type]
