"""An endpoint, declared once.

::

    class UserOperations:
        @get("/v2/user/profile")
        def get_profile(self, api_version: str = "2.0", **options: Unpack[RequestOptions]) -> GetProfileResponse:
            '''The account's profile.'''

    class UserApi(UserOperations, SyncApi): ...      # api.get_profile()        -> GetProfileResponse
    class UserApi(UserOperations, AsyncApi): ...     # await api.get_profile()  -> GetProfileResponse

The declaration has no body. Its signature is what callers and type checkers see; where each parameter goes follows from
its name: a name in the path's braces is a path parameter, `body` is the JSON body, `api_version`, `algo_name` and
`origin` are headers, and all others are the query (or the form). A leading underscore only keeps clear of a keyword.
Where several flags make up one list, `flags` says so: `{"order_update": ("update_types", "order")}`.

The declared call also has `with_http_info(...)`, `raw(...)` and, in sync, `submit(...)`: what the official
`get_profile_with_http_info(...)`, `_preload_content=False` and `async_req=True` do, with honest types. The official
spellings work as well.
"""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Concatenate, Final, Generic, ParamSpec, TypeAlias, TypedDict, TypeVar, overload

import msgspec

from upstox_client.core.policy import as_timeout
from upstox_client.core.request import (
    HEADER_NAMES,
    Request,
    Route,
    as_text,
    encode_body,
    fill_path,
    route,
    with_query,
)
from upstox_client.rest import Headers, RESTResponse

if TYPE_CHECKING:
    from multiprocessing.pool import AsyncResult

    from upstox_client.core.api import AsyncApi, SyncApi
    from upstox_client.core.client import BaseClient
    from upstox_client.core.policy import TimeoutLike

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class RequestOptions(TypedDict, total=False):
    """What every call takes besides its parameters.

    `_request_timeout`: seconds for all of a try (`configuration.retries` says how many a read may take), or
    (connect, read); default: `configuration.timeout`.
    """

    _request_timeout: TimeoutLike | None


class MissingParameterError(ValueError, TypeError):
    """A required parameter is missing or None. Both of what Python and the official client raise for that."""


# The official name of an option -> the field of `Prepared` that it sets.
_OPTIONS: Final = {"async_req": "async_req", "_return_http_data_only": "data_only", "_preload_content": "preload"}
_TIMEOUT: Final = "_request_timeout"
_JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"

Flags: TypeAlias = Mapping[str, tuple[str, str]]
"""Parameter -> the list of the query, and the word that it adds to it."""
_NO_FLAGS: Final[Flags] = {}


class Prepared(msgspec.Struct):
    """A call with its arguments: the request, and what to make of the answer."""

    request: Request
    returns: Any
    preload: object = True
    async_req: object = False
    data_only: object = False


