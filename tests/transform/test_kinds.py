"""Rows of an export that are read back get the kinds that they were made with."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statements import claim, claims, laws

from kgbuild.mapping.load import load_mapping
from kgbuild.model.graph import Claim, Description, Edge, Listing, Node, ResourceStatement, Statement
from kgbuild.options import Profile
from kgbuild.transform.factory import GraphFactory
from kgbuild.transform.kinds import KindReader
from kgbuild.transform.merge import Merger, RunIndex

MAPPINGS = {profile: load_mapping(profile=profile) for profile in ("registry", "biolink")}
profiles = st.sampled_from(list(MAPPINGS))


@laws
@given(profiles, st.lists(claims, min_size=1, max_size=5))
def test_a_row_that_is_read_back_is_the_node_or_edge_that_was_written(profile: Profile, claims: list[Claim[Statement]]) -> None:
    mapping = MAPPINGS[profile]
    merger, reader = Merger(mapping, RunIndex(resources=frozenset())), KindReader(mapping)
    for one in claims:
        merged = merger.merge([one])
        for node in merged.nodes:
            row = reader.node(msgspec.json.decode(msgspec.json.encode(node), type=Node))
            assert (type(row), row) == (type(node), node)
        for edge in merged.edges:
            back = reader.edge(msgspec.json.decode(msgspec.json.encode(edge), type=Edge))
            assert (type(back), back) == (type(edge), edge)


@pytest.mark.parametrize("profile", ["registry", "biolink"])
def test_a_rolled_up_edge_is_told_by_its_number_of_products(profile: Profile) -> None:
    factory, reader = GraphFactory(MAPPINGS[profile]), KindReader(MAPPINGS[profile])
    edges = [factory.edge("rollup", "kgr:a", "kgr:b", ("a",), products=2), factory.edge("derived_from", "kgr:a.x", "kgr:b", ("a",))]
    assert [reader.edge(msgspec.convert(msgspec.structs.asdict(edge), Edge)).kind for edge in edges] == ["rollup", "derived_from"]


def test_an_id_that_is_a_resource_and_a_product_is_both_again() -> None:
    record = ResourceStatement(category="Ontology", description=Description())
    listing = Listing(category=None, description=Description())
    merger = Merger(MAPPINGS["registry"], RunIndex(resources=frozenset(("go",))))
    (node,) = merger.merge([claim("go", record), claim("go", listing, "goa")]).nodes
    row = KindReader(MAPPINGS["registry"]).node(msgspec.json.decode(msgspec.json.encode(node), type=Node))
    assert (row.kind, row.is_resource, row.is_product) == ("product", True, True)


def test_a_row_of_another_mapping_is_an_error() -> None:
    edge = GraphFactory(MAPPINGS["registry"]).edge("derived_from", "kgr:a.x", "kgr:b", ("a",))
    row = msgspec.convert(msgspec.structs.asdict(edge) | {"predicate": "ex:made_of"}, Edge)
    with pytest.raises(KeyError):
        KindReader(MAPPINGS["registry"]).edge(row)
