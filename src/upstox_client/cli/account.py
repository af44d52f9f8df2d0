"""`upstox whoami` and `upstox funds`."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import TYPE_CHECKING, Final

from upstox_client.cli import show
from upstox_client.cli.options import (
    BaseUrl,
    ClientId,
    Json,
    Paper,
    Sandbox,
    WrongUsageError,
    calling,
    configuration_for,
    trading,
)
from upstox_client.cli.words import lifetime, rupees

if TYPE_CHECKING:
    from upstox_client.api_client import ApiClient
    from upstox_client.auth import StoredToken

_CASH: Final = "available_to_trade.cash_available_to_trade"
_PLEDGE: Final = "available_to_trade.pledge_available_to_trade"
_NOT_YET: Final = "unavailable_to_trade"

# How deep it is indented, what it is called, where it is in the answer.
_FUNDS: Final = (
    (0, "Available to trade", "available_to_trade.total"),
    (1, "Cash", f"{_CASH}.total"),
    (2, "Opening balance", f"{_CASH}.cash.opening_balance"),
    (2, "Added today", f"{_CASH}.cash.added_today"),
    (2, "Withdrawn today", f"{_CASH}.cash.withdrawn_today"),
    (2, "From stock sold", f"{_CASH}.cash.amount_from_stock_sale"),
    (2, "Unpaid charges", f"{_CASH}.cash.unpaid_charges"),
    (2, "Margin used", f"{_CASH}.margin_used.total"),
    (1, "Pledge", f"{_PLEDGE}.total"),
    (2, "From pledged securities", f"{_PLEDGE}.margin_from_pledge.total"),
    (2, "Margin used", f"{_PLEDGE}.margin_used.total"),
    (0, "Unsettled profit of today", f"{_NOT_YET}.cash_unavailable_to_trade.unsettled_profit.todays_profit"),
    (0, "Unsettled profit of earlier days", f"{_NOT_YET}.cash_unavailable_to_trade.unsettled_profit.previous_days"),
    (0, "Pledged stocks that do not count yet", f"{_NOT_YET}.pledge_unavailable_to_trade.equity"),
    (0, "Pledged funds that do not count yet", f"{_NOT_YET}.pledge_unavailable_to_trade.mutual_funds"),
)


def whoami(
    paper: Paper = False,
    client_id: ClientId = None,
    sandbox: Sandbox = False,
    base_url: BaseUrl = None,
    json: Json = False,
) -> None:
    """Whose account this is, and what it may trade."""
    from upstox_client.api.user_api import UserApi
    from upstox_client.auth import Place
    from upstox_client.auth.token import utc_now
    from upstox_client.models.user import ProfileData

    with _account(client_id=client_id, sandbox=sandbox, base_url=base_url, paper=paper) as (client, token):
        profile = UserApi(client).get_profile().data or ProfileData()
    if json:
        show.as_json(profile.to_dict())
        return
    given = "of this emulator" if paper else "from UPSTOX_ACCESS_TOKEN"
    activity = {True: "active", False: "inactive", None: ""}[profile.is_active]
    show.pairs(
        profile.user_name or profile.user_id or "?",
        [
            ("User id", profile.user_id or "-"),
            ("E-mail", profile.email or "-"),
            ("Account", ", ".join(filter(None, (profile.user_type, activity))) or "-"),
            ("Broker", profile.broker or "-"),
            ("Exchanges", ", ".join(profile.exchanges or ()) or "-"),
            ("Products", ", ".join(profile.products or ()) or "-"),
            ("Order types", ", ".join(profile.order_types or ()) or "-"),
            ("Upstox", str(Place.of(client.configuration))),
            ("Token", lifetime(token.expires_at, utc_now()) if token else given),
        ],
    )


def funds(
    paper: Paper = False,
    client_id: ClientId = None,
    sandbox: Sandbox = False,
    base_url: BaseUrl = None,
    json: Json = False,
) -> None:
    """What can be traded with, and what blocks it. Closed between 00:00 and 05:30 IST."""
    from upstox_client.api.user_api import UserApi
    from upstox_client.models.user import UserFundMarginV3Data

    with _account(client_id=client_id, sandbox=sandbox, base_url=base_url, paper=paper) as (client, _):
        data = UserApi(client).get_user_fund_margin_v3().data or UserFundMarginV3Data()
    if json:
        show.as_json(data.to_dict())
        return
    rows = [(depth, name, _amount(data, path)) for depth, name, path in _FUNDS]
    show.amounts("Funds", [(depth, name, rupees(amount)) for depth, name, amount in rows if amount is not None])


def _amount(data: object, path: str) -> float | None:
    """The amount at a dotted path; None if there is none."""
    for step in path.split("."):
        data = getattr(data, step, None)
    return float(data) if isinstance(data, (int, float)) else None


@contextlib.contextmanager
def _account(
    *, client_id: str | None, sandbox: bool, base_url: str | None, paper: bool
) -> Generator[tuple[ApiClient, StoredToken | None]]:
    """A client, and what is known of its token."""
    from upstox_client.auth import load_token

    if paper:
        with trading(client_id=client_id, sandbox=sandbox, base_url=base_url, paper=True) as up:
            yield up.client, None
        return
    configuration = configuration_for(sandbox=sandbox, base_url=base_url)
    if configuration.sandbox:
        raise WrongUsageError("The sandbox takes orders and nothing else: it has no profile and no funds.")
    token = load_token(configuration, client_id)
    with calling(configuration) as client:
        yield client, token
