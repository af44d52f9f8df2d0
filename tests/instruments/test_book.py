"""Finding instruments by what people call them."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest

from support import masters
from upstox_client.instruments import (
    AmbiguousInstrumentError,
    Instrument,
    InstrumentFileError,
    Instruments,
    UnknownExpiryError,
    UnknownInstrumentError,
    store,
)
from upstox_client.instruments.book import strike_of

NEXT_WEEK = dt.date(2026, 12, 1)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("RELIANCE", "NSE_EQ|INE002A01018"),
        ("reliance", "NSE_EQ|INE002A01018"),
        (" reliance  industries ltd ", "NSE_EQ|INE002A01018"),
        ("NSE_EQ|INE002A01018", "NSE_EQ|INE002A01018"),
        ("INE002A01018", "NSE_EQ|INE002A01018"),
        ("ine002a01018", "NSE_EQ|INE002A01018"),
        ("BSE:RELIANCE", "BSE_EQ|INE002A01018"),
        ("BSE_EQ:reliance", "BSE_EQ|INE002A01018"),
        ("nse:TWIN", "NSE_EQ|INE111A01011"),
        ("NIFTY", "NSE_INDEX|Nifty 50"),
        ("Nifty 50", "NSE_INDEX|Nifty 50"),
        ("nifty 50", "NSE_INDEX|Nifty 50"),
        ("NSE_INDEX|Nifty 50", "NSE_INDEX|Nifty 50"),
        ("GIFT NIFTY", "GLOBAL_INDEX|SGX NIFTY"),
        ("NIFTY FUT 24 NOV 26", "NSE_FO|40000"),
        ("nifty fut", "NSE_FO|40000"),
        ("NIFTY FUT nearest", "NSE_FO|40000"),
        ("CRUDEOIL FUT", "MCX_FO|430106"),
        ("CRUDEOIL 5750 CE", "MCX_FO|435849"),
        ("JPYINR future dec", "NCD_FO|14295"),
        ("sensex fut", "BSE_FO|825565"),
    ],
)
def test_a_name_means_an_instrument(book: Instruments, name: str, key: str) -> None:
    assert book.find(name).key == key


def test_contracts_in_words(book: Instruments) -> None:
    assert book.find("NIFTY 26000 CE").symbol == "NIFTY 26000 CE 24 NOV 26"
    assert book.find("nifty 26050 put next week").symbol == "NIFTY 26050 PE 01 DEC 26"
    assert book.find("NIFTY 26000 CE 08 DEC 26").symbol == "NIFTY 26000 CE 08 DEC 26"
    assert book.find("Nifty 50 26000 call this month").symbol == "NIFTY 26000 CE 24 NOV 26"
    assert book.find("RELIANCE FUT next month").symbol == "RELIANCE FUT 29 DEC 26"
    with pytest.raises(UnknownExpiryError, match="NIFTY options: no expiry is 'MAY'"):
        book.find("NIFTY 26000 CE may")


def test_the_segment_narrows(book: Instruments) -> None:
    assert book.find("RELIANCE", segment="BSE_EQ").key == "BSE_EQ|INE002A01018"
    assert book.find("RELIANCE", segment="BSE").key == "BSE_EQ|INE002A01018"
    assert book.find("TWIN", segment="NSE").name == "TWIN ONE LTD"
    one = book.find("TWIN", segment="NSE")
    assert book.find(one) is one


def test_ambiguity_is_an_error_that_lists_the_candidates(book: Instruments) -> None:
    with pytest.raises(AmbiguousInstrumentError) as refused:
        book.find("twin")
    assert [one.key for one in refused.value.candidates] == ["NSE_EQ|INE111A01011", "BSE_EQ|INE222A01022"]
    assert refused.value.asked == "twin"
    assert "NSE_EQ|INE111A01011" in str(refused.value)
    assert isinstance(refused.value, LookupError)
    assert isinstance(refused.value, ValueError)


def test_many_candidates_are_not_all_listed() -> None:
    many = [Instrument(key=f"NSE_EQ|{number}", symbol="X") for number in range(13)]
    assert str(AmbiguousInstrumentError("X", many)).endswith("... and 3 more")


@pytest.mark.parametrize(
    ("name", "near"),
    [("RELIENCE", "RELIANCE"), ("HDFC", "HDFCBANK"), ("infrastructure", "RELINFRA"), ("BANKNIFTI", "BANKNIFTY")],
)
def test_an_unknown_name_suggests_near_ones(book: Instruments, name: str, near: str) -> None:
    with pytest.raises(UnknownInstrumentError, match=f"no instrument is called '{name}'. Did you mean .*'{near}'"):
        book.find(name)


def test_what_looks_like_nothing_has_no_suggestion(book: Instruments) -> None:
    for name in ("QQQQQQ", "", "NSE_EQ|INE999A01011", "QQQ FUT", "QQQ 5 CE", "NIFTY ABC CE"):
        with pytest.raises(UnknownInstrumentError, match=r"called '.*'\.$"):
            book.find(name)


def test_get_is_by_key(book: Instruments) -> None:
    assert book.get("NSE_EQ|INE002A01018") == book.find("RELIANCE")
    assert book.get("RELIANCE") is None
    assert "NSE_EQ|INE002A01018" in book
    assert "RELIANCE" not in book
    assert 5 not in book
    assert len(book) == len(masters.small())
    assert repr(book) == f"Instruments({len(book)} of 2026-11-23)"


# Chains


def test_expiries_and_futures_of_an_underlying(book: Instruments) -> None:
    assert book.expiries("NIFTY") == sorted({*masters.WEEKLY, *masters.MONTHLY})
    assert book.expiries("RELIANCE", "future") == masters.MONTHLY
    assert [one.expiry for one in book.futures("reliance")] == masters.MONTHLY
    assert book.future("RELIANCE", "dec").symbol == "RELIANCE FUT 29 DEC 26"
    assert book.expiry("NIFTY", "next week") == NEXT_WEEK
    assert book.futures(book.find("RELIANCE")) == book.futures("RELIANCE")
    assert book.futures(book.find("NIFTY FUT")) == book.futures("nifty 50")
    with pytest.raises(UnknownExpiryError, match="RELIANCE futures"):
        book.future("RELIANCE", "may")


def test_what_has_ended_is_not_among_them(path: Path) -> None:
    with Instruments.open(path, dt.date(2026, 11, 25)).store as opened:
        later = Instruments(opened, dt.date(2026, 11, 25))
        assert later.expiries("NIFTY")[0] == NEXT_WEEK
        assert later.futures("RELIANCE")[0].expiry == dt.date(2026, 12, 29)


def test_a_chain_is_by_strike_calls_first(book: Instruments) -> None:
    chain = book.options("NIFTY", "next week")
    assert len(chain) == 42
    assert [one.symbol for one in chain[:2]] == ["NIFTY 25500 CE 01 DEC 26", "NIFTY 25500 PE 01 DEC 26"]
    assert {one.expiry for one in chain} == {NEXT_WEEK}


def test_what_has_no_contracts_says_so(book: Instruments) -> None:
    with pytest.raises(UnknownInstrumentError, match="no futures and no options"):
        book.futures("HDFCBANK")
    with pytest.raises(UnknownInstrumentError, match="It has some in NSE_FO"):
        book.underlying("NIFTY", segment="BSE_FO")
    with pytest.raises(UnknownInstrumentError, match="Did you mean"):
        book.expiries("RELIENCE")
    assert book.underlying("NIFTY", segment="NSE") == ("NIFTY", "NSE_FO")


@pytest.mark.parametrize(
    ("strike", "expected"),
    [("ATM", 26000), ("atm+2", 26100), ("ATM-1", 25950), (26050, 26050), ("26050", 26050), (25500.0, 25500)],
)
def test_an_option_by_its_distance_from_the_money(book: Instruments, strike: float | str, expected: float) -> None:
    found = book.option("NIFTY", strike, "put", "this week", spot=26012.3)
    assert (found.strike, found.kind, found.expiry) == (expected, "PE", dt.date(2026, 11, 24))


def test_strikes_that_are_not_there(book: Instruments) -> None:
    with pytest.raises(UnknownInstrumentError, match="Did you mean 'NIFTY 25950 CE 24 NOV 26'"):
        book.option("NIFTY", 26010, "CE")
    with pytest.raises(ValueError, match="a CE or a PE"):
        book.option("NIFTY", 26000, "XX")
    with pytest.raises(ValueError, match="beyond the strikes there are: 25500 to 26500"):
        book.option("NIFTY", "ATM+11", "CE", spot=26000)
    with pytest.raises(ValueError, match="needs the price"):
        book.option("NIFTY", "ATM", "CE")
    with pytest.raises(ValueError, match="a strike is a number, or ATM"):
        strike_of("OTM", [1.0], 1.0)


# Searching


def symbols(found: list[Instrument]) -> list[str]:
    return [one.symbol for one in found]


def test_a_search_finds_the_likeliest_first(book: Instruments) -> None:
    assert symbols(book.search("RELIANCE", limit=4)) == [
        "RELIANCE", "RELIANCE", "RELIANCE FUT 24 NOV 26", "RELIANCE FUT 29 DEC 26",
    ]  # fmt: skip
    assert symbols(book.search("reli infra")) == ["RELINFRA"]
    assert symbols(book.search("bank"))[:2] == ["BANKNIFTY", "HDFCBANK"]
    assert symbols(book.search("nift"))[0] == "NIFTY"
    assert symbols(book.search("26000 nifty ce dec", limit=2)) == [
        "NIFTY 26000 CE 01 DEC 26",
        "NIFTY 26000 CE 08 DEC 26",
    ]
    assert symbols(book.search("INE040A01034")) == ["HDFCBANK"]
    assert book.search("zzz") == []
    assert book.search("nifty zzz") == []
    assert len(book.search("nifty", limit=7)) == 7


def test_short_words_and_numbers_are_looked_for_at_the_beginning_of_words(book: Instruments) -> None:
    assert all(one.kind == "CE" for one in book.search("ce", limit=50))
    assert "HDFCBANK" not in symbols(book.search("an", limit=500))


def test_filters(book: Instruments) -> None:
    assert symbols(book.search("reliance", segment="BSE_EQ")) == ["RELIANCE"]
    assert symbols(book.search("reliance", segment=["bse"])) == ["RELIANCE"]
    assert {one.kind for one in book.search("nifty", kind="FUT")} == {"FUT"}
    assert {one.kind for one in book.search(underlying="NIFTY", kind=["call", "FUT"], limit=500)} == {"CE", "FUT"}
    found = book.search(underlying="NIFTY", expiry="next week", strike=26000)
    assert symbols(found) == ["NIFTY 26000 CE 01 DEC 26", "NIFTY 26000 PE 01 DEC 26"]
    assert symbols(book.search(underlying="RELIANCE", expiry="dec", kind="FUT")) == ["RELIANCE FUT 29 DEC 26"]
    assert {one.expiry for one in book.search(expiry=NEXT_WEEK, limit=500)} == {NEXT_WEEK}
    assert {one.expiry for one in book.search(expiry="2026-12-01", limit=500)} == {NEXT_WEEK}
    assert symbols(book.search("crude", kind="CE")) == ["CRUDEOIL 5750 CE 16 DEC 26"]


def test_a_search_for_nothing_is_refused(book: Instruments) -> None:
    with pytest.raises(ValueError, match="search for something"):
        book.search("  ")
    with pytest.raises(ValueError, match="needs an underlying"):
        book.search("nifty", expiry="next week")


def test_threads_may_share_it(book: Instruments) -> None:
    found: list[str] = []

    def look() -> None:
        found.extend(book.find("NIFTY FUT").symbol for _ in range(50))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["NIFTY FUT 24 NOV 26"] * 200


# The file


def test_a_store_is_replaced_while_it_is_open(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "store.sqlite"
    told: list[tuple[str, int, int]] = []
    one = [Instrument(key="NSE_EQ|A", symbol="A")]
    assert store.build(path, one, etag="1") == 1
    old = store.Store(path)
    many = [Instrument(key=f"NSE_EQ|{number}", symbol=f"S{number}") for number in range(20_000)]
    store.build(path, [*many, *one, *one], etag="2", progress=lambda *parts: told.append(parts))
    assert (old.count, old.etag) == (1, "1")
    assert old.instruments("key = ?", ("NSE_EQ|A",)) == one
    old.close()
    with store.Store(path) as new:
        assert (new.count, new.etag) == (20_001, "2")
    assert told == [("reading instruments", 10_000, 0), ("reading instruments", 20_000, 0)]
    assert [file.name for file in path.parent.iterdir()] == ["store.sqlite"]


def test_what_is_no_store_is_told(tmp_path: Path) -> None:
    with pytest.raises(InstrumentFileError, match="no store"):
        store.Store(tmp_path / "none.sqlite")
    (tmp_path / "text.sqlite").write_text("text" * 1000)
    with pytest.raises(InstrumentFileError, match="no store"):
        store.Store(tmp_path / "text.sqlite")
    with pytest.raises(InstrumentFileError, match="no instrument in the file"):
        store.build(tmp_path / "empty.sqlite", [])
    assert [file.name for file in tmp_path.iterdir()] == ["text.sqlite"]


def test_another_version_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_FORMAT", 1)
    store.build(tmp_path / "old.sqlite", [Instrument(key="NSE_EQ|A", symbol="A")])
    monkeypatch.undo()
    with pytest.raises(InstrumentFileError, match="another version"):
        store.Store(tmp_path / "old.sqlite")


def test_everything_of_an_instrument_is_kept(tmp_path: Path) -> None:
    one = Instrument(
        key="NSE_FO|1", symbol="X", name="N", segment="NSE_FO", exchange="NSE", kind="CE", token="1", lot=65, tick=0.05,
        freeze=1800, multiplier=1000.0, isin="INE002A01018", short_name="S", security_type="NORMAL", mtf_bracket=26.5,
        cas_eligible=True, expiry=dt.date(2026, 11, 24), weekly=True, strike=100.5, underlying="U",
        underlying_key="NSE_EQ|U", underlying_kind="EQUITY", quote_unit="BBL",
    )  # fmt: skip
    store.build(tmp_path / "store.sqlite", [one])
    with store.Store(tmp_path / "store.sqlite") as opened:
        assert opened.instruments("1 = 1") == [one]
