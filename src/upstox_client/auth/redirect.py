"""Reading the answer that the browser brings back: pure functions.

https://upstox.com/developer/api-documentation/authorize
"""

from __future__ import annotations

import hmac
from typing import Final
from urllib.parse import parse_qs, urlsplit

import msgspec

from upstox_client.auth.errors import LoginDeniedError, LoginRefusedError, RedirectUriError, StateMismatchError
from upstox_client.auth.inbox import Accepted, Incoming, Judge, Reply
from upstox_client.auth.pages import page
from upstox_client.configuration import is_loopback
from upstox_client.redact import REDACTED, redact_text, redact_url

_MOST_FIELDS: Final = 30
_MOST_CHARACTERS: Final = 80  # of a foreign text in a message of ours
_GOOD_URI: Final = "such as http://127.0.0.1:8000/callback"


class Address(msgspec.Struct, frozen=True):
    """Where to listen."""

    host: str
    port: int
    path: str


def listening_address(redirect_uri: str) -> Address:
    """Where the browser will come back to.

    Raises:
        RedirectUriError: it is not an http URL of this machine.
    """
    shown = redact_url(redirect_uri)
    try:
        parts = urlsplit(redirect_uri)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise RedirectUriError(f"The redirect URI {shown!r} is no URL. Register one {_GOOD_URI}") from None
    if parts.scheme != "http" or not is_loopback(redirect_uri):
        raise RedirectUriError(
            f"The redirect URI {shown!r} is not an http URL of this machine, so the answer cannot be caught. Register "
            f"one {_GOOD_URI}, or paste the URL that you are redirected to (`upstox login --paste`)"
        )
    if parts.fragment or parts.username or port == 0:
        raise RedirectUriError(
            f"The redirect URI {shown!r} has parts that do not belong there. Register one {_GOOD_URI}"
        )
    return Address(host, port or 80, parts.path or "/")


class Answer(msgspec.Struct, frozen=True):
    """What came back: a code, or why there is none."""

    code: str = ""
    error: str = ""

    def __repr__(self) -> str:
        return f"Answer(code={REDACTED!r})" if self.code else f"Answer(error={self.error!r})"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        return [("code", REDACTED)] if self.code else [("error", self.error)]

    def the_code(self) -> str:
        """The code.

        Raises:
            LoginDeniedError: the account holder said no.
            LoginRefusedError: Upstox sent another error instead.
        """
        if self.code:
            return self.code
        if self.error == "access_denied":
            raise LoginDeniedError("The login was denied in the browser. Nothing has changed")
        raise LoginRefusedError(f"Upstox answered the login with the error {_shortened(self.error)!r}")


def read_answer(query: str, state: str | None) -> Answer | None:
    """The answer in a query; None if it carries neither a code nor an error.

    Parameters:
        query: what follows the question mark.
        state: what the answer must carry; None if it is not known.

    Raises:
        StateMismatchError: the state is another, missing, or there are several of something.
    """
    try:
        fields = parse_qs(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise StateMismatchError("The answer has too many fields to be from Upstox") from None
    if any(len(fields.get(name, ())) > 1 for name in ("state", "code", "error")):
        raise StateMismatchError("The answer says the same thing twice, so it is not from Upstox")
    values = {name: found[0] for name, found in fields.items()}
    if state is not None and not _same(values.get("state", ""), state):
        raise StateMismatchError(
            "The answer is not to this login (its state is another): it is old, or somebody forged it. It was not used"
        )
    answer = Answer(code=values.get("code", ""), error=values.get("error", ""))
    return answer if answer.code or answer.error else None


def judge_redirect(path: str, state: str) -> Judge[Answer]:
    """What a login thinks of a request.

    A forged one is turned away and the login goes on waiting: otherwise any web page could abort it.
    """

    def judge(incoming: Incoming) -> Reply | Accepted[Answer]:
        if not _names_this_machine(incoming.host):
            return Reply(400, page("Not here", "This address is for a login on this machine."))
        if incoming.path != path:
            return Reply(404, page("Not found", "There is nothing here. The login waits at another path."))
        try:
            answer = read_answer(incoming.query, state)
        except StateMismatchError:
            answer = None
        if answer is None:
            return Reply(
                400,
                page("Not this login", "This answer does not belong to the login that is waiting. It was not used."),
            )
        return Accepted(answer)

    return judge


def read_pasted(text: str, state: str | None) -> Answer:
    """What a person pasted: the URL they were redirected to, its query, or the bare code.

    Raises:
        StateMismatchError: the URL is not the answer to this login.
        RedirectUriError: there is no code in it.
    """
    text = text.strip()
    if "?" not in text and "=" not in text and "://" not in text and text:
        return Answer(code=text)
    query = urlsplit(text).query if "://" in text else text.rpartition("?")[2]
    if "client_id=" in query and "redirect_uri=" in query:
        raise RedirectUriError(
            "That is the address of the login page. Log in there, and paste the address that the browser "
            "shows at the end"
        )
    answer = read_answer(query, state) if "code=" in query or "error=" in query else None
    if answer is None:
        raise RedirectUriError(
            "There is no code in that. Paste the whole address that the browser shows at the end, with `code=` in it"
        )
    return answer


def _names_this_machine(host: str) -> bool:
    """Whether a `Host` header is ours. Another one means that a foreign name was made to point here (DNS rebinding)."""
    try:
        return is_loopback(f"http://{host}")
    except ValueError:
        return False


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def _shortened(text: str) -> str:
    return redact_text(text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}...")
