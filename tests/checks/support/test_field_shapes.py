"""Every known field of a record with every shape: the value is never lost, and a finding names a shape that the field cannot have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from running import run_command

import kgbuild
from kgbuild.checks.support.field_shapes import FieldShapes, WrongShape
from kgbuild.mapping.load import load_mapping

MAPPING = load_mapping()
SHAPES = FieldShapes(MAPPING)
BRACES = WrongShape("a text or a list of texts", "a mapping without values", "write `[alpha, beta]`")
KINDS: tuple[Any, ...] = ("resource", "product", "organization")
ALWAYS: dict[Any, dict[str, Any]] = {
    "resource": {"id": "rex", "layout": "resource_detail", "category": "DataSource", "name": "R"},
    "product": {"id": "rex.tsv", "category": "Product", "name": "P"},
    "organization": {"id": "rex", "layout": "organization_detail", "category": "Organization", "name": "O"},
}
#: The shapes, with texts that nothing else contains.
VALUES: dict[str, Any] = {
    "a mapping": {"qa": "qb"},
    "a mapping without values": {"qa": None, "qb": None},
    "a list": ["qa", "qb"],
    "a list of lists": [["qa"], ["qb"]],
    "a list of mappings": [{"qa": "qb"}],
    "a list of mappings without values": [{"qa": None, "qb": None}],
    "a mapping of mappings": {"qa": {"qb": "qc"}},
    "a number": 47110815,
    "a boolean": True,
}
SCALARS = ("a number", "a boolean")
#: The shapes that a field can have, by its property, besides one text.
POSSIBLE = {
    "license": {"a list"}, "contacts": {"a mapping", "a mapping of mappings", "a list", "a list of mappings"},
    "publications": {"a mapping", "a mapping of mappings", "a list", "a list of mappings"},
}  # fmt: skip
WORDS = ("id", "products", "superseded_by", "extra")


def fields(kind: Any) -> list[tuple[str, str]]:
    """The property and the name of each field that a kind of record can have."""
    table = getattr(MAPPING.fields, kind)
    found = [(property, name) for property in table.__struct_fields__ for name in getattr(table, property)]
    roles = MAPPING.provenance.roles
    return found + ([("source", name) for name in (*roles.original.fields, *roles.secondary.fields)] if kind == "product" else [])


def is_possible(property: str, name: str, shape: str) -> bool:
    """Whether a value of this shape means something in the field, or nothing is known of the field's shape."""
    if property == "extra":
        return shape != "a list of lists" and not (name in MAPPING.vocabulary.written and shape.startswith("a mapping"))
    if property in ("license", "contacts", "publications"):
        return shape in POSSIBLE[property]
    lists = {"synonym", "xref", "taxa", "domain", "collection", "warnings", "source"}
    scalars = ("a number",) if property in ("file_size", "node_count", "edge_count") else SCALARS
    return (property in lists and shape == "a list") or shape in scalars


def leaves(value: Any) -> set[str]:
    """The texts in a value, its keys too."""
    if isinstance(value, dict):
        return set(value).union(*map(leaves, value.values()))
    if isinstance(value, list):
        return set().union(*map(leaves, value))
    return {"true" if value is True else str(value)} if value is not None else set()


CASES = [(kind, property, name, shape) for kind in KINDS for property, name in fields(kind) for shape in VALUES]


@pytest.mark.parametrize("kind", KINDS)
def test_no_value_is_lost_and_every_wrong_shape_is_found(tmp_path: Path, kind: Any) -> None:
    lost, silent = [], []
    for n, (_, property, name, shape) in enumerate(case for case in CASES if case[0] == kind):
        record = ALWAYS[kind] | {name: VALUES[shape]}
        if kind == "product":
            record = ALWAYS["resource"] | {"products": [record]}
        folder = tmp_path / str(n)
        folder.mkdir()
        (folder / "rex.json").write_text(json.dumps(record))
        checked = run_command(["check", str(folder), "--isolated", "--no-cache", "--format", "jsonl", "--jobs", "1"])
        found = [json.loads(line) for line in checked.stdout.splitlines()]
        refused = any(item["code"] == "RD001" for item in found) or "files without one" in checked.stderr
        if not refused:
            graph = kgbuild.build(folder)
            nodes = msgspec.json.encode((graph.nodes, graph.edges)).decode()
            lost += [(name, shape, text) for text in leaves(VALUES[shape]) if text not in nodes]
        told = refused or any(item["code"] in ("FM001", "FM003", "FM004", "FM010") and name in item["message"] for item in found)
        if not told and property not in WORDS[:3] and not is_possible(property, name, shape):
            silent.append((name, shape))
    assert lost == []
    assert silent == []


@pytest.mark.parametrize(
    ("kind", "field", "value", "wrong"),
    [
        ("resource", "synonyms", {"alpha": None, "beta": None}, [BRACES]),
        ("resource", "synonyms", ["a", {"b": "c"}], [WrongShape("a list of texts", "a mapping in the list")]),
        ("resource", "name", [], [WrongShape("one text", "an empty list")]),
        ("product", "node_count", ["5"], [WrongShape("a number", "a list")]),
        ("product", "node_count", "many", []),
        ("resource", "license", ["MIT", {"id": "https://example.org"}], []),
        ("resource", "license", {"label": ["MIT"]}, [WrongShape("one text as its 'label'", "a list")]),
        ("resource", "license", {"label": None}, [WrongShape("a mapping with values", "a mapping without values", "write `[label]`")]),
        ("resource", "license", [["MIT"]], [WrongShape("a text, a mapping, or a list of these", "a list in the list")]),
        ("resource", "contacts", [{"label": "Ann", "orcid": None}], []),
        ("product", "original_source", [{"source": "a", "relation_type": ["x"]}], [WrongShape("one text as its 'relation_type'", "a list")]),
        ("resource", "curators", [["Ann"]], [WrongShape("a list without lists in it", "a list in the list")]),
        ("resource", "date_created", {"year": "2020"}, [WrongShape("one text", "a mapping")]),
        ("resource", "not a field", {"a": [["b"]]}, []),
    ],
)  # fmt: skip
def test_wrong_shapes(kind: Any, field: str, value: Any, wrong: list[WrongShape]) -> None:
    assert list(SHAPES.wrong(kind, field, msgspec.json.encode(value).decode())) == wrong


def test_a_number_names_nobody() -> None:
    assert SHAPES.unnamed("resource", "contacts", "5") == WrongShape("a name, or a mapping with one", "'5'")
    assert (SHAPES.unnamed("resource", "contacts", "5 people"), SHAPES.unnamed("resource", "version", "5")) == (None, None)
    assert (SHAPES.property("resource", "contacts"), SHAPES.property("resource", "odd")) == ("contacts", "")
