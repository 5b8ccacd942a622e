"""Mappings: a folder of them makes another registry readable; a wrong entry is an error that names file, line and key (SPEC §4)."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from paths import MAPPINGS, TESTS
from running import run_command

import kgbuild
from kgbuild.errors import MappingError
from kgbuild.mapping.load import load_mapping

REGISTRY = TESTS / "registry"


def test_a_mapping_folder_makes_another_registry_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, regenerate: bool) -> None:
    monkeypatch.chdir(REGISTRY)
    command = [
        "export",
        "records",
        "--mappings",
        "mappings",
        "--format",
        "kgx,turtle,ntriples",
        "--rollup",
        "--check",
        "none",
        "--no-cache",
        "--output",
        str(tmp_path),
    ]
    result = run_command(command)
    assert (result.exit_code, result.stdout) == (0, ""), result.stderr
    files = {path.name: path.read_text() for path in sorted(tmp_path.iterdir())}
    files["graph_manifest.json"] = re.sub(r'"(kgbuild|mappings)": "[^"]+"', r'"\1": "…"', files["graph_manifest.json"], count=2)
    expected = REGISTRY / "expected"
    if regenerate:
        shutil.rmtree(expected, ignore_errors=True)
        expected.mkdir()
        for name, text in files.items():
            (expected / name).write_text(text)
    assert files == {path.name: path.read_text() for path in sorted(expected.iterdir())}


def test_without_its_mappings_it_holds_no_record() -> None:
    result = run_command(["export", str(REGISTRY / "records"), "--no-cache"])
    todo = "give a folder of pages with YAML front matter, or a YAML, JSON or JSON Lines file"
    said = f"error: {REGISTRY / 'records'}: expected at least one record, got 5 files without one; {todo}\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", said)


def test_the_built_in_files_one_by_one_are_accepted_as_ones_own(tmp_path: Path) -> None:
    records = tmp_path / "a.yaml"
    records.write_text("id: a\ncategory: DataSource\n")
    expected = kgbuild.build(records).nodes
    for path in sorted(MAPPINGS.iterdir()):
        folder = tmp_path / path.stem
        folder.mkdir()
        shutil.copy(path, folder)
        assert kgbuild.build(records, mappings=folder).nodes == expected


def said(folder: Path, file: str, data: str | bytes) -> str:
    mappings = folder / "mappings"
    mappings.mkdir()
    (mappings / file).write_bytes(data.encode() if isinstance(data, str) else data)
    (folder / "a.yaml").write_text("id: a\ncategory: DataSource\n")
    with pytest.raises(MappingError) as caught:
        kgbuild.build(folder / "a.yaml", mappings=mappings)
    return str(caught.value).replace(f"{mappings}/", "")


def line(text: str, start: str) -> int:
    """The first line of a text that begins so, counted from one."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))


