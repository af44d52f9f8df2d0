"""One thing that can be traded or looked at.

https://upstox.com/developer/api-documentation/instruments
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import msgspec

from upstox_emulator.units import Price

EXCHANGE_OF_SEGMENT: Final = {
    "NSE_EQ": "NSE",
    "NSE_INDEX": "NSE",
    "NSE_FO": "NFO",
    "NCD_FO": "CDS",
    "BSE_EQ": "BSE",
    "BSE_INDEX": "BSE",
    "BSE_FO": "BFO",
    "BCD_FO": "BCD",
    "MCX_FO": "MCX",
    "MCX_INDEX": "MCX",
    "NSE_COM": "NSCOM",
    "CUR": "CDS",
    "COM": "MCX",
    "GLOBAL_INDEX": "NSE",
    "GLOBAL_INDICATOR": "NSE",
}
"""The exchange whose sessions a segment follows. `CUR` and `COM` are the currencies and commodities behind the
contracts; they are priced, but not listed. Global rows have no session of their own here."""


class Instrument(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An instrument.

    Attributes:
        key: the instrument key, `NSE_EQ|INE002A01018`.
        segment: `NSE_EQ`, `BSE_EQ`, `NSE_FO`, `BSE_FO`, `NCD_FO`, `BCD_FO`, `MCX_FO`, `NSE_COM`, or an index segment.
        exchange: `NSE`, `BSE`, `MCX`, `GLOBAL`.
        kind: the wire's `instrument_type`: the series or group of a share, `FUT`, `CE`, `PE`, `INDEX`, or empty.
        name, short_name: as in the master file.
        symbol: today's trading symbol, `NIFTY 23250 CE 22 SEP 26`.
        compact: the old spelling of it that quotes are keyed by, `NIFTY2692223250CE`.
        token: the exchange token.
        isin: of a share, fund or bond.
        lot: units in a lot.
        tick: the tick size, as a price.
        freeze: the largest quantity of one order.
        multiplier: units of the underlying in one (`qty_multiplier`; 1000 for currencies).
        security_type: `NORMAL`, `SME`, ... of NSE shares.
        mtf_bracket: margin percentage, where MTF is allowed.
        intraday_margin: margin percentage, where intraday trading is allowed.
        cas_eligible: whether it takes part in the closing auction.
        suspended: whether trading in it is suspended.
        expiry: the day a contract ends.
        weekly: whether a contract ends in a week that is not its month's last.
        strike: of an option, as a price; 0 of a future.
        underlying: the instrument key of what a contract is on; of an MCX option, the future.
        underlying_symbol: `NIFTY`, `RELIANCE`, `CRUDEOIL`, `USDINR`.
        underlying_type: `INDEX`, `EQUITY`, `COM`, `CUR`.
        quote_unit: of a commodity, `BBL`.
        industry: of a share, or of most of an index's members; the sector its price moves with.
        anchor: its price on the day the facts were gathered; what the price process is anchored to. 0 for derivatives.
    """

    key: str
    segment: str
    exchange: str
    kind: str
    name: str
    symbol: str
    compact: str
    token: str
    short_name: str | None = None
    isin: str | None = None
    lot: int = 1
    tick: Price = 500
    freeze: int = 100_000
    multiplier: int = 1
    security_type: str | None = None
    mtf_bracket: float | None = None
    intraday_margin: float | None = None
    cas_eligible: bool = False
    suspended: bool = False
    expiry: dt.date | None = None
    weekly: bool = False
    strike: Price = 0
    underlying: str | None = None
    underlying_symbol: str | None = None
    underlying_type: str | None = None
    quote_unit: str | None = None
    industry: str | None = None
    anchor: Price = 0

    @property
    def is_option(self) -> bool:
        """Whether it is a call or a put."""
        return self.kind in {"CE", "PE"}

    @property
    def is_derivative(self) -> bool:
        """Whether it is a future or an option."""
        return self.expiry is not None

    @property
    def is_tradable(self) -> bool:
        """Whether orders are taken for it; indices and global rows are only looked at."""
        return self.segment.endswith(("_EQ", "_FO", "_COM")) and not self.suspended

    @property
    def is_on_the_wire(self) -> bool:
        """Whether Upstox knows it: not the currencies and commodities that contracts are on."""
        return self.segment not in {"CUR", "COM"}

    @property
    def quote_name(self) -> str:
        """What quotes are keyed by: `NSE_EQ:NHPC`, `NSE_INDEX:Nifty 50`."""
        return f"{self.segment}:{self.compact}"
