"""Runs the application on a socket: in a thread for programs, in the foreground for the command line."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from typing import Final, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from upstox_emulator.http.gate import TRANSPORT
from upstox_emulator.sockets import new_loop

logger = logging.getLogger("upstox_emulator")

_TICK: Final = 0.1  # seconds; uvicorn counts in these


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol, with the connection in reach of the faults."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        cast("dict[str, object]", self.scope)[TRANSPORT] = self.transport

    def _unsupported_upgrade_warning(self) -> None:
        """Whoever asks for a feed here is sent on to the feeds' own port, which is no reason to warn."""


class _Server(uvicorn.Server):
    """uvicorn's server, telling when it is ready."""

    def __init__(self, app: ASGIApp, ready: threading.Event, pulse: Callable[[], object]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Protocol,
                lifespan="off",
                ws="none",
                access_log=False,
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._ready = ready
        self._pulse = pulse

    async def main_loop(self) -> None:
        """uvicorn's loop, but it ends at once when told to, not at the next tick."""
        tick = 0
        while not self.should_exit:
            await self.on_tick(tick)
            tick += 1
            try:
                self._pulse()
            except Exception:
                logger.exception("the venue could not go on")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), _TICK)

    def end(self) -> None:
        """Stop, cutting what is still under way; from any thread."""
        self.should_exit = self.force_exit = True
        self._loop.call_soon_threadsafe(self._over.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()


class BackgroundServer:
    """The application, served from a thread from `start` to `stop`.

    Parameters:
        app: the application.
        listener: a listening socket; closed at the end.
        pulse: called several times a second.
    """

    def __init__(self, app: ASGIApp, listener: socket.socket, pulse: Callable[[], object]) -> None:
        self._ready = threading.Event()
        self._listener = listener
        self._server = _Server(app, self._ready, pulse)
        self._thread = threading.Thread(target=self._run, name="upstox-emulator", daemon=True)

    def start(self) -> None:
        """Return once requests are answered."""
        self._thread.start()
        self._ready.wait()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(self._server.serve([self._listener]))

    def stop(self) -> None:
        """Stop, cutting what is still under way."""
        self._server.end()
        self._thread.join()
        self._listener.close()
