"""The matching core: an account's orders in one instrument, against the depth that the market shows.

Pure: no clock, no market, no account; the same calls give the same fills. An incoming order takes what the depth
offers, the best price first, and never more of it in one moment than it offers. What is left of it rests behind the
quantity that already stands at its price, and trades when the market trades through that price, or when so much has
traded at it that its turn has come. An order never trades with another of the same account: what would, is stopped.
"""

from __future__ import annotations

from bisect import insort
from operator import attrgetter
from typing import Final, NamedTuple

import msgspec

from upstox_emulator.market.view import Depth, Level
from upstox_emulator.units import Price


class Fill(NamedTuple):
    """A part of an order has traded."""

    order_id: str
    price: Price
    quantity: int


class Entered(NamedTuple):
    """What became of an incoming order.

    Attributes:
        fills: what it traded at once.
        stopped: whether the rest of it would have traded with the account's own order; it is then not in the book.
    """

    fills: list[Fill]
    stopped: bool


class Entry(msgspec.Struct, eq=False, gc=False):
    """An order in the book.

    Attributes:
        buys: its side. limit: the price it may trade at.
        rest: units that have not traded.
        disclosed: units it shows at a time; 0 shows all.
        ahead: units of others that trade before it at its price.
        shown: units left of what it shows.
        sweeping: it has emptied the depth within its limit, and takes what comes after instead of waiting its turn.
        rank: orders the book: the better price first, then the earlier one.
    """

    order_id: str
    buys: bool
    limit: Price
    rest: int
    disclosed: int = 0
    ahead: int = 0
    shown: int = 0
    sweeping: bool = False
    rank: tuple[int, int] = (0, 0)


class Stop(NamedTuple):
    """An order that waits for its trigger price to trade: or above if it buys, or below if it sells."""

    order_id: str
    buys: bool
    trigger: Price


class Reach(NamedTuple):
    """The traded prices at which something happens: down to `low`, or up to `high`; None where nothing waits."""

    low: Price | None
    high: Price | None

    def covers(self, low: Price, high: Price) -> bool:
        """Whether prices between these two reach it."""
        return (self.low is not None and low <= self.low) or (self.high is not None and high >= self.high)

    def joined(self, other: Reach) -> Reach:
        """What reaches one or the other."""
        lows = [low for low in (self.low, other.low) if low is not None]
        highs = [high for high in (self.high, other.high) if high is not None]
        return Reach(max(lows, default=None), min(highs, default=None))


_RANK: Final = attrgetter("rank")


