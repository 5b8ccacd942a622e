"""Cells of an answer: no control character reaches a terminal, and a spreadsheet runs no formula."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paths import ROOT

from kgbuild.errors import visible
from kgbuild.query.answers import FORMS, Answer
from kgbuild.query.spreadsheet import hint, is_formula, marked
from kgbuild.query.terminal import shown

if TYPE_CHECKING:
    from running import Run

ESC = "\x1b]0;owned\x07 \x9b31m \u202eevil \U000e0041"


def on_a_terminal(folder: Path, *arguments: str) -> str:
    """What a command writes on a terminal."""
    master, slave = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "kgbuild", *arguments], cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "300"}, stdout=slave,
        stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
    ) as running:  # fmt: skip
        os.close(slave)
        data = b""
        try:
            while more := os.read(master, 65536):
                data += more
        except OSError:  # Linux reports the end of a terminal so
            pass
        os.close(master)
    assert running.returncode == 0
    return re.sub("\r+\n", "\n", data.decode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    product = {"id": "a.b", "category": "Product", "original_source": ["a"]}
    record = {"id": "a", "category": "DataSource", "name": f"=1+1{ESC}", "description": "-2+3", "products": [product]}
    (tmp_path / "a.json").write_text(json.dumps(record))
    return tmp_path


NAME = "SELECT ?name ?about { kgr:a rdfs:label ?name ; dcterms:description ?about }"
SQL = "SELECT name, description AS about, -3 AS n, '-4' AS t FROM nodes WHERE id = 'kgr:a'"
SHOWN = "\\x1b]0;owned\\x07 \\u009b31m \\u202eevil \\U000e0041"
IN_JSON = "\\u001b]0;owned\\u0007 \\u009b31m \\u202eevil \\udb40\\udc41"


@pytest.mark.parametrize(("arguments", "expected"), [
    (("-e", NAME, "--format", "csv"), f"name,about\n=1+1{SHOWN},-2+3\n"),
    (("-e", NAME, "--format", "tsv"), f'?name\t?about\n"=1+1{SHOWN}"\t"-2+3"\n'),
    (("-e", NAME, "--format", "jsonl"), f'{{"name":"=1+1{IN_JSON}","about":"-2+3"}}\n'),
    (("--sql", "-e", SQL, "--format", "csv"), f"name,about,n,t\n=1+1{SHOWN},-2+3,-3,-4\n"),
    (("--sql", "-e", SQL, "--format", "tsv"), f"name\tabout\tn\tt\n=1+1{SHOWN}\t-2+3\t-3\t-4\n"),
    (("--sql", "-e", SQL, "--format", "json"), f'[\n  {{"name":"=1+1{IN_JSON}","about":"-2+3","n":-3,"t":"-4"}}\n]\n'),
    (("--sql", "-e", "SELECT 1 AS \"a\x1b[31m\"", "--format", "csv"), "a\\x1b[31m\n1\n"),
    (("--sql", "-e", "SELECT 1 AS \"a\x1b[31m\""), "a\\x1b[31m\n---------\n        1\n"),
])  # fmt: skip
def test_a_terminal_gets_no_control_characters(arguments: tuple[str, ...], expected: str, folder: Path) -> None:
    assert on_a_terminal(folder, "query", *arguments, "a.json").expandtabs() == expected.expandtabs()


def test_triples_on_a_terminal(folder: Path) -> None:
    construct = "CONSTRUCT { kgr:a rdfs:label ?name } WHERE { kgr:a rdfs:label ?name }"
    in_turtle = "\\u001B]0;owned\\u0007 \\u009B31m \\u202Eevil \\U000E0041"
    for form in ("turtle", "table", "ntriples"):
        text = on_a_terminal(folder, "query", "-e", construct, "--format", form, "a.json")
        assert text.count(in_turtle) == 1
        assert visible(text.replace("\n", "")) == text.replace("\n", "")


def test_a_file_or_a_pipe_gets_the_bytes_of_the_format(folder: Path, kgbuild: Run) -> None:
    done = kgbuild("query", "-e", NAME, "--format", "csv", "a.json")
    assert done.stdout == f"name,about\r\n=1+1{ESC},-2+3\r\n".encode()


HINT = "hint: a spreadsheet may run these cells as formulas: row 1, column name; row 1, column about. --safe-csv puts an apostrophe before them.\n"


@pytest.mark.parametrize(("arguments", "plain", "safe"), [
    (("-e", NAME, "--format", "csv"), f"name,about\r\n=1+1{ESC},-2+3\r\n", f"name,about\r\n'=1+1{ESC},'-2+3\r\n"),
    (("-e", NAME, "--format", "tsv"), f'?name\t?about\n"=1+1{ESC}"\t"-2+3"\n', f'?name\t?about\n"\'=1+1{ESC}"\t"\'-2+3"\n'),
    (("--sql", "-e", SQL, "--format", "csv"), f"name,about,n,t\r\n=1+1{ESC},-2+3,-3,-4\r\n", f"name,about,n,t\r\n'=1+1{ESC},'-2+3,-3,-4\r\n"),
    (("--sql", "-e", SQL, "--format", "tsv"), f"name\tabout\tn\tt\n=1+1{ESC}\t-2+3\t-3\t-4\n", f"name\tabout\tn\tt\n'=1+1{ESC}\t'-2+3\t-3\t-4\n"),
])  # fmt: skip
def test_formulas_are_named_or_marked(arguments: tuple[str, ...], plain: str, safe: str, folder: Path, kgbuild: Run) -> None:
    done = kgbuild("query", *arguments, "a.json")
    assert (done.returncode, done.stdout.decode(), done.stderr.decode()) == (0, plain, HINT)
    done = kgbuild("query", *arguments, "--safe-csv", "a.json")
    assert (done.returncode, done.stdout.decode(), done.stderr.decode()) == (0, safe, "")
    done = kgbuild("query", *arguments, "--output", folder / "answer", "a.json")
    assert (done.stdout, done.stderr.decode(), (folder / "answer").read_bytes()) == (b"", HINT, plain.encode())


def test_an_answer_of_the_lineage_is_marked_too(folder: Path, kgbuild: Run) -> None:
    for form, cell in (("csv", f"'=1+1{ESC}\r\n"), ("tsv", f'"\'=1+1{ESC}"\n')):
        done = kgbuild("query", "upstream", "--param", "id=a.b", "--format", form, "--safe-csv", "a.json")
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.decode().endswith(cell)


def test_safe_csv_needs_csv(folder: Path, kgbuild: Run) -> None:
    for form, got in (("json", "json"), ("table", "table")):
        done = kgbuild("query", "-e", NAME, "--format", form, "--safe-csv", "a.json")
        sentence = f"error: --safe-csv: expected --format csv or tsv, got {got}; choose one of the two, or leave out --safe-csv\n"
        assert (done.returncode, done.stdout, done.stderr.decode()) == (2, b"", sentence)


@pytest.mark.parametrize(
    "text",
    [
        "=1",
        "=",
        "+a",
        "-a",
        "@a",
        "+1+1",
        "--1",
        "\t=1",
        "\r=1",
        "\n=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff201",
        "-",
        "+49 30 1234",
        "-1e",
    ],
)
def test_what_a_spreadsheet_runs(text: str) -> None:
    assert is_formula(text)
    assert marked(text) == f"'{text}"


@pytest.mark.parametrize("value", ["", "a", "1", "-1", "+1.5", "-.5e-3", "'=1", " =1", "a=b", "\t", "\na", -1, -1.5, None, True, ["=1"]])
def test_what_stays_as_it_is(value: object) -> None:
    assert marked(value) == value


@pytest.mark.parametrize(("form", "terms", "text", "named"), [
    ("csv", False, "a,b\n1,=2\n", "row 1, column b"),
    ("csv", False, "a,b\n1,2\n", ""),
    ("csv", False, "", ""),
    ("csv", False, "a,b\n\"x\n=1\",2\n", ""),
    ("csv", False, "a\n\"=1\nb\"\n", "row 1, column a"),
    ("csv", False, "=a,b\n1,2\n", "row 0, column =a"),
    ("csv", False, "a\n" + "=1\n" * 1005, "row 1, column a; row 2, column a; row 3, column a; and 1,002 more"),
    ("csv", False, "a\n" + "x" * (2**20 - 3) + "\n=1\n", "row 2, column a"),
    ("csv", False, "a\n-1\n+2\n", ""),
    ("csv", False, "a\n\"" + "x" * 300_000 + "\"\n=1\n", "row 2, column a"),
    ("tsv", True, "?a\t?b\n<x:a>\t\"=1\\t\"\n", "row 1, column b"),
    ("tsv", True, "?a\t?b\n-1\t\"a\\\"\"\n\"=\"\t\n", "row 2, column a"),
    ("tsv", False, "a\tb\n1\t=2\n", "row 1, column b"),
])  # fmt: skip
def test_the_hint_names_cells(form: str, terms: bool, text: str, named: str) -> None:
    said = f"a spreadsheet may run these cells as formulas: {named}. --safe-csv puts an apostrophe before them." if named else ""
    assert hint(io.BytesIO(text.encode()), form, terms=terms) == said


@settings(deadline=None)
@given(
    st.lists(st.lists(st.text("=+-@1.e \"',\t\n\r\uff1da", max_size=6), min_size=2, max_size=2), max_size=6),
    st.sampled_from(["csv", "tsv"]),
)
def test_the_hint_counts_the_cells_that_are_marked(rows: list[list[str]], form: str) -> None:
    answer, out = Answer(("a", "b"), [tuple(row) for row in rows]), io.BytesIO()
    FORMS[form](answer, out)
    count = sum(is_formula(cell) for row in rows for cell in row)
    said = hint(out, form, terms=False)
    more = re.search(r"and ([0-9]+) more", said)
    assert said.count("row ") + (int(more[1]) if more else 0) == count


def test_a_format_without_control_characters_is_shown_as_it_is() -> None:
    assert b"".join(shown(io.BytesIO("a,é漢😀\r\n\tb".encode()), "csv")) == "a,é漢😀\r\n\tb".encode()
    assert b"".join(shown(io.BytesIO(b'a,"bad\rgood"\n'), "csv")) == b'a,"bad\\rgood"\n'
