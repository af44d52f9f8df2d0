"""The `upstox` command: log in, look at the account, see where calls go.

Other packages add commands through the entry-point group `upstox.commands`.
"""

from __future__ import annotations


def main() -> None:
    """The entry point."""
    from upstox_client.cli.app import app

    app(prog_name="upstox")
