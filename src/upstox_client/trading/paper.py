"""Paper trading: an emulator inside the program, in the place of Upstox."""

from __future__ import annotations

from typing import Any, Protocol

from upstox_client.configuration import Configuration
from upstox_client.extras import need


class Paper(Protocol):
    """A whole Upstox in this process: `upstox_emulator.Emulator`."""

    def start(self) -> Any:
        """Listen and answer."""
        ...

    def stop(self) -> None:
        """Stop."""
        ...

    def configuration(self) -> Configuration:
        """A configuration that points there, with a token."""
        ...


def start_paper(**options: Any) -> Paper:
    """Start an emulator; the options are those of `upstox_emulator.Emulator`.

    Raises:
        MissingExtraError: the extra is not installed.
    """
    emulator: Paper = need("upstox_emulator").Emulator(**options)
    emulator.start()
    return emulator
