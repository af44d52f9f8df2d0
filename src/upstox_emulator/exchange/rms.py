"""Why an order that was taken is rejected later: by the broker's risk management, or by the exchange.

What the account has to say (money, margins, holdings) is the desk's. Texts that are known from Upstox or from the risk
management systems of Indian brokers are used as they are; the others are listed in docs/emulator/fidelity.md.
"""

from __future__ import annotations

from typing import Final

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.exchange.checks import lot_of
from upstox_emulator.exchange.desk import Rejection
from upstox_emulator.exchange.orders import INTRADAY, Order
from upstox_emulator.market.view import Tick
from upstox_emulator.units import PER_RUPEE, rupees

SELF_TRADE: Final = "The order was cancelled by the exchange to prevent a self trade with your own order."
_CIRCUIT: Final = "The price set should be within the circuit limits. Please modify your order price."


def check_risk(order: Order, instrument: Instrument, *, stopped: bool, squared_off: bool) -> None:
    """What the risk management looks at before the account does. What is suspended has no price to look further at.

    Parameters:
        stopped: whether the kill switch of the segment is on.
        squared_off: whether intraday positions have been squared off for the day.

    Raises:
        Rejection: it does not let the order pass.
    """
    if stopped:
        raise Rejection(
            f"Trading in {instrument.segment} is disabled by the kill switch.",
            f"RMS:Blocked for segment {instrument.segment}",
        )
    if instrument.suspended:
        raise Rejection(
            f"Trading in {instrument.compact} is suspended.", "16387 : Security is not allowed to trade in this market"
        )
    if order.product in INTRADAY and squared_off:
        raise Rejection(
            "Intraday orders are not allowed after the square-off time.",
            f"RMS:Auto Square Off Block for entity account-{order.placed_by}",
        )
    if order.product == "MTF" and instrument.mtf_bracket is None:
        raise Rejection(
            f"MTF is not allowed in {instrument.compact}.",
            f"RMS:Rule: Check product MTF not allowed for {instrument.compact}",
        )
    if order.product in INTRADAY and instrument.segment.endswith("_EQ") and instrument.intraday_margin is None:
        raise Rejection(
            f"Intraday orders are not allowed in {instrument.compact}.",
            f"RMS:Rule: Check product MIS not allowed for {instrument.compact}",
        )
    lot = lot_of(instrument)
    if order.quantity % lot:
        raise Rejection(
            f"The quantity should be a multiple of the lot size {lot}.",
            f"RMS:Rule: Order quantity {order.quantity} is not a multiple of lot size {lot}",
        )


def check_exchange(order: Order, instrument: Instrument, tick: Tick) -> None:
    """What the exchange looks at.

    Raises:
        Rejection: it does not take the order.
    """
    if order.quantity > instrument.freeze:
        raise Rejection(
            f"The quantity exceeds the freeze quantity of {instrument.freeze}. Slice the order.",
            f"RMS:Rule: Check freeze quantity for {instrument.segment}",
        )
    prices = [price for price in (order.price, order.trigger) if price]
    step = max(1, instrument.tick)
    if any(price % step for price in prices):
        raise Rejection(
            f"The price should be a multiple of the tick size {rupees(step):g}.",
            f"RATE NOT MULTIPLE OF TICK [{step / PER_RUPEE:.5f}]",
        )
    if tick.upper_circuit and any(not tick.lower_circuit <= price <= tick.upper_circuit for price in prices):
        raise Rejection(
            _CIRCUIT,
            "RMS:Rule: Check circuit limit including square off order exceeds  for entity "
            f"account-{order.placed_by} across exchange across segment across product ",
        )