class Operation(Generic[P, R]):
    """A declared endpoint. On an API object it is a call, sync or async as the object is."""

    def __init__(
        self,
        function: Callable[Concatenate[Any, P], R],
        route: Route,
        *,
        signed: bool,
        form: bool,
        accept: str,
        redirects: bool,
        flags: Flags,
    ) -> None:
        self.function = function
        self.name = function.__name__
        self.route = route
        self.signed = signed
        self.redirects = redirects
        self.__doc__ = function.__doc__
        # What `inspect.signature` would say, without importing it: names, and the defaults of the last of them.
        code, defaults = function.__code__, function.__defaults__ or ()
        self.names = code.co_varnames[1 : code.co_argcount]
        self.flags = flags
        self.places = {name: self._place(name, form=form) for name in self.names}
        default = dict(zip(self.names[len(self.names) - len(defaults) :], defaults, strict=True))
        unflagged = tuple(name for name in self.names if name not in flags)
        self.required = tuple(name for name in unflagged if name not in default or default[name] is not None)
        # Each parameter's position, name, place, name on the wire and default, those of the flags in their own order.
        self._parts = [
            (self.names.index(name), name, *self.places[name], default.get(name)) for name in (*unflagged, *flags)
        ]
        self._form = form
        self._content_type = _FORM if form else _JSON
        self._headers = {"Accept": accept, "Content-Type": self._content_type}

    def _place(self, name: str, *, form: bool) -> tuple[str, str]:
        """Where a parameter goes on the wire, and under which name."""
        if f"{{{name}}}" in self.route.path:
            return "path", name
        if name == "body":
            return "body", name
        if name in HEADER_NAMES:
            return "header", HEADER_NAMES[name]
        if name in self.flags:
            return "query", self.flags[name][0]
        return "post" if form else "query", name.removeprefix("_")

    def __set_name__(self, owner: type, name: str) -> None:
        # The official name of the call that tells the status and the headers, too.
        setattr(owner, f"{name}_with_http_info", _WithHttpInfo(self))

    @functools.cached_property
    def returns(self) -> Any:
        """The type of the result, or None."""
        hint = typing.get_type_hints(self.function)["return"]
        return None if hint is type(None) else hint

    @overload
    def __get__(self, api: None, owner: type) -> Operation[P, R]: ...
    @overload
    def __get__(self, api: SyncApi, owner: type) -> SyncCall[P, R]: ...
    @overload
    def __get__(self, api: AsyncApi, owner: type) -> AsyncCall[P, R]: ...
    def __get__(self, api: Any, owner: type) -> Any:
        if api is None:
            return self
        return api.call_type(self, api)

    def prepare(
        self,
        client: BaseClient,
        arguments: tuple[Any, ...],
        keywords: Mapping[str, Any],
        fallback_token: str | None = None,
    ) -> Prepared:
        """The request that a call with these arguments makes, without sending it.

        Raises:
            TypeError: an argument that the operation does not have.
            ValueError: a required argument that is missing or None, a bad timeout, a body without JSON form, or an
                operation that the sandbox does not have.
        """
        if keywords or len(arguments) > len(self.names):
            self._refuse_misnamed(len(arguments), keywords)
        headers = self._headers | client.common_headers
        path_values, pairs, payload = self._sort(arguments, keywords, headers)
        client.refuse_outside_sandbox(self.route.path)
        path = self.route.path
        if path_values:
            path = fill_path(path, path_values, client.configuration.safe_chars_for_path_param)
        if payload is not None:
            payload = client.tagged(self.route, payload)
        request = Request(
            path=path if self._form else with_query(path, pairs),
            headers=headers,
            body=encode_body(self.route.method, self._content_type, payload, pairs),
            timeout=as_timeout(keywords.get(_TIMEOUT), client.timeout) if keywords else client.timeout,
            route=self.route,
            signed=self.signed,
            fallback_token=fallback_token,
            redirects=self.redirects,
            payload=payload,
        )
        options = {field: keywords[name] for name, field in _OPTIONS.items() if name in keywords} if keywords else {}
        return Prepared(request, self.returns, **options)

    def _sort(
        self, arguments: tuple[Any, ...], keywords: Mapping[str, Any], headers: dict[str, str]
    ) -> tuple[dict[str, Any], list[tuple[str, Any]], Any]:
        """The arguments by place: the path's, the query's or the form's, and the body; `headers` gets its own.

        Raises:
            MissingParameterError: a required one is missing or None.
        """
        given = len(arguments)
        path_values: dict[str, Any] = {}
        pairs: list[tuple[str, Any]] = []
        lists: dict[str, list[str]] = {}
        payload: Any = None
        for index, name, place, wire_name, default in self._parts:
            value = arguments[index] if index < given else keywords.get(name, default)
            if value is None:
                if name in self.required:
                    raise MissingParameterError(f"Missing the required parameter `{name}` when calling `{self.name}`")
            elif place == "header":
                headers.setdefault(wire_name, as_text(value))
            elif place == "path":
                path_values[wire_name] = value
            elif place == "body":
                payload = value
            elif name not in self.flags:
                pairs.append((wire_name, value))
            elif value:
                lists.setdefault(wire_name, []).append(self.flags[name][1])
        pairs += lists.items()
        return path_values, pairs, payload

    def _refuse_misnamed(self, given: int, keywords: Mapping[str, Any]) -> None:
        """Refuse arguments that the operation does not have, as the official client does."""
        if given > len(self.names):
            raise TypeError(f"{self.name}() takes {len(self.names)} arguments at most, got {given}")
        for name in keywords:
            if name in self.names[:given]:
                raise TypeError(f"{self.name}() got multiple values for argument {name!r}")
            if name not in self.places and name != _TIMEOUT and name not in _OPTIONS:
                raise TypeError(f"Got an unexpected keyword argument '{name}' to method {self.name}")


