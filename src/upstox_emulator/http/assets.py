"""The instrument files, as the assets host serves them: gzip, open to everybody, renewed at 06:00 IST.

https://upstox.com/developer/api-documentation/instruments
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import io
import threading
from collections.abc import Callable, Iterable
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Final, TypeAlias

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from upstox_emulator.backend import Backend
from upstox_emulator.catalog.catalog import Catalog
from upstox_emulator.catalog.funds import funds
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.catalog.rows import CSV, csv_row, file_row, mis_row, suspended_row
from upstox_emulator.clock import IST

_FOLDER: Final = "/market-quote/instruments/exchange"
_SIX_HOURS: Final = dt.timedelta(hours=6)
_LEVEL: Final = 6  # of compression

Rows: TypeAlias = Iterable[dict[str, Any]]


class _File(msgspec.Struct, frozen=True):
    content: bytes
    tag: str
    modified: dt.datetime


class Assets:
    """The files of one backend; each is made when it is first asked for on its day."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._files: dict[str, _File] = {}
        self._making = threading.Lock()

    def routes(self) -> list[Route]:
        """Where they are."""
        return [Route(f"{_FOLDER}/{{name}}", self._serve, methods=["GET"])]

    async def _serve(self, request: Request) -> Response:
        name = request.path_params["name"]
        stem, _, ending = name.partition(".")
        if (stem, ending) not in _MAKERS:
            raise HTTPException(404)
        renewed = _renewed(self._backend.now())
        file = await run_in_threadpool(self._file, stem, ending, renewed)  # the feeds go on meanwhile
        headers = {"ETag": file.tag, "Last-Modified": format_datetime(file.modified.astimezone(dt.UTC), usegmt=True)}
        if _is_known(request, file):
            return Response(status_code=304, headers=headers)
        return Response(file.content, media_type="application/gzip", headers=headers)

    def _file(self, stem: str, ending: str, renewed: dt.datetime) -> _File:
        with self._making:
            file = self._files.get(f"{stem}.{ending}")
            if file is None or file.modified != renewed:
                content = gzip.compress(_MAKERS[stem, ending](self._backend, renewed), _LEVEL, mtime=0)
                file = _File(content, f'"{hashlib.blake2b(content, digest_size=16).hexdigest()}"', renewed)
                self._files[f"{stem}.{ending}"] = file
            return file


def _renewed(now: dt.datetime) -> dt.datetime:
    """The latest 06:00 IST."""
    return dt.datetime.combine((now.astimezone(IST) - _SIX_HOURS).date(), dt.time(6), IST)


def _is_known(request: Request, file: _File) -> bool:
    """Whether the client has the file already; the tag goes before the time."""
    tags, since = request.headers.get("if-none-match"), request.headers.get("if-modified-since")
    if tags is not None:
        return tags.strip() == "*" or file.tag in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    try:
        return since is not None and parsedate_to_datetime(since) >= file.modified
    except (TypeError, ValueError):  # not a time, or one without a zone
        return False


# What is in them

_Maker: TypeAlias = Callable[[Backend, dt.datetime], bytes]


def _json(rows: Callable[[Catalog, dt.date], Rows]) -> _Maker:
    def make(backend: Backend, at: dt.datetime) -> bytes:
        with backend.lock:
            catalog = backend.venue.catalog
            catalog.listed(at.date())
        return msgspec.json.encode(list(rows(catalog, at.date())))

    return make


def _csv(*exchanges: str) -> _Maker:
    def make(backend: Backend, at: dt.datetime) -> bytes:
        with backend.lock:
            catalog = backend.venue.catalog
            instruments = _of(*exchanges)(catalog, at.date())
            prices = [0 if one.is_derivative else catalog.spot(one.key, at.date()) for one in instruments]
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(CSV)
        table.writerows(map(csv_row, instruments, prices))
        return text.getvalue().encode()

    return make


def _of(*exchanges: str) -> Callable[[Catalog, dt.date], list[Instrument]]:
    """What is listed on exchanges."""
    return lambda catalog, day: [one for one in catalog.listed(day) if one.exchange in exchanges]


def _rows_of(*exchanges: str) -> Callable[[Catalog, dt.date], Rows]:
    return lambda catalog, day: map(file_row, _of(*exchanges)(catalog, day))


def _intraday(segment: str) -> Callable[[Catalog, dt.date], Rows]:
    return lambda catalog, _: (mis_row(one) for one in catalog.shares if one.segment == segment)


def _funds(catalog: Catalog, day: dt.date) -> Rows:
    last = f"{catalog.calendar.previous('NSE', day)}"
    return (msgspec.structs.asdict(fund) | {"last_price_date": last} for fund in funds())


_EXCHANGES: Final = {"complete": ("NSE", "BSE", "MCX"), "NSE": ("NSE",), "BSE": ("BSE",), "MCX": ("MCX",)}
_WORLD: Final = "GLOBAL"

_MAKERS: Final[dict[tuple[str, str], _Maker]] = {
    **{(name, "csv.gz"): _csv(*exchanges) for name, exchanges in _EXCHANGES.items()},
    **{(name, "json.gz"): _json(_rows_of(*exchanges)) for name, exchanges in _EXCHANGES.items()},
    ("complete", "json.gz"): _json(_rows_of(*_EXCHANGES["complete"], _WORLD)),
    ("global", "json.gz"): _json(_rows_of(_WORLD)),
    ("MTF", "json.gz"): _json(
        lambda catalog, _: (file_row(one) for one in catalog.shares if one.mtf_bracket is not None)
    ),
    ("NSE_MIS", "json.gz"): _json(_intraday("NSE_EQ")),
    ("BSE_MIS", "json.gz"): _json(_intraday("BSE_EQ")),
    ("suspended-instrument", "json.gz"): _json(lambda catalog, _: map(suspended_row, catalog.suspended)),
    ("mf-instruments", "json.gz"): _json(_funds),
}
