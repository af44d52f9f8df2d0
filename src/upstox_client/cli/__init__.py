"""The `upstox` command: log in, look at the account, see where calls go.

Other packages add commands through the entry-point group `upstox.commands`.
"""

from __future__ import annotations


def main() -> None:
    """The entry point."""
    import io
    import sys

    from upstox_client.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a name that the terminal cannot show is no reason to fail
    app(prog_name="upstox")
