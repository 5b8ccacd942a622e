"""A document: the text of scalars that the fast parse converted, parts that were left unparsed, and places."""

from __future__ import annotations

import msgspec
import pytest
from statements import document

from kgbuild.errors import InputError, Problem
from kgbuild.model.document import Document, NotText, Place, show


@pytest.mark.parametrize(
    ("raw", "value", "text"),
    [
        (b"a: true", True, "true"),
        (b"a: false", False, "false"),
        (b"a: 12", 12, "12"),
        (b"a: -12", -12, "-12"),
        (b"a: 1.5 and 7", 7, "7"),
    ],
)
def test_the_text_of_a_scalar_with_one_spelling(raw: bytes, value: bool | float, text: str) -> None:
    record = document({}, raw)
    assert (record.text(value), record.text_used) == (text, True)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"a: True", True),
        (b"a: FALSE", False),
        (b"a: 010", 10),
        (b"a: 0x1F", 31),
        (b"a: 0o17", 15),
        (b"a: +5", 5),
        (b"a: -0", 0),
        (b"a: 1.50", 1.5),
    ],
)
def test_the_text_is_lost_where_there_are_more_spellings(raw: bytes, value: bool | float) -> None:
    with pytest.raises(NotText):
        document({}, raw).text(value)


def test_json_has_one_spelling_of_whole_numbers_and_booleans() -> None:
    record = document({}, b'{"a": 10, "b": "True 010"}', literal=True)
    assert [record.text(value) for value in (10, True, False)] == ["10", "true", "false"]


def test_a_part_that_was_left_unparsed() -> None:
    def decode(data: bytes) -> object:
        return msgspec.json.decode(data)

    def broken(data: bytes) -> object:
        raise InputError([Problem("a.jsonl", 1, 1, "", "JSON", "none", "write it")])

    part = msgspec.Raw(b'{"id":"a.b"}')
    assert document({}, decode=decode).decoded(part) == {"id": "a.b"}
    assert document({}, decode=decode).decoded("text") == "text"
    assert document({}).decoded(part) is part
    with pytest.raises(NotText):
        document({}, decode=broken).decoded(part)


def test_a_place_is_looked_for_nearby_first_and_counted_from_the_line_of_the_record() -> None:
    asked: list[tuple[str, Place]] = []

    def near(raw: bytes, place: Place, tree: object) -> tuple[int, int] | None:
        asked.append(("near", place))
        return (3, 5) if place == ("name",) else None

    def find(raw: bytes, place: Place) -> tuple[int, int]:
        asked.append(("find", place))
        return 4, 7

    record = Document(tree={}, raw=b"", line=10, find=find, near=near)
    assert (record.where(("name",)), record.where(("url",))) == ((12, 5), (13, 7))
    inner = Document(tree={}, raw=b"", line=10, top=("resources", 2), find=find, near=near)
    assert inner.where(("name",)) == (13, 7)
    assert asked == [("near", ("name",)), ("near", ("url",)), ("find", ("url",)), ("find", ("resources", 2, "name"))]


@pytest.mark.parametrize(
    ("place", "shown"), [((), ""), (("id",), "id"), (("products", 3, "id"), "products[3].id"), ((0, "products"), "[0].products")]
)
def test_a_place_as_users_read_it(place: Place, shown: str) -> None:
    assert show(place) == shown
