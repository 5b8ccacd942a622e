"""What changes the meaning of a row of the SSSOM table is honoured or refused, and never ignored."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from paths import ROOT
from running import run_command

from kgbuild.errors import MappingError
from kgbuild.mapping.aliases import REPLACED_BY, Aliases, read_aliases
from kgbuild.mapping.load import load_mapping
from kgbuild.mapping.syntax import YAML
from kgbuild.mapping.user_file import UserFile

PREFIXES = load_mapping().prefixes
COLUMNS = ("subject_id", "predicate_id", "object_id")
NEGATED = """#curie_map:
#  kgr: "https://w3id.org/kg-registry/"
#  IAO: "http://purl.obolibrary.org/obo/IAO_"
#license: "https://creativecommons.org/publicdomain/zero/1.0/"
#mapping_set_id: "https://example.org/m"
subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification
kgr:old\tIAO:0100001\tNot\tkgr:new\tsemapv:ManualMappingCuration
"""


def read(text: str) -> Aliases:
    path = Path("a.sssom.tsv")
    return read_aliases(UserFile(path, path.name, text.encode(), YAML, MappingError), PREFIXES)


def table(*rows: tuple[str, ...], columns: tuple[str, ...] = COLUMNS, header: str = "") -> str:
    return header + "".join("\t".join(row) + "\n" for row in (columns, *rows))


def row(**cells: str) -> str:
    """A table of one row that has more columns than the required ones."""
    return table(("kgr:a", REPLACED_BY, "kgr:b", *cells.values()), columns=(*COLUMNS, *cells))


def refusal(text: str) -> str:
    with pytest.raises(MappingError) as caught:
        read(text)
    return str(caught.value)


HONOURED = {
    "negated": (NEGATED, Aliases({}, {"predicate_modifier Not": 1})),
    "not negated": (row(predicate_modifier=""), Aliases({"a": "b"}, {})),
    "no term": (table(("kgr:a", REPLACED_BY, "sssom:NoTermFound")), Aliases({}, {"sssom:NoTermFound": 1})),
    "no term and its cardinality": (
        table(("kgr:a", REPLACED_BY, "sssom:NoTermFound", "1:0"), columns=(*COLUMNS, "mapping_cardinality")),
        Aliases({}, {"sssom:NoTermFound": 1}),
    ),
    "quoted": (table(('"kgr:a"', f'"{REPLACED_BY}"', "kgr:b", '"a ""b""\tc\nd"'), columns=(*COLUMNS, "comment")), Aliases({"a": "b"}, {})),
    "a quote inside a cell": (row(comment='a 5" disk'), Aliases({"a": "b"}, {})),
    "CRLF": (table(("kgr:a", REPLACED_BY, "kgr:b")).replace("\n", "\r\n"), Aliases({"a": "b"}, {})),
    "prefixes of its own": (
        table(
            ("r:a", "obo:IAO_0100001", "r:b"),
            header="#curie_map:\n#  r: https://w3id.org/kg-registry/\n#  obo: http://purl.obolibrary.org/obo/\n",
        ),
        Aliases({"a": "b"}, {}),
    ),
    "IRIs": (
        table(("https://w3id.org/kg-registry/a", "http://purl.obolibrary.org/obo/IAO_0100001", "https://w3id.org/kg-registry/b")),
        Aliases({"a": "b"}, {}),
    ),
    "an encoded id": (table(("kgr:a%20b", REPLACED_BY, "kgr:c")), Aliases({"a b": "c"}, {})),
    "a type with ids": (row(subject_type="owl class", mapping_cardinality="n:1", confidence="0.9"), Aliases({"a": "b"}, {})),
    "a comment and a blank line": (table(("# kgr:x", "", ""), ("", "", ""), ("kgr:a", REPLACED_BY, "kgr:b")), Aliases({"a": "b"}, {})),
    "an extension": (
        table(("kgr:a", REPLACED_BY, "kgr:b", "1"), columns=(*COLUMNS, "ticket"), header="#extension_definitions:\n#- slot_name: ticket\n"),
        Aliases({"a": "b"}, {}),
    ),
    "the literal type of others": (
        table(("kgr:a", REPLACED_BY, "kgr:b", "skos concept"), columns=(*COLUMNS, "subject_type"), header="#subject_type: rdfs literal\n"),
        Aliases({"a": "b"}, {}),
    ),
}
REFUSED = {
    "another modifier": (
        row(predicate_modifier="not"),
        "2: predicate_modifier: expected Not or nothing, got 'not'; write Not or leave it empty",
    ),
    "a misspelt column": (
        row(predicate_modifer="Not"),
        "1: expected a column of SSSOM 1.1, got 'predicate_modifer'; correct the name, or declare the column in extension_definitions",
    ),
    "a column twice": (
        row(comment="", object_label="").replace("object_label", "comment"),
        "1: comment: expected each column once, got it again; keep one of the two",
    ),
    "a literal": (
        row(object_type="rdfs literal"),
        "2: object_type: expected a type whose entities have ids, got 'rdfs literal'; remove the row",
    ),
    "a literal by the header": (
        table(("kgr:a", REPLACED_BY, "kgr:b"), header="#subject_type: rdfs literal\n"),
        "3: subject_type: expected a type whose entities have ids, got 'rdfs literal'; remove the row",
    ),
    "several current ids": (
        row(mapping_cardinality="1:n"),
        "2: mapping_cardinality: expected 1:1 or n:1, with which an old id has one current id, got '1:n'; keep one current id for the old one",
    ),
    "a modifier for all": (
        table(header="#predicate_modifier: Not\n"),
        "1: expected a key that the header of an SSSOM table can have, got 'predicate_modifier'; write 'predicate_modifier' as a column",
    ),
    "a misspelt key": (
        table(header="#mapping_set_id: https://example.org/m\n#curi_map:\n#  kgr: https://example.org/\n"),
        "2: expected a key that the header of an SSSOM table can have, got 'curi_map'; correct or remove it",
    ),
    "no metadata": (
        table(header="# a table of ids\n"),
        "1: expected metadata as `#key: value` lines, got other text; correct or remove the lines that begin with `#`",
    ),
    "another namespace": (
        table(("kgr:a", REPLACED_BY, "kgr:b"), header="#curie_map:\n#  kgr: https://example.org/\n"),
        (
            "4: subject_id: expected an id that starts with 'kgr:', got 'kgr:a', which curie_map expands to 'https://example.org/a'; "
            "write 'kgr:' and an id"
        ),
    ),
    "an organization": (
        table(("kgrorg:a", REPLACED_BY, "kgr:b")),
        (
            "2: subject_id: expected an id that starts with 'kgr:', got 'kgrorg:a', which curie_map expands to 'https://w3id.org/kg-registry/org/a'; "
            "write 'kgr:' and an id"
        ),
    ),
    "another IAO": (
        table(("kgr:a", REPLACED_BY, "kgr:b"), header="#curie_map: {IAO: https://example.org/}\n"),
        "3: predicate_id: expected IAO:0100001, got 'IAO:0100001', which curie_map expands to 'https://example.org/0100001'; write IAO:0100001",
    ),
    "a built-in prefix": (
        table(header="#curie_map: {sssom: https://example.org/}\n"),
        "1: curie_map.sssom: expected 'https://w3id.org/sssom/', which SSSOM defines, got 'https://example.org/'; correct it",
    ),
    "an invisible character": (
        table(("kgr:a\u200b", REPLACED_BY, "kgr:b")),
        "2: subject_id: expected an id that starts with 'kgr:', got 'kgr:a\\u200b' with U+200B (zero width space); remove the character",
    ),
    "stated and denied": (
        table(("kgr:a", REPLACED_BY, "kgr:b", ""), ("kgr:a", REPLACED_BY, "kgr:b", "Not"), columns=(*COLUMNS, "predicate_modifier")),
        "3: predicate_modifier: expected 'a' to be replaced by 'b' or not, got both, in lines 2 and 3; keep one row",
    ),
    "a quote that is not closed": (
        table(("kgr:a", REPLACED_BY, "kgr:b", '"x'), columns=(*COLUMNS, "comment")),
        (
            "2: expected cells separated by tabs, got a wrong one (unexpected end of data); "
            'close the quote with `"`, and write a quote inside a quoted cell as `""`'
        ),
    ),
    "after a cell of two lines": (
        table(("kgr:a", REPLACED_BY, "kgr:b", '"x\ny"'), ("kgr:c", "skos:exactMatch", "kgr:d", ""), columns=(*COLUMNS, "comment")),
        "4: predicate_id: expected IAO:0100001, got 'skos:exactMatch'; write IAO:0100001",
    ),
}


@pytest.mark.parametrize("name", HONOURED)
def test_what_is_honoured(name: str) -> None:
    text, aliases = HONOURED[name]
    assert read(text) == aliases


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str) -> None:
    text, sentence = REFUSED[name]
    assert refusal(text) == f"a.sssom.tsv:{sentence}"


def test_the_built_in_table_has_only_aliases() -> None:
    mapping = load_mapping()
    assert (set(mapping.aliases), mapping.no_aliases) == ({"do", "gwas-catalog", "medline"}, {})


def test_rows_without_an_alias_are_counted_where_a_run_reports(tmp_path: Path) -> None:
    mappings = tmp_path / "mappings"
    mappings.mkdir()
    (mappings / "aliases.sssom.tsv").write_text(NEGATED)
    records = tmp_path / "records"
    shutil.copytree(ROOT / "input", records)
    options = [str(records), "--mappings", str(mappings), "--no-cache"]
    line = "aliases   1 row of aliases.sssom.tsv gives none (1 predicate_modifier Not)"
    exported = run_command(["export", *options, "--output", str(tmp_path / "output")])
    assert [text for text in exported.stderr.splitlines() if text.startswith("aliases")] == [line]
    checked = run_command(["check", *options, "--isolated"])
    assert [text for text in checked.stderr.splitlines() if text.startswith("aliases")] == [line]
