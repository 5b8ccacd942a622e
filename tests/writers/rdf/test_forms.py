"""Values of columns as statements: every text form is valid, equal values have equal texts, and what a form does not take is a literal."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, laws

from kgbuild.model.rdf import Form, Rdf
from kgbuild.writers.columns import Column
from kgbuild.writers.rdf.forms import Forms, RdfTerms
from kgbuild.writers.rdf.ntriples import NTriplesNotation
from kgbuild.writers.rdf.turtle import TurtleNotation

TERMS: list[RdfTerms] = [NTriplesNotation(), TurtleNotation(MAPPING.prefixes.prefixes)]
FORMS, PREFIXED = Forms(MAPPING, TERMS[0]), Forms(MAPPING, TERMS[1])
XSD = "http://www.w3.org/2001/XMLSchema#"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
#: Texts that are nearly a date, an address, a CURIE or a license.
AWKWARD = st.one_of(
    TEXT,
    st.from_regex(r"\d{4}(-\d\d){0,2}(T\d\d:\d\d:\d\d(\.\d{1,7})?Z?)?", fullmatch=True),
    st.builds("{}{}".format, st.sampled_from(["http://", "https://x.org/", "mailto:", "kgr:", "doi:", "a:"]), TEXT),
    st.sampled_from(["CC0-1.0", "text/csv", "MIT"]),
)


def column(form: Form, type: Any = "text") -> Column:
    return Column("a", type, required=False, rdf=Rdf(form=form))


def parsed(object: str) -> Any:
    """The object of a triple as pyoxigraph reads it."""
    (quad,) = pyoxigraph.parse(f"<http://x/s> <http://x/p> {object} .", format=pyoxigraph.RdfFormat.N_TRIPLES)
    return quad.object


@pytest.mark.parametrize("terms", TERMS)
@laws
@given(a=AWKWARD, b=AWKWARD)
def test_equal_texts_and_only_these_are_equal_literals(terms: RdfTerms, a: str, b: str) -> None:
    assert (terms.literal(a) == terms.literal(b)) == (a == b)
    assert (terms.typed(a, "date") == terms.typed(b, "date")) == (a == b)


@pytest.mark.parametrize("form", ["literal", "date", "curie", "media_type", "keyword", "address", "license"])
@laws
@given(text=AWKWARD)
def test_a_text_is_a_valid_object_or_none(form: Form, text: str) -> None:
    """A literal has the text itself; what is checked gives a resource or None."""
    checked = FORMS.checked.get(form)
    object = checked(text) if checked else FORMS.objects(column(form))(text)
    if object is None:
        assert checked
        return
    read = parsed(object)
    assert isinstance(read, pyoxigraph.NamedNode) if checked else isinstance(read, pyoxigraph.NamedNode) or read.value == text


@laws
@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_a_number_reads_back_the_same(value: float) -> None:
    read = parsed(FORMS.literal(value))
    assert read.datatype.value == f"{XSD}{'integer' if isinstance(value, int) else 'decimal'}"
    assert Decimal(read.value) == Decimal(repr(value))
    assert "e" not in read.value.lower()


@laws
@given(st.one_of(st.dates(), st.datetimes()))
def test_every_day_of_the_calendar_is_typed(value: date | datetime) -> None:
    datatype = "dateTime" if isinstance(value, datetime) else "date"
    assert FORMS.objects(column("date"))(value.isoformat()) == f'"{value.isoformat()}"^^<{XSD}{datatype}>'


@pytest.mark.parametrize(
    ("text", "datatype"),
    [
        ("2024", "gYear"), ("2024-02", "gYearMonth"), ("2024-02-29", "date"), ("2024-02-29T23:59:59.5+01:00", "dateTime"),
        ("2023-02-29", None), ("2024-13", None), ("2024-02-29T24:01:00", None), ("0000", None), ("24", None), ("2024-2", None),
        (" 2024", None), ("soon", None), ("", None),
    ],
)  # fmt: skip
def test_dates(text: str, datatype: str | None) -> None:
    assert FORMS.objects(column("date"))(text) == (f'"{text}"^^<{XSD}{datatype}>' if datatype else f'"{text}"')


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1.5", '"1.5"'), (True, "true"), (False, "false"), (1, "1"), (-0.5, "-0.5"), (1.50, "1.5"), (2.0, "2.0"),
        (1e21, "1000000000000000000000.0"), (1e-7, "0.0000001"),
    ],
)  # fmt: skip
def test_numbers_and_booleans_are_canonical(value: Any, text: str) -> None:
    assert PREFIXED.literal(value) == text
    assert PREFIXED.objects(column("literal", "number"))(value) == text


def test_what_is_no_text_number_or_boolean_is_an_error() -> None:
    with pytest.raises(TypeError) as error:
        FORMS.literal(None)
    assert str(error.value) == "a property is text, a number or a boolean, not <class 'NoneType'>"


@pytest.mark.parametrize(
    ("form", "value", "object"),
    [
        ("curie", "NCBITaxon:9606", "NCBITaxon:9606"),
        ("curie", "https://x.org/a b", "<https://x.org/a%20b>"),
        ("curie", "unknown:1", '"unknown:1"'),
        ("media_type", "text/csv", "<https://www.iana.org/assignments/media-types/text/csv>"),
        ("media_type", "a b", "<https://www.iana.org/assignments/media-types/a%20b>"),
        ("keyword", "genomics", '"genomics"'),
    ],
)
def test_objects(form: Form, value: str, object: str) -> None:
    assert PREFIXED.objects(column(form))(value) == object


@pytest.mark.parametrize(
    ("form", "value", "object"),
    [
        ("address", "https://x.org/", "<https://x.org/>"),
        ("address", "see the site", None),
        ("license", "CC-BY-4.0", "spdx:CC-BY-4.0"),
        ("license", "https://x.org/license", "<https://x.org/license>"),
        ("license", "CC-BY-9.9", None),
        ("bytes", 5, '"5"^^xsd:nonNegativeInteger'),
        ("bytes", -5, None),
        ("bytes", 5.0, None),
    ],
)
def test_checked_objects(form: Form, value: Any, object: str | None) -> None:
    assert PREFIXED.checked[form](value) == object


def test_resources_and_predicates() -> None:
    assert [PREFIXED.resource(curie) for curie in ("kgr:a", "unknown:a b")] == ["kgr:a", "<unknown:a%20b>"]
    predicates = [PREFIXED.predicate("stub"), PREFIXED.predicate("name", "rdfs:label"), PREFIXED.predicate("a b")]
    assert predicates == ["kgrs:stub ", "rdfs:label ", "kgrs:a%20b "]
