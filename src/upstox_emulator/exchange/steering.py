"""Orders steered by rule, for tests of what a program does when they do not simply trade.

From Python: `em.orders.on(tag="x").partial(0.4).then_fill(after=5)`. From any language: by a magic tag on the order
itself, `em:partial:0.4:5`. See docs/emulator/orders.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import msgspec

from upstox_emulator.errors import KINDS, Refusal, refuse
from upstox_emulator.exchange.orders import Side

if TYPE_CHECKING:
    from upstox_emulator.backend import Backend

Call: TypeAlias = Literal["place", "modify", "cancel"]
Deed: TypeAlias = Literal["refuse", "reject", "partial", "stall", "fill", "delay", "cancel", "race"]

MAGIC: Final = "em:"

_DEAREST: Final = 1e8
_REJECTED: Final = "The order was rejected by a rule of the emulator."


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to an order.

    Attributes:
        deed: `refuse`: the API's error `text` (a code, or a name in the table of errors) instead of an answer.
            `reject`: by the risk management, saying `text`. `partial`: `share` of it trades at once. `stall`: it never
            gets to the exchange. `fill`: all of it trades at once. `delay`: it gets to the exchange `after` seconds.
            `cancel`: the exchange cancels it `after` seconds. `race`: it trades while it is cancelled or modified.
        price: rupees at which it trades; None for its limit, or the market's price if that is better.
        after: virtual seconds; of `partial`: when the rest trades, None for never.
    """

    deed: Deed
    text: str = ""
    share: float = 1.0
    price: float | None = None
    after: float | None = None


class Rule(msgspec.Struct, kw_only=True):
    """An act, and the orders it is for: those that have all that is stated.

    Attributes:
        number: counts the rules.
        call: the request it is for; all but `refuse` are for `place`.
        times: for how many orders; None for all. hits: how many there were.
    """

    number: int
    act: Act
    tag: str | None = None
    key: str | None = None
    side: Side | None = None
    call: Call = "place"
    times: int | None = None
    hits: int = 0

    def fits(self, call: Call, tag: str | None, key: str, side: Side) -> bool:
        """Whether it is for this order, and has not been used up."""
        return (
            self.call == call
            and (self.times is None or self.hits < self.times)
            and self.tag in {None, tag}
            and self.key in {None, key}
            and self.side in {None, side}
        )


class Steering:
    """All rules; they are part of the venue's state."""

    def __init__(self) -> None:
        self.rules: dict[int, Rule] = {}

    def put(self, rule: Rule) -> None:
        """Add a rule, or replace the one of its number; its hits are kept."""
        known = self.rules.get(rule.number)
        self.rules[rule.number] = msgspec.structs.replace(rule, hits=known.hits if known else 0)

    def clear(self) -> None:
        """Forget all rules; their numbers are not used again."""
        for rule in self.rules.values():
            rule.times = rule.hits

    def act(self, call: Call, tag: str | None, key: str, side: Side) -> Act | None:
        """What happens to an order: by the first rule that fits, counted, or by its magic tag."""
        for rule in self.rules.values():
            if rule.fits(call, tag, key, side):
                rule.hits += 1
                return rule.act
        return magic(tag) if call == "place" else None


def refusal(act: Act | None) -> Refusal | None:
    """The API's error that an act stands for."""
    if act is None or act.deed != "refuse":
        return None
    return refuse(kind_of(act.text))


def kind_of(text: str) -> str:
    """The name of an error, from its name or its code.

    Raises:
        ValueError: there is none.
    """
    for name, kind in KINDS.items():
        if text in {name, kind.code}:
            return name
    raise ValueError(f"there is no documented error {text!r}; give a code such as UDAPI100500")


def _magic_refuse(words: list[str]) -> Act:
    return Act(deed="refuse", text=kind_of(words[0] if words else "internal"))


def _magic_reject(words: list[str]) -> Act:
    return Act(deed="reject", text=":".join(words) or _REJECTED)


def _magic_partial(words: list[str]) -> Act:
    return Act(deed="partial", share=share_of(float(words[0])), after=float(words[1]) if words[1:] else None)


def _magic_fill(words: list[str]) -> Act:
    return Act(deed="fill", price=price_of(float(words[0])) if words else None)


_MAGIC: Final[dict[str, Callable[[list[str]], Act]]] = {
    "refuse": _magic_refuse,
    "reject": _magic_reject,
    "partial": _magic_partial,
    "fill": _magic_fill,
    "stall": lambda _: Act(deed="stall"),
    "race": lambda _: Act(deed="race"),
    "delay": lambda words: Act(deed="delay", after=seconds_of(float(words[0]))),
    "cancel": lambda words: Act(deed="cancel", after=seconds_of(float(words[0])) if words else 0.0),
}


def magic(tag: str | None) -> Act | None:
    """The act that a tag stands for; None for an ordinary tag, and for a magic one that makes no sense."""
    if tag is None or not tag.startswith(MAGIC):
        return None
    deed, *words = tag.removeprefix(MAGIC).split(":")
    read = _MAGIC.get(deed)
    try:
        return None if read is None else read(words)
    except (ValueError, IndexError):
        return None


def share_of(value: float) -> float:
    """A share between 0 and 1.

    Raises:
        ValueError: it is not.
    """
    if not 0 < value <= 1:
        raise ValueError(f"a share is a number above 0, up to 1, got {value!r}")
    return value


