"""The day's instruments: downloaded when there are new ones."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from pathlib import Path

import pytest

from support import masters
from support.colours import Colour, FakeTransport, local, ok, refused
from trading.conftest import IST, NOW, World
from upstox_client import Configuration, NetworkError
from upstox_client.auth import Place
from upstox_client.instruments import InstrumentFileError, UnknownInstrumentError
from upstox_client.trading import listing as listings
from upstox_client.trading.listing import Listing, StaleInstrumentsWarning, assets_configuration, cache_folder

FILE = "/market-quote/instruments/exchange/complete.json.gz"


def downloads(world: World) -> int:
    return len(world.server.asked(FILE))


def test_the_first_question_downloads_them_and_the_next_does_not(bare: World) -> None:
    assert bare("instrument", "RELIANCE").key == "NSE_EQ|INE002A01018"
    assert bare("instrument", "NIFTY").key == "NSE_INDEX|Nifty 50"
    assert downloads(bare) == 1
    assert bare.progress[0] == ("downloading instruments", 0, 0)
    assert bare.progress[-1] == ("downloading instruments", 1, 1)
    assert (bare.folder / "instruments" / "emulator.sqlite").exists()
    assert "Authorization" not in bare.server.requests[0].headers


def test_the_next_program_only_asks_whether_there_are_newer_ones(bare: World) -> None:
    bare("instrument", "RELIANCE")
    bare.up.listing.close()
    bare.up = bare.upstox()
    assert bare.read("instruments").store.etag == '"one"'
    assert bare.server.requests[-2].headers["If-None-Match"] == '"one"'
    bare.up.listing.close()
    bare.server.etag = '"two"'
    bare.server.master = masters.packed([masters.share("NEW", "NEW LTD", "INE999A01011")])
    bare.up = bare.upstox()
    assert bare("instrument", "NEW").name == "NEW LTD"
    assert bare.read("instruments").store.etag == '"two"'


def test_the_day_is_that_of_the_server(world: World) -> None:
    assert world.read("now") == NOW
    assert world.read("instruments").today == NOW.date()
    world.server.routes["/v3/market-quote/quotes"] = lambda *_: refused(401)
    assert abs(world.read("now") - dt.datetime.now(IST)) < dt.timedelta(minutes=1)
    world.server.routes["/v3/market-quote/quotes"] = lambda *_: {}
    assert abs(world.read("now") - dt.datetime.now(IST)) < dt.timedelta(minutes=1)


def test_without_a_network_yesterdays_are_used_with_a_warning(bare: World) -> None:
    bare("instrument", "RELIANCE")
    bare.up.listing.close()
    bare.up = bare.upstox()
    bare.up.listing.assets = bare.colour.client(local(), FakeTransport([NetworkError(reason="no route")]))
    with pytest.warns(StaleInstrumentsWarning, match=r"of \d\d \w\w\w \d\d\d\d are used: no route"):
        assert bare("instrument", "RELIANCE").lot == 1


def test_without_a_network_and_without_any_it_fails(bare: World) -> None:
    bare.up.listing.assets = bare.colour.client(local(), FakeTransport([NetworkError(reason="no route")]))
    with pytest.raises(NetworkError) as failed:
        bare("instrument", "RELIANCE")
    assert failed.value.__notes__ == [f"The list of instruments is at http://127.0.0.1:9{FILE}."]


def test_a_damaged_file_takes_no_good_ones_place(bare: World) -> None:
    bare.server.master = b"\x1f\x8b\x08 damaged"
    with pytest.raises(InstrumentFileError):
        bare("instrument", "RELIANCE")
    assert not list((bare.folder / "instruments").glob("*.sqlite")) if (bare.folder / "instruments").exists() else True


def test_a_key_that_is_not_in_the_list_is_taken_as_it_is(world: World) -> None:
    one = world("instrument", "NSE_FO|47983|17-04-2025")
    assert (one.key, one.symbol, one.segment) == ("NSE_FO|47983|17-04-2025", "47983|17-04-2025", "NSE_FO")
    assert world("instrument", one) is one
    with pytest.raises(UnknownInstrumentError):
        world("instrument", "NSE_FO|1|2|3")


def test_searches_and_chains_are_the_books(world: World) -> None:
    assert [one.symbol for one in world("search", "reli", kind="FUT", limit=1)] == ["RELIANCE FUT 24 NOV 26"]
    assert world("expiries", "RELIANCE") == masters.MONTHLY
    assert world("expiries", "CRUDEOIL", kind="future") == [dt.date(2026, 12, 18)]
    assert len(world("futures", "NIFTY")) == len({*masters.WEEKLY, *masters.MONTHLY})


# When there are new ones


class Clock:
    def __init__(self, text: str) -> None:
        self.set(text)

    def set(self, text: str) -> None:
        self.now = dt.datetime.fromisoformat(text).replace(tzinfo=IST)

    def __call__(self) -> dt.datetime:
        return self.now


def live(tmp_path: Path, clock: Clock) -> Listing:
    return Listing(None, Place("live"), tmp_path, clock=clock)


def test_upstox_has_new_ones_in_the_morning(tmp_path: Path) -> None:
    clock = Clock("2026-11-23T10:00:00")
    listing = live(tmp_path, clock)
    assert listing.path.name == "live.sqlite"
    assert listing.current() is None
    assert listing.etag() == ""
    listing.build(masters.packed(masters.small()), '"one"')
    assert listing.current() is not None  # of another program of today
    clock.set("2026-11-24T06:29:00")
    assert listing.current() is not None
    clock.set("2026-11-24T06:31:00")
    assert listing.current() is None
    listing.confirm()
    assert listing.current() is not None
    listing.close()
    listing.close()
    (tmp_path / "instruments" / "live.sqlite").write_bytes(b"damaged")
    os.utime(listing.path, (clock.now.timestamp(), clock.now.timestamp()))
    assert listing.current() is None


def test_who_still_reads_in_yesterdays_is_not_disturbed(tmp_path: Path) -> None:
    clock = Clock("2026-11-23T10:00:00")
    listing = live(tmp_path, clock)
    listing.build(masters.packed(masters.small()), '"one"')
    yesterdays = listing.use(clock.now)
    clock.set("2026-11-24T06:31:00")
    todays = listing.use(clock.now)
    assert yesterdays.get("RELIANCE") == todays.get("RELIANCE")
    clock.set("2026-11-25T06:31:00")
    listing.use(clock.now)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        yesterdays.get("RELIANCE")
    listing.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        todays.get("RELIANCE")


def test_an_emulator_is_asked_by_every_program(tmp_path: Path) -> None:
    clock = Clock("2026-11-23T10:00:00")
    listing = Listing(None, Place("emulator", "127.0.0.1:9010"), tmp_path, clock=clock)
    listing.build(masters.packed(masters.small()), "")
    assert listing.path.name == "emulator.sqlite"
    assert listing.current() is None
    listing.use(clock.now)
    assert listing.current() is not None
    listing.close()
    assert Listing(None, Place("custom", "x.test:9"), tmp_path).path.name == "custom-x.test-9.sqlite"


def test_where_the_files_are() -> None:
    configuration = Configuration()
    configuration.access_token = "secret"
    assets = assets_configuration(configuration)
    assert (assets.host, assets.access_token) == ("https://assets.upstox.com", "")
    assert configuration.access_token == "secret"
    assert assets_configuration(Configuration(sandbox=True)).host == "https://assets.upstox.com"
    assert assets_configuration(local("http://127.0.0.1:9010")).host == "http://127.0.0.1:9010"


def test_where_they_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cache_folder().name == "upstox"
    monkeypatch.setenv("UPSTOX_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path


def test_the_sandbox_has_the_instruments_of_upstox(colour: Colour, tmp_path: Path) -> None:
    fake = FakeTransport([ok(masters.packed(masters.small()), ETag='"one"')])
    client = colour.client(Configuration(sandbox=True), FakeTransport())
    kind = listings.InstrumentFlows
    assert kind.now.__doc__
    from upstox_client.trading import AsyncUpstox, Upstox

    up = (AsyncUpstox if colour.is_async else Upstox)(
        client=client, assets=colour.client(local(), fake), cache=tmp_path, progress=None
    )
    assert colour.run(up.instrument, "RELIANCE").key == "NSE_EQ|INE002A01018"
    up.listing.close()
