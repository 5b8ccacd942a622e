"""The registry of formats: what names stand for, which files there are, and that every writer keeps the protocol."""

from __future__ import annotations

import random
from collections import Counter
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, claims, laws

from kgbuild.errors import MissingExtra, UsageError
from kgbuild.model.graph import Claim, Description, Statement
from kgbuild.transform.factory import GraphFactory
from kgbuild.transform.merge import Merged, Merger, RunIndex
from kgbuild.writers import GROUPS, WRITERS, Format, Loss, Rendered, Writer, choose, file_name, whole, writer

names = st.lists(st.sampled_from([*WRITERS, *GROUPS]), min_size=1, max_size=5)


@laws
@given(names, st.randoms(use_true_random=False))
def test_formats_come_in_one_order_however_they_are_named(names: list[str], chance: random.Random) -> None:
    chosen = choose(names)
    assert set(chosen) == {format for name in names for format in GROUPS.get(name, (name,))}
    assert list(chosen) == [name for name in WRITERS if name in chosen]
    assert choose([" , ".join(chance.sample(names, len(names)))]) == chosen


@pytest.mark.parametrize(("names", "said"), [(["xml"], "got 'xml'"), (["kgx,"], None), ([], "got none"), ([","], "got none")])
def test_choose(names: list[str], said: str | None) -> None:
    if said is None:
        assert choose(names) == ("kgx-tsv", "kgx-jsonl")
        return
    with pytest.raises(UsageError, match=said):
        choose(names)


def test_a_format_whose_package_is_missing_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgbuild.writers.find_spec", lambda name: None)
    with pytest.raises(MissingExtra) as error:
        choose(["parquet"])
    assert str(error.value) == (
        "--format parquet requires pyarrow, which is not installed; install it with: pip install 'kgbuild[parquet]'"
    )


def test_no_two_formats_write_one_file() -> None:
    files = Counter(file_name("graph", ending) for format in WRITERS.values() for ending in format.files)
    assert max(files.values()) == 1
    assert (file_name("g", "_nodes.tsv"), file_name("g", "neo4j/nodes.csv")) == ("g_nodes.tsv", "neo4j/nodes.csv")
    assert all(isinstance(format, Format) and format.about for format in WRITERS.values())


def merged(claims: list[Claim[Statement]]) -> list[Merged]:
    merger = Merger(MAPPING, RunIndex(resources=frozenset()))
    return [merger.merge([claim]) for claim in claims]


@pytest.mark.parametrize("name", WRITERS)
def test_a_writer_has_a_part_of_each_file_for_every_step(name: str) -> None:
    made: Writer = writer(name, MAPPING, qualified=True)
    steps = (made.head(), made.render([], []), made.gather(made.render([], [])), made.tail())
    assert [len(step) for step in steps] == [len(WRITERS[name].files)] * 4
    assert all(isinstance(part, bytes) for part in steps[0])
    assert all(isinstance(part, Rendered) and part.rows == 0 for step in steps[1:] for part in step)


@pytest.mark.parametrize("name", WRITERS)
def test_the_whole_of_an_empty_graph_is_head_and_tail(name: str) -> None:
    made = writer(name, MAPPING, qualified=True)
    expected = tuple(head + tail.data for head, tail in zip(made.head(), made.tail(), strict=True))
    assert whole(writer(name, MAPPING, qualified=True), [], []) == expected


@pytest.mark.parametrize("name", ["kgx-tsv", "kgx-jsonl", "neo4j", "graphml"])
@laws
@given(claims=st.lists(claims, max_size=5))
def test_the_whole_has_the_lines_of_its_pieces(name: str, claims: list[Claim[Statement]]) -> None:
    """Parquet joins its pieces to one table; those of RDF are in rdf/test_blocks.py."""
    graph, made = merged(claims), writer(name, MAPPING)
    gathered = [made.gather(made.render(part.nodes, part.edges)) for part in graph]
    files = [[head] for head in made.head()]
    for file, pieces in enumerate(zip(*gathered, strict=True)):
        files[file] += [piece.data for piece in pieces]
    waiting = [partial(iter, [rendered[file].later for rendered in gathered]) for file in range(len(files))]
    for file, piece in (*made.settle(waiting), *enumerate(made.tail())):
        files[file].append(piece.data)
    nodes, edges = [node for part in graph for node in part.nodes], [edge for part in graph for edge in part.edges]
    expected = [sorted(b"".join(file).split(b"\n")) for file in files]
    assert [sorted(file.split(b"\n")) for file in whole(writer(name, MAPPING), nodes, edges)] == expected


def test_the_whole_of_a_small_graph() -> None:
    factory = GraphFactory(MAPPING)
    nodes = [factory.node("product", "b.x", "GraphProduct", Description(name="X"), ["b"])]
    edges = [factory.edge("has_product", "kgr:b", "kgr:b.x", ("b",))]
    node = (
        b'{"id":"kgr:b.x","category":["kgrs:GraphProduct","kgrs:Product","biolink:DatasetDistribution"],'
        b'"iri":"https://w3id.org/kg-registry/b.x","name":"X","declared_in":["b"]}\n'
    )
    edge = (
        b'{"id":"urn:uuid:b0afa61d-359c-592d-b2f8-b755c8c8348d","subject":"kgr:b","predicate":"kgrs:has_product","object":"kgr:b.x",'
        b'"category":["biolink:Association"],"knowledge_level":"knowledge_assertion","agent_type":"manual_agent","declared_in":["b"]}\n'
    )
    assert whole(writer("kgx-jsonl", MAPPING), nodes, edges) == (node, edge)


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "parquet"])
@laws
@given(claims=st.lists(claims, max_size=5))
def test_what_is_rendered_does_not_depend_on_what_was_rendered_before(name: str, claims: list[Claim[Statement]]) -> None:
    """So a worker may have any pieces of the graph. (The pieces of Parquet are tables, which `gather` joins.)"""
    graph = merged(claims)
    one = writer(name, MAPPING)
    together = [one.render(part.nodes, part.edges) for part in graph]
    assert [writer(name, MAPPING).render(part.nodes, part.edges) for part in graph] == together


def test_a_loss_names_file_and_column() -> None:
    assert Loss("_nodes.tsv", "name", "`|` became `¦`") == ("_nodes.tsv", "name", "`|` became `¦`")