def seconds_of(value: float) -> float:
    """A time to wait.

    Raises:
        ValueError: it is negative, or longer than a day.
    """
    if not 0 <= value <= 86_400:
        raise ValueError(f"a time to wait is 0 to 86400 seconds, got {value!r}")
    return value


def price_of(value: float) -> float:
    """A price in rupees.

    Raises:
        ValueError: it is not above 0, or absurd.
    """
    if not 0 < value <= _DEAREST:
        raise ValueError(f"a price is above 0 and at most {_DEAREST:.0f} rupees, got {value!r}")
    return value


class OrderRules:
    """`em.orders`: steers what becomes of orders.

    ::

        em.orders.on(tag="x").reject("RMS: no")
        em.orders.on(key="NSE_EQ|INE002A01018", side="BUY", times=1).partial(0.4).then_fill(after=5)

    Rules are tried in the order in which they were made; the first that fits decides. They are kept in the journal.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def on(
        self,
        *,
        tag: str | None = None,
        key: str | None = None,
        side: Side | None = None,
        call: Call = "place",
        times: int | None = None,
    ) -> Aim:
        """Orders with this tag, of this instrument key, of this side; the next `times` of them, None for all.

        Parameters:
            call: for `refuse`, the request that is refused: `place`, `modify` or `cancel`.
        """
        return Aim(
            self._backend, Rule(number=0, act=Act(deed="stall"), tag=tag, key=key, side=side, call=call, times=times)
        )

    def clear(self) -> None:
        """End all rules."""
        from upstox_emulator.exchange.commands import ClearOrderRules

        self._backend.execute(ClearOrderRules(self._backend.clock.now()))

    def switch(self, *, mcx_orders: bool | None = None, static_ips: bool | None = None) -> None:
        """Switch what Upstox has switched: orders for MCX (off), and whether static IPs are enforced (off)."""
        from upstox_emulator.exchange.commands import SwitchOrderSettings

        self._backend.execute(SwitchOrderSettings(self._backend.clock.now(), mcx_orders, static_ips))


class Aim:
    """Orders that a rule is for; each method makes the rule."""

    def __init__(self, backend: Backend, rule: Rule) -> None:
        self._backend = backend
        self._rule = rule

    def refuse(self, code: str = "UDAPI100500") -> Armed:
        """The API answers with a documented error, and nothing is done.

        Raises:
            ValueError: there is no such error.
        """
        return self._arm(Act(deed="refuse", text=kind_of(code)))

    def reject(self, text: str = _REJECTED) -> Armed:
        """The order is taken, and then rejected with this text."""
        return self._arm(Act(deed="reject", text=text))

    def partial(self, share: float) -> Armed:
        """A share of the order trades at once (whole lots, one at least); the rest stays open, whatever comes.

        Raises:
            ValueError: `share` is not above 0 and up to 1.
        """
        return self._arm(Act(deed="partial", share=share_of(share)))

    def stall(self) -> Armed:
        """The order stays `open pending`: the exchange never answers."""
        return self._arm(Act(deed="stall"))

    def fill(self, price: float | None = None) -> Armed:
        """The order trades at once and whole, at this price in rupees; default: its limit, or the market's if better.

        Raises:
            ValueError: the price is not above 0.
        """
        return self._arm(Act(deed="fill", price=None if price is None else price_of(price)))

    def delay(self, seconds: float) -> Armed:
        """The order gets to the exchange so many virtual seconds later.

        Raises:
            ValueError: not between 0 and a day.
        """
        return self._arm(Act(deed="delay", after=seconds_of(seconds)))

    def cancel(self, after: float = 0.0) -> Armed:
        """The exchange cancels the order so many virtual seconds later.

        Raises:
            ValueError: not between 0 and a day.
        """
        return self._arm(Act(deed="cancel", after=seconds_of(after)))

    def race(self) -> Armed:
        """A cancel or a modification comes too late: the order trades meanwhile."""
        return self._arm(Act(deed="race"))

    def _arm(self, act: Act) -> Armed:
        steering = self._backend.venue.exchange.steering
        rule = msgspec.structs.replace(self._rule, number=len(steering.rules) + 1, act=act)
        return Armed(self._backend, rule).arm()


class Armed:
    """A rule that has been made."""

    def __init__(self, backend: Backend, rule: Rule) -> None:
        self._backend = backend
        self._rule = rule

    def arm(self) -> Armed:
        """Put the rule into force."""
        from upstox_emulator.exchange.commands import PutOrderRule

        self._backend.execute(PutOrderRule(self._backend.clock.now(), self._rule))
        return self

    @property
    def hits(self) -> int:
        """How many orders it was for, so far."""
        return self._backend.venue.exchange.steering.rules[self._rule.number].hits

    def then_fill(self, after: float) -> Armed:
        """After `partial`: the rest trades so many virtual seconds later.

        Raises:
            ValueError: not between 0 and a day, or not after `partial`.
        """
        if self._rule.act.deed != "partial":
            raise ValueError(f"then_fill() follows partial(), not {self._rule.act.deed}()")
        act = msgspec.structs.replace(self._rule.act, after=seconds_of(after))
        return Armed(self._backend, msgspec.structs.replace(self._rule, act=act)).arm()
