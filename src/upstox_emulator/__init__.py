"""A whole Upstox on this machine: the same paths, JSON and errors, with a simulated account behind them.

Three doors: `with Emulator() as em:` in a program, `upstox emulator` on the command line, and the pytest fixture
`upstox_emulator`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upstox_emulator.account.tokens import App
    from upstox_emulator.clock import IST, Clock
    from upstox_emulator.emulator import Emulator
    from upstox_emulator.faults import Fault
    from upstox_emulator.journal import JournalError

__all__ = ["IST", "App", "Clock", "Emulator", "Fault", "JournalError"]

# Loaded when touched: the pytest plugin is a module of this package, and pytest loads it in every run of every user.
_HOMES = {
    "App": "account.tokens",
    "Clock": "clock",
    "Emulator": "emulator",
    "Fault": "faults",
    "IST": "clock",
    "JournalError": "journal",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
