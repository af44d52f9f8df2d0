"""The `upstox` command: log in, look at the market and the account, trade.

Other packages add commands through the entry-point group `upstox.commands`.
"""

from __future__ import annotations


def main() -> None:
    """The entry point."""
    import io
    import sys
    import warnings

    from upstox_client.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a name that the terminal cannot show is no reason to fail
    warnings.showwarning = _in_words
    app(prog_name="upstox")


def _in_words(message: Warning | str, *_: object, **__: object) -> None:
    """A warning as the user may know it: without the line of our source that gives it."""
    from upstox_client.cli.show import say

    say(str(message))
