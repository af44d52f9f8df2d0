"""Positions, holdings, trades, reports and squaring off, in both colours."""

from __future__ import annotations

import datetime as dt
import json
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from support.colours import FakeTransport, local, ok
from trading.floor import RELIANCE, Floor, cache_folder, floor, running
from upstox_client import ServerError
from upstox_client.api.portfolio_api import PortfolioOperations
from upstox_client.models.portfolio import GetHoldingsResponse, GetPositionResponse, PositionData
from upstox_client.models.reports import GetProfitAndLossChargesResponse, GetTradeWiseProfitAndLossDataResponse
from upstox_client.models.websocket import PositionUpdate
from upstox_client.trading import AsyncUpstox, IllegalOrderError, Upstox
from upstox_client.trading.moments import IST
from upstox_client.trading.portfolio import Holdings, Positions, holding_of, position_of, position_of_update
from upstox_client.trading.reports import (
    PAGE,
    Report,
    Trades,
    closed_trade_of,
    financial_year,
    past_trade_of,
    report_charges,
)

__all__ = ["cache_folder", "floor", "running"]

SAMPLES = Path(__file__).parents[1] / "samples" / "trading"


def sample(name: str) -> Any:
    """A documented answer."""
    return json.loads((SAMPLES / f"{name}.json").read_text())


def next_days(floor: Floor, days: int) -> None:
    """Let days pass; tokens die in the night."""
    floor.emulator.clock.advance(days * 24 * 3600)
    floor.up.configuration.access_token = floor.emulator.issue_token("access")


def test_positions(floor: Floor) -> None:
    up = floor.up
    for name, quantity, product in (("RELIANCE", 10, "intraday"), ("INFY", 5, "delivery")):
        floor.do(floor.do(up.buy, name, quantity, product=product).wait, timeout=5)
    floor.emulator.market.set_price("RELIANCE", 1510.0)
    positions = floor.read(up, "positions")
    row = positions["RELIANCE"]
    assert positions[up.listing.book.find("RELIANCE")] is row
    assert positions["nse_eq|INE002A01018"] is row
    assert (row.quantity, row.average_price, row.last_price, row.value) == (10, 1500.1, 1510.0, 15_100.0)
    assert (row.unrealised, row.realised, row.pnl, row.day_pnl, row.product) == (99.0, 0.0, 99.0, 99.0, "I")
    assert (len(positions), len(positions.open)) == (2, 2)
    assert positions.pnl == positions.total("pnl") == round(sum(one.pnl for one in positions), 2)
    assert positions.unrealised == positions.pnl
    assert positions.realised == 0
    assert list(positions.columns()) == list(positions.shown)
    assert positions.to_pandas().shape == (2, len(positions.shown))
    assert positions.to_polars()["pnl"].sum() == pytest.approx(positions.pnl)
    assert "2 open of 2 positions" in repr(positions)
    assert [one.symbol for one in positions[:1]] == [positions[0].symbol]
    with pytest.raises(KeyError):
        positions["TCS"]
    positions.mark({"RELIANCE": 1520.1, "NSE_EQ|nobody": 1.0})
    assert (positions["RELIANCE"].pnl, row.pnl) == (200.0, 99.0)


def test_a_position_of_two_products(floor: Floor) -> None:
    for product in ("intraday", "delivery"):
        floor.do(floor.do(floor.up.buy, "RELIANCE", 10, product=product).wait, timeout=5)
    positions = floor.read(floor.up, "positions")
    assert {row.product for row in positions.of("RELIANCE")} == {"D", "I"}
    with pytest.raises(LookupError, match=r"there are 2 of RELIANCE; of\('RELIANCE'\) gives all"):
        positions["RELIANCE"]


