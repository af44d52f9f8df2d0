"""Every operation of the market side, in both colours: what goes out, to the letter."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass, field
from typing import Any

import pytest

import upstox_client
from support.colours import Colour, FakeTransport, local
from upstox_client.core.operation import Operation
from upstox_client.core.policy import Kind
from upstox_client.models import IpoApplyRequest, IpoBidRequest

APIS = (
    "ExpiredInstrumentApi",
    "FundamentalsApi",
    "HistoryApi",
    "HistoryV3Api",
    "InstrumentsApi",
    "IpoApi",
    "MarketApi",
    "MarketHolidaysAndTimingsApi",
    "MarketQuoteApi",
    "MarketQuoteV3Api",
    "MutualFundApi",
    "NewsApi",
    "OptionsApi",
)

# Proved with the core.
OF_EVERY_CALL = {"User-Agent", "X-Upstox-SDK-Language", "X-Upstox-SDK-Version"}

NHPC = "NSE_EQ|INE848E01016"
NIFTY = "NSE_INDEX|Nifty 50"
DAY = datetime.date(2026, 9, 4)


@dataclass(frozen=True)
class Case:
    """A call, and the request it must make."""

    call: str
    arguments: tuple[Any, ...]
    target: str
    keywords: dict[str, Any] = field(default_factory=dict)
    method: str = "GET"
    signed: bool = True
    api_version: str | None = None
    body: object = None

    def __str__(self) -> str:
        return f"{self.call}-{self.target}"


def case(call: str, target: str, *arguments: Any, **keywords: Any) -> Case:
    return Case(call, arguments, target, keywords)


def v2(call: str, target: str, *arguments: Any, **keywords: Any) -> Case:
    return Case(call, arguments, target, keywords, api_version="2.0")


def open_v2(call: str, target: str, *arguments: Any, **keywords: Any) -> Case:
    return Case(call, arguments, target, keywords, api_version="2.0", signed=False)


def open_(call: str, target: str, *arguments: Any, **keywords: Any) -> Case:
    return Case(call, arguments, target, keywords, signed=False)


APPLICATION = {"id": "x-ipo", "upi": "n@b", "category": "IND", "bids": [{"quantity": 20, "price": 385}]}

# In the documented order of things: the first case of each call is a usual one.
CASES = [
    v2(
        "MarketQuoteApi.get_full_market_quote",
        "/v2/market-quote/quotes?symbol=NSE_EQ%7CINE848E01016%2CNSE_INDEX%7CNifty+50",
        [NHPC, NIFTY],
    ),
    v2("MarketQuoteApi.get_full_market_quote", "/v2/market-quote/quotes?symbol=NSE_EQ%7CINE848E01016", NHPC, "2.0"),
    v2("MarketQuoteApi.get_market_quote_ohlc", "/v2/market-quote/ohlc?symbol=A%2CB&interval=1d", "A,B", "1d", "2.0"),
    v2("MarketQuoteApi.ltp", "/v2/market-quote/ltp?symbol=GLOBAL_INDEX%7C%5EHSI", ("GLOBAL_INDEX|^HSI",)),
    case(
        "MarketQuoteV3Api.get_full_market_quote_v3",
        "/v3/market-quote/quotes?instrument_key=NSE_EQ%7CINE848E01016",
        instrument_key=NHPC,
    ),
    case("MarketQuoteV3Api.get_full_market_quote_v3", "/v3/market-quote/quotes"),
    case("MarketQuoteV3Api.get_ltp", "/v3/market-quote/ltp?instrument_key=a%2Cb", instrument_key=["a", "b"]),
    case(
        "MarketQuoteV3Api.get_market_quote_ohlc",
        "/v3/market-quote/ohlc?interval=I30&instrument_key=a",
        "I30",
        instrument_key="a",
    ),
    case(
        "MarketQuoteV3Api.get_market_quote_option_greek",
        "/v3/market-quote/option-greek?instrument_key=NSE_FO%7C43885",
        instrument_key="NSE_FO|43885",
    ),
    open_v2(
        "HistoryApi.get_historical_candle_data",
        "/v2/historical-candle/NSE_INDEX%7CNifty%2050/day/2026-09-04",
        NIFTY,
        "day",
        DAY,
    ),
    open_v2(
        "HistoryApi.get_historical_candle_data1",
        "/v2/historical-candle/NSE_EQ%7CINE848E01016/30minute/2026-09-04/2026-09-01",
        NHPC,
        "30minute",
        "2026-09-04",
        "2026-09-01",
        "2.0",
    ),
    open_v2(
        "HistoryApi.get_intra_day_candle_data",
        "/v2/historical-candle/intraday/NSE_EQ%7CINE848E01016/1minute",
        NHPC,
        "1minute",
    ),
    open_(
        "HistoryV3Api.get_historical_candle_data",
        "/v3/historical-candle/NSE_EQ%7CINE848E01016/weeks/1/2026-09-04",
        NHPC,
        "weeks",
        1,
        DAY,
    ),
    open_(
        "HistoryV3Api.get_historical_candle_data1",
        "/v3/historical-candle/a%2Fb%3F%23/minutes/15/2026-09-04/2026-09-01",
        "a/b?#",
        "minutes",
        15,
        to_date=DAY,
        from_date="2026-09-01",
    ),
    open_(
        "HistoryV3Api.get_intra_day_candle_data",
        "/v3/historical-candle/intraday/NSE_INDEX%7CNifty%2050/hours/1",
        NIFTY,
        "hours",
        1,
    ),
    case(
        "OptionsApi.get_option_contracts",
        "/v2/option/contract?instrument_key=NSE_INDEX%7CNifty+50",
        instrument_key=NIFTY,
    ),
    case(
        "OptionsApi.get_option_contracts",
        "/v2/option/contract?instrument_key=NSE_INDEX%7CNifty+50&expiry_date=2026-09-04",
        NIFTY,
        expiry_date=DAY,
    ),
    case(
        "OptionsApi.get_put_call_option_chain",
        "/v2/option/chain?instrument_key=NSE_INDEX%7CNifty+50&expiry_date=current_week",
        NIFTY,
        "current_week",
    ),
    case("InstrumentsApi.search_instrument", "/v2/instruments/search?query=NIFTY+FUT", "NIFTY FUT"),
    case(
        "InstrumentsApi.search_instrument",
        "/v2/instruments/search?query=%C3%A9%26&exchanges=NSE%2CBSE&segments=EQ&instrument_types=CE%2CPE"
        "&expiry=2026-09-04%2Cnext_week&atm_offset=-1&page_number=2&records=30",
        "é&",
        exchanges=["NSE", "BSE"],
        segments="EQ",
        instrument_types=("CE", "PE"),
        expiry=[DAY, "next_week"],
        atm_offset=-1,
        page_number=2,
        records=30,
    ),
    case("InstrumentsApi.search_instrument", "/v2/instruments/search?query=N&atm_offset=0", "N", atm_offset=0),
    case(
        "ExpiredInstrumentApi.get_expiries",
        "/v2/expired-instruments/expiries?instrument_key=NSE_INDEX%7CNifty+50",
        NIFTY,
    ),
    case(
        "ExpiredInstrumentApi.get_expired_option_contracts",
        "/v2/expired-instruments/option/contract?instrument_key=NSE_INDEX%7CNifty+50&expiry_date=2026-09-04",
        NIFTY,
        DAY,
    ),
    case(
        "ExpiredInstrumentApi.get_expired_future_contracts",
        "/v2/expired-instruments/future/contract?instrument_key=NSE_INDEX%7CNifty+50&expiry_date=2026-09-04",
        NIFTY,
        "2026-09-04",
    ),
    case(
        "ExpiredInstrumentApi.get_expired_historical_candle_data",
        "/v2/expired-instruments/historical-candle/NSE_FO%7C54452%7C24-04-2025/5minute/2025-04-24/2025-04-01",
        "NSE_FO|54452|24-04-2025",
        "5minute",
        datetime.date(2025, 4, 24),
        "2025-04-01",
    ),
    case(
        "MarketApi.get_oi_data",
        "/v2/market/oi?instrument_key=NSE_INDEX%7CNifty+50&expiry=2026-09-04&date=2026-09-03",
        NIFTY,
        DAY,
        "2026-09-03",
    ),
    case(
        "MarketApi.get_change_oi_data",
        "/v2/market/change-oi?instrument_key=k&expiry=2026-09-04&date=2026-09-04&interval=5",
        "k",
        DAY,
        DAY,
        5,
    ),
    case(
        "MarketApi.get_pcr_data",
        "/v2/market/pcr?instrument_key=k&expiry=2026-09-04&date=2026-09-04&bucket_interval=60",
        "k",
        DAY,
        _date=DAY,
        bucket_interval=60,
    ),
    case(
        "MarketApi.get_max_pain_data",
        "/v2/market/max-pain?instrument_key=k&expiry=2026-09-04&date=2026-09-04&bucket_interval=60",
        "k",
        DAY,
        DAY,
        60,
    ),
    case(
        "MarketApi.get_fii_data",
        "/v2/market/fii?data_type=NSE_EQ%7CCASH%2CNSE_FO%7CINDEX_OPTIONS&interval=1D&from=2026-09-04",
        ["NSE_EQ|CASH", "NSE_FO|INDEX_OPTIONS"],
        "1D",
        _from=DAY,
    ),
    case("MarketApi.get_dii_data", "/v2/market/dii?data_type=NSE_EQ%7CCASH&interval=1M", "NSE_EQ|CASH", "1M"),
    case(
        "MarketApi.get_smartlist_futures",
        "/v2/market/smartlist/futures?asset_type=INDEX&category=PREMIUM&page_number=1&page_size=3",
        asset_type="INDEX",
        category="PREMIUM",
        page_number=1,
        page_size=3,
    ),
    case("MarketApi.get_smartlist_futures", "/v2/market/smartlist/futures"),
    case(
        "MarketApi.get_smartlist_options",
        "/v2/market/smartlist/options?asset_type=STOCK&category=UNDER_5000",
        asset_type="STOCK",
        category="UNDER_5000",
    ),
    case("MarketApi.get_smartlist_mtf", "/v2/market/smartlist/mtf?page_size=50", page_size=50),
    open_("MarketHolidaysAndTimingsApi.get_exchange_timings", "/v2/market/timings/2026-09-04", DAY),
    open_("MarketHolidaysAndTimingsApi.get_holiday", "/v2/market/holidays/2026-09-04", "2026-09-04"),
    open_("MarketHolidaysAndTimingsApi.get_holidays", "/v2/market/holidays"),
    case("MarketHolidaysAndTimingsApi.get_market_status", "/v2/market/status/NSCOM", "NSCOM"),
    case("FundamentalsApi.get_company_profile", "/v2/fundamentals/INE002A01018/profile", "INE002A01018"),
    case(
        "FundamentalsApi.get_balance_sheet",
        "/v2/fundamentals/INE002A01018/balance-sheet?type=standalone&fs=True",
        "INE002A01018",
        type="standalone",
        fs=True,
    ),
    case("FundamentalsApi.get_cash_flow", "/v2/fundamentals/I/cash-flow?fs=False", "I", fs=False),
    case(
        "FundamentalsApi.get_income_statement",
        "/v2/fundamentals/I/income-statement?type=consolidated&time_period=quarterly&fs=True",
        "I",
        type="consolidated",
        time_period="quarterly",
        fs=True,
    ),
    case("FundamentalsApi.get_key_ratios", "/v2/fundamentals/I/key-ratios", "I"),
    case("FundamentalsApi.get_share_holdings", "/v2/fundamentals/I/share-holdings", "I"),
    case("FundamentalsApi.get_corporate_actions", "/v2/fundamentals/I/corporate-actions", "I"),
    case("FundamentalsApi.get_competitors", "/v2/fundamentals/NSE_EQ%7CINE848E01016/competitors", NHPC),
    case("NewsApi.get_news", "/v2/news?category=holdings", "holdings"),
    case(
        "NewsApi.get_news",
        "/v2/news?category=instrument_keys&instrument_keys=a%2Cb&page_number=1&page_size=5",
        "instrument_keys",
        instrument_keys=["a", "b"],
        page_number=1,
        page_size=5,
    ),
    case("IpoApi.get_ipo_listing", "/v2/ipos"),
    case(
        "IpoApi.get_ipo_listing",
        "/v2/ipos?status=upcoming&issue_type=sme&page_number=2&records=30",
        status="upcoming",
        issue_type="sme",
        page_number=2,
        records=30,
    ),
    case("IpoApi.get_ipo_details", "/v2/ipos/x-ipo", "x-ipo"),
    Case("IpoApi.apply_for_ipo", (APPLICATION,), "/v2/ipos/orders", method="POST", body=APPLICATION),
    Case(
        "IpoApi.apply_for_ipo",
        (IpoApplyRequest("x-ipo", "n@b", "IND", [IpoBidRequest(20, 385)]),),
        "/v2/ipos/orders",
        method="POST",
        body=APPLICATION,
    ),
    case("IpoApi.get_ipo_orders", "/v2/ipos/orders?page_number=1&records=10", page_number=1, records=10),
    case("IpoApi.get_ipo_order_by_id", "/v2/ipos/orders/UP%2F1", "UP/1"),
    Case("IpoApi.cancel_ipo_order", ("UP1",), "/v2/ipos/orders/UP1", method="DELETE", body={}),
    case("MutualFundApi.get_mutual_fund_holdings", "/v2/mf/holdings"),
    case(
        "MutualFundApi.get_mutual_fund_orders",
        "/v2/mf/orders?status=INPROCESS&transaction_type=BUY&page_number=1&records=30",
        status="INPROCESS",
        transaction_type="BUY",
        page_number=1,
        records=30,
    ),
    case("MutualFundApi.get_mutual_fund_order", "/v2/mf/orders/a-1", "a-1"),
    case("MutualFundApi.get_mutual_fund_sips", "/v2/mf/sips?records=5", records=5),
]

# The official parameters in their order; those with a question mark may be left out.
PARAMETERS = {
    "ExpiredInstrumentApi.get_expired_future_contracts": "instrument_key expiry_date",
    "ExpiredInstrumentApi.get_expired_historical_candle_data": "expired_instrument_key interval to_date from_date",
    "ExpiredInstrumentApi.get_expired_option_contracts": "instrument_key expiry_date",
    "ExpiredInstrumentApi.get_expiries": "instrument_key",
    "FundamentalsApi.get_balance_sheet": "isin type? fs?",
    "FundamentalsApi.get_cash_flow": "isin type? fs?",
    "FundamentalsApi.get_company_profile": "isin",
    "FundamentalsApi.get_competitors": "instrument_key",
    "FundamentalsApi.get_corporate_actions": "isin",
    "FundamentalsApi.get_income_statement": "isin type? time_period? fs?",
    "FundamentalsApi.get_key_ratios": "isin",
    "FundamentalsApi.get_share_holdings": "isin",
    "HistoryApi.get_historical_candle_data": "instrument_key interval to_date api_version?",
    "HistoryApi.get_historical_candle_data1": "instrument_key interval to_date from_date api_version?",
    "HistoryApi.get_intra_day_candle_data": "instrument_key interval api_version?",
    "HistoryV3Api.get_historical_candle_data": "instrument_key unit interval to_date",
    "HistoryV3Api.get_historical_candle_data1": "instrument_key unit interval to_date from_date",
    "HistoryV3Api.get_intra_day_candle_data": "instrument_key unit interval",
    "InstrumentsApi.search_instrument": (
        "query exchanges? segments? instrument_types? expiry? atm_offset? page_number? records?"
    ),
    "IpoApi.apply_for_ipo": "body",
    "IpoApi.cancel_ipo_order": "order_id",
    "IpoApi.get_ipo_details": "id",
    "IpoApi.get_ipo_listing": "status? issue_type? page_number? records?",
    "IpoApi.get_ipo_order_by_id": "order_id",
    "IpoApi.get_ipo_orders": "page_number? records?",
    "MarketApi.get_change_oi_data": "instrument_key expiry _date interval",
    "MarketApi.get_dii_data": "data_type interval _from?",
    "MarketApi.get_fii_data": "data_type interval _from?",
    "MarketApi.get_max_pain_data": "instrument_key expiry _date bucket_interval",
    "MarketApi.get_oi_data": "instrument_key expiry _date",
    "MarketApi.get_pcr_data": "instrument_key expiry _date bucket_interval",
    "MarketApi.get_smartlist_futures": "asset_type? category? page_number? page_size?",
    "MarketApi.get_smartlist_mtf": "page_number? page_size?",
    "MarketApi.get_smartlist_options": "asset_type? category? page_number? page_size?",
    "MarketHolidaysAndTimingsApi.get_exchange_timings": "_date",
    "MarketHolidaysAndTimingsApi.get_holiday": "_date",
    "MarketHolidaysAndTimingsApi.get_holidays": "",
    "MarketHolidaysAndTimingsApi.get_market_status": "exchange",
    "MarketQuoteApi.get_full_market_quote": "symbol api_version?",
    "MarketQuoteApi.get_market_quote_ohlc": "symbol interval api_version?",
    "MarketQuoteApi.ltp": "symbol api_version?",
    "MarketQuoteV3Api.get_full_market_quote_v3": "instrument_key?",
    "MarketQuoteV3Api.get_ltp": "instrument_key?",
    "MarketQuoteV3Api.get_market_quote_ohlc": "interval instrument_key?",
    "MarketQuoteV3Api.get_market_quote_option_greek": "instrument_key?",
    "MutualFundApi.get_mutual_fund_holdings": "",
    "MutualFundApi.get_mutual_fund_order": "order_id",
    "MutualFundApi.get_mutual_fund_orders": "status? transaction_type? page_number? records?",
    "MutualFundApi.get_mutual_fund_sips": "page_number? records?",
    "NewsApi.get_news": "category instrument_keys? page_number? page_size?",
    "OptionsApi.get_option_contracts": "instrument_key expiry_date?",
    "OptionsApi.get_put_call_option_chain": "instrument_key expiry_date",
}


def call_of(colour: Colour, name: str, fake: FakeTransport) -> Any:
    api, _, operation = name.partition(".")
    return getattr(getattr(colour.package, api)(colour.client(local(), fake)), operation)


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
    assert fake.base_urls == ["http://127.0.0.1:9"]
    assert not request.route.on_order_host
    body = None if request.body is None else json.loads(request.body)
    assert body == expected.body
    assert {name: value for name, value in request.headers.items() if name not in OF_EVERY_CALL} == {
        "Accept": "application/json",
        "Content-Type": "application/json",
        **({"Authorization": "Bearer the-token"} if expected.signed else {}),
        **({"Api-Version": expected.api_version} if expected.api_version else {}),
    }


def test_no_operation_is_left_out_of_the_cases() -> None:
    assert {expected.call for expected in CASES} == set(operations()) == set(PARAMETERS)


@pytest.mark.parametrize(("name", "parameters"), PARAMETERS.items())
def test_the_parameters_are_the_official_ones(name: str, parameters: str) -> None:
    operation = operations()[name]
    assert list(operation.names) == [parameter.rstrip("?") for parameter in parameters.split()]


@pytest.mark.parametrize(("name", "parameters"), PARAMETERS.items())
def test_what_is_required_is_asked_for_before_anything_is_sent(colour: Colour, name: str, parameters: str) -> None:
    usual = next(expected for expected in CASES if expected.call == name)
    operation = operations()[name]
    given = dict(zip(operation.names, usual.arguments, strict=False)) | usual.keywords
    fake = FakeTransport()

    for required in parameters.replace("api_version?", "api_version").split():
        if not required.endswith("?"):
            words = f"Missing the required parameter `{required}` when calling `{operation.name}`"
            with pytest.raises(ValueError, match=words):
                call_of(colour, name, fake)(**given | {required: None})
    assert fake.requests == []

    needed = {name: value for name, value in given.items() if f"{name}?" not in parameters.split()}
    colour.run(call_of(colour, name, fake), **needed)
    assert len(fake.requests) == 1


@pytest.mark.parametrize("name", operations())
def test_an_unknown_parameter_is_refused(colour: Colour, name: str) -> None:
    usual = next(expected for expected in CASES if expected.call == name)
    with pytest.raises(TypeError, match="Got an unexpected keyword argument 'colour'"):
        call_of(colour, name, FakeTransport())(*usual.arguments, **usual.keywords, colour=1)


@pytest.mark.parametrize(("name", "operation"), operations().items())
def test_each_operation_says_what_it_does_and_where_that_is_written(name: str, operation: Operation[Any, Any]) -> None:
    assert operation.__doc__
    assert "https://upstox.com/developer/api-documentation/" in operation.__doc__.rstrip().rsplit("\n", 1)[-1]
    writes = {"IpoApi.apply_for_ipo", "IpoApi.cancel_ipo_order"}
    assert operation.route.kind is (Kind.WRITE if name in writes else Kind.READ)


def test_an_application_is_complete_before_it_is_sent() -> None:
    with pytest.raises(ValueError, match="Invalid value for `upi`, must not be `None`"):
        IpoApplyRequest("x-ipo", category="IND", bids=[])
    with pytest.raises(ValueError, match="Invalid value for `price`, must not be `None`"):
        IpoBidRequest(quantity=1)
    assert IpoApplyRequest("x", "u", "EMP", []).category == "EMP"  # the official client checks no list either
