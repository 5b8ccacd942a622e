"""Where the parameters of a query in SPARQL belong."""

from __future__ import annotations

import pytest

from kgbuild.query.sandbox import QueryError
from kgbuild.query.sparql_text import Update, bind, refuse, terms

TERM = '"a { b } c"'


@pytest.mark.parametrize("block", [
    "VALUES ?x {1}", "VALUES ?x { 1 }", "VALUES ?x {}", "values ?x{1}", "VALUES $x {1 2 3}", "VALUES ?x\n{\n  1\n  2\n}",
    "VALUES ?x { 'a } b' \"{\" }",
    "VALUES ?x { UNDEF }",
    "VALUES (?x) {(1)}", "VALUES(?x){ (1) (UNDEF) }", "VALUES ?x { # a } comment\n 1 }", "VALUES # { a comment\n ?x { 1 }",
    "VALUES ?x { <http://a/#b> }",
    "VALUES ?x { '''a\n}''' }", "VALUES ?x { 'a\\'}' 'b'@en '1'^^xsd:integer }",
])  # fmt: skip
def test_a_data_block_gets_the_term_however_it_is_written(block: str) -> None:
    query = f"SELECT * {{ ?s ?p ?x {block} FILTER(?p != 'VALUES ?x {{1}}') }}"
    assert bind(query, {"x": TERM}) == (query.replace(block, f"VALUES ?x {{ {TERM} }}", 1), ())


def test_every_block_of_the_variable_gets_the_term() -> None:
    query = "SELECT * { { VALUES ?x {1} } UNION { VALUES ?x {2} VALUES ?y {3} } }"
    assert bind(query, {"x": "<x:a>"}) == ("SELECT * { { VALUES ?x { <x:a> } } UNION { VALUES ?x { <x:a> } VALUES ?y {3} } }", ())


@pytest.mark.parametrize("query", [
    "SELECT * { ?s ?p ?x }", "SELECT * { ?s ?p $x }", "SELECT * { ?s ?p ?x VALUES ?xx {1} }", "SELECT * { ?s ?values ?x . ?s values:a ?x }",
    "SELECT * { ?s ?p ?x FILTER(?s = 'VALUES ?x {1}') }", "SELECT * { ?s ?p ?x # VALUES ?x {1}\n }",
    "SELECT * { ?s ?p ?x VALUES ?x {1 ", "SELECT * { ?s ?p ?x VALUES ?x",
])  # fmt: skip
def test_without_a_data_block_the_variable_is_substituted(query: str) -> None:
    assert bind(query, {"x": TERM}) == (query, ("x",))


@pytest.mark.parametrize(("query", "sentence"), [
    ("SELECT * { ?s ?p ?o }", "--param x: expected ?x in the query, got none; add it where the value belongs"),
    ("SELECT * { ?s ?p 'a ?x b' } # ?x", "--param x: expected ?x in the query, got none; add it where the value belongs"),
    ("SELECT * { BIND(1 AS ?x) }", "--param x: expected ?x without a value, got `AS ?x`; remove that, or use another name"),
    ("SELECT (1 as $x) {}", "--param x: expected ?x without a value, got `AS ?x`; remove that, or use another name"),
    ("SELECT * { VALUES (?x ?y) { (1 2) } }",
     "--param x: expected VALUES ?x { … }, got VALUES with ?y too; give ?x a block of its own"),
])  # fmt: skip
def test_a_parameter_that_would_not_get_its_value_is_an_error(query: str, sentence: str) -> None:
    with pytest.raises(QueryError) as error:
        bind(query, {"x": TERM})
    assert str(error.value) == sentence


@pytest.mark.parametrize(("query", "refused"), [
    ("ASK { SERVICE <x:> {} }", QueryError), ("ASK { service silent ?s {} }", QueryError),
    ("ASK { ?SERVICE a x:SERVICE FILTER('SERVICE' = 'a') } # SERVICE", None),
    ("DROP ALL", Update), ("PREFIX a: <x:> # all\ninsert data {}", Update), ("SELECT * { ?s a <x:drop> }", None),
])  # fmt: skip
def test_what_is_refused(query: str, refused: type[QueryError] | None) -> None:
    if refused is None:
        refuse(query)
        return
    with pytest.raises(refused):
        refuse(query)


def test_the_terms_of_a_query() -> None:
    assert terms("ASK { ?s x:a ?o }", {"x": "http://x/", "rdf": "http://r/"}) == {"http://r/type", "http://x/a"}