def test_positions_that_keep_themselves_current(floor: Floor) -> None:
    up = floor.up
    floor.do(floor.do(up.buy, "RELIANCE", 10, product="intraday").wait, timeout=5)
    floor.do(up.live)
    positions = floor.read(up, "positions")
    heard: list[Any] = []
    positions.on_update(heard.append)
    order = floor.do(up.sell, "RELIANCE", 4, product="intraday")
    floor.do(order.wait, timeout=5)
    other = floor.do(up.buy, "INFY", 2, product="intraday")
    floor.do(other.wait, timeout=5)
    floor.until(lambda: any(one.symbol == "INFY" for one in heard))
    assert positions["RELIANCE"].quantity == 6
    assert positions["RELIANCE"].realised == pytest.approx(4 * (1499.9 - 1500.1), abs=1)
    assert (positions["INFY"].quantity, positions["INFY"].symbol) == (2, "INFY")
    assert {one.symbol for one in heard} == {"RELIANCE", "INFY"}


def test_the_documented_positions() -> None:
    rows = msgspec.convert(sample("positions"), GetPositionResponse).data or []
    positions = Positions([position_of(row) for row in rows])
    option = positions[0]
    assert (option.quantity, option.average_price, option.unrealised) == (15, 2.65, -13.5)
    assert option.day_pnl == round(15 * (1.75 - 1.95), 2)
    share = positions["FCONSUMER"]
    assert (share.average_price, share.pnl) == (0.8, 0.01)  # it comes without an average
    currency = positions[3]
    assert (currency.multiplier, currency.value, currency.unrealised) == (1000.0, 2.5, -2.5)
    closed = positions["SBIN"]
    assert (closed.is_open, closed.realised, closed.pnl, closed.day_pnl) == (False, 0.45, 0.45, 0.45)


def test_an_update_of_the_stream() -> None:
    update = PositionUpdate(
        instrument_token="NSE_EQ|INE848E01016", average_price=0, quantity=2, product="D", buy_price=92.925,
        day_buy_quantity=2, day_buy_value=185.85, exchange="NSE_EQ", multiplier=1.0,
    )  # fmt: skip
    one = position_of_update(update, "NHPC", None)
    assert (one.average_price, one.last_price, one.realised, one.pnl) == (92.925, 92.925, 0.0, 0.0)
    short = position_of_update(
        PositionUpdate(quantity=-2, buy_price=90.0, sell_price=95.0, day_buy_quantity=3, day_sell_quantity=5), "X", one
    )
    assert (short.average_price, short.realised, short.last_price, short.exchange) == (95.0, 15.0, 92.925, "NSE_EQ")


def test_holdings() -> None:
    rows = msgspec.convert(sample("holdings"), GetHoldingsResponse).data or []
    holdings = Holdings([holding_of(row) for row in rows])
    yes = holdings["YESBANK"]
    assert (yes.quantity, yes.invested, yes.value, yes.pnl, yes.pnl_percent) == (36, 675.0, 613.8, -61.2, -9.07)
    assert holdings["RELINFRA"].day_change == 5.65
    assert (holdings.invested, holdings.value, holdings.pnl, holdings.day_change) == (867.55, 788.65, -78.9, 5.65)
    assert sum(holdings.weights().values()) == pytest.approx(1)
    assert repr(holdings) == "<2 holdings worth 788.65 rupees, -78.90>"
    assert holdings.to_dicts()[0]["pnl_percent"] == -9.07
    assert Holdings([]).weights() == {}
    assert holding_of(msgspec.convert({}, type(rows[0]))).pnl_percent is None


def test_what_was_bought_yesterday_is_held(floor: Floor) -> None:
    assert len(floor.read(floor.up, "holdings")) == 0
    floor.do(floor.do(floor.up.buy, "RELIANCE", 10).wait, timeout=5)
    next_days(floor, 1)
    (held,) = floor.read(floor.up, "holdings")
    assert (held.symbol, held.quantity + held.arriving, held.average_price) == ("RELIANCE", 10, 1500.1)


def test_a_picture_of_what_was_made(floor: Floor, tmp_path: Path) -> None:
    floor.do(floor.do(floor.up.buy, "RELIANCE", 10).wait, timeout=5)
    floor.emulator.market.set_price("RELIANCE", 1510.0)
    floor.read(floor.up, "positions").plot(tmp_path / "pnl.png")
    assert (tmp_path / "pnl.png").read_bytes().startswith(b"\x89PNG")


