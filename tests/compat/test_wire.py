"""The same calls by the official SDK and by ours, recorded: the same goes out, and the same comes of the answers."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

import upstox_client
from support.answers import operations
from support.official import official_result
from upstox_client import aio

SCRIPT = Path(__file__).with_name("official_calls.py")
SAMPLES = Path(__file__).parents[1] / "samples"

# What may differ, and why; docs/differences.md, "On the wire", says the same.
OTHER_HEADERS = {
    "user-agent": "says who calls",
    "accept-encoding": "answers are compressed",
    "host": "the port of the day",
    "connection": "keep-alive is the default of HTTP/1.1",
    "content-length": "JSON without needless blanks; the bodies are compared",
}
QUERY_IN_ANOTHER_ORDER = {
    "MarketQuoteV3Api.get_market_quote_ohlc": "parameters go out in the order of the signature",
    "PostTradeApi.get_trades_by_date_range": "optional parameters come last",
    "TradeProfitAndLossApi.get_profit_and_loss_charges": "optional parameters come last",
    "TradeProfitAndLossApi.get_trade_wise_profit_and_loss_data": "optional parameters come last",
    "TradeProfitAndLossApi.get_trade_wise_profit_and_loss_meta_data": "optional parameters come last",
}
FILLED_FROM_EITHER_SPELLING = {"meta_data", "dp_plan", "other_taxes", "authorized_redirect_uri"}


# The recording server


@dataclass
class Recorder:
    """Two hosts that write down what they are sent, and answer in the order in which they are told."""

    answers: list[tuple[int, bytes]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    hosts: dict[str, str] = field(default_factory=dict)

    def begin(self, answers: list[tuple[int, bytes]]) -> None:
        self.answers, self.requests = list(answers), []


class Host(ThreadingHTTPServer):
    """One of the two hosts."""

    def __init__(self, role: str, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.role = role


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            assert isinstance(self.server, Host)
            role = self.server.role
            headers = {name.lower(): value for name, value in self.headers.items()}
            recorder.requests.append(
                {"role": role, "method": self.command, "target": self.path, "headers": headers, "body": body.decode()}
            )
            status, answer = recorder.answers[len(recorder.requests) - 1]
            self.send_response_only(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("X-Request-Id", "r1")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_DELETE = answer

        def log_message(self, *_: object) -> None:
            pass

    servers = []
    for role in ("host", "order_host"):
        server = Host(role, Handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        recorder.hosts[role] = f"http://127.0.0.1:{server.server_port}"
        servers.append(server)
    yield recorder
    for server in servers:
        server.shutdown()
        server.server_close()


# The calls

NHPC = "NSE_EQ|INE848E01016"
BODIES: dict[str, Any] = {
    "ChargeApi.post_margin": {
        "instruments": [{"instrument_key": NHPC, "quantity": 5, "product": "D", "transaction_type": "BUY"}]
    },
    "OrderApi.place_multi_order": json.loads((SAMPLES / "trading/multi_place_request.json").read_text()),
    "PortfolioApi.convert_positions": json.loads((SAMPLES / "trading/convert_request.json").read_text()),
    "OrderApiV3.place_gtt_order": json.loads((SAMPLES / "trading/gtt_place_request.json").read_text()),
    "OrderApiV3.modify_gtt_order": json.loads((SAMPLES / "trading/gtt_modify_request.json").read_text()),
    "OrderApiV3.cancel_gtt_order": {"gtt_order_id": "GTT-C25280200137522"},
}
PLACE = json.loads((SAMPLES / "trading/place_request.json").read_text())
AWKWARD_BODY = PLACE | {
    "tag": 'caf\u00e9 | "\U0001f600" \\ \u20b9',
    "price": 0.05,
    "quantity": 2**31,
    "trigger_price": None,
}
HEADERS = {"api_version": "2.0", "algo_name": "momentum 7", "origin": "desk"}
AWKWARD: list[Any] = ["a b|c/\u00e9&=+%,;#?\u20b9", 0, True, "NSE_EQ|INE848E01016,NSE_FO|51834", 1.5, False, "-"]


@dataclass(frozen=True)
class Call:
    """A call that both make, and how it is answered."""

    api: str
    operation: str
    arguments: dict[str, Any]
    status: int = 200
    answer: bytes = b'{"status":"success","data":null}'

    @property
    def name(self) -> str:
        return f"{self.api}.{self.operation}"


def arguments(name: str, style: str) -> dict[str, Any]:
    """Arguments of a call: only the required ones, all of them awkward, or dates, lists and None."""
    operation = operations()[name]
    given: dict[str, Any] = {}
    for number, parameter in enumerate(operation.names):
        required = parameter in operation.required
        if parameter in HEADERS:
            if required or style == "awkward":
                given[parameter] = HEADERS[parameter]
        elif parameter == "body":
            given[parameter] = BODIES.get(name, AWKWARD_BODY if style == "awkward" else PLACE)
        elif parameter in operation.flags:
            if parameter == "gtt_order_update" or style == "plain":
                continue  # a parameter of ours
            given[parameter] = style == "awkward" or parameter == "position_update"
        elif style == "awkward":
            given[parameter] = AWKWARD[number % len(AWKWARD)]
        elif style == "odd" and not required:
            given[parameter] = None
        elif required:
            given[parameter] = datetime.date(2026, 11, 23) if style == "odd" else f"{parameter} 1"
    return given


def answers() -> dict[str, list[tuple[int, bytes]]]:
    """The documented answers of each call."""
    found: dict[str, list[tuple[int, bytes]]] = {}
    for folder in ("market", "trading", "account"):
        for name, entry in json.loads((SAMPLES / folder / "index.json").read_text()).items():
            if "call" in entry and not entry.get("sent"):
                body = (SAMPLES / folder / f"{name}.json").read_bytes()
                if entry.get("envelope"):
                    body = b'{"status":"success","data":' + body + b"}"
                found.setdefault(entry["call"], []).append((entry.get("status", 200), body))
    return found


def error(status: int, names: tuple[str, str, str]) -> bytes:
    entry = {names[0]: f"UDAPI{status}", "message": "no, \u20b9", names[1]: "price", names[2]: 0}
    return json.dumps({"status": "error", "errors": [entry]}).encode()


CAMEL, SNAKE = ("errorCode", "propertyPath", "invalidValue"), ("error_code", "property_path", "invalid_value")
REFUSALS = [
    Call(api, operation, arguments(f"{api}.{operation}", "plain"), status, error(status, names))
    for api, operation in (("UserApi", "get_profile"), ("OrderApiV3", "place_order"), ("OrderApi", "cancel_order"))
    for status in (400, 401, 403, 404, 423, 429, 500)
    for names in (CAMEL, SNAKE)
]
ANSWERED = [
    Call(*name.split("."), arguments(name, "plain"), status, body)
    for name, found in answers().items()
    for status, body in found
]
ASKED = [
    Call(*name.split("."), arguments(name, style)) for name in operations() for style in ("plain", "awkward", "odd")
]
CALLS = [*ASKED, *ANSWERED, *REFUSALS]


# Making them


@dataclass
class Made:
    """The requests that went out, and what came of each call."""

    requests: list[dict[str, Any]]
    outcomes: list[Any]


def as_json(value: Any) -> Any:
    return {"$date": value.isoformat()} if isinstance(value, datetime.date) else value


@pytest.fixture(scope="module")
def official(recorder: Recorder) -> Made:
    """All calls, made by the official SDK in one process of its own."""
    calls = [
        {"api": c.api, "operation": c.operation, "arguments": {n: as_json(v) for n, v in c.arguments.items()}}
        for c in CALLS
    ]
    recorder.begin([(call.status, call.answer) for call in CALLS])
    made = official_result(SCRIPT, {**recorder.hosts, "calls": calls})
    return Made(recorder.requests, made)


def plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if hasattr(value, "to_dict"):
        return plain(value.to_dict())
    return value.isoformat() if isinstance(value, datetime.date) else value


def refused(failure: upstox_client.ApiException) -> dict[str, Any]:
    body = failure.body.decode() if isinstance(failure.body, bytes) else failure.body
    headers = {name.lower(): text for name, text in (failure.headers or {}).items()}
    return {"status": failure.status, "reason": failure.reason, "body": body, "headers": headers}


async def make_all_async(configuration: upstox_client.Configuration) -> list[Any]:
    made: list[Any] = []
    async with aio.ApiClient(configuration) as client:
        for call in CALLS:
            try:
                result = await getattr(getattr(aio, call.api)(client), call.operation)(**call.arguments)
                made.append({"result": plain(result)})
            except upstox_client.ApiException as failure:
                made.append(refused(failure))
    return made


def make_all(configuration: upstox_client.Configuration) -> list[Any]:
    made: list[Any] = []
    with upstox_client.ApiClient(configuration) as client:
        for call in CALLS:
            try:
                result = getattr(getattr(upstox_client, call.api)(client), call.operation)(**call.arguments)
                made.append({"result": plain(result)})
            except upstox_client.ApiException as failure:
                made.append(refused(failure))
    return made


@pytest.fixture(scope="module", params=["sync", "async"])
def ours(request: pytest.FixtureRequest, recorder: Recorder, official: Made) -> Made:
    """The same calls, made by us."""
    configuration = upstox_client.Configuration()
    configuration.host, configuration.order_host = recorder.hosts["host"], recorder.hosts["order_host"]
    configuration.access_token = "the-token"
    configuration.retries, configuration.rate_limit = 0, False
    recorder.begin([(call.status, call.answer) for call in CALLS])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", upstox_client.UnexpectedTypeWarning)
        colour = request.param
        outcomes = make_all(configuration) if colour == "sync" else asyncio.run(make_all_async(configuration))
    return Made(recorder.requests, outcomes)


# Comparing


def asked_for(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    """A request without what may differ."""
    address = urlsplit(request["target"])
    query = [pair for pair in parse_qsl(address.query, keep_blank_values=True) if pair[1] != "None"]
    if call.name in QUERY_IN_ANOTHER_ORDER:
        query.sort()
    body: Any = request["body"]
    if "form" in request["headers"].get("content-type", ""):
        body = [pair for pair in parse_qsl(body, keep_blank_values=True) if pair[1] != "None"]
    with contextlib.suppress(ValueError, TypeError):
        body = json.loads(body)
    headers = {name: value for name, value in request["headers"].items() if name not in OTHER_HEADERS}
    return {
        "role": request["role"],
        "method": request["method"],
        "path": address.path,
        "query": query,
        "raw": None if "None" in address.query or call.name in QUERY_IN_ANOTHER_ORDER else address.query,
        "body": body,
        "headers": {name: value for name, value in headers.items() if value != "None"},
    }


def test_every_operation_is_asked_for() -> None:
    assert {call.name for call in CALLS} == set(operations())
    assert set(QUERY_IN_ANOTHER_ORDER) <= set(operations())
    assert len(ANSWERED) > 90


def test_the_same_requests_go_out(official: Made, ours: Made) -> None:
    assert len(official.requests) == len(ours.requests) == len(CALLS)
    others: list[Any] = []
    for call, theirs, own in zip(CALLS, official.requests, ours.requests, strict=True):
        expected, found = asked_for(call, theirs), asked_for(call, own)
        if expected["raw"] is None:
            found["raw"] = None
        others += [(call.name, part, found[part], value) for part, value in expected.items() if found[part] != value]
    assert others == []


def lost(theirs: Any, own: Any, path: str = "") -> list[str]:
    """What the official result has and ours has not, or has otherwise."""
    if isinstance(theirs, dict) and isinstance(own, dict):
        return [
            found
            for name, value in theirs.items()
            if not (value is None and (own.get(name) is None or name in FILLED_FROM_EITHER_SPELLING))
            for found in lost(value, own.get(name), f"{path}.{name}")
        ]
    if isinstance(theirs, list) and isinstance(own, list) and len(theirs) == len(own):
        return [found for a, b in zip(theirs, own, strict=True) for found in lost(a, b, f"{path}[]")]
    return [] if theirs == own else [f"{path}: {theirs!r} is {own!r}"]


def test_the_same_comes_of_the_answers(official: Made, ours: Made) -> None:
    both = [trio for trio in zip(CALLS, official.outcomes, ours.outcomes, strict=True) if "result" in trio[1]]
    assert len(both) > 300
    others = [
        (call.name, loss) for call, theirs, own in both for loss in lost(theirs["result"], own.get("result", own))
    ]
    assert others == []


def test_the_same_exceptions_come_of_refusals(official: Made, ours: Made) -> None:
    both = [trio for trio in zip(CALLS, official.outcomes, ours.outcomes, strict=True) if "result" not in trio[1]]
    assert len(both) >= len(REFUSALS)
    assert [(call.name, own, theirs) for call, theirs, own in both if own != theirs] == []
