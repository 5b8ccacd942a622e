"""Files that users write are read by one mechanism: what is wrong is said in the same way, with file, line and key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from kgbuild.checks import baseline, infores_catalogue
from kgbuild.cli import settings_file
from kgbuild.errors import KgbuildError, MappingError, UsageError
from kgbuild.mapping import load, user_file
from kgbuild.mapping.syntax import JSON, TOML, YAML, Syntax

#: The name of a file, and what reads it.
READERS: dict[str, Callable[[Path], Any]] = {
    "domains.yaml": lambda path: load.load_mapping(path.parent),
    "aliases.sssom.tsv": lambda path: load.load_mapping(path.parent),
    "kgbuild.toml": lambda path: settings_file.read(str(path), "/"),
    "known.json": lambda path: baseline.read(str(path)),
    "infores.txt": infores_catalogue.read_catalogue,
}


def said(path: Path) -> str:
    with pytest.raises(KgbuildError) as caught:
        READERS[path.name](path)
    assert type(caught.value) is (MappingError if path.name in ("domains.yaml", "aliases.sssom.tsv") else UsageError)
    return str(caught.value).removeprefix(str(path)).removeprefix(str(path).lstrip("/"))


@pytest.mark.parametrize("name", READERS)
def test_bytes_that_are_no_utf8(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"# a\n\xff\n")
    assert said(tmp_path / name) == ":2: expected UTF-8, got the byte 0xff; save the file as UTF-8"


@pytest.mark.parametrize(
    ("name", "what", "todo"),
    [
        ("domains.yaml", "a mapping file", "choose another folder of mapping files"),
        ("aliases.sssom.tsv", "a mapping file", "choose another folder of mapping files"),
        ("kgbuild.toml", "a settings file", "ignore it with --isolated"),
        ("known.json", "a baseline", "give another --baseline"),
        ("infores.txt", infores_catalogue._WHAT, "give another --infores"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, what: str, todo: str) -> None:
    (tmp_path / name).mkdir()
    assert said(tmp_path / name) == f": expected {what} that can be read, got 'Is a directory'; {todo}"


class Shape(Struct, forbid_unknown_fields=True):
    names: list[str] = []
    table: dict[str, dict[str, int]] = {}


@pytest.mark.parametrize(
    ("syntax", "text", "expected"),
    [
        (YAML, "names: [a]\ntable:\n  a: {b: x}\n", "3: table.a.b: expected `int`, got `str`; do it"),
        (TOML, "names = ['a']\n[table.a]\nb = 'x'\n", "3: table.a.b: expected `int`, got `str`; do it"),
        (JSON, '{"names": ["a"],\n"table": {"a":\n{"b": "x"}}}', "3: table.a.b: expected `int`, got `str`; do it"),
        (YAML, "table:\n  a: {b: 1}\n  c: {d: 1, e: x}\n  f: {g: y}\n", "3: table.c.e: expected `int`, got `str`; do it"),
        (YAML, "names:\n- a\n- 2\n", "3: names.1: expected `str`, got `int`; do it"),
        (JSON, '{"names": [\n"a",\n2]}', "3: names.1: expected `str`, got `int`; do it"),
        (YAML, "\nother: 1\n", "2: other: expected a key that shapes have, got an unknown one; do it"),
        (TOML, "names = []\nother = 1\n", "2: other: expected a key that shapes have, got an unknown one; do it"),
        (YAML, "[]", "1: the file: expected `object`, got `array`; do it"),
        (YAML, "names: [\n", "2:1: expected a value, got the end of the text; put the value into quotes"),
        (TOML, "names = ['a'\n", "1: no: unclosed array"),
        (JSON, '{"names":\n["a"}', "2: no: "),
    ],
)
def test_a_value_of_the_wrong_type_in_each_language(tmp_path: Path, syntax: Syntax, text: str, expected: str) -> None:
    path = tmp_path / "file"
    path.write_text(text)
    file = user_file.read(path, syntax, UsageError, what="a file", otherwise="do it")
    with pytest.raises(UsageError) as caught:
        file.value(file.tree("no: {got}"), Shape, kind="shapes", todo="do it")
    assert str(caught.value) == f"{path}:{expected}"


@pytest.mark.parametrize("syntax", [YAML, TOML, JSON], ids=["YAML", "TOML", "JSON"])
def test_a_value_that_is_right(tmp_path: Path, syntax: Syntax) -> None:
    path = tmp_path / "file"
    path.write_text({"YAML": "names: [a]", "TOML": "names = ['a']", "JSON": '{"names": ["a"]}'}[syntax.name])
    file = user_file.read(path, syntax, UsageError, what="a file", otherwise="do it")
    assert file.value(file.tree("no: {got}"), Shape, kind="shapes", todo="do it") == Shape(names=["a"])