class Book:
    """An account's working orders in one instrument."""

    def __init__(self) -> None:
        self._bids: list[Entry] = []
        self._asks: list[Entry] = []
        self._entries: dict[str, Entry] = {}
        self._stops: dict[str, Stop] = {}
        self._arrivals = 0
        self._moment = -1.0
        self._taken: dict[Price, int] = {}

    def __len__(self) -> int:
        return len(self._entries) + len(self._stops)

    def reach(self) -> Reach:
        """The traded prices that touch an order here."""
        lows = [self._bids[0].limit] if self._bids else []
        highs = [self._asks[0].limit] if self._asks else []
        for stop in self._stops.values():
            (highs if stop.buys else lows).append(stop.trigger)
        return Reach(max(lows, default=None), min(highs, default=None))

    def stands_at(self, price: Price) -> bool:
        """Whether an order waits for its turn at this very price."""
        return any(entry.limit == price for entry in self._entries.values())

    # In and out

    def enter(self, entry: Entry, depth: Depth, moment: float, *, immediate: bool = False) -> Entered:
        """Take an order in.

        Parameters:
            depth: what the market offers at the moment; `moment` tells one state of the market from the next.
            immediate: what does not trade at once does not stay.
        """
        wall = self._wall(entry)
        fills = self._take(entry, depth, moment, wall)
        if wall is not None and entry.rest:
            return Entered(fills, stopped=True)
        if entry.rest and not immediate:
            self._rest(entry, depth)
        return Entered(fills, stopped=False)

    def hold(self, stop: Stop) -> None:
        """Let an order wait for its trigger."""
        self._stops[stop.order_id] = stop

    def withdraw(self, order_id: str) -> None:
        """Take an order out, if it is here."""
        self._stops.pop(order_id, None)
        entry = self._entries.pop(order_id, None)
        if entry is not None:
            (self._bids if entry.buys else self._asks).remove(entry)

    def shrink(self, order_id: str, rest: int) -> bool:
        """Make a resting order smaller; it keeps its place. False if it is not here, or not that large."""
        entry = self._entries.get(order_id)
        if entry is None or not 0 < rest <= entry.rest:
            return False
        entry.rest, entry.shown = rest, min(entry.shown, rest)
        return True

    # Time goes on

    def trade(self, last: Price, volume: int, depth: Depth, moment: float) -> list[Fill]:
        """The market has traded.

        Parameters:
            last: at this price.
            volume: units since the moment before.
            depth: what the market offers now.
        """
        fills: list[Fill] = []
        for side in (self._bids, self._asks):
            left = volume
            for entry in tuple(side):
                distance = entry.limit - last if entry.buys else last - entry.limit
                if distance < 0:
                    break
                entry.sweeping = entry.sweeping and _crosses(entry, depth)
                if entry.sweeping:
                    fills += self._take(entry, depth, moment, None)
                elif distance > 0:
                    fills.append(self._fill(entry, entry.limit, entry.rest))
                else:
                    got = self._queue(entry, left, _at(depth.bids if entry.buys else depth.asks, last))
                    left -= got
                    if got:
                        fills.append(Fill(entry.order_id, last, got))
                    fills += self._take(entry, depth, moment, None)
                if not entry.rest:
                    self.withdraw(entry.order_id)
        return fills

    def triggered(self, last: Price) -> list[str]:
        """The orders that this price sets off, in their order of arrival; they wait no longer."""
        found = [
            stop.order_id
            for stop in self._stops.values()
            if (last >= stop.trigger if stop.buys else last <= stop.trigger)
        ]
        for order_id in found:
            del self._stops[order_id]
        return found

    # Inside

    def _wall(self, entry: Entry) -> Entry | None:
        """The account's own order that this one would run into."""
        if entry.buys:
            return self._asks[0] if self._asks and self._asks[0].limit <= entry.limit else None
        return self._bids[0] if self._bids and self._bids[0].limit >= entry.limit else None

    def _take(self, entry: Entry, depth: Depth, moment: float, wall: Entry | None) -> list[Fill]:
        """What the depth offers within the limit, up to the account's own order."""
        if moment != self._moment:
            self._moment = moment
            self._taken.clear()
        fills: list[Fill] = []
        sign = 1 if entry.buys else -1
        limit = sign * entry.limit
        end = limit if wall is None else sign * wall.limit
        for price, offered, _ in depth.asks if entry.buys else depth.bids:
            reached = sign * price
            if not entry.rest or reached > limit or reached > end:
                break
            free = offered - self._taken.get(price, 0)
            if wall is not None and reached == end:
                free = min(free, wall.ahead)
            if free > 0:
                quantity = min(entry.rest, free)
                self._taken[price] = self._taken.get(price, 0) + quantity
                fills.append(self._fill(entry, price, quantity))
        return fills

    def _rest(self, entry: Entry, depth: Depth) -> None:
        self._arrivals += 1
        entry.sweeping = _crosses(entry, depth)
        entry.ahead = _before(depth.bids if entry.buys else depth.asks, entry)
        entry.shown = min(entry.disclosed, entry.rest) if entry.disclosed else entry.rest
        entry.rank = (-entry.limit if entry.buys else entry.limit, self._arrivals)
        insort(self._bids if entry.buys else self._asks, entry, key=_RANK)
        self._entries[entry.order_id] = entry

    @staticmethod
    def _queue(entry: Entry, volume: int, displayed: int) -> int:
        """The units of an order whose turn comes when so many trade at its price.

        An order that shows only a part of itself goes to the end of the queue with each next part.
        """
        got = 0
        while volume > 0 and entry.rest:
            before = min(entry.ahead, volume)
            entry.ahead -= before
            volume -= before
            quantity = min(volume, entry.shown)
            entry.rest -= quantity
            entry.shown -= quantity
            volume -= quantity
            got += quantity
            if not entry.shown and entry.rest:
                entry.shown, entry.ahead = min(entry.disclosed, entry.rest), displayed
        return got

    @staticmethod
    def _fill(entry: Entry, price: Price, quantity: int) -> Fill:
        entry.rest -= quantity
        entry.shown = min(entry.shown, entry.rest)
        return Fill(entry.order_id, price, quantity)


def _crosses(entry: Entry, depth: Depth) -> bool:
    """Whether the market offers within its limit."""
    if entry.buys:
        return bool(depth.asks) and depth.asks[0].price <= entry.limit
    return bool(depth.bids) and depth.bids[0].price >= entry.limit


def _before(levels: tuple[Level, ...], entry: Entry) -> int:
    """The units that stand at an order's price; beyond what is shown, as many as at the last price shown."""
    if not levels:
        return 0
    price, quantity, _ = levels[-1]
    hidden = entry.limit < price if entry.buys else entry.limit > price
    return quantity if hidden else _at(levels, entry.limit)


def _at(levels: tuple[Level, ...], wanted: Price) -> int:
    for price, quantity, _ in levels:
        if price == wanted:
            return quantity
    return 0
