"""What can go wrong with instruments.

::

    InstrumentError                  a ValueError
    ├── UnknownInstrumentError       nothing is called that; also a LookupError
    ├── AmbiguousInstrumentError     several are; also a LookupError
    ├── UnknownExpiryError           the underlying has no contracts that end then; also a LookupError
    ├── IllegalPriceError            between two ticks
    ├── IllegalQuantityError         not in lots
    └── InstrumentFileError          the instrument file cannot be read
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from upstox_client.instruments.instrument import Instrument

_MOST_LISTED = 10


class InstrumentError(ValueError):
    """Something about instruments is wrong; the message says what would be right."""


class UnknownInstrumentError(InstrumentError, LookupError):
    """No instrument is called that. `suggestions` are the symbols that look like it."""

    def __init__(self, asked: str, suggestions: Sequence[str] = (), hint: str = "") -> None:
        self.asked = asked
        self.suggestions = tuple(suggestions)
        near = f" Did you mean {_listed(suggestions)}?" if suggestions else ""
        super().__init__(f"no instrument is called {asked!r}.{near}{hint and ' ' + hint}")


class AmbiguousInstrumentError(InstrumentError, LookupError):
    """Several instruments are called that. `candidates` has them."""

    def __init__(self, asked: str, candidates: Sequence[Instrument]) -> None:
        self.asked = asked
        self.candidates = tuple(candidates)
        shown = [f"  {one.key:<28} {one.symbol}" for one in self.candidates[:_MOST_LISTED]]
        more = len(self.candidates) - _MOST_LISTED
        rest = [f"  ... and {more} more"] if more > 0 else []
        super().__init__("\n".join([f"{asked!r} may be any of these; say which by its key or symbol:", *shown, *rest]))


class UnknownExpiryError(InstrumentError, LookupError):
    """The underlying has no contracts that end then."""


class IllegalPriceError(InstrumentError):
    """The exchange takes no order at this price."""


class IllegalQuantityError(InstrumentError):
    """The exchange takes no order of this quantity."""


class InstrumentFileError(InstrumentError):
    """The instrument file is damaged, or is none."""


def _listed(names: Sequence[str]) -> str:
    *head, last = map(repr, names)
    return f"{', '.join(head)} or {last}" if head else last
