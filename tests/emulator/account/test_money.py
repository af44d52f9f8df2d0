"""No money from nothing: whatever is done to an account, cash, positions and charges balance."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from upstox_emulator.account.figures import identity, worth
from upstox_emulator.account.span import Scanner
from upstox_emulator.exchange.desk import Rejection
from upstox_emulator.units import amount, price

from .world import INSTRUMENTS, OTHER, PRICES, SHARE, World

KEYS = st.sampled_from(sorted(INSTRUMENTS))
SIDES = st.sampled_from(["BUY", "SELL"])
PRODUCTS = st.sampled_from(["I", "D", "MTF", "CO"])
NOTHING = Decimal(0)


def check_words(denied: Rejection) -> None:
    """A refusal tells how much is missing."""
    if denied.message.startswith("You need to add Rs."):
        required, available = (
            Decimal(text.split(" ")[0].rstrip(",")) for text in denied.raw.split("Required:")[1].split("Available:")
        )
        assert required > 0
        assert f" {required - available:.2f} " in denied.message


class Trader(RuleBasedStateMachine):
    """Someone who does anything."""

    @initialize(cash=st.integers(1_000, 10_000_000), pledged=st.integers(0, 500_000))
    def begin(self, cash, pledged):
        self.world = World(cash, pledged)
        self.put_in = Decimal(cash)
        self.orders = []
        for key in (SHARE, OTHER):
            self.world.account.receive(INSTRUMENTS[key], 100, price(80), self.world.at.date())

    def block(self, order):
        """Why the order is refused; None if it is not."""
        try:
            self.world.account.block(order, self.world.at)
        except Rejection as no:
            return no
        return None

    @rule(
        key=KEYS, side=SIDES, product=PRODUCTS, lots=st.integers(1, 4), part=st.integers(0, 4), off=st.integers(-5, 5)
    )
    def trade(self, key, side, product, lots, part, off):
        """An order that is filled in part, or fully, or not at all, at any price."""
        instrument = INSTRUMENTS[key]
        if instrument.is_derivative and product == "MTF":
            return
        lot = 1 if key.startswith(("MCX", "NCD")) else instrument.lot * (1 if instrument.is_derivative else 25)
        if self.world.account._catalog.find(key, self.world.at.date()) is None:
            return
        order = self.world.order(key, side, lots * lot, product=product)
        denied = self.block(order)
        if denied is not None:
            check_words(denied)
            return
        filled = min(part, lots) * lot
        at_price = max(1, order.price * (100 + off) // 100)
        if filled:
            self.world.fill(order, filled, at_price / 10_000)
        if order.pending:
            self.orders.append(order)
        else:
            self.world.account.release(order)

    @rule(part=st.floats(0, 1))
    def fill_more(self, part):
        if self.orders:
            order = self.orders[0]
            quantity = max(1, int(order.pending * part))
            self.world.fill(order, quantity)
            if not order.pending:
                self.world.account.release(self.orders.pop(0))

    @rule()
    def cancel(self):
        if self.orders:
            order = self.orders.pop()
            self.world.account.release(order)
            order.status = "cancelled"

    @rule(key=KEYS, side=SIDES, lots=st.integers(1, 4), product=PRODUCTS)
    def block_and_release(self, key, side, lots, product):
        """A release gives back exactly what was blocked."""
        if self.world.account._catalog.find(key, self.world.at.date()) is None:
            return
        before, cash = self.world.usage, self.world.cash
        order = self.world.order(key, side, lots * 50, product=product)
        if self.block(order) is None:
            assert self.world.cash >= 0 or self.world.cash >= cash
            self.world.account.release(order)
        assert self.world.usage == before

    @rule(key=KEYS, new=PRODUCTS, quantity=st.integers(1, 100))
    def convert(self, key, new, quantity):
        account = self.world.account
        for (held, old), position in list(account.positions.items()):
            if held == key and old != new and not (position.instrument.is_derivative and new == "MTF"):
                side = "BUY" if position.quantity > 0 else "SELL"
                before = self.world.usage
                if 0 < quantity <= abs(position.quantity):
                    denied = account.convert(key, old, new, side, quantity, self.world.at)
                    assert denied is None or self.world.usage == before
                    assert self.world.usage.realised == before.realised
                return

    @rule(key=st.sampled_from(sorted(PRICES)), percent=st.integers(70, 140))
    def move(self, key, percent):
        self.world.market.prices[key] = max(1, price(PRICES[key]) * percent // 100)

    @rule(rupees=st.integers(1, 10_000))
    def pay_in(self, rupees):
        self.world.funds.added += rupees
        self.put_in += rupees

    @rule(rupees=st.integers(1, 10_000))
    def withdraw(self, rupees):
        taken = min(Decimal(rupees), self.world.funds.withdrawable(self.world.at))
        self.world.funds.withdrawn += taken
        self.put_in -= taken

    @rule()
    def night(self):
        for order in self.orders:
            self.world.account.release(order)
        self.orders.clear()
        self.world.night()
        usage = self.world.usage
        assert (usage.realised, usage.delivery, usage.stock_sale, usage.unpaid, usage.intraday) == (NOTHING,) * 5
        assert not any(position.is_intraday for position in self.world.account.positions.values())

    # What always holds

    @invariant()
    def the_books_balance(self):
        """Cash = what was put in + sold - bought - charges + what positions on margin owe."""
        account, funds = self.world.account, self.world.funds
        today = sum((one.gained_today for one in account.positions.values()), NOTHING) - self.world.usage.unpaid
        cash = funds.opening + funds.added - funds.withdrawn + today
        traded = [entry for entry in account.ledger.entries if entry.kind != "transfer"]
        flows = sum((entry.value * (1 if entry.side == "SELL" else -1) for entry in traded), NOTHING)
        charges = sum((one.total for one in account.ledger._charges.values()), NOTHING)
        owed = sum(
            (
                amount(one.mark, worth(one.instrument))
                for one in account.positions.values()
                if not one.is_paid
            ),
            NOTHING,
        )  # fmt: skip
        assert cash == self.put_in + flows - charges + owed

    @invariant()
    def nothing_is_lost(self):
        """What is open is what was bought and not sold."""
        account, traded, open_now = self.world.account, {}, {}
        for entry in account.ledger.entries:
            name, signed = identity(entry.instrument), entry.quantity if entry.side == "BUY" else -entry.quantity
            traded[name] = traded.get(name, 0) + signed
        for position in account.positions.values():
            name = identity(position.instrument)
            open_now[name] = open_now.get(name, 0) + position.quantity
        for name, holding in account.holdings.items():
            assert min(holding.settled, *holding.coming.values(), 0) == 0
            open_now[name] = open_now.get(name, 0) + holding.quantity
        assert {name: count for name, count in traded.items() if count} == {
            name: count for name, count in open_now.items() if count
        }

    @invariant()
    def the_shown_figures_add_up(self):
        shown = self.world.funds.v3(self.world.at)["available_to_trade"]
        cash, pledge = shown["cash_available_to_trade"], shown["pledge_available_to_trade"]
        used, parts = cash["margin_used"], cash["cash"]
        assert abs(shown["total"] - cash["total"] - pledge["total"]) < 0.02
        of_used = used["mtf"] + used["loss"]["total"] + used["span_exposure"] + used["cash_margin_var_elm"]
        assert abs(used["total"] - of_used - used["premium_present"] - used["delivery_margin"]["total"]) < 0.03
        gross = parts["opening_balance"] + parts["added_today"] + parts["withdrawn_today"]
        gross += parts["amount_from_stock_sale"] - parts["unpaid_charges"]
        assert abs(cash["total"] - gross + used["total"]) < 0.03
        equity = self.world.funds.v2(None, self.world.at)["equity"]
        assert equity["available_margin"] == shown["total"]
        assert abs(equity["used_margin"] - used["total"] - pledge["margin_used"]["total"]) < 0.02

    @invariant()
    def margin_is_for_what_is_open(self):
        usage, account = self.world.usage, self.world.account
        assert min(usage.span, usage.exposure, usage.additional, usage.intraday, usage.mtf, usage.delivery) >= 0
        if not account.open_positions() and not self.orders:
            assert usage.margin + usage.mtf + usage.delivery == 0

    @invariant()
    def nothing_depends_on_what_was_asked_before(self):
        """The margins that are remembered are those that a fresh look gives."""
        account = self.world.account
        known = self.world.usage
        account._needed.clear()
        account.scanner, kept = Scanner(self.world.market), account.scanner
        account.scanner._risks = dict(kept._risks)
        account.scanner._renewed = kept._renewed
        assert self.world.usage == known


Trader.TestCase.settings = settings(max_examples=60, stateful_step_count=25)
TestMoney = Trader.TestCase
