"""The account's commands survive a kill."""

from __future__ import annotations

from decimal import Decimal

from upstox_emulator import Emulator
from upstox_emulator.account.commands import Seed, SeedHoldings

from ..hand import RELIANCE, Hand  # noqa: TID252 - the hand belongs to all of the emulator's tests


def test_the_same_account_after_a_restart(tmp_path):
    db = tmp_path / "em.db"
    with Emulator(db=db, speed=0) as em:
        hand = Hand(em)
        em.backend.execute(SeedHoldings(em.clock.now(), [Seed(RELIANCE, 7, Decimal("1400.55"))]))
        hand.trade(RELIANCE, "BUY", 5, "I")
        body = {
            "instrument_token": RELIANCE, "old_product": "I", "new_product": "D", "transaction_type": "BUY",
            "quantity": 2,
        }  # fmt: skip
        assert hand("PUT", "/v2/portfolio/convert-position", body=body).status == 200
        hand.trade(RELIANCE, "SELL", 8)
        hand.sleep()
        at = em.clock.now()
        before = everything(em, at)
    with Emulator(db=db, speed=0) as em:
        em.clock.set(at)
        em.backend.now()
        assert everything(em, at) == before


def everything(em, at):
    desk = em.venue.desk
    return (
        em.venue.funds.v3(at),
        desk.position_rows(at),
        desk.holding_rows(at),
        [entry.row() for entry in desk.ledger.entries],
    )
