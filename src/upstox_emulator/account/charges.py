"""What trading costs: brokerage, taxes and fees, by tables of rates that are valid from a day on.

https://upstox.com/developer/api-documentation/get-brokerage and https://upstox.com/brokerage-charges/. Rates of years
that no page was found for are listed as guesses in docs/emulator/fidelity.md.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any, Final, Literal, TypeAlias

import msgspec
from msgspec.structs import astuple

from upstox_emulator.account.figures import ZERO, number, paisa
from upstox_emulator.catalog.instrument import EXCHANGE_OF_SEGMENT, Instrument
from upstox_emulator.exchange.orders import INTRADAY, Product, Side
from upstox_emulator.units import to_paisa

Section: TypeAlias = Literal["EQ", "FO", "COM", "CD"]
"""The segments of the reports."""

SECTIONS: Final[dict[str, Section]] = {
    "NSE_EQ": "EQ",
    "BSE_EQ": "EQ",
    "NSE_FO": "FO",
    "BSE_FO": "FO",
    "MCX_FO": "COM",
    "NSE_COM": "COM",
    "NCD_FO": "CD",
    "BCD_FO": "CD",
}
"""The report's segment of a segment."""

_GST: Final = Decimal("0.18")
_SEBI: Final = Decimal("0.000001")  # ten rupees a crore
DP_PLAN: Final = "DP3A"


class Charges(msgspec.Struct, frozen=True):
    """Rupees, each to the paisa. `demat` is the depository's fee for what leaves the account, `others` interest."""

    brokerage: Decimal = ZERO
    gst: Decimal = ZERO
    stt: Decimal = ZERO
    stamp_duty: Decimal = ZERO
    transaction: Decimal = ZERO
    clearing: Decimal = ZERO
    ipft: Decimal = ZERO
    sebi_turnover: Decimal = ZERO
    demat: Decimal = ZERO
    others: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """All of them."""
        return sum(astuple(self), ZERO)

    def __add__(self, other: Charges) -> Charges:
        return Charges(*map(operator.add, astuple(self), astuple(other)))

    def __sub__(self, other: Charges) -> Charges:
        return Charges(*map(operator.sub, astuple(self), astuple(other)))

    def estimate(self, demat: Decimal) -> dict[str, Any]:
        """As `/v2/charges/brokerage` shows them, the old spellings included; `demat` is the depository's fee."""
        other = {
            "transaction": paisa(self.transaction),
            "clearing": paisa(self.clearing),
            "ipft": paisa(self.ipft),
            "sebi_turnover": paisa(self.sebi_turnover),
        }
        plan = {"name": DP_PLAN, "min_expense": paisa(demat)}
        taxes = {"gst": paisa(self.gst), "stt": paisa(self.stt), "stamp_duty": paisa(self.stamp_duty)}
        return {
            "charges": {
                "total": paisa(self.total),
                "brokerage": paisa(self.brokerage),
                "taxes": taxes,
                "other_charges": other,
                "dp_plan": plan,
                "otherTaxes": other,
                "dpPlan": plan,
            }
        }

    def breakdown(self) -> dict[str, Any]:
        """As `/v2/trade/profit-loss/charges` shows them."""
        return {
            "charges_breakdown": {
                "total": number(self.total),
                "brokerage": number(self.brokerage),
                "taxes": {"gst": number(self.gst), "stt": number(self.stt), "stamp_duty": number(self.stamp_duty)},
                "charges": {
                    "transaction": number(self.transaction),
                    "clearing": number(self.clearing),
                    "ipft": number(self.ipft) if self.ipft else None,
                    "others": number(self.others),
                    "sebi_turnover": number(self.sebi_turnover),
                    "demat_transaction": number(self.demat),
                },
            }
        }


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """Of one kind of trade; percentages of the turnover, which for options is the premium.

    Attributes:
        brokerage: of an order, at most `cap` rupees; None for the flat `cap`.
        buy, sell: securities or commodities transaction tax, rounded to the rupee.
        stamp: of what is bought.
        transaction: the exchange's, by exchange. ipft: the investors' protection fund's, by exchange.
    """

    brokerage: Decimal | None
    cap: Decimal = Decimal(20)
    buy: Decimal = ZERO
    sell: Decimal = ZERO
    stamp: Decimal = ZERO
    transaction: Mapping[str, Decimal]
    ipft: Mapping[str, Decimal] = {}


