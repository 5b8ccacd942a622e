"""Laws that hold for any records: order does not matter, all formats say the same, what is written reads back, parsing ends in our errors."""

from __future__ import annotations

import json
import random
import re
import tempfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pyoxigraph
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kgbuild
from kgbuild.errors import InputError, KgbuildError

#: The same examples on every run, and an end to it.
laws = settings(
    derandomize=True, max_examples=60, deadline=timedelta(seconds=10), database=None, suppress_health_check=[HealthCheck.too_slow]
)  # fmt: skip

Record = dict[str, Any]
KGRS = "https://w3id.org/knowledge-graph-hub/kg_registry_schema/"

owners = st.sampled_from(["go", "goa", "hp", "do", "medline", "x y", "é"])
products = st.one_of(st.builds("{}.{}".format, owners, st.sampled_from(["a", "b", "a.b"])), st.sampled_from(["dotless", "tool"]))
texts = st.one_of(
    st.sampled_from(["", "no", "1e3", "010", "null", "a|b", "a\tb", "two\r\nlines", '"quoted"', "back\\slash", "{}", "é\u2028x"]),
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=8),
)
typed = st.builds(
    lambda id, relation: {"source": id, "relation_type": relation}, st.one_of(owners, products), st.sampled_from(["prov:used", "saw"])
)
sources = st.lists(st.one_of(owners, products, typed), max_size=4)
listing = st.fixed_dictionaries(
    {"id": products},
    optional={
        "category": st.sampled_from(["GraphProduct", "Product", "Odd"]),
        "name": texts,
        "format": texts,
        "taxon": st.lists(texts, max_size=3),
        "product_file_size": st.one_of(st.integers(0, 10**12), st.sampled_from(["1.50", "many"])),
        "original_source": sources,
        "secondary_source": sources,
        "odd": st.one_of(texts, st.lists(texts, max_size=2)),
    },
)
resource = st.fixed_dictionaries(
    {"id": owners, "products": st.lists(listing, max_size=5)},
    optional={
        "category": st.sampled_from(["DataSource", "Ontology"]),
        "name": texts,
        "homepage_url": st.sampled_from(["https://a.example.org/", "https://b.example.org/x y", "nowhere"]),
        "synonyms": st.lists(texts, max_size=3),
        "use_instead": owners,
        "contacts": st.lists(st.fixed_dictionaries({"id": owners, "label": texts}), max_size=2),
        "odd": texts,
    },
)
registries = st.lists(resource, min_size=1, max_size=6)


