"""Every operation of the async client, as a program would call it, and the type of what comes back.

Nothing here is run: type checkers read it, in strict mode. `test_typing.py` sees to it that no operation is left out,
and makes the same program for the sync client of it, by leaving out what waits.
"""

from __future__ import annotations

import datetime
from typing import Any, Literal, assert_type

from upstox_client import (
    BalanceSheetResponse,
    CancelOrderResponse,
    CancelOrderV3Response,
    CancelOrExitMultiOrderResponse,
    CashFlowResponse,
    ChangeOiResponse,
    CompanyProfileResponse,
    CompetitorsResponse,
    Configuration,
    ConvertPositionRequest,
    ConvertPositionResponse,
    CorporateActionsResponse,
    GetBrokerageResponse,
    GetExchangeTimingResponse,
    GetExpiredFuturesContractResponse,
    GetExpiriesResponse,
    GetFullMarketQuoteResponse,
    GetFullMarketQuoteResponseV3,
    GetGttOrderResponse,
    GetHistoricalCandleResponse,
    GetHoldingsResponse,
    GetHolidayResponse,
    GetIntraDayCandleResponse,
    GetMarketQuoteLastTradedPriceResponse,
    GetMarketQuoteLastTradedPriceResponseV3,
    GetMarketQuoteOHLCResponse,
    GetMarketQuoteOHLCResponseV3,
    GetMarketQuoteOptionGreekResponseV3,
    GetMarketStatusResponse,
    GetMutualFundHoldingsResponse,
    GetMutualFundOrderDetailsResponse,
    GetMutualFundOrdersResponse,
    GetMutualFundSipsResponse,
    GetNewsResponse,
    GetOptionChainResponse,
    GetOptionContractResponse,
    GetOrderBookResponse,
    GetOrderDetailsResponse,
    GetOrderResponse,
    GetPositionResponse,
    GetProfileResponse,
    GetProfitAndLossChargesResponse,
    GetTradeResponse,
    GetTradeWiseProfitAndLossDataResponse,
    GetTradeWiseProfitAndLossMetaDataResponse,
    GetUserFundMarginResponse,
    GetUserFundMarginV3Response,
    GttCancelOrderRequest,
    GttModifyOrderRequest,
    GttPlaceOrderRequest,
    GttRule,
    GttTriggerOrderResponse,
    IncomeStatementResponse,
    IndieUserInitTokenResponse,
    IndieUserTokenRequest,
    InitiatePayoutRequest,
    InstitutionalActivityResponse,
    Instrument,
    IpoApplyRequest,
    IpoApplyResponse,
    IpoBidRequest,
    IpoCancelResponse,
    IpoDetailsResponse,
    IpoListingResponse,
    IpoOrderDetailResponse,
    IpoOrderResponse,
    KeyRatiosResponse,
    KillSwitchResponse,
    KillSwitchSegmentUpdateRequest,
    LogoutResponse,
    MarginRequest,
    MaxPainResponse,
    ModifyOrderRequest,
    ModifyOrderResponse,
    ModifyOrderV3Response,
    ModifyPayoutRequest,
    MtfSmartlistResponse,
    MultiOrderRequest,
    MultiOrderResponse,
    OiResponse,
    OrderBookData,
    PaymentHistoryResponse,
    PayoutDetailsResponse,
    PayoutModesResponse,
    PcrResponse,
    PlaceOrderRequest,
    PlaceOrderResponse,
    PlaceOrderV3Request,
    PlaceOrderV3Response,
    PostMarginResponse,
    ProfileData,
    SearchInstrumentResponse,
    ShareHoldingsResponse,
    SmartlistResponse,
    TokenResponse,
    TradeHistoryResponse,
    UpdateUserIpRequest,
    UserFundMarginData,
    UserIpResponse,
    WebsocketAuthRedirectResponse,
)
from upstox_client.aio import (
    ApiClient,
    ChargeApi,
    ExpiredInstrumentApi,
    FundamentalsApi,
    HistoryApi,
    HistoryV3Api,
    InstrumentsApi,
    IpoApi,
    LoginApi,
    MarketApi,
    MarketHolidaysAndTimingsApi,
    MarketQuoteApi,
    MarketQuoteV3Api,
    MutualFundApi,
    NewsApi,
    OptionsApi,
    OrderApi,
    OrderApiV3,
    PortfolioApi,
    PostTradeApi,
    TradeProfitAndLossApi,
    UserApi,
    WebsocketApi,
)
from upstox_client.rest import Headers, RESTResponse

