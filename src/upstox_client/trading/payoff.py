"""What a set of options and futures is worth on the day they end."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from upstox_client.amounts import grouped
from upstox_client.trading.tables import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Side = Literal["buy", "sell"]
LegKind = Literal["CE", "PE", "FUT"]

_WORDS: Final = re.compile(
    r"(?P<side>buy|sell|[+-])?\s*(?:(?P<lots>\d+)\s*x\s*)?(?P<strike>atm(?:[+-]\d+)?|\d+(?:\.\d+)?)\s*(?P<kind>ce|pe)"
    r"(?:\s*@\s*(?P<price>\d+(?:\.\d+)?))?",
    re.IGNORECASE,
)
_SIDES: Final[Mapping[str, Side]] = {"buy": "buy", "+": "buy", "": "buy", "sell": "sell", "-": "sell"}


class Leg(msgspec.Struct, frozen=True):
    """One option or future of a position.

    Attributes:
        side: `buy` or `sell`.
        kind: `CE`, `PE` or `FUT`.
        strike: in rupees; 0 of a future.
        price: what was paid or received for one unit, in rupees.
        quantity: in units, not lots.
    """

    side: Side
    kind: LegKind
    strike: float
    price: float
    quantity: int

    def value(self, spot: float) -> float:
        """What it has made when the underlying ends at `spot`, in rupees."""
        worth = {"CE": max(spot - self.strike, 0.0), "PE": max(self.strike - spot, 0.0), "FUT": spot}[self.kind]
        return (worth - self.price) * self.signed

    @property
    def signed(self) -> int:
        """The quantity, negative if sold."""
        return self.quantity if self.side == "buy" else -self.quantity

    def __str__(self) -> str:
        what = self.kind if self.kind == "FUT" else f"{self.strike:.10g} {self.kind}"
        return f"{self.side} {self.quantity} {what} @ {self.price:.10g}"


class Payoff(Table):
    """Profit and loss at the end, by the price of the underlying. It is exact: between strikes it is a straight line.

    Parameters:
        legs: what is held.
        spot: the price of the underlying now, in rupees.
        title: for pictures.
    """

    def __init__(self, legs: Sequence[Leg], spot: float, title: str = "") -> None:
        if not legs:
            raise ValueError("a payoff needs at least one leg, such as 'buy ATM CE'")
        self.legs = tuple(legs)
        self.spot = spot
        self.title = title

    def at(self, price: float) -> float:
        """Profit (or loss, negative) in rupees when the underlying ends at `price`."""
        return round(sum(leg.value(price) for leg in self.legs), 6)

    @property
    def cost(self) -> float:
        """What the options cost together, in rupees; negative if they brought money in."""
        return round(sum(leg.price * leg.signed for leg in self.legs if leg.kind != "FUT"), 6)

    @property
    def slope(self) -> int:
        """Rupees that a rupee more makes far above all strikes."""
        return sum(leg.signed for leg in self.legs if leg.kind != "PE")

    @property
    def kinks(self) -> list[float]:
        """The strikes."""
        return sorted({leg.strike for leg in self.legs if leg.kind != "FUT"})

    @property
    def max_profit(self) -> float:
        """The most that can be made, in rupees; infinite if there is no bound."""
        return math.inf if self.slope > 0 else max(self._corners())

    @property
    def max_loss(self) -> float:
        """The most that can be lost, in rupees, as a negative number; infinite if there is no bound."""
        return -math.inf if self.slope < 0 else min(0.0, *self._corners())

    @property
    def break_evens(self) -> list[float]:
        """The prices of the underlying at which nothing is made and nothing lost."""
        points = [0.0, *self.kinks]
        found = [
            price for price, value in zip(points, map(self.at, points), strict=True) if price and abs(value) < 1e-9
        ]
        for low, high in itertools.pairwise(points):
            below, above = self.at(low), self.at(high)
            if below * above < 0:
                found.append(low - below * (high - low) / (above - below))
        last = self.at(points[-1])
        if self.slope and last * self.slope < 0:
            found.append(points[-1] - last / self.slope)
        return sorted({round(price, 2) for price in found})

    def _corners(self) -> list[float]:
        return [self.at(price) for price in (0.0, *self.kinks)]

    def prices(self, count: int = 201) -> list[float]:
        """Prices of the underlying worth looking at: around the strikes, the break-evens and the present price."""
        marks = [*self.kinks, *self.break_evens, self.spot]
        low, high = min(marks), max(marks)
        room = max((high - low) * 0.35, self.spot * 0.03)
        low = max(low - room, 0.0)
        step = (high + room - low) / (count - 1)
        return sorted({*(round(low + step * place, 4) for place in range(count)), *self.kinks})

    def columns(self) -> Mapping[str, Sequence[Any]]:
        """`price` and `profit`."""
        prices = self.prices()
        return {"price": prices, "profit": [round(self.at(price), 2) for price in prices]}

    def plot(self, path: Path | str | None = None, **options: Any) -> Figure:
        """Draw it; see `upstox_client.pictures.payoff`. Written to `path` (PNG, SVG), if given."""
        from upstox_client.pictures import payoff

        return payoff(self, path, **options)

    def __repr__(self) -> str:
        even = ", ".join(f"{price:.10g}" for price in self.break_evens) or "no price"
        return (
            f"Payoff({'; '.join(map(str, self.legs))}: profit up to {_shown(self.max_profit)}, "
            f"loss up to {_shown(self.max_loss)}, break-even at {even})"
        )


def _shown(amount: float) -> str:
    return "no limit" if math.isinf(amount) else grouped(amount)


def leg_in_words(text: str, lot: int, lots: int, price_of: Callable[[str, LegKind], tuple[float, float]]) -> Leg:
    """A leg as people write it.

    Parameters:
        text: `buy 24500 CE`, `sell 2 x ATM+1 PE @ 120`; `+` and `-` are buy and sell, and buy may be left out.
        lot: units in a lot.
        lots: how many lots, if the text names no number.
        price_of: gives strike and price of `24500` or `ATM+1` and a kind.

    Raises:
        ValueError: it is none.
    """
    found = _WORDS.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"a leg is such as 'buy 24500 CE' or 'sell 2 x ATM+1 PE @ 120', got {text!r}")
    kind: LegKind = "CE" if found["kind"].upper() == "CE" else "PE"
    strike, price = price_of(found["strike"].upper(), kind)
    paid = float(found["price"]) if found["price"] else price
    return Leg(_SIDES[(found["side"] or "").lower()], kind, strike, paid, lot * int(found["lots"] or lots))
