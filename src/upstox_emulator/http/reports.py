"""Reports of the past: trades, profit and loss, and charges, by financial year and segment.

https://upstox.com/developer/api-documentation/get-historical-trades, get-report-meta-data,
get-profit-and-loss-report and get-trade-charges
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Final

from upstox_emulator.account.ledger import Ledger, Span
from upstox_emulator.exchange.reading import Reader
from upstox_emulator.http.calls import Answer, Call, Endpoint
from upstox_emulator.http.parameters import DATE, Page

LARGEST_PAGE: Final = 5000
_YEARS: Final = 3
"""Financial years that the history reaches back, the current one included."""

_HISTORY: Final = ("EQ", "FO", "COM", "CD", "MF")
_PROFIT: Final = ("EQ", "FO", "COM", "CD")
_YEAR: Final = re.compile(r"\d{4}")
_DAY: Final = re.compile(r"\d{2}-\d{2}-\d{4}")


def trades(call: Call) -> Any:
    query, reader, today = call.query, Reader(), call.backend.now().date()
    section = query.get("segment") or None
    if section is not None and section not in _HISTORY:
        reader.blame("report_segment", "segment", section)
    days = _history_days(reader, query, today)
    page = _page(reader, query, "history", "history_page_few")
    reader.finish()
    found = _ledger(call).trades(section, _over(days, today))
    return Answer(
        [entry.row() for entry in page.cut(found)],
        extra={
            "errors": None,
            "meta_data": {
                "page": {
                    "page_number": page.number,
                    "page_size": page.size,
                    "total_records": len(found),
                    "total_pages": page.pages(len(found)),
                }
            },
        },
    )


def metadata(call: Call) -> Any:
    reader = Reader()
    section, days = _asked(call, reader)
    reader.finish()
    return {"trades_count": len(_ledger(call).matches(section, days)), "page_size_limit": LARGEST_PAGE}


def profit_and_loss(call: Call) -> Any:
    reader = Reader()
    section, days = _asked(call, reader)
    page = _page(reader, call.query, "report", "invalid_input")
    reader.finish()
    rows = [match.row() for match in page.cut(_ledger(call).matches(section, days))]
    return Answer(rows, extra={"metadata": {"page": {"page_number": page.number, "page_size": page.size}}})


def charges(call: Call) -> Any:
    reader = Reader()
    section, days = _asked(call, reader)
    reader.finish()
    return _ledger(call).charges(section, days).breakdown()


def _ledger(call: Call) -> Ledger:
    return call.backend.venue.desk.ledger


def _over(days: Span, today: dt.date) -> Span:
    """The days of these that are over."""
    return Span(days.first, min(days.last, today - dt.timedelta(1)))


def _asked(call: Call, reader: Reader) -> tuple[str, Span]:
    """The segment and the days of a report on a financial year."""
    query, today = call.query, call.backend.now().date()
    section = reader.choice(query.get("segment"), "segment", _PROFIT, "report_segment_required", "report_segment")
    year = _financial_year(reader, query.get("financial_year"), today)
    return section or "", _over(_report_days(reader, query, year), today)


def _financial_year(reader: Reader, text: str | None, today: dt.date) -> Span | None:
    """From April to March; `2324` is the year that ends in March 2024."""
    if not text:
        reader.blame("report_year_required", "financial_year")
    elif len(text) > 4:
        reader.blame("report_year_length", "financial_year", text)
    elif not _YEAR.fullmatch(text) or int(text[2:]) != (int(text[:2]) + 1) % 100:
        reader.blame("report_year", "financial_year", text)
    elif (year := 2000 + int(text[:2])) > _year_of(today):
        reader.blame("report_year_future", "financial_year", text)
    else:
        return _span_of(year)
    return None


def _report_days(reader: Reader, query: Mapping[str, str], known: Span | None) -> Span:
    """The days of a year that are asked for; all of it without any."""
    year = known or Span(dt.date.min, dt.date.max)
    days = [
        _day(query[name], _DAY, "%d-%m-%Y") if name in query else default
        for name, default in (("from_date", year.first), ("to_date", year.last))
    ]
    first, last = days
    if first is None or last is None:
        wrong = "from_date" if first is None else "to_date"
        reader.blame("report_dates", wrong, query[wrong])
    elif first not in year or last not in year:
        wrong = "from_date" if first not in year else "to_date"
        reader.blame("report_dates_outside", wrong, query[wrong])
    elif first > last:
        reader.blame("report_dates", "to_date", query.get("to_date"))
    else:
        return Span(first, last)
    return year


def _history_days(reader: Reader, query: Mapping[str, str], today: dt.date) -> Span:
    window = Span(_span_of(_year_of(today) - _YEARS + 1).first, _span_of(_year_of(today)).last)
    for name in ("start", "end"):
        if not query.get(f"{name}_date"):
            reader.blame(f"history_{name}_required", f"{name}_date")
    first, last = (_day(query.get(name, ""), DATE, "%Y-%m-%d") for name in ("start_date", "end_date"))
    if first is None or last is None:
        wrong = "start_date" if first is None else "end_date"
        if query.get(wrong):
            reader.blame("history_dates", wrong, query[wrong])
    elif first > last:
        reader.blame("history_dates", "end_date", query["end_date"])
    elif first not in window or last not in window:
        wrong = "start_date" if first not in window else "end_date"
        reader.blame("history_dates_outside", wrong, query[wrong])
    else:
        return Span(first, last)
    return window


def _page(reader: Reader, query: Mapping[str, str], report: str, few: str) -> Page:
    """Which part of a report is wanted.

    Parameters:
        report: `history` or `report`, which names its refusals. few: how a page number below 1 is refused.
    """
    number = _whole(reader, query, "page_number", f"{report}_page_required")
    size = _whole(reader, query, "page_size", f"{report}_size_required")
    if number is not None and number < 1:
        reader.blame(few, "page_number", query["page_number"])
    if size is not None and size < 1:
        reader.blame(f"{report}_size_few", "page_size", query["page_size"])
    if size is not None and size > LARGEST_PAGE:
        reader.blame(f"{report}_size_many", "page_size", query["page_size"])
    return Page(number or 1, size or 1)


def _whole(reader: Reader, query: Mapping[str, str], name: str, required: str) -> int | None:
    text = query.get(name)
    if not text:
        reader.blame(required, name)
    elif not re.fullmatch(r"-?\d{1,9}", text, re.ASCII):
        reader.blame("invalid_input", name, text, f"Invalid Input: {name} must be a whole number")
    else:
        return int(text)
    return None


def _day(text: str, form: re.Pattern[str], layout: str) -> dt.date | None:
    try:
        return dt.datetime.strptime(text, layout).date() if form.fullmatch(text) else None  # noqa: DTZ007 - a day
    except ValueError:
        return None


def _year_of(day: dt.date) -> int:
    """The year in which a day's financial year began."""
    return day.year if day.month >= 4 else day.year - 1


def _span_of(year: int) -> Span:
    return Span(dt.date(year, 4, 1), dt.date(year + 1, 3, 31))


ENDPOINTS: Final = (
    Endpoint("GET", "/v2/charges/historical-trades", trades),
    Endpoint("GET", "/v2/trade/profit-loss/metadata", metadata),
    Endpoint("GET", "/v2/trade/profit-loss/data", profit_and_loss),
    Endpoint("GET", "/v2/trade/profit-loss/charges", charges),
)
