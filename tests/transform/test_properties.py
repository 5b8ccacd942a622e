"""The fields of a record -> the properties of a node: nothing that is written gets lost."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, document, laws

from kgbuild.model.document import NotText
from kgbuild.model.graph import Description
from kgbuild.transform.properties import Note, PropertyReader, PropertyVocabulary, Table, table_of

VOCABULARY = PropertyVocabulary(MAPPING)
RESOURCE = table_of("resource", MAPPING.fields.resource, {})
PRODUCT = table_of("product", MAPPING.fields.product, {"original_source": "original"})


def described(tree: dict[Any, Any], table: Table = RESOURCE) -> tuple[Description, list[Note], list[str]]:
    notes: list[Note] = []
    reader = PropertyReader(VOCABULARY, document(tree, b"1 2"), table, notes)
    return reader.description(tree), notes, reader.organizations


#: A record, and its description.
FIELDS: dict[str, tuple[dict[str, Any], Description]] = {
    "nothing": ({"id": "a", "name": None, "description": ""}, Description()),
    "texts": ({"name": "A", "homepage_url": "https://a.org"}, Description(name="A", url="https://a.org")),
    "the preferred field": ({"title": "T", "name": "N"}, Description(name="N", extra={"title": '"T"'})),
    "in any order": ({"name": "N", "title": "T"}, Description(name="N", extra={"title": '"T"'})),
    "the other field alone": ({"title": "T"}, Description(name="T")),
    "a list": ({"synonyms": ["b", "a"]}, Description(synonym=("b", "a"))),
    "a text for a list": ({"synonyms": "b"}, Description(synonym=("b",))),
    "what is carried": ({"layout": "resource_detail", "tags": ["x"]}, Description(extra={"layout": '"resource_detail"', "tags": '["x"]'})),
    "ids elsewhere": ({"infores_id": "a", "fairsharing_id": "fairsharing:b"}, Description(xref=("infores:a", "fairsharing:b"))),
    "a known license": (
        {"license": {"label": "CC BY 4.0", "id": "https://creativecommons.org/licenses/by/4.0/"}},
        Description(
            license="CC-BY-4.0",
            license_label="CC BY 4.0",
            extra={"license": '{"id":"https://creativecommons.org/licenses/by/4.0/","label":"CC BY 4.0"}'},
        ),
    ),
    "a license of its own": ({"license": "Terms"}, Description(license="Terms", license_label="Terms")),
    "a license as a CURIE": ({"license": "spdx:CC-BY-4.0"}, Description(license="CC-BY-4.0", license_label="spdx:CC-BY-4.0")),
    "a license as a URL": (
        {"license": "https://creativecommons.org/licenses/by/4.0/deed.de?x=1"},
        Description(license="CC-BY-4.0", license_label="https://creativecommons.org/licenses/by/4.0/deed.de?x=1"),
    ),
    "a list of one license": (
        {"license": [{"label": "MIT"}]},
        Description(license="MIT", license_label="MIT", extra={"license": '[{"label":"MIT"}]'}),
    ),
    "a list of a text": ({"license": ["MIT"]}, Description(license="MIT", license_label="MIT")),
    "a list of two licenses": (
        {"license": ["CC0", {"label": "CC BY 4.0"}]},
        Description(license="CC0-1.0; CC-BY-4.0", license_label="CC0; CC BY 4.0", extra={"license": '["CC0",{"label":"CC BY 4.0"}]'}),
    ),
    "no license in both places": (
        {"license": {"label": "N/A", "id": "N/A"}},
        Description(license_label="N/A"),
    ),
    "no license in the place of the URL": ({"license": {"id": "N/A"}}, Description(extra={"license": '{"id":"N/A"}'})),
    "a license that its words forbid": (
        {"license": {"label": "All rights reserved", "id": "CC-BY-4.0"}},
        Description(
            license="All rights reserved",
            license_label="All rights reserved",
            extra={"license": '{"id":"CC-BY-4.0","label":"All rights reserved"}'},
        ),
    ),
}


@pytest.mark.parametrize("name", FIELDS)
def test_fields(name: str) -> None:
    tree, expected = FIELDS[name]
    assert described(tree) == (expected, [], [])


@pytest.mark.parametrize("value", [[["MIT"]], {"text": "MIT"}, [[["MIT"]], {"label": ["MIT"]}]])
def test_a_license_in_a_shape_of_its_own_is_kept_and_noted(value: Any) -> None:
    description, notes, _ = described({"license": value})
    assert description == Description(extra={"license": json.dumps(value, separators=(",", ":"))})
    assert notes == [Note("resource field with an unusual value", "license")]


def test_numbers_and_media_types_of_a_product() -> None:
    tree = {
        "id": "a.b",
        "product_file_size": "1.50",
        "node_count": "many",
        "format": "TSV",
        "compression": "gzip",
        "original_source": ["c"],
    }
    description, notes, _ = described(tree, PRODUCT)
    media_type = MAPPING.formats.formats["tsv"]
    expected = Description(file_size=1.5, format="TSV", compression="gzip", media_type=media_type, extra={"node_count": '"many"'})
    assert (description, notes) == (expected, [Note("product field with an unusual value", "node_count")])
    assert VOCABULARY.media_type("nothing known", "gzip") == MAPPING.formats.compression["gzip"]
    assert VOCABULARY.media_type(None, None) is None


def test_contacts_are_labels_and_organizations_have_an_id() -> None:
    contacts = ["Ann", {"id": "org", "label": "Org", "category": "Organization"}, {"label": "Bob", "id": "b", "category": "Person"}]
    description, notes, organizations = described({"contacts": contacts})
    kept = '["Ann",{"category":"Organization","id":"org","label":"Org"},{"category":"Person","id":"b","label":"Bob"}]'
    assert (description, notes, organizations) == (Description(contact=("Ann", "Org", "Bob"), extra={"contacts": kept}), [], ["org"])


def test_publications_are_curies_where_a_spelling_fits() -> None:
    assert VOCABULARY.compress("nothing known") == "nothing known"
    spelling, prefix = max(MAPPING.prefixes.spellings.items(), key=lambda item: len(item[0]))
    description, *_ = described({"publications": [{"id": f"{spelling}1/", "title": "T"}]})
    kept = msgspec.json.encode([{"id": f"{spelling}1/", "title": "T"}]).decode()
    assert description == Description(publications=(f"{prefix}:1",), extra={"publications": kept})


@pytest.mark.parametrize(
    ("written", "curie"),
    [
        ("doi: 10.1093/x", "doi:10.1093/x"),
        ("doi:\u00a010.1093/x", "doi:10.1093/x"),
        ("doi:https://doi.org/10.1093/x", "doi:10.1093/x"),
        ("https://doi.org/doi:10.1093/x", "doi:10.1093/x"),
        ("doi:", "doi:"),
        ("doi: ", "doi: "),
    ],
)
def test_a_publication_is_one_prefix_and_the_reference(written: str, curie: str) -> None:
    assert VOCABULARY.compress(written) == curie


def test_what_has_no_property_is_kept_and_counted() -> None:
    description, notes, _ = described({"odd": {"b": ["x", None]}, "synonyms": [["nested"]]})
    assert description == Description(extra={"odd": '{"b":["x"]}', "synonyms": '[["nested"]]'})
    assert notes == [Note("unknown resource field", "odd"), Note("resource field with an unusual value", "synonyms")]


def test_a_key_that_is_no_text_is_read_again() -> None:
    with pytest.raises(NotText):
        described({1: "a"})


fields = st.sampled_from([*RESOURCE.feeds, "odd", "odder", "tags"])
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)
values = st.one_of(texts, st.lists(texts, max_size=2), st.dictionaries(st.sampled_from(["id", "label", "note"]), texts, max_size=2))


@laws
@given(st.dictionaries(fields, values, max_size=6))
def test_every_text_of_a_record_is_somewhere_in_its_description(tree: dict[str, Any]) -> None:
    """In a property, or in the JSON text of a field without one."""
    description, _, organizations = described(tree)
    flat = [value for name in Description.__struct_fields__ if name != "extra" for value in _texts(getattr(description, name))]
    flat += [text for value in description.extra.values() for text in _texts(msgspec.json.decode(value))] + organizations
    for text in (text for value in tree.values() for text in _texts(value)):
        assert any(text.strip().rstrip("/") in found for found in flat), text


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    return (
        [text for item in value for text in _texts(item)] if isinstance(value, list | tuple) else [value] if isinstance(value, str) else []
    )