NHPC = "NSE_EQ|INE848E01016"
RELIANCE = "NSE_EQ|INE002A01018"
NIFTY = "NSE_INDEX|Nifty 50"
ISIN = "INE002A01018"
DAY = datetime.date(2026, 10, 16)
PLAIN: dict[str, Any] = {"as": "the wire has it"}


async def login(api: LoginApi) -> None:
    await api.authorize("client-id", "https://x.test/cb", state="s")
    assert_type(await api.authorize.with_http_info("client-id", "https://x.test/cb"), tuple[None, int, Headers])
    assert_type(await api.token(code="c", client_id="i", client_secret="s", redirect_uri="r"), TokenResponse)
    assert_type(await api.logout(), LogoutResponse)
    assert_type(
        await api.init_token_request_for_indie_user(IndieUserTokenRequest(client_secret="s"), "client-id"),
        IndieUserInitTokenResponse,
    )


async def user(api: UserApi) -> None:
    assert_type(await api.get_profile(), GetProfileResponse)
    assert_type((await api.get_profile("2.0")).data, ProfileData | None)
    assert_type(await api.get_user_fund_margin(segment="SEC"), GetUserFundMarginResponse)
    assert_type(await api.get_user_fund_margin_v3(), GetUserFundMarginV3Response)
    assert_type(await api.get_kill_switch(), KillSwitchResponse)
    assert_type(
        await api.update_kill_switch([KillSwitchSegmentUpdateRequest(segment="NSE_EQ", action="ENABLE")]),
        KillSwitchResponse,
    )
    assert_type(await api.get_user_ips(), UserIpResponse)
    assert_type(await api.update_user_ip(UpdateUserIpRequest(primary_ip="203.0.113.7")), UserIpResponse)
    assert_type(await api.get_payin_history(), PaymentHistoryResponse)
    assert_type(await api.get_payout_history(), PaymentHistoryResponse)
    assert_type(await api.get_payout_modes(), PayoutModesResponse)
    assert_type(await api.initiate_payout(InitiatePayoutRequest(amount=1000, mode="NEFT")), PayoutDetailsResponse)
    assert_type(await api.modify_payout(ModifyPayoutRequest(amount=500), "T1"), PayoutDetailsResponse)
    assert_type(await api.cancel_payout("T1"), PayoutDetailsResponse)


async def user_data(api: UserApi) -> None:
    funds = (await api.get_user_fund_margin()).data
    if funds is not None:
        assert_type(funds["equity"], UserFundMarginData)
        assert_type(funds.equity.available_margin, float | None)


async def charges(api: ChargeApi) -> None:
    assert_type(await api.get_brokerage(NHPC, 10, "D", "BUY", 13.7), GetBrokerageResponse)
    assert_type(
        await api.post_margin(
            MarginRequest([Instrument(instrument_key=NHPC, quantity=1, product="D", transaction_type="BUY")])
        ),
        PostMarginResponse,
    )
    assert_type(await api.post_margin({"instruments": [PLAIN]}), PostMarginResponse)


async def orders(api: OrderApi) -> None:
    order = PlaceOrderRequest(
        quantity=1, product="D", validity="DAY", price=0, instrument_token=NHPC, order_type="MARKET",
        transaction_type="BUY", disclosed_quantity=0, trigger_price=0, is_amo=False,
    )  # fmt: skip
    line = MultiOrderRequest(
        quantity=1, product="D", validity="DAY", price=0, instrument_token=NHPC, order_type="MARKET",
        transaction_type="BUY", disclosed_quantity=0, trigger_price=0, is_amo=False, slice=False, correlation_id="1",
    )  # fmt: skip
    change = ModifyOrderRequest(
        validity="DAY", price=14, order_id="240108010445130", order_type="LIMIT", trigger_price=0
    )
    assert_type(await api.place_order(order, "2.0"), PlaceOrderResponse)
    assert_type(await api.place_order(PLAIN, api_version="2.0", algo_name="momentum"), PlaceOrderResponse)
    assert_type(await api.modify_order(change, "2.0"), ModifyOrderResponse)
    assert_type(await api.cancel_order("240108010445130", "2.0"), CancelOrderResponse)
    assert_type(await api.place_multi_order([line, line]), MultiOrderResponse)
    assert_type(await api.place_multi_order([PLAIN, line]), MultiOrderResponse)
    assert_type(await api.cancel_multi_order(tag="t", segment="NSE_EQ"), CancelOrExitMultiOrderResponse)
    assert_type(await api.exit_positions(segment="MCX_FO"), CancelOrExitMultiOrderResponse)
    assert_type(await api.get_order_book("2.0"), GetOrderBookResponse)
    assert_type((await api.get_order_book()).data, list[OrderBookData] | None)
    assert_type(await api.get_order_status(order_id="240108010445130"), GetOrderDetailsResponse)
    assert_type(await api.get_order_details("2.0", tag="t"), GetOrderResponse)
    assert_type(await api.get_trade_history("2.0"), GetTradeResponse)
    assert_type(await api.get_trades_by_order("240108010445130", "2.0"), GetTradeResponse)