class Tariff(msgspec.Struct, frozen=True, kw_only=True):
    """The rates of a time.

    Attributes:
        since: the first day.
        rates: by the report's segment, then `delivery`, `intraday`, `future` or `option`.
        exercise: tax on the intrinsic value of an option that ends in the money, in percent.
        demat: the depository's fee for a share and day that something is sold from the demat account.
    """

    since: dt.date
    rates: Mapping[tuple[str, str], Rates]
    exercise: Decimal
    demat: Decimal


def _percentages(**texts: str) -> dict[str, Decimal]:
    return {name: Decimal(text) for name, text in texts.items()}


_FLAT: Final = "flat"


def _rates(
    brokerage: str,
    transaction: dict[str, Decimal],
    ipft: dict[str, Decimal] | None = None,
    **percentages: str,
) -> Rates:
    return Rates(
        brokerage=None if brokerage == _FLAT else Decimal(brokerage),
        transaction=transaction,
        ipft=ipft or {},
        **_percentages(**percentages),
    )


_SHARES_IPFT: Final = _percentages(NSE="0.0001")
_OPTIONS_IPFT: Final = _percentages(NFO="0.0005")

_EARLIER: Final = Tariff(
    since=dt.date.min,
    rates={
        ("EQ", "delivery"): _rates(
            "0", _percentages(NSE="0.00325", BSE="0.00375"), _SHARES_IPFT, buy="0.1", sell="0.1", stamp="0.015"
        ),
        ("EQ", "intraday"): _rates(
            "0.05", _percentages(NSE="0.00325", BSE="0.00375"), _SHARES_IPFT, sell="0.025", stamp="0.003"
        ),
        ("FO", "future"): _rates(
            "0.05", _percentages(NFO="0.0019", BFO="0"), _percentages(NFO="0.0001"), sell="0.0125", stamp="0.002"
        ),
        ("FO", "option"): _rates(
            _FLAT, _percentages(NFO="0.05", BFO="0.0325"), _OPTIONS_IPFT, sell="0.0625", stamp="0.003"
        ),
        ("CD", "future"): _rates("0.05", _percentages(CDS="0.0009", BCD="0.0009"), stamp="0.0001"),
        ("CD", "option"): _rates(_FLAT, _percentages(CDS="0.035", BCD="0.001"), stamp="0.0001"),
        ("COM", "future"): _rates("0.05", _percentages(MCX="0.0026", NSCOM="0.0026"), sell="0.01", stamp="0.002"),
        ("COM", "option"): _rates(_FLAT, _percentages(MCX="0.05", NSCOM="0.05"), sell="0.05", stamp="0.003"),
    },
    exercise=Decimal("0.125"),
    demat=Decimal("18.5"),
)

_UNIFORM: Final = Tariff(  # the exchanges' uniform fees, and the taxes of the budget of July 2024
    since=dt.date(2024, 10, 1),
    rates={
        ("EQ", "delivery"): _rates(
            "2.5", _percentages(NSE="0.00297", BSE="0.00375"), _SHARES_IPFT, buy="0.1", sell="0.1", stamp="0.015"
        ),
        ("EQ", "intraday"): _rates(
            "0.1", _percentages(NSE="0.00297", BSE="0.00375"), _SHARES_IPFT, sell="0.025", stamp="0.003"
        ),
        ("FO", "future"): _rates(
            "0.05", _percentages(NFO="0.00173", BFO="0"), _percentages(NFO="0.0001"), sell="0.02", stamp="0.002"
        ),
        ("FO", "option"): _rates(
            _FLAT, _percentages(NFO="0.03503", BFO="0.0325"), _OPTIONS_IPFT, sell="0.1", stamp="0.003"
        ),
        ("CD", "future"): _rates("0.05", _percentages(CDS="0.00035", BCD="0.00045"), stamp="0.0001"),
        ("CD", "option"): _rates(_FLAT, _percentages(CDS="0.0311", BCD="0.001"), stamp="0.0001"),
        ("COM", "future"): _rates("0.05", _percentages(MCX="0.0021", NSCOM="0.0001"), sell="0.01", stamp="0.002"),
        ("COM", "option"): _rates(_FLAT, _percentages(MCX="0.0418", NSCOM="0.001"), sell="0.05", stamp="0.003"),
    },
    exercise=Decimal("0.125"),
    demat=Decimal(20),
)