def built(write: Callable[[Path], object], **options: Any) -> kgbuild.Graph:
    """The graph of the files that `write` puts into a folder."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))
        return kgbuild.build(folder, **options)


def lines(records: Sequence[Record]) -> Callable[[Path], object]:
    return lambda folder: (folder / "all.jsonl").write_text("".join(f"{json.dumps(record)}\n" for record in records))


def files(records: Sequence[Record], names: Sequence[int]) -> Callable[[Path], object]:
    return lambda folder: [(folder / f"{name}.json").write_text(json.dumps(record)) for name, record in zip(names, records, strict=True)]


def said(graph: kgbuild.Graph) -> dict[str, Any]:
    return {"nodes": graph.nodes, "edges": graph.edges}


@laws
@given(registries, st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(records: list[Record], chance: random.Random) -> None:
    shuffled = chance.sample(records, len(records))
    assert said(built(lines(shuffled), rollup=True)) == said(built(lines(records), rollup=True))


@laws
@given(registries, st.randoms(use_true_random=False))
def test_the_order_of_products_and_sources_does_not_matter(records: list[Record], chance: random.Random) -> None:
    def shuffle(product: Record) -> Record:
        return {key: chance.sample(value, len(value)) if key.endswith("_source") else value for key, value in product.items()}

    shuffled = [
        record | {"products": [shuffle(p) for p in chance.sample(record["products"], len(record["products"]))]} for record in records
    ]
    assert said(without_extra(built(lines(shuffled)))) == said(without_extra(built(lines(records))))


def without_extra(graph: kgbuild.Graph) -> Any:
    """The graph without the JSON text that keeps fields as written, lists of sources with odd relations among them."""
    nodes = tuple(msgspec.structs.replace(node, extra=None) for node in graph.nodes)
    return type("Said", (), {"nodes": nodes, "edges": graph.edges})


@laws
@given(registries, st.randoms(use_true_random=False))
def test_the_order_and_names_of_files_do_not_matter(records: list[Record], chance: random.Random) -> None:
    names = chance.sample(range(len(records)), len(records))
    assert said(built(files(records, names))) == said(built(lines(records)))


@laws
@given(registries)
def test_yaml_and_json_say_the_same(records: list[Record]) -> None:
    def in_yaml(folder: Path) -> object:
        return (folder / "all.yaml").write_text(yaml.safe_dump(records, sort_keys=False))

    assert said(built(in_yaml)) == said(built(lines(records)))


@laws
@given(registries)
def test_no_edge_dangles_and_no_id_comes_twice(records: list[Record]) -> None:
    graph = built(lines(records), rollup=True)
    ids = [node.id for node in graph.nodes]
    assert sorted(set(ids)) == sorted(ids)
    assert {end for edge in graph.edges for end in (edge.subject, edge.object)} - set(ids) == set()
    assert len({edge.id for edge in graph.edges}) == len(graph.edges)


@laws
@given(registries)
def test_a_product_has_one_owner_where_its_id_names_one(records: list[Record]) -> None:
    listed = {product["id"] for record in records for product in record["products"]}
    found = sorted(edge.subject for edge in built(lines(records)).edges if edge.predicate == "kgrs:has_product" and "." in edge.object)
    heads = {"x y": "x%20y", "é": "%C3%A9"}
    assert found == sorted(f"kgr:{heads.get(id.partition('.')[0], id.partition('.')[0])}" for id in listed if "." in id)


@laws
@given(registries)
def test_every_format_says_the_same_and_reads_back(records: list[Record]) -> None:
    graph = built(lines(records))
    with tempfile.TemporaryDirectory() as folder:
        graph.write(folder, formats="all")
        output = Path(folder)
        for kind, items in (("nodes", graph.nodes), ("edges", graph.edges)):
            expected = msgspec.json.decode(msgspec.json.encode(items))
            assert [json.loads(line) for line in (output / f"graph_{kind}.jsonl").read_bytes().split(b"\n")[:-1]] == expected
            head, *rows = (output / f"graph_{kind}.tsv").read_bytes().decode().split("\n")[:-1]
            columns = head.split("\t")
            assert [[*map(cell, (item.get(column, "") for column in columns))] for item in expected] == [row.split("\t") for row in rows]
        turtle, ntriples = (list(pyoxigraph.parse(path=str(output / f"graph.{ending}"))) for ending in ("ttl", "nt"))
    assert set(turtle) == set(ntriples)
    sourced = {(t.subject.value, t.object.value) for t in turtle if t.predicate.value == f"{KGRS}derived_from"}
    assert sourced == {(iri(e.subject), iri(e.object)) for e in graph.edges if e.predicate == "kgrs:derived_from"}


def iri(curie: str) -> str:
    return curie.replace("kgr:", "https://w3id.org/kg-registry/")


def cell(value: object) -> str:
    if isinstance(value, list):
        return "|".join(map(cell, value))
    return str(value).lower() if isinstance(value, bool) else re.sub(r"[\t\r\n]+", " ", str(value)).replace("|", "¦")


@laws
@given(registries)
def test_what_is_lost_in_tables_is_counted(records: list[Record]) -> None:
    graph = built(lines(records))
    expected: dict[tuple[str, str], int] = {}
    for kind, items in (("nodes", graph.nodes), ("edges", graph.edges)):
        for item in msgspec.json.decode(msgspec.json.encode(items)):
            for column, value in item.items():
                for text in map(str, value if isinstance(value, list) else [value]):
                    for what in [
                        w for form, w in ((r"\|", "`|` became `¦`"), (r"[\t\r\n]", "tab, CR or LF became a space")) if re.search(form, text)
                    ]:
                        key = (f"{kind}.{column}", what)
                        expected[key] = expected.get(key, 0) + 1
    with tempfile.TemporaryDirectory() as folder:
        graph.write(folder, formats="kgx-tsv")
        losses = json.loads((Path(folder) / "graph_manifest.json").read_bytes())["losses"]
    assert {(f"{loss['file'][6:11]}.{loss['column']}", loss["what"]): loss["count"] for loss in losses} == expected


ENDINGS = (
    ".md",
    ".yaml",
    ".json",
    ".jsonl",
    ".jsonl.gz",
    ".jsonl.zst",
    ".ndjson",
    ".ndjson.gz",
    ".ndjson.zst",
    ".tar",
    ".tar.gz",
    ".tar.zst",
    ".zip",
)
SNIPPETS = st.sampled_from([
    "---\n", "...\n", "id: a\n", "products:\n", "  - id: a.b\n", "layout: resource_detail\n", "%YAML 1.1\n", "#", "- ", "? ", ": ", ",", "\t", "\r\n",
    "&x ", "*x", "<<: ", "!!binary ", "!t ", "{", "}", "[", "]", '"', "'", "\\", "|\n", ">-\n", "null", "0x", "1e999", "-0", '{"id":', '"a"',
    "\ufeff", "\x00", "\u2028", "\ud7ff",
])  # fmt: skip


@settings(laws, max_examples=300)
@given(st.lists(st.one_of(SNIPPETS, st.text(max_size=4)), max_size=25).map("".join), st.sampled_from(ENDINGS[:4]))
def test_parsing_text_ends_in_a_graph_or_in_our_errors(text: str, ending: str) -> None:
    _read(text.encode("utf-8", "surrogatepass"), ending)


@settings(laws, max_examples=200)
@given(st.binary(max_size=60), st.sampled_from(ENDINGS))
def test_parsing_bytes_ends_in_a_graph_or_in_our_errors(data: bytes, ending: str) -> None:
    _read(data, ending)


FIELDS = st.sampled_from([
    "id", "category", "products", "name", "contacts", "publications", "license", "original_source", "taxon", "infores_id", "title", "homepage_url",
    "product_file_size", "use_instead", "source", "is_x", "layout", "resources",
])  # fmt: skip
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts)
TREES = st.recursive(LEAVES, lambda x: st.one_of(st.lists(x, max_size=3), st.dictionaries(FIELDS, x, max_size=6)), max_leaves=25)


@settings(laws, max_examples=200)
@given(TREES)
def test_parsing_records_of_any_shape_ends_in_a_graph_or_in_our_errors(tree: Any) -> None:
    _read(json.dumps(tree).encode(), ".json")


def _read(data: bytes, ending: str) -> None:
    def write(folder: Path) -> object:
        (folder / "ok.json").write_text('{"id": "ok", "category": "DataSource"}')
        return (folder / f"any{ending}").write_bytes(data)

    try:
        graph = built(write, rollup=True)
    except InputError as error:
        assert all(re.search(r"any\S*(:\d+:\d+)?: .*expected .+, got .+; .+", line, re.DOTALL) for line in map(str, error.problems))
    except KgbuildError as error:
        assert str(error).strip()
    else:
        with tempfile.TemporaryDirectory() as folder:
            graph.write(folder, formats="all", qualified=True)
            for file in ("graph.ttl", "graph.nt"):
                list(pyoxigraph.parse(path=str(Path(folder) / file)))
