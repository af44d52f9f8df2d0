"""What keeps a feed alive: ask for an address, connect, pass on what comes, and do it again when it ends."""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Generic, NamedTuple, NoReturn, TypeAlias, TypeVar

from upstox_client.configuration import Configuration
from upstox_client.errors import ApiException, AuthenticationError, NetworkError, PermissionDeniedError
from upstox_client.feeder.lifeline import Step
from upstox_client.feeder.line import Line, Target, open_line
from upstox_client.feeder.protocol import FeedProtocol
from upstox_client.feeder.states import Cause, FeedState, StateChange
from upstox_client.redact import redact_text

__all__ = ["Engine", "OnTokenExpired"]

E = TypeVar("E")

OnTokenExpired: TypeAlias = Callable[[ApiException], "Awaitable[str | None] | str | None"]
"""Called when the token is not accepted; returns a new one, or None to stop."""

logger = logging.getLogger("upstox_client")

_GOODBYE: Final = 1.0  # seconds for what has been sent to leave


class _Loss(NamedTuple):
    """Why there is no connection."""

    cause: Cause
    reason: str
    code: int | None = None
    said: str = ""


class _Lost(Exception):  # noqa: N818 - it is an event
    """A connection that stood has ended."""

    def __init__(self, loss: _Loss) -> None:
        super().__init__(loss.reason)
        self.loss = loss


