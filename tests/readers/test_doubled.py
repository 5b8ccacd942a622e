"""A key that is said twice: `export` refuses the record, `check` reads it with the last value and tells where the second is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paths import TESTS
from running import run_command

from kgbuild.errors import InputError
from kgbuild.mapping.load import load_mapping
from kgbuild.readers import LINES, READERS, reader
from kgbuild.readers.inputs import ending_of
from kgbuild.readers.json import jsonl
from kgbuild.readers.yaml import parse

INVALID = TESTS / "invalid"
DOUBLED = sorted(
    path.name.removesuffix(".error.txt")
    for path in INVALID.glob("*.error.txt")
    if all("expected each key once" in line for line in path.read_text("utf-8").splitlines())
)
TWICE = """\
resources:
- id: a
  category: DataSource
  name: A
  name: A again
- id: b
  category: DataSource
  products:
  - id: b.x
    name: X
  - id: b.y
    license: {id: x, id: y}
note: one
note: two
"""
JSON = """\
[
  {"id": "a", "category": "DataSource", "name": "A"},
  {"id": "b", "category": "DataSource", "products": [{"id": "b.x"}, {"id": "b.y",
    "license": {"id": "x", "id": "y"}, "license": {"id": "z"}}]}
]
"""


def found(path: Path, *options: str) -> list[str]:
    """What `check` says of a file: place, code and message."""
    result = run_command(["check", str(path), "--select", "FM005,RD", "--no-cache", *options])
    lines = [line for line in result.stdout.splitlines() if re.search(r": (FM005|RD001) error: ", line)]
    return [line.removeprefix(f"{path}:") for line in lines]


def test_there_are_some() -> None:
    assert len(DOUBLED) > 10
    assert {ending_of(name) for name in DOUBLED} >= {".md", ".yaml", ".json", ".jsonl"} <= {*READERS, *LINES}


@pytest.mark.parametrize("name", DOUBLED)
def test_what_export_refuses_for_it_is_checked(name: str) -> None:
    told = [re.match(r"[^:]*:(\d+:\d+): ", line) for line in (INVALID / f"{name}.error.txt").read_text("utf-8").splitlines()]
    places = [line.partition(": FM005 error: ")[0] for line in found(INVALID / name)]
    assert places == [match[1] for match in told if match]


def test_a_container(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(TWICE)
    assert found(path) == [
        "5:3: FM005 error: 'a' has 'name' again, after line 4; only the last value is used",
        "12:22: FM005 error: 'b' has 'products[b.y].license.id' again, after line 12; only the last value is used",
        f"14:1: FM005 error: '{path}' has 'note' again, after line 13; only the last value is used",
    ]


def test_a_list_of_json(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(JSON)
    assert found(path) == [
        "4:28: FM005 error: 'b' has 'products[b.y].license.id' again, after line 4; only the last value is used",
        "4:40: FM005 error: 'b' has 'products[b.y].license' again, after line 4; only the last value is used",
    ]


def test_with_something_worse_nothing_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("- id: a\n  category: DataSource\n  name: A\n  name: B\n- nothing\n")
    (tmp_path / "b.yaml").write_text("id: b\ncategory: DataSource\n")
    assert [line.removeprefix(f"{path}:") for line in found(tmp_path)] == [
        f"4:3: FM005 error: '{path}' has 'name' again, after line 3; only the last value is used",
        "5:3: RD001 error: [1]: expected a record, which is a mapping of fields, got the text 'nothing'; write it as `field: value` lines",
    ]


@pytest.mark.parametrize("ending", [".md", ".yaml", ".json", ".jsonl"])
@pytest.mark.parametrize("exact", [False, True])
def test_the_last_value_is_read(ending: str, exact: bool) -> None:
    data = b'{"id": "a", "name": "one", "products": [{"id": "x", "id": "y"}], "name": "two"}'
    if ending == ".jsonl":
        document = jsonl.read_line("a.jsonl", data, 1, exact=exact, lazy=frozenset(("products",)))
    else:
        text = b"---\n" + data + b"\n---\n" if ending == ".md" else data
        (document,) = reader(ending)(f"a{ending}", text, exact=exact, containers=load_mapping().pages.containers)
    assert document.tree == {"id": "a", "name": "two", "products": [{"id": "y"}]}
    assert sorted(place for place, _ in document.doubled) == [("name",), ("products", 0, "id")]


def test_a_thousand_are_too_many_to_tell(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("".join(f"- id: r{n}\n  category: DataSource\n  name: A\n  name: B\n" for n in range(1000)))
    assert len(run_command(["check", str(path), "--select", "FM005,RD", "--no-cache", "--format", "jsonl"]).stdout.splitlines()) == 100


def doubled(data: bytes, *, exact: bool) -> list[object] | str:
    """The places of the keys that are said twice, of each document; or what else is wrong."""
    try:
        return [[place for place, _ in found] for _, found in parse.parse("a.yaml", data, 1, exact)]
    except InputError as error:
        return str(error)


@pytest.mark.parametrize(
    "text",
    [
        "? x\na: 1\na: 2\n",  # a key without a colon makes up for the one that is lost
        "x: {y}\na: 1\na: 2\n",
        "x: [? y]\na: 1\na: 2\n",
        'x: "\\x3a"\na: 1\na: 2\n',  # so does a colon that is no colon in the text,
        'x: "\\u003A"\na: 1\na: 2\n',
        'x: ":y"  # z:\na: 1\na: 2\n',  # and a value that looks like the end of a key
        "x: [':y', ':z']  # z:\na: 1\na: 2\n",
    ],
)
def test_one_that_something_else_makes_up_for(text: str) -> None:
    assert doubled(text.encode(), exact=False) == doubled(text.encode(), exact=True) == [[("a",)]]


KEYS = st.sampled_from(["a", "b", "'a'", '"a:"', "? a", "- a", "- ? b", "a b", '":"'])
VALUES = st.sampled_from(
    [
        "", "1", ":", "':x'", '"\\x3a"', '"\\":"', "{a}", "{a: b}", "[a, b: c]", "[':']", "x: y", "http://x.org/?a: b", "# c: d", "x # a: b", "? x",
        "null", "|",
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=1_000)
@given(st.lists(st.tuples(st.sampled_from(["", " ", "  "]), KEYS, st.sampled_from([": ", ":", ":\t", " :", ""]), VALUES), max_size=6))
def test_quickly_no_fewer_are_found(lines: list[tuple[str, ...]]) -> None:
    data = "".join(f"{''.join(line)}\n" for line in lines).encode()
    slowly = doubled(data, exact=True)
    if not isinstance(slowly, str):  # else it is no YAML 1.1
        assert doubled(data, exact=False) == slowly
