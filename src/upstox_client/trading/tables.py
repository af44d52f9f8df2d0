"""Things that are tables: as data frames, as CSV and as Parquet. The libraries for that are extras."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from upstox_client.extras import need

if TYPE_CHECKING:
    import polars as pl

_ZONE: Final = "Asia/Kolkata"


class Table:
    """What has named columns. Times are in IST."""

    def columns(self) -> Mapping[str, Sequence[Any]]:
        """The columns by name, in order, all of one length."""
        raise NotImplementedError

    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows."""
        columns = self.columns()
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame`; a column `time` is its index.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        frame = need("pandas").DataFrame({name: _listed(column) for name, column in self.columns().items()})
        if "time" not in frame:
            return frame
        frame["time"] = need("pandas").to_datetime(frame["time"], utc=True).dt.tz_convert(_ZONE)
        return frame.set_index("time")

    def to_polars(self) -> pl.DataFrame:
        """A `polars.DataFrame`.

        Raises:
            MissingExtraError: polars is not installed.
        """
        polars = need("polars")
        frame: pl.DataFrame = polars.DataFrame({name: _listed(column) for name, column in self.columns().items()})
        moments = [name for name, kind in frame.schema.items() if isinstance(kind, polars.Datetime)]
        return frame.with_columns(polars.col(moments).dt.convert_time_zone(_ZONE)) if moments else frame

    def to_arrow(self) -> Any:
        """A `pyarrow.Table`.

        Raises:
            MissingExtraError: pyarrow is not installed.
        """
        arrow = need("pyarrow")
        columns = {name: arrow.array(_listed(column)) for name, column in self.columns().items()}
        for name, column in columns.items():
            if arrow.types.is_timestamp(column.type):
                columns[name] = column.cast(arrow.timestamp("us", _ZONE))
        return arrow.table(columns)

    def to_parquet(self, path: Path | str) -> None:
        """Write a Parquet file.

        Raises:
            MissingExtraError: pyarrow is not installed.
        """
        need("pyarrow.parquet").write_table(self.to_arrow(), str(path))

    def to_csv(self, path: Path | str | None = None) -> str:
        """CSV with a header; times in ISO form. It is written to `path`, if there is one, and returned."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        columns = self.columns()
        writer.writerow(columns)
        writer.writerows(zip(*(map(_plain, column) for column in columns.values()), strict=True))
        if path is not None:
            Path(path).write_text(text.getvalue(), encoding="utf-8")
        return text.getvalue()


def _listed(column: Sequence[Any]) -> Sequence[Any]:
    return column if isinstance(column, list) else list(column)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else value
