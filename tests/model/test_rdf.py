"""The RDF form of columns: every form is used, and every property is a CURIE whose prefix the mapping has."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

from statements import MAPPING

from kgbuild.model.graph import Edge, Kind, Node
from kgbuild.model.ids import expand
from kgbuild.model.rdf import Form, Rdf


def annotations(type: type[Any]) -> dict[str, Rdf]:
    """The annotation of each column that has one."""
    hints = get_type_hints(type, include_extras=True)
    return {name: part for name, hint in hints.items() for part in getattr(hint, "__metadata__", ()) if isinstance(part, Rdf)}


COLUMNS = [*annotations(Node).values(), *annotations(Edge).values()]


def test_the_forms_are_those_that_columns_have() -> None:
    assert {*(rdf.form for rdf in COLUMNS), Rdf().form} == {*get_args(Form)}


def test_a_property_of_a_public_vocabulary_has_an_iri() -> None:
    curies = sorted({curie for rdf in COLUMNS for curie in (rdf.property, *rdf.by_kind.values()) if curie})
    assert [curie for curie in curies if expand(curie, MAPPING.prefixes.prefixes) is None] == []


def test_a_column_without_an_annotation_is_a_literal_under_a_term_of_our_own() -> None:
    assert Rdf() == (None, "literal", {})


def test_a_property_by_kind_is_there_for_every_kind() -> None:
    assert {name: {*rdf.by_kind} for name, rdf in annotations(Node).items() if rdf.by_kind} == {"url": {*get_args(Kind)}}
