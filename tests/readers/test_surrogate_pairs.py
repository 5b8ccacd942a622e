"""JSON that escapes characters beyond U+FFFF as surrogate pairs is read in YAML as it is in JSON (YAML 1.2 §1.3, RFC 8259 §7)."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kgbuild.readers.json.parse import parse as parse_json
from kgbuild.readers.yaml.parse import parse as parse_yaml
from kgbuild.readers.yaml.positions import find
from kgbuild.readers.yaml.prepared import prepare

#: The text of cases/truth/yaml/json_dump.yaml: what Python's `json.dumps` makes of a record.
DUMP = json.dumps({"id": "a", "layout": "resource_detail", "category": "DataSource", "name": "DNA \U0001f9ec"})
CHARACTERS = st.one_of(st.characters(codec="utf-8", exclude_categories=["Cc"]), st.sampled_from("😀🧬\\\"'u\ue83e\uec00"))
TEXTS = st.text(CHARACTERS, max_size=8)


def read(text: str, *, exact: bool = True) -> Any:
    ((tree, doubled),) = parse_yaml("a.yaml", text.encode(), 1, exact)
    assert not doubled
    return tree


def test_a_dump() -> None:
    expected = {"id": "a", "layout": "resource_detail", "category": "DataSource", "name": "DNA 🧬"}
    assert "\\ud83e\\uddec" in DUMP
    assert (read(DUMP), read(DUMP, exact=False)) == (expected, expected)


def test_only_text_in_double_quotes_has_escapes() -> None:
    pair = "\\ud83e\\uddec"
    assert read(f"a: {pair}\nb: '{pair}'\nc: \"{pair}{pair}\\u00e9\"\nd: |\n  {pair}\n") == {
        "a": pair,
        "b": pair,
        "c": "🧬🧬é",
        "d": f"{pair}\n",
    }
    assert read('a: "\\\\ud83e"') == {"a": "\\ud83e"}


def test_places_stay_the_same() -> None:
    text = '{"\\ud83e\\uddec": 1, "b\\uD83E\\uDDEC": {"c": 2}}'
    assert (find(text.encode(), ("🧬",)), find(text.encode(), ("b🧬", "c"))) == ((1, 2), (1, 39))
    assert len(prepare(text).text) == len(text)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(TEXTS, TEXTS, max_size=4))
def test_yaml_reads_what_json_reads(record: dict[str, str]) -> None:
    text = json.dumps(record)
    if "\\ud" in text and any("\ue800" <= char <= "\uefff" for value in (*record, *record.values()) for char in value):
        return  # such private characters beside a pair stay an error
    assert read(text) == parse_json("a.json", text.encode(), 1, True)[0] == record
