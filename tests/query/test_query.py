"""`kgbuild query` as a process: forms, errors, hostile text, and queries that run away."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet
import pytest
from paths import ROOT

from kgbuild.mapping.load import load_mapping
from kgbuild.query.question import LANGUAGES, head, questions

if TYPE_CHECKING:
    from running import Run

HOSTILE = (
    "a'b", 'a"b', "a\\b", "a`b", "{}", "a\tb", "a\nb", "a\x1fb", "😀", "\u202eabc", "'; DROP TABLE nodes; --", "> } ; DROP ALL #",
    "x } UNION { ?a ?b ?c", "$id", "?id", "%s%00%", "<http://x/> . } }", "a\u2028b", "') OR 1=1 --", "é" * 50_000,
)  # fmt: skip


def said(done: subprocess.CompletedProcess[bytes]) -> tuple[int, str, str]:
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from kgbuild.options import ExportTarget, ReadOptions
    from kgbuild.pipeline.export import export

    folder = tmp_path_factory.mktemp("build")
    export(ReadOptions(inputs=(str(ROOT / "input"),), jobs=1), ExportTarget(formats=("kgx-jsonl", "ntriples"), output=folder))
    return folder


def test_every_text_of_a_question_says_the_same_in_its_head() -> None:
    for question in questions().values():
        for language, text in question.texts.items():
            assert head(text, LANGUAGES[language][1]) == (question.words, question.parameters), (question.name, language)
        assert question.words.endswith("?")
        for parameter in question.parameters:
            marks = {"sparql": f"VALUES ?{parameter.name} {{ ", "sql": f"${parameter.name}", "cypher": f"${parameter.name}"}
            assert all(marks[language] in text for language, text in question.texts.items()), question.name


def test_the_list_has_every_question_and_show_prints_its_text(kgbuild: Run) -> None:
    status, out, _ = said(kgbuild("query", "--list"))
    assert status == 0
    for name, question in questions().items():
        assert f"{name} ({', '.join(question.texts)})\n    {question.words}\n" in out
    assert said(kgbuild("query", "upstream", "--show", "cypher")) == (
        0, questions()["upstream"].text("cypher", load_mapping()), "",
    )  # fmt: skip
    assert said(kgbuild("query", "upstream", "--show", "sparql")) == (
        2,
        "",
        "error: upstream: expected one of sql, cypher, got sparql; this question has no text in other languages\n",
    )
    assert said(kgbuild("query", "cycles", "--show", "cypher")) == (
        2, "", "error: cycles: expected one of sql, got cypher; this question has no text in other languages\n",
    )  # fmt: skip


def test_a_question_in_every_form(kgbuild: Run, build: Path, tmp_path: Path) -> None:
    asked = ("query", "superseded", "--from", build)
    expected = {
        "table": "products  source  instead\n--------  ------  -------\n", "csv": "products,source,instead\r\n",
        "tsv": "?products\t?source\t?instead\n",
        "json": '{"head":{"vars":["products","source","instead"]},"results":{"bindings":[]}}', "jsonl": "",
    }  # fmt: skip
    for form, text in expected.items():
        assert said(kgbuild(*asked, "--format", form)) == (0, text, ""), form
    asked = ("query", "reused", "--from", build, "--param", "least=0")
    assert said(kgbuild(*asked, "--sql", "--format", "csv")) == (0, "products,source,name\r\n", "")
    asked = ("query", "upstream", "--param", "id=spoke.graph", "--from", build)
    rows = [json.loads(line) for line in kgbuild(*asked, "--format", "jsonl").stdout.splitlines()]
    license = "https://spoke.rbvi.ucsf.edu/docs/licenses.html"
    assert rows[0] == {"depth": 0, "grade": "stated", "source": "https://w3id.org/kg-registry/spoke", "license": license, "name": "SPOKE"}
    assert said(kgbuild(*asked, "--format", "parquet", "--output", tmp_path / "a.parquet")) == (0, "", "")
    assert pyarrow.parquet.read_table(tmp_path / "a.parquet").to_pylist() == [{"license": None, "name": None, **row} for row in rows]
    in_sql = [json.loads(line) for line in kgbuild(*asked, "--sql", "--format", "jsonl").stdout.splitlines()]
    assert in_sql == [{**row, "source": row["source"].replace("https://w3id.org/kg-registry/", "kgr:")} for row in rows]


def test_upstream_and_affected_in_every_form_without_duckdb(kgbuild: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        """{"id":"a","name":"Ay","products":[{"id":"a.one","name":"One","category":"Product","original_source":["a", "b"]}]}
        {"id":"b","license":{"label":"CC0"},"products":[{"id":"b.api","category":"ProgrammingInterface","original_source":["c"]},{"id":"b.tsv"}]}
        {"id":"c"}"""
    )
    (tmp_path / "duckdb.py").write_text("raise ImportError")
    base, xsd = "https://w3id.org/kg-registry/", "http://www.w3.org/2001/XMLSchema#integer"

    def cell(value: str, **more: str) -> dict[str, str]:
        return {"type": "uri" if value.startswith(base) else "literal", "value": value, **more}

    def row(depth: str, grade: str, source: str, **more: dict[str, str]) -> dict[str, dict[str, str]]:
        return {"depth": cell(depth, datatype=xsd), "grade": cell(grade), "source": cell(base + source), **more}

    wanted = ("query", "upstream", "--param", "id=a.one", "a.jsonl")
    expected = {
        "table": "depth  grade   source  license  name\n-----  ------  ------  -------  ----\n    0  stated  kgr:a            Ay\n"
                 "    1  stated  kgr:b   CC0-1.0\n    2  remote  kgr:c\n",
        "csv": f"depth,grade,source,license,name\r\n0,stated,{base}a,,Ay\r\n1,stated,{base}b,CC0-1.0,\r\n2,remote,{base}c,,\r\n",
        "tsv": f'?depth\t?grade\t?source\t?license\t?name\n0\t"stated"\t<{base}a>\t\t"Ay"\n1\t"stated"\t<{base}b>\t"CC0-1.0"\t\n'
               f'2\t"remote"\t<{base}c>\t\t\n',
        "jsonl": f'{{"depth":0,"grade":"stated","source":"{base}a","name":"Ay"}}\n'
                 f'{{"depth":1,"grade":"stated","source":"{base}b","license":"CC0-1.0"}}\n{{"depth":2,"grade":"remote","source":"{base}c"}}\n',
    }  # fmt: skip
    for form, text in expected.items():
        assert said(kgbuild(*wanted, "--format", form, env={"PYTHONPATH": str(tmp_path)})) == (0, text, ""), form
    found = json.loads(kgbuild(*wanted, "--format", "json").stdout)
    assert found == {
        "head": {"vars": ["depth", "grade", "source", "license", "name"]},
        "results": {"bindings": [
            row("0", "stated", "a", name=cell("Ay")), row("1", "stated", "b", license=cell("CC0-1.0")), row("2", "remote", "c"),
        ]},
    }  # fmt: skip
    affected = kgbuild("query", "affected", "--param", "id=c", "--format", "csv", "a.jsonl")
    assert said(affected) == (0, f"depth,grade,product,name\r\n1,stated,{base}b.api,\r\n2,remote,{base}a.one,One\r\n", "")


def test_a_build_of_other_mappings_is_asked_in_sql(kgbuild: Run, build: Path, tmp_path: Path) -> None:
    shutil.copytree(build, tmp_path / "other")
    manifest = tmp_path / "other" / "graph_manifest.json"
    manifest.write_text(manifest.read_text().replace(load_mapping().sha256, "0" * 64))
    asked = ("query", "upstream", "--param", "id=spoke.graph", "--from", "other")
    assert said(kgbuild(*asked)) == (
        2, "", "error: other: expected a build made with the current mappings, got one made with others; use --sql\n",
    )  # fmt: skip
    assert kgbuild(*asked, "--sql").returncode == 0


def test_queries_of_ones_own(kgbuild: Run, build: Path, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("ASK { ?s kgrs:derived_from kgr:bgee }")
    assert said(kgbuild("query", "-f", "q.rq", "--from", build)) == (0, "true\n", "")
    assert said(kgbuild("query", "-f", "-", "--from", build, "--format", "json", stdin=b"ASK { <x:> ?p ?o }")) == (
        0, '{"head":{},"boolean":false}\n', "",
    )  # fmt: skip
    construct = "CONSTRUCT { ?s kgrs:derived_from ?o } WHERE { ?s kgrs:derived_from ?o FILTER(?o = kgr:bgee && ?s = kgr:spoke.graph) }"
    triple = (
        "<https://w3id.org/kg-registry/spoke.graph> <https://w3id.org/knowledge-graph-hub/kg_registry_schema/derived_from> "
        "<https://w3id.org/kg-registry/bgee> .\n"
    )
    assert said(kgbuild("query", "-e", construct, "--from", build, "--format", "ntriples")) == (0, triple, "")
    assert b"kgr:spoke.graph kgrs:derived_from kgr:bgee .\n" in kgbuild("query", "-e", construct, "--from", build).stdout
    one = kgbuild(
        "query", "--sql", "-e", "SELECT category FROM nodes WHERE id = $id", "--param", "id=kgr:bgee", "--from", build, "--format", "json"
    )
    assert json.loads(one.stdout) == [{"category": ["kgrs:DataSource", "kgrs:Resource", "biolink:DatasetSummary"]}]


@pytest.mark.parametrize(("query", "values", "rows"), [
    ("SELECT * { VALUES ?x {1} }", {"x": "{ }"}, [{"x": "{ }"}]),
    ("SELECT * { VALUES(?x){(1)(2)} }", {"x": "a"}, [{"x": "a"}]),
    ("SELECT ?x ?s { VALUES ?x {1} ?s kgrs:derived_from ?o } ORDER BY ?s LIMIT 1", {"o": "kgr:bgee"},
     "--param o: expected ?o in the SELECT clause, got none; add it there, or add VALUES ?o { UNDEF } to the pattern"),
    ("SELECT ?x ?o { VALUES ?x {1} kgr:spoke.graph kgrs:derived_from ?o }", {"o": "kgr:bgee"},
     [{"x": 1, "o": "https://w3id.org/kg-registry/bgee"}]),
    ("SELECT ?s { VALUES ?o { UNDEF } ?s kgrs:original_source ?o } ORDER BY ?s LIMIT 1", {"o": "kgr:bgee"},
     [{"s": "https://w3id.org/kg-registry/alzkb.data"}]),
    ("SELECT * { VALUES ?x {1} }", {"y": "a"}, "--param y: expected ?y in the query, got none; add it where the value belongs"),
    ("SELECT * { BIND(1 AS ?x) }", {"x": "a"}, "--param x: expected ?x without a value, got `AS ?x`; remove that, or use another name"),
])  # fmt: skip
def test_a_parameter_gets_its_value_or_an_error(query: str, values: dict[str, str], rows: object, kgbuild: Run, build: Path) -> None:
    given = [text for name, value in values.items() for text in ("--param", f"{name}={value}")]
    status, out, error = said(kgbuild("query", "-e", query, *given, "--format", "jsonl", "--from", build))
    if isinstance(rows, str):
        assert (status, out, error) == (2, "", f"error: {rows}\n")
    else:
        assert (status, [json.loads(line) for line in out.splitlines()], error) == (0, rows, "")


def test_records_an_export_or_what_is_there(kgbuild: Run, tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    (tmp_path / "input" / "a.yaml").write_text("{id: a, category: DataSource, products: [{id: a.b, category: GraphProduct}]}")
    count = ("-e", "SELECT (COUNT(*) AS ?n) { ?s a kgrs:Product }", "--format", "csv")
    assert said(kgbuild("query", *count)) == (0, "n\r\n1\r\n", "asking the records in input\n")
    assert kgbuild("export", "--quiet", "--format", "kgx").returncode == 0
    assert said(kgbuild("query", *count)) == (0, "n\r\n1\r\n", "asking the export in output\n")
    assert said(kgbuild("query", *count, "input")) == (0, "n\r\n1\r\n", "")
    assert kgbuild("export", "--quiet", "--format", "turtle").returncode == 0
    assert said(kgbuild("query", *count)) == (0, "n\r\n1\r\n", "asking the export in output\n")
    with (tmp_path / "output" / "graph.ttl").open("ab") as file:
        file.write(b"#")
    status, _, error = said(kgbuild("query", *count))
    assert (status, error.splitlines()[1].partition(", as the")[0]) == (
        2, f"error: output/graph.ttl: expected a file of {(tmp_path / 'output' / 'graph.ttl').stat().st_size - 1} bytes",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["upsteam"], "upsteam: expected the name of a question, got another word; did you mean upstream?"),
        (["upstream"], "--param id: expected a product or resource, got none; upstream takes id (node)"),
        (["upstream", "--param", "x=1"], "--param x: expected a parameter of the question, got another name; upstream takes id (node)"),
        (["upstream", "--param", "id"], "--param: expected NAME=VALUE, got 'id'; write it as id=bgee"),
        (["upstream", "--param", "id=spokee"], "--param id: expected an id of the graph, got 'spokee'; did you mean spoke?"),
        (["upstream", "--sql", "--param", "id=spokee"], "--param id: expected an id of the graph, got 'spokee'; did you mean spoke?"),
        (["sources", "--param", "least=x"], "--param least: expected a whole number, got 'x'; write digits, for example least=10"),
        (["-e", "DROP ALL"], "expected a query, got an update; use SELECT, ASK, CONSTRUCT or DESCRIBE"),
        (["-e", "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"],
         "SERVICE: expected a query over the build only, got one to another endpoint; send it to that endpoint directly"),
        (["-e", "ASK {}", "--format", "parquet"], "--format parquet: expected --output FILE, got none; add --output FILE"),
        (["-e", "ASK {}", "--format", "turtle"],
         "--format turtle: expected a query that returns triples, got one that returns none; use CONSTRUCT or DESCRIBE"),
        (["-e", "ASK {}", "-f", "x"], "-e, -f: expected one query, got two; leave out one of the two"),
        (["-f", "no.rq"], "no.rq: expected a file with a query, got 'No such file or directory'; check the path"),
        (["--sql", "-e", "SELECT 1; SELECT 2"], "expected one statement, got 2; run one statement at a time"),
        (["--sql", "-e", "FROM read_text('/etc/passwd')"],
         "Permission Error: Cannot access file \"/etc/passwd\" - file system operations are disabled by configuration; correct the query"),
        (["--sql", "-e", "SET enable_external_access = true"],
         'Invalid Input Error: Cannot change configuration option "enable_external_access" - the configuration has been locked; correct the query'),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_one_sentence(arguments: list[str], sentence: str, kgbuild: Run, build: Path) -> None:
    status, out, error = said(kgbuild("query", *arguments, "--from", build))
    assert (status, out, error.replace('""', '"')) == (
        2,
        "",
        f"error: {sentence}\n",
    )  # DuckDB's own sentences, which its versions quote so or so


@pytest.mark.parametrize("sql", [False, True], ids=["sparql", "sql"])
def test_hostile_text_is_bound_and_never_executed(sql: bool, kgbuild: Run, build: Path) -> None:
    query = (
        "SELECT $v AS v, (SELECT count(*) FROM nodes) AS n" if sql else "SELECT ?v ?n { { SELECT (COUNT(*) AS ?n) { ?s kgrs:stub true } } }"
    )
    language = ("--sql",) if sql else ()
    count = 37 if sql else 8  # nodes, or stubs
    for text in HOSTILE:
        done = kgbuild("query", *language, "-e", query, "--param", f"v={text}", "--from", build, "--format", "jsonl")
        assert said(done)[::2] == (0, ""), text[:40]
        assert json.loads(done.stdout) == {"v": text, "n": count}, text[:40]
        asked = kgbuild("query", "upstream", *language, "--param", f"id={text}", "--from", build)
        status, out, error = said(asked)
        assert (status, out, error.startswith("error: --param id: expected an id of the graph, got ")) == (2, "", True), text[:40]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["-e", "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }", "--timeout", "1"],
         "within 1 s, got none; simplify the query, or raise --timeout"),
        (["--sql", "-e", "SELECT count(*) FROM edges a, edges b, edges c, edges d, edges e, edges f WHERE a.id < f.id", "--timeout", "1"],
         "within 1 s, got none; simplify the query, or raise --timeout"),
        (["-e", "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a", "--timeout", "60", "--memory", "0.7"],
         "within 0.7 GiB of memory, got none; simplify the query, or raise --memory"),
    ],
)  # fmt: skip
def test_a_query_that_runs_away_is_ended(arguments: list[str], sentence: str, kgbuild: Run, build: Path) -> None:
    began = time.monotonic()
    assert said(kgbuild("query", *arguments, "--from", build)) == (2, "", f"error: expected an answer {sentence}\n")
    assert time.monotonic() - began < 40


@pytest.mark.parametrize("language", [(), ("--sql",)], ids=["lineage", "sql"])
@pytest.mark.parametrize(
    ("name", "id", "lines"), [("made", "teal-library", 137), ("kg-registry-2026-08-17.tar.gz", "spoke.graph", 91)], ids=["made", "real"]
)
def test_upstream_on_a_whole_registry(
    language: tuple[str, ...], name: str, id: str, lines: int, kgbuild: Run, registries: Callable[[str], Path]
) -> None:
    """How long it takes is for bench/query.py: tests share their cores."""
    export = kgbuild("export", registries(name), "--format", "kgx-jsonl,ntriples,parquet", "--output", "built", "--quiet")
    assert export.returncode == 0, export.stderr
    done = kgbuild("query", "upstream", *language, "--param", f"id={id}", "--from", "built", "--format", "csv")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, lines)
