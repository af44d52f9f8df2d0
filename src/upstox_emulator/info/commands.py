"""The commands that change what is told: applications for new shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from upstox_emulator.command import Step
from upstox_emulator.info.applications import Wish

if TYPE_CHECKING:
    from upstox_emulator.venue import Venue


class ApplyIpo(Step, frozen=True):
    """Apply for new shares."""

    wish: Wish

    def apply(self, venue: Venue) -> str:
        return venue.info.applications.apply(self.wish, self.at)


class CancelIpo(Step, frozen=True):
    """Take an application back."""

    order_id: str

    def apply(self, venue: Venue) -> str:
        return venue.info.applications.cancel(self.order_id, self.at)
