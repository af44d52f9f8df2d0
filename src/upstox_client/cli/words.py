"""Money and time for people, and a program's words as a command's."""

from __future__ import annotations

import datetime
import functools
import re
import shlex
from typing import Final

from upstox_client.amounts import grouped
from upstox_client.ist import IST

_HOUR = 3600.0
_DAY = 24 * _HOUR

# What messages offer to a program, and what does the same on the command line.
_COMMANDS: Final = (
    (re.compile(r"up\.futures\('([^']*)'\)"), "upstox search --kind FUT -u {}"),
    (re.compile(r"up\.options\('([^']*)'\)"), "upstox chain {}"),
    (re.compile(r"up\.orders\(()\)"), "upstox order list"),
    (re.compile(r"up\.gtt\.orders\(()\)"), "upstox gtt list"),
)
_OPTION: Final = re.compile(
    r"\b(limit|stop|lots|market|trigger|target|stoploss|trailing|product)=('\w+'|-?\w+(?:\.\w+)*)?"
)


def as_typed(message: str) -> str:
    """A message to a program, in the words of the command line: `--limit 1500` for `limit=1500`, commands for calls."""
    for call, command in _COMMANDS:
        message = call.sub(functools.partial(_as_command, command), message)
    return _OPTION.sub(_as_option, message).replace("market_protection", "--protection")


def _as_command(command: str, found: re.Match[str]) -> str:
    return command.format(shlex.quote(found[1]))


def _as_option(found: re.Match[str]) -> str:
    value = (found[2] or "").strip("'")
    return f"--{found[1]}" + (f" {value}" if value not in {"", "True"} else "")


def rupees(amount: float | None, places: int = 2) -> str:
    """An amount with the digits grouped as in India: `₹15,07,460.50`; a dash for none."""
    if amount is None:
        return "-"
    text = grouped(amount, places)
    return f"-₹{text[1:]}" if text.startswith("-") else f"₹{text}"


def duration(seconds: float) -> str:
    """A length of time: `40 s`, `12 min`, `4 h 12 min`, `29 days`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = int(seconds // 60)
    if seconds < _HOUR:
        return f"{minutes} min"
    if seconds < 2 * _DAY:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{seconds // _DAY:.0f} days"


def moment(when: datetime.datetime, now: datetime.datetime) -> str:
    """A point in time in IST; the date only where it is not plain."""
    local = when.astimezone(IST)
    return f"{local:%H:%M} IST" if abs(when - now) < datetime.timedelta(days=1) else f"{local:%d %b %Y %H:%M} IST"


def lifetime(expires_at: datetime.datetime, now: datetime.datetime) -> str:
    """Until when something is good: `expires in 4 h 12 min, 03:30 IST`, or since when it is not."""
    left = (expires_at - now).total_seconds()
    if left > 0:
        return f"expires in {duration(left)}, {moment(expires_at, now)}"
    return f"expired {duration(-left)} ago, {moment(expires_at, now)}"


def counted(count: int, what: str) -> str:
    """`1 order`, `2 orders`."""
    return f"{grouped(count, 0)} {what}{'' if count == 1 else 's'}"
