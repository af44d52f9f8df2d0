"""Candles and ticks from files, and the driver that plays them."""

from __future__ import annotations

import datetime as dt
import importlib
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from upstox_emulator.clock import IST
from upstox_emulator.market import replay
from upstox_emulator.market.driver import MarketDriver
from upstox_emulator.market.replay import Trade, load
from upstox_emulator.units import price

from .world import DAY, NIFTY, RELIANCE, World, at

TICKS = """Timestamp,LTP,Quantity
2026-11-25T10:00:02+05:30,1500.5,10
2026-11-25 10:00:00,1500,5
"""
CANDLES = """time,open,high,low,close,volume
1795581000,100,104,99,103,10
1795581300000,103,103.5,101,102,9
"""


def write(folder, name: str, text: str):
    path = folder / name
    path.write_text(text)
    return path


def test_ticks_of_a_csv_file(tmp_path) -> None:
    assert load(write(tmp_path, "a.csv", TICKS)) == [
        Trade(at("10:00:00"), price(1500), 5),
        Trade(at("10:00:02"), price(1500.5), 10),
    ]
    assert load(str(write(tmp_path, "b.CSV", "at,price\n5,1.25\n"))) == [Trade(5.0, price(1.25), 0)]


def test_a_candle_becomes_four_ticks(tmp_path) -> None:
    start = 1795581000.0
    assert load(write(tmp_path, "a.csv", CANDLES)) == [
        Trade(start, price(100), 2),
        Trade(start + 75, price(99), 3),
        Trade(start + 150, price(104), 2),
        Trade(start + 225, price(103), 3),
        Trade(start + 300, price(103), 2),
        Trade(start + 375, price(103.5), 2),
        Trade(start + 450, price(101), 2),
        Trade(start + 525, price(102), 3),
    ]
    (only,) = {trade.volume for trade in load(write(tmp_path, "b.csv", "date,open,high,low,close\n5,1,2,1,2\n"))}
    assert only == 0
    assert [trade.at for trade in load(tmp_path / "b.csv")] == [5, 20, 35, 50]


def test_a_parquet_file(tmp_path) -> None:
    moments = [dt.datetime(2026, 11, 25, 10, 0, second, tzinfo=IST) for second in (0, 1)]
    pq.write_table(pa.table({"datetime": moments, "price": [10.0, 11.0], "volume": [1, 2]}), tmp_path / "a.parquet")
    assert load(tmp_path / "a.parquet") == [
        Trade(at("10:00:00"), price(10), 1),
        Trade(at("10:00:01"), price(11), 2),
    ]


def test_a_parquet_file_needs_pyarrow(tmp_path, monkeypatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(replay, "import_module", missing)
    with pytest.raises(ImportError, match=r"'a\.parquet': Parquet files need pyarrow; pip install"):
        load(tmp_path / "a.parquet")
    assert importlib.import_module("pyarrow") is pa


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "has no rows"),
        ("time,price\n", "has no rows"),
        ("time,value\n1,2\n", "none of the columns price, ltp"),
        ("when,price\n1,2\n", "none of the columns timestamp"),
        ("time,price\nsoon,2\n", "row 1: 'soon' is no time"),
        ("time,price\n1,2\n2,dear\n", "row 2: 'dear' is no price"),
        ("time,price\n1,-2\n", "'-2' is no price"),
        ("time,price\n1,inf\n", "'inf' is no price"),
        ("time,price,volume\n1,2,many\n", "'many' is no volume"),
        ("time,price,volume\n1,2,-3\n", "'-3' is no volume"),
        ("time,open,high,low,close\n60,5,4,3,4\n", "must lie between low and high"),
        ("time,price\n,2\n", "'' is no time"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path, text, why) -> None:
    with pytest.raises(ValueError, match=why):
        load(write(tmp_path, "bad.csv", text))


def test_other_files_are_not_read(tmp_path) -> None:
    with pytest.raises(ValueError, match=r"'a\.xls' is neither \.csv nor \.parquet"):
        load(tmp_path / "a.xls")


# The driver


class Drive:
    """A venue whose clock is set by hand."""

    def __init__(self) -> None:
        self.world = World()
        self.now = dt.datetime.combine(DAY, dt.time(10), IST)
        self.commands: list[Any] = []
        self.driver = MarketDriver(self.execute, lambda: self.now, lambda: self.world)

    def execute(self, command: Any) -> Any:
        result = command.apply(self.world)
        self.commands.append(command)
        return result

    def wait(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


@pytest.fixture
def drive() -> Drive:
    return Drive()


def test_prices_are_told_in_rupees_and_symbols(drive) -> None:
    driver = drive.driver
    driver.set_price("RELIANCE", 1600)
    assert driver.price("RELIANCE") == driver.price(RELIANCE) == 1600.0
    driver.set_price("Nifty 50", 26_000.05)
    assert driver.price(NIFTY) == driver.price("NIFTY 50") == driver.price("nifty") == 26_000.05
    future = drive.world.catalog.futures(NIFTY, DAY)[0]
    assert driver.price(future.symbol) == driver.price(future.compact) == driver.price(future.key)
    driver.set_price("RELIANCE", 1900, force=True)
    assert driver.price("RELIANCE") == 1900
    assert [type(command).__name__ for command in drive.commands] == ["SetPrice"] * 3
    assert all(command.at == drive.now for command in drive.commands)


def test_moves_and_releases(drive) -> None:
    drive.driver.move("RELIANCE", [(10, 1610), (20.5, 1605.5)])
    drive.wait(10)
    assert drive.driver.price("RELIANCE") == 1610
    drive.wait(11)
    assert drive.driver.price("RELIANCE") == 1605.5
    drive.driver.release("RELIANCE")
    assert drive.driver.price("RELIANCE") == 1605.5
    drive.wait(600)
    assert drive.driver.price("RELIANCE") != 1605.5


def test_a_file_is_replayed_from_now_on(drive, tmp_path) -> None:
    ends = drive.driver.replay("RELIANCE", write(tmp_path, "a.csv", CANDLES))
    assert ends == drive.now + dt.timedelta(seconds=525)
    assert drive.driver.price("RELIANCE") == 100
    drive.wait(80)
    assert drive.driver.price("RELIANCE") == 99
    drive.now = ends
    assert drive.driver.price("RELIANCE") == 102


def test_what_cannot_be_driven_is_told(drive) -> None:
    with pytest.raises(ValueError, match="'NOBODY' is neither the key nor the symbol"):
        drive.driver.set_price("NOBODY", 5)
    with pytest.raises(ValueError, match="beyond the limits"):
        drive.driver.set_price("RELIANCE", 5)
    with pytest.raises(ValueError, match="no moves"):
        drive.driver.move("RELIANCE", [])
    assert drive.commands == []
