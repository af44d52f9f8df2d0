"""A position: what was bought and sold of one instrument under one product, and what that comes to.

https://upstox.com/developer/api-documentation/get-positions. Amounts are whole numbers, price x quantity in
ten-thousandths of a rupee, for one unit of the instrument's multiplier; so no rounding ever loses money.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from upstox_emulator.account.figures import number, worth
from upstox_emulator.catalog.instrument import EXCHANGE_OF_SEGMENT, Instrument
from upstox_emulator.exchange.orders import INTRADAY, Product, Side
from upstox_emulator.market.view import Tick
from upstox_emulator.units import Price, amount, rupees


class Position(msgspec.Struct, kw_only=True):
    """One row of the positions.

    Attributes:
        overnight_quantity, overnight_cost, overnight_mark: of what was carried over the night, negative if it was
            sold; its price when it was traded, and at the latest settlement.
        day_buy_quantity, day_buy_value, day_sell_quantity, day_sell_value: traded today.
        cost, mark: of what is open now, at the average of its prices; negative if it was sold.
    """

    instrument: Instrument
    product: Product
    overnight_quantity: int = 0
    overnight_cost: int = 0
    overnight_mark: int = 0
    day_buy_quantity: int = 0
    day_buy_value: int = 0
    day_sell_quantity: int = 0
    day_sell_value: int = 0
    cost: int = 0
    mark: int = 0

    @property
    def quantity(self) -> int:
        """What is open; negative if it was sold."""
        return self.overnight_quantity + self.day_buy_quantity - self.day_sell_quantity

    @property
    def is_share(self) -> bool:
        """Whether it is of a share, not of a contract."""
        return not self.instrument.is_derivative

    @property
    def is_intraday(self) -> bool:
        """Whether it must be closed today."""
        return self.product in INTRADAY

    @property
    def is_paid(self) -> bool:
        """Whether it is paid for in full: premiums and delivered shares; the rest is carried on margin."""
        return self.instrument.is_option or (self.is_share and self.product == "D")

    # Money, in rupees

    @property
    def realised_today(self) -> Decimal:
        """Profit of what was closed today, against its cost or the latest settlement."""
        return self._money(self.day_sell_value - self.day_buy_value - self.overnight_mark + self.mark)

    @property
    def invested_today(self) -> Decimal:
        """By how much more is in it than this morning."""
        return self._money(self.mark - self.overnight_mark)

    @property
    def gained_today(self) -> Decimal:
        """What of today's trading is cash."""
        return self.realised_today - self.invested_today if self.is_paid else self.realised_today

    @property
    def open_cost(self) -> Decimal:
        """What was paid for what is open, negative if it was sold."""
        return self._money(self.cost)

    def unsettled(self, last: Price) -> Decimal:
        """Profit of what is open, since its cost or the latest settlement."""
        return self._money(self.quantity * last - self.mark)

    def _money(self, value: int) -> Decimal:
        return amount(value, worth(self.instrument))

    # Changes

    def trade(self, side: Side, quantity: int, price: Price) -> None:
        """Take a trade in. What it closes leaves at the average cost, the rest opens at its price."""
        signed = quantity if side == "BUY" else -quantity
        held = self.quantity
        closing = min(abs(held), quantity) if held * signed < 0 else 0
        self.cost += _opened(signed, closing, price) - _part(self.cost, closing, held)
        self.mark += _opened(signed, closing, price) - _part(self.mark, closing, held)
        self._count(side, quantity, quantity * price)

    def give(self, quantity: int, to: Position) -> None:
        """Let a part of what is open go over to another product, at its average cost: neither gains nor loses."""
        held = self.quantity
        cost, mark = _part(self.cost, quantity, held), _part(self.mark, quantity, held)
        self.cost -= cost
        self.mark -= mark
        if self.overnight_quantity:  # what was carried stays told, and a trade against it is
            self._count("SELL" if held > 0 else "BUY", quantity, abs(cost))
        else:
            self._count("BUY" if held > 0 else "SELL", -quantity, -abs(cost))
        to.take(quantity if held > 0 else -quantity, cost, mark)

    def take(self, signed: int, cost: int, mark: int) -> None:
        """Take in what another product gives."""
        quantity, held = abs(signed), self.quantity
        closing = min(abs(held), quantity) if held * signed < 0 else 0
        self.cost += cost - _part(cost, closing, quantity) - _part(self.cost, closing, held)
        self.mark += mark - _part(mark, closing, quantity) - _part(self.mark, closing, held)
        self._count("BUY" if signed > 0 else "SELL", quantity, abs(cost))

    def carry(self, mark: Price | None) -> None:
        """Over the night; `mark` is the settlement price of a future."""
        self.mark = self.cost if mark is None else self.quantity * mark
        self.overnight_quantity = self.quantity
        self.overnight_cost, self.overnight_mark = self.cost, self.mark
        self.day_buy_quantity = self.day_buy_value = self.day_sell_quantity = self.day_sell_value = 0

    def _count(self, side: Side, quantity: int, value: int) -> None:
        if side == "BUY":
            self.day_buy_quantity += quantity
            self.day_buy_value += value
        else:
            self.day_sell_quantity += quantity
            self.day_sell_value += value

    # As others see it

    def row(self, tick: Tick) -> dict[str, Any]:
        """As the positions show it; `pnl` is sold - bought + what is open at the last price, carried cost included."""
        figures = self._figures()
        bought, sold = self._traded()
        open_value = self.quantity * tick.last
        return {
            "exchange": EXCHANGE_OF_SEGMENT[self.instrument.segment],
            "multiplier": float(worth(self.instrument)),
            "value": self._shown(abs(self.cost)),
            "pnl": self._shown(sold - bought + open_value),
            "product": self.product,
            "instrument_token": self.instrument.key,
            "average_price": self._average(),
            "buy_value": figures["buy_value"],
            "overnight_quantity": self.overnight_quantity,
            "day_buy_value": figures["day_buy_value"],
            "day_buy_price": figures["day_buy_price"],
            "overnight_buy_amount": figures["overnight_buy_amount"],
            "overnight_buy_quantity": max(self.overnight_quantity, 0),
            "day_buy_quantity": self.day_buy_quantity,
            "day_sell_value": figures["day_sell_value"],
            "day_sell_price": figures["day_sell_price"],
            "overnight_sell_amount": figures["overnight_sell_amount"],
            "overnight_sell_quantity": max(-self.overnight_quantity, 0),
            "day_sell_quantity": self.day_sell_quantity,
            "quantity": self.quantity,
            "last_price": rupees(tick.last),
            "unrealised": self._shown(open_value - self.cost),
            "realised": self._shown(sold - bought + self.cost),
            "sell_value": figures["sell_value"],
            "trading_symbol": self.instrument.compact,
            "tradingsymbol": self.instrument.compact,
            "close_price": rupees(tick.previous_close),
            "buy_price": figures["buy_price"],
            "sell_price": figures["sell_price"],
        }

    def message(self) -> dict[str, Any]:
        """As the portfolio stream tells it; whole figures come without a fraction."""
        figures = {name: number(value) for name, value in self._figures().items()}
        return {
            "update_type": "position",
            "instrument_token": self.instrument.key,
            "instrument_key": self.instrument.key,
            "average_price": number(self._average() or 0.0),
            "buy_value": figures["buy_value"],
            "overnight_quantity": self.overnight_quantity,
            "exchange": self.instrument.segment,
            "day_buy_value": figures["day_buy_value"],
            "day_buy_price": figures["day_buy_price"],
            "overnight_buy_amount": figures["overnight_buy_amount"],
            "overnight_buy_quantity": max(self.overnight_quantity, 0),
            "day_buy_quantity": self.day_buy_quantity,
            "day_sell_value": figures["day_sell_value"],
            "day_sell_price": figures["day_sell_price"],
            "overnight_sell_amount": figures["overnight_sell_amount"],
            "overnight_sell_quantity": max(-self.overnight_quantity, 0),
            "day_sell_quantity": self.day_sell_quantity,
            "multiplier": worth(self.instrument),
            "quantity": self.quantity,
            "product": self.product,
            "sell_value": figures["sell_value"],
            "buy_price": figures["buy_price"],
            "sell_price": figures["sell_price"],
        }

    def _figures(self) -> dict[str, float]:
        bought, sold = self._traded()
        return {
            "buy_value": self._shown(bought),
            "sell_value": self._shown(sold),
            "day_buy_value": self._shown(self.day_buy_value),
            "day_sell_value": self._shown(self.day_sell_value),
            "day_buy_price": _price(self.day_buy_value, self.day_buy_quantity),
            "day_sell_price": _price(self.day_sell_value, self.day_sell_quantity),
            "overnight_buy_amount": rupees(max(self.overnight_cost, 0)),  # the sample leaves the multiplier out here
            "overnight_sell_amount": rupees(max(-self.overnight_cost, 0)),
            "buy_price": _price(bought, self.day_buy_quantity + max(self.overnight_quantity, 0)),
            "sell_price": _price(sold, self.day_sell_quantity + max(-self.overnight_quantity, 0)),
        }

    def _traded(self) -> tuple[int, int]:
        """Bought and sold, what was carried included."""
        return self.day_buy_value + max(self.overnight_cost, 0), self.day_sell_value + max(-self.overnight_cost, 0)

    def _average(self) -> float | None:
        return _price(self.cost, self.quantity) if self.quantity else None

    def _shown(self, value: int) -> float:
        return float(self._money(value))


def _opened(signed: int, closing: int, price: Price) -> int:
    """The value of the part of a trade that opens."""
    return (signed - closing if signed > 0 else signed + closing) * price


def _part(value: int, quantity: int, of: int) -> int:
    """The part of a value that belongs to `quantity` of `of`; all of it is all of it."""
    return value * quantity // abs(of) if quantity else 0


def _price(value: int, quantity: int) -> float:
    return round(rupees(value) / quantity, 6) if quantity else 0.0
