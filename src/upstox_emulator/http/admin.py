"""Steering over HTTP, for programs that are not in this process: JSON under `/__emulator`, from this machine only."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from upstox_emulator.account.tokens import TokenKind
from upstox_emulator.backend import Approval, Backend, Snapshot
from upstox_emulator.faults import Fault
from upstox_emulator.http.calls import json_response
from upstox_emulator.http.gate import STEERING
from upstox_emulator.market.driver import MarketDriver
from upstox_emulator.notifier import approve_waiting, is_loopback
from upstox_emulator.venue import IssueToken, MakeCode


class _ClockWish(msgspec.Struct, forbid_unknown_fields=True):
    set: dt.datetime | None = None
    advance: float | None = None
    speed: float | None = None


class _TokenWish(msgspec.Struct, forbid_unknown_fields=True):
    kind: TokenKind = "access"
    client_id: str = "emulator"
    token: str | None = None


class _CodeWish(msgspec.Struct, forbid_unknown_fields=True):
    client_id: str = "emulator"
    code: str | None = None


class _ApprovalWish(msgspec.Struct, forbid_unknown_fields=True):
    mode: Approval | None = None
    approve: bool = False


class _PriceWish(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    price: float | None = None
    moves: list[tuple[float, float]] | None = None
    release: bool = False
    force: bool = False


class _SnapshotWish(msgspec.Struct, forbid_unknown_fields=True):
    name: str = "default"


class Admin:
    """The steering endpoints of one backend."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._snapshots: dict[str, Snapshot] = {}

    def routes(self) -> list[Route]:
        """Method, path, handler."""
        table = [
            ("GET", "", self._state),
            ("POST", "/clock", self._clock),
            ("GET", "/faults", self._faults),
            ("POST", "/faults", self._arm),
            ("DELETE", "/faults", self._disarm),
            ("GET", "/requests", self._requests),
            ("POST", "/tokens", self._token),
            ("POST", "/codes", self._code),
            ("POST", "/approvals", self._approve),
            ("POST", "/reset", self._reset),
            ("GET", "/openapi.json", self._openapi),
            ("POST", "/prices", self._prices),
            ("POST", "/snapshot", self._snapshot),
            ("POST", "/restore", self._restore),
        ]
        return [
            Route(f"{STEERING}{path}", self._endpoint(handler), methods=[method]) for method, path, handler in table
        ]

    @staticmethod
    def _endpoint(handler: Any) -> Any:
        async def serve(request: Request) -> Response:
            if request.client is None or not is_loopback(request.client.host):
                return json_response({"error": "the emulator is steered from its own machine only"}, 403)
            try:
                return json_response(handler(await request.body()))
            except (msgspec.MsgspecError, ValueError, KeyError) as error:
                return json_response({"error": str(error)}, 400)

        return serve

    def _state(self, _: bytes) -> Any:
        backend = self._backend
        return {
            "now": backend.clock.now().isoformat(),
            "speed": backend.clock.speed,
            "seed": backend.venue.seed,
            "market": backend.market,
            "apps": [{"client_id": app.client_id, "redirect_uri": app.redirect_uri} for app in self._apps()],
            "faults": backend.faults.armed(),
            "requests": len(backend.requests),
        }

    def _apps(self) -> Any:
        return self._backend.venue.tokens.apps.values()

    def _clock(self, body: bytes) -> Any:
        wish, clock = msgspec.json.decode(body, type=_ClockWish), self._backend.clock
        if wish.speed is not None:
            clock.speed = wish.speed
        if wish.set is not None:
            clock.set(wish.set)
        if wish.advance is not None:
            clock.advance(wish.advance)
        return {"now": clock.now().isoformat(), "speed": clock.speed}

    def _faults(self, _: bytes) -> Any:
        return self._backend.faults.armed()

    def _arm(self, body: bytes) -> Any:
        return self._backend.faults.arm(msgspec.json.decode(body, type=Fault))

    def _disarm(self, _: bytes) -> Any:
        self._backend.faults.clear()
        return []

    def _requests(self, _: bytes) -> Any:
        return list(self._backend.requests)

    def _token(self, body: bytes) -> Any:
        wish, backend = msgspec.json.decode(body or b"{}", type=_TokenWish), self._backend
        command = IssueToken(backend.clock.now(), wish.kind, wish.client_id, wish.token)
        return {"token": backend.execute(command), "kind": wish.kind}

    def _code(self, body: bytes) -> Any:
        wish, backend = msgspec.json.decode(body or b"{}", type=_CodeWish), self._backend
        return {"code": backend.execute(MakeCode(backend.clock.now(), wish.client_id, wish.code))}

    def _approve(self, body: bytes) -> Any:
        wish, backend = msgspec.json.decode(body or b"{}", type=_ApprovalWish), self._backend
        if wish.mode is not None:
            backend.approval = wish.mode
        if wish.approve:
            approve_waiting(backend)
        return {"mode": backend.approval, "waiting": [app.client_id for app in backend.waiting]}

    def _reset(self, _: bytes) -> Any:
        self._backend.reset()
        return self._state(b"")

    def _openapi(self, _: bytes) -> Any:
        from upstox_emulator.http.openapi import document  # it loads every model

        return document("/")

    def _prices(self, body: bytes) -> Any:
        wish, backend = msgspec.json.decode(body, type=_PriceWish), self._backend
        driver = MarketDriver(backend.drive, backend.clock.now, lambda: backend.venue)
        if wish.price is not None:
            driver.set_price(wish.key, wish.price, force=wish.force)
        if wish.moves is not None:
            driver.move(wish.key, wish.moves, force=wish.force)
        if wish.release:
            driver.release(wish.key)
        return {"key": wish.key, "price": driver.price(wish.key)}

    def _snapshot(self, body: bytes) -> Any:
        name = msgspec.json.decode(body or b"{}", type=_SnapshotWish).name
        self._snapshots[name] = self._backend.snapshot()
        return {"name": name, "at": self._snapshots[name].at.isoformat()}

    def _restore(self, body: bytes) -> Any:
        name = msgspec.json.decode(body or b"{}", type=_SnapshotWish).name
        if name not in self._snapshots:
            raise ValueError(f"there is no snapshot {name!r}; there are {sorted(self._snapshots)}")
        self._backend.restore(self._snapshots[name])
        return self._state(b"")
