"""What the account has: positions, holdings, profit and loss, trades.

https://upstox.com/developer/api-documentation/get-positions
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

import msgspec

from upstox_client.amounts import grouped
from upstox_client.instruments import Instrument, Name
from upstox_client.models.portfolio import HoldingsData, PositionData
from upstox_client.models.websocket import PositionUpdate
from upstox_client.trading.tables import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

R = TypeVar("R", bound=msgspec.Struct)


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A position of the day. Prices and amounts in rupees, quantities in units (of commodities, lots).

    Attributes:
        symbol, key: the instrument's.
        exchange, product: where, and as what: `D`, `I`, `MTF`.
        quantity: the open one; below 0 where it was sold first.
        average_price: of the open quantity.
        last_price, close_price: now, and at the end of the day before.
        multiplier: what a rupee of price is worth for each unit.
        buy_quantity, sell_quantity: in all, what was carried from the day before included.
        overnight_quantity: what was carried.
        day_buy_value, day_sell_value: of today's trades.
        realised: the profit of what is closed.
    """

    symbol: str
    key: str
    exchange: str
    product: str
    quantity: int
    average_price: float
    last_price: float
    close_price: float
    multiplier: float
    buy_quantity: int
    sell_quantity: int
    overnight_quantity: int
    day_buy_value: float
    day_sell_value: float
    realised: float

    @property
    def is_open(self) -> bool:
        """Whether there is anything to close."""
        return self.quantity != 0

    @property
    def value(self) -> float:
        """What it is worth now; below 0 where it was sold first."""
        return round(self.quantity * self.last_price * self.multiplier, 2)

    @property
    def unrealised(self) -> float:
        """The profit of what is open, since it was opened."""
        return round(self.quantity * (self.last_price - self.average_price) * self.multiplier, 2)

    @property
    def pnl(self) -> float:
        """The profit in all."""
        return round(self.realised + self.unrealised, 2)

    @property
    def day_pnl(self) -> float:
        """The profit of today: of what was carried, since the close of the day before."""
        carried = self.overnight_quantity * self.close_price * self.multiplier
        return round(self.day_sell_value - self.day_buy_value + self.value - carried, 2)

    def at(self, price: float) -> Position:
        """The same at another last price."""
        return msgspec.structs.replace(self, last_price=price)


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """Shares in the demat account. Prices and amounts in rupees.

    Attributes:
        quantity: units.
        arriving: units that are bought and not delivered yet.
        pledged: units.
        average_price: what they were bought at.
        last_price, close_price: now, and at the end of the day before.
        haircut: the fraction that does not count when they are pledged.
    """

    symbol: str
    key: str
    isin: str
    company: str
    quantity: int
    arriving: int
    pledged: int
    average_price: float
    last_price: float
    close_price: float
    haircut: float

    @property
    def invested(self) -> float:
        """What they cost."""
        return round(self.quantity * self.average_price, 2)

    @property
    def value(self) -> float:
        """What they are worth now."""
        return round(self.quantity * self.last_price, 2)

    @property
    def pnl(self) -> float:
        """The profit since they were bought."""
        return round(self.value - self.invested, 2)

    @property
    def pnl_percent(self) -> float | None:
        """The same, in percent."""
        return round(self.pnl / self.invested * 100, 2) if self.invested else None

    @property
    def day_change(self) -> float:
        """What today has changed."""
        return round(self.quantity * (self.last_price - self.close_price), 2)


