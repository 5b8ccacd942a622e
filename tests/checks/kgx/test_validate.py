"""`validate`: a correct graph passes without network, and each wrong thing is one group that says it."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import pytest
from paths import ROOT

from kgbuild.checks.kgx import Group, KgxReport, Pair, find_pairs, render_json, render_text, validate
from kgbuild.errors import InputError, MissingExtra, UsageError

needs_kgx = pytest.mark.skipif(find_spec("kgx") is None, reason="needs kgx; get it with: pip install 'kgbuild[kgx]'")
try:
    BIOLINK = f"Biolink {version('biolink-model')}"
except PackageNotFoundError:
    BIOLINK = "Biolink"

Fields = dict[str, object]
OWN = (
    *("kgrs_category", "license_label", "taxa", "domain", "media_type", "compression", "file_size", "node_count", "edge_count"),
    *("activity_status", "collection", "repository", "contact", "warnings", "declared_in", "stub", "extra"),
    *("relation_type", "source_role", "within_owner", "original_objects", "product_count"),
)


def node(curie: str, biolink: str, kgrs: str, **more: object) -> Fields:
    fields: Fields = {"id": curie, "category": [f"biolink:{biolink}"], "kgrs_category": f"kgrs:{kgrs}", "name": curie}
    return fields | {"iri": f"https://w3id.org/kg-registry/{curie.partition(':')[2]}", "declared_in": ["spoke"], "stub": False, **more}


def edge(number: int, subject: str, predicate: str, target: str, ours: str, **more: object) -> Fields:
    identity = f"urn:uuid:00000000-0000-5000-8000-{number:012d}"
    ends: Fields = {"id": identity, "subject": subject, "predicate": f"biolink:{predicate}", "object": target}
    how: Fields = {"category": ["biolink:Association"], "knowledge_level": "knowledge_assertion", "agent_type": "manual_agent"}
    return ends | how | {"original_predicate": f"kgrs:{ours}", "declared_in": ["spoke"], **more}


def nodes() -> list[Fields]:
    """A node of each class, one of them with every property that an export has."""
    whole: Fields = {
        "description": 'A graph of "many" things',
        "synonym": ["SPOKE", "the graph"],
        "xref": ["infores:spoke"],
        "url": "https://spoke.example.org/graph.tsv.gz",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "license_label": "CC BY 4.0",
        "taxa": ["NCBITaxon:9606"],
        "publications": ["doi:10.1093/bioinformatics/btad080"],
        "domain": ["biomedical", "health"],
        "format": "kgx",
        "media_type": "text/tab-separated-values",
        "compression": "gzip",
        "file_size": 1024,
        "node_count": 0,
        "edge_count": 7,
        "version": "5.0",
        "activity_status": "active",
        "collection": ["translator"],
        "creation_date": "2025-01-01T00:00:00Z",
        "update_date": "2026-01-01T00:00:00Z",
        "repository": "https://github.com/example/spoke",
        "contact": ["someone@example.org"],
        "warnings": ["the file is large"],
        "deprecated": False,
        "extra": '{"curator":"a","n":[1,2]}',
    }
    return [
        node("kgr:spoke", "DatasetSummary", "KnowledgeGraph"),
        node("kgr:spoke.graph", "DatasetDistribution", "GraphProduct", **whole),
        node("kgr:spoke.site", "WebPage", "GraphicalInterface"),
        node("kgr:weird%20id", "DatasetSummary", "DataSource", deprecated=True),
        node("kgr:new", "DatasetSummary", "Resource", stub=True),
        node("kgrorg:ebi", "Agent", "Organization", stub=True),
        node("kgrdoc:expression-atlas-faqs", "WebPage", "DocumentationPage"),
    ]


def edges() -> list[Fields]:
    """An edge of each kind that an export has."""
    return [
        edge(1, "kgr:spoke", "has_part", "kgr:spoke.graph", "has_product"),
        edge(
            2,
            "kgr:spoke.graph",
            "derives_from",
            "kgr:weird%20id",
            "derived_from",
            relation_type="prov:hadPrimarySource",
            source_role="original",
            primary_knowledge_source="infores:kg-registry",
            aggregator_knowledge_source=["infores:spoke"],
            within_owner=False,
            original_object="weird id",
            original_objects=["weird", "weird id"],
        ),
        edge(3, "kgr:spoke.graph", "derives_from", "kgr:weird%20id", "derived_from", source_role="secondary"),
        edge(
            4,
            "kgr:spoke",
            "derives_from",
            "kgr:weird%20id",
            "derived_from",
            knowledge_level="logical_entailment",
            agent_type="automated_agent",
            product_count=1,
        ),
        edge(
            5,
            "kgrdoc:expression-atlas-faqs",
            "mentions",
            "kgr:spoke",
            "mentions",
            knowledge_level="observation",
            agent_type="text_mining_agent",
        ),
        edge(6, "kgr:weird%20id", "related_to", "kgr:new", "superseded_by"),
        edge(7, "kgr:spoke", "has_contributor", "kgrorg:ebi", "has_contact"),
    ]


def uuid(number: int) -> str:
    return f"urn:uuid:00000000-0000-5000-8000-{number:012d}"


def write(folder: Path, node_list: Iterable[Fields], edge_list: Iterable[Fields], suffix: str = ".jsonl") -> Pair:
    """Write a graph as an export does."""
    to_text = as_tsv if suffix == ".tsv" else as_jsonl
    pair = Pair(*(folder / f"graph_{role}{suffix}" for role in ("nodes", "edges")))
    pair.nodes.write_text(to_text(list(node_list)), encoding="utf-8")
    pair.edges.write_text(to_text(list(edge_list)), encoding="utf-8")
    return pair


def as_jsonl(records: list[Fields]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def as_tsv(records: list[Fields]) -> str:
    columns = list(dict.fromkeys(name for record in records for name in record))
    rows = [columns, *([cell(record.get(name, "")) for name in columns] for record in records)]
    return "".join("\t".join(row) + "\n" for row in rows)


def cell(value: object) -> str:
    if isinstance(value, list):
        return "|".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def run(pair: Pair, prefixes: dict[str, str] | None = None) -> KgxReport:
    return validate(*pair, prefixes=prefixes or {}, own_properties=OWN)


def altered(role: str, place: int, **fields: object) -> tuple[list[Fields], list[Fields]]:
    """The good graph with one record changed; None takes a property away."""
    graph = nodes(), edges()
    record = graph[0 if role == "node" else 1][place]
    record.update(fields)
    for name in [name for name, value in fields.items() if value is None]:
        del record[name]
    return graph


def error(kind: str, message: str, *examples: str) -> Group:
    return Group(kind=kind, level="error", count=len(examples), message=message, examples=examples)


def no_class(category: str, root: str) -> str:
    return f"the category {category!r} is not a subclass of {root} in {BIOLINK}, written biolink:ClassName"


def no_predicate(name: str) -> str:
    return f"{name!r} is not a predicate of {BIOLINK}, written biolink:snake_case"


@needs_kgx
@pytest.mark.parametrize("suffix", [".tsv", ".jsonl"])
def test_a_correct_graph_has_no_problem(tmp_path: Path, suffix: str) -> None:
    report = run(write(tmp_path, nodes(), edges(), suffix))
    referee = f"kgx {version('kgx')}, Biolink Model {version('biolink-model')}"
    assert report == KgxReport(nodes=7, edges=7, profile="biolink", problems=(), validator=referee)
    assert render_text(report) == f"0 errors in 7 nodes and 7 edges ({referee})\n"


@needs_kgx
def test_a_tsv_graph_may_have_no_edge(tmp_path: Path) -> None:
    pair = write(tmp_path, nodes(), edges(), ".tsv")
    pair.edges.write_text(pair.edges.read_text().partition("\n")[0] + "\n")
    assert (run(pair).edges, run(pair).problems) == (0, ())


LEVELS = (
    "knowledge_assertion, logical_entailment, prediction, statistical_association, text_co_occurrence, observation, not_provided",
    (
        "manual_agent, automated_agent, data_analysis_pipeline, computational_model, text_mining_agent, image_processing_agent,"
        " manual_validation_of_automated_agent, not_provided"
    ),
)
UNKNOWN = f"'nmae' is not a slot of {BIOLINK} and not a property that kgbuild declares"
CONTEXT = "Node property 'id' has a value with a CURIE prefix 'foo' is not represented in Biolink Model JSON-LD context"
WRONG: dict[str, tuple[tuple[list[Fields], list[Fields]], Group]] = {
    "a predicate that only we have": (
        altered("edge", 5, predicate="biolink:superseded_by"),
        error("kgx:invalid-edge-predicate", "Edge predicate 'superseded_by' is not in Biolink Model", uuid(6)),
    ),
    "a predicate that is a property": (
        altered("edge", 5, predicate="biolink:name"),
        error("predicate", no_predicate("biolink:name"), uuid(6)),
    ),
    "a predicate with another prefix": (
        altered("edge", 5, predicate="prov:mentions"),
        error("predicate", no_predicate("prov:mentions"), uuid(6)),
    ),
    "a predicate without a prefix": (
        altered("edge", 5, predicate="related_to"),
        error("predicate", no_predicate("related_to"), uuid(6)),
    ),
    "no predicate": (altered("edge", 5, predicate=None), error("predicate", "the edge has no predicate", uuid(6))),
    "an edge with a node's class": (
        altered("edge", 5, category=["biolink:Agent"]),
        error("edge-category", no_class("biolink:Agent", "Association"), uuid(6)),
    ),
    "a class that no Biolink Model has": (
        altered("node", 4, category=["biolink:InformationResource"]),
        error("kgx:invalid-category", "Category 'InformationResource' is unknown in the current Biolink Model", "kgr:new"),
    ),
    "a node with an edge's class": (
        altered("node", 4, category=["biolink:Association"]),
        error("kgx:invalid-category", "Category 'Association' is unknown in the current Biolink Model", "kgr:new"),
    ),
    "a class with another prefix": (
        altered("node", 4, category=["dcat:DatasetSummary"]),
        error("node-category", no_class("dcat:DatasetSummary", "NamedThing"), "kgr:new"),
    ),
    "a class in the wrong case": (
        altered("node", 4, category=["biolink:Datasetsummary"]),
        error("node-category", no_class("biolink:Datasetsummary", "NamedThing"), "kgr:new"),
    ),
    "a knowledge level that is none": (
        altered("edge", 5, knowledge_level="foo"),
        error("enumeration", f"knowledge_level is 'foo', but must be one of {LEVELS[0]}", uuid(6)),
    ),
    "an agent type that is none": (
        altered("edge", 5, agent_type="me"),
        error("enumeration", f"agent_type is 'me', but must be one of {LEVELS[1]}", uuid(6)),
    ),
    "no agent type": (
        altered("edge", 5, agent_type=None),
        error("kgx:missing-edge-property", "Required edge property 'agent_type' is missing", uuid(6)),
    ),
    "an object out of range": (
        altered("edge", 6, object="kgr:spoke"),
        error(
            "domain-range",
            "the domain and range of biolink:has_contributor do not allow an edge from biolink:DatasetSummary to biolink:DatasetSummary",
            uuid(7),
        ),
    ),
    "an edge id a second time": (altered("edge", 5, id=uuid(1)), error("edge-id", "another edge has this id", uuid(1))),
    "a node id a second time": (
        ([*nodes(), node("kgr:spoke", "DatasetSummary", "Resource")], edges()),
        error("node-id", "another node has this id", "kgr:spoke"),
    ),
    "an end that is no node": (
        altered("edge", 5, object="kgr:nowhere"),
        error("dangling-edge", "the object is not a node of this graph", uuid(6)),
    ),
    "an edge without a subject": (altered("edge", 5, subject=None), error("dangling-edge", "the edge has no subject", uuid(6))),
    "two names for one node": (
        altered("node", 4, name=["a", "b"]),
        error(
            "kgx:invalid-node-property-value-type",
            "Single-valued node property 'name' is expected to be of type '<class 'str'>'",
            "kgr:new",
        ),
    ),
    "a prefix that nobody declares": (
        ([*nodes(), node("foo:a", "Agent", "Organization")], edges()),
        error("kgx:invalid-node-property-value", CONTEXT, "foo:a"),
    ),
    "an id that is no CURIE": (
        ([*nodes(), node("kgr:a/b c", "Agent", "Organization")], edges()),
        error("kgx:invalid-node-property-value", "Node property 'id' is expected to be of type 'CURIE'", "kgr:a/b c"),
    ),
    "a slip of the pen": (
        altered("node", 4, nmae="x"),
        Group(kind="unknown-property", level="warning", count=1, message=UNKNOWN, examples=("kgr:new",)),
    ),
}


@needs_kgx
@pytest.mark.parametrize("suffix", [".tsv", ".jsonl"])
@pytest.mark.parametrize("case", WRONG)
def test_one_wrong_thing_is_one_group(tmp_path: Path, case: str, suffix: str) -> None:
    graph, group = WRONG[case]
    assert run(write(tmp_path, *graph, suffix)).problems == (group,)


@needs_kgx
@pytest.mark.parametrize(
    ("graph", "group"),
    [
        (altered("node", 4, category=None), error("node-category", "the node has no category", "kgr:new")),
        (altered("node", 4, category=[]), error("node-category", "the node has no category", "kgr:new")),
        (
            altered("node", 4, synonym="x"),
            error("property-shape", f"synonym is multivalued in {BIOLINK}, and is not written as a list", "kgr:new"),
        ),
        (
            altered("node", 4, extra={"a": 1}),
            error("property-shape", "extra holds an object or a list inside a list, which KGX does not know", "kgr:new"),
        ),
    ],
    ids=["no category", "an empty category", "a string for a list", "an object"],
)
def test_shapes_that_only_json_can_have(tmp_path: Path, graph: tuple[list[Fields], list[Fields]], group: Group) -> None:
    assert run(write(tmp_path, *graph)).problems == (group,)


@needs_kgx
def test_a_record_without_an_id_is_named_by_its_line(tmp_path: Path) -> None:
    broken: tuple[list[Fields], list[Fields]] = (
        [*nodes(), {"category": ["biolink:Agent"], "name": "nobody"}],
        [*edges()[:-1], edges()[-1] | {"id": ""}],
    )
    pair = write(tmp_path, *broken)
    assert run(pair).problems == (
        error("edge-id", "the edge has no id", f"{pair.edges}:7"),
        error("node-id", "the node has no id", f"{pair.nodes}:8"),
    )


@needs_kgx
def test_all_entities_of_an_error_are_counted_and_five_are_named(tmp_path: Path) -> None:
    strangers = [node(f"foo:{number}", "Agent", "Organization") for number in range(1200)]
    report = run(write(tmp_path, [*nodes(), *strangers], edges()))
    first = ("foo:0", "foo:1", "foo:2", "foo:3", "foo:4")
    assert report.problems == (Group(kind="kgx:invalid-node-property-value", level="error", count=1200, message=CONTEXT, examples=first),)
    assert run(write(tmp_path, [*nodes(), *strangers], edges()), {"foo": "https://foo.example.org/"}).problems == ()


@needs_kgx
@pytest.mark.parametrize(
    "graph",
    [altered("node", 0, category=["kgrs:DataSource", "biolink:DatasetSummary"]), altered("edge", 0, predicate="kgrs:has_product")],
    ids=["category", "predicate"],
)
def test_the_registry_profile_is_one_sentence(tmp_path: Path, graph: tuple[list[Fields], list[Fields]]) -> None:
    report = run(write(tmp_path, *graph))
    sentence = "this graph has the registry profile; export it with --profile biolink to validate it"
    assert report == KgxReport(
        nodes=7, edges=7, profile="registry", problems=(Group(kind="profile", level="error", count=1, message=sentence),)
    )
    assert render_text(report) == sentence + "\n"


def test_without_kgx_the_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "kgx", None)
    with pytest.raises(MissingExtra) as raised:
        run(write(tmp_path, nodes(), edges()))
    assert str(raised.value) == (
        "validation requires kgx, which is not installed; install it with: pip install 'kgbuild[kgx]'"
        "  (pip before 24 may fail; use pip >= 24 or uv)"
    )


BROKEN: dict[str, tuple[str, str, str]] = {
    "not json": (
        "graph_nodes.jsonl",
        '{"id":"kgr:a"}\n{"id":"é" "name"}\n',
        "2:11: expected one JSON object on the line, got JSON is malformed: ",
    ),
    "cut off": ("graph_nodes.jsonl", '{"id":"kgr:a"', "1:14: expected one JSON object on the line, got Input data was truncated; "),
    "an array": ("graph_nodes.jsonl", "[]\n", "1:1: expected one JSON object on the line, got Expected `object`, got `array`; "),
    "an empty line": ("graph_edges.jsonl", "\n", "1:1: expected one JSON object on the line, got an empty line; "),
    "a number as id": ("graph_nodes.jsonl", '{"name":"a","id":5}\n', "1:13: id: expected one string, got a number; "),
    "mixed list": (
        "graph_nodes.jsonl",
        '{"id":"a","xref":["a",1]}\n',
        "1:11: xref: expected a list of strings, got numbers among strings; ",
    ),
    "no id": ("graph_nodes.tsv", "name\tcategory\na\tb\n", "1:1: expected a column `id`, got 'name', 'category'; "),
    "an empty file": ("graph_nodes.tsv", "", "1:1: expected a column `id`, got ''; "),
    "a column twice": ("graph_nodes.tsv", "id\tname\tname\n", "1:9: name: expected each column once, got a second column with this name; "),
    "a short row": ("graph_nodes.tsv", "id\tname\na\tb\nc\n", "3:2: expected 2 cells as in the first line, got 1; "),
    "a long row": ("graph_nodes.tsv", "id\tname\na\tb\tc\n", "2:4: expected 2 cells as in the first line, got 3; "),
    "a bar in an id": ("graph_nodes.tsv", "name\tid\nab\ta|b\n", "2:4: id: expected one string, got a list; "),
    "line ends": ("graph_edges.tsv", "id\tsubject\r\n", "1:11: expected a line that ends with LF, got CR and LF; "),
}


@needs_kgx
@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_an_input_error_with_its_place(tmp_path: Path, case: str) -> None:
    name, text, expected = BROKEN[case]
    pair = write(tmp_path, nodes(), edges(), Path(name).suffix)
    (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    with pytest.raises(InputError) as raised:
        run(pair)
    assert str(raised.value).startswith(f"{tmp_path / name}:{expected}")
    assert len(raised.value.problems) == 1


@needs_kgx
def test_the_problems_of_both_files_are_told_together(tmp_path: Path) -> None:
    pair = write(tmp_path, nodes(), edges())
    pair.nodes.write_bytes(b'{"id":"\xff"}\n{}x\n')
    pair.edges.write_text("?\n")
    with pytest.raises(InputError) as raised:
        run(pair)
    assert [(Path(problem.path).name, problem.line, problem.column, problem.expected) for problem in raised.value.problems] == [
        ("graph_edges.jsonl", 1, 1, "one JSON object on the line"),
        ("graph_nodes.jsonl", 1, 8, "UTF-8"),
        ("graph_nodes.jsonl", 2, 3, "one JSON object on the line"),
    ]


def touch(folder: Path, *names: str) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        path.touch()
    return paths


def test_a_folder_gives_every_pair_in_it(tmp_path: Path) -> None:
    b_edges, b_nodes, a_edges, a_nodes, _ = touch(tmp_path, "b_edges.tsv", "b_nodes.tsv", "a_edges.jsonl", "a_nodes.jsonl", "a.ttl")
    expected = [Pair(a_nodes, a_edges), Pair(b_nodes, b_edges)]
    assert find_pairs([tmp_path]) == find_pairs([b_edges, a_edges, b_nodes, a_nodes]) == find_pairs([tmp_path, a_nodes]) == expected


WANTED = "NAME_nodes.tsv and NAME_edges.tsv, or NAME_nodes.jsonl and NAME_edges.jsonl"


@pytest.mark.parametrize(
    ("there", "given", "sentence"),
    [
        ([], ["."], f"expected {WANTED}, got no such pair in {{}}; create one with: kgbuild export --profile biolink --format kgx"),
        ([], ["out"], f"{{}}/out: expected a folder, or {WANTED}, got no such file; check the path"),
        (["a.ttl"], ["a.ttl"], f"{{}}/a.ttl: expected a folder, or {WANTED}, got a file with another name; rename it or give another file"),
        (
            ["a_nodes.tsv", "a_edges.jsonl"],
            ["a_nodes.tsv", "a_edges.jsonl"],
            "{0}/a_nodes.tsv: expected {0}/a_edges.tsv with it, got only this file; give both files of a graph, or their folder",
        ),
        (
            ["a_nodes.tsv", "a_edges.tsv"],
            ["a_edges.tsv"],
            "{0}/a_edges.tsv: expected {0}/a_nodes.tsv with it, got only this file; give both files of a graph, or their folder",
        ),
    ],
)
def test_what_is_no_pair_is_a_usage_error(tmp_path: Path, there: list[str], given: list[str], sentence: str) -> None:
    touch(tmp_path, *there)
    with pytest.raises(UsageError) as raised:
        find_pairs([tmp_path / name for name in given])
    assert str(raised.value) == sentence.format(tmp_path)


REPORT = KgxReport(
    nodes=5391,
    edges=13016,
    profile="biolink",
    problems=(
        Group(kind="edge-id", level="error", count=1, message="the edge has no id", examples=("g.tsv:2",)),
        Group(kind="predicate", level="error", count=1200, message="'a:\x1b[1m' is none", examples=("e1", "e2", "e3", "e4", "e5")),
        Group(kind="predicate", level="error", count=2, message="'a:b' is none", examples=("e6", "e7")),
        Group(kind="unknown-property", level="warning", count=1, message="'x' is unknown", examples=("n1",)),
    ),
)


def test_text_is_grouped_by_kind_and_steers_no_terminal() -> None:
    assert render_text(REPORT) == (
        "edge-id: 1 error\n"
        "  1 x the edge has no id\n"
        "      g.tsv:2\n"
        "\n"
        "predicate: 1,202 errors\n"
        "  1,200 x 'a:\\x1b[1m' is none\n"
        "      e1, e2, e3, e4, e5 and 1,195 more\n"
        "  2 x 'a:b' is none\n"
        "      e6, e7\n"
        "\n"
        "unknown-property: 1 warning\n"
        "  1 x 'x' is unknown\n"
        "      n1\n"
        "\n"
        "1,203 errors and 1 warning in 5,391 nodes and 13,016 edges\n"
    )


def test_json_has_the_sums_and_every_group() -> None:
    content = json.loads(render_json(REPORT))
    problems = content.pop("problems")
    assert content == {"errors": 1203, "warnings": 1, "nodes": 5391, "edges": 13016, "profile": "biolink", "referee": ""}
    assert problems[0] == {"kind": "edge-id", "level": "error", "count": 1, "message": "the edge has no id", "examples": ["g.tsv:2"]}
    assert [problem["count"] for problem in problems] == [1, 1200, 2, 1]


OFFLINE = """
import socket, sys
def refuse(*_args, **_more):
    raise OSError("the network was asked")
