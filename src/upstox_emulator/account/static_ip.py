"""The registered static IPs: https://upstox.com/developer/api-documentation/static-ip"""

from __future__ import annotations

import datetime as dt
import ipaddress
from typing import Any

from upstox_emulator.clock import ist_text
from upstox_emulator.errors import refuse


class StaticIps:
    """The two addresses from which order calls may come."""

    def __init__(self) -> None:
        self._primary: str | None = None
        self._secondary: str | None = None
        self._changed_at: dt.datetime | None = None

    def row(self) -> dict[str, Any]:
        """As the endpoint shows them."""
        changed = None if self._changed_at is None else ist_text(self._changed_at)
        return {
            "primary_ip": self._primary,
            "secondary_ip": self._secondary,
            "primary_ip_updated_at": changed,
            "secondary_ip_updated_at": changed if self._secondary else None,
        }

    def update(self, primary: str | None, secondary: str | None, now: dt.datetime) -> None:
        """Register other addresses; once a calendar week (Monday to Sunday)."""
        if not primary:
            raise refuse("ip_required", path="primary_ip")
        first, second = _checked("primary_ip", primary), _checked("secondary_ip", secondary)
        if first == second:
            raise refuse("ip_equal", path="secondary_ip", value=secondary)
        if self._changed_at is not None and self._changed_at.isocalendar()[:2] == now.isocalendar()[:2]:
            raise refuse("ip_weekly")
        self._primary, self._secondary, self._changed_at = primary, secondary or None, now


def _checked(name: str, text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address, however it is spelt."""
    try:
        return ipaddress.ip_address(text) if text else None
    except ValueError:
        raise refuse("ip_invalid", path=name, value=text) from None
