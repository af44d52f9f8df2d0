"""The package's logger: silent unless asked, and never a secret in it.

What is logged is built by `upstox_client.redact`; the handlers added here strike secrets out once more, so that a
token in an exception's text does not get through either.
"""

from __future__ import annotations

import logging

from upstox_client.redact import redact_text

FORMAT = "%(asctime)s %(levelname)s %(message)s"

logger = logging.getLogger("upstox_client")


class RedactingFormatter(logging.Formatter):
    """Formats a record, tracebacks included, and strikes secrets out of the result."""

    def format(self, record: logging.LogRecord) -> str:
        return redact_text(super().format(record))


_ours: list[logging.Handler] = []


def configure(*, debug: bool, file: str | None, fmt: str) -> None:
    """Log into `file`, or to standard error when only `debug` is set; with neither, take our handlers away."""
    for handler in _ours:
        logger.removeHandler(handler)
        handler.close()
    _ours.clear()
    if file is not None:
        _ours.append(logging.FileHandler(file, encoding="utf-8", delay=True))
    elif debug:
        _ours.append(logging.StreamHandler())
    for handler in _ours:
        handler.setFormatter(RedactingFormatter(fmt))
        logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if debug else logging.NOTSET)
