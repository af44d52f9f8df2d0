"""A browser without a browser: it follows redirects and fills in the emulator's forms."""

from __future__ import annotations

import re
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from upstox_client.auth.inbox import Reply


@dataclass
class Page:
    """What a browser shows."""

    status: int
    url: str
    text: str
    headers: dict[str, str]


def fetch(url: str, form: dict[str, str] | bytes | None = None, headers: dict[str, str] | None = None) -> Page:
    """A page, whatever its status; redirects are followed."""
    data = urllib.parse.urlencode(form).encode() if isinstance(form, dict) else form
    request = urllib.request.Request(url, data, headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return Page(answer.status, answer.url, answer.read().decode(), dict(answer.headers))
    except urllib.error.HTTPError as answer:
        with answer:
            return Page(answer.code, answer.url, answer.read().decode(), dict(answer.headers))


def walk(url: str, choice: str = "allow") -> Page:
    """From the authorization URL through login and consent to wherever that ends."""
    page = fetch(url)
    base = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(page.url))
    mobile, pin = re.search(r"mobile (\d+), PIN (\d+)", page.text).groups()
    assert all(f'id="{name}"' in page.text for name in ("mobile", "pin", "continue"))
    page = fetch(f"{base}/login", {"session": _session(page), "mobile": mobile, "pin": pin})
    assert f'id="{choice}"' in page.text
    return fetch(f"{base}/consent", {"session": _session(page), "choice": choice})


def walk_without_return(url: str) -> str:
    """As `walk`, but the last redirect is not followed: the address a person would copy."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> None:
            return None

    page = fetch(url)
    base = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(page.url))
    mobile, pin = re.search(r"mobile (\d+), PIN (\d+)", page.text).groups()
    page = fetch(f"{base}/login", {"session": _session(page), "mobile": mobile, "pin": pin})
    form = urllib.parse.urlencode({"session": _session(page), "choice": "allow"}).encode()
    try:
        urllib.request.build_opener(Stay).open(f"{base}/consent", form, timeout=10)
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.headers["Location"]
    raise AssertionError("no redirect")


def _session(page: Page) -> str:
    return re.search(r'name="session" value="([^"]+)"', page.text)[1]


class Walker:
    """An `open_browser` that walks; `page()` is what it ended at."""

    def __init__(self, way: Callable[[str], Page] = walk) -> None:
        self._way = way
        self._done = threading.Event()
        self._page: Page | BaseException | None = None
        self.urls: list[str] = []

    def __call__(self, url: str) -> None:
        self.urls.append(url)
        try:
            self._page = self._way(url)
        except BaseException as error:  # noqa: BLE001 - it is raised by page()
            self._page = error
        self._done.set()

    def page(self) -> Page:
        """What the browser shows at the end."""
        assert self._done.wait(10)
        if isinstance(self._page, BaseException):
            raise self._page
        return self._page


@dataclass
class FakeListener:
    """A listener without sockets: hands out what the judge makes of prepared requests, and remembers what happens."""

    answers: list[Any] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    closed: bool = False
    port: int = 8000
    where: tuple[str, int, str] | None = None
    judge: Any = None

    def __call__(self, host: str, port: int, method: str, judge: Any) -> FakeListener:
        self.where, self.judge = (host, port, method), judge
        return self

    def wait(self, seconds: float) -> Any:
        self.waited.append(seconds)
        return self.answers.pop(0) if self.answers else None

    def answer(self, reply: Reply) -> None:
        self.replies.append(reply)

    def close(self) -> None:
        self.closed = True


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
