"""The deterministic heart: state, and the commands that change it.

A command carries the moment it happened at. The same seed and the same commands give the same state, ids and tokens; so
the journal of commands is all that has to be kept. A command that is refused has changed nothing and is not kept.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeAlias

from upstox_emulator.account.account import Account
from upstox_emulator.account.commands import ConvertPosition, SeedHoldings
from upstox_emulator.account.funds import Funds
from upstox_emulator.account.kill_switch import KillSwitch, Wish
from upstox_emulator.account.payments import Payments
from upstox_emulator.account.static_ip import StaticIps
from upstox_emulator.account.tokens import App, ExchangeForm, TokenKind, Tokens
from upstox_emulator.account.user import DEFAULT_USER, User
from upstox_emulator.agenda import Agenda, Appointment
from upstox_emulator.calendar import Calendar, Hours
from upstox_emulator.catalog.catalog import Catalog
from upstox_emulator.command import Step
from upstox_emulator.errors import refuse
from upstox_emulator.events import Event, Kind
from upstox_emulator.exchange.commands import (
    CancelAll,
    CancelGtt,
    CancelOrder,
    ClearOrderRules,
    ExitAll,
    ModifyGtt,
    ModifyOrder,
    PlaceGtt,
    PlaceLines,
    PlaceOrders,
    PutOrderRule,
    SwitchOrderSettings,
)
from upstox_emulator.exchange.exchange import Exchange
from upstox_emulator.info.commands import ApplyIpo, CancelIpo
from upstox_emulator.info.info import Info
from upstox_emulator.market.commands import MOVING, PlayMoves, ReleasePrice, Replay, SetPrice
from upstox_emulator.market.market import Market


class Venue:
    """Everything that Upstox knows, as plain state.

    Parameters:
        seed: what ids, tokens and prices are derived from.
        opened_at: when this venue began.
        hours: whether the market keeps its hours, or trades around the clock from that day on.
    """

    def __init__(self, seed: int, opened_at: dt.datetime, hours: Hours = "always-open") -> None:
        self.seed = seed
        self.hours: Hours = hours
        self.calendar = Calendar(hours, opened_at.date())
        self.now = self.moment = _whole_second(opened_at)
        self.outbox: list[Event] = []
        self._emitted = 0
        self._agenda = Agenda(self.calendar)
        self.catalog = Catalog(seed, self.calendar)
        self.market = Market(seed, self.catalog, self.calendar)
        self.info = Info(seed, self.catalog, self.market, self.calendar)
        self.user: User = DEFAULT_USER
        self.tokens = Tokens(seed, {})
        self.funds = Funds()
        self.kill_switch = KillSwitch()
        self.static_ips = StaticIps()
        self.payments = Payments(self.funds, opened_at)
        self.desk = Account(self.catalog, self.market, self.calendar, self.funds, self.emit)
        self.exchange = Exchange(seed, self.catalog, self.market, self.calendar, self.desk, self.emit)
        self.exchange.stopped = self.kill_switch.is_stopped

    def execute(self, command: Command) -> Any:
        """Carry out a command, after everything that comes before it.

        Raises:
            Refusal: it is against the rules; nothing has changed.
        """
        self.advance(command.at)
        self.moment = command.at
        if not isinstance(command, MOVING):
            return command.apply(self)
        counted = self.exchange.counted(self.now)
        result = command.apply(self)
        self.desk.look_again()
        self.exchange.look_again(self.now, counted)
        return result

    def emit(self, kind: Kind, message: dict[str, Any]) -> None:
        """Tell those who listen."""
        self._emitted += 1
        self.outbox.append(Event(self._emitted, self.moment, kind, message))

    # Time

    def advance(self, to: dt.datetime) -> None:
        """Let everything happen that happens by itself up to a moment. It makes no difference in how many steps.

        The venue lives on a grid of whole seconds. A moment that is already over changes nothing.
        """
        to = _whole_second(to)
        if to <= self.now:
            return
        for appointment in self._agenda.between(self.now, to):
            self._trade_until(appointment.at)
            self._keep(appointment)
        self._trade_until(to)

    def _trade_until(self, to: dt.datetime) -> None:
        while (at := self.exchange.next_interest(self.now, to)) is not None:
            self.now = self.moment = at
            self.exchange.step(at)
        self.now = self.moment = to

    def _keep(self, appointment: Appointment) -> None:
        at, occasion, exchange = appointment
        if occasion == "open":
            self.exchange.on_open(exchange, at)
        elif occasion == "square_off":
            self.exchange.on_square_off(exchange, at)
        elif occasion == "close":
            self.exchange.on_close(exchange, at)
            self.desk.on_close(exchange, at)
        else:
            self.exchange.roll(at)
            self.desk.roll(at)


def _whole_second(moment: dt.datetime) -> dt.datetime:
    return moment.replace(microsecond=0)


class Pass(Step, frozen=True):
    """Time had gone on to this moment when the next command came, or a snapshot was taken, at an earlier one.

    A command is as old as the clock that it was made by: the clock was set back, or another thread was quicker.
    """

    def apply(self, _venue: Venue) -> None:
        pass


class RegisterApp(Step, frozen=True):
    """Add an app, or change one."""

    app: App

    def apply(self, venue: Venue) -> None:
        venue.tokens.apps[self.app.client_id] = self.app


class MakeCode(Step, frozen=True):
    """The account holder consented: an authorization code for the app."""

    client_id: str
    text: str | None = None

    def apply(self, venue: Venue) -> str:
        return venue.tokens.make_code(self.client_id, venue.user.user_id, self.at, self.text)


class ExchangeCode(Step, frozen=True):
    """A code for tokens."""

    form: ExchangeForm

    def apply(self, venue: Venue) -> dict[str, Any]:
        if not venue.user.is_active:
            raise refuse("no_segments")
        app, code = venue.tokens.redeem(self.form, self.at)
        answer: dict[str, Any] = {name: value for name, value in venue.user.profile().items() if name != "ddpi"}
        answer["access_token"] = venue.tokens.issue("access", app.client_id, code.user_id, self.at)
        if app.multi_client:
            answer["extended_token"] = venue.tokens.issue("extended", app.client_id, code.user_id, self.at)
        return answer


class SpendCode(Step, frozen=True):
    """A code was tried in vain: it works once, even if the exchange fails."""

    code: str

    def apply(self, venue: Venue) -> None:
        venue.tokens.spend(self.code)


class IssueToken(Step, frozen=True):
    """A token outside of the OAuth flow: approved on request, or generated in the developer console."""

    kind: TokenKind
    client_id: str
    text: str | None = None

    def apply(self, venue: Venue) -> str:
        return venue.tokens.issue(self.kind, self.client_id, venue.user.user_id, self.at, self.text)


class Logout(Step, frozen=True):
    """End a token."""

    token: str

    def apply(self, venue: Venue) -> None:
        venue.tokens.revoke(self.token)


class SwitchSegments(Step, frozen=True):
    """Stop or allow trading in segments."""

    wishes: list[Wish]

    def apply(self, venue: Venue) -> list[dict[str, Any]]:
        venue.kill_switch.update(self.wishes, self.at, venue.desk.open_segments())
        return venue.kill_switch.rows()


class ChangeIps(Step, frozen=True):
    """Register other static IPs; every access token dies."""

    primary: str | None
    secondary: str | None

    def apply(self, venue: Venue) -> dict[str, Any]:
        venue.static_ips.update(self.primary, self.secondary, self.at)
        venue.tokens.revoke_all(venue.user.user_id)
        return venue.static_ips.row() | {"access_tokens_invalidated": True}


class InitiatePayout(Step, frozen=True):
    """Ask for a withdrawal."""

    mode: Any
    amount: Any

    def apply(self, venue: Venue) -> dict[str, Any]:
        return venue.payments.initiate(self.mode, self.amount, self.at)


class ModifyPayout(Step, frozen=True):
    """Change a withdrawal's amount."""

    transaction_id: str
    amount: Any

    def apply(self, venue: Venue) -> dict[str, Any]:
        return venue.payments.modify(self.transaction_id, self.amount, self.at)


class CancelPayout(Step, frozen=True):
    """Take a withdrawal back."""

    transaction_id: str

    def apply(self, venue: Venue) -> dict[str, Any]:
        return venue.payments.cancel(self.transaction_id, self.at)


Command: TypeAlias = (
    Pass
    | RegisterApp
    | MakeCode
    | ExchangeCode
    | SpendCode
    | IssueToken
    | Logout
    | SwitchSegments
    | ChangeIps
    | InitiatePayout
    | ModifyPayout
    | CancelPayout
    | PlaceOrders
    | ModifyOrder
    | CancelOrder
    | PlaceLines
    | CancelAll
    | ExitAll
    | PlaceGtt
    | ModifyGtt
    | CancelGtt
    | PutOrderRule
    | ClearOrderRules
    | SwitchOrderSettings
    | ApplyIpo
    | CancelIpo
    | SetPrice
    | ReleasePrice
    | PlayMoves
    | Replay
    | ConvertPosition
    | SeedHoldings
)
