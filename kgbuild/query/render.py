"""Write the result of a query in an output format."""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from kgbuild.errors import UsageError
from kgbuild.query import answers, sparql

if TYPE_CHECKING:
    import pyoxigraph as ox

#: The output formats for SELECT and ASK that SPARQL 1.1 standardizes.
_STANDARD = ("csv", "tsv", "json")
#: The formats for triples.
TRIPLES = ("ntriples", "turtle")
#: Queries of each kind of result, over all kinds of terms.
REHEARSED = (
    "SELECT * { VALUES ?a { <x:a> 'a' 1 1.5 true 'a'@en '\\n\\u001B\\u00A0\\U000E0041' UNDEF } }", "ASK {}", "CONSTRUCT WHERE { ?s ?p ?o }",
)  # fmt: skip


class Form(NamedTuple):
    """An output format. ``width`` limits a table; None does not limit it. With ``safe``, a spreadsheet shows formulas as text."""

    name: str
    width: int | None = None
    safe: bool = False


def sample() -> ox.Store:
    """Return a store with one triple."""
    import pyoxigraph as ox

    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("x:a"), ox.NamedNode("x:b"), ox.Literal("\x1b\n\u00a0")))
    return store


def rehearse(form: Form) -> None:
    """Write a result of each kind, so that everything that Python and Oxigraph load on first use is loaded, such as modules and codecs.

    Under the limits of a query nothing can be loaded any more.
    """
    store = sample()
    for text in REHEARSED:
        with suppress(UsageError):  # the format is not for this kind
            result(store.query(text), form, io.BytesIO(), {"x": "x:"})
    with suppress(SyntaxError):
        store.query("")


def result(result: Any, form: Form, out: BinaryIO, prefixes: Mapping[str, str]) -> None:
    """Write what Oxigraph returned for a query. Raises UsageError if the format is not for results of its kind."""
    import pyoxigraph as ox

    if isinstance(result, ox.QueryTriples):
        if form.name not in ("table", *TRIPLES):
            raise UsageError(
                f"--format {form.name}: expected a query that returns rows, got one that returns triples; use ntriples or turtle"
            )
        sparql.write_graph(result, form.name, out, prefixes)
        return
    if form.name in TRIPLES:
        raise UsageError(
            f"--format {form.name}: expected a query that returns triples, got one that returns none; use CONSTRUCT or DESCRIBE"
        )
    if isinstance(result, ox.QueryBoolean):
        _boolean(result, form, out)
    elif form.name in _STANDARD:
        (sparql.safe(result) if form.safe else result).serialize(out, format=_result_format(form))
    else:
        answer(sparql.rows(result, prefixes if form.name == "table" else None), form, out)


def _boolean(result: ox.QueryBoolean, form: Form, out: BinaryIO) -> None:
    if form.name in _STANDARD:
        result.serialize(out, format=_result_format(form))
        out.write(b"\n")
    elif form.name == "table":
        out.write(b"true\n" if result else b"false\n")
    else:
        answer(answers.Answer(("boolean",), [(bool(result),)]), form, out)


def _result_format(form: Form) -> ox.QueryResultsFormat:
    import pyoxigraph as ox

    format: ox.QueryResultsFormat = getattr(ox.QueryResultsFormat, form.name.upper())
    return format


def answer(answer: answers.Answer, form: Form, out: BinaryIO) -> None:
    """Write a table of values."""
    if form.name == "table":
        answers.table(answer, out, form.width)
    else:
        answers.FORMS[form.name](answers.safe(answer) if form.safe else answer, out)