_TAXED: Final = Tariff(  # the taxes of the budget of February 2026
    since=dt.date(2026, 4, 1),
    rates={
        **_UNIFORM.rates,
        ("FO", "future"): msgspec.structs.replace(_UNIFORM.rates["FO", "future"], sell=Decimal("0.05")),
        ("FO", "option"): msgspec.structs.replace(_UNIFORM.rates["FO", "option"], sell=Decimal("0.15")),
    },
    exercise=Decimal("0.15"),
    demat=_UNIFORM.demat,
)

TARIFFS: Final = (_TAXED, _UNIFORM, _EARLIER)
"""Newest first."""

_MTF_SLAB: Final = Decimal(40_000)
_MTF_A_DAY: Final = Decimal(20)


def tariff(day: dt.date) -> Tariff:
    """The rates that are valid on a day."""
    return next(one for one in TARIFFS if day >= one.since)


def charges(instrument: Instrument, side: Side, product: Product, turnover: Decimal, day: dt.date) -> Charges:
    """What an order costs whose trades come to `turnover` rupees."""
    if not turnover:
        return Charges()
    rates = tariff(day).rates[SECTIONS[instrument.segment], _kind(instrument, product)]
    exchange = EXCHANGE_OF_SEGMENT[instrument.segment]
    brokerage = to_paisa(min(rates.cap, _of(turnover, rates.brokerage)) if rates.brokerage is not None else rates.cap)
    transaction = to_paisa(_of(turnover, rates.transaction.get(exchange, ZERO)))
    return Charges(
        brokerage=brokerage,
        gst=gst(brokerage + transaction),
        stt=_of(turnover, rates.buy if side == "BUY" else rates.sell).quantize(Decimal(1), ROUND_HALF_UP),
        stamp_duty=to_paisa(_of(turnover, rates.stamp)) if side == "BUY" else ZERO,
        transaction=transaction,
        ipft=to_paisa(_of(turnover, rates.ipft.get(exchange, ZERO))),
        sebi_turnover=to_paisa(turnover * _SEBI),
    )


def gst(services: Decimal) -> Decimal:
    """The tax on what broker, exchange and depository take."""
    return to_paisa(services * _GST)


def demat_charges(day: dt.date) -> Charges:
    """The depository's fee for a share that something was sold of, with its tax."""
    fee = tariff(day).demat
    return Charges(demat=fee, gst=gst(fee))


def exercise_tax(intrinsic: Decimal, day: dt.date) -> Charges:
    """The tax on an option of one's own that ends in the money."""
    return Charges(stt=_of(intrinsic, tariff(day).exercise).quantize(Decimal(1), ROUND_HALF_UP))


def interest(borrowed: Decimal) -> Charges:
    """A day's interest on what the broker has paid for MTF positions: twenty rupees for every 40,000 or part of it."""
    return Charges(others=_MTF_A_DAY * (borrowed / _MTF_SLAB).to_integral_value(ROUND_CEILING))


def _kind(instrument: Instrument, product: Product) -> str:
    if instrument.is_option:
        return "option"
    if instrument.is_derivative:
        return "future"
    return "intraday" if product in INTRADAY else "delivery"


def _of(turnover: Decimal, percentage: Decimal) -> Decimal:
    return turnover * percentage / 100
