"""New issues of shares: which there are, and how each goes from its announcement to its listing.

https://upstox.com/developer/api-documentation/get-ipos. Three a week, at all times: an issue follows from the
seed and the week in which its bidding begins.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from typing import Any, Final, Literal, TypeAlias

import msgspec

from upstox_emulator.calendar import Calendar
from upstox_emulator.clock import IST
from upstox_emulator.info.chance import between, number, pick, whole
from upstox_emulator.info.periods import DAY, after_working_days, working_day

Status: TypeAlias = Literal["upcoming", "open", "closed", "listed"]
STATUSES: Final = ("open", "closed", "listed", "upcoming")
TYPES: Final = ("regular", "sme")

_ANNOUNCED: Final = 4  # weeks before the bidding
_REMEMBERED: Final = 26  # weeks after it
_BEGINS: Final = (0, 2, 3)  # days after Monday; the second issue of a week is a small one

_BIDDING_FROM: Final = dt.time(10)
_BIDDING_UNTIL: Final = dt.time(17)
_ALLOTTED_AT: Final = dt.time(18)
_LISTED_AT: Final = dt.time(10)
_BIDDING_DAYS: Final = 3

_FIRST_NAMES: Final = (
    "Aarav", "Anvaya", "Bhumi", "Chetna", "Dhara", "Ekta", "Garima", "Harsha", "Ishan", "Jaya", "Kaveri", "Lakshya",
    "Manas", "Navin", "Ojas", "Pragati", "Rachna", "Sahyadri", "Tejas", "Udaya", "Varun", "Yamuna",
)  # fmt: skip
_TRADES: Final = {
    "Agro": "Fertilizers & Agrochemicals",
    "Auto Components": "Auto Components & Equipments",
    "Cables": "Cables - Electricals",
    "Diagnostics": "Healthcare Service Provider",
    "Engineering": "Industrial Products",
    "Finance": "Non Banking Financial Company (NBFC)",
    "Foods": "Consumer Food",
    "Green Power": "Power Generation",
    "Healthtech": "Healthcare Research, Analytics & Technology",
    "Infra": "Civil Construction",
    "Jewellers": "Diamond & Jewellery",
    "Logistics": "Logistics Solution Provider",
    "Packaging": "Packaging",
    "Pharma": "Pharmaceuticals",
    "Polymers": "Plastic Products - Industrial",
    "Retail": "Speciality Retail",
    "Software": "Computers - Software & Consulting",
    "Textiles": "Garments & Apparels",
    "Ventures": "Diversified",
}
_REGISTRARS: Final = (
    ("NORTH STAR REGISTRY PRIVATE LIMITED", "NORTHSTAR", "Ms. Kavita Rao", "+91-22-40000011"),
    ("COASTLINE SHARE SERVICES LIMITED", "COASTLINE", "Mr. Arun Menon", "+91-44-40000012"),
    ("DECCAN CORPORATE REGISTRY LIMITED", "DECCAN", "Ms. Shalini Reddy", "+91-40-40000013"),
)
INVESTORS: Final = (("IND", "Individual Investor"), ("HNI", "High Net-worth Individual"))
"""The categories that may apply, and what they are called."""


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """An issue of new shares. Prices are whole rupees, `crores` is its size in crore rupees.

    Attributes:
        id: its name as a part of a URL. exchange: `NSE` or `BSE`, where it will be listed.
        lot, minimum: units that are bid for at a time, and at least.
        first, last: the first and the last day of the bidding.
        allotted, listed: the days at which it is known who gets shares, and they begin to trade.
        demand: how many times over it is asked for at the end. gain: of the first price over the issue's.
    """

    id: str
    symbol: str
    name: str
    isin: str
    kind: Literal["regular", "sme"]
    industry: str
    exchange: str
    crores: int
    low: int
    high: int
    face_value: int
    lot: int
    minimum: int
    first: dt.date
    last: dt.date
    allotment_start: dt.date
    allotted: dt.date
    listed: dt.date
    demand: float
    gain: float
    registrar: tuple[str, str, str, str]

    @property
    def units(self) -> int:
        """How many shares there are, in whole lots."""
        return self.crores * 10_000_000 // self.high // self.lot * self.lot

    @property
    def applications_from(self) -> dt.datetime:
        """From then on applications are taken; before the bidding they wait for it."""
        return dt.datetime.combine(self.first - DAY, dt.time(), IST)

    @property
    def bidding_ends(self) -> dt.datetime:
        """The end of the bidding."""
        return dt.datetime.combine(self.last, _BIDDING_UNTIL, IST)

    @property
    def allotted_at(self) -> dt.datetime:
        """When it is known who gets shares."""
        return dt.datetime.combine(self.allotted, _ALLOTTED_AT, IST)

    def next_bidding(self, calendar: Calendar, at: dt.datetime) -> dt.datetime:
        """The first moment from `at` on at which the exchange takes bids."""
        day = max(at.date(), self.first)
        if at.date() == day and at.time() >= _BIDDING_UNTIL:
            day += DAY
        opens = dt.datetime.combine(working_day(calendar, day), _BIDDING_FROM, IST)
        return max(at, opens)

    def status(self, at: dt.datetime) -> Status:
        """What state it is in."""
        if at >= dt.datetime.combine(self.listed, _LISTED_AT, IST):
            return "listed"
        if at >= self.bidding_ends:
            return "closed"
        return "open" if at.date() >= self.first else "upcoming"

    def subscription(self, at: dt.datetime) -> float:
        """How many times over it has been asked for."""
        begin = dt.datetime.combine(self.first, _BIDDING_FROM, IST)
        passed = (at - begin) / (self.bidding_ends - begin)
        return self.demand * min(max(passed, 0.0), 1.0) ** 3  # most come at the end

    def brief(self, at: dt.datetime) -> dict[str, Any]:
        """As the listing shows it."""
        return self._head(at) | {
            "total_subscription": str(round(self.subscription(at), 2)),
            "investors": self._investors(),
        }

    def details(self, at: dt.datetime) -> dict[str, Any]:
        """All that is told of it."""
        name, short, contact, phone = self.registrar
        return self._head(at) | {
            "daily_start_time": str(_BIDDING_FROM),
            "daily_end_time": str(_BIDDING_UNTIL),
            "face_value": self.face_value,
            "tick_size": 1,
            "lot_size": self.lot,
            "minimum_quantity": self.minimum,
            "cut_off_price": self.high,
            "listing_price": round(self.high * (1 + self.gain)) if self.status(at) == "listed" else None,
            "listing_exchange": self.exchange,
            "rhp_url": None if at < self.applications_from else self._document("rhp"),
            "drhp_url": self._document("drhp"),
            "timeline": {
                "pre_apply_start_date": str(self.applications_from.date()),
                "application_start_date": str(self.first),
                "application_end_date": str(self.last),
                "allotment_start_date": str(self.allotment_start),
                "allotment_date": str(self.allotted),
                "refund_initiation_date": str(self.allotted),
                "listing_date": str(self.listed),
                "mandate_end_date": str(self.listed + 38 * DAY),
            },
            "registrar_info": {
                "name": name,
                "email": f"ipo@{short.lower()}.example",
                "contact_name": contact,
                "contact_number": phone,
                "website": f"https://www.{short.lower()}.example/",
                "registrar": short,
            },
            "total_subscription": str(round(self.subscription(at), 2)),
            "investors": self._investors(),
        }

    def _head(self, at: dt.datetime) -> dict[str, Any]:
        return {
            "id": self.id,
            "symbol": self.symbol,
            "name": self.name,
            "status": self.status(at),
            "isin": self.isin,
            "issue_type": self.kind,
            "issue_size": self.crores,
            "industry": self.industry,
            "minimum_price": self.low,
            "maximum_price": self.high,
            "bidding_start_date": str(self.first),
            "bidding_end_date": str(self.last),
        }

    def _document(self, kind: str) -> str:
        return f"https://www.{self.exchange.lower()}.example/{kind}/{self.id}.pdf"

    def _investors(self) -> list[dict[str, str]]:
        return [{"category": category, "description": description} for category, description in INVESTORS]


class Issues:
    """All issues that are known at a moment.

    Parameters:
        seed: what they follow from.
    """

    def __init__(self, seed: int, calendar: Calendar) -> None:
        self._seed = seed
        self._calendar = calendar

    def known(self, at: dt.datetime) -> list[Issue]:
        """Those announced, and those of the half year before; the latest bidding first."""
        week = at.toordinal() // 7
        found = [
            issue
            for number_ in range(week - _REMEMBERED, week + _ANNOUNCED + 1)
            for issue in _issues(self._seed, self._calendar, number_)
        ]
        return sorted(found, key=lambda issue: (issue.first, issue.id), reverse=True)

    def find(self, id_: str, at: dt.datetime) -> Issue | None:
        """One by its id."""
        return next((issue for issue in self.known(at) if issue.id == id_), None)


@functools.lru_cache(maxsize=256)
def _issues(seed: int, calendar: Calendar, week: int) -> tuple[Issue, ...]:
    """Those whose bidding begins in a week."""
    return tuple(_weekly(seed, calendar, week))


def _weekly(seed: int, calendar: Calendar, week: int) -> Iterator[Issue]:
    monday = dt.date.fromordinal(week * 7 + 1)
    for place, begins in enumerate(_BEGINS):
        first = working_day(calendar, monday + begins * DAY)
        yield _issue(seed, calendar, week * len(_BEGINS) + place, first, small=place == 1)


def _issue(seed: int, calendar: Calendar, count: int, first: dt.date, *, small: bool) -> Issue:
    names = (seed, "ipo", count)
    # Names come back when all have been used, which takes years.
    combination = (count * 101) % (len(_FIRST_NAMES) * len(_TRADES))
    word = _FIRST_NAMES[combination % len(_FIRST_NAMES)]
    trade, industry = list(_TRADES.items())[combination // len(_FIRST_NAMES)]
    high = whole(40, 180, *names, "price") if small else whole(90, 900, *names, "price")
    lot = round(120_000 / high / 100) * 100 if small else max(14_500 // high, 1)
    last = after_working_days(calendar, first, _BIDDING_DAYS - 1)
    allotment_start = after_working_days(calendar, last, 1)
    allotted = after_working_days(calendar, allotment_start, 1)
    return Issue(
        id=f"{word} {trade} limited ipo".lower().replace(" ", "-"),
        symbol=f"{word[:5]}{trade[:4]}".upper().replace(" ", ""),
        name=f"{word} {trade} IPO",
        isin=_isin(seed, count),
        kind="sme" if small else "regular",
        industry=industry,
        exchange=pick(("NSE", "BSE"), *names, "exchange"),
        crores=whole(12, 80, *names, "size") if small else whole(200, 4000, *names, "size"),
        low=high - round(high * 0.05),
        high=high,
        face_value=pick((1, 2, 5, 10), *names, "face value"),
        lot=lot,
        minimum=lot * (2 if small else 1),
        first=first,
        last=last,
        allotment_start=allotment_start,
        allotted=allotted,
        listed=after_working_days(calendar, allotted, 2),
        demand=round(0.6 * 90 ** between(0, 1, *names, "demand"), 2),
        gain=between(-0.12, 0.5, *names, "gain"),
        registrar=pick(_REGISTRARS, *names, "registrar"),
    )


def _isin(seed: int, count: int) -> str:
    """An ISIN with its check digit; no company of the catalogue has one that begins so. Ten thousand are different."""
    text = f"INE9{(number(seed, 'isin') + count * 7919) % 10_000:04d}010"
    digits = [int(digit) for letter in text for digit in str(int(letter, 36))]
    doubled = [digit * 2 if place % 2 == 0 else digit for place, digit in enumerate(reversed(digits))]
    return text + str(-sum(value // 10 + value % 10 for value in doubled) % 10)
