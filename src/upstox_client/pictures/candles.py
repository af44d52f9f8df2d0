"""Candles with their volume."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from upstox_client.amounts import grouped
from upstox_client.extras import need
from upstox_client.pictures.style import DOWN, FAINT, UP, formatted, new_figure, plain, save, settings, short, title

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from upstox_client.trading.candles import Candles

_MOST_LABELS: Final = 9
_LEAST_PLACES: Final = 12

# How times are grouped, finest first: what has to change for a new group, and how its beginning is written.
_GROUPS: Final = (
    ("%Y%m%d%H%M", "%H:%M"),
    ("%Y%m%d%H", "%H:%M"),
    ("%Y%m%d", "%d %b"),
    ("%Y%W", "%d %b"),
    ("%Y%m", "%b %Y"),
    ("%Y", "%Y"),
)


def candles(
    candles: Candles,
    path: Path | str | None = None,
    *,
    title_text: str | None = None,
    size: tuple[float, float] = (11.0, 6.2),
    dpi: int = 150,
) -> Figure:
    """Candles, and their volume below. Nights, weekends and holidays take no room; times are in IST.

    Parameters:
        candles: at least one.
        path: where to write it; the suffix says what it is.
        title_text: default: the symbol and the interval.
        size: in inches.
        dpi: dots per inch of a PNG.

    Raises:
        ValueError: there are no candles.
        MissingExtraError: matplotlib is not installed.
    """
    if not len(candles):
        raise ValueError(f"there is nothing to draw: {candles!r}")
    with settings():
        figure = new_figure(size)
        prices, volumes = figure.subplots(2, 1, sharex=True, height_ratios=(3.4, 1))
        _draw_prices(prices, candles)
        _draw_volumes(volumes, candles)
        _label_times(volumes, candles.time)
        first, last = candles[0], candles[-1]
        change = (last.close / first.open - 1) * 100 if first.open else 0.0
        title(prices, title_text or f"{candles.symbol}  {candles.interval}", _note(candles, change))
        return save(figure, path, dpi)


def _note(candles: Candles, change: float) -> str:
    first, last = candles[0].time, candles[-1].time
    days = f"{first:%d %b %Y}" if first.date() == last.date() else f"{first:%d %b %Y} to {last:%d %b %Y}"
    return f"{days}   close ₹{grouped(candles.close[-1])}  ({change:+.2f} %)"


def _draw_prices(axes: Any, candles: Candles) -> None:
    collections = need("matplotlib.collections")
    half = 0.36 if len(candles) < 400 else 0.5
    line = 0.9 if len(candles) < 400 else 0.6
    rows = list(zip(range(len(candles)), candles.open, candles.high, candles.low, candles.close, strict=True))
    for colour, rising in ((UP, True), (DOWN, False)):
        chosen = [row for row in rows if (row[4] >= row[1]) is rising]
        wicks = [((place, low), (place, high)) for place, _, high, low, _ in chosen]
        axes.add_collection(collections.LineCollection(wicks, colors=colour, linewidths=line))
        bodies = [_body(place, half, start, end) for place, start, _, _, end in chosen]
        axes.add_collection(collections.PolyCollection(bodies, facecolors=colour, edgecolors=colour, linewidths=line))
    low, high = min(candles.low), max(candles.high)
    room = (high - low or high * 0.01 or 1.0) * 0.06
    axes.set_ylim(low - room, high + room)
    beside = max(1.0, (_LEAST_PLACES - len(candles)) / 2)  # few candles stay candles
    axes.set_xlim(-beside, len(candles) - 1 + beside)
    axes.set_ylabel("Price (₹)")
    formatted(axes.yaxis, plain(high - low))


def _body(place: int, half: float, start: float, end: float) -> list[tuple[float, float]]:
    return [(place - half, start), (place + half, start), (place + half, end), (place - half, end)]


def _draw_volumes(axes: Any, candles: Candles) -> None:
    colours = [UP if end >= start else DOWN for start, end in zip(candles.open, candles.close, strict=True)]
    axes.bar(range(len(candles)), list(candles.volume), width=0.72, color=colours, alpha=0.55, linewidth=0)
    axes.set_ylabel("Volume")
    axes.set_ylim(bottom=0)
    formatted(axes.yaxis, short)
    if not any(candles.volume):  # an index has none
        axes.set_yticks([])
        axes.text(0.5, 0.5, "no volume", transform=axes.transAxes, ha="center", va="center", color=FAINT)


def _label_times(axes: Any, times: Sequence[dt.datetime]) -> None:
    """Write as many times as there is room for, where days, months or years begin."""
    places, labels = ticks(times)
    axes.set_xticks(places, labels)
    axes.set_xlabel("Time (IST)" if any(":" in label for label in labels) else "Date (IST)")


def ticks(times: Sequence[dt.datetime]) -> tuple[list[int], list[str]]:
    """Where to write times, and what."""
    one_day = times[0].date() == times[-1].date()
    whole_days = all(time.time() == dt.time() for time in times)
    groups = _GROUPS[2:] if whole_days else _GROUPS if one_day else _GROUPS[1:]
    begun = {group: _beginnings(times, group) for group, _ in groups}
    group, written = next((pair for pair in groups if len(begun[pair[0]]) <= _MOST_LABELS * 3), groups[-1])
    chosen = _apart(begun[group][:: -(-len(begun[group]) // _MOST_LABELS)], len(times) / _MOST_LABELS / 2)
    return chosen, _labels([times[place] for place in chosen], written, one_day=one_day)


def _apart(places: Sequence[int], least: float) -> list[int]:
    """Those that have room beside the next one: an hour that is nearly over when the candles begin has none."""
    kept: list[int] = []
    for place in reversed(places):
        if not kept or kept[-1] - place >= least:
            kept.append(place)
    return kept[::-1]


def _beginnings(times: Sequence[dt.datetime], group: str) -> list[int]:
    """The places at which a new minute, hour, day, ... begins."""
    names = [time.strftime(group) for time in times]
    return [place for place, name in enumerate(names) if not place or name != names[place - 1]]


def _labels(times: Sequence[dt.datetime], written: str, *, one_day: bool) -> list[str]:
    """Times as short as they can be; the day is added where a new one begins."""
    if one_day or written != "%H:%M":
        return [time.strftime(written) for time in times]
    labels: list[str] = []
    for place, time in enumerate(times):
        new_day = not place or time.date() != times[place - 1].date()
        labels.append(time.strftime("%H:%M\n%d %b" if new_day else "%H:%M"))
    return labels