def test_trades_of_today(floor: Floor) -> None:
    up = floor.up
    for name in ("RELIANCE", "INFY"):
        floor.do(floor.do(up.buy, name, 2).wait, timeout=5)
    trades = floor.do(up.trades)
    assert [(trade.symbol.partition("-")[0], trade.side, trade.quantity) for trade in trades] == [
        ("RELIANCE", "BUY", 2), ("INFY", "BUY", 2),
    ]  # fmt: skip
    assert trades[0].time == dt.datetime(2026, 11, 23, 10, 0, tzinfo=IST)
    assert (trades.bought, trades.sold) == (trades[0].value + trades[1].value, 0.0)
    assert len(trades[:1]) == 1
    assert repr(trades).startswith("<2 trades, bought 6,0")
    assert len(floor.do(up.trades, "INFY")) == 1


def test_past_trades_and_the_report_of_a_year(floor: Floor) -> None:
    up = floor.up
    floor.do(floor.do(up.buy, "RELIANCE", 10, product="intraday").wait, timeout=5)
    floor.do(floor.do(up.sell, "RELIANCE", 10, product="intraday").wait, timeout=5)
    next_days(floor, 2)
    past = floor.do(up.past_trades, "2026-11-20")
    assert {trade.symbol for trade in past} == {"RELIANCE"}
    assert [sum(one.quantity for one in past if one.side == side) for side in ("BUY", "SELL")] == [10, 10]
    assert len(floor.do(up.past_trades, "2026-11-20", "2026-11-21", segment="EQ")) == 0
    report = floor.do(up.report)
    assert (report.segment, report.year) == ("EQ", "2627")
    assert report.pnl == sum(row.pnl for row in report) == pytest.approx(10 * (1499.9 - 1500.1), abs=1.1)
    assert report.net == round(report.pnl - report.charges.total, 2)
    assert report.charges.total > 0
    assert f"{report.net:+,.2f} after charges" in repr(report)
    assert report.to_dicts()[0]["pnl"] == report[0].pnl
    assert len(floor.do(up.report, "FO", "2526")) == 0


def test_the_documented_report() -> None:
    rows = msgspec.convert(sample("report"), GetTradeWiseProfitAndLossDataResponse).data or []
    costs = msgspec.convert(sample("report_charges"), GetProfitAndLossChargesResponse).data
    assert costs is not None
    assert costs.charges_breakdown is not None
    report = Report("EQ", "2324", [closed_trade_of(row) for row in rows], report_charges(costs.charges_breakdown))
    assert len(report) == len(rows)
    assert report[0].buy_date is not None
    assert report.charges.total > 0
    empty = closed_trade_of(type(rows[0])())
    assert (empty.buy_date, empty.pnl) == (None, 0.0)
    assert past_trade_of(msgspec.convert({"trade_date": "2023-04-06", "amount": 5.0}, _trade_type())).value == 5.0
    assert repr(Trades([])) == "<0 trades, bought 0.00, sold 0.00 rupees>"


def _trade_type() -> Any:
    from upstox_client.models.reports import TradeHistoryResponseTradeData

    return TradeHistoryResponseTradeData


@pytest.mark.parametrize(
    ("day", "year"), [(dt.date(2026, 3, 31), "2526"), (dt.date(2026, 4, 1), "2627"), (dt.date(2099, 12, 31), "9900")]
)
def test_financial_years(day: dt.date, year: str) -> None:
    assert financial_year(day) == year


def test_pages_are_read_to_the_end(floor: Floor) -> None:
    def page(count: int) -> Any:
        return ok(json.dumps({"status": "success", "data": [{"quantity": 1}] * count}).encode())

    fake = FakeTransport([page(PAGE), page(PAGE), page(3)])
    client = floor.colour.client(local(), fake)
    kind = AsyncUpstox if floor.colour.is_async else Upstox
    up = kind(client=client, assets=client, progress=None)
    assert len(floor.do(up.past_trades, "2026-11-01", "2026-11-20")) == 2 * PAGE + 3
    assert [f"page_number={number}" in request.path for number, request in enumerate(fake.requests, 1)] == [True] * 3


