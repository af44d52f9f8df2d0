"""Who the account holder is."""

from __future__ import annotations

from typing import Any, Final

import msgspec


class User(msgspec.Struct, frozen=True):
    """An account holder; `mobile` and `pin` open the login page."""

    user_id: str
    user_name: str
    email: str
    mobile: str
    pin: str
    exchanges: tuple[str, ...] = ("NSE", "NFO", "BSE", "CDS", "BFO", "BCD")
    products: tuple[str, ...] = ("D", "CO", "I", "MTF")
    order_types: tuple[str, ...] = ("MARKET", "LIMIT", "SL", "SL-M")
    user_type: str = "individual"
    poa: bool = False
    ddpi: bool = False
    is_active: bool = True

    def profile(self) -> dict[str, Any]:
        """The profile as `/v2/user/profile` sends it."""
        return {
            "email": self.email,
            "exchanges": self.exchanges,
            "products": self.products,
            "broker": "UPSTOX",
            "user_id": self.user_id,
            "user_name": self.user_name,
            "order_types": self.order_types,
            "user_type": self.user_type,
            "poa": self.poa,
            "ddpi": self.ddpi,
            "is_active": self.is_active,
        }


DEFAULT_USER: Final = User(
    user_id="EM1234",
    user_name="Asha Emulator",
    email="asha@example.com",
    mobile="9000000000",
    pin="123456",
)
