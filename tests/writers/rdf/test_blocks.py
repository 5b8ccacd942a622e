"""Law: each subject has one block, and its bytes depend on the statements of that subject alone, however the work was cut."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from paths import ROOT, TESTS

import kgbuild
from kgbuild.mapping.load import load_mapping
from kgbuild.model.graph import EDGE_TYPES, NODE_TYPES, Edge, Node
from kgbuild.model.ids import edge_id, safe_iri
from kgbuild.options import ExportTarget, ReadOptions
from kgbuild.pipeline.engine import assemble
from kgbuild.pipeline.export import export
from kgbuild.writers import whole, writer
from kgbuild.writers.rdf.blocks import Notation, RdfWriter
from kgbuild.writers.rdf.ntriples import NTriplesNotation
from kgbuild.writers.rdf.turtle import TurtleNotation

INPUTS = tuple(map(str, [ROOT / "input", *sorted((TESTS / "examples").glob("*/input"))]))
FORMATS = ("turtle", "ntriples")
ENDINGS = ("ttl", "nt")
CORPORA = ("seeds", "kg-registry-2025-12-06.tar.gz", "kg-registry-2026-08-17.tar.gz")
MAPPING = load_mapping(None)

Blocks = dict[str, list[str]]


def blocks(data: bytes, ending: str) -> Blocks:
    """The lines of each subject; none has lines in two places. Of Turtle also those of its head, under the empty name."""
    lines = data.decode().split("\n")
    if ending == "nt":
        assert lines.pop() == ""
        groups = [(subject, list(group)) for subject, group in itertools.groupby(lines, lambda line: line.split(" ", 1)[0])]
    else:
        head, *texts = data.decode().split("\n\n")
        groups = [("", head.split("\n")), *((text.split("\n", 1)[0], text.split("\n")[1:]) for text in texts)]
    found = dict(groups)
    assert len(found) == len(groups), "a subject has two blocks"
    return found


def written(inputs: Sequence[str], folder: Path, **options: Any) -> dict[str, bytes]:
    """The files of an export of both forms."""
    reading = {"inputs": tuple(inputs), "jobs": 1, "cache": False, "rollup": True, **options}
    export(ReadOptions(**reading), ExportTarget(formats=FORMATS, output=folder, qualified=True))
    return {ending: (folder / f"graph.{ending}").read_bytes() for ending in ENDINGS}


@pytest.fixture(scope="module")
def uncut(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of `input/` and all golden examples together, in blocks as an export cuts them."""
    return written(INPUTS, tmp_path_factory.mktemp("uncut"))


def test_statements_are_sorted_and_prefixes_come_once(uncut: dict[str, bytes]) -> None:
    for lines in blocks(uncut["nt"], "nt").values():
        assert lines == sorted(set(lines), key=str.encode)
    head = blocks(uncut["ttl"], "ttl")[""]
    assert head == sorted(f"@prefix {prefix}: <{iri}> ." for prefix, iri in MAPPING.prefixes.prefixes.items())
    assert uncut["ttl"].count(b"\n@prefix ") == len(head) - 1


@pytest.mark.parametrize("size", [1, 7, 10**9])
@pytest.mark.parametrize("profile", ["registry", "biolink"])
def test_any_size_of_blocks_gives_the_same_bytes(size: int, profile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = written(INPUTS, tmp_path / "usual", profile=profile)
    monkeypatch.setattr(assemble, "_RANGE", size)
    assert written(INPUTS, tmp_path / "cut", profile=profile) == usual


def test_any_number_of_processes_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uncut: dict[str, bytes]) -> None:
    monkeypatch.setattr(assemble, "_RANGE", 20)
    assert written(INPUTS, tmp_path, jobs=2) == uncut


