"""Option chains.

https://upstox.com/developer/api-documentation/option-chain
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from upstox_client.amounts import grouped
from upstox_client.api.options_api import OptionsOperations
from upstox_client.instruments import ExpiryLike, Instrument, Instruments, Name
from upstox_client.instruments.book import strike_of
from upstox_client.models.options import AnalyticsData, MarketData, OptionStrikeData, PutCallOptionChainData
from upstox_client.trading.colours import Flow, call, flow
from upstox_client.trading.listing import InstrumentFlows
from upstox_client.trading.payoff import Leg, LegKind, Payoff, leg_in_words
from upstox_client.trading.quotes import Greeks, Quote, QuoteFlows
from upstox_client.trading.tables import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SIDE_COLUMNS: Final = ("ltp", "bid", "ask", "volume", "oi", "oi_change", "iv", "delta", "gamma", "theta", "vega")


class Option(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """A call or a put of a chain. Prices in rupees, `iv` and `pop` (probability of profit) in percent.

    `instrument` is what orders and quotes take.
    """

    instrument: Instrument
    ltp: float = 0.0
    bid: float = 0.0
    ask: float = 0.0
    bid_quantity: int = 0
    ask_quantity: int = 0
    volume: int = 0
    oi: int = 0
    oi_change: int = 0
    close: float = 0.0
    iv: float = 0.0
    delta: float = 0.0
    gamma: float = 0.0
    theta: float = 0.0
    vega: float = 0.0
    pop: float | None = None

    @property
    def price(self) -> float:
        """The last price; the middle of bid and ask where nothing was traded."""
        return self.ltp or (self.bid + self.ask) / 2

    def __str__(self) -> str:
        return self.instrument.symbol


class Strike(msgspec.Struct, frozen=True):
    """The call and the put of a strike, in rupees; None where there is none."""

    strike: float
    call: Option | None
    put: Option | None

    @property
    def pcr(self) -> float | None:
        """The put's open interest over the call's; None without calls."""
        return _ratio(self.put.oi if self.put else 0.0, self.call.oi if self.call else 0.0)


class Chain(Table):
    """The options of an underlying that end on one day. `chain[24500].call.ltp`; iterating gives the strikes in order.

    Attributes:
        underlying: its symbol.
        spot: its price in rupees; 0 where it is not known, and then nothing is at the money.
        expiry: the day they end.
        lot: units in a lot.
        rows: the strikes, lowest first.
    """

    def __init__(self, underlying: str, spot: float, expiry: dt.date, lot: int, rows: Iterable[Strike]) -> None:
        self.underlying = underlying
        self.spot = spot
        self.expiry = expiry
        self.lot = lot
        self.rows = tuple(sorted(rows, key=lambda row: row.strike))
        self._by_strike = {row.strike: row for row in self.rows}

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Strike]:
        return iter(self.rows)

    def __getitem__(self, strike: float | str) -> Strike:
        """A strike: `chain[24500]`, `chain["ATM"]`, `chain["ATM-2"]`.

        Raises:
            LookupError: there is none; the message has those nearby.
        """
        wanted = strike_of(strike, self.strikes, self.spot or None)
        if wanted not in self._by_strike:
            near = sorted(sorted(self.strikes, key=lambda one: abs(one - wanted))[:4])
            raise LookupError(f"{self.underlying} {self.expiry} has no strike {wanted:.10g}; nearby are {near}")
        return self._by_strike[wanted]

    @property
    def strikes(self) -> list[float]:
        """All strikes in rupees, lowest first."""
        return [row.strike for row in self.rows]

    @property
    def atm(self) -> Strike:
        """The strike nearest to the price of the underlying."""
        return self["ATM"]

    @property
    def middle(self) -> int:
        """The place of the strike at the money; half-way, where the price of the underlying is not known."""
        return self.strikes.index(self.atm.strike) if self.spot else len(self) // 2

    @property
    def calls(self) -> list[Option]:
        """The calls, lowest strike first."""
        return [row.call for row in self.rows if row.call is not None]

    @property
    def puts(self) -> list[Option]:
        """The puts, lowest strike first."""
        return [row.put for row in self.rows if row.put is not None]

    @property
    def pcr(self) -> float | None:
        """Open interest of all puts over that of all calls; None without calls."""
        return _ratio(sum(one.oi for one in self.puts), sum(one.oi for one in self.calls))

    @property
    def max_pain(self) -> float:
        """The strike at which those who hold options lose most, if the underlying ended there."""
        return min(self.strikes, key=self._paid_at)

    def _paid_at(self, price: float) -> float:
        calls = sum(one.oi * max(price - (one.instrument.strike or 0.0), 0.0) for one in self.calls)
        puts = sum(one.oi * max((one.instrument.strike or 0.0) - price, 0.0) for one in self.puts)
        return calls + puts

    def around(self, count: int = 10) -> Chain:
        """The chain without the strikes that are more than `count` away from the one in the middle."""
        place = self.middle
        rows = self.rows[max(place - count, 0) : place + count + 1]
        return Chain(self.underlying, self.spot, self.expiry, self.lot, rows)

    def payoff(self, *legs: str | Leg, lots: int = 1) -> Payoff:
        """What a set of these options is worth on the day they end.

        Parameters:
            legs: `buy 24500 CE`, `sell 2 x ATM+1 PE`, `sell ATM CE @ 120`; at the last price, if no other is named.
            lots: how many lots each leg has that names no number.

        Raises:
            ValueError: a leg is none.
            LookupError: there is no such strike or option.
        """
        made = [leg if isinstance(leg, Leg) else leg_in_words(leg, self.lot, lots, self._price) for leg in legs]
        return Payoff(made, self.spot, f"{self.underlying} {self.expiry:%d %b %Y}")

    def _price(self, strike: str, kind: LegKind) -> tuple[float, float]:
        row = self[strike]
        option = row.call if kind == "CE" else row.put
        if option is None:
            raise LookupError(f"{self.underlying} {self.expiry} has no {kind} of strike {row.strike:.10g}")
        return row.strike, option.price

    def columns(self) -> Mapping[str, Sequence[Any]]:
        """`strike`, and for each side `call_ltp`, `put_ltp`, ... (`_bid`, `_ask`, `_oi`, `_iv`, the Greeks)."""
        found: dict[str, list[Any]] = {"strike": self.strikes}
        for side in ("call", "put"):
            options = [getattr(row, side) for row in self.rows]
            for name in _SIDE_COLUMNS:
                found[f"{side}_{name}"] = [getattr(option, name) if option else None for option in options]
        return found

    def plot(self, path: Path | str | None = None, **options: Any) -> Figure:
        """Draw its open interest; see `upstox_client.pictures.open_interest`. Written to `path`, if given."""
        from upstox_client.pictures import open_interest

        return open_interest(self, path, **options)

    def __repr__(self) -> str:
        if not self.rows:
            return f"Chain({self.underlying}, {self.expiry:%d %b %Y}: no options)"
        pcr = "-" if self.pcr is None else f"{self.pcr:.2f}"
        atm = f"{self.atm.strike:.10g}" if self.spot else "-"
        return (
            f"Chain({self.underlying} at {grouped(self.spot)}, {self.expiry:%d %b %Y}: {len(self)} strikes, "
            f"ATM {atm}, PCR {pcr}, max pain {self.max_pain:.10g})"
        )


def _ratio(puts: float, calls: float) -> float | None:
    return round(puts / calls, 4) if calls else None


class OptionFlows(QuoteFlows):
    """Options."""

    @flow
    def options(self, underlying: Name, expiry: ExpiryLike = "nearest") -> Flow[Chain]:
        """The option chain of an underlying: prices, open interest, Greeks, by strike.

        Parameters:
            underlying: `NIFTY`, `RELIANCE`, `CRUDEOIL`, ...
            expiry: a date, or `this week`, `next week`, `this month`, `dec`, ...; default: the nearest.

        Raises:
            UnknownInstrumentError: nothing is called so, or it has no options.
            UnknownExpiryError: no options end then; the message has those that do.
            ApiException: a call failed.

        https://upstox.com/developer/api-documentation/get-pc-option-chain
        """
        book = yield from InstrumentFlows.instruments.flow(self)
        pair = book.underlying(underlying)
        contracts = {one.key: one for one in book.options(pair, expiry)}
        first = next(iter(contracts.values()))
        day = first.expiry or book.today
        rows: Sequence[OptionStrikeData] = ()
        if first.underlying_key and first.segment in {"NSE_FO", "BSE_FO"}:
            answer = yield from call(OptionsOperations.get_put_call_option_chain, first.underlying_key, day)
            rows = answer.data or ()
        if rows:
            spot = next((row.underlying_spot_price for row in rows if row.underlying_spot_price), 0.0)
            return Chain(pair[0], spot, day, first.lot, (_strike(row, contracts, first) for row in rows))
        price = yield from self._spot(book, pair, first)
        return (yield from self._chain_of_quotes(pair[0], price or 0.0, day, list(contracts.values())))

    def _spot(self, book: Instruments, pair: tuple[str, str], contract: Instrument) -> Flow[float | None]:
        """The price of the underlying; of a currency, which has none, that of the future that ends with it or next."""
        day = contract.expiry or book.today
        later = (one.key for one in book.futures(pair) if one.expiry and one.expiry >= day)
        key = contract.underlying_key or next(later, None)
        return None if key is None else (yield from self.ltp.flow(key))[key]

    def _chain_of_quotes(self, underlying: str, spot: float, day: dt.date, contracts: list[Instrument]) -> Flow[Chain]:
        """The chain where the server has none, as of commodities: put together from quotes and Greeks."""
        quotes = yield from self.quote.flow(*contracts)
        greeks = yield from self.greeks.flow(*contracts)
        sides = {(one.strike, one.kind): _of_quote(one, quotes[one], greeks[one]) for one in contracts}
        strikes = sorted({one.strike for one in contracts if one.strike is not None})
        rows = [Strike(strike, sides.get((strike, "CE")), sides.get((strike, "PE"))) for strike in strikes]
        return Chain(underlying, spot, day, contracts[0].lot, rows)

    @flow
    def option(
        self, underlying: Name, strike: float | str, right: str, expiry: ExpiryLike = "nearest"
    ) -> Flow[Instrument]:
        """One option, to quote or to trade.

        Parameters:
            underlying: `NIFTY`, `RELIANCE`, ...
            strike: in rupees; or `ATM`, `ATM+2`, `ATM-1`: so many strikes above or below the price of the underlying.
            right: `CE` or `call`, `PE` or `put`.
            expiry: as in `options`.

        Raises:
            UnknownInstrumentError: there is no such strike.
            UnknownExpiryError: no options end then.
        """
        book = yield from InstrumentFlows.instruments.flow(self)
        pair = book.underlying(underlying)
        spot = None
        if isinstance(strike, str) and strike.upper().startswith("ATM"):
            spot = yield from self._spot(book, pair, book.options(pair, expiry)[0])
            if not spot:
                raise ValueError(f"{pair[0]} has no price to be at the money of; name a strike")
        return book.option(pair, strike, right, expiry, spot=spot)


def _strike(row: OptionStrikeData, contracts: Mapping[str, Instrument], like: Instrument) -> Strike:
    strike = float(row.strike_price or 0.0)
    return Strike(
        strike,
        _of_chain(row.call_options, contracts, like, strike, "CE"),
        _of_chain(row.put_options, contracts, like, strike, "PE"),
    )


def _of_chain(
    side: PutCallOptionChainData | None, contracts: Mapping[str, Instrument], like: Instrument, strike: float, kind: str
) -> Option | None:
    if side is None or not side.instrument_key:
        return None
    market, greeks = side.market_data or MarketData(), side.option_greeks or AnalyticsData()
    instrument = contracts.get(side.instrument_key) or _newer(side.instrument_key, like, strike, kind)
    return Option(
        instrument=instrument,
        ltp=market.ltp or 0.0,
        bid=market.bid_price or 0.0,
        ask=market.ask_price or 0.0,
        bid_quantity=market.bid_qty or 0,
        ask_quantity=market.ask_qty or 0,
        volume=market.volume or 0,
        oi=int(market.oi or 0),
        oi_change=int((market.oi or 0) - (market.prev_oi or 0)),
        close=market.close_price or 0.0,
        iv=greeks.iv or 0.0,
        delta=greeks.delta or 0.0,
        gamma=greeks.gamma or 0.0,
        theta=greeks.theta or 0.0,
        vega=greeks.vega or 0.0,
        pop=greeks.pop,
    )


def _newer(key: str, like: Instrument, strike: float, kind: str) -> Instrument:
    """A contract that was added after the day's file."""
    day = f"{like.expiry:%d %b %y}".upper() if like.expiry else ""
    symbol = f"{like.underlying} {strike:.10g} {kind} {day}"
    return msgspec.structs.replace(like, key=key, symbol=symbol, strike=strike, kind=kind, token=key.partition("|")[2])


def _of_quote(instrument: Instrument, quote: Quote, greeks: Greeks) -> Option:
    return Option(
        instrument=instrument,
        ltp=quote.last_price,
        bid=quote.bid or 0.0,
        ask=quote.ask or 0.0,
        bid_quantity=quote.depth.buy[0].quantity if quote.depth.buy else 0,
        ask_quantity=quote.depth.sell[0].quantity if quote.depth.sell else 0,
        volume=quote.volume,
        oi=quote.oi or 0,
        oi_change=(quote.oi or 0) - (quote.previous_oi or 0),
        close=quote.previous_close or 0.0,
        iv=greeks.iv,
        delta=greeks.delta,
        gamma=greeks.gamma,
        theta=greeks.theta,
        vega=greeks.vega,
    )
