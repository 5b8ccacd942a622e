"""The command `kgbuild query`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import click

from kgbuild.cli.options import BuildRequest, click_option, takes_a_build
from kgbuild.errors import UsageError
from kgbuild.options import MEMORY, OUTPUT_FILE, TIMEOUT

if TYPE_CHECKING:
    from kgbuild.query.question import Engine

_FORMS = ("table", "csv", "tsv", "json", "jsonl", "parquet", "ntriples", "turtle")


class _Text(NamedTuple):
    """What is asked: the name of a question, or what else its text comes from; the text of a query; whether it is a named question."""

    name: str
    text: str
    named: bool


@click.command()
@click.option("-e", "--expression", metavar="TEXT", help="Ask this query, and no named question.")
@click.option("-f", "--file", "path", metavar="FILE", type=click.Path(), help="Ask the query in FILE; - is standard input.")
@click.option("--sql", is_flag=True, help="Ask in SQL (DuckDB) over the tables nodes and edges.")
@click.option("--param", "given", multiple=True, metavar="NAME=VALUE", help="A parameter of the query; repeatable.")
@click.option("--format", "form", type=click.Choice(_FORMS), help="Form of the answer.  [default: table; for triples turtle]")
@click_option("output", None, OUTPUT_FILE._replace(help="Write the answer to FILE, when it is whole."))
@click_option("timeout", 60.0, TIMEOUT)
@click_option("memory", 4.0, MEMORY)
@click.option("--list", "listing", is_flag=True, help="List the named questions.")
@click.option("--show", type=click.Choice(["sparql", "sql", "cypher"]), help="Print the text of the named question in a language.")
@click.argument("question", required=False, metavar="[NAME]")
@takes_a_build("query")
def query(
    wanted: BuildRequest, question: str | None, expression: str | None, path: str | None, sql: bool, given: tuple[str, ...], form: str | None,
    output: str | None, timeout: float, memory: float, listing: bool, show: Any,
) -> int:  # fmt: skip
    """Ask a graph a question: NAME [INPUT]..., -e TEXT [INPUT]... or -f FILE [INPUT]...

    NAME is a question that --list lists, with its parameters as in: kgbuild query upstream --param id=spoke.
    The graph is the export in DIR (--from), or that of the records in INPUT.
    [default: the export in output, or else the records in input]
    """
    if listing:
        click.echo(_list(), nl=False)
        return 0
    asked_for, wanted = _asked_for(wanted, question, expression, path)
    if show:
        from kgbuild.query.question import named

        if not asked_for.named:
            raise UsageError("--show: expected the name of a question, got a query; leave out -e or -f")
        click.echo(named(asked_for.name).text(show, wanted.vocabulary()), nl=False)
        return 0
    if form == "parquet" and output is None:
        raise UsageError("--format parquet: expected --output FILE, got none; say where to write it")
    _answer(wanted, asked_for, sql, given, form or "table", output, (timeout, memory))
    return 0


def _list() -> str:
    """Every question: its name and languages, itself in words, its parameters."""
    from kgbuild.query.question import questions

    lines: list[str] = []
    for question in questions().values():
        lines += [f"{question.name} ({', '.join(question.texts)})", f"    {question.words}"]
        for parameter in question.parameters:
            default = f", {parameter.default} if not given" if parameter.default is not None else ""
            lines.append(f"    --param {parameter.name}={parameter.kind.upper()}: {parameter.about}{default}")
    return "\n".join(lines) + "\n"


def _asked_for(wanted: BuildRequest, question: str | None, expression: str | None, path: str | None) -> tuple[_Text, BuildRequest]:
    """What is asked, and of which build: with -e or -f the first argument is no name of a question, but an input."""
    if question is not None and (expression is not None or path is not None):
        if wanted.folder is not None:
            raise UsageError(f"--from: expected an export or records, got both ({wanted.folder}, {question}); leave one of them out")
        wanted = wanted.before(question)
    if expression is not None and path is not None:
        raise UsageError("-e, -f: expected one query, got two; leave one of them out")
    if expression is not None:
        return _Text("-e", expression, False), wanted
    if path is not None:
        return _Text(path, _read(path), False), wanted
    if question is None:
        raise UsageError("expected the name of a question, -e TEXT or -f FILE, got none; `kgbuild query --list` lists the questions")
    from kgbuild.query.question import named

    return _Text(named(question).name, "", True), wanted


def _read(path: str) -> str:
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: expected a file with a query, got {error.strerror}; name another") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: expected a query in UTF-8, got other bytes; save it as UTF-8") from None


def _answer(
    wanted: BuildRequest, said: _Text, sql: bool, given: tuple[str, ...], form: str, output: str | None, bounds: tuple[float, float]
) -> None:
    from kgbuild.query import parameters, run
    from kgbuild.query.open import opened
    from kgbuild.query.question import head, named
    from kgbuild.query.sandbox import Bounds
    from kgbuild.query.sql import require

    engine: Engine = "sql" if sql else named(said.name).engine if said.named else "sparql"
    if engine == "sql":
        require()
    vocabulary = wanted.vocabulary()
    texts = parameters.split(given)
    if said.named:
        values = parameters.values(said.name, named(said.name).parameters, texts, vocabulary)
    else:
        values = parameters.of_a_query(head(said.text, "--" if engine == "sql" else "#")[1], texts, vocabulary)
    width = shutil.get_terminal_size().columns if output is None and sys.stdout.isatty() else None
    text = said.text
    if said.named:
        text = said.name if engine == "lineage" else named(said.name).text(engine, vocabulary)
    asked = run.Asked(text, engine, values, form, width, named=said.named)
    with opened(wanted.settled("asking"), engine) as build, run.ask(asked, build, vocabulary, Bounds(*bounds)) as answer:
        _put(answer, output)


def _put(answer: BinaryIO, output: str | None) -> None:
    """Copy the answer to standard output, or to a file that appears when it is whole."""
    from kgbuild.pipeline.files import replacing

    if output is None:
        shutil.copyfileobj(answer, sys.stdout.buffer)
        return
    with replacing(Path(output), todo="choose another --output") as file:
        shutil.copyfileobj(answer, file)
