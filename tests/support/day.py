"""A trading day of somebody restless: hundreds of seeded requests of every kind, at seeded moments."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from upstox_emulator import IST

OPEN = dt.datetime(2026, 11, 23, 9, 0, tzinfo=IST)
TOKEN = "the-day"

SHARES = ("NSE_EQ|INE002A01018", "NSE_EQ|INE467B01029", "NSE_EQ|INE009A01021", "NSE_EQ|INE040A01034")


class Line:
    """A connection to an emulator; `at` sets its clock."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        self._connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())

    def data(self, path: str) -> Any:
        """The data of a read that is refused nothing."""
        status, answer = self("GET", path)
        assert status == 200, answer
        return answer["data"]

    def at(self, moment: dt.datetime) -> None:
        """Let the clock stand at a moment."""
        status, answer = self("POST", "/__emulator/clock", {"set": moment.isoformat()})
        assert status == 200, answer

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


class Day:
    """The requests of a day, each made of what the account looks like by then.

    Parameters:
        seed: what they are drawn from.
        count: how many.
    """

    def __init__(self, seed: int, count: int) -> None:
        self._random = random.Random(seed)
        self._moments = sorted(self._random.uniform(0, 7 * 3600) for _ in range(count))
        self._contracts: list[tuple[str, int]] = []

    def run(self, line: Line, made: int = 0, until: int | None = None) -> Iterator[tuple[int, Any]]:
        """Make the requests from number `made` up to `until`; what came of each.

        A day that is gone on with after a restart draws what has been drawn before, and sends nothing of it.
        """
        for number, moment in enumerate(self._moments[:until]):
            draw = random.Random(f"{self._random.getrandbits(64)}/{number}")
            if number < made:
                continue
            line.at(OPEN + dt.timedelta(seconds=moment))
            yield self._request(line, draw)

    def _request(self, line: Line, draw: random.Random) -> tuple[int, Any]:
        kinds = [self._order] * 10 + [self._modify, self._cancel, self._modify, self._cancel]
        kinds += [self._gtt, self._lines, self._cover, self._convert, self._contract, self._contract, self._nonsense]
        return draw.choice(kinds)(line, draw)

    def _price(self, line: Line, key: str) -> float:
        (row,) = line.data(f"/v3/market-quote/ltp?instrument_key={quote(key)}").values()
        return row["last_price"]

    def _body(self, line: Line, draw: random.Random, key: str, lot: int = 1) -> Any:
        price, side = self._price(line, key), draw.choice(["BUY", "SELL", "BUY"])
        kind = draw.choice(["MARKET", "LIMIT", "LIMIT", "LIMIT", "SL", "SL-M"])
        above = price * (1 + draw.choice([0.0, 0.001, 0.004, 0.03]))
        below = price * (1 - draw.choice([0.0, 0.001, 0.004, 0.03]))
        trigger, limit = (above, above * 1.01) if side == "BUY" else (below, below * 0.99)
        if kind == "LIMIT":
            limit = draw.choice([above, below])

        def tick(value: float) -> float:
            return round(round(value / 0.5) * 0.5, 2)

        return {
            "quantity": lot * draw.randint(1, 20 if lot == 1 else 2),
            "product": draw.choice(["I", "I", "D", "MTF"] if lot == 1 else ["I", "D"]),
            "validity": draw.choice(["DAY", "DAY", "DAY", "IOC"]),
            "price": tick(limit) if kind in {"LIMIT", "SL"} else 0,
            "tag": draw.choice(["one", "two", "em:partial:0.4:30", "em:delay:5", "em:stall", "em:cancel:60", None]),
            "instrument_token": key,
            "order_type": kind,
            "transaction_type": side,
            "disclosed_quantity": 0,
            "trigger_price": tick(trigger) if kind in {"SL", "SL-M"} else 0,
            "is_amo": False,
            "slice": draw.random() < 0.3,
        }

    def _order(self, line: Line, draw: random.Random) -> tuple[int, Any]:
        return line("POST", "/v3/order/place", self._body(line, draw, draw.choice(SHARES)))

    def _contract(self, line: Line, draw: random.Random) -> tuple[int, Any]:
        if not self._contracts:
            chain = line.data("/v2/option/contract?instrument_key=NSE_INDEX%7CNifty%2050&expiry_date=current_week")
            future = line.data("/v2/instruments/search?query=NIFTY&segments=FUT&exchanges=NSE&expiry=current_month")
            rows = sorted(chain, key=lambda row: row["trading_symbol"])
            middle = len(rows) // 2
            self._contracts = [
                (row["instrument_key"], row["lot_size"]) for row in [*rows[middle : middle + 6], future[0]]
            ]
        key, lot = draw.choice(self._contracts)
        return line("POST", "/v3/order/place", self._body(line, draw, key, lot))

    def _working(self, line: Line) -> list[str]:
        book = line.data("/v2/order/retrieve-all")
        return [row["order_id"] for row in book if row["status"] in {"open", "trigger pending"}]

    def _modify(self, line: Line, draw: random.Random) -> tuple[int, Any]:
        book = {row["order_id"]: row for row in line.data("/v2/order/retrieve-all")}
        order_id = draw.choice([*(self._working(line) or book), "nobody"])
        row = book.get(order_id, {"price": 100.0, "quantity": 1, "order_type": "LIMIT", "trigger_price": 0})
        body = {
            "order_id": order_id,
            "order_type": row["order_type"],
            "validity": "DAY",
            "price": round(row["price"] * draw.choice([0.998, 1.0, 1.002]) * 2) / 2,
            "trigger_price": row["trigger_price"],
            "quantity": row["quantity"] + draw.randint(0, 3),
            "disclosed_quantity": 0,
        }
        return line("PUT", "/v3/order/modify", body)

    def _cancel(self, line: Line, draw: random.Random) -> tuple[int, Any]:
        order_id = draw.choice([*self._working(line), "nobody"])
        return line("DELETE", f"/v3/order/cancel?order_id={order_id}")

    def _gtt(self, line: Line, draw: random.Random) -> tuple[int, Any]:
        key = draw.choice(SHARES)
        price = round(self._price(line, key))
        rules = [
            {
                "strategy": "ENTRY",
                "trigger_type": draw.choice(["ABOVE", "BELOW", "IMMEDIATE"]),
                "trigger_price": price + draw.randint(-3, 3),
            },
            {"strategy": "TARGET", "trigger_type": "IMMEDIATE", "trigger_price": price + 6},
            {"strategy": "STOPLOSS", "trigger_type": "IMMEDIATE", "trigger_price": price - 6, "trailing_gap": 2},
        ]
        kind = draw.choice(["SINGLE", "MULTIPLE"])
        body = {
            "type": kind,
            "quantity": draw.randint(1, 9),
            "product": "I",
            "instrument_token": key,
            "transaction_type": "BUY",
            "rules": rules[:1] if kind == "SINGLE" else rules,
        }
        return line("POST", "/v3/order/gtt/place", body)

    def _lines(self, line: Line, draw: random.Random) -> tuple[int, Any]:
        body = [
            {**self._body(line, draw, draw.choice(SHARES)), "correlation_id": str(number), "slice": False}
            for number in range(draw.randint(1, 4))
        ]
        return line("POST", "/v2/order/multi/place", body)

    def _cover(self, line: Line, draw: random.Random) -> tuple[int, Any]:
        key = draw.choice(SHARES)
        price = round(self._price(line, key))
        body = self._body(line, draw, key) | {
            "product": "CO",
            "order_type": "LIMIT",
            "validity": "DAY",
            "transaction_type": "BUY",
            "price": price + 2,
            "trigger_price": price - 10,
        }
        body.pop("slice")
        return line("POST", "/v2/order/place", body)

    def _convert(self, line: Line, draw: random.Random) -> tuple[int, Any]:
        body = {
            "instrument_token": draw.choice(SHARES),
            "new_product": "D",
            "old_product": "I",
            "transaction_type": "BUY",
            "quantity": 1,
        }
        return line("PUT", "/v2/portfolio/convert-position", body)

    def _nonsense(self, line: Line, draw: random.Random) -> tuple[int, Any]:
        body = self._body(line, draw, draw.choice(SHARES))
        body[draw.choice(sorted(body))] = draw.choice([None, -1, "what", 10**9])
        return line("POST", "/v3/order/place", body)


def account(line: Line) -> dict[str, Any]:
    """Everything that the API tells of the account."""
    book = line.data("/v2/order/retrieve-all")
    return {
        "orders": book,
        "histories": [line.data(f"/v2/order/history?order_id={row['order_id']}") for row in book],
        "trades": line.data("/v2/order/trades/get-trades-for-day"),
        "gtt": line.data("/v3/order/gtt"),
        "positions": line.data("/v2/portfolio/short-term-positions"),
        "mtf": line.data("/v3/portfolio/mtf-positions"),
        "holdings": line.data("/v2/portfolio/long-term-holdings"),
        "funds": line.data("/v3/user/get-funds-and-margin"),
    }
