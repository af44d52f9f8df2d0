"""`Upstox` and `AsyncUpstox`: what a trader does, in a trader's words.

::

    from upstox_client import Upstox

    with Upstox() as up:                            # the token of `upstox login`, or UPSTOX_ACCESS_TOKEN
        up.quote("RELIANCE")["RELIANCE"].last_price
        up.history("RELIANCE", "5m", days=90).to_pandas()
        up.options("NIFTY", "next week").max_pain
        up.buy("RELIANCE", 10, limit=1500).wait(timeout=5).average_price

`AsyncUpstox` has the same names, awaitable: `await up.quote("RELIANCE")`, `await up.profile`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from upstox_client.api_client import ApiClient
from upstox_client.auth import Place, load_token
from upstox_client.configuration import Configuration
from upstox_client.instruments.store import Progress
from upstox_client.redact import redact_url
from upstox_client.trading.account import AccountFlows
from upstox_client.trading.colours import Async, AsyncClosing, Closing, Sync
from upstox_client.trading.desk import Desk
from upstox_client.trading.gtt import AsyncGtt, Gtt
from upstox_client.trading.guards import Guards
from upstox_client.trading.history import HistoryFlows
from upstox_client.trading.information import InformationFlows
from upstox_client.trading.listing import Listing, assets_configuration
from upstox_client.trading.live import AsyncOrder, Order
from upstox_client.trading.options import OptionFlows
from upstox_client.trading.paper import Paper, start_paper
from upstox_client.trading.progress import default_progress
from upstox_client.trading.trader import TraderFlows

if TYPE_CHECKING:
    from upstox_client.aio.api_client import ApiClient as AsyncApiClient

Reports = Progress | Literal["auto"] | None


class _Trader(AccountFlows, HistoryFlows, OptionFlows, InformationFlows):
    """What both colours can do."""

    paper: Paper | None = None

    @property
    def configuration(self) -> Configuration:
        """Where and how calls are made."""
        configuration: Configuration = self.client.configuration
        return configuration

    @property
    def environment(self) -> str:
        """Where calls go: `live` (real money), `sandbox`, `emulator`, `custom`; `paper` on an emulator of its own."""
        return "paper" if self.paper else self.configuration.environment

    def __repr__(self) -> str:
        return f"{type(self).__name__}(environment={self.environment!r}, host={redact_url(self.configuration.host)!r})"

    def _listing(self, assets: Any, cache: Path | str | None, progress: Reports) -> Listing:
        return Listing(
            assets,
            Place.of(self.configuration),
            None if cache is None else Path(cache),
            default_progress() if progress == "auto" else progress,
        )

    def _end(self) -> None:
        self.listing.close()
        if self.paper is not None:
            self.paper.stop()
            self.paper = None


def _configured(
    configuration: Configuration | None,
    token: str | None,
    client_id: str | None,
    paper: bool | Paper,
) -> tuple[Configuration, Paper | None]:
    """The configuration, with a token; and the emulator, if this is paper trading."""
    if paper:
        if configuration is not None or token is not None:
            raise ValueError("paper=True makes a configuration and a token of its own; leave out yours")
        emulator = start_paper() if paper is True else paper
        return emulator.configuration(), emulator
    configuration = Configuration() if configuration is None else configuration
    if token is not None:
        configuration.access_token = token
    else:
        load_token(configuration, client_id)
    return configuration, None


def _only_client(*others: object) -> None:
    """Whoever says paper=True must not trade on another client's account."""
    if any(others):
        raise ValueError(
            "client= brings its configuration and token: leave out configuration, token, client_id and paper"
        )


class Upstox(_Trader, TraderFlows[Order, Gtt], Closing, Sync):
    """An account at Upstox, and the market around it.

    It opens nothing before the first call. Use it with `with`, or `close` it.

    Parameters:
        configuration: where and how to call; default: a new `Configuration()`, which the environment fills.
        token: the access token. Default: the configuration's (`UPSTOX_ACCESS_TOKEN`), else that of `upstox login`.
        client_id: the app whose stored token is taken; default: the one that logged in last.
        paper: True for an emulator inside this program, in the place of Upstox: no login, no money.
        cache: the folder for the day's instruments; default: `UPSTOX_CACHE`, or the platform's folder for such.
        progress: told of how far downloads have come; default: a bar on the terminal. None for silence.
        guards: what orders are held to; default: nothing.
        client: a client to call through, in the place of `configuration`.
        assets: a client to get instruments through; default: one of the host that has them.

    Raises:
        NotLoggedInError: there is no token.
        TokenExpiredError: there is one, but it has expired.
        MissingExtraError: `paper` without the emulator.
    """

    order_type = Order
    gtt_type = Gtt

    def __init__(
        self,
        configuration: Configuration | None = None,
        *,
        token: str | None = None,
        client_id: str | None = None,
        paper: bool | Paper = False,
        cache: Path | str | None = None,
        progress: Reports = "auto",
        guards: Guards | None = None,
        client: ApiClient | None = None,
        assets: ApiClient | None = None,
    ) -> None:
        if client is None:
            configuration, self.paper = _configured(configuration, token, client_id, paper)
            client = ApiClient(configuration)
        else:
            _only_client(configuration, token, client_id, paper)
        super().__init__(client)
        self.desk = Desk(guards)
        self.listing = self._listing(assets or ApiClient(assets_configuration(client.configuration)), cache, progress)

    def close(self) -> None:
        """Close connections and files."""
        self.quiet()
        self.listing.assets.close()
        super().close()
        self._end()


class AsyncUpstox(_Trader, TraderFlows[AsyncOrder, AsyncGtt], AsyncClosing, Async):
    """The awaitable twin of `Upstox`: `await up.quote("RELIANCE")`, `await up.funds`. Parameters as there."""

    order_type = AsyncOrder
    gtt_type = AsyncGtt

    def __init__(
        self,
        configuration: Configuration | None = None,
        *,
        token: str | None = None,
        client_id: str | None = None,
        paper: bool | Paper = False,
        cache: Path | str | None = None,
        progress: Reports = "auto",
        guards: Guards | None = None,
        client: AsyncApiClient | None = None,
        assets: AsyncApiClient | None = None,
    ) -> None:
        from upstox_client.aio.api_client import ApiClient as AsyncApiClient  # loads every API class there is

        if client is None:
            configuration, self.paper = _configured(configuration, token, client_id, paper)
            client = AsyncApiClient(configuration)
        else:
            _only_client(configuration, token, client_id, paper)
        super().__init__(client)
        self.desk = Desk(guards)
        self.listing = self._listing(
            assets or AsyncApiClient(assets_configuration(client.configuration)), cache, progress
        )

    async def close(self) -> None:
        """Close connections and files."""
        await self.quiet()
        await self.listing.assets.close()
        await super().close()
        self._end()
