"""How amounts are written for people: with the digits grouped as in India, `15,37,500.00`."""

from __future__ import annotations

import math

__all__ = ["grouped"]


def grouped(number: float, places: int = 2, *, sign: bool = False) -> str:
    """A number in thousands, lakhs and crores.

    Parameters:
        number: such as an amount in rupees.
        places: the digits after the point.
        sign: whether what is not below 0 has a plus.
    """
    if not math.isfinite(number):
        return f"{number}"
    whole, point, rest = f"{abs(number):.{places}f}".partition(".")
    groups = [whole[-3:]]
    head = whole[:-3]
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    before = "-" if round(number, places) < 0 else "+" if sign else ""
    return f"{before}{','.join(groups)}{point}{rest}"