class _Rows(Sequence[R], Table, Generic[R]):
    """Rows with a name each: `found["RELIANCE"]`, `found[0]`."""

    shown: tuple[str, ...]

    def __init__(self, rows: Sequence[R]) -> None:
        self._rows = list(rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[R]:
        return iter(tuple(self._rows))

    @overload
    def __getitem__(self, place: int | Name) -> R: ...
    @overload
    def __getitem__(self, place: slice) -> list[R]: ...
    def __getitem__(self, place: int | slice | Name) -> R | list[R]:
        """By place, or by symbol, key or instrument.

        Raises:
            KeyError: there is none of that name.
            LookupError: there are several, of several products; `of` gives all.
        """
        if isinstance(place, (int, slice)):
            return self._rows[place]
        found = self.of(place)
        if not found:
            raise KeyError(str(place))
        if len(found) > 1:
            raise LookupError(f"there are {len(found)} of {place}; of({str(place)!r}) gives all")
        return found[0]

    def of(self, name: Name) -> list[R]:
        """All of an instrument, by its symbol or key."""
        wanted = name.key if isinstance(name, Instrument) else name
        return [row for row in self._rows if wanted.upper() in self._names(row)]

    @staticmethod
    def _names(row: Any) -> set[str]:
        return {row.symbol.upper(), row.key.upper()}

    def total(self, name: str) -> float:
        """The sum of a column."""
        amounts: list[float] = [getattr(row, name) for row in self._rows]
        return round(sum(amounts), 2)

    def columns(self) -> Mapping[str, Sequence[Any]]:
        """What they are and what they are worth."""
        rows = tuple(self._rows)  # they may change meanwhile
        return {name: [getattr(row, name) for row in rows] for name in self.shown}

    def plot(self, path: Path | str | None = None) -> Figure:
        """Draw profits and losses, and save them as PNG or SVG.

        Raises:
            MissingExtraError: matplotlib is not installed.
        """
        from upstox_client.pictures.profit import profit

        values: dict[str, float] = {}
        for row in self._rows:
            symbol: str = cast("Any", row).symbol
            values[symbol] = values.get(symbol, 0.0) + cast("Any", row).pnl
        return profit(values, path)


Told = Callable[["Position"], object]


class Positions(_Rows[Position]):
    """The day's positions; those closed today are among them, with a quantity of 0.

    With the stream on (`up.live()`) they keep themselves current; `mark` gives them newer prices.
    """

    shown = (
        "symbol", "product", "exchange", "quantity", "average_price", "last_price", "value", "realised", "unrealised",
        "pnl", "day_pnl", "buy_quantity", "sell_quantity", "overnight_quantity", "key",
    )  # fmt: skip

    def __init__(self, rows: Sequence[Position], name_of: Callable[[str], str] = str) -> None:
        super().__init__(rows)
        self._name_of = name_of
        self._lock = threading.Lock()  # the stream speaks from a thread of its own
        self._callbacks: list[Told] = []

    @property
    def open(self) -> list[Position]:
        """Those that are open."""
        return [row for row in self._rows if row.is_open]

    @property
    def realised(self) -> float:
        """The profit of all that is closed, in rupees."""
        return self.total("realised")

    @property
    def unrealised(self) -> float:
        """The profit of all that is open, in rupees."""
        return self.total("unrealised")

    @property
    def pnl(self) -> float:
        """The profit in all, in rupees."""
        return self.total("pnl")

    @property
    def day_pnl(self) -> float:
        """The profit of today, in rupees."""
        return self.total("day_pnl")

    def on_update(self, callback: Told) -> None:
        """Call `callback` with each position that the stream changes."""
        self._callbacks.append(callback)

    def mark(self, prices: Mapping[str, float]) -> None:
        """Newer prices, in rupees, by symbol or key, such as those of the market feed."""
        with self._lock:
            for place, row in enumerate(self._rows):
                price = prices.get(row.key, prices.get(row.symbol))
                if price is not None:
                    self._rows[place] = row.at(price)

    def hear(self, update: PositionUpdate) -> None:
        """The stream says so."""
        key, product = update.instrument_token or update.instrument_key or "", update.product or ""
        with self._lock:
            for place, row in enumerate(self._rows):
                if (row.key, row.product) == (key, product):
                    now = self._rows[place] = position_of_update(update, row.symbol, row)
                    break
            else:
                now = position_of_update(update, self._name_of(key), None)
                self._rows.append(now)
        for callback in self._callbacks:
            callback(now)

    def __repr__(self) -> str:
        return f"<{len(self.open)} open of {len(self)} positions, {grouped(self.pnl, sign=True)} rupees>"


class Holdings(_Rows[Holding]):
    """The shares in the demat account."""

    shown = (
        "symbol", "company", "quantity", "average_price", "last_price", "invested", "value", "pnl", "pnl_percent",
        "day_change", "arriving", "pledged", "isin", "key",
    )  # fmt: skip

    @property
    def invested(self) -> float:
        """What they cost, in rupees."""
        return self.total("invested")

    @property
    def value(self) -> float:
        """What they are worth now, in rupees."""
        return self.total("value")

    @property
    def pnl(self) -> float:
        """The profit since they were bought, in rupees."""
        return self.total("pnl")

    @property
    def day_change(self) -> float:
        """What today has changed, in rupees."""
        return self.total("day_change")

    def weights(self) -> dict[str, float]:
        """The share of each in the whole, by symbol."""
        return {row.symbol: row.value / self.value for row in self._rows} if self.value else {}

    def __repr__(self) -> str:
        return f"<{len(self)} holdings worth {grouped(self.value)} rupees, {grouped(self.pnl, sign=True)}>"


# From the wire


def position_of(row: PositionData) -> Position:
    """A position of the wire."""
    quantity = row.quantity or 0
    average = row.average_price
    if average is None:
        average = (row.buy_price if quantity > 0 else row.sell_price) or 0.0
    return Position(
        symbol=row.trading_symbol or row.tradingsymbol or row.instrument_token or "",
        key=row.instrument_token or "",
        exchange=row.exchange or "",
        product=row.product or "",
        quantity=quantity,
        average_price=average,
        last_price=row.last_price or 0.0,
        close_price=row.close_price or 0.0,
        multiplier=row.multiplier or 1.0,
        buy_quantity=(row.overnight_buy_quantity or 0) + (row.day_buy_quantity or 0),
        sell_quantity=(row.overnight_sell_quantity or 0) + (row.day_sell_quantity or 0),
        overnight_quantity=row.overnight_quantity or 0,
        day_buy_value=row.day_buy_value or 0.0,
        day_sell_value=row.day_sell_value or 0.0,
        realised=row.realised or 0.0,
    )


def position_of_update(row: PositionUpdate, symbol: str, before: Position | None) -> Position:
    """A position of the stream, which tells neither the last price nor the profit."""
    quantity, multiplier = row.quantity or 0, row.multiplier or 1.0
    bought = (row.overnight_buy_quantity or 0) + (row.day_buy_quantity or 0)
    sold = (row.overnight_sell_quantity or 0) + (row.day_sell_quantity or 0)
    buy_price, sell_price = row.buy_price or 0.0, row.sell_price or 0.0
    average = (buy_price if quantity > 0 else sell_price) if quantity else 0.0
    return Position(
        symbol=symbol,
        key=row.instrument_token or row.instrument_key or "",
        exchange=before.exchange if before else row.exchange or "",
        product=row.product or "",
        quantity=quantity,
        average_price=row.average_price or average,
        last_price=before.last_price if before else average,
        close_price=before.close_price if before else 0.0,
        multiplier=multiplier,
        buy_quantity=bought,
        sell_quantity=sold,
        overnight_quantity=row.overnight_quantity or 0,
        day_buy_value=row.day_buy_value or 0.0,
        day_sell_value=row.day_sell_value or 0.0,
        realised=round(min(bought, sold) * (sell_price - buy_price) * multiplier, 2),
    )


def holding_of(row: HoldingsData) -> Holding:
    """A holding of the wire."""
    return Holding(
        symbol=row.trading_symbol or row.tradingsymbol or row.isin or "",
        key=row.instrument_token or "",
        isin=row.isin or "",
        company=row.company_name or "",
        quantity=row.quantity or 0,
        arriving=row.t1_quantity or 0,
        pledged=row.collateral_quantity or 0,
        average_price=row.average_price or 0.0,
        last_price=row.last_price or 0.0,
        close_price=row.close_price or 0.0,
        haircut=row.haircut or 0.0,
    )
