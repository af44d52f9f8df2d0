"""Pictures: what is in them, and that no text covers another."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from upstox_client import extras, pictures
from upstox_client.extras import MissingExtraError
from upstox_client.instruments import Instrument
from upstox_client.pictures.candles import ticks
from upstox_client.pictures.style import rupees, short
from upstox_client.trading.candles import Candles
from upstox_client.trading.options import Chain, Option, Strike
from upstox_client.trading.payoff import Leg, Payoff

IST = dt.timezone(dt.timedelta(hours=5, minutes=30))
MONDAY = dt.datetime(2026, 11, 23, 9, 15, tzinfo=IST)
PNG = b"\x89PNG\r\n\x1a\n"


def candles(
    count: int, step: dt.timedelta, interval: str = "5m", *, volume: bool = True, price: float = 1500
) -> Candles:
    chance = random.Random(7)
    rows: list[list[Any]] = []
    for number in range(count):
        end = price * (1 + chance.gauss(0, 0.002))
        high, low = max(price, end) * 1.001, min(price, end) * 0.999
        rows.append([(MONDAY + number * step).isoformat(), price, high, low, end, 1000 * number if volume else 0, 0])
        price = end
    return Candles.of("RELIANCE", interval, rows)


def chain(spot: float = 26012.35, width: int = 20) -> Chain:
    def option(strike: float, kind: str, oi: float) -> Option:
        one = Instrument(key=f"{strike}{kind}", symbol="X", strike=strike, kind=kind)
        return Option(instrument=one, oi=int(oi), ltp=50.0)

    strikes = [26000.0 + 50 * offset for offset in range(-width, width + 1)]
    rows = [
        Strike(one, option(one, "CE", (one - 24000) ** 2), option(one, "PE", (28000 - one) ** 2)) for one in strikes
    ]
    return Chain("NIFTY", spot, dt.date(2026, 11, 24), 65, rows)


CONDOR = Payoff(
    [
        Leg("sell", "CE", 26100, 60, 65),
        Leg("sell", "PE", 25900, 50, 65),
        Leg("buy", "CE", 26200, 30, 65),
        Leg("buy", "PE", 25800, 25, 65),
    ],
    26012.35,
    "NIFTY 24 Nov 2026",
)
STRADDLE = Payoff([Leg("buy", "CE", 26000, 130, 65), Leg("buy", "PE", 26000, 100, 65)], 26012.35)
FUTURE = Payoff([Leg("sell", "FUT", 0, 26000, 65)], 26012.35)

FIGURES = {
    "a day": lambda: pictures.candles(candles(75, dt.timedelta(minutes=5))),
    "an hour": lambda: pictures.candles(candles(12, dt.timedelta(minutes=5))),
    "days of minutes": lambda: pictures.candles(candles(450, dt.timedelta(minutes=26))),
    "a year": lambda: pictures.candles(candles(365, dt.timedelta(days=1), "1d")),
    "twenty years": lambda: pictures.candles(candles(240, dt.timedelta(days=31), "1mo")),
    "one candle": lambda: pictures.candles(candles(1, dt.timedelta(days=1), "1d")),
    "an index": lambda: pictures.candles(candles(75, dt.timedelta(minutes=5), volume=False)),
    "paise": lambda: pictures.candles(candles(75, dt.timedelta(minutes=5), price=2.5), title_text="Cheap"),
    "a chain": lambda: pictures.open_interest(chain()),
    "all strikes": lambda: pictures.open_interest(chain(width=40), strikes=40),
    "a chain beyond its strikes": lambda: pictures.open_interest(chain(30000.0)),
    "a chain at its edge": lambda: pictures.open_interest(chain(27000.0, width=20)),
    "one strike": lambda: pictures.open_interest(chain(width=0)),
    "a condor": lambda: pictures.payoff(CONDOR),
    "a straddle": lambda: pictures.payoff(STRADDLE, title_text="Straddle"),
    "a future": lambda: pictures.payoff(FUTURE),
    "a portfolio": lambda: pictures.profit({f"A {number}": (number - 6) * 1234.5 for number in range(14)}, note="now"),
    "many positions": lambda: pictures.profit({f"STOCK {number}": number * 99999.0 for number in range(60)}),
    "only losses": lambda: pictures.profit({"A": -5.0, "B": -1.0}),
    "small losses": lambda: pictures.profit({"A": -4.2, "B": -0.4}),
    "hardly anything": lambda: pictures.profit({"A": 0.4, "B": -0.3}),
    "a currency": lambda: pictures.candles(candles(75, dt.timedelta(minutes=5), price=1.25)),
    "an option on a currency": lambda: pictures.payoff(Payoff([Leg("buy", "CE", 85.25, 0.3, 1000)], 85.2)),
    "max pain at the left": lambda: pictures.open_interest(chain(25010.0).around(3)),
    "three strikes": lambda: pictures.open_interest(chain(width=1)),
    "two candles": lambda: pictures.candles(candles(2, dt.timedelta(minutes=5))),
    "nothing made": lambda: pictures.profit({"A": 0.0}),
}  # fmt: skip


@functools.cache
def figure_of(name: str) -> Figure:
    """Each is drawn once."""
    figure: Figure = FIGURES[name]()
    return figure


def texts(figure: Figure) -> list[Text]:
    """What is written, and seen."""
    written = [one for one in figure.findobj(Text) if isinstance(one, Text)]
    found = [one for one in written if one.get_text().strip() and one.get_visible()]
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks():
                inside = low <= tick.get_loc() <= high and tick.label1.get_visible()
                found = [one for one in found if one is not tick.label2 and (inside or one is not tick.label1)]
    return found


def overlapping(figure: Figure) -> Iterator[tuple[str, str]]:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    boxes = [(one.get_text(), one.get_rotation(), one.get_window_extent(renderer)) for one in texts(figure)]
    for (first, turned, one), (second, also, other) in itertools.combinations(boxes, 2):
        if not (turned == also == 45) and one.overlaps(other):
            yield first, second


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_covers_another_and_none_is_cut_off(name: str) -> None:
    figure = figure_of(name)
    assert list(overlapping(figure)) == []
    renderer = FigureCanvasAgg(figure).get_renderer()
    for one in texts(figure):
        box = one.get_window_extent(renderer)
        assert box.x0 >= -1, one.get_text()
        assert box.y0 >= -1, one.get_text()
        assert box.x1 <= figure.bbox.x1 + 1, one.get_text()
        assert box.y1 <= figure.bbox.y1 + 1, one.get_text()


@pytest.mark.parametrize("name", FIGURES)
def test_axes_have_names_with_units(name: str) -> None:
    figure = figure_of(name)
    labels = [axes.get_xlabel() for axes in figure.axes if axes.get_xlabel()]
    labels += [axes.get_ylabel() for axes in figure.axes if axes.get_ylabel()]
    assert len(labels) >= 1
    assert all("(₹)" in label or "(IST)" in label or label in {"Volume", "Open interest (units)"} for label in labels)


@pytest.mark.parametrize("name", FIGURES)
def test_no_two_places_of_an_axis_are_written_alike(name: str) -> None:
    figure = figure_of(name)
    FigureCanvasAgg(figure).draw()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = axis.get_view_interval()
            shown = [tick.label1.get_text() for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
            written = [text for text in shown if "₹" in text or "." in text]
            assert len(set(written)) == len(written), written


@pytest.mark.parametrize("name", ["one strike", "three strikes", "a chain", "all strikes"])
def test_what_a_line_is_stands_beside_it(name: str) -> None:
    figure = figure_of(name)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    (axes,) = figure.axes
    lines = [axes.transData.transform((line.get_xdata()[0], 0))[0] for line in axes.lines]  # type: ignore[index]
    for text in axes.texts:
        box = text.get_window_extent(canvas.get_renderer())
        assert min(min(abs(line - box.x0), abs(line - box.x1)) for line in lines) < 20
        assert not any(box.x0 < line < box.x1 for line in lines)


def test_few_candles_stay_candles() -> None:
    low, high = figure_of("one candle").axes[0].get_xlim()
    assert high - low > 10


def titles(figure: Figure) -> list[str]:
    return [axes.get_title(where) for axes in figure.axes for where in ("left", "right") if axes.get_title(where)]


def test_what_is_written_above() -> None:
    assert titles(figure_of("a day"))[0] == "RELIANCE  5m"
    assert titles(figure_of("a day"))[1].startswith("23 Nov 2026   close ₹")
    assert "23 Nov 2026 to 22 Nov 2027" in titles(figure_of("a year"))[1]
    assert titles(figure_of("a chain")) == ["NIFTY  open interest", "expiry 24 Nov 2026   PCR 1.00"]
    assert titles(figure_of("a condor")) == ["NIFTY 24 Nov 2026", "profit up to ₹3,575   loss up to ₹2,925"]
    assert titles(figure_of("a straddle")) == ["Straddle", "profit unlimited   loss up to ₹14,950"]
    assert titles(figure_of("a future"))[0] == "Payoff"
    assert titles(figure_of("a portfolio")) == ["Profit and loss", "now   total +₹8,642"]
    assert "37 others" in [label.get_text() for label in figure_of("many positions").axes[0].get_yticklabels()]


def test_times_are_written_where_they_begin() -> None:
    def written(count: int, step: dt.timedelta) -> list[str]:
        return ticks(candles(count, step).time)[1]

    assert written(75, dt.timedelta(minutes=5)) == ["09:15", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00"]
    assert written(4, dt.timedelta(minutes=5)) == ["09:15", "09:20", "09:25", "09:30"]
    assert written(365, dt.timedelta(days=1))[:2] == ["Nov 2026", "Jan 2027"]
    assert written(4000, dt.timedelta(days=2))[0] == "2026"
    assert written(6, dt.timedelta(hours=5)) == ["09:15\n23 Nov", "14:15", "19:15", "00:15\n24 Nov", "05:15", "10:15"]
    midnights = [dt.datetime(2026, 11, 23, tzinfo=IST) + dt.timedelta(days=number) for number in range(10)]
    assert ticks(midnights)[1][:2] == ["23 Nov", "25 Nov"]
    assert ticks(midnights[:1])[1] == ["23 Nov"]
    assert all(len(written(count, dt.timedelta(minutes=7))) <= 9 for count in range(1, 400, 23))
    early = [dt.datetime(2026, 11, 23, 3, 50, tzinfo=IST) + dt.timedelta(minutes=5 * number) for number in range(75)]
    assert ticks(early)[1][:2] == ["04:00", "05:00"]  # 03:50 would stand in its neighbour's place


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_they_are_written_into_files(tmp_path: Path, suffix: str) -> None:
    for name, draw in {
        "candles": candles(12, dt.timedelta(minutes=5)).plot,
        "chain": chain(width=3).plot,
        "payoff": CONDOR.plot,
        "profit": lambda path, **options: pictures.profit({"A": 1.0}, path, **options),
    }.items():
        path = tmp_path / f"{name}.{suffix}"
        assert isinstance(draw(path, dpi=40), Figure)
        content = path.read_bytes()
        assert content.startswith(PNG if suffix == "png" else b"<?xml")
        draw(path, dpi=40)
        assert path.read_bytes() == content  # the same picture is the same file
    assert suffix == "png" or "₹" in (tmp_path / "payoff.svg").read_text()


def test_nothing_to_draw_is_told() -> None:
    with pytest.raises(ValueError, match="nothing to draw: Candles"):
        pictures.candles(candles(0, dt.timedelta(days=1)))
    with pytest.raises(ValueError, match="nothing to draw: Chain"):
        pictures.open_interest(Chain("X", 1.0, dt.date(2026, 11, 24), 1, []))
    with pytest.raises(ValueError, match="nothing to draw: no position"):
        pictures.profit({})


def test_without_matplotlib_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(extras.importlib, "import_module", missing)
    with pytest.raises(MissingExtraError, match=r"needs matplotlib, .*pip install 'upstox-python-sdk\[plot\]'"):
        CONDOR.plot()


def test_no_state_of_matplotlib_is_touched() -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    FIGURES["one candle"]()
    assert dict(mpl.rcParams) == before


def test_numbers_are_short() -> None:
    assert [short(number) for number in (0, 5, 999, 1500, 150_000, 22_500_000, -150_000)] == [
        "0", "5", "999", "1.5 k", "1.5 L", "2.25 Cr", "-1.5 L",
    ]  # fmt: skip
    assert [rupees(number) for number in (0, -350, 99_999, 250_000)] == ["₹0", "-₹350", "₹99,999", "₹2.5 L"]
    assert [rupees(number) for number in (-12.5, 0.4, -0.001, 99.999)] == ["-₹12.50", "₹0.40", "₹0", "₹100"]
    assert rupees(5, sign=True) == "+₹5"
