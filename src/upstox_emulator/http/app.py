"""The application: every route, behind the gate."""

from __future__ import annotations

from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from upstox_emulator.backend import Backend
from upstox_emulator.errors import refuse
from upstox_emulator.http import (
    batch,
    charges,
    contracts,
    feeds,
    fundamentals,
    gtt,
    history,
    instruments,
    ipo,
    login,
    market_calendar,
    market_information,
    mutual_funds,
    news,
    options,
    orders,
    portfolio,
    quotes,
    reports,
    smartlists,
    trades,
    user,
)
from upstox_emulator.http.admin import Admin
from upstox_emulator.http.assets import Assets
from upstox_emulator.http.calls import Api, Endpoint, json_response
from upstox_emulator.http.gate import Gate
from upstox_emulator.web.dialog import Dialog

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    *user.ENDPOINTS,
    *login.ENDPOINTS,
    *market_calendar.ENDPOINTS,
    *feeds.ENDPOINTS,
    *orders.ENDPOINTS,
    *batch.ENDPOINTS,
    *gtt.ENDPOINTS,
    *trades.ENDPOINTS,
    *instruments.ENDPOINTS,
    *contracts.ENDPOINTS,
    *fundamentals.ENDPOINTS,
    *ipo.ENDPOINTS,
    *market_information.ENDPOINTS,
    *mutual_funds.ENDPOINTS,
    *news.ENDPOINTS,
    *smartlists.ENDPOINTS,
    *quotes.ENDPOINTS,
    *history.ENDPOINTS,
    *options.ENDPOINTS,
    *portfolio.ENDPOINTS,
    *charges.ENDPOINTS,
    *reports.ENDPOINTS,
)
"""Every JSON endpoint of the API; the login dialog is in `upstox_emulator.web.dialog`."""


def make_app(backend: Backend) -> ASGIApp:
    """The whole Upstox as an ASGI application: the gate, the API, and the pages behind it."""

    async def unrouted(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        refusal = refuse("method" if status == 405 else "not_found")
        return json_response(refusal.envelope(), refusal.status)

    async def failed(_request: Request, _error: Exception) -> Response:
        refusal = refuse("internal")  # the server logs the traceback
        return json_response(refusal.envelope(), refusal.status)

    pages = Starlette(
        routes=[*Dialog(backend).routes(), *Admin(backend).routes(), *Assets(backend).routes()],
        exception_handlers={HTTPException: unrouted, Exception: failed},
    )
    return Gate(Api(backend, ENDPOINTS, pages), backend)
