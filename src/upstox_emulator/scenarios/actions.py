"""What a step of a scenario can do. Each action is the value behind its name in the YAML file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import msgspec

from upstox_emulator.clock import IST
from upstox_emulator.errors import refuse
from upstox_emulator.exchange.orders import Side
from upstox_emulator.exchange.steering import Aim, Armed, Call, Deed
from upstox_emulator.faults import Fault
from upstox_emulator.feed.backend import Feed
from upstox_emulator.units import rupees
from upstox_emulator.venue import Logout

if TYPE_CHECKING:
    from upstox_emulator.emulator import Emulator

_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
_WRITES: Final = ("POST", "PUT", "DELETE")


class Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that a step does."""

    def instruments(self) -> Iterator[str]:
        """The keys or symbols that it needs."""
        yield from ()

    def do(self, em: Emulator) -> None:
        """Do it."""
        raise NotImplementedError


def time_of(text: str) -> dt.time:
    """A time of the day, `HH:MM` or `HH:MM:SS`.

    Raises:
        ValueError: it is none.
    """
    if not _TIME.fullmatch(text):
        raise ValueError(f"{text!r} is no time of the day; write HH:MM or HH:MM:SS, such as 09:15")
    return dt.time.fromisoformat(text)


def next_time(time: dt.time, after: dt.datetime) -> dt.datetime:
    """The first moment of this time of the day that is not before another."""
    today = dt.datetime.combine(after.astimezone(IST).date(), time, IST)
    return today if today >= after else today + dt.timedelta(days=1)


# Prices


class Target(Action, frozen=True, kw_only=True):
    """A price, in one of three ways.

    Attributes:
        price: rupees.
        change: percent of the price as it stands, to the nearest tick.
        limit: the day's highest or lowest price.
    """

    price: float | None = None
    change: float | None = None
    limit: Literal["upper", "lower"] | None = None

    def __post_init__(self) -> None:
        if sum(way is not None for way in (self.price, self.change, self.limit)) != 1:
            raise ValueError("a price is told by one of price, change or limit")

    def rupees(self, em: Emulator, name: str) -> float:
        """The price for an instrument."""
        if self.price is not None:
            return self.price
        key, now = em.market.key(name), em.clock.now()
        tick, instrument = em.venue.market.tick(key, now.timestamp()), em.venue.catalog.find(key, now.date())
        if self.change is not None:
            step = 1 if instrument is None else instrument.tick
            return rupees(round(tick.last * (1 + self.change / 100) / step) * step)
        if not tick.upper_circuit:
            raise ValueError(f"{name!r} has no limits of the day")
        return rupees(tick.upper_circuit if self.limit == "upper" else tick.lower_circuit)


class SetPrice(Target, frozen=True, kw_only=True):
    """Hold a price. `force` lets it leave the day's limits."""

    instrument: str
    force: bool = False

    def instruments(self) -> Iterator[str]:
        yield self.instrument

    def do(self, em: Emulator) -> None:
        em.market.set_price(self.instrument, self.rupees(em, self.instrument), force=self.force)


class Jump(Target, frozen=True, kw_only=True):
    """A move of a price, so many seconds after the step."""

    after: float = 0.0


class Move(Action, frozen=True):
    """Let a price jump, again and again; the changes are of the price as it stands at the step."""

    instrument: str
    to: list[Jump]
    force: bool = False

    def __post_init__(self) -> None:
        times = [jump.after for jump in self.to]
        if not times or times != sorted(times) or times[0] < 0:
            raise ValueError("the moves of a price come in the order of their times: `to: [{after: 5, change: -1}]`")

    def instruments(self) -> Iterator[str]:
        yield self.instrument

    def do(self, em: Emulator) -> None:
        moves = [(jump.after, jump.rupees(em, self.instrument)) for jump in self.to]
        em.market.move(self.instrument, moves, force=self.force)


class Release(Action, frozen=True):
    """Let a price go its own way again."""

    instrument: str

    def instruments(self) -> Iterator[str]:
        yield self.instrument

    def do(self, em: Emulator) -> None:
        em.market.release(self.instrument)


# Orders


