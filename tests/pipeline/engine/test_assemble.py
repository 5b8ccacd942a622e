"""Batches of claims -> the graph: the same wherever the claims are cut, and by however many processes."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statements import MAPPING, claim, claims, laws, written

from kgbuild.errors import KgbuildError
from kgbuild.model.graph import Claim, Description, Edge, Listing, Node, ResourceStatement, Source, Statement
from kgbuild.pipeline.engine import assemble
from kgbuild.pipeline.engine.assemble import Chunk, Gatherer, Span, blocks, chunks
from kgbuild.pipeline.engine.claim_batch import ClaimBatchMaker, run_index
from kgbuild.pipeline.engine.job import Job
from kgbuild.transform.claims import Reading

FORMATS = ("kgx-tsv", "kgx-jsonl", "graphml")


def job(parts: list[list[Claim[Statement]]], *, rollup: bool = True) -> Job:
    made = [ClaimBatchMaker().batch_of([(f"{n}.md", Reading("resource record", claims, []))], "") for n, claims in enumerate(parts)]
    return Job(made, MAPPING, run_index(made, {}), formats=FORMATS, rollup=rollup)


def graph(job: Job) -> tuple[list[Node], list[Edge]]:
    found = list(blocks(job))
    return [node for block in found for node in block.nodes], [edge for block in found for edge in block.edges]


def files(job: Job, jobs: int) -> dict[str, bytes]:
    """The bytes of each file of all formats."""
    gatherer, data, later = Gatherer(job), dict[str, bytes](), dict[str, bytes]()
    data |= gatherer.heads()
    for chunk in chunks(job, jobs, lambda done, total: None):
        for name, rendered in gatherer.gather(chunk).items():
            data[name] += rendered.data
            later[name] = later.get(name, b"") + rendered.later
    return {name: data[name] + later[name] + tail.data for name, tail in gatherer.tails().items()}


@laws
@given(st.lists(claims, max_size=12), st.integers(1, 4), st.integers(1, 6))
def test_the_graph_does_not_depend_on_how_the_work_is_cut(claims: list[Claim[Statement]], parts: int, size: int) -> None:
    whole = job([claims])
    cut = job([claims[n::parts] for n in range(parts)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assemble, "_RANGE", size)
        assert written(*graph(cut)) == written(*graph(whole))
        assert files(cut, 1) == files(whole, 1)


@settings(laws, max_examples=5)
@given(st.lists(claims, min_size=8, max_size=16))
def test_two_processes_write_the_bytes_of_one(claims: list[Claim[Statement]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assemble, "_RANGE", 3)
        assert files(job([claims]), 2) == files(job([claims]), 1)


@laws
@given(st.lists(claims, max_size=12))
def test_no_edge_dangles_and_every_id_stands_once(claims: list[Claim[Statement]]) -> None:
    nodes, edges = graph(job([claims]))
    ids = [node.id for node in nodes]
    assert len(set(ids)) == len(ids)
    assert {end for edge in edges for end in (edge.subject, edge.object)} <= set(ids)
    assert len({edge.id for edge in edges}) == len(edges)


LISTING = Listing(category="GraphProduct", description=Description(), sources=(Source("b", "original", "prov:used"),))
RECORD = ResourceStatement(category=None, description=Description(name="A"))


def test_a_chunk_counts_what_is_in_it() -> None:
    first, last = chunks(job([[claim("a", RECORD), claim("a.x", LISTING, "a")]]), 1, lambda done, total: None)
    assert isinstance(first, Chunk)
    assert (first.nodes, first.edges) == ({"resource": 1, "product": 1}, {"has_product": 1, "derived_from": 1})
    assert first.categories == {"kgrs:Resource": 1, "kgrs:GraphProduct": 1}
    assert (last.nodes, last.edges) == ({"resource": 1, "stub resource": 1}, {"derived_from": 1})
    rows = [msgspec.json.decode(line) for line in first.files["_edges.jsonl"].data.splitlines()]
    assert first.ids.hex() == "".join(row["id"].removeprefix("urn:uuid:").replace("-", "") for row in rows)


def test_ticks_say_how_many_of_the_ranges_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assemble, "_RANGE", 1)
    ticks: list[tuple[int, int]] = []
    list(chunks(job([[claim("a", RECORD), claim("a.x", LISTING, "a")]]), 1, lambda done, total: ticks.append((done, total))))
    assert ticks == [(1, 2), (2, 2)]


def test_two_edges_of_one_id_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Claims about one id in two ranges would make them; ranges are cut so that it cannot be."""
    monkeypatch.setattr(assemble, "ranges", lambda parts, size: [("", None), ("", None)])
    with pytest.raises(KgbuildError, match="two edges have the same id"):
        list(chunks(job([[claim("a.x", LISTING, "a")]]), 1, lambda done, total: None))


@settings(laws, max_examples=3)
@given(st.lists(claims, min_size=8, max_size=16))
def test_workers_that_are_not_forked_write_the_same_bytes(claims: list[Claim[Statement]]) -> None:
    """Each range then takes its claims with it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assemble, "_RANGE", 3)
        patch.setenv("KGBUILD_START_METHOD", "forkserver")
        assert files(job([claims]), 2) == files(job([claims]), 1)


def test_a_range_that_takes_its_claims_with_it_needs_no_others() -> None:
    whole = job([[claim("a", RECORD), claim("a.x", LISTING, "a")], [claim("b", RECORD)]])
    span = Span("kgr:a", "kgr:b", [batch.cut("kgr:a", "kgr:b") for batch in whole.batches if batch.holds("kgr:a", "kgr:b")])
    block = assemble._merge(whole._replace(batches=()), span, {})
    assert block == assemble._merge(whole, Span("kgr:a", "kgr:b"), {})
    assert [node.id for node in block.nodes] == ["kgr:a", "kgr:a.x"]