socket.socket.connect = socket.getaddrinfo = refuse
from pathlib import Path
from kgbuild.checks.kgx import validate
report = validate(Path(sys.argv[1]), Path(sys.argv[2]), prefixes={}, own_properties=sys.argv[3].split())
raise SystemExit(7 if report.problems == () else 1)
"""


@needs_kgx
def test_a_fresh_process_asks_no_network_writes_nothing_and_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "work").mkdir()
    pair = write(tmp_path, nodes(), edges(), ".tsv")
    home = {"HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-W", "error", "-c", OFFLINE, *map(str, pair), " ".join(OWN)]
    done = subprocess.run(command, cwd=tmp_path / "work", env=home, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (7, b"", b"")
    assert [*(tmp_path / "home").iterdir(), *(tmp_path / "work").iterdir()] == []


@needs_kgx
def test_nothing_of_the_process_stays_changed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(write(tmp_path, nodes(), edges()))
    import bmt.toolkit
    import kgx.config
    import kgx.source.tsv_source
    import requests

    def state() -> tuple[object, ...]:
        loggers = [logging.getLogger(name) for name in ("KGX", "bmt", "linkml_runtime")]
        return dict(kgx.config.jsonld_context_map), [(logger.disabled, logger.level) for logger in loggers]

    before = state()
    report = run(write(tmp_path, [node("foo:a", "Agent", "Organization")], [], ".jsonl"))
    assert report.errors == 1
    assert state() == before == ({}, [(False, logging.INFO), (False, 0), (False, 0)])
    assert bmt.toolkit.requests is requests
    assert bmt.toolkit.Toolkit.__init__.__defaults__ == (bmt.toolkit.REMOTE_PATH, bmt.toolkit.PREDICATE_MAP)
    assert str(kgx.source.tsv_source.generate_uuid()).startswith("urn:uuid:")
    assert capfd.readouterr() == ("", "")


@needs_kgx
def test_the_same_graph_gives_the_same_report(tmp_path: Path) -> None:
    broken = altered("edge", 5, id="", predicate="biolink:nope", knowledge_level="x")
    first, second = (render_json(run(write(tmp_path, *broken))) for _ in range(2))
    assert first == second
    assert b"urn:uuid" not in first
