"""What tests of pure functions share: documents and claims as hypothesis makes them, and nodes and edges as they are written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from kgbuild.mapping.load import load_mapping
from kgbuild.model.document import Document, Place, Tree
from kgbuild.model.graph import (
    Claim,
    Description,
    Edge,
    Listing,
    Node,
    OrganizationStatement,
    ProductPage,
    ResourceStatement,
    Source,
    Statement,
)
from kgbuild.writers import writer

MAPPING = load_mapping()
Row = dict[str, Any]
#: The same examples on every run, and an end to it.
laws = settings(
    derandomize=True, max_examples=100, deadline=timedelta(seconds=10), database=None, suppress_health_check=[HealthCheck.too_slow]
)  # fmt: skip


def nowhere(raw: bytes, place: Place) -> tuple[int, int]:
    """A place that only the length of the way to it tells: line 1, and the number of steps as the column."""
    return 1, len(place) + 1


def document(tree: Tree, raw: bytes = b"", **fields: Any) -> Document:
    """A document of a tree; `raw` is what its text is taken from where the tree has lost it."""
    return Document(tree=tree, raw=raw, find=nowhere, **fields)


def written(nodes: Sequence[Node] = (), edges: Sequence[Edge] = ()) -> list[Row]:
    """Nodes and then edges, as JSON Lines have them."""
    return [
        msgspec.json.decode(line)
        for rendered in writer("kgx-jsonl", MAPPING).render(nodes, edges)
        for line in rendered.data.split(b"\n")
        if line
    ]


ids = st.sampled_from(["go", "goa", "hp", "x y", "é"])
product_ids = st.one_of(st.builds("{}.{}".format, ids, st.sampled_from(["a", "b"])), st.just("dotless"))
words = st.sampled_from(["a", "b", "B", "é", "a|b", "0"])
descriptions = st.builds(
    Description,
    name=st.one_of(st.none(), words),
    synonym=st.lists(words, max_size=3).map(tuple),
    file_size=st.one_of(st.none(), st.sampled_from([1, 2, 2.5])),
    extra=st.dictionaries(st.sampled_from(["odd", "tags"]), st.sampled_from(['"x"', '["a","b"]', '["c"]', "1"]), max_size=2),
)
sources = st.builds(Source, st.one_of(ids, product_ids), st.sampled_from(["original", "secondary"]), st.just("prov:used"))
listings = st.builds(
    Listing,
    category=st.sampled_from([None, "GraphProduct", "Product"]),
    description=descriptions,
    sources=st.lists(sources, max_size=3).map(tuple),
)
resources = st.builds(
    ResourceStatement,
    category=st.sampled_from([None, "DataSource", "Ontology"]),
    description=descriptions,
    superseded_by=st.lists(ids, max_size=2).map(tuple),
    organizations=st.lists(ids, max_size=2).map(tuple),
)
organizations = st.builds(OrganizationStatement, category=st.sampled_from([None, "Organization"]), description=descriptions)


def claim(id: str, says: Statement, by: str | None = None, *, contained: bool = False) -> Claim[Statement]:
    """A claim about an id; what kind of node it is about is told by the statement."""
    kind = (
        "organization" if isinstance(says, OrganizationStatement) else "product" if isinstance(says, Listing | ProductPage) else "resource"
    )
    return Claim(MAPPING.curie(kind, id), id, by or id, says, contained)  # type: ignore[arg-type]  # one of the kinds


claims = st.one_of(
    st.builds(claim, product_ids, listings, ids),
    st.builds(claim, ids, resources),
    st.builds(claim, ids, organizations),
)
