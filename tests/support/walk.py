"""A life at an emulator, so that every operation has something to tell, and one good call of each."""

from __future__ import annotations

import datetime as dt
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from upstox_emulator import IST, App, Emulator

REDIRECT = "http://127.0.0.1:8000/callback"
TOKEN = "the-token"

RELIANCE = "NSE_EQ|INE002A01018"
TCS = "NSE_EQ|INE467B01029"
INFY = "NSE_EQ|INE009A01021"
NIFTY = "NSE_INDEX|Nifty 50"


NOTIFIED = App(
    "notified", "notified-secret", REDIRECT, notifier_url="http://127.0.0.1:9/nobody-listens", multi_client=True
)


def at(day: int, time: str) -> dt.datetime:
    """A moment of November 2026."""
    return dt.datetime.combine(dt.date(2026, 11, day), dt.time.fromisoformat(time), IST)


def emulator() -> Emulator:
    """One whose clock stands still on a Wednesday at ten."""
    return Emulator(seed=7, start=at(18, "10:00"), speed=0, market="calendar", rate_limit=False, apps=[NOTIFIED])


class Person:
    """Somebody who trades over HTTP, without any client."""

    def __init__(self, em: Emulator, token: str) -> None:
        self.em, self.token = em, token

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.em.url + path, content, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"{method} {path} {body}: {refused.read().decode()}") from None

    def price(self, key: str) -> float:
        """The latest."""
        (found,) = self("GET", f"/v3/market-quote/ltp?instrument_key={quote(key)}").values()
        return found["last_price"]

    def order(self, key: str, side: str, quantity: int, product: str = "D", price: float = 0, tag: str = "walk") -> str:
        """Place one; its id."""
        return self("POST", "/v3/order/place", order(key, side, quantity, product, price, tag))["order_ids"][0]

    def away(self, key: str) -> float:
        """A price to wait at."""
        return float(round(self.price(key) * 0.95))

    def application(self) -> Any:
        """The body of an application for an open issue, at its highest price."""
        issue = self("GET", f"/v2/ipos/{self('GET', '/v2/ipos?status=open')[0]['id']}")
        bid = {"quantity": issue["minimum_quantity"], "price": issue["maximum_price"]}
        return {"id": issue["id"], "upi": "asha@bank", "category": "IND", "bids": [bid]}


def order(key: str, side: str, quantity: int, product: str = "D", price: float = 0, tag: str = "walk") -> Any:
    """The body of an order: MARKET, or LIMIT with a price."""
    return {
        "quantity": quantity,
        "product": product,
        "validity": "DAY",
        "price": price,
        "tag": tag,
        "instrument_token": key,
        "order_type": "LIMIT" if price else "MARKET",
        "transaction_type": side,
        "disclosed_quantity": 0,
        "trigger_price": 0,
        "is_amo": False,
    }


def gtt(key: str, price: float, trigger: str = "BELOW") -> Any:
    """The body of a GTT order with all three legs."""
    return {
        "type": "MULTIPLE",
        "quantity": 1,
        "product": "D",
        "instrument_token": key,
        "transaction_type": "BUY",
        "rules": [
            {"strategy": "ENTRY", "trigger_type": trigger, "trigger_price": price},
            {"strategy": "TARGET", "trigger_type": "IMMEDIATE", "trigger_price": round(price * 1.1)},
            {
                "strategy": "STOPLOSS",
                "trigger_type": "IMMEDIATE",
                "trigger_price": round(price * 0.9),
                "trailing_gap": 30,
            },
        ],
    }


