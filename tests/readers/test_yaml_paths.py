"""The fast and the exact path of the YAML reader give the same for each text. `fuzz/yaml_paths.py` compares more of them."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace
from yaml_grammar import Grammar
from yaml_paths import difference, differences, outcome, seeds

import kgbuild
from kgbuild.errors import InputError
from kgbuild.readers.yaml import parse, typed

#: The name of a fault of a parser; a minimal text; and its tree. The comment cites what YAML 1.2.2 says.
READ: dict[str, tuple[str, Any]] = {
    # §8.1.1.2, example 8.6: a block scalar without lines is empty. py-yaml12 gives a line break at the end of the text.
    "an empty block at the end": ("a: >\n", {"a": ""}),
    "an empty block and blank lines": ("a: |\n\n  \n", {"a": ""}),
    "an empty block and a comment": ("a: |\n# c\n", {"a": ""}),
    "an empty block that keeps line breaks": ("a: |+\n\n", {"a": "\n"}),
    # §8.1.1.2: a last line without a line break has none to keep. py-yaml12 adds one.
    "a block without a line break at the end": ("a: |\n  b", {"a": "b"}),
    # §6.6: a comment line begins with any white space. PyYAML refuses tabs there.
    "a line of a tab between fields": ("a: b\n\t\nc: d\n", {"a": "b", "c": "d"}),
    "a line of a tab at the end": ("a: b\n\t\n", {"a": "b"}),
    "a line of a tab at the start": ("\t\na: b\n", {"a": "b"}),
    "a line of a tab in a list": ("a:\n- b\n\t\n- c\n", {"a": ["b", "c"]}),
    "a line of a tab after a field without value": ("a:\n\t\nb: c\n", {"a": None, "b": "c"}),
    "a line of a tab inside a text": ("a: b\n\t\n  c\n", {"a": "b\nc"}),
    "a line of a tab inside a block": ("a: |\n  b\n  \t\n  c\nd: e\n\t\nf: g\n", {"a": "b\n\t\nc\n", "d": "e", "f": "g"}),
    "a comment after a tab": ("a: b\n\t# c\nd: e\n", {"a": "b", "d": "e"}),
    # §8.1.1.1: the first line that is not empty gives the indentation. A line with a tab is not empty.
    "a block that begins with a tab": ("a: |\n  \t\n  b\n", {"a": "\t\nb\n"}),
    # §7.4.2: keys between braces may span lines. PyYAML refuses them.
    "a comment between a key and its colon": ("a: {b # c\n  : d}\n", {"a": {"b": "d"}}),
    "a comment before a comma": ("a: {b: c # d\n  , e: f}\n", {"a": {"b": "c", "e": "f"}}),
    "a colon on the next line": ("a: {b\n  : c}\n", {"a": {"b": "c"}}),
    "a colon on the next line after a quote": ('a: {"b"\n  :c, d\n  : e}\n', {"a": {"b": "c", "d": "e"}}),
    "a key of two lines": ("a: {b\n  c: d}\n", {"a": {"b c": "d"}}),
    # §7.3.3: a question mark before text begins a plain value. PyYAML reads a key between brackets.
    "a question mark between brackets": ("a: [?b]\n", {"a": ["?b"]}),
    # §5.4: NEL, LS and PS are no line breaks; §5.5: white space is space and tab. py-yaml12 reads values of them as null.
    "a value of NEL": ("a: \x85\nb: c\n", {"a": "\x85", "b": "c"}),
    "a value of LS": ("a: \u2028\nb: c\n", {"a": "\u2028", "b": "c"}),
    "a value of PS": ("a: [\u2029]\n", {"a": ["\u2029"]}),
    "a value of NBSP": ("a: \u00a0\nb: c\n", {"a": "\u00a0", "b": "c"}),
    "a value of an ideographic space": ("a: \u3000 # c\n", {"a": "\u3000"}),
    "a key of NBSP": ("\u00a0: b\n", {"\u00a0": "b"}),
    "NEL beside characters for private use": ("a: b\x85c\ud7ff\ue000\ue085\n", {"a": "b\x85c\ud7ff\ue000\ue085"}),
    # §10.1.1.3 and §6.9.1: `!!str` and `!` make a text.
    "a tag for an empty text": ("a: !!str\nb: c\n", {"a": "", "b": "c"}),
    "a tag for the text null": ("a: !!str null\nb: ! null\n", {"a": "null", "b": "null"}),
    # §7.1: an anchor may have the name of an earlier one. PyYAML refuses it.
    "an anchor twice": ("a: &x b\nc: *x\nd: &x e\nf: *x\n", {"a": "b", "c": "b", "d": "e", "f": "e"}),
    "an anchor twice without alias": ("a: &x b\nc: &x d\n", {"a": "b", "c": "d"}),
    # §5.4: a carriage return alone ends a line.
    "carriage returns": ("a: b\rc: d\r", {"a": "b", "c": "d"}),
}
#: The name of a fault; a minimal text; line and column, as in a file, of its error.
REFUSED = {
    # §6.1: a tab is no indentation.
    "a tab before a field": ("a: b\n\tc: d\n", (2, 1)),
    # §7.3.3: `&` begins no plain value. py-yaml12 reads an anchor without value.
    "an anchor of a quote": ("a: &'\n", (1, 4)),
}
#: Texts whose duplicate key the fast path did not see.
DOUBLED = {
    "a key without colon between braces": "a: {b,b: c}\n",
    "an explicit key without colon": "a: b\n? c\nc: d\n",
    "carriage returns": "a:\rb:\na:\n",
    "a number and a text": '1: a\n"1": b\n',
    "a colon after a space": "a:\na: >\nd: {'''' :a}\n",
}


@pytest.mark.parametrize("name", READ)
def test_a_text_that_the_parsers_read_differently(name: str) -> None:
    text, tree = READ[name]
    assert [found for found, _ in parse.parse("a.md", text.encode(), 1, exact=True)] == [tree]
    assert [found for found, _ in parse.parse("a.md", text.encode(), 1, exact=False)] == [tree]
    assert difference(text) is None


@pytest.mark.parametrize("name", REFUSED)
def test_a_text_that_one_parser_accepts(name: str) -> None:
    text, place = REFUSED[name]
    for exact in (False, True):
        with pytest.raises(InputError) as caught:
            parse.parse("a.md", text.encode(), 1, exact=exact)
        assert [(problem.line, problem.column) for problem in caught.value.problems] == [place]
    assert difference(text) is None


@pytest.mark.parametrize("name", DOUBLED)
def test_a_duplicate_key_in_an_unusual_place(name: str) -> None:
    (fast,), (exact,) = (parse.parse("a.md", DOUBLED[name].encode(), 1, exact=exact) for exact in (False, True))
    assert len(exact[1]) == 1
    assert fast == exact


@pytest.mark.parametrize(
    ("text", "place"),
    [("x: {a\n : b, c\n : d}\ne: [\n", (5, 1)), ("x: |\n  \t\n  b\ny: {a\n : b}\ne: [\n", (7, 1)), ("a: &x b\nc: &x d\ne: *y\n", (3, 4))],
)
def test_the_place_of_an_error_below_what_was_rewritten(text: str, place: tuple[int, int]) -> None:
    with pytest.raises(InputError) as caught:
        parse.parse("a.md", text.encode(), 1, exact=True)
    assert [(problem.line, problem.column) for problem in caught.value.problems] == [place]


def test_the_place_of_a_value_below_what_was_rewritten() -> None:
    (document,) = outcome(".yaml", b"x: {a\n : b, c\n : d, e: f}\n", exact=False)
    assert document.where(("x", "a")) == (1, 5)
    assert document.where(("x", "c")) == (2, 7)
    assert document.where(("x", "e")) == (3, 7)


def test_made_texts_are_read_the_same_on_both_paths() -> None:
    assert list(differences(5_000, 12, seeds())) == []


def test_made_texts_that_a_user_writes_are_read_or_refused_with_a_place() -> None:
    grammar = Grammar(Random(12), seeds())
    for _ in range(1_000):
        try:
            typed.read("a.yaml", grammar.text().encode("utf-8", "surrogatepass"))
        except InputError as error:
            assert all(problem.line and problem.column and problem.expected and problem.got and problem.todo for problem in error.problems)


@pytest.mark.parametrize("name", [name for name in READ if "tag" not in name])
def test_a_file_that_a_user_writes_is_read_in_the_same_language(name: str) -> None:
    text, tree = READ[name]
    assert typed.read("a.yaml", text.encode()) == tree


@pytest.mark.parametrize(
    "end", ["name: >\n", "name: A\n\t\n", "name: {a # c\n  : b}\n", "name: \x85\n", "name: &x A\nlabel: &x B\n", "name: [?a]\n"]
)
def test_another_field_does_not_change_how_a_record_is_read(tmp_path: Path, end: str) -> None:
    """The field `warnings` needs the exact path, since its value is a number for the fast one."""
    record = "---\nid: a\ncategory: DataSource\n"
    (tmp_path / "fast.md").write_text(f"{record}{end}---\n", "utf-8")
    (tmp_path / "exact.md").write_text(f"{record}warnings: 1.10\n{end}---\n", "utf-8")
    (fast,), (exact,) = (kgbuild.build(tmp_path / name).nodes for name in ("fast.md", "exact.md"))
    assert exact.warnings == ("1.10",)
    assert replace(exact, warnings=()) == fast


@pytest.mark.parametrize(
    "text",
    [
        "layout: 1",
        "title: 0",
        "id: 1\nproducts: 0",
        "id: a\ncategory: 1",
        "id: a\nproducts: []\nlicense: 5",
        "id: a\nproducts: []\npublications: [5]",
    ],
)
def test_a_number_where_a_text_is_expected(text: str) -> None:
    assert difference(text) is None


@pytest.mark.parametrize(
    "text", ["\ufeffa: b\nc: d\n", "a: b\n\ufeffc: d\n", "a: b\n\ufeff c: d\n", "a: \ufeffb\n", "\ufeff\n", "- \ufeff- a\n"]
)
def test_a_byte_order_mark_is_a_character_that_readers_can_name(text: str) -> None:
    """PyYAML drops one at the beginning (§5.2) and refuses others; the exact path keeps all, as py-yaml12 does."""
    assert difference(text) is None


def test_a_byte_order_mark_moves_no_place() -> None:
    (document,) = outcome(".md", "---\n\ufeffid: a\nname: b\n---\n".encode(), exact=True)
    assert document.find(document.raw, ("\ufeffid",)) == (1, 1)
    assert document.find(document.raw, ("name",)) == (2, 1)