class _Call(Generic[P, R_co]):
    """An operation on an API object."""

    _api: Any

    def __init__(self, operation: Operation[P, R_co], api: Any) -> None:
        self._operation = operation
        self._api = api
        self.__name__ = operation.name
        self.__doc__ = operation.__doc__

    @property
    def __wrapped__(self) -> Callable[..., object]:
        bound: Callable[..., object] = self._operation.function.__get__(self._api)
        return bound

    def __repr__(self) -> str:
        route = self._operation.route
        return f"<{type(self._api).__name__}.{self.__name__}: {route.method} {route.path}>"

    def _prepare(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Prepared:
        api = self._api
        return self._operation.prepare(api.api_client, args, kwargs, api.fallback_token)

    def _result(self, prepared: Prepared, response: RESTResponse) -> Any:
        """What the caller gets without status and headers."""
        if not prepared.preload:
            return response
        value = self._api.api_client.decipher(prepared.request, response, prepared.returns)
        self._api.received(value)
        return value


def _info(value: Any, response: RESTResponse) -> tuple[Any, int, Headers]:
    return value, response.status, response.getheaders()


class SyncCall(_Call[P, R_co]):
    """A call that returns its result."""

    _api: SyncApi

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Make the call."""
        prepared = self._prepare(args, kwargs)
        result: R_co = self._submit(lambda: self._run(prepared)) if prepared.async_req else self._run(prepared)
        return result

    def with_http_info(self, *args: P.args, **kwargs: P.kwargs) -> tuple[R_co, int, Headers]:
        """The result, the HTTP status and the headers."""
        prepared = self._prepare(args, kwargs)

        def finish() -> Any:
            response = self._send(prepared)
            value = self._result(prepared, response)
            return value if prepared.data_only else _info(value, response)

        result: tuple[R_co, int, Headers] = self._submit(finish) if prepared.async_req else finish()
        return result

    def raw(self, *args: P.args, **kwargs: P.kwargs) -> RESTResponse:
        """The answer as it came, not deciphered; a refusal still raises."""
        return self._send(self._prepare(args, kwargs))

    def submit(self, *args: P.args, **kwargs: P.kwargs) -> AsyncResult[R_co]:
        """Make the call in a thread of the client's pool; `.get()` waits for the result."""
        prepared = self._prepare(args, kwargs)
        result: AsyncResult[R_co] = self._submit(lambda: self._run(prepared))
        return result

    def _submit(self, work: Callable[[], Any]) -> Any:
        return self._api.api_client.submit(work)

    def _run(self, prepared: Prepared) -> Any:
        return self._result(prepared, self._api.api_client.execute(prepared.request))

    def _send(self, prepared: Prepared) -> RESTResponse:
        return self._api.api_client.execute(prepared.request)


class AsyncCall(_Call[P, R_co]):
    """A call whose result is awaited. Wrong arguments raise at once, before anything is awaited."""

    _api: AsyncApi

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, R_co]:
        """Make the call."""
        return self._value(self._prepare_awaited(args, kwargs))

    def with_http_info(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, tuple[R_co, int, Headers]]:
        """The result, the HTTP status and the headers."""
        return self._with_info(self._prepare_awaited(args, kwargs))

    def raw(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, RESTResponse]:
        """The answer as it came, not deciphered; a refusal still raises."""
        return self._api.api_client.execute(self._prepare_awaited(args, kwargs).request)

    def _prepare_awaited(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Prepared:
        prepared = self._prepare(args, kwargs)
        if prepared.async_req:
            raise TypeError(f"async_req is for the sync client; `await` {self.__name__}(...) instead")
        return prepared

    async def _value(self, prepared: Prepared) -> Any:
        return self._result(prepared, await self._api.api_client.execute(prepared.request))

    async def _with_info(self, prepared: Prepared) -> Any:
        response = await self._api.api_client.execute(prepared.request)
        value = self._result(prepared, response)
        return value if prepared.data_only else _info(value, response)


class _WithHttpInfo:
    """The official `*_with_http_info` name of a declared call."""

    def __init__(self, operation: Operation[..., Any]) -> None:
        self._operation = operation

    def __get__(self, api: Any, owner: type) -> Any:
        if api is None:
            return self
        return api.call_type(self._operation, api).with_http_info


class Declare:
    """Turns a bodiless method into an `Operation`."""

    def __init__(
        self,
        method: str,
        path: str,
        *,
        signed: bool,
        form: bool,
        accept: str,
        redirects: bool,
        flags: Flags,
    ) -> None:
        self._method = method
        self._path = path
        self._signed = signed
        self._form = form
        self._accept = accept
        self._redirects = redirects
        self._flags = flags

    def __call__(self, function: Callable[Concatenate[Any, P], R]) -> Operation[P, R]:
        return Operation(
            function,
            route(self._method, self._path),
            signed=self._signed,
            form=self._form,
            accept=self._accept,
            redirects=self._redirects,
            flags=self._flags,
        )


class _Verb:
    """Declares an endpoint of one HTTP method.

    Parameters:
        path: its path, parameters in braces under their Python names.
        signed: whether the access token is sent.
        form: whether the parameters are a form body instead of a query.
        accept: the `Accept` header.
        redirects: whether a redirect is what the caller hopes for; it is never followed.
        flags: parameters that each add a word to a list of the query when they are true, in this order.
    """

    def __init__(self, method: str) -> None:
        self._method = method

    def __call__(
        self,
        path: str,
        *,
        signed: bool = True,
        form: bool = False,
        accept: str = _JSON,
        redirects: bool = False,
        flags: Flags = _NO_FLAGS,
    ) -> Declare:
        return Declare(self._method, path, signed=signed, form=form, accept=accept, redirects=redirects, flags=flags)


get: Final = _Verb("GET")
post: Final = _Verb("POST")
put: Final = _Verb("PUT")
delete: Final = _Verb("DELETE")