async def orders_v3(api: OrderApiV3) -> None:
    order = PlaceOrderV3Request(
        quantity=4000, product="D", validity="DAY", price=13.5, tag="t", slice=True, instrument_token=NHPC,
        order_type="LIMIT", transaction_type="SELL", disclosed_quantity=0, trigger_price=0, is_amo=False,
    )  # fmt: skip
    change = ModifyOrderRequest(
        validity="DAY", price=14, order_id="240108010445130", order_type="LIMIT", trigger_price=0
    )
    rule = GttRule(strategy="ENTRY", trigger_type="ABOVE", trigger_price=13)
    waiting = GttPlaceOrderRequest(
        type="SINGLE", quantity=1, product="D", rules=[rule], instrument_token=NHPC, transaction_type="BUY"
    )
    changed = GttModifyOrderRequest(type="SINGLE", quantity=2, rules=[rule], gtt_order_id="GTT-1")
    placed = await api.place_order(order, origin="desk", algo_name="momentum")
    assert_type(placed, PlaceOrderV3Response)
    if placed.data is not None:
        assert_type(placed.data.order_ids, list[str] | None)
    assert_type(await api.modify_order(change), ModifyOrderV3Response)
    assert_type(await api.cancel_order("240108010445130"), CancelOrderV3Response)
    assert_type(await api.place_gtt_order(waiting), GttTriggerOrderResponse)
    assert_type(await api.modify_gtt_order(changed), GttTriggerOrderResponse)
    assert_type(await api.cancel_gtt_order(GttCancelOrderRequest("GTT-1")), GttTriggerOrderResponse)
    assert_type(await api.get_gtt_order_details(gtt_order_id="GTT-1"), GetGttOrderResponse)


async def portfolio(api: PortfolioApi) -> None:
    conversion = ConvertPositionRequest(
        instrument_token=NHPC, new_product="D", old_product="I", transaction_type="BUY", quantity=1
    )
    assert_type(await api.get_positions("2.0"), GetPositionResponse)
    assert_type(await api.get_mtf_positions(), GetPositionResponse)
    assert_type(await api.convert_positions(conversion, "2.0"), ConvertPositionResponse)
    assert_type(await api.get_holdings("2.0"), GetHoldingsResponse)


async def reports(trades: PostTradeApi, profit: TradeProfitAndLossApi) -> None:
    assert_type(await trades.get_trades_by_date_range("2025-04-01", DAY, 1, 100, segment="EQ"), TradeHistoryResponse)
    assert_type(
        await profit.get_trade_wise_profit_and_loss_meta_data("EQ", "2526", "2.0"),
        GetTradeWiseProfitAndLossMetaDataResponse,
    )
    assert_type(
        await profit.get_trade_wise_profit_and_loss_data("FO", "2526", 1, 100, "2.0", from_date="01-04-2025"),
        GetTradeWiseProfitAndLossDataResponse,
    )
    assert_type(await profit.get_profit_and_loss_charges("COM", "2526", "2.0"), GetProfitAndLossChargesResponse)


