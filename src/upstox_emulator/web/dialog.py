"""The authorization dialog: https://upstox.com/developer/api-documentation/authorize

Dialog -> login page -> consent page -> back to the app with a code, or with an error if the person denies.
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from upstox_emulator.backend import Backend
from upstox_emulator.errors import Refusal, refuse
from upstox_emulator.http.calls import json_response
from upstox_emulator.venue import MakeCode
from upstox_emulator.web.pages import consent_page, expired_page, front_page, login_page

SESSION_LIFE: Final = dt.timedelta(minutes=10)

_SAFE_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    # No form-action: browsers hold redirects to it, and an app's redirect URI may have a scheme of its own.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
}


class Session(msgspec.Struct):
    """A login under way."""

    client_id: str
    state: str | None
    expires_at: dt.datetime
    logged_in: bool = False


class Dialog:
    """The pages of one backend."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._sessions: dict[str, Session] = {}

    def routes(self) -> list[Route]:
        """The dialog, its pages, and the front page."""
        return [
            Route("/", self._front, methods=["GET"]),
            Route("/v2/login/authorization/dialog", self._begin, methods=["GET"]),
            Route("/login", self._show_login, methods=["GET"]),
            Route("/login", self._log_in, methods=["POST"]),
            Route("/consent", self._decide, methods=["POST"]),
        ]

    async def _front(self, request: Request) -> Response:
        backend = self._backend
        apps = backend.venue.tokens.apps.values()
        facts = {
            "URL": str(request.base_url).rstrip("/"),
            "Clock": f"{backend.clock.now():%a %d %b %Y %H:%M:%S} IST, speed {backend.clock.speed:g}",
            "Market": backend.market,
            "Seed": str(backend.venue.seed),
            **{f"App {app.client_id}": f"redirects to {app.redirect_uri}" for app in apps},
        }
        return _html(front_page(facts))

    async def _begin(self, request: Request) -> Response:
        query = request.query_params
        now = self._backend.clock.now()
        try:
            app = self._backend.venue.tokens.app_for_dialog(query.get("client_id"), query.get("redirect_uri"))
            if query.get("response_type", "code") != "code":
                raise refuse("credentials", path="response_type", value=query["response_type"])
        except Refusal as refusal:
            return json_response(refusal.envelope(), refusal.status)
        self._sessions = {name: one for name, one in self._sessions.items() if now < one.expires_at}
        name = secrets.token_urlsafe(24)
        self._sessions[name] = Session(app.client_id, query.get("state"), now + SESSION_LIFE)
        return RedirectResponse(f"/login?{urlencode({'session': name})}", 302, _SAFE_HEADERS)

    async def _show_login(self, request: Request) -> Response:
        name = request.query_params.get("session", "")
        session = self._session(name)
        return _over() if session is None else _html(self._login_page(name, session))

    async def _log_in(self, request: Request) -> Response:
        form = await _form(request)
        name, user = form.get("session", ""), self._backend.venue.user
        session = self._session(name)
        if session is None:
            return _over()
        if (form.get("mobile"), form.get("pin")) != (user.mobile, user.pin):
            return _html(self._login_page(name, session, "The mobile number or the PIN is wrong."), 401)
        session.logged_in = True
        app = self._backend.venue.tokens.apps[session.client_id]
        return _html(consent_page(name, app.name, f"{user.user_name} ({user.user_id})", app.redirect_uri))

    async def _decide(self, request: Request) -> Response:
        form = await _form(request)
        session = self._session(form.get("session", ""))
        if session is None or not session.logged_in:
            return _over()
        del self._sessions[form["session"]]
        answer = self._answer(session, allowed=form.get("choice") == "allow")
        if session.state is not None:
            answer["state"] = session.state
        app = self._backend.venue.tokens.apps[session.client_id]
        return RedirectResponse(_with_query(app.redirect_uri, answer), 302, _SAFE_HEADERS)

    def _answer(self, session: Session, *, allowed: bool) -> dict[str, str]:
        if not allowed:
            return {"error": "access_denied", "error_description": "The account holder denied access."}
        return {"code": self._backend.execute(MakeCode(self._backend.clock.now(), session.client_id))}

    def _session(self, name: str) -> Session | None:
        session = self._sessions.get(name)
        return session if session is not None and self._backend.clock.now() < session.expires_at else None

    def _login_page(self, name: str, session: Session, error: str | None = None) -> str:
        user, app = self._backend.venue.user, self._backend.venue.tokens.apps[session.client_id]
        return login_page(name, app.name, user.mobile, user.pin, error)


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace")))


def _html(page: str, status: int = 200) -> Response:
    return HTMLResponse(page, status, _SAFE_HEADERS)


def _over() -> Response:
    return _html(expired_page(), 410)


def _with_query(url: str, more: dict[str, str]) -> str:
    """`url` with further query parameters after its own."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, urlencode(more, quote_via=quote))))))
