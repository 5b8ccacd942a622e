"""The command `kgbuild query`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import click

from kgbuild.cli.console import tell
from kgbuild.cli.options import BuildRequest, click_option, takes_a_build
from kgbuild.errors import UsageError, as_text, quoted
from kgbuild.options import MEMORY, OUTPUT_FILE, TIMEOUT

if TYPE_CHECKING:
    from kgbuild.query.question import Engine
    from kgbuild.query.render import Form

_FORMS = ("table", "csv", "tsv", "json", "jsonl", "parquet", "ntriples", "turtle")


class _Text(NamedTuple):
    """The query to run: its name, or the option or file that it comes from; its text; and whether it is a named question."""

    name: str
    text: str
    named: bool


@click.command()
@click.option("-e", "--expression", metavar="TEXT", help="Run this query instead of a named question.")
@click.option("-f", "--file", "path", metavar="FILE", type=click.Path(), help="Run the query in FILE; - reads standard input.")
@click.option("--sql", is_flag=True, help="Use SQL (DuckDB) with the tables nodes and edges instead of SPARQL.")
@click.option("--param", "given", multiple=True, metavar="NAME=VALUE", help="Set a parameter of the query; repeatable.")
@click.option("--format", "form", type=click.Choice(_FORMS), help="Output format.  [default: table; turtle for triples]")
@click.option(
    "--safe-csv", "safe", is_flag=True, help="In CSV and TSV, put an apostrophe before cells that a spreadsheet would run as formulas."
)
@click_option("output", None, OUTPUT_FILE._replace(help="Write the answer to FILE once it is complete."))
@click_option("timeout", 60.0, TIMEOUT)
@click_option("memory", 4.0, MEMORY)
@click.option("--list", "listing", is_flag=True, help="List the named questions.")
@click.option("--show", type=click.Choice(["sparql", "sql", "cypher"]), help="Print the text of the named question in this language.")
@click.argument("question", required=False, metavar="[NAME]")
@takes_a_build("query")
def query(
    request: BuildRequest, question: str | None, expression: str | None, path: str | None, sql: bool, given: tuple[str, ...], form: str | None,
    safe: bool, output: str | None, timeout: float, memory: float, listing: bool, show: Any,
) -> int:  # fmt: skip
    """Query a graph: NAME [INPUT]..., -e TEXT [INPUT]... or -f FILE [INPUT]...

    NAME is a question from --list, with its parameters, for example: kgbuild query upstream --param id=spoke.
    The graph is the export in DIR (--from) or the graph of the records in INPUT.
    [default: the export in output if there is one, otherwise the records in input]
    """
    if listing:
        click.echo(_list(), nl=False)
        return 0
    selected, request = _selected(request, question, expression, path)
    if show:
        from kgbuild.query.question import named

        if not selected.named:
            raise UsageError("--show: expected the name of a question, got a query; leave out -e or -f")
        click.echo(named(selected.name).text(show, request.vocabulary()), nl=False)
        return 0
    if form == "parquet" and output is None:
        raise UsageError("--format parquet: expected --output FILE, got none; add --output FILE")
    if safe and form not in ("csv", "tsv"):
        raise UsageError(f"--safe-csv: expected --format csv or tsv, got {form or 'table'}; choose one of the two, or leave out --safe-csv")
    from kgbuild.query.render import Form

    _answer(request, selected, sql, given, Form(form or "table", safe=safe), output, (timeout, memory))
    return 0


def _list() -> str:
    """Return a description of every question: name, languages, text and parameters."""
    from kgbuild.query.question import questions

    lines: list[str] = []
    for question in questions().values():
        lines += [f"{question.name} ({', '.join(question.texts)})", f"    {question.words}"]
        for parameter in question.parameters:
            default = f", {parameter.default} if not given" if parameter.default is not None else ""
            lines.append(f"    --param {parameter.name}={parameter.kind.upper()}: {parameter.about}{default}")
    return "\n".join(lines) + "\n"


def _selected(request: BuildRequest, question: str | None, expression: str | None, path: str | None) -> tuple[_Text, BuildRequest]:
    """Return the query and the build to run it on. With -e or -f, the first argument is an input instead of the name of a question."""
    if question is not None and (expression is not None or path is not None):
        if request.folder is not None:
            raise UsageError(f"--from: expected an export or records, got both ({request.folder}, {question}); leave out one of the two")
        request = request.before(question)
    if expression is not None and path is not None:
        raise UsageError("-e, -f: expected one query, got two; leave out one of the two")
    if expression is not None:
        if as_text(expression) != expression:
            raise UsageError(
                f"-e: expected a query in UTF-8, got {quoted(expression)}; correct the bytes that are shown as \\x and two digits"
            )
        return _Text("-e", expression, False), request
    if path is not None:
        return _Text(path, _read(path), False), request
    if question is None:
        raise UsageError("expected the name of a question, -e TEXT or -f FILE, got none; `kgbuild query --list` lists the questions")
    from kgbuild.query.question import named

    return _Text(named(question).name, "", True), request


def _read(path: str) -> str:
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: expected a file with a query, got {error.strerror!r}; check the path") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: expected a query in UTF-8, got other bytes; save it as UTF-8") from None


def _answer(
    request: BuildRequest, selected: _Text, sql: bool, given: tuple[str, ...], form: Form, output: str | None, bounds: tuple[float, float]
) -> None:
    from kgbuild.query import parameters, run
    from kgbuild.query.open import opened
    from kgbuild.query.question import head, named
    from kgbuild.query.sandbox import Bounds
    from kgbuild.query.sql import require

    engine: Engine = "sql" if sql else named(selected.name).engine if selected.named else "sparql"
    if engine == "sql":
        require()
    vocabulary = request.vocabulary()
    texts = parameters.split(given)
    if selected.named:
        values = parameters.values(selected.name, named(selected.name).parameters, texts, vocabulary)
    else:
        values = parameters.of_a_query(head(selected.text, "--" if engine == "sql" else "#")[1], texts, vocabulary)
    width = shutil.get_terminal_size().columns if output is None and sys.stdout.isatty() else None
    text = selected.text
    if selected.named:
        text = selected.name if engine == "lineage" else named(selected.name).text(engine, vocabulary)
    query = run.Query(text, engine, values, selected.named, form._replace(width=width))
    with opened(request.settled("asking"), engine) as build:
        answered = run.ask(query, build, vocabulary, Bounds(*bounds))
    with answered.file as answer:
        _put(answer, output, form.name)
    if answered.hint:
        tell(f"hint: {answered.hint}")


def _put(answer: BinaryIO, output: str | None, form: str) -> None:
    """Copy the answer to standard output, or to a file that appears once it is complete."""
    from kgbuild.pipeline.files import replacing
    from kgbuild.query.terminal import shown

    if output is None and sys.stdout.isatty():
        sys.stdout.buffer.writelines(shown(answer, form))
        return
    if output is None:
        shutil.copyfileobj(answer, sys.stdout.buffer)
        return
    with replacing(Path(output), todo="choose another --output") as file:
        shutil.copyfileobj(answer, file)
