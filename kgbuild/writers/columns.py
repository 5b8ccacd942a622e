"""The fields of nodes and edges as columns, with their types and their RDF. All writers use them."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal, NamedTuple, get_args, get_origin, get_type_hints

from msgspec import structs

from kgbuild.model.graph import Edge, Node
from kgbuild.model.rdf import Rdf


class Column(NamedTuple):
    """A field: its name, the type of its values (a ``number`` can have a fraction), whether every row has one, and its form in RDF."""

    name: str
    type: Literal["text", "texts", "boolean", "integer", "number"]
    required: bool
    rdf: Rdf


@cache
def columns(type: type[Node | Edge]) -> tuple[Column, ...]:
    """Return the columns of a type, in the order of its fields."""
    hints = get_type_hints(type, include_extras=True)
    return tuple(_column(field.name, hints[field.name], field.required) for field in structs.fields(type))


def _column(name: str, hint: object, required: bool) -> Column:
    rdf = Rdf()
    if get_origin(hint) is Annotated:
        hint, rdf = get_args(hint)
    parts = get_args(hint)
    if get_origin(hint) is tuple:
        return Column(name, "texts", required, rdf)
    return Column(
        name, "boolean" if bool in parts else "number" if float in parts else "integer" if int in parts else "text", required, rdf
    )
