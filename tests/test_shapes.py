"""The checker of shapes can fail."""

from __future__ import annotations

import json

import pytest

from support.shapes import SAMPLES, assert_same_shape, same_shape, sample


@pytest.mark.parametrize("path", sorted(SAMPLES.rglob("*.json")), ids=lambda path: path.stem)
def test_a_sample_has_its_own_shape(path):
    whole = json.loads(path.read_text())
    assert_same_shape(whole, whole)


@pytest.mark.parametrize(
    ("documented", "answer", "said"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, r"\.: lacks b"),
        ({"a": 1}, {"a": 1, "b": 2}, r"\.: has b, the sample has not"),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, r"keys come as b, a, the sample's as a, b"),
        ({"a": 1}, {"a": 1.0}, r"\.a: is fraction, not integer: 1\.0"),
        ({"a": 1.0}, {"a": 1}, r"\.a: is integer, not fraction"),
        ({"a": "1"}, {"a": None}, r"\.a: is null, not string"),
        ({"a": True}, {"a": 1}, r"\.a: is integer, not boolean"),
        ({"a": [1]}, {"a": []}, r"\.a: is empty, the sample is not"),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1}, {"b": "1"}]}, r"\.a\[1\]\.b: is string"),
        ({"NSE_EQ|X": {"b": 1}}, {"NSE_EQ|Y": {"b": None}}, r"\[NSE_EQ\|Y\]\.b: is null"),
        ({"NSE_EQ|X": {"b": 1}}, {"whole": {"b": 1}}, r"'whole' is no instrument"),
        ([], {}, r"\.: is object, not list"),
    ],
)
def test_what_differs_is_told_with_its_place(documented, answer, said):
    assert not same_shape(documented, answer)
    with pytest.raises(AssertionError, match=said):
        assert_same_shape(documented, answer)


@pytest.mark.parametrize(
    ("documented", "answer"),
    [
        ({"a": None}, {"a": {"anything": [1]}}),
        ([{"a": 1}, {"a": None}], [{"a": None}, {"a": 3}]),
        ([{"a": 1}, {"a": 1.5}], [{"a": 1}, {"a": 2.5}]),
        ([{"a": 1, "c": 1}, {"a": 1, "b": 1, "c": 1}], [{"a": 1, "b": 2, "c": 3}, {"a": 1, "c": 3}]),
        ([{"a": []}, {"a": [1]}], [{"a": []}, {"a": [2, 3]}]),
        ({"NSE_EQ:A": [1]}, {"NSE_FO:B": [2], "NSE_INDEX:Nifty 50": [3]}),
        ([], []),
    ],
)
def test_what_the_sample_allows_is_the_same_shape(documented, answer):
    assert same_shape(documented, answer)
    assert_same_shape(documented, answer)


def test_a_sample_is_read_by_its_name():
    assert sample("market/ipo_apply")["data"] == {"order_id": "UPCHK500000020"}
