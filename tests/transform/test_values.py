"""Scalars, lists and nested values of a tree: no text is lost, and what is converted has one spelling."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statements import document, laws

from kgbuild.model.document import NotText
from kgbuild.transform.values import extra_json, items, json_text, number, scalar, text_list, type_name

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
#: Trees of text as exact readers give them; none of the keys is one whose values are converted.
trees = st.recursive(
    texts, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)), max_leaves=12
)


@laws
@given(trees)
def test_text_that_is_kept_reads_back_the_same(tree: Any) -> None:
    assert json.loads(extra_json(document({}), tree, "odd")) == tree


@laws
@given(trees)
def test_json_text_holds_nothing_that_kgx_splits_or_drops(tree: Any) -> None:
    text = json_text(tree)
    assert json.loads(text) == tree
    assert "|" not in text
    assert '\\"' not in text


@laws
@given(texts, st.sampled_from(["is_public", "node_count", "file_size"]))
def test_text_under_a_converted_key_is_a_value_that_stands_for_it_or_stays(text: str, key: str) -> None:
    value = json.loads(extra_json(document({}), text, key)) if text else None
    if isinstance(value, bool):
        assert text.lower() in (("true", "yes", "on") if value else ("false", "no", "off"))
    elif isinstance(value, int | float):
        assert float(text) == value
    else:
        assert value == text or (text == "" and value is None)


@pytest.mark.parametrize(
    ("value", "found"),
    [(None, []), ("a", ["a"]), (["a", None, "b"], ["a", "b"]), ({"id": "a"}, [{"id": "a"}]), ([], []), (False, [False])],
)
def test_items(value: Any, found: list[Any]) -> None:
    assert items(value) == found


@pytest.mark.parametrize(("value", "text"), [("a", "a"), ("", None), (None, None), (12, "12"), (True, "true"), (["a"], None), ({}, None)])
def test_scalar(value: Any, text: str | None) -> None:
    assert scalar(document({}, b"12 true"), value) == text


def test_a_tagged_value_of_the_fast_parse_is_read_again() -> None:
    with pytest.raises(NotText):
        scalar(document({}), object())


@pytest.mark.parametrize(
    ("value", "found"),
    [("a", ("a",)), (["a", 1, None, ""], ("a", "1")), (None, ()), (7, ("7",)), (["a", ["b"]], None), ({"a": "b"}, None), ([{}], None)],
)
def test_text_list(value: Any, found: tuple[str, ...] | None) -> None:
    assert text_list(document({}, b"1 7"), value) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("12", 12), (" -3 ", -3), ("1.50", 1.5), ("2.0", 2), ("1e3", 1000), ("010", 10), ("0x1F", 31), ("0o17", 15), (".5", 0.5), (7, 7),
        ("9223372036854775807", 2**63 - 1), ("9223372036854775808", None), ("1e999", None), ("many", None), ("1,000", None), ("", None),
        (None, None), (["1"], None),
    ],
)  # fmt: skip
def test_number(value: Any, found: float | None) -> None:
    assert number(document({}), value) == found
    assert type(number(document({}), value)) is type(found)


def test_nested_values_are_converted_by_their_keys_and_mappings_keep_nulls() -> None:
    tree = {"is_public": "no", "node_count": "12", "note": "no", "gone": None, "list": ["1", None, {"edge_count": "many", "is_x": "maybe"}]}
    expected = '{"gone":null,"is_public":false,"list":["1",{"edge_count":"many","is_x":"maybe"}],"node_count":12,"note":"no"}'
    assert extra_json(document({}), tree, "odd") == expected


def test_a_key_that_is_no_text_is_read_again() -> None:
    with pytest.raises(NotText):
        extra_json(document({}), {1: "a"}, "odd")


@pytest.mark.parametrize(
    ("value", "said"),
    [({}, "a mapping"), ([], "a list"), (None, "nothing"), ("a", "the text 'a'")],
)
def test_kind_of(value: Any, said: str) -> None:
    assert type_name(value) == said


@pytest.mark.parametrize("value", [1, 1.5, True])
def test_kind_of_a_value_whose_text_is_lost(value: Any) -> None:
    with pytest.raises(NotText):
        type_name(value)