@pytest.mark.parametrize("name", CORPORA)
def test_registries_in_blocks_of_other_sizes(name: str, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = written([str(corpus / name)], tmp_path / "usual")
    for ending in ENDINGS:
        blocks(usual[ending], ending)
    for size in (333, 10**9):
        monkeypatch.setattr(assemble, "_RANGE", size)
        assert written([str(corpus / name)], tmp_path / str(size)) == usual


RECORD = """\
---
layout: resource_detail
id: m-new
name: New
category: DataSource
products:
- id: m-new.one
  category: Product
  original_source: [bgee]
- id: m-new.two
  category: Product
---
"""
#: The subjects of its statements: it, its products, the edges to them and to their source, and the rolled-up edge.
NEW = ("m-new", "m-new.one", "m-new.two")


@pytest.mark.parametrize("size", [7, 4_000])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_record_more_changes_the_blocks_of_its_own_subjects_alone(
    size: int, ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assemble, "_RANGE", size)
    folder = tmp_path / "records"
    shutil.copytree(ROOT / "input", folder)
    before = blocks(written([str(folder)], tmp_path / "before")[ending], ending)
    (folder / "resource" / "m-new.md").write_text(RECORD)
    after = blocks(written([str(folder)], tmp_path / "after")[ending], ending)
    edges = [edge for edge in kgbuild.build(folder, rollup=True).edges if edge.subject in {f"kgr:{id}" for id in NEW}]
    assert len(edges) == 4
    nodes = {f"kgr:{id}" if ending == "ttl" else f"<https://w3id.org/kg-registry/{id}>" for id in NEW}
    assert after.keys() - before.keys() == nodes | {f"<{edge.id}>" for edge in edges}
    assert {subject: after.get(subject) for subject in before} == before
    assert [subject for subject in after if subject in before] == list(before), "the others stay in their order"


def test_a_product_more_changes_the_block_of_its_owner_by_its_statements(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    shutil.copytree(ROOT / "input", folder)
    before = written([str(folder)], tmp_path / "before")["nt"].splitlines()
    (folder / "resource" / "other.json").write_text(
        '{"id": "m-other", "category": "DataSource", "products": [{"id": "spoke.new", "category": "Product"}]}'
    )
    after = written([str(folder)], tmp_path / "after")["nt"].splitlines()
    assert set(before) <= set(after)
    iri = b"https://w3id.org/kg-registry"
    assert [line.split(b" ")[1] for line in after if line not in before and line.startswith(b"<%s/spoke> " % iri)] == [
        b"<http://www.w3.org/ns/dcat#distribution>",
        b"<https://w3id.org/knowledge-graph-hub/kg_registry_schema/has_product>",
    ]


ID = st.sampled_from([f"kgr:{id}" for id in ("a", "a.b", "a.b.", "a%20b", "c-d", "z")])
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def node(id: str, kind: str, text: str) -> Node:
    type = NODE_TYPES[kind]  # type: ignore[index]
    return type(
        id=id,
        category=(f"kgrs:{kind}",),
        iri=f"https://w3id.org/kg-registry/{id[4:]}",
        name=text,
        synonym=(text, "a", text),
        declared_in=("a",),
    )


def edge(kind: str, subject: str, object: str, text: str) -> Edge:
    type = EDGE_TYPES[kind]  # type: ignore[index]
    return type(
        id=edge_id(subject, f"kgrs:{kind}", object, None, text), subject=subject, predicate=f"kgrs:{kind}", object=object,
        category=("biolink:Association",), knowledge_level=text, agent_type="a", source_role="original", relation_type=text, declared_in=("a", "b"),
    )  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
@given(
    nodes=st.lists(st.builds(node, ID, st.sampled_from([*NODE_TYPES]), TEXT), unique_by=lambda node: node.id),
    edges=st.lists(st.builds(edge, st.sampled_from([*EDGE_TYPES]), ID, ID, TEXT), unique_by=lambda edge: edge.id, max_size=8),
    cuts=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 8)), max_size=3),
)
@settings(max_examples=150, deadline=None)
def test_any_nodes_and_edges_in_any_pieces(name: str, nodes: list[Node], edges: list[Edge], cuts: list[tuple[int, int]]) -> None:
    """Also edges whose subject is in another piece, or in none."""
    once = writer(name, MAPPING, qualified=True)
    (expected,) = whole(once, nodes, edges)
    made = writer(name, MAPPING, qualified=True)
    pieces: list[bytes] = []
    rows = 0
    first = [(0, 0), *zip(sorted(n for n, _ in cuts), sorted(n for _, n in cuts), strict=True)]
    for (n, e), (n_end, e_end) in itertools.pairwise([*first, (len(nodes), len(edges))]):
        (rendered,) = made.gather(writer(name, MAPPING, qualified=True).render(nodes[n : max(n, n_end)], edges[e : max(e, e_end)]))
        pieces.append(rendered.later)
        rows += rendered.rows
    settled = [rendered for _, rendered in made.settle([lambda: iter(pieces)])]
    assert made.head()[0] + b"".join(rendered.data for rendered in settled) == expected
    if name == "ntriples":
        assert rows + sum(rendered.rows for rendered in settled) == expected.count(b"\n")
    blocks(expected, "ttl" if name == "turtle" else "nt")