#: What is changed in which file, how the line begins on which the entry then stands, and what is said of it.
ENTRIES = {
    "unknown key at the top": (
        "pages.yaml", "field: layout", "feild: layout", "feild: ",
        "feild: expected a key that mapping files have, got an unknown one; correct or remove the entry",
    ),
    "unknown key inside": (
        "provenance.yaml", "  mentions: {registry:", "  mentions: {registri:", "  mentions: ",
        "edges.mentions.registri: expected a key that mapping files have, got an unknown one; correct or remove the entry",
    ),
    "unknown property": (
        "fields.yaml", "  synonym: [synonyms]", "  synonims: [synonyms]", "  synonims: ",
        "resource.synonims: expected a key that mapping files have, got an unknown one; correct or remove the entry",
    ),
    "text for a list": (
        "pages.yaml", "containers: [resources]", "containers: resources", "containers: ",
        "containers: expected `array`, got `str`; correct or remove the entry",
    ),
    "list for text": (
        "pages.yaml", "field: layout", "field: [layout]", "field: ",
        "field: expected `str`, got `array`; correct or remove the entry",
    ),
    "number for a media type": (
        "formats.yaml", "  csv: text/csv", "  csv: 5", "  csv: ",
        "formats.csv: expected `str`, got `int`; correct or remove the entry",
    ),
    "unknown kind of page": (
        "pages.yaml", "  eval_detail: evaluation", "  eval_detail: evaluations", "  eval_detail: ",
        "kinds.eval_detail: invalid enum value 'evaluations'; correct or remove the entry",
    ),
    "unknown knowledge level": (
        "provenance.yaml", "knowledge_level: observation", "knowledge_level: seen", "  mentions: ",
        "edges.mentions.knowledge_level: invalid enum value 'seen'; correct or remove the entry",
    ),
    "missing key": (
        "provenance.yaml", "edge_category: biolink:Association\n", "", "#",
        "the file: object missing required field `edge_category`; correct or remove the entry",
    ),
    "missing kind of edge": (
        "provenance.yaml", "  superseded_by: {", "# superseded_by: {", "edges:",
        "edges: expected an entry for 'superseded_by', got none; correct the entry",
    ),
    "missing prefix of a space": (
        "prefixes.yaml", "  resource: kgr\n", "", "spaces:",
        "spaces: expected a prefix for 'resource', got none; correct the entry",
    ),
    "no field for an id": (
        "fields.yaml", "  id: [id]", "  id: []", "  id: ",
        "resource.id: expected at least one field, got none; correct the entry",
    ),
    "unknown prefix of a class": (
        "categories.yaml", "DataSource: kgrs:DataSource", "DataSource: krgs:DataSource", "    DataSource: ",
        "resource.categories.DataSource: expected a CURIE with a prefix of prefixes.yaml, got 'krgs:DataSource'; correct the entry",
    ),
    "category that is no data and is not there": (
        "categories.yaml", "GraphicalInterface, ProcessProduct,", "GraphicInterface, ProcessProduct,", "  not_data: [",
        "product.not_data.1: expected a category of product.categories, got 'GraphicInterface'; correct the entry",
    ),
    "class of data and of what is none": (
        "categories.yaml", "ProcessProduct: kgrs:ProcessProduct", "ProcessProduct: kgrs:GraphProduct", "  not_data: [",
        "product.not_data.2: expected a category with a class that no data has, got 'ProcessProduct' with 'kgrs:GraphProduct'; correct the entry",
    ),
    "unknown prefix of a relation": (
        "provenance.yaml", "  prov:used: prov:used", "  prov:used: prv:used", "  prov:used: ",
        "relations.prov:used: expected a CURIE with a prefix of prefixes.yaml, got 'prv:used'; correct the entry",
    ),
    "unknown prefix of a field": (
        "fields.yaml", "  infores_id: infores", "  infores_id: infers", "  infores_id: ",
        "prefixed.infores_id: expected a known prefix, got 'infers'; correct the entry",
    ),
    "unknown prefix of a space": (
        "prefixes.yaml", "  product: kgr\n", "  product: krg\n", "  product: ",
        "spaces.product: expected one of the prefixes above, got 'krg'; correct the entry",
    ),
    "prefix that is no IRI": (
        "prefixes.yaml", "  doi: https://doi.org/", "  doi: doi.org", "  doi: ",
        "prefixes.doi: expected the start of an http or https IRI, got 'doi.org'; correct the entry",
    ),
    "class that Biolink has not": (
        "categories.yaml", "biolink: biolink:DatasetSummary", "biolink: biolink:InformationResource", "  biolink: ",
        "resource.biolink: expected a class or predicate of Biolink Model 4.4.3, got 'biolink:InformationResource'; correct the entry",
    ),
    "predicate that Biolink has not": (
        "provenance.yaml", 'biolink: "biolink:has_part"', 'biolink: "biolink:has_product"', "  has_product: ",
        "edges.has_product.biolink: expected a class or predicate of Biolink Model 4.4.3, got 'biolink:has_product'; correct the entry",
    ),
    "values of what is no property": (
        "vocabulary.yaml", "  activity_status: [", "  status: [", "  status: ",
        "values.status: expected a property of records, got 'status'; correct the entry",
    ),
    "required and no property": (
        "vocabulary.yaml", "  organization: [name, category]", "  organization: [name, kind]", "  organization: ",
        "required.organization.1: expected a property of records, got 'kind'; correct the entry",
    ),
    "another spelling of nothing": (
        "vocabulary.yaml", "{gz: gzip, ", "{gz: gnuzip, ", "  compression: {",
        "instead.compression.gz: expected a value of the vocabulary, got 'gnuzip'; correct the entry",
    ),
    "unknown form": (
        "vocabulary.yaml", "  doi: doi\n", "  doi: DOI\n", "  doi: ",
        "written.doi: invalid enum value 'DOI'; correct or remove the entry",
    ),
    "unknown kind of record": (
        "vocabulary.yaml", "  resource: [name, category]", "  resources: [name, category]", "required:",
        "required: invalid enum value 'resources'; correct or remove the entry",
    ),
    "values of a collection of no property": (
        "vocabulary.yaml", "    collection: [", "    collections: [", "    collections: ",
        "audit.values.collections: expected a property of records, got 'collections'; correct the entry",
    ),
    "placeholder by no property": (
        "vocabulary.yaml", "      domain: [stub]", "      domains: [stub]", "      domains: ",
        "audit.placeholder.values.domains: expected a property of records, got 'domains'; correct the entry",
    ),
    "ending without a dot": (
        "vocabulary.yaml", "    .zip: [zip]", "    zip: [zip]", "    zip: ",
        "audit.endings.zip: expected an ending in lower case that starts with a dot, got 'zip'; correct the entry",
    ),
    "ending without a compression": (
        "vocabulary.yaml", "    .zip: [zip]", "    .zip: []", "    .zip: ",
        "audit.endings..zip: expected at least one value of compression, got none; correct the entry",
    ),
    "reference to an unknown kind of record": (
        "vocabulary.yaml", "    contacts: organization", "    contacts: organisation", "    contacts: ",
        "audit.references.contacts: invalid enum value 'organisation'; correct or remove the entry",
    ),
    "license that SPDX has not": (
        "licenses.yaml", "  CC-BY-4.0:\n", "  CC-BY-4:\n", "  CC-BY-4:",
        "licenses.CC-BY-4: expected an id of the SPDX License List, or `LicenseRef-` and a name, got 'CC-BY-4'; correct the entry",
    ),
    "exception for a license": (
        "licenses.yaml", "  CC-BY-4.0:\n", "  389-exception:\n", "  389-exception:",
        "licenses.389-exception: expected an id of the SPDX License List, or `LicenseRef-` and a name, got '389-exception'; correct the entry",
    ),
    "judgement without a source": (
        "licenses.yaml", ", source: 'https://creativecommons.org/licenses/by/4.0/legalcode'}", "}", "    lets: ",
        "licenses.CC-BY-4.0.lets: object missing required field `source`; correct or remove the entry",
    ),
    "judgement with a source that is no URL": (
        "licenses.yaml", "source: 'https://creativecommons.org/licenses/by/4.0/legalcode'", "source: its text", "    lets: ",
        "licenses.CC-BY-4.0.lets.source: expected the http or https URL of the license's text, got 'its text'; correct the entry",
    ),
    "judgement that is no yes or no": (
        "licenses.yaml", "commercial: true", "commercial: maybe", "    lets: ",
        "licenses.CC-BY-4.0.lets.commercial: expected `bool`, got `str`; correct or remove the entry",
    ),
    "duty that is no yes or no": (
        "licenses.yaml", "attribution: true", "attribution: maybe", "    lets: ",
        "licenses.CC-BY-4.0.lets.attribution: expected `bool | null`, got `str`; correct or remove the entry",
    ),
    "phrase that ends with a gap": (
        "licenses.yaml", "      - non commercial\n", "      - non commercial ...\n", "      - non commercial ...",
        "wording.forbids.commercial.0: expected words, with `...` only between words, got 'non commercial ...'; correct the entry",
    ),
    "license for something else": (
        "licenses.yaml", "for: data", "for: books", "    lets: ",
        "licenses.CC-BY-4.0.lets.for: invalid enum value 'books'; correct or remove the entry",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ENTRIES)
def test_a_wrong_entry_names_file_line_and_key(tmp_path: Path, name: str) -> None:
    file, old, new, start, text = ENTRIES[name]
    built_in = (MAPPINGS / file).read_text()
    assert old in built_in
    changed = built_in.replace(old, new, 1)
    assert said(tmp_path, file, changed) == f"{file}:{line(changed, start)}: {text}"


def test_a_license_of_ones_own_is_accepted(tmp_path: Path) -> None:
    text = (MAPPINGS / "licenses.yaml").read_text().replace("  CC-BY-4.0:\n", "  LicenseRef-terms-of-a:\n", 1)
    (tmp_path / "licenses.yaml").write_text(text)
    assert "LicenseRef-terms-of-a" in load_mapping(tmp_path).licenses.licenses


def test_every_license_is_judged_as_its_id_says() -> None:
    for id, spelling in load_mapping().licenses.licenses.items():
        lets = spelling.lets
        assert lets, id
        assert lets.redistribution, id
        parts = set(id.split("-"))
        assert lets.commercial == parts.isdisjoint(("NC", "Noncommercial")), id
        assert lets.derivatives == ("ND" not in parts), id
        asks = bool(parts & {"SA", "Sharing", "ODbL", "GPL", "LGPL", "AGPL", "MPL", "EPL", "EUPL"})
        assert bool(lets.share_alike) == asks, id
        if id.startswith("CC-BY"):
            assert lets.for_ == "data", id
            assert not lets.share_alike or lets.share_alike[0] == "-".join(
                part for part in id.split("-") if part in {"CC", "BY", "NC", "SA"}
            )


HEAD = "#mapping_set_id: https://example.org/aliases\nsubject_id\tpredicate_id\tobject_id\n"
ROWS = {
    "too few cells": ("kgr:do\tIAO:0100001\n", "3: expected 3 cells, got 2; separate them with tabs, one for each column of the header"),
    "a subject of another space": (
        "DOID:4\tIAO:0100001\tkgr:doid\n",
        "3: subject_id: expected an id that starts with 'kgr:', got 'DOID:4'; write 'kgr:' and an id",
    ),
    "an object without an id": (
        "kgr:do\tIAO:0100001\tkgr:\n",
        "3: object_id: expected an id that starts with 'kgr:', got 'kgr:'; write 'kgr:' and an id",
    ),
    "another predicate": (
        "kgr:do\tskos:exactMatch\tkgr:doid\n",
        "3: predicate_id: expected IAO:0100001, got 'skos:exactMatch'; write IAO:0100001",
    ),
    "an id for itself": (
        "kgr:do\tIAO:0100001\tkgr:do\n",
        "3: subject_id: expected one current id for 'do', got 'do' and itself; keep one row",
    ),
    "two ids for one": (
        "kgr:do\tIAO:0100001\tkgr:doid\nkgr:do\tIAO:0100001\tkgr:hp\n",
        "4: subject_id: expected one current id for 'do', got 'hp' and 'doid' above; keep one row",
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_wrong_alias_names_file_line_and_column(tmp_path: Path, name: str) -> None:
    rows, text = ROWS[name]
    assert said(tmp_path, "aliases.sssom.tsv", HEAD + rows) == f"aliases.sssom.tsv:{text}"


def test_an_alias_of_an_alias(tmp_path: Path) -> None:
    rows = "kgr:a\tIAO:0100001\tkgr:b\nkgr:b\tIAO:0100001\tkgr:c\n"
    expected = "aliases.sssom.tsv:3: object_id: expected a current id for 'a', got 'b', which is itself an old id; write the current id"
    assert said(tmp_path, "aliases.sssom.tsv", HEAD + rows) == expected


@pytest.mark.parametrize("column", ["subject_id", "predicate_id", "object_id"])
def test_aliases_without_a_column(tmp_path: Path, column: str) -> None:
    header = HEAD.replace(column, "other")
    names = header.splitlines()[1].split("\t")
    assert (
        said(tmp_path, "aliases.sssom.tsv", header)
        == f"aliases.sssom.tsv:2: {column}: expected this column in the header, got {names}; add it"
    )


def test_aliases_that_are_not_utf8(tmp_path: Path) -> None:
    expected = "aliases.sssom.tsv:1: expected UTF-8, got the byte 0xe9; save the file as UTF-8"
    assert said(tmp_path, "aliases.sssom.tsv", b"\xe9") == expected


def test_a_misspelt_file(tmp_path: Path) -> None:
    known = ", ".join(sorted(path.name for path in MAPPINGS.iterdir()))
    expected = f"feilds.yaml: expected one of {known}, got feilds.yaml; rename or remove it"
    assert said(tmp_path, "feilds.yaml", "resource: {}\n") == expected


TEXTS = {
    "no YAML": (
        "domains: {a: b\n",
        (
            "domains.yaml:1:10: expected `}` at the end of what begins with `{` here, got the end of the text; "
            "add the `}`, or put the value into quotes if it is text"
        ),
    ),
    "a list": ("- domains\n", "domains.yaml:1: the file: expected `object`, got `array`; correct or remove the entry"),
    "nothing": ("", "domains.yaml:1: the file: expected `object`, got `null`; correct or remove the entry"),
    "no UTF-8": (b"domains: \xe9\n", "domains.yaml:1: expected UTF-8, got the byte 0xe9; save the file as UTF-8"),
    "a key twice": (
        "domains:\n  a: MESH:D1\n  a: MESH:D2\n",
        "domains.yaml:3:3: expected each key once, got 'a' again, after line 2; keep one of the two",
    ),
}


TEXTS |= {
    "a tag": ("domains: !x {a: MESH:D1}\n", "domains.yaml:1:10: expected a value without a tag, got the tag !x; remove the tag"),
    "a control character": (
        "domains: {a: MESH:D1}\n# \x7f\n",
        "domains.yaml:2:3: expected text, got the control character U+007F; remove it",
    ),
    "a second document": (
        "domains: {a: MESH:D1}\n---\nx: 1\n",
        "domains.yaml:2:1: expected one YAML document, got a second one; remove it",
    ),
    "a deep list": (
        "domains:\n" + "- " * 100_000 + "x\n",
        "domains.yaml:2:199: expected at most 100 levels of nesting, got a deeper one; flatten the record",
    ),
    "a key that is a list": (
        "domains:\n  [a]: MESH:D1\n",
        "domains.yaml:2:3: expected a key that is text, got a list; write a plain key, or put the value into quotes if it is text",
    ),
    "a line of a tab": (
        "domains:\n  a: MESH:D1\n\t\n  b: x\n",
        "domains.yaml:4: domains.b: expected a CURIE with a prefix of prefixes.yaml, got 'x'; correct the entry",
    ),
    "a tab before a field": (
        "domains:\n  a: MESH:D1\n\tb: MESH:D2\n",
        "domains.yaml:3:1: expected spaces as indentation, got a tab; indent with spaces",
    ),
    "more after the end of the document": (
        'domains: {a: "MESH:D1"}\n...\nx: 1\n',
        "domains.yaml:3:1: expected the end of the document, got `x:`; remove what follows, or correct the text before it",
    ),
    "a text that is cut off": (
        'domains: {a: "MESH:D1',
        'domains.yaml:1:14: expected a text that is closed with `"`, got none that is; add the `"`, or remove this one',
    ),
    "a directive": (
        "%FOO\ndomains: {}\n",
        "domains.yaml:1:1: expected a field, got `%FOO`, since `%` begins no field; remove the line, or put the name of the field into quotes",
    ),
    "an alias of nothing": (
        "domains: *a\n",
        "domains.yaml:1:10: expected an alias of an anchor above, got `*a`, which is none; put the value into quotes if it is text",
    ),
    "a NUL": (b"domains: {}\n\0", "domains.yaml:2:1: expected text, got a NUL byte; remove it; the file may be damaged"),
    "UTF-16": ("domains: {}\n".encode("utf-16"), "domains.yaml:1: expected UTF-8, got the byte 0xff; save the file as UTF-8"),
    "an escaped surrogate": (
        'domains: {a: "\\ud83d"}\n',
        "domains.yaml:1:15: expected a character, got `\\ud83d`, half of one; write the character itself, or remove it",
    ),
    "a key that is null": ("domains:\n  ~: MESH:D1\n", "domains.yaml:2:3: expected a key that is text, got null; put it in quotes"),
    "an alias of itself": (
        "domains: &a {a: *a}\n",
        "domains.yaml:1:10: expected a value that ends, got one that an alias repeats inside itself; write the value in place of the alias",
    ),
    "two errors": (
        "domains:\n  a: MESH:D1\n  5: MESH:D1\n  a: MESH:D2\n",
        (
            "domains.yaml:3:3: expected a key that is text, got 5; put it in quotes\n"
            "domains.yaml:4:3: expected each key once, got 'a' again, after line 2; keep one of the two"
        ),
    ),
    "a key that is a number": (
        "domains:\n  5: MESH:D1\n",
        "domains.yaml:2:3: expected a key that is text, got 5; put it in quotes",
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_that_is_no_mapping(tmp_path: Path, name: str) -> None:
    data, expected = TEXTS[name]
    assert said(tmp_path, "domains.yaml", data) == expected


@pytest.mark.parametrize("prefix", ["spdx", "rdf", "rdfs", "skos"])
def test_prefixes_without_one_that_rdf_is_written_with(tmp_path: Path, prefix: str) -> None:
    """Each must be named, or RDF would hold CURIEs for IRIs."""
    text = (MAPPINGS / "prefixes.yaml").read_text()
    kept = "".join(row for row in text.splitlines(keepends=True) if not row.startswith(f"  {prefix}: "))
    assert kept != text
    at = line(kept, "prefixes:")
    expected = f"prefixes.yaml:{at}: prefixes: expected the prefix {prefix!r}, which RDF output uses, got none; correct the entry"
    assert said(tmp_path, "prefixes.yaml", kept) == expected


def test_the_command_says_it_and_writes_nothing(tmp_path: Path) -> None:
    mappings = tmp_path / "mappings"
    mappings.mkdir()
    (mappings / "pages.yaml").write_text("field: layout\nkinds: {a: resource}\nlayouts: []\n")
    result = run_command(["export", str(REGISTRY), "--mappings", str(mappings), "--output", str(tmp_path / "output")])
    text = f"error: {mappings}/pages.yaml:3: layouts: expected a key that mapping files have, got an unknown one; correct or remove the entry\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", text)
    assert not (tmp_path / "output").exists()


@pytest.mark.parametrize("made", [True, False], ids=["file", "nothing"])
def test_a_folder_that_is_none(tmp_path: Path, made: bool) -> None:
    folder = tmp_path / "mappings"
    if made:
        folder.write_text("")
    result = run_command(["export", str(REGISTRY), "--mappings", str(folder), "--output", str(tmp_path / "output")])
    text = f"error: {folder}: expected a folder of mapping files for --mappings, got none; check the path\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", text)
