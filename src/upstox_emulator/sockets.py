"""What the API's server and the feeds' stand on: a listening socket, and an event loop."""

from __future__ import annotations

import asyncio
import socket


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    Raises:
        OSError: the address cannot be had; its `filename` is the address.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()  # until then, another could have it, too
    except (OSError, UnicodeError) as error:
        listener.close()
        told = error if isinstance(error, OSError) else socket.gaierror(socket.EAI_NONAME, "This is no name of a host")
        told.filename = f"{shown(host)}:{port}"
        raise told from None
    return listener


def shown(host: str) -> str:
    """A host as it stands before a port."""
    return f"[{host}]" if ":" in host else host


def new_loop() -> asyncio.AbstractEventLoop:
    """uvloop's loop where it runs, asyncio's elsewhere."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
