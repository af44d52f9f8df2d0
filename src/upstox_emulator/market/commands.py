"""Commands that drive prices by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from upstox_emulator.command import Step
from upstox_emulator.units import Price

if TYPE_CHECKING:
    from upstox_emulator.venue import Venue


class SetPrice(Step, frozen=True):
    """Hold a price from now on, until it is released or set again."""

    key: str
    price: Price
    force: bool = False

    def apply(self, venue: Venue) -> None:
        venue.market.play(self.key, [(0.0, self.price)], self.at.timestamp(), force=self.force)


class ReleasePrice(Step, frozen=True):
    """Let a price go its own way again, from where it is."""

    key: str

    def apply(self, venue: Venue) -> None:
        venue.market.release(self.key, self.at.timestamp())


class PlayMoves(Step, frozen=True):
    """Let a price jump at times to come; `moves` are seconds from now and prices. The last one is held."""

    key: str
    moves: list[tuple[float, Price]]
    force: bool = False

    def apply(self, venue: Venue) -> None:
        venue.market.play(self.key, self.moves, self.at.timestamp(), force=self.force)


class Replay(Step, frozen=True):
    """Let a price go through ticks: epoch seconds, prices, and units traded. The last price is held."""

    key: str
    ticks: list[tuple[float, Price, int]]

    def apply(self, venue: Venue) -> None:
        venue.market.replay(self.key, self.ticks, self.at.timestamp())


MOVING = (SetPrice, ReleasePrice, PlayMoves, Replay)
"""Commands after which a price may be another."""
