"""`python -m upstox_emulator`: the same as `upstox emulator`."""

from __future__ import annotations

import typer

from upstox_emulator.cli import emulator

if __name__ == "__main__":
    typer.run(emulator)