async def quotes(older: MarketQuoteApi, api: MarketQuoteV3Api) -> None:
    assert_type(await older.get_full_market_quote(NHPC, "2.0"), GetFullMarketQuoteResponse)
    assert_type(await older.get_market_quote_ohlc([NHPC, RELIANCE], "1d", "2.0"), GetMarketQuoteOHLCResponse)
    assert_type(await older.ltp(f"{NHPC},{RELIANCE}", "2.0"), GetMarketQuoteLastTradedPriceResponse)
    assert_type(await api.get_full_market_quote_v3(instrument_key=(NHPC, RELIANCE)), GetFullMarketQuoteResponseV3)
    assert_type(await api.get_ltp(instrument_key=NHPC), GetMarketQuoteLastTradedPriceResponseV3)
    assert_type(await api.get_market_quote_ohlc("I1", instrument_key=NHPC), GetMarketQuoteOHLCResponseV3)
    assert_type(await api.get_market_quote_option_greek(instrument_key=NHPC), GetMarketQuoteOptionGreekResponseV3)


async def candles(older: HistoryApi, api: HistoryV3Api) -> None:
    assert_type(await older.get_historical_candle_data(NHPC, "day", "2026-10-16", "2.0"), GetHistoricalCandleResponse)
    assert_type(await older.get_historical_candle_data1(NHPC, "1minute", DAY, DAY, "2.0"), GetHistoricalCandleResponse)
    assert_type(await older.get_intra_day_candle_data(NHPC, "30minute", "2.0"), GetIntraDayCandleResponse)
    assert_type(await api.get_historical_candle_data(NHPC, "hours", 4, DAY), GetHistoricalCandleResponse)
    assert_type(
        await api.get_historical_candle_data1(NHPC, "minutes", 15, DAY, "2026-10-01"), GetHistoricalCandleResponse
    )
    assert_type(await api.get_intra_day_candle_data(NHPC, "minutes", 5), GetIntraDayCandleResponse)


async def options(api: OptionsApi) -> None:
    assert_type(await api.get_option_contracts(NIFTY, expiry_date=DAY), GetOptionContractResponse)
    assert_type(await api.get_put_call_option_chain(NIFTY, "2026-10-29"), GetOptionChainResponse)


async def instruments(api: InstrumentsApi, expired: ExpiredInstrumentApi) -> None:
    assert_type(await api.search_instrument("nifty", exchanges=["NSE", "BSE"], records=30), SearchInstrumentResponse)
    assert_type(await expired.get_expiries(NIFTY), GetExpiriesResponse)
    assert_type(await expired.get_expired_option_contracts(NIFTY, DAY), GetOptionContractResponse)
    assert_type(await expired.get_expired_future_contracts(NIFTY, DAY), GetExpiredFuturesContractResponse)
    assert_type(
        await expired.get_expired_historical_candle_data("NSE_FO|54452|24-04-2025", "5minute", DAY, DAY),
        GetHistoricalCandleResponse,
    )


async def market(api: MarketApi) -> None:
    assert_type(await api.get_oi_data(NIFTY, DAY, DAY), OiResponse)
    assert_type(await api.get_change_oi_data(NIFTY, DAY, DAY, 1), ChangeOiResponse)
    assert_type(await api.get_pcr_data(NIFTY, DAY, DAY, 15), PcrResponse)
    assert_type(await api.get_max_pain_data(NIFTY, DAY, DAY, 15), MaxPainResponse)
    assert_type(await api.get_fii_data("NSE_FO|INDEX_FUTURES", "1D", _from=DAY), InstitutionalActivityResponse)
    assert_type(await api.get_dii_data("NSE_EQ|CASH", "1M"), InstitutionalActivityResponse)
    assert_type(await api.get_smartlist_futures(asset_type="INDEX", category="MOST_ACTIVE"), SmartlistResponse)
    assert_type(await api.get_smartlist_options(asset_type="STOCK", category="OI_GAINERS"), SmartlistResponse)
    assert_type(await api.get_smartlist_mtf(page_number=1, page_size=50), MtfSmartlistResponse)


async def timings(api: MarketHolidaysAndTimingsApi) -> None:
    assert_type(await api.get_exchange_timings(DAY), GetExchangeTimingResponse)
    assert_type(await api.get_holiday("2026-10-02"), GetHolidayResponse)
    assert_type(await api.get_holidays(), GetHolidayResponse)
    assert_type(await api.get_market_status("NSE"), GetMarketStatusResponse)


