"""What contracts there are on what: lots, ticks, strikes, and how far ahead they are listed.

https://upstox.com/developer/api-documentation/instruments
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from upstox_emulator.catalog import expiries
from upstox_emulator.catalog.expiries import Cycle, Tier
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.catalog.securities import assets, indices, shares
from upstox_emulator.units import PER_PAISA, PER_RUPEE, Price


class Line(msgspec.Struct, frozen=True):
    """The futures or the options of a product: when they end, and which are listed."""

    cycle: Cycle
    tiers: tuple[Tier, ...]


class Product(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The contracts on one underlying in one segment.

    Attributes:
        segment, exchange, symbol, name: as their instruments have them.
        asset: the key of what is priced: an index, a share, a currency or a commodity.
        type: `INDEX`, `EQUITY`, `CUR`, `COM`.
        lots: the lot since an expiry day (ISO 8601), oldest first.
        freeze: the largest quantity of an order; a number of lots where there is no figure of the exchange.
        future_tick, option_tick: as prices.
        step: the distance of strikes; 0 where it goes by the price.
        futures, options: None where there are none.
        first, slots, strikes: the numbers of its exchange tokens: where they begin, how many expiries there are room
            for, and how many strikes of each.
        on_future: whether an option's underlying is the future.
    """

    segment: str
    exchange: str
    symbol: str
    name: str
    asset: str
    type: str
    lots: tuple[tuple[str, int], ...]
    freeze: int
    future_tick: Price
    option_tick: Price
    step: Price
    futures: Line | None
    options: Line | None
    first: int = 0
    slots: int = 64
    strikes: int = 512
    multiplier: int = 1
    quote_unit: str | None = None
    on_future: bool = False

    @property
    def lines(self) -> Iterator[Line]:
        """Futures, then options."""
        return (line for line in (self.futures, self.options) if line is not None)

    @property
    def tokens(self) -> int:
        """How many exchange tokens it needs: a future, and calls and puts, of each expiry."""
        return self.slots * (1 + 2 * self.strikes)

    def lot(self, expiry: dt.date) -> int:
        """Units in a lot of the contracts that end on a day."""
        return next((lot for since, lot in reversed(self.lots) if expiry.isoformat() >= since), self.lots[0][1])


_SINCE: Final = "0001-01-01"

_MONTHS: Final = (Tier("month", 3),)
_WEEKLY: Final = (Tier("quarter", 4, 0.25, 20), Tier("month", 3, 0.14, 4), Tier("week", 4, 0.06))
_MONTHLY: Final = (Tier("quarter", 3, 0.2, 20), Tier("month", 3, 0.14, 4), Tier("month", 1, 0.08))
_SHARE: Final = (Tier("month", 3, 0.16, 2), Tier("month", 1, 0.1))
_CURRENCY: Final = (Tier("month", 3, 0.05, 2), Tier("month", 1, 0.03))
_COMMODITY: Final = (Tier("month", 2, 0.14, 2), Tier("month", 1, 0.1))

_FIVE_PAISE: Final = 5 * PER_PAISA
_SHARE_FREEZE: Final = 20  # lots

# Index, cycle, tiers of the options, step in rupees, freeze, lots.
_INDICES: Final[tuple[tuple[str, Cycle, tuple[Tier, ...], int, int, tuple[tuple[str, int], ...]], ...]] = (
    (
        "NIFTY",
        expiries.NIFTY,
        _WEEKLY,
        50,
        1800,
        ((_SINCE, 50), ("2024-04-26", 25), ("2025-01-01", 75), ("2026-01-01", 65)),
    ),
    (
        "BANKNIFTY",
        expiries.BANKNIFTY,
        _MONTHLY,
        100,
        600,
        ((_SINCE, 15), ("2025-01-01", 30), ("2025-07-01", 35), ("2026-01-01", 30)),
    ),
    (
        "FINNIFTY",
        expiries.FINNIFTY,
        _MONTHLY,
        50,
        1200,
        ((_SINCE, 40), ("2024-04-26", 25), ("2025-01-01", 65), ("2026-01-01", 60)),
    ),
    (
        "MIDCPNIFTY",
        expiries.MIDCPNIFTY,
        _MONTHLY,
        25,
        2800,
        ((_SINCE, 75), ("2024-04-26", 50), ("2025-01-01", 120), ("2025-07-01", 140), ("2026-01-01", 120)),
    ),
    ("NIFTYNXT50", expiries.NIFTYNXT50, _MONTHLY, 100, 600, ((_SINCE, 10), ("2025-01-01", 25))),
    ("SENSEX", expiries.SENSEX, _WEEKLY, 100, 1000, ((_SINCE, 10), ("2025-01-01", 20))),
    ("BANKEX", expiries.BANKEX, _MONTHLY, 100, 900, ((_SINCE, 15), ("2025-01-01", 30))),
)

