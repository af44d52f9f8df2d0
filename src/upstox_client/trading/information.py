"""The market around the instruments: when it is open, what is written about them, what stands behind a share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from upstox_client.api.fundamentals_api import FundamentalsOperations
from upstox_client.api.market_holidays_and_timings_api import MarketHolidaysAndTimingsOperations
from upstox_client.api.news_api import NewsOperations
from upstox_client.instruments import Instrument, Name
from upstox_client.models.fundamentals import (
    BalanceSheetData,
    CashFlowData,
    CompanyProfileData,
    CompetitorData,
    CorporateActionData,
    IncomeStatementData,
    KeyRatioData,
    ShareHoldingData,
)
from upstox_client.models.market import Exchange, ExchangeTimingData, HolidayData
from upstox_client.trading.colours import Flow, call, flow, together
from upstox_client.trading.listing import InstrumentFlows
from upstox_client.trading.moments import Moment, as_day, from_ms
from upstox_client.trading.quotes import ByName

_OPEN: Final = frozenset({"NORMAL_OPEN"})
_NEWS_BATCH: Final = 30


class Hours(msgspec.Struct, frozen=True):
    """When an exchange opens and closes, in IST."""

    exchange: str
    opens: dt.datetime
    closes: dt.datetime


class Holiday(msgspec.Struct, frozen=True):
    """A day that is not as others.

    Attributes:
        day: which.
        description: why.
        kind: `TRADING_HOLIDAY`, `SETTLEMENT_HOLIDAY` (trading goes on) or `SPECIAL_TIMING`.
        closed: the exchanges that are closed.
        open: the hours of those that are open all the same.
    """

    day: dt.date
    description: str
    kind: str
    closed: tuple[str, ...]
    open: tuple[Hours, ...]


class MarketStatus(msgspec.Struct, frozen=True):
    """How far an exchange is through its day: `NORMAL_OPEN`, `CLOSING_END`, ...; since when, in IST."""

    exchange: str
    status: str
    since: dt.datetime | None
    closing_auction: str | None

    @property
    def is_open(self) -> bool:
        """Whether the normal session is under way."""
        return self.status in _OPEN


class NewsItem(msgspec.Struct, frozen=True):
    """An article."""

    heading: str
    summary: str
    link: str
    time: dt.datetime | None


class Fundamentals(msgspec.Struct, frozen=True):
    """What stands behind a share."""

    symbol: str
    profile: CompanyProfileData
    ratios: list[KeyRatioData]
    shareholding: list[ShareHoldingData]
    income: IncomeStatementData
    balance_sheet: BalanceSheetData
    cash_flow: CashFlowData
    actions: list[CorporateActionData]
    competitors: list[CompetitorData]


class InformationFlows(InstrumentFlows):
    """Holidays, hours, status, news, fundamentals."""

    @flow
    def holidays(self, day: Moment | None = None) -> Flow[list[Holiday]]:
        """The holidays of the running year, or of one day: an empty list, if it is none.

        https://upstox.com/developer/api-documentation/get-market-holidays
        """
        if day is None:
            answer = yield from call(MarketHolidaysAndTimingsOperations.get_holidays)
        else:
            answer = yield from call(MarketHolidaysAndTimingsOperations.get_holiday, as_day(day))
        return [_holiday(row) for row in answer.data or ()]

    @flow
    def timings(self, day: Moment | None = None) -> Flow[list[Hours]]:
        """When each exchange opens and closes on a day (default: today); nothing on a full holiday.

        https://upstox.com/developer/api-documentation/get-market-timings
        """
        wanted = (yield from InstrumentFlows.now.flow(self)).date() if day is None else as_day(day)
        answer = yield from call(MarketHolidaysAndTimingsOperations.get_exchange_timings, wanted)
        return _hours(answer.data)

    @flow
    def status(self, exchange: Exchange = "NSE") -> Flow[MarketStatus]:
        """Whether an exchange is open: `NSE`, `NFO`, `CDS`, `BSE`, `BFO`, `BCD`, `MCX` or `NSCOM`.

        https://upstox.com/developer/api-documentation/get-market-status
        """
        answer = yield from call(MarketHolidaysAndTimingsOperations.get_market_status, exchange)
        if answer.data is None:
            raise LookupError(f"the server does not say how {exchange} is")
        auction = answer.data.cas_eligible_status
        return MarketStatus(
            answer.data.exchange or exchange,
            answer.data.status or "",
            from_ms(answer.data.last_updated),
            auction.status if auction else None,
        )

    @flow
    def news(self, *names: Name) -> Flow[ByName[list[NewsItem]]]:
        """The articles of the last seven days about instruments, latest first.

        https://upstox.com/developer/api-documentation/get-news
        """
        if not names:
            raise ValueError("name at least one instrument, such as 'RELIANCE'")
        asked: dict[str, Instrument] = {}
        for name in names:
            found = yield from self.instrument.flow(name)
            asked[found.key if isinstance(name, Instrument) else name] = found
        keys = list(dict.fromkeys(one.key for one in asked.values()))
        batches = [keys[place : place + _NEWS_BATCH] for place in range(0, len(keys), _NEWS_BATCH)]
        answers = yield from together(call(NewsOperations.get_news, "instrument_keys", batch) for batch in batches)
        rows: Mapping[str, Any] = {key: items for answer in answers for key, items in (answer.data or {}).items()}
        return ByName(asked, {key: [_article(row) for row in rows.get(key, ())] for key in keys})

    @flow
    def fundamentals(self, name: Name) -> Flow[Fundamentals]:
        """Profile, ratios, shareholding, statements, corporate actions and competitors of a company.

        Raises:
            ValueError: it is no share.

        https://upstox.com/developer/api-documentation/get-company-profile
        """
        one = yield from self.instrument.flow(name)
        if one.isin is None:
            raise ValueError(f"{one} is no share: only companies have fundamentals")
        isin = one.isin

        ask = FundamentalsOperations
        parts: list[Flow[Any]] = [
            call(ask.get_company_profile, isin),
            call(ask.get_key_ratios, isin),
            call(ask.get_share_holdings, isin),
            call(ask.get_income_statement, isin),
            call(ask.get_balance_sheet, isin),
            call(ask.get_cash_flow, isin),
            call(ask.get_corporate_actions, isin),
            call(ask.get_competitors, one.key),
        ]
        data = [answer.data for answer in (yield from together(parts))]
        return Fundamentals(
            symbol=one.symbol,
            profile=data[0] or CompanyProfileData(),
            ratios=data[1] or [],
            shareholding=data[2] or [],
            income=data[3] or IncomeStatementData(),
            balance_sheet=data[4] or BalanceSheetData(),
            cash_flow=data[5] or CashFlowData(),
            actions=data[6] or [],
            competitors=data[7] or [],
        )


def _holiday(row: HolidayData) -> Holiday:
    return Holiday(
        row.date.date() if row.date else dt.date.min,
        row.description or "",
        row.holiday_type or "",
        tuple(row.closed_exchanges or ()),
        tuple(_hours(row.open_exchanges)),
    )


def _hours(rows: list[ExchangeTimingData] | None) -> list[Hours]:
    found = [(row.exchange or "", from_ms(row.start_time), from_ms(row.end_time)) for row in rows or ()]
    return [Hours(exchange, opens, closes) for exchange, opens, closes in found if opens and closes]


def _article(row: Any) -> NewsItem:
    return NewsItem(row.heading or "", row.summary or "", row.article_link or "", from_ms(row.published_time))