async def companies(api: FundamentalsApi) -> None:
    assert_type(await api.get_company_profile(ISIN), CompanyProfileResponse)
    assert_type(await api.get_balance_sheet(ISIN, type="standalone", fs=True), BalanceSheetResponse)
    assert_type(await api.get_cash_flow(ISIN, type="consolidated"), CashFlowResponse)
    assert_type(await api.get_income_statement(ISIN, time_period="quarterly"), IncomeStatementResponse)
    assert_type(await api.get_key_ratios(ISIN), KeyRatiosResponse)
    assert_type(await api.get_share_holdings(ISIN), ShareHoldingsResponse)
    assert_type(await api.get_corporate_actions(ISIN), CorporateActionsResponse)
    assert_type(await api.get_competitors(RELIANCE), CompetitorsResponse)


async def news(api: NewsApi) -> None:
    assert_type(await api.get_news("instrument_keys", instrument_keys=[NHPC], page_size=10), GetNewsResponse)


async def ipos(api: IpoApi) -> None:
    assert_type(await api.get_ipo_listing(status="open", issue_type="sme"), IpoListingResponse)
    assert_type(await api.get_ipo_details("ipo-1"), IpoDetailsResponse)
    assert_type(
        await api.apply_for_ipo(IpoApplyRequest("ipo-1", "upi@bank", "IND", [IpoBidRequest(quantity=10, price=100)])),
        IpoApplyResponse,
    )
    assert_type(await api.get_ipo_orders(page_number=1, records=10), IpoOrderResponse)
    assert_type(await api.get_ipo_order_by_id("1"), IpoOrderDetailResponse)
    assert_type(await api.cancel_ipo_order("1"), IpoCancelResponse)


async def funds(api: MutualFundApi) -> None:
    assert_type(await api.get_mutual_fund_holdings(), GetMutualFundHoldingsResponse)
    assert_type(await api.get_mutual_fund_orders(status="ALL", transaction_type="BUY"), GetMutualFundOrdersResponse)
    assert_type(await api.get_mutual_fund_order("1"), GetMutualFundOrderDetailsResponse)
    assert_type(await api.get_mutual_fund_sips(page_number=1), GetMutualFundSipsResponse)


async def feeds(api: WebsocketApi) -> None:
    await api.get_market_data_feed("2.0")
    assert_type(await api.get_market_data_feed.with_http_info("2.0"), tuple[None, int, Headers])
    await api.get_market_data_feed_v3()
    assert_type(await api.get_market_data_feed_v3.with_http_info(), tuple[None, int, Headers])
    await api.get_portfolio_stream_feed("2.0")
    assert_type(await api.get_portfolio_stream_feed.with_http_info("2.0"), tuple[None, int, Headers])
    assert_type(await api.get_market_data_feed_authorize("2.0"), WebsocketAuthRedirectResponse)
    assert_type(await api.get_market_data_feed_authorize_v3(), WebsocketAuthRedirectResponse)
    assert_type(
        await api.get_portfolio_stream_feed_authorize("2.0", order_update=True, gtt_order_update=True),
        WebsocketAuthRedirectResponse,
    )


# What every call has besides its parameters


async def variants(api: UserApi) -> None:
    assert_type(await api.get_profile(_request_timeout=3), GetProfileResponse)
    assert_type(await api.get_profile(api_version="2.0", _request_timeout=(1, 2.5)), GetProfileResponse)
    assert_type(await api.get_profile.with_http_info("2.0"), tuple[GetProfileResponse, int, Headers])
    assert_type(await api.get_profile.raw(), RESTResponse)
    assert_type(await api.modify_payout.raw(PLAIN, "T1"), RESTResponse)


# A program


async def program(side: Literal["BUY", "SELL"]) -> None:
    async with ApiClient(Configuration(sandbox=True)) as client:
        await client.warm_up()
        quote = (await MarketQuoteV3Api(client).get_ltp(instrument_key=NHPC)).data
        price = quote[NHPC].last_price if quote else None
        assert_type(price, float | None)
        answer = await OrderApiV3(client).place_order(
            PlaceOrderV3Request(
                quantity=1, product="D", validity="DAY", price=price or 0, instrument_token=NHPC, order_type="LIMIT",
                transaction_type=side, disclosed_quantity=0, trigger_price=0, is_amo=False,
            )
        )  # fmt: skip
        assert_type(answer.data.order_ids if answer.data else None, list[str] | None)
