"""First light: an Upstox on this machine, and the client at work on it.

It logs in through OAuth, reads the account, survives what goes wrong on a bad day, and logs out.

    make demo                                              # plays the person in the browser itself
    .venv/bin/python examples/first_light.py --browser     # you are the person in the browser
"""

from __future__ import annotations

import asyncio
import re
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urljoin

from market_day import market_day
from rich.console import Console
from rich.table import Table

import upstox_client
from upstox_client import aio, auth
from upstox_client.cli.words import rupees
from upstox_emulator import App, Emulator

console = Console(highlight=False, width=100)

DESK = App(
    client_id="first-light", client_secret="a-secret", redirect_uri="http://127.0.0.1:8765/callback", name="First light"
)


def heading(text: str) -> None:
    console.print(f"\n[bold green]{text}[/]")


def tell(what: str, answer: object = "") -> None:
    console.print(f"  {what:<46}", f"[cyan]{answer}[/]", soft_wrap=True)


def person(url: str) -> None:
    """What a person does in the browser: opens the page, enters mobile and PIN, allows."""

    def fetch(address: str, form: dict[str, str] | None = None) -> tuple[str, str]:
        data = None if form is None else urlencode(form).encode()
        with urllib.request.urlopen(address, data, timeout=10) as page:
            return page.url, page.read().decode()

    def walk() -> None:
        address, page = fetch(url)
        session = re.search(r'name="session" value="([^"]+)"', page)
        assert session is not None
        fetch(urljoin(address, "/login"), {"session": session[1], "mobile": "9000000000", "pin": "123456"})
        fetch(urljoin(address, "/consent"), {"session": session[1], "choice": "allow"})

    threading.Thread(target=walk).start()


def log_in(em: Emulator, open_browser: Callable[[str], object]) -> upstox_client.Configuration:
    heading("Log in, through OAuth")
    configuration = upstox_client.Configuration()
    configuration.host = configuration.order_host = em.url
    tell("the configuration says where it goes", configuration.environment)

    def shown(url: str) -> object:
        tell("a browser opens", url.partition("?")[0])
        return open_browser(url)

    token = auth.login(
        DESK.client_id,
        DESK.client_secret,
        DESK.redirect_uri,
        configuration=configuration,
        open_browser=shown,
        echo=lambda _: None,
        store=False,
    )
    tell("logged in", f"{token.user_name} ({token.user_id})")
    tell("the token dies at", f"{token.expires_at.astimezone(auth.IST):%d %b %Y %H:%M} IST")
    console.print(f"  [dim]{configuration!r}[/]", soft_wrap=True)
    return configuration


def read_account(client: upstox_client.ApiClient) -> None:
    heading("Read the account")
    user = upstox_client.UserApi(client)
    profile = user.get_profile().data
    funds = user.get_user_fund_margin().data
    assert profile is not None
    assert funds is not None
    table = Table("", "", show_header=False, box=None, padding=(0, 2))
    for name, value in {
        "Name": profile.user_name,
        "Exchanges": ", ".join(profile.exchanges or ()),
        "Products": ", ".join(profile.products or ()),
        "Available": rupees(funds.equity.available_margin),
        "Paid in today": rupees(funds["equity"].payin_amount),
        "Used": rupees(funds.equity.used_margin),
    }.items():
        table.add_row(name, f"[cyan]{value}[/]")
    console.print(table)


def survive(em: Emulator, client: upstox_client.ApiClient) -> None:
    heading("Survive a bad day")
    user = upstox_client.UserApi(client)

    def watched(what: str, call: Callable[[], Any]) -> None:
        sent, started = len(em.requests), time.perf_counter()
        try:
            call()
            said = "answered"
        except upstox_client.ApiException as error:
            said = type(error).__name__
        tries = len(em.requests) - sent
        tell(what, f"{said} after {tries} {'try' if tries == 1 else 'tries'}, {time.perf_counter() - started:.2f} s")

    em.faults.status(503, times=2)
    watched("a read, two 503 on the way", user.get_profile)
    em.faults.reset_before(times=1)
    watched("a read, the connection reset", user.get_profile)
    em.faults.rate_limit_storm(times=1, retry_after=0.5)
    watched("a read, a 429 that says: in half a second", user.get_profile)
    em.faults.latency(1.0, times=1)
    client.configuration.retries = 0
    watched("a read that must not take over 0.3 s", lambda: user.get_profile(_request_timeout=0.3))
    client.configuration.retries = upstox_client.RetryPolicy()
    em.faults.reset_after(method="POST", times=1)
    watched("a withdrawal whose answer is lost", lambda: user.initiate_payout({"mode": "NEFT", "amount": 500}))
    history = user.get_payout_history().data or []
    tell("sent once, and the history knows the truth", f"{len(history)} withdrawal, {rupees(history[0].amount)}")
    watched("a segment that does not exist", lambda: user.get_user_fund_margin(segment="XYZ"))  # type: ignore[arg-type]


async def read_async(configuration: upstox_client.Configuration) -> None:
    heading("The same, awaited")
    async with aio.ApiClient(configuration) as client:
        user = aio.UserApi(client)
        started = time.perf_counter()
        answers = await asyncio.gather(*(user.get_profile() for _ in range(20)))
        tell("twenty profiles at once", f"{len(answers)} answers in {(time.perf_counter() - started) * 1e3:.0f} ms")
        tell("within the documented limits", client.limits["GET /v2/user/profile"][0])


def log_out(client: upstox_client.ApiClient) -> None:
    heading("Log out")
    tell("logout", upstox_client.LoginApi(client).logout().status)
    try:
        upstox_client.UserApi(client).get_profile()
    except upstox_client.AuthenticationError as error:
        tell("and the token is dead", f"{error.status} {error.errors[0]}")


def main() -> None:
    import webbrowser

    open_browser = webbrowser.open if "--browser" in sys.argv else person
    with Emulator(apps=[DESK], start=None) as em:
        console.print(f"An Upstox, on this machine: [cyan]{em.url}[/]")
        configuration = log_in(em, open_browser)
        with upstox_client.ApiClient(configuration) as client:
            read_account(client)
            market_day(em, configuration)
            survive(em, client)
            asyncio.run(read_async(configuration))
            log_out(client)
    console.print("\nNext: README.md, or [bold]upstox emulator[/] and [bold]upstox login[/] in two terminals.")


if __name__ == "__main__":
    main()
