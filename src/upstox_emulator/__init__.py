"""A whole Upstox on this machine: the same paths, JSON and errors, with a simulated account behind them.

Three doors: `with Emulator() as em:` in a program, `upstox emulator` on the command line, and the pytest fixture
`upstox_emulator`.
"""

from __future__ import annotations

from upstox_emulator.account.tokens import App
from upstox_emulator.clock import IST, Clock
from upstox_emulator.emulator import Emulator
from upstox_emulator.faults import Fault
from upstox_emulator.journal import JournalError

__all__ = ["IST", "App", "Clock", "Emulator", "Fault", "JournalError"]
