"""The process of a query: nothing is imported or opened under its limits, whatever is asked, in a fresh process and with the base installation."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from query.watched import missing, watching

from kgbuild.cli.query import _FORMS
from kgbuild.options import ExportTarget, ReadOptions
from kgbuild.pipeline.export import export
from kgbuild.query.question import questions

if TYPE_CHECKING:
    from running import Run

NO_DUCKDB = "--sql requires duckdb, which is not installed; install it with: pip install 'kgbuild[sql]'"
#: A record whose values need escapes: line breaks, control characters, spaces that do not break, tags, emoji, characters of every width.
RECORD = {
    "id": "a", "name": "Gene\u00a0Ontology \U000e0041", "category": "DataSource", "description": "one\ntwo\u2028\u0085 \u202e\x7f é 漢 😀",
    "homepage_url": "https://a.example/", "license": {"label": "CC0 ='"},
    "products": [{"id": "a.b", "category": "GraphProduct", "name": "B, \"b\"", "edge_count": 3, "original_source": ["a", "c"]}],
}  # fmt: skip
SPARQL = {
    "select": "SELECT * { ?s ?p ?o }",
    "select-values": "SELECT (1.5 AS ?a) (true AS ?b) (NOW() AS ?c) (RAND() AS ?d) (UUID() AS ?e) (MD5('x') AS ?f) (REGEX('é', '\\\\w') AS ?g) ?h {}",
    "ask": "ASK { ?s ?p ?o }",
    "construct": "CONSTRUCT WHERE { ?s ?p ?o }",
    "describe": "DESCRIBE kgr:a",
}
SQL = {
    "all": "FROM nodes",
    "types": "SELECT now() AS t, [now()] AS ts, current_date AS d, TIME '10:00' AS h, uuid() AS u, 1.5 AS n, INTERVAL 1 DAY AS i, "
    "{'a': 1} AS s, MAP {'a': 1} AS m, 'x'::BLOB AS b, 12345678901234567890::HUGEINT AS l, 'NaN'::DOUBLE AS f, $v AS v",
}


class Watched:
    """An installation without some packages, and an export to ask."""

    def __init__(self, kgbuild: Run, build: Path, folder: Path, absent: set[str]) -> None:
        self._kgbuild, self.build = kgbuild, build
        self._env, self._said = watching(folder / "site", absent)

    def ask(self, *arguments: str) -> tuple[int, bytes, str]:
        """Status, output and errors. Nothing may be imported or opened under the limits."""
        done = self._kgbuild("query", *arguments, "--from", str(self.build), env=self._env)
        said = self._said()
        assert [line for line in said if line != "limited"] == [], arguments
        assert said or done.returncode == 2, "the limits were never set"
        return done.returncode, done.stdout, done.stderr.decode()


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    (folder / "a.json").write_text(json.dumps(RECORD))
    export(ReadOptions(inputs=(str(folder / "a.json"),)), ExportTarget(formats=("kgx-jsonl", "ntriples", "turtle"), output=folder))
    return folder


@pytest.fixture
def base(kgbuild: Run, build: Path, tmp_path: Path) -> Watched:
    return Watched(kgbuild, build, tmp_path, missing())


@pytest.fixture
def with_sql(kgbuild: Run, build: Path, tmp_path: Path) -> Watched:
    return Watched(kgbuild, build, tmp_path, missing("sql"))


@pytest.fixture
def whole(kgbuild: Run, build: Path, tmp_path: Path) -> Watched:
    return Watched(kgbuild, build, tmp_path, set())


TEXTS = [form for form in _FORMS if form != "parquet"]


def answers(kind: str, form: str) -> bool:
    """Whether a format is for the results of a kind of query."""
    return form == "table" or (form in ("ntriples", "turtle")) == (kind in ("construct", "describe"))


@pytest.mark.parametrize("form", TEXTS)
def test_sparql_in_a_fresh_process(form: str, base: Watched) -> None:
    for kind, text in SPARQL.items():
        status, out, error = base.ask("-e", text, "--format", form)
        if answers(kind, form):
            assert (status, error.replace("hint: ", "")[:13]) == (0, "a spreadsheet" if error else ""), (kind, error)
            assert out
        else:
            assert (status, out, error.startswith(f"error: --format {form}: expected a query that returns ")) == (2, b"", True), (
                kind,
                error,
            )


def asking(name: str) -> tuple[str, ...]:
    """The arguments for a named question."""
    values = {"node": "a.b", "number": "1"}
    return (name, *(text for given in questions()[name].parameters for text in ("--param", f"{given.name}={values[given.kind]}")))


#: A named question of each engine in each format, and every named question as a table.
NAMED = [*((name, form) for name in ("products", "upstream") for form in TEXTS), *((name, "table") for name in questions())]


@pytest.mark.parametrize(("name", "form"), dict.fromkeys(NAMED))
def test_named_questions_in_a_fresh_process(name: str, form: str, base: Watched) -> None:
    status, out, error = base.ask(*asking(name), "--format", form)
    if questions()[name].engine == "sql":
        assert (status, out, error) == (2, b"", f"error: {NO_DUCKDB}\n")
    elif form in ("ntriples", "turtle"):
        assert (status, error.startswith(f"error: --format {form}: expected a query that returns triples, got one that returns none")) == (
            2,
            True,
        )
    else:
        assert (status, error) == (0, "")


@pytest.mark.parametrize("form", [form for form in TEXTS if form not in ("ntriples", "turtle")])
def test_sql_in_a_fresh_process(form: str, with_sql: Watched) -> None:
    for text in SQL.values():
        status, out, error = with_sql.ask("--sql", "-e", text, *(("--param", "v=é\n") if "$v" in text else ()), "--format", form)
        assert (status, error) == (0, ""), text
        assert out
    for name in questions() if form == "table" else ("products", "upstream", "cycles"):
        assert with_sql.ask("--sql", *asking(name), "--format", form)[::2] == (0, ""), name


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_safe_csv_in_a_fresh_process(form: str, base: Watched, with_sql: Watched) -> None:
    for watched, asked in ((base, ("-e", SPARQL["select"])), (base, asking("upstream")), (with_sql, ("--sql", "-e", SQL["all"]))):
        assert watched.ask(*asked, "--format", form, "--safe-csv")[::2] == (0, "")


@pytest.mark.parametrize("language", ["sparql", "sql", "lineage"])
def test_parquet_in_a_fresh_process(language: str, whole: Watched, tmp_path: Path) -> None:
    asked = {"sparql": ("-e", SPARQL["select"]), "sql": ("--sql", "-e", SQL["all"]), "lineage": ("upstream", "--param", "id=a.b")}[language]
    assert whole.ask(*asked, "--format", "parquet", "--output", str(tmp_path / "a.parquet")) == (0, b"", "")
    assert (tmp_path / "a.parquet").read_bytes()[:4] == b"PAR1"


def test_errors_in_a_fresh_process(base: Watched, with_sql: Watched) -> None:
    """An error may import what it needs, but not under the limits."""
    wrong = {
        ("-e", "SELECT"): "line 1, column 7: ",
        ("-e", "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"): "SERVICE: expected a query over the build only, ",
        ("-e", "DROP ALL"): "expected a query, got an update; ",
        ("-e", "SELECT (<x:f>(1) AS ?a) {}"): "The custom function <x:f> is not supported",
        ("upstream", "--param", "id=a.bb"): "--param id: expected an id of the graph, got 'a.bb'; did you mean a.b?",
        ("origins", "--param", "id=a.bb"): "--param id: expected an id of the graph, got 'a.bb'; did you mean a.b?",
    }
    for arguments, sentence in wrong.items():
        status, out, error = base.ask(*arguments)
        assert (status, out, error[: len(sentence) + 7]) == (2, b"", f"error: {sentence}")
    status, _, error = with_sql.ask("--sql", "-e", "SELECT x FROM nodes WHERE")
    assert (status, error[:15]) == (2, "error: Parser E")
    status, _, error = with_sql.ask("--sql", "-e", "SELECT nothing FROM nodes")
    assert (status, error[:15]) == (2, "error: Binder E")


@pytest.mark.parametrize("format", ["kgx-jsonl", "turtle", "parquet"])
def test_every_build_that_can_be_read(format: str, kgbuild: Run, build: Path, tmp_path: Path) -> None:
    """Triples from KGX JSON Lines are rendered in the process of the query."""
    assert kgbuild("export", build / "a.json", "--format", format, "--output", tmp_path / "built", "--quiet").returncode in (0, 1)
    watched = Watched(kgbuild, tmp_path / "built", tmp_path, missing("sql"))
    asked = ("--sql", "-e", SQL["all"]) if format == "parquet" else ("-e", SPARQL["select"])
    assert watched.ask(*asked)[::2] == (0, "")


@pytest.mark.parametrize("name", ["kg-registry-2026-08-17.tar.gz", "kg-registry-2025-12-06.tar.gz"])
def test_all_triples_of_a_registry(name: str, kgbuild: Run, registries: Callable[[str], Path]) -> None:
    done = kgbuild("query", "-e", "SELECT * { ?s ?p ?o }", registries(name))
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(done.stdout.splitlines()) > 30_000
