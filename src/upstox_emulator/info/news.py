"""News of the last seven days, that say what has happened in the market, in the books and in the boardrooms.

https://upstox.com/developer/api-documentation/get-news
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

import msgspec

from upstox_emulator.calendar import Calendar
from upstox_emulator.catalog.catalog import Catalog
from upstox_emulator.catalog.instrument import EXCHANGE_OF_SEGMENT, Instrument
from upstox_emulator.clock import IST
from upstox_emulator.info.actions import Action, actions_of
from upstox_emulator.info.chance import fraction, number, pick, whole
from upstox_emulator.info.companies import Companies, Company
from upstox_emulator.info.fundamentals import Fundamentals
from upstox_emulator.info.periods import DAY, Quarter, latest_quarter, published_on
from upstox_emulator.market.view import Candle, MarketView
from upstox_emulator.units import PER_RUPEE

_KEPT: Final = 7 * DAY
_NOTEWORTHY: Final = 0.012  # of a share's price; whatever an index does is told
_TOLD_AFTER: Final = dt.timedelta(minutes=12)
_QUIET_DAYS: Final = 0.75  # the part of the days without a story of no consequence

_STORIES: Final = (
    ("{name} in focus as the sector is watched", "The outlook for {sector} is on the minds of investors this week."),
    ("{name}: what the charts say", "Traders look at the levels at which the share has turned before."),
    ("Brokerages keep their views on {name}", "Analysts see the company in line with its peers in {sector}."),
    (
        "{name} to meet analysts and investors",
        "The management is going to talk about the plans for the coming quarters.",
    ),
)


class Article(msgspec.Struct, frozen=True):
    """An article."""

    heading: str
    summary: str
    published: dt.datetime

    def row(self) -> dict[str, Any]:
        """As the endpoint shows it."""
        slug = re.sub(r"[^a-z0-9]+", "-", self.heading.lower()).strip("-")[:60]
        count = number(self.heading, int(self.published.timestamp())) % 900_000 + 100_000
        return {
            "heading": self.heading,
            "summary": self.summary,
            "thumbnail": f"https://assets.upstox.com/content/assets/images/news/{slug}.webp",
            "article_link": f"https://upstox.com/news/market-news/latest-updates/{slug}/article-{count}/",
            "published_time": int(self.published.timestamp() * 1000),
        }


class News:
    """All that is written.

    Parameters:
        seed: what is not known otherwise follows from it.
    """

    def __init__(
        self,
        seed: int,
        catalog: Catalog,
        market: MarketView,
        calendar: Calendar,
        companies: Companies,
        fundamentals: Fundamentals,
    ) -> None:
        self._seed = seed
        self._catalog = catalog
        self._market = market
        self._calendar = calendar
        self._companies = companies
        self._fundamentals = fundamentals

    def of(self, instruments: Sequence[Instrument], at: dt.datetime) -> list[tuple[str, Article]]:
        """The articles about instruments with the keys they were asked for by, newest first."""
        found = [
            (instrument.key, article)
            for instrument in instruments
            for article in self._about(self._underlying(instrument, at.date()), at)
        ]
        return sorted(found, key=lambda pair: pair[1].published, reverse=True)

    def _underlying(self, instrument: Instrument, day: dt.date) -> Instrument:
        """What a contract is on in the end."""
        while instrument.underlying is not None:
            below = self._catalog.find(instrument.underlying, day)
            if below is None:
                break
            instrument = below
        return instrument

    def _about(self, instrument: Instrument, at: dt.datetime) -> Iterator[Article]:
        company = self._companies.find(instrument.isin or "")
        articles = [*self._moves(instrument, at, company)]
        if company is not None:
            articles += self._announcements(company, at)
            articles += self._stories(company, at)
        return (article for article in articles if at - _KEPT < article.published <= at)

    def _moves(self, instrument: Instrument, at: dt.datetime, company: Company | None) -> Iterator[Article]:
        """What the price did in a session, told when it is over."""
        exchange = EXCHANGE_OF_SEGMENT[instrument.segment]
        candles = self._days(instrument.key, at)
        for before, candle in pairwise(candles):
            session = self._calendar.session(exchange, _date(candle))
            move = candle.close / before.close - 1
            if session is None or (company is not None and abs(move) < _NOTEWORTHY):
                continue
            name = instrument.name if company is None else company.name
            word = "gain" if move > 0 else "fall"
            yield Article(
                f"{name} {word}s {abs(move):.1%} to {candle.close / PER_RUPEE:,.2f}",
                f"It traded between {candle.low / PER_RUPEE:,.2f} and {candle.high / PER_RUPEE:,.2f}, "
                f"after {before.close / PER_RUPEE:,.2f} the session before.",
                session.close + _TOLD_AFTER,
            )

    def _days(self, key: str, at: dt.datetime) -> list[Candle]:
        today = at.date()
        return self._market.days(key, today - 16 * DAY, today, at.timestamp())

    def _announcements(self, company: Company, at: dt.datetime) -> Iterator[Article]:
        """Results, and what the shareholders get."""
        for quarter in (latest_quarter(at.date()), latest_quarter(at.date()).before):
            day = published_on(self._calendar, self._seed, company.isin, quarter)
            if at.date() - _KEPT <= day <= at.date():
                yield self._results(company, quarter, day)
        for action in actions_of(self._seed, self._calendar, company, at.year):
            if at.date() - _KEPT <= action.announced <= at.date():
                yield _announced(company, action)

    def _results(self, company: Company, quarter: Quarter, day: dt.date) -> Article:
        told = self._fundamentals.statements(company, day, standalone=False).income(quarterly=True, full=False)
        revenue, _, profit = (row["history"][0] for row in told["income_statement"])
        return Article(
            f"{company.name} results for the quarter to {quarter.label}: net profit at Rs {profit['value']:,} crore",
            f"Revenue was Rs {revenue['value']:,} crore, {revenue['change']} from the quarter before; the net profit "
            f"changed by {profit['change']}.",
            _at(day, 16, whole(0, 59, self._seed, company.isin, "results")),
        )

    def _stories(self, company: Company, at: dt.datetime) -> Iterator[Article]:
        for back in range(8):
            day = at.date() - back * DAY
            names = (self._seed, company.isin, day.toordinal())
            if fraction(*names, "story") < _QUIET_DAYS:
                continue
            heading, summary = pick(_STORIES, *names, "what")
            words = {"name": company.name, "sector": company.sector}
            moment = _at(day, whole(7, 14, *names, "hour"), whole(0, 59, *names, "minute"))
            yield Article(heading.format(**words), summary.format(**words), moment)


def _announced(company: Company, action: Action) -> Article:
    what = action.details["Details"]
    return Article(
        f"{company.name} announces {action.name.lower()}: {what}",
        f"The shares trade without it from {action.ex:%d %B %Y} on.",
        _at(action.announced, 17, 30),
    )


def _at(day: dt.date, hour: int, minute: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), IST)


def _date(candle: Candle) -> dt.date:
    return dt.datetime.fromtimestamp(candle.at, IST).date()