def test_a_position_that_is_told_twice_is_one(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    floor.do(floor.do(floor.up.buy, "RELIANCE", 10).wait, timeout=5)
    monkeypatch.setattr(PortfolioOperations, "get_mtf_positions", PortfolioOperations.get_positions)
    assert [row.quantity for row in floor.read(floor.up, "positions")] == [10]


def test_a_price_brings_no_old_quantity_back() -> None:
    """The stream tells of a trade in the middle of `mark`."""
    positions = Positions([position_of(PositionData(instrument_token="a", product="I", quantity=10))])
    update = PositionUpdate(instrument_token="a", product="I", quantity=25)
    stream = threading.Thread(target=positions.hear, args=(update,))

    class Prices(dict[str, float]):
        def get(self, key: str, default: Any = None) -> Any:
            if stream.ident is None:
                stream.start()
                stream.join(0.1)
            return 5.0

    positions.mark(Prices())
    stream.join()
    assert positions[0].quantity == 25


def test_an_account_without_margin_trading(floor: Floor) -> None:
    floor.emulator.faults.status(400, path="/v3/portfolio/mtf-positions")
    assert len(floor.read(floor.up, "positions")) == 0
    floor.emulator.faults.status(500, path="/v3/portfolio/mtf-positions")
    with pytest.raises(ServerError):
        floor.read(floor.up, "positions")


# Squaring off


def test_everything_but_delivered_shares(floor: Floor) -> None:
    up = floor.up
    for name, terms in (
        ("RELIANCE", {"quantity": 10, "product": "intraday"}),
        ("INFY", {"quantity": 3}),
        ("NIFTY FUT", {"lots": 1, "product": "intraday"}),
    ):
        floor.do(floor.do(up.sell if name == "NIFTY FUT" else up.buy, name, **terms).wait, timeout=5)
    stop = floor.do(up.sell, "RELIANCE", 10, stop=1450, product="intraday")
    basket = floor.do(up.square_off)
    assert [(line.ticket.side, line.ticket.instrument.symbol) for line in basket.lines] == [
        ("SELL", "RELIANCE"), ("BUY", "NIFTY FUT 24 NOV 26"),
    ]  # fmt: skip
    for order in basket.orders:
        floor.do(order.wait, timeout=5)
    assert floor.do(stop.refresh).status == "cancelled"
    assert {row.symbol: row.quantity for row in floor.read(up, "positions").open} == {"INFY": 3}
    assert floor.do(up.square_off).lines == ()
    named = floor.do(up.square_off, "INFY", product="D", cancel_orders=False)
    assert len(named.lines) == 1


def test_of_one_instrument_and_product(floor: Floor) -> None:
    up = floor.up
    for product in ("intraday", "delivery"):
        floor.do(floor.do(up.buy, "RELIANCE", 10, product=product).wait, timeout=5)
    with pytest.raises(IllegalOrderError, match=r"product is one of delivery, .* got 'day'"):
        floor.do(up.square_off, product="day")
    assert {row.product for row in floor.do(up.to_close, "RELIANCE")} == {"D", "I"}
    assert [row.product for row in floor.do(up.to_close)] == ["I"]
    (line,) = floor.do(up.square_off, "RELIANCE", product="intraday").lines
    assert (line.ticket.product, line.ticket.side) == ("I", "SELL")
    (kept,) = floor.read(up, "positions").open
    assert kept.product == "D"


def test_what_opens_while_its_order_is_cancelled_is_closed(floor: Floor) -> None:
    floor.emulator.orders.on(tag="x").race()
    floor.do(floor.up.buy, "RELIANCE", 10, limit=1400, product="intraday", tag="x")
    (line,) = floor.do(floor.up.square_off, "RELIANCE").lines
    assert str(line.ticket) == "SELL 10 RELIANCE at the market, intraday"


def test_from_one_product_to_another(floor: Floor) -> None:
    up = floor.up
    floor.do(floor.do(up.buy, "RELIANCE", 10, product="intraday").wait, timeout=5)
    floor.do(up.convert, "RELIANCE", 10, to="delivery")
    assert [(row.product, row.quantity) for row in floor.read(up, "positions").of(RELIANCE) if row.is_open] == [
        ("D", 10)
    ]
    with pytest.raises(LookupError, match="no open position in RELIANCE with the product I"):
        floor.do(up.convert, "RELIANCE", 10, to="D")
