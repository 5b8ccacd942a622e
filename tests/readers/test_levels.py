"""Levels and Scan find every place of a JSON text at the same offset, whatever white space, escapes and doubled keys it has."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgbuild.model.document import Place
from kgbuild.readers.json import parse
from kgbuild.readers.json.levels import Levels
from kgbuild.readers.json.scan import Scan

_texts = st.text(st.characters(codec="utf-8"), max_size=5)
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False, allow_infinity=False) | _texts,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(_texts, children, max_size=4),
    max_leaves=20,
)


def _places(tree: object, place: Place = ()) -> list[Place]:
    found = [place, (*place, "not there"), (*place, 99)]
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return found + [each for key, item in items for each in _places(item, (*place, key))]


@settings(max_examples=200, deadline=None)
@given(_values, st.sampled_from([None, 1, "\t"]), st.booleans(), st.sampled_from([(", ", ": "), (",", ":"), (" ,\n", " :\r\n")]))
def test_every_place(tree: object, indent: int | str | None, escaped: bool, marks: tuple[str, str]) -> None:
    """A sound text."""
    text = json.dumps(tree, indent=indent, ensure_ascii=escaped, separators=marks)
    levels, scan = Levels(text.encode()), Scan(text, outline=True)
    assert [levels.find(place) for place in _places(tree)] == [scan.find(place) for place in _places(tree)]


@pytest.mark.parametrize(
    ("text", "place", "found"),
    [
        ('{"a": 1, "b": 2, "a": 3}', ("a",), (1, 18)),
        ('{"a": 1, "b": 2, "a": 1}', ("b",), (1, 10)),
        ('\n {"a": [1,\n  {"é": "ß", "b": 2}]}', ("a", 1, "b"), (3, 14)),
        ('{"a": [1, 2}', ("a", 1), (1, 11)),
        ('{"a" 1}', ("a",), (1, 1)),
        ("[]", (0,), (1, 1)),
        ("", ("a",), (1, 1)),
    ],
    ids=["a key twice", "an equal one", "lines and letters", "cut", "no colon", "empty list", "nothing"],
)
def test_line_and_column(text: str, place: Place, found: tuple[int, int]) -> None:
    """Texts that are not plain are scanned as a whole."""
    assert parse.find(text.encode(), place) == found