SPACE = "https://w3id.org/kg-registry/"
NOTATIONS = [NTriplesNotation(), TurtleNotation(MAPPING.prefixes.prefixes)]
LOCAL = st.text(st.sampled_from("ab1_:.-~!$&'()*+,;=/?#@%20é\u200c"), max_size=8)
OBJECT = st.one_of(st.builds(lambda text: ("literal", text), TEXT), st.builds(lambda local: ("iri", safe_iri(SPACE + local)), LOCAL))
STATEMENTS = st.lists(st.tuples(LOCAL, OBJECT), min_size=1, max_size=6)


def rdf_statements(notation: Notation, drawn: list[tuple[str, tuple[str, str]]]) -> list[str]:
    """Statements as a writer gives them to a block: sorted, each once."""
    return sorted({f"{notation.iri(safe_iri(SPACE + local))} {getattr(notation, kind)(value)}" for local, (kind, value) in drawn})


@pytest.mark.parametrize("notation", NOTATIONS)
@given(subject=LOCAL, drawn=STATEMENTS)
@settings(max_examples=200, deadline=None)
def test_a_block_gives_back_its_statements_and_two_readers_read_them(
    notation: Notation, subject: str, drawn: list[tuple[str, tuple[str, str]]]
) -> None:
    statements = rdf_statements(notation, drawn)
    s = safe_iri(SPACE + subject)
    block = notation.block(notation.iri(s), statements)
    assert notation.statements(block) == statements
    data = (notation.head() + block).encode()
    turtle = isinstance(notation, TurtleNotation)
    triples = {(safe_iri(SPACE + local), kind, value) for local, (kind, value) in drawn}
    assert set(pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.TURTLE if turtle else pyoxigraph.RdfFormat.N_TRIPLES)) == {
        pyoxigraph.Quad(
            pyoxigraph.NamedNode(s), pyoxigraph.NamedNode(p), pyoxigraph.Literal(o) if kind == "literal" else pyoxigraph.NamedNode(o)
        )
        for p, kind, o in triples
    }
    assert set(rdflib.Graph().parse(data=data, format="turtle" if turtle else "nt")) == {
        (rdflib.URIRef(s), rdflib.URIRef(p), rdflib.Literal(o) if kind == "literal" else rdflib.URIRef(o)) for p, kind, o in triples
    }


def test_an_edge_that_is_rendered_later_joins_the_block_of_its_subject() -> None:
    """`z` is in the first piece, its edge to `a` in the second, and the edge that leaves `b` is about a node that no piece has."""
    z, a = (NODE_TYPES["resource"](id=f"kgr:{id}", category=(), iri=SPACE + id, name=id.upper()) for id in "za")
    edges = [edge("has_product", "kgr:z", "kgr:a", ""), edge("has_product", "kgr:b", "kgr:a", "")]
    made = RdfWriter(MAPPING, TurtleNotation({"x": SPACE, "xp": MAPPING.prefixes.prefixes["kgrs"]}), qualified=False)
    pieces = [made.gather(made.render(*each))[0] for each in (([z], []), ([a], edges))]
    assert [(piece.data, piece.rows) for piece in pieces] == [(b"", 4), (b"", 4)]
    settled = [rendered for _, rendered in made.settle([lambda: iter([piece.later for piece in pieces])])]
    types = "    a <http://www.w3.org/ns/dcat#Dataset> ,\n        <http://www.w3.org/ns/prov#Entity> ,\n        xp:Resource"
    label = "    <http://www.w3.org/2000/01/rdf-schema#label>"
    product, ours = "    <http://www.w3.org/ns/dcat#distribution> x:a", "    xp:has_product x:a ;\n    xp:original_source x:a"
    assert [(rendered.data.decode(), rendered.rows) for rendered in settled] == [
        (f'\nx:z\n{label} "Z" ;\n{product} ;\n{types} ;\n{ours} .\n', 3),
        (f'\nx:a\n{label} "A" ;\n{types} .\n', 0),
        (f"\nx:b\n{product} ;\n{ours} .\n", 3),
    ]