def live(em: Emulator) -> dict[str, Any]:
    """Trade for some days, and leave something of everything; returns the names of it."""
    first = Person(em, em.issue_token())
    first.order(RELIANCE, "BUY", 10)
    first.order(TCS, "BUY", 3)
    future = first("GET", "/v2/instruments/search?query=NIFTY&segments=FUT&exchanges=NSE&expiry=current_month")
    lot = future[0]["lot_size"]
    first.order(future[0]["instrument_key"], "BUY", lot, "I")
    first.order(future[0]["instrument_key"], "SELL", lot, "I")
    first("PUT", "/v2/user/ip", {"primary_ip": "203.0.113.10", "secondary_ip": "203.0.113.11"})
    em.clock.set(at(20, "10:00"))
    second = Person(em, em.issue_token())
    second.order(RELIANCE, "SELL", 4)
    second.order(RELIANCE, "BUY", 2, "MTF")
    applied = second("POST", "/v2/ipos/orders", second.application())["order_id"]
    em.clock.set(at(23, "10:00"))
    em.issue_token(token="another-token")
    em.issue_token(token=TOKEN)
    person = Person(em, TOKEN)
    facts: dict[str, Any] = {"filled": person.order(INFY, "BUY", 6, "I"), "price": person.price(INFY)}
    facts["refused"] = person.order(INFY, "BUY", 60_000, "D", person.away(INFY))
    person.order(RELIANCE, "BUY", 2, "MTF")
    for name in ("modify2", "modify3", "cancel2", "cancel3"):
        facts[name] = person.order(INFY, "BUY", 1, "D", person.away(INFY))
    for name, trigger in {"gtt_modify": "BELOW", "gtt_cancel": "BELOW", "gtt_stay": "IMMEDIATE"}.items():
        entry = gtt(INFY, person.away(INFY), trigger)
        facts[name] = person("POST", "/v3/order/gtt/place", entry)["gtt_order_ids"][0]
    facts["payout"] = person("POST", "/v2/user/payments/payout", {"mode": "NEFT", "amount": 500})["transaction_id"]
    nifty = f"instrument_key={quote(NIFTY)}"
    facts["option_expiry"] = min(row["expiry"] for row in person("GET", f"/v2/option/contract?{nifty}"))
    chain = person("GET", f"/v2/option/chain?{nifty}&expiry_date={facts['option_expiry']}")
    facts["option"] = chain[len(chain) // 2]["call_options"]["instrument_key"]
    facts["future"] = future[0]["instrument_key"]
    facts["lot"] = lot
    facts["expired"] = max(person("GET", f"/v2/expired-instruments/expiries?{nifty}"))
    gone = person("GET", f"/v2/expired-instruments/option/contract?{nifty}&expiry_date={facts['expired']}")
    facts["expired_option"] = gone[len(gone) // 2]["instrument_key"]
    facts["application"] = person.application()
    facts["open_ipo"] = facts["application"]["id"]
    facts["ipo_order"], facts["ipo_cancel"] = (
        applied,
        person("POST", "/v2/ipos/orders", facts["application"])["order_id"],
    )
    facts["fund_order"] = person("GET", "/v2/mf/orders")[0]["order_id"]
    return facts


def calls(facts: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """One good call of every operation, in an order in which none spoils another's."""
    version = {"api_version": "2.0"}
    isin = RELIANCE.partition("|")[2]
    yield from _information(facts, isin)
    yield "OrderApi.get_order_book", version
    yield "OrderApi.get_order_status", {"order_id": facts["filled"]}
    yield "OrderApi.get_order_details", {**version, "order_id": facts["filled"]}
    yield "OrderApi.get_trade_history", version
    yield "OrderApi.get_trades_by_order", {**version, "order_id": facts["filled"]}
    yield "PortfolioApi.get_positions", version
    yield "PortfolioApi.get_mtf_positions", {}
    yield "PortfolioApi.get_holdings", version
    yield "UserApi.get_user_fund_margin", version
    yield "UserApi.get_user_fund_margin_v3", {}
    yield from _reports(version)
    yield from _orders(facts, version)
    yield from _user(facts, version)


def _information(facts: dict[str, Any], isin: str) -> Iterator[tuple[str, dict[str, Any]]]:
    version = {"api_version": "2.0"}
    chain = {"instrument_key": NIFTY, "expiry_date": facts["option_expiry"]}
    gone = {"instrument_key": NIFTY, "expiry_date": facts["expired"]}
    both = f"{RELIANCE},{facts['option']}"
    yield "InstrumentsApi.search_instrument", {"query": "RELIANCE", "segments": "EQ"}
    yield "OptionsApi.get_option_contracts", {"instrument_key": NIFTY}
    yield "OptionsApi.get_put_call_option_chain", chain
    yield "ExpiredInstrumentApi.get_expiries", {"instrument_key": NIFTY}
    yield "ExpiredInstrumentApi.get_expired_option_contracts", gone
    yield "ExpiredInstrumentApi.get_expired_future_contracts", {**gone, "expiry_date": "2026-10-27"}
    yield (
        "ExpiredInstrumentApi.get_expired_historical_candle_data",
        {
            "expired_instrument_key": facts["expired_option"],
            "interval": "day",
            "to_date": facts["expired"],
            "from_date": (dt.date.fromisoformat(facts["expired"]) - dt.timedelta(5)).isoformat(),
        },
    )
    for name in ("get_full_market_quote", "ltp"):
        yield f"MarketQuoteApi.{name}", {**version, "symbol": both}
    yield "MarketQuoteApi.get_market_quote_ohlc", {**version, "symbol": both, "interval": "1d"}
    for name in ("get_full_market_quote_v3", "get_ltp"):
        yield f"MarketQuoteV3Api.{name}", {"instrument_key": both}
    yield "MarketQuoteV3Api.get_market_quote_ohlc", {"instrument_key": both, "interval": "I1"}
    yield "MarketQuoteV3Api.get_market_quote_option_greek", {"instrument_key": facts["option"]}
    days = {"to_date": "2026-11-20", "from_date": "2026-11-02"}
    old = {**version, "instrument_key": RELIANCE, "interval": "day"}
    yield "HistoryApi.get_historical_candle_data", {**old, "to_date": days["to_date"]}
    yield "HistoryApi.get_historical_candle_data1", {**old, **days}
    yield "HistoryApi.get_intra_day_candle_data", {**old, "interval": "1minute"}
    new = {"instrument_key": RELIANCE, "unit": "minutes", "interval": "5"}
    yield "HistoryV3Api.get_historical_candle_data", {**new, "to_date": days["to_date"]}
    yield "HistoryV3Api.get_historical_candle_data1", {**new, **days}
    yield "HistoryV3Api.get_intra_day_candle_data", new
    yield "MarketHolidaysAndTimingsApi.get_holidays", {}
    yield "MarketHolidaysAndTimingsApi.get_holiday", {"_date": "2026-01-26"}
    yield "MarketHolidaysAndTimingsApi.get_exchange_timings", {"_date": "2026-11-23"}
    yield "MarketHolidaysAndTimingsApi.get_market_status", {"exchange": "NSE"}
    day = {"instrument_key": NIFTY, "expiry": facts["option_expiry"], "_date": "2026-11-20"}
    yield "MarketApi.get_oi_data", day
    yield "MarketApi.get_change_oi_data", {**day, "interval": 1}
    yield "MarketApi.get_pcr_data", {**day, "bucket_interval": 60}
    yield "MarketApi.get_max_pain_data", {**day, "bucket_interval": 60}
    yield "MarketApi.get_fii_data", {"data_type": "NSE_FO|STOCK_FUTURES,NSE_FO|INDEX_OPTIONS", "interval": "1D"}
    yield "MarketApi.get_dii_data", {"data_type": "NSE_EQ|CASH", "interval": "1D"}
    top = {"asset_type": "INDEX", "category": "TOP_TRADED", "page_size": 3}
    yield "MarketApi.get_smartlist_futures", top
    yield "MarketApi.get_smartlist_options", top
    yield "MarketApi.get_smartlist_mtf", {"page_size": 3}
    yield "NewsApi.get_news", {"category": "instrument_keys", "instrument_keys": f"{RELIANCE},{INFY},{TCS}"}
    for name in ("get_company_profile", "get_key_ratios", "get_share_holdings", "get_corporate_actions"):
        yield f"FundamentalsApi.{name}", {"isin": isin}
    for name in ("get_balance_sheet", "get_cash_flow", "get_income_statement"):
        full = {"fs": True} if name == "get_balance_sheet" else {}
        yield f"FundamentalsApi.{name}", {"isin": isin, "type": "consolidated", **full}
    yield "FundamentalsApi.get_competitors", {"instrument_key": RELIANCE}
    yield "IpoApi.get_ipo_listing", {"status": "open"}
    yield "IpoApi.get_ipo_details", {"id": facts["open_ipo"]}
    yield "IpoApi.apply_for_ipo", {"body": facts["application"]}
    yield "IpoApi.get_ipo_orders", {}
    yield "IpoApi.get_ipo_order_by_id", {"order_id": facts["ipo_order"]}
    yield "IpoApi.cancel_ipo_order", {"order_id": facts["ipo_cancel"]}
    yield "MutualFundApi.get_mutual_fund_holdings", {}
    yield "MutualFundApi.get_mutual_fund_orders", {}
    yield "MutualFundApi.get_mutual_fund_order", {"order_id": facts["fund_order"]}
    yield "MutualFundApi.get_mutual_fund_sips", {}
    one = {"instrument_token": RELIANCE, "quantity": 10, "product": "D", "transaction_type": "BUY"}
    yield "ChargeApi.get_brokerage", {**version, **one, "price": 1333.3}
    basket = [
        {"instrument_key": facts["future"], "quantity": facts["lot"], "transaction_type": "BUY", "product": "D"},
        {"instrument_key": RELIANCE, "quantity": 5, "transaction_type": "BUY", "product": "D"},
    ]
    yield "ChargeApi.post_margin", {"body": {"instruments": basket}}
    for name in ("get_market_data_feed_authorize", "get_portfolio_stream_feed_authorize"):
        yield f"WebsocketApi.{name}", version
    yield "WebsocketApi.get_market_data_feed_authorize_v3", {}


def _reports(version: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    year = {**version, "segment": "EQ", "financial_year": "2627"}
    page = {"page_number": 1, "page_size": 10}
    yield (
        "PostTradeApi.get_trades_by_date_range",
        {"start_date": "2026-11-01", "end_date": "2026-11-22", "segment": "EQ", **page},
    )
    yield "TradeProfitAndLossApi.get_trade_wise_profit_and_loss_meta_data", year
    yield "TradeProfitAndLossApi.get_trade_wise_profit_and_loss_data", {**year, **page}
    yield "TradeProfitAndLossApi.get_profit_and_loss_charges", year


def _orders(facts: dict[str, Any], version: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    change = {"quantity": 2, "validity": "DAY", "order_type": "LIMIT", "disclosed_quantity": 0, "trigger_price": 0}
    price = float(round(facts["price"] * 0.96))
    away = order(INFY, "BUY", 1, "D", price, "later")
    yield "OrderApi.place_order", {**version, "body": away}
    yield "OrderApi.modify_order", {**version, "body": {**change, "order_id": facts["modify2"], "price": price}}
    yield "OrderApi.cancel_order", {**version, "order_id": facts["cancel2"]}
    yield "OrderApiV3.place_order", {"body": away}
    yield "OrderApiV3.modify_order", {"body": {**change, "order_id": facts["modify3"], "price": price}}
    yield "OrderApiV3.cancel_order", {"order_id": facts["cancel3"]}
    lines = [{**away, "correlation_id": str(number), "slice": False} for number in (1, 2)]
    yield "OrderApi.place_multi_order", {"body": lines}
    yield "OrderApi.cancel_multi_order", {"tag": "later"}
    yield "PortfolioApi.convert_positions", {
        **version,
        "body": {
            "instrument_token": INFY, "new_product": "D", "old_product": "I", "transaction_type": "BUY", "quantity": 1,
        },
    }  # fmt: skip
    yield "OrderApi.exit_positions", {"segment": "NSE_EQ"}
    entry = gtt(INFY, price)
    yield "OrderApiV3.place_gtt_order", {"body": entry}
    changed = {"type": entry["type"], "quantity": 2, "rules": entry["rules"], "gtt_order_id": facts["gtt_modify"]}
    yield "OrderApiV3.modify_gtt_order", {"body": changed}
    yield "OrderApiV3.get_gtt_order_details", {"gtt_order_id": facts["gtt_stay"]}
    yield "OrderApiV3.cancel_gtt_order", {"body": {"gtt_order_id": facts["gtt_cancel"]}}


def _user(facts: dict[str, Any], version: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "UserApi.get_profile", version
    yield "UserApi.get_kill_switch", {}
    yield "UserApi.update_kill_switch", {"body": [{"segment": "BCD_FO", "action": "DISABLE"}]}
    for name in ("get_payin_history", "get_payout_history", "get_payout_modes"):
        yield f"UserApi.{name}", {}
    yield "UserApi.modify_payout", {"body": {"amount": 300, "mode": "NEFT"}, "transaction_id": facts["payout"]}
    yield "UserApi.cancel_payout", {"transaction_id": facts["payout"]}
    yield "UserApi.initiate_payout", {"body": {"mode": "IMPS", "amount": 200}}
    client = {"client_id": NOTIFIED.client_id, "redirect_uri": REDIRECT}
    yield "LoginApi.authorize", {**version, **client}
    yield (
        "LoginApi.init_token_request_for_indie_user",
        {"body": {"client_secret": NOTIFIED.client_secret}, "client_id": NOTIFIED.client_id},
    )
    secret = {**client, "client_secret": NOTIFIED.client_secret, "grant_type": "authorization_code", "code": "the-code"}
    yield "LoginApi.token", {**version, **secret}
    yield "UserApi.get_user_ips", {}
    yield "LoginApi.logout", version


OTHERWISE = {
    "UserApi.update_user_ip": "ends every token: called with one of its own",
    "WebsocketApi.get_market_data_feed": "answers with a redirect to a socket",
    "WebsocketApi.get_market_data_feed_v3": "answers with a redirect to a socket",
    "WebsocketApi.get_portfolio_stream_feed": "answers with a redirect to a socket",
}
"""Operations that are not among `calls`, and why."""