class Engine(Generic[E]):
    """The life of one feed, on one event loop.

    Parameters:
        protocol: what is to be said and what the answers mean.
        configuration: token, TLS, proxy.
        find_target: asks for the address of the next connection.
        deliver: takes events; returns False when no more may come for now (then `resume` is called later).
        announce: takes each new state.
        on_open: runs beside each new connection, with its number (0 for the first).
        on_token_expired: may supply a new token.
    """

    def __init__(
        self,
        protocol: FeedProtocol[E],
        configuration: Configuration,
        find_target: Callable[[], Awaitable[Target]],
        deliver: Callable[[Sequence[E]], bool],
        announce: Callable[[StateChange], None],
        on_open: Callable[[int], Awaitable[None]] | None = None,
        on_token_expired: OnTokenExpired | None = None,
    ) -> None:
        self._protocol = protocol
        self._configuration = configuration
        self._find_target = find_target
        self._deliver = deliver
        self._announce = announce
        self._on_open = on_open
        self._on_token_expired = on_token_expired
        self._line: Line | None = None
        self._ended: asyncio.Future[Line] | None = None
        self._is_silent = self._paused = False
        self._early: list[tuple[bytes, bool]] = []
        self._connections = 0
        self._tried_token: str | None = None
        self._renewed_token: str | None = None
        self.state = StateChange(FeedState.IDLE)

    async def run(self) -> ApiException:
        """Keep the feed alive until it is cancelled, or must stop; returns why it stopped."""
        while True:
            try:
                await self._one_connection()
            except _Lost as lost:
                loss = lost.loss
                error: ApiException = NetworkError(0, f"the feed is lost: {loss.reason}")
            except ApiException as refusal:
                error, loss = refusal, _loss_of(refusal)
            except Exception as unforeseen:
                if not self._connections:
                    raise
                what = redact_text("".join(traceback.format_exception(unforeseen)))
                logger.error("feed: nobody foresaw this; it is tried again: %s", what)  # noqa: TRY400 - without secrets
                loss = _Loss(Cause.NETWORK, _in_words(unforeseen))
                error = NetworkError(0, f"the feed is lost: {loss.reason}")
            if not await self._goes_on(error, loss):
                self._tell(FeedState.STOPPED, loss)
                return error

    def flush(self, payloads: Sequence[bytes]) -> None:
        """Send, if there is a connection."""
        for payload in payloads:
            if self._line is not None:
                self._line.send(payload)

    def closed(self) -> None:
        """The user wants no more."""
        self._tell(FeedState.CLOSED, _Loss(Cause.USER, ""))

    def failed(self, error: Exception) -> None:
        """It ends with an error that is not of the line."""
        self._tell(FeedState.STOPPED, _Loss(Cause.REFUSED, _in_words(error)))

    @property
    def is_open(self) -> bool:
        """Whether there is a connection."""
        return self._line is not None and self._line.is_open

    def resume(self) -> None:
        """There is room again: go on reading."""
        if self._paused and self._line is not None:
            self._paused = False
            self._protocol.lifeline.heard = self._now()
            self._line.pause(False)

    # One connection

    async def _one_connection(self) -> NoReturn:
        self._tell(FeedState.CONNECTING)
        self._tried_token = self._configuration.access_token
        target = await self._find_target()
        loop = asyncio.get_running_loop()
        self._ended = ended = loop.create_future()
        self._paused = False
        self._early.clear()
        make = lambda: Line(self._on_frame, self._on_life, self._on_end)  # noqa: E731
        line = await open_line(target, self._configuration, self._protocol.lifeline.patience.connect, make)
        self._line, opened = line, self._now()
        beside: asyncio.Future[None] | None = None
        try:
            self.flush(self._protocol.opened(self._now()))
            self._tell(FeedState.OPEN)
            early, self._early = self._early, []
            for payload, text in early:
                self._on_frame(payload, text)
            number, self._connections = self._connections, self._connections + 1
            self._protocol.counters.reconnects = number
            if self._on_open is not None:
                beside = asyncio.ensure_future(self._on_open(number))
            await self._watch(line, ended, beside)
        finally:
            self._line = None
            if self._now() - opened >= self._protocol.lifeline.patience.steady:
                self._renewed_token = None  # it has served
            if beside is not None:
                beside.cancel()
                await asyncio.gather(beside, return_exceptions=True)
            await _hang_up(line, ended)

    async def _watch(self, line: Line, ended: asyncio.Future[Line], beside: asyncio.Future[None] | None) -> NoReturn:
        """Look after a connection until it ends, or what runs beside it fails."""
        lifeline = self._protocol.lifeline
        while True:
            running: set[asyncio.Future[Any]] = {ended} if beside is None or beside.done() else {ended, beside}
            await asyncio.wait(running, timeout=lifeline.interval, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                raise self._lost(line)
            if beside is not None and beside.done():
                beside.result()
            if self._paused:  # nothing is heard since nothing is read
                continue
            self._look_after(line)

    def _look_after(self, line: Line) -> None:
        lifeline, counters = self._protocol.lifeline, self._protocol.counters
        match lifeline.check(self._now(), trading=self._protocol.trading):
            case Step.PING:
                line.ping()
            case Step.STALLED:
                counters.stalls += 1
                line.drop(Cause.STALL)
            case Step.RENEW:
                counters.silences += 1
                line.drop(Cause.SILENCE)
            case Step.SILENT:
                self._tell(FeedState.SILENT, _Loss(Cause.SILENCE, "the server answers pings, but sends no data"))
            case None:
                if self._is_silent and not lifeline.is_silent:
                    self._tell(FeedState.OPEN)

    def _lost(self, line: Line) -> _Lost:
        if line.cause is Cause.STALL:
            waited = self._protocol.lifeline.patience.pong_within
            return _Lost(_Loss(Cause.STALL, f"nothing came any more, and no answer to a ping within {waited:g} s"))
        if line.cause is Cause.SILENCE:
            return _Lost(_Loss(Cause.SILENCE, "no data came for too long, although the market is open"))
        if line.close_code is not None:
            reason = f"the server closed with code {line.close_code}"
            reason += f": {line.close_reason}" if line.close_reason else ""
            return _Lost(_Loss(Cause.CLOSED, reason, line.close_code, line.close_reason))
        return _Lost(_Loss(Cause.NETWORK, "the connection broke"))

    def _on_frame(self, payload: bytes, text: bool) -> None:
        if self._line is None:  # it came along with the answer to the handshake
            self._early.append((payload, text))
            return
        events = self._protocol.received(payload, time.monotonic(), text=text)
        if self._is_silent and not self._protocol.lifeline.is_silent:
            self._tell(FeedState.OPEN)
        if events and not self._deliver(events) and not self._paused:
            self._paused = True
            self._line.pause(True)

    def _on_life(self) -> None:
        self._protocol.lifeline.heard = self._now()

    def _on_end(self, line: Line) -> None:
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(line)

    # Between connections

    async def _goes_on(self, error: ApiException, loss: _Loss) -> bool:
        """Whether there is to be a further try; waits until it is time for it."""
        if isinstance(error, AuthenticationError | PermissionDeniedError) and not self._may_pass(error):
            return await self._has_new_token(error)
        return await self._pause(loss)

    async def _has_new_token(self, refusal: ApiException) -> bool:
        """Whether the program has put another in its place; or ask for one, unless this one has just been given so."""
        if self._configuration.access_token not in {None, self._tried_token}:
            return True
        if self._on_token_expired is None or self._renewed_token == self._configuration.access_token:
            return False
        answer = self._on_token_expired(refusal)
        token = await answer if inspect.isawaitable(answer) else answer
        if not token:
            return False
        self._configuration.access_token = self._renewed_token = token
        return True

    def _may_pass(self, refusal: ApiException) -> bool:
        """Whether a refusal is not for ever: a token that was good for a connection before has not lost its rights, but
        the server may still count the connection that broke, and allow no more of them.
        """
        return isinstance(refusal, PermissionDeniedError) and self._connections > 0

    async def _pause(self, loss: _Loss) -> bool:
        """Wait before the next try; False if there is to be none."""
        seconds = self._protocol.lifeline.lost(self._now())
        if seconds is None:
            return False
        self._tell(FeedState.WAITING, loss, seconds)
        await asyncio.sleep(seconds)
        return True

    def _tell(self, state: FeedState, loss: _Loss | None = None, retry_in: float | None = None) -> None:
        cause, reason, code, said = loss or (None, "", None, "")
        attempt = self._protocol.lifeline.attempt
        self._is_silent = state is FeedState.SILENT
        self.state = StateChange(state, cause, reason, attempt, retry_in, code, said, time.time())
        if reason:
            logger.info("feed %s: %s", state.value, reason)
        self._announce(self.state)

    @staticmethod
    def _now() -> float:
        return time.monotonic()


async def _hang_up(line: Line, ended: asyncio.Future[Line]) -> None:
    """Say goodbye, and see to it that the socket is closed."""
    for leave in (line.hang_up, lambda: line.drop(Cause.USER)):
        leave()
        await asyncio.wait((ended,), timeout=_GOODBYE)
        if ended.done():
            return


def _in_words(error: Exception) -> str:
    return redact_text(f"{type(error).__name__}: {error}")


def _loss_of(error: ApiException) -> _Loss:
    """Why a connection could not be made."""
    cause = Cause.NETWORK if isinstance(error, NetworkError) else Cause.REFUSED
    said = "; ".join(map(str, error.errors)) or str(error.reason)
    return _Loss(cause, redact_text(f"({error.status}) {said}" if error.status else said))
