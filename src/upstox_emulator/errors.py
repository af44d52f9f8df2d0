"""Refusals: the documented codes with their texts and HTTP statuses, in one table.

https://upstox.com/developer/api-documentation/error-codes. Codes are not unique (1181 and 1184 to 1186 mean one thing
for the kill switch and another for static IPs), so each refusal has a name of its own. Statuses that the documentation
leaves open are listed as guesses in docs/emulator/fidelity.md.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec


class Kind(msgspec.Struct, frozen=True):
    """A documented way to be refused."""

    code: str
    message: str
    status: int = 400


KINDS: Final[dict[str, Kind]] = {
    # Login
    "api_key_required": Kind("UDAPI1017", "API Key is required"),
    "redirect_uri_required": Kind("UDAPI1018", "Redirect URI is required"),
    "code_required": Kind("UDAPI1022", "Code is required"),
    "grant_type_required": Kind("UDAPI1023", "Grant type is required"),
    "secret_required": Kind("UDAPI1024", "App Secret is required"),
    "notifier_missing": Kind("UDAPI1123", "Invalid notifier url"),
    "not_individual": Kind("UDAPI1124", "Invalid user type"),
    "credentials": Kind("UDAPI100016", "Invalid Credentials"),
    "code_invalid": Kind("UDAPI100057", "Invalid Auth code"),
    "client_or_redirect": Kind("UDAPI100068", "Check your 'client_id' and 'redirect_uri'; one or both are incorrect."),
    "client_or_secret": Kind("UDAPI100069", "Check your 'client_id' and 'client_secret'; one or both are incorrect."),
    "redirect_invalid": Kind(
        "UDAPI100070", "The 'redirect_uri' provided is invalid. Please enter the valid URI and try again"
    ),
    "client_inactive": Kind("UDAPI100073", "Your 'client_id' is inactive"),
    # Any call
    "token_invalid": Kind("UDAPI100050", "Invalid token used to access API", 401),
    "extended_token": Kind(
        "UDAPI100067", "The API you are trying to access is not permitted with an extended_token", 403
    ),
    "read_only_token": Kind("UDAPI100067", "The API you are trying to access is not permitted with this token", 403),
    "not_found": Kind("UDAPI100060", "Resource not Found.", 404),
    "method": Kind("UDAPI10000", "This request is not supported by Upstox API", 405),
    "invalid_input": Kind("UDAPI100036", "Invalid Input"),
    "not_json": Kind("UDAPI100038", "Invalid input passed to the API"),
    "too_many": Kind("UDAPI10005", "Too Many Request Sent", 429),
    "internal": Kind("UDAPI100500", "Something went wrong... please contact us", 500),
    # Market calendar
    "date_invalid": Kind("UDAPI1088", "Invalid date"),
    "exchange_invalid": Kind("UDAPI1089", "Invalid exchange"),
    # Account
    "segment_invalid": Kind("UDAPI1019", "segment is invalid"),
    "no_segments": Kind(
        "UDAPI100058",
        "No segments for these users are active. Manual reactivation is recommended from Upstox app/web",
    ),
    "funds_closed": Kind("UDAPI100072", "The Funds service is accessible from 5:30 AM to 12:00 AM IST daily", 423),
    "switch_open_positions": Kind("UDAPI1184", "Segment status cannot be changed until all open positions are closed"),
    "switch_cooling": Kind("UDAPI1185", "Cannot enable segment - cooling period is still in effect"),
    "switch_segment": Kind("UDAPI1186", "The specified segment does not exist"),
    "switch_action": Kind("UDAPI1188", "Invalid action. Allowed values are ENABLE and DISABLE"),
    "ip_required": Kind("UDAPI1182", "Primary IP is required"),
    "ip_invalid": Kind("UDAPI1183", "Invalid IP"),
    "ip_equal": Kind("UDAPI1184", "Primary and secondary IP must be different"),
    "ip_weekly": Kind("UDAPI1185", "Static IP can only be updated once per week"),
    "mode_required": Kind("UDAPI1215", "The mode is required"),
    "mode_invalid": Kind("UDAPI1216", "The mode must be NEFT or IMPS"),
    "amount_required": Kind("UDAPI1217", "The amount is required"),
    "amount_small": Kind("UDAPI1218", "The amount must be at least 100"),
}


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong with a request."""

    kind: Kind
    message: str
    property_path: str | None = None
    invalid_value: Any = None


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a failure of ours
    """The server's no, with one or several reasons. The status is the first one's."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{problem.kind.code} {problem.message}" for problem in problems))
        self.problems = problems
        self.status = problems[0].kind.status

    def envelope(self) -> dict[str, Any]:
        """The answer's body; every name in both spellings, as Upstox sends them."""
        return {"status": "error", "errors": [_entry(problem) for problem in self.problems]}


def problem(name: str, message: str | None = None, path: str | None = None, value: Any = None) -> Problem:
    """A reason by its name in the table."""
    kind = KINDS[name]
    return Problem(kind, message or kind.message, path, value)


def refuse(name: str, message: str | None = None, path: str | None = None, value: Any = None) -> Refusal:
    """A refusal for one reason."""
    return Refusal(problem(name, message, path, value))


def _entry(problem: Problem) -> dict[str, Any]:
    code, path, value = problem.kind.code, problem.property_path, problem.invalid_value
    return {
        "errorCode": code,
        "message": problem.message,
        "propertyPath": path,
        "invalidValue": value,
        "error_code": code,
        "property_path": path,
        "invalid_value": value,
    }
