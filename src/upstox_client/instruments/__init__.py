"""Instruments: the day's master in a local file, and finding in it what people mean."""

from __future__ import annotations

from upstox_client.instruments.book import ExpiryLike, Instruments, Name
from upstox_client.instruments.errors import (
    AmbiguousInstrumentError,
    IllegalPriceError,
    IllegalQuantityError,
    InstrumentError,
    InstrumentFileError,
    UnknownExpiryError,
    UnknownInstrumentError,
)
from upstox_client.instruments.instrument import Instrument

__all__ = [
    "AmbiguousInstrumentError",
    "ExpiryLike",
    "IllegalPriceError",
    "IllegalQuantityError",
    "Instrument",
    "InstrumentError",
    "InstrumentFileError",
    "Instruments",
    "Name",
    "UnknownExpiryError",
    "UnknownInstrumentError",
]
