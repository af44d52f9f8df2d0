"""The server of the benchmark: canned answers of the documented shape, from a bare protocol on one event loop.

It does next to nothing for each request, so that what is measured is the client. Standard library only, with uvloop
where it is installed.
"""

import asyncio
import json


def _order(number):
    return {
        "exchange": "NSE", "product": "D", "price": 571.0, "quantity": 1, "status": "complete", "guid": None,
        "tag": "algo-1", "instrument_token": "NSE_EQ|INE062A01020", "placed_by": "123456", "trading_symbol": "SBIN-EQ",
        "tradingsymbol": "SBIN-EQ", "order_type": "LIMIT", "validity": "DAY", "trigger_price": 0.0,
        "disclosed_quantity": 0, "transaction_type": "BUY", "average_price": 570.95, "filled_quantity": 1,
        "pending_quantity": 0, "status_message": None, "status_message_raw": None, "exchange_order_id": str(number),
        "parent_order_id": None, "order_id": f"23101900{number:07d}", "variety": "SIMPLE",
        "order_timestamp": "2023-10-19 13:25:56", "exchange_timestamp": "2023-10-19 13:25:56", "is_amo": False,
        "order_request_id": "1", "order_ref_id": f"GTT-C2310{number:07d}",
    }  # fmt: skip


def _side(number):
    market = {
        "ltp": 2449.9 + number, "volume": 1250, "oi": 12600.0, "close_price": 2449.9, "bid_price": 2448.0,
        "bid_qty": 750, "ask_price": 2451.0, "ask_qty": 1050, "prev_oi": 12450.0,
    }  # fmt: skip
    greeks = {"vega": 1.01, "theta": -15.2, "gamma": 0.0007, "delta": 0.5, "iv": 17.59, "pop": 49.5}
    return {"instrument_key": f"NSE_FO|{51000 + number}", "market_data": market, "option_greeks": greeks}


def _strike(number):
    return {
        "expiry": "2026-11-24", "pcr": 0.97, "strike_price": 20000.0 + 50 * number, "underlying_key":
        "NSE_INDEX|Nifty 50", "underlying_spot_price": 24976.3, "call_options": _side(2 * number),
        "put_options": _side(2 * number + 1),
    }  # fmt: skip


def _quote(number):
    rows = [{"quantity": 6917 + n, "price": 52.05 + n / 20, "orders": 20 + n} for n in range(5)]
    return {
        "ohlc": {"open": 53.4, "high": 53.8, "low": 51.75, "close": 52.05}, "depth": {"buy": rows, "sell": rows},
        "timestamp": "2026-11-23T10:21:51.099+05:30", "instrument_token": f"NSE_EQ|INE{number:09d}",
        "symbol": f"S{number}", "last_price": 52.04999923706055, "volume": 24123697, "average_price": 52.56, "oi": 0.0,
        "net_change": -1.05, "total_buy_quantity": 6917.0, "total_sell_quantity": 0.0, "lower_circuit_limit": 42.5,
        "upper_circuit_limit": 63.7, "last_trade_time": "1697624972130", "oi_day_high": 0.0, "oi_day_low": 0.0,
    }  # fmt: skip


def _candle(number):
    time = f"2026-11-{1 + number // 400:02d}T{9 + number % 400 // 60:02d}:{number % 60:02d}:00+05:30"
    return [time, 53.1 + number % 7, 53.95, 51.6, 52.05, 235519861 + number, 0]


PROFILE = {
    "email": "someone@example.com", "exchanges": ["NSE", "NFO", "BSE", "CDS"], "products": ["D", "I"],
    "broker": "UPSTOX", "user_id": "123456", "user_name": "Asha Rao", "order_types": ["MARKET", "LIMIT", "SL", "SL-M"],
    "user_type": "individual", "poa": False, "ddpi": False, "is_active": True,
}  # fmt: skip

DATA = {
    "/v2/user/profile": PROFILE,
    "/v2/order/retrieve-all": [_order(n) for n in range(200)],
    "/v2/option/chain": [_strike(n) for n in range(120)],
    "/v2/market-quote/quotes": {f"NSE_EQ:S{n}": _quote(n) for n in range(500)},
    "/v3/historical-candle": {"candles": [_candle(n) for n in range(10_000)]},
}
BODIES = {path: json.dumps({"status": "success", "data": data}, separators=(",", ":")) for path, data in DATA.items()}


def _answer(body):
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()


ANSWERS = {path.encode(): _answer(body) for path, body in BODIES.items()}


class Protocol(asyncio.Protocol):
    """Answers a GET by the start of its path."""

    def connection_made(self, transport):
        self._transport, self._waiting = transport, b""

    def data_received(self, data):
        *requests, self._waiting = (self._waiting + data).split(b"\r\n\r\n")
        for request in requests:
            path = request.split(b" ", 2)[1]
            self._transport.write(next(answer for start, answer in ANSWERS.items() if path.startswith(start)))


async def main():
    server = await asyncio.get_running_loop().create_server(Protocol, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


def new_loop():
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(main())