class Order(Action, frozen=True):
    """A rule for orders, as `em.orders.on(...)` makes it.

    Attributes:
        deed: what becomes of them.
        tag, instrument, side, times, call: which orders.
        text: of `reject` and `refuse`. share: of `partial`. price: of `fill`. seconds: of `delay` and `cancel`.
        then_fill: after `partial`: when the rest trades, in seconds.
    """

    deed: Deed
    tag: str | None = None
    instrument: str | None = None
    side: Side | None = None
    call: Call = "place"
    times: int | None = None
    text: str | None = None
    share: float | None = None
    price: float | None = None
    seconds: float | None = None
    then_fill: float | None = None

    def __post_init__(self) -> None:
        if self.deed == "partial" and self.share is None:
            raise ValueError("`deed: partial` needs a `share`, such as 0.4")
        if self.deed == "delay" and self.seconds is None:
            raise ValueError("`deed: delay` needs `seconds`")
        if self.then_fill is not None and self.deed != "partial":
            raise ValueError(f"`then_fill` goes with `deed: partial`, not with `deed: {self.deed}`")

    def instruments(self) -> Iterator[str]:
        if self.instrument is not None:
            yield self.instrument

    def do(self, em: Emulator) -> None:
        key = None if self.instrument is None else em.market.key(self.instrument)
        aim = em.orders.on(tag=self.tag, key=key, side=self.side, call=self.call, times=self.times)
        armed = _DEEDS[self.deed](aim, self)
        if self.then_fill is not None:
            armed.then_fill(self.then_fill)


_DEEDS: Final[dict[Deed, Callable[[Aim, Order], Armed]]] = {
    "refuse": lambda aim, it: aim.refuse() if it.text is None else aim.refuse(it.text),
    "reject": lambda aim, it: aim.reject() if it.text is None else aim.reject(it.text),
    "partial": lambda aim, it: aim.partial(it.share or 0.0),
    "stall": lambda aim, _: aim.stall(),
    "fill": lambda aim, it: aim.fill(it.price),
    "delay": lambda aim, it: aim.delay(it.seconds or 0.0),
    "cancel": lambda aim, it: aim.cancel(it.seconds or 0.0),
    "race": lambda aim, _: aim.race(),
}


class OrderService(Action, frozen=True):
    """Close the service that takes orders, or open it again: UDAPI100074 for whatever changes an order."""

    state: Literal["open", "closed"]

    def do(self, em: Emulator) -> None:
        body = refuse("orders_closed").envelope()
        for fault in em.faults.armed():
            if fault.body == body:
                fault.times = fault.hits
        if self.state == "closed":
            for method in _WRITES:
                em.faults.status(423, body, path="/v[23]/order/*", method=method, times=None)


# Faults, time and tokens


class Storm(Action, frozen=True):
    """Answer 429, so many times, with a `Retry-After` if one is given."""

    times: int | None = None
    retry_after: float | None = None
    path: str = "*"
    method: str | None = None

    def do(self, em: Emulator) -> None:
        em.faults.rate_limit_storm(retry_after=self.retry_after, path=self.path, method=self.method, times=self.times)


class Kick(Action, frozen=True):
    """Close the feeds' connections; 1006 without a goodbye."""

    code: int = 1006
    reason: str = ""
    feed: Feed | None = None

    def do(self, em: Emulator) -> None:
        em.feed.kick(self.code, self.reason, feed=self.feed)


class Clock(Action, frozen=True):
    """Steer the clock: jump to the next moment of a time of the day, jump forward, or change the speed."""

    set: str | None = None
    advance: float | None = None
    speed: float | None = None

    def __post_init__(self) -> None:
        if self.set is None and self.advance is None and self.speed is None:
            raise ValueError("the clock is steered by set, advance or speed")
        if self.advance is not None and self.advance < 0:
            raise ValueError(f"the clock is advanced by a positive time, got {self.advance!r}")
        if self.set is not None:
            time_of(self.set)

    def do(self, em: Emulator) -> None:
        if self.speed is not None:
            em.clock.speed = self.speed
        if self.set is not None:
            em.clock.set(next_time(time_of(self.set), em.clock.now()))
        if self.advance is not None:
            em.clock.advance(self.advance)


class Token(Action, frozen=True):
    """End a token, as if the account holder had logged out elsewhere; the ready access token if none is told."""

    end: str | None = None

    def do(self, em: Emulator) -> None:
        em.backend.execute(Logout(em.clock.now(), self.end or em.access_token))


Clearing: TypeAlias = Literal["faults", "orders"]


class Clear(Action, frozen=True):
    """Disarm all faults, or end all rules for orders."""

    what: list[Clearing]

    def do(self, em: Emulator) -> None:
        if "faults" in self.what:
            em.faults.clear()
        if "orders" in self.what:
            em.orders.clear()


class Break(Fault, forbid_unknown_fields=True):
    """Arm a fault."""

    def instruments(self) -> Iterator[str]:
        """None."""
        yield from ()

    def do(self, em: Emulator) -> None:
        """Arm it; each time a fresh one."""
        em.faults.arm(Fault(**msgspec.structs.asdict(self)))
