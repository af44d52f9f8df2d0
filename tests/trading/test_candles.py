"""Candles: columns, slices, files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.conftest import IST
from upstox_client import extras
from upstox_client.extras import MissingExtraError
from upstox_client.trading.candle_cache import CandleCache
from upstox_client.trading.candles import Candle, Candles
from upstox_client.trading.spans import Interval
from upstox_client.trading.tables import Table

START = dt.datetime(2026, 11, 23, 9, 15, tzinfo=IST)
MINUTE = dt.timedelta(minutes=1)


def row(number: int, close: float = 100.0) -> list[Any]:
    return [(START + number * MINUTE).isoformat(), 99.0, 102.5, 98.0, close + number, 10 + number, 5]


def made(*numbers: int, close: float = 100.0) -> Candles:
    return Candles.of("RELIANCE", "1m", [row(number, close) for number in numbers])


def test_rows_of_the_wire_come_oldest_first() -> None:
    candles = made(2, 0, 1)
    assert [candle.close for candle in candles] == [100, 101, 102]
    assert candles[0] == Candle(START, 99.0, 102.5, 98.0, 100.0, 10, 5)
    assert candles[-1].volume == 12
    assert candles.time[0] == START
    assert list(candles.high) == [102.5] * 3
    assert len(candles) == 3
    assert Candles.of("X", "1d", [row(0)[:6]])[0].oi == 0


def test_a_slice_is_candles() -> None:
    candles = made(*range(5))
    assert candles[1:3] == made(1, 2)
    assert candles[1:3] != made(1, 3)
    assert candles != [1]
    assert list(candles[::2].close) == [100, 102, 104]
    assert repr(candles) == "Candles(RELIANCE, 1m: 5 from 23 Nov 2026 09:15 to 23 Nov 2026 09:19 IST)"
    assert repr(candles[:0]) == "Candles(RELIANCE, 1m: none)"
    assert START in [candle.time for candle in candles]
    with pytest.raises(IndexError):
        candles[5]


@given(st.sets(st.integers(0, 30)), st.integers(0, 30), st.integers(0, 8))
def test_joining_takes_the_others_where_they_are(first: set[int], start: int, count: int) -> None:
    """The others have no gaps: they are what one call has given."""
    others = range(start, start + count)
    joined = made(*first).joined(made(*others, close=500.0))
    expected = {number: 100.0 for number in first if number not in others} | dict.fromkeys(others, 500.0)
    assert joined == Candles.of("RELIANCE", "1m", [row(number, close) for number, close in expected.items()])


def test_between_two_moments() -> None:
    candles = made(*range(5))
    assert candles.between(START + MINUTE, START + 3 * MINUTE) == made(1, 2, 3)
    assert len(candles.between(START + 9 * MINUTE, START + 10 * MINUTE)) == 0


def test_folding_makes_one() -> None:
    folded = made(0, 1, 2).folded(7)
    assert list(folded.epoch) == [7]
    assert folded[0][1:] == (99.0, 102.5, 98.0, 102.0, 33, 5)
    assert len(made().folded(7)) == 0


# As tables


def test_a_data_frame_of_pandas() -> None:
    frame: pd.DataFrame = made(0, 1).to_pandas()
    assert frame.index.name == "time"
    assert str(frame.index.tz) == "Asia/Kolkata"
    assert frame.index[0] == START
    assert list(frame.columns) == ["open", "high", "low", "close", "volume", "oi"]
    assert frame["close"].tolist() == [100.0, 101.0]


def test_a_data_frame_of_polars() -> None:
    frame = made(0, 1).to_polars()
    assert frame["time"].dtype == pl.Datetime("us", "Asia/Kolkata")
    assert frame["time"][0] == START
    assert frame["volume"].to_list() == [10, 11]


def test_arrow_and_parquet(tmp_path: Path) -> None:
    table = made(0, 1).to_arrow()
    assert str(table.schema.field("time").type) == "timestamp[us, tz=Asia/Kolkata]"
    made(0, 1).to_parquet(tmp_path / "candles.parquet")
    assert pq.read_table(tmp_path / "candles.parquet").to_pydict() == table.to_pydict()


def test_csv(tmp_path: Path) -> None:
    text = made(0).to_csv(tmp_path / "candles.csv")
    assert text == "time,open,high,low,close,volume,oi\n2026-11-23T09:15:00+05:30,99.0,102.5,98.0,100.0,10,5\n"
    assert (tmp_path / "candles.csv").read_text() == text


def test_a_table_without_times() -> None:
    class Two(Table):
        def columns(self) -> dict[str, list[Any]]:
            return {"name": ["a", "b"], "value": [1, None]}

    assert Two().to_pandas()["name"].tolist() == ["a", "b"]
    assert Two().to_polars().shape == (2, 2)
    assert Two().to_arrow().num_rows == 2
    assert Two().to_dicts() == [{"name": "a", "value": 1}, {"name": "b", "value": None}]
    assert Two().to_csv() == "name,value\na,1\nb,\n"
    with pytest.raises(NotImplementedError):
        Table().columns()


@pytest.mark.parametrize(
    ("method", "module", "extra"),
    [("to_pandas", "pandas", "pandas"), ("to_polars", "polars", "polars"), ("to_arrow", "pyarrow", "arrow")],
)
def test_a_missing_extra_says_how_to_get_it(
    method: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(extras.importlib, "import_module", missing)
    with pytest.raises(MissingExtraError, match=rf"needs {module}, .*pip install 'upstox-python-sdk\[{extra}\]'"):
        getattr(made(0), method)()


# In files


def test_candles_are_kept_in_files(tmp_path: Path) -> None:
    cache = CandleCache(tmp_path, "NSE_EQ|INE002A01018", Interval.of("1m"))
    assert cache.covered() == []
    days = (START.date(), START.date())
    cache.write(days, made(0, 1))
    assert cache.covered() == [days]
    assert cache.read(days, "RELIANCE") == made(0, 1)
    assert cache.folder == tmp_path / "NSE_EQ-INE002A01018" / "1m"
    assert [path.name for path in cache.folder.iterdir()] == ["2026-11-23_2026-11-23.candles"]
    (cache.folder / "other.candles").write_text("")
    assert cache.covered() == [days]
    assert len(cache.read((dt.date(2026, 1, 1), dt.date(2026, 1, 2)), "RELIANCE")) == 0


DAMAGED = (b"", b"\x91\x01", made(0).packed()[:-1], b"\x97" + b"\xc4\x00" * 6 + b"\xc4\x08" + bytes(8))


@pytest.mark.parametrize("damage", DAMAGED, ids=range(4))
def test_what_is_damaged_is_taken_away(tmp_path: Path, damage: bytes) -> None:
    cache = CandleCache(tmp_path, "K|1", Interval.of("1m"))
    days = (START.date(), START.date())
    cache.write(days, made(0))
    (cache.folder / "2026-11-23_2026-11-23.candles").write_bytes(damage)
    cache.sound("RELIANCE")
    assert cache.covered() == []
    with pytest.raises(ValueError, match="no candles"):
        Candles.unpacked("X", "1m", damage)
