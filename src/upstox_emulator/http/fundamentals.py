"""Companies: https://upstox.com/developer/api-documentation/fundamentals

An ISIN that is well formed but nobody's gets an empty answer.
"""

from __future__ import annotations

import re
from typing import Any, Final

from upstox_emulator.errors import refuse
from upstox_emulator.http.calls import Call, Endpoint
from upstox_emulator.http.parameters import read_choice, read_flag
from upstox_emulator.info.companies import Company
from upstox_emulator.info.info import Info

_ISIN: Final = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_KEY: Final = re.compile(rf"(?:NSE|BSE)_EQ\|({_ISIN.pattern})")


def _info(call: Call) -> Info:
    return call.backend.venue.info


def _company(call: Call) -> Company | None:
    isin = call.path["isin"]
    if not _ISIN.fullmatch(isin):
        raise refuse("isin_invalid", path="isin", value=isin)
    return _info(call).companies.find(isin)


def _standalone(call: Call) -> bool:
    choices = ("consolidated", "standalone")
    return read_choice(call.query, "type", choices, "statement_type", "consolidated") == "standalone"


def profile(call: Call) -> Any:
    company, now = _company(call), call.backend.now()
    return [] if company is None else _info(call).fundamentals.profile(company, now)


def balance_sheet(call: Call) -> Any:
    company, standalone, full = _company(call), _standalone(call), read_flag(call.query, "fs")
    if company is None:
        return []
    day = call.backend.now().date()
    return _info(call).fundamentals.statements(company, day, standalone=standalone).balance_sheet(full=full)


def cash_flow(call: Call) -> Any:
    company, standalone, full = _company(call), _standalone(call), read_flag(call.query, "fs")
    if company is None:
        return []
    day = call.backend.now().date()
    return _info(call).fundamentals.statements(company, day, standalone=standalone).cash_flow(full=full)


def income_statement(call: Call) -> Any:
    company, standalone, full = _company(call), _standalone(call), read_flag(call.query, "fs")
    period = read_choice(call.query, "time_period", ("yearly", "quarterly"), "time_period", "yearly")
    if company is None:
        type_ = "standalone" if standalone else "consolidated"
        told: dict[str, Any] = {"type": type_, "time_period": period, "units_in": "crore", "income_statement": []}
        return told | {"full_statement": None}
    statements = _info(call).fundamentals.statements(company, call.backend.now().date(), standalone=standalone)
    return statements.income(quarterly=period == "quarterly", full=full)


def key_ratios(call: Call) -> Any:
    company, standalone, now = _company(call), _standalone(call), call.backend.now()
    return [] if company is None else _info(call).fundamentals.key_ratios(company, now, standalone=standalone)


def share_holdings(call: Call) -> Any:
    company, now = _company(call), call.backend.now()
    return [] if company is None else _info(call).fundamentals.share_holdings(company, now.date())


def corporate_actions(call: Call) -> Any:
    company, now = _company(call), call.backend.now()
    return [] if company is None else _info(call).fundamentals.corporate_actions(company, now.date())


def competitors(call: Call) -> Any:
    key, now = call.path["instrument_key"], call.backend.now()
    match = _KEY.fullmatch(key)
    if match is None:
        raise refuse("instrument_unknown", path="instrument_key", value=key)
    company = _info(call).companies.find(match[1])
    return [] if company is None else _info(call).fundamentals.competitors(company, now)


ENDPOINTS: Final = (
    Endpoint("GET", "/v2/fundamentals/{isin}/profile", profile),
    Endpoint("GET", "/v2/fundamentals/{isin}/balance-sheet", balance_sheet),
    Endpoint("GET", "/v2/fundamentals/{isin}/cash-flow", cash_flow),
    Endpoint("GET", "/v2/fundamentals/{isin}/income-statement", income_statement),
    Endpoint("GET", "/v2/fundamentals/{isin}/key-ratios", key_ratios),
    Endpoint("GET", "/v2/fundamentals/{isin}/share-holdings", share_holdings),
    Endpoint("GET", "/v2/fundamentals/{isin}/corporate-actions", corporate_actions),
    Endpoint("GET", "/v2/fundamentals/{instrument_key}/competitors", competitors),
)