# Commodity, lot, freeze, ticks of futures and options and the step of strikes in rupees, months, lead of the options.
_EVERY: Final = ()
_EVEN: Final = (2, 4, 6, 8, 10, 12)
_SILVER: Final = (3, 5, 7, 9, 12)
_COMMODITIES: Final = (
    ("CRUDEOIL", 100, 100, 1, 0.1, 50, expiries.day_of(19, *_EVERY), 2),
    ("NATURALGAS", 1250, 48, 0.1, 0.05, 5, expiries.day_of(26, *_EVERY), 2),
    ("GOLD", 100, 10, 1, 0.5, 500, expiries.day_of(5, *_EVEN), 5),
    ("SILVER", 30, 20, 1, 0.5, 500, expiries.day_of(5, *_SILVER), 8),
    ("COPPER", 2500, 28, 0.05, 0.01, 10, expiries.day_of(31, *_EVERY), 6),
)

# Where the exchange tokens of a segment begin.
_FIRST: Final = {
    "NSE_FO": 35_000,
    "BSE_FO": 800_000,
    "NCD_FO": 1_000,
    "BCD_FO": 1_000_000,
    "MCX_FO": 420_000,
    "NSE_COM": 700_000,
}


@functools.cache
def products() -> tuple[Product, ...]:
    """Every product, in the order of the segments and their tokens."""
    following = dict(_FIRST)
    numbered: list[Product] = []
    for product in (*_on_indices(), *_on_shares(), *_on_currencies(), *_on_commodities()):
        first = following[product.segment]
        following[product.segment] = first + product.tokens
        numbered.append(msgspec.structs.replace(product, first=first))
    return tuple(numbered)


def _on_indices() -> Iterator[Product]:
    known = {index.symbol: index for index in indices()}
    for symbol, cycle, tiers, step, freeze, lots in _INDICES:
        index = known[symbol]
        yield Product(
            segment=f"{index.exchange}_FO",
            exchange=index.exchange,
            symbol=symbol,
            name=symbol,
            asset=index.key,
            type="INDEX",
            lots=lots,
            freeze=freeze,
            future_tick=10 * PER_PAISA if index.exchange == "NSE" else _FIVE_PAISE,
            option_tick=_FIVE_PAISE,
            step=step * PER_RUPEE,
            futures=Line(cycle, _MONTHS),
            options=Line(cycle, tiers),
        )


def _on_shares() -> Iterator[Product]:
    for share, lot in shares():
        if share.segment == "NSE_EQ" and lot:
            yield Product(
                segment="NSE_FO",
                exchange="NSE",
                symbol=share.symbol,
                name=share.name,
                asset=share.key,
                type="EQUITY",
                lots=((_SINCE, lot),),
                freeze=lot * _SHARE_FREEZE,
                future_tick=share.tick,
                option_tick=_FIVE_PAISE,
                step=0,
                futures=Line(expiries.NSE_SHARES, _MONTHS),
                options=Line(expiries.NSE_SHARES, _SHARE),
                slots=4,
                strikes=128,
            )


def _on_currencies() -> Iterator[Product]:
    futures = (Tier("month", 12),)
    weekly = (*_CURRENCY, Tier("week", 4, 0.02))
    for asset in _assets("CUR"):
        for segment, exchange, cycle in (
            ("NCD_FO", "NSE", expiries.USDINR if asset.symbol == "USDINR" else expiries.CURRENCIES),
            ("BCD_FO", "BSE", expiries.BSE_CURRENCIES),
        ):
            yield Product(
                segment=segment,
                exchange=exchange,
                symbol=asset.symbol,
                name=asset.name,
                asset=asset.key,
                type="CUR",
                lots=((_SINCE, 1),),
                freeze=10_000,
                future_tick=25,
                option_tick=25,
                step=2_500,
                futures=Line(cycle, futures),
                options=Line(cycle, weekly if cycle.weeks else _CURRENCY),
                slots=64,
                strikes=128,
                multiplier=1000,
            )


def _on_commodities() -> Iterator[Product]:
    known = {asset.symbol: asset for asset in _assets("COM")}
    for segment, exchange in (("MCX_FO", "MCX"), ("NSE_COM", "NSCOM")):
        for symbol, lot, freeze, future_tick, option_tick, step, month, lead in _COMMODITIES:
            if segment == "NSE_COM" and symbol not in {"CRUDEOIL", "GOLD"}:
                continue
            asset = known[symbol]
            futures, options = expiries.commodity(exchange, month, lead)
            yield Product(
                segment=segment,
                exchange=segment[:3],
                symbol=symbol,
                name=asset.name,
                asset=asset.key,
                type="COM",
                lots=((_SINCE, lot),),
                freeze=freeze,
                future_tick=round(future_tick * PER_RUPEE),
                option_tick=round(option_tick * PER_RUPEE),
                step=step * PER_RUPEE,
                futures=Line(futures, _MONTHS),
                options=Line(options, _COMMODITY),
                slots=16,
                strikes=256,
                quote_unit=asset.quote_unit,
                on_future=True,
            )


def _assets(segment: str) -> Iterable[Instrument]:
    return (asset for asset in assets() if asset.segment == segment)
