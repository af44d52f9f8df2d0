"""What can be made to go wrong: armed for a path, a method and a number of times, and counted."""

from __future__ import annotations

import fnmatch
import threading
from typing import Any, Literal, TypeAlias

import msgspec

FaultKind: TypeAlias = Literal[
    "latency", "status", "reset_before", "reset_after", "timeout_after", "truncate", "garbage", "rate_limit_storm"
]


class Fault(msgspec.Struct):
    """An armed fault. `hits` counts how often it struck.

    Attributes:
        kind: what happens.
        path: the path it strikes, or a pattern with `*`.
        method: the method it strikes; None for all.
        times: how often it strikes; None until cleared.
        seconds: how long `latency` lasts, in real seconds.
        code: the HTTP status of `status`.
        body: what `status` answers; JSON for a dict, as it is for text; None for the error envelope.
        headers: further headers of the answer.
    """

    kind: FaultKind
    path: str = "*"
    method: str | None = None
    times: int | None = 1
    seconds: float = 0.0
    code: int = 500
    body: Any = None
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    hits: int = 0

    @property
    def spent(self) -> bool:
        """Whether it has struck as often as it was to."""
        return self.times is not None and self.hits >= self.times

    def strikes(self, method: str, path: str) -> bool:
        """Whether it applies to a request."""
        return not self.spent and self.method in {None, method} and fnmatch.fnmatchcase(path, self.path)


class Faults:
    """The armed faults; the first that applies strikes. Each method arms one and returns it.

    All take `path` (exact or with `*`), `method` and `times` (None: until cleared).
    """

    def __init__(self) -> None:
        self._armed: list[Fault] = []
        self._lock = threading.Lock()

    def arm(self, fault: Fault) -> Fault:
        """Arm a fault."""
        with self._lock:
            self._armed.append(fault)
        return fault

    def latency(self, seconds: float, *, path: str = "*", method: str | None = None, times: int | None = 1) -> Fault:
        """Answer so many real seconds late."""
        return self.arm(Fault("latency", path, method, times, seconds=seconds))

    def status(
        self,
        code: int,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        path: str = "*",
        method: str | None = None,
        times: int | None = 1,
    ) -> Fault:
        """Answer with this status without doing anything."""
        return self.arm(Fault("status", path, method, times, code=code, body=body, headers=headers or {}))

    def reset_before(self, *, path: str = "*", method: str | None = None, times: int | None = 1) -> Fault:
        """Reset the connection before the request is carried out."""
        return self.arm(Fault("reset_before", path, method, times))

    def reset_after(self, *, path: str = "*", method: str | None = None, times: int | None = 1) -> Fault:
        """Carry the request out, then reset the connection: the answer is lost."""
        return self.arm(Fault("reset_after", path, method, times))

    def timeout_after(self, *, path: str = "*", method: str | None = None, times: int | None = 1) -> Fault:
        """Carry the request out, then stay silent until the client hangs up."""
        return self.arm(Fault("timeout_after", path, method, times))

    def truncate(self, *, path: str = "*", method: str | None = None, times: int | None = 1) -> Fault:
        """Carry the request out, send half of the answer, and close."""
        return self.arm(Fault("truncate", path, method, times))

    def garbage(self, *, path: str = "*", method: str | None = None, times: int | None = 1) -> Fault:
        """Answer 200 with a page of HTML."""
        return self.arm(Fault("garbage", path, method, times))

    def rate_limit_storm(
        self, *, retry_after: float | None = None, path: str = "*", method: str | None = None, times: int | None = 1
    ) -> Fault:
        """Answer 429, with a `Retry-After` if one is given."""
        headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
        return self.arm(Fault("rate_limit_storm", path, method, times, code=429, headers=headers))

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault that this request runs into, counted; None for none."""
        with self._lock:
            fault = next((fault for fault in self._armed if fault.strikes(method, path)), None)
            if fault is not None:
                fault.hits += 1
            return fault

    def armed(self) -> list[Fault]:
        """The faults that can still strike."""
        with self._lock:
            return [fault for fault in self._armed if not fault.spent]

    def clear(self) -> None:
        """Disarm all."""
        with self._lock:
            self._armed.clear()
