"""Everything that is told beside the prices, from the seed, the day and the market."""

from __future__ import annotations

import datetime as dt

from upstox_emulator.calendar import Calendar
from upstox_emulator.catalog.catalog import Catalog
from upstox_emulator.info.applications import Applications
from upstox_emulator.info.companies import Companies
from upstox_emulator.info.flows import Flows
from upstox_emulator.info.fundamentals import Fundamentals
from upstox_emulator.info.issues import Issues
from upstox_emulator.info.mutual_funds import MutualFunds
from upstox_emulator.info.news import News
from upstox_emulator.info.open_interest import OpenInterest
from upstox_emulator.info.smartlists import Smartlists
from upstox_emulator.market.market import Market
from upstox_emulator.units import rupees

_NIFTY = "NSE_INDEX|Nifty 50"


class Info:
    """What is told. The applications for new shares are state; all else follows.

    Parameters:
        seed: what is not known otherwise follows from it.

    Attributes:
        companies, fundamentals: who they are, and their figures.
        news: what is written. issues, applications: new shares.
        funds: the account's mutual funds. flows: what institutions do.
        open_interest: of option chains. smartlists: sorted lists of contracts.
    """

    def __init__(self, seed: int, catalog: Catalog, market: Market, calendar: Calendar) -> None:
        self._catalog = catalog
        self._market = market
        self._dollar_key = next(one.key for one in catalog.assets if one.symbol == "USDINR")
        self.companies = Companies(seed, catalog.shares)
        self.fundamentals = Fundamentals(seed, self.companies, calendar, self._price, self._dollar)
        self.news = News(seed, catalog, market, calendar, self.companies, self.fundamentals)
        self.issues = Issues(seed, calendar)
        self.applications = Applications(seed, self.issues, calendar)
        self.funds = MutualFunds(seed, calendar, self._level)
        self.flows = Flows(seed, calendar, self._level)
        self.open_interest = OpenInterest(catalog, market, calendar)
        self.smartlists = Smartlists(catalog, market, calendar)

    def _price(self, key: str, at: dt.datetime) -> float:
        return rupees(self._market.last(key, at.timestamp()))

    def _dollar(self, at: dt.datetime) -> float:
        return rupees(self._catalog.spot(self._dollar_key, at.date()))

    def _level(self, day: dt.date) -> float:
        return rupees(self._market.close(_NIFTY, day))
