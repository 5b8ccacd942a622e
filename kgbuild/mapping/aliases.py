"""Read the aliases: an SSSOM table (https://w3id.org/sssom/spec) whose subject is an old id and whose object is the current one.

A column or key that changes the meaning of a row is honoured or refused. All others describe where a row comes from, and are listed here, so
that a misspelt one is not ignored.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from kgbuild.mapping.schema import Prefixes
from kgbuild.mapping.user_file import UserFile
from kgbuild.mapping.yaml_file import tree_of
from kgbuild.model.invisible import invisible_in

#: "term replaced by" of the Information Artifact Ontology links the old id of a term to the current one.
REPLACED_BY = "IAO:0100001"
_REPLACED_BY_IRI = "http://purl.obolibrary.org/obo/IAO_0100001"
_REQUIRED = ("subject_id", "predicate_id", "object_id")
_NOT, _NO_TERM = "Not", "https://w3id.org/sssom/NoTermFound"
#: The prefixes that SSSOM 1.1 defines itself and that the reader needs.
_BUILT_IN = {"sssom": "https://w3id.org/sssom/", "semapv": "https://w3id.org/semapv/vocab/"}


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: SSSOM 1.1: the slots that a mapping and a mapping set both have, and those that only one of them has.
_BOTH = _names(
    """creator_id creator_label license subject_type subject_source subject_source_version object_type object_source object_source_version
    predicate_type mapping_provider cardinality_scope mapping_tool mapping_tool_id mapping_tool_version mapping_date publication_date
    subject_match_field object_match_field subject_preprocessing object_preprocessing similarity_measure curation_rule curation_rule_text
    see_also other comment"""
)
_COLUMNS = _BOTH | _names(
    """record_id subject_id subject_label subject_category predicate_id predicate_label predicate_modifier object_id object_label object_category
    mapping_justification author_id author_label reviewer_id reviewer_label mapping_source mapping_cardinality review_date confidence
    match_string similarity_score issue_tracker_item"""
)
_KEYS = _BOTH | _names(
    """sssom_version curie_map mapping_set_id mapping_set_version mapping_set_source mapping_set_title mapping_set_description
    mapping_set_confidence issue_tracker extension_definitions"""
)
#: The types of an entity whose id is not one id: a literal has none, and the id of an expression stands for several.
_NO_IDS = ("rdfs literal", "composed entity expression")
#: The cardinalities with which an old id has one current id.
_ONE_CURRENT, _NO_MATCH = ("", "1:1", "n:1"), ("1:0", "0:1", "0:0")


class Aliases(NamedTuple):
    """The current id of each old id, and the number of rows that give no alias, by their reason."""

    current: dict[str, str]
    without: dict[str, int]


class _Row(NamedTuple):
    """A row: the line where it begins, and its cells by column. Columns that the header gives for all rows are among them."""

    line: int
    cells: dict[str, str]


def read_aliases(file: UserFile, prefixes: Prefixes) -> Aliases:
    """Read the aliases. Raises MappingError with file, line and column."""
    return _Table(file, prefixes).read()


class _Table:
    """One SSSOM table."""

    def __init__(self, file: UserFile, prefixes: Prefixes) -> None:
        self._file, self._prefixes = file, prefixes
        self._space = f"{prefixes.spaces['resource']}:"
        self._lines = list(io.StringIO(file.text(), newline=""))
        self._top = next((n for n, line in enumerate(self._lines) if line.strip() and not line.startswith("#")), len(self._lines))
        self._known: dict[str, str] = {}

    def read(self) -> Aliases:
        metadata = self._metadata()
        aliases: dict[str, str] = {}
        lines: dict[str, int] = {}
        denied: dict[tuple[str, str], int] = {}
        without: Counter[str] = Counter()
        for row in self._rows(metadata):
            self._check(row)
            ids = [self._id(row, column) for column in ("subject_id", "object_id")]
            if None in ids:
                without["sssom:NoTermFound"] += 1
                continue
            old, new = str(ids[0]), str(ids[1])
            if row.cells.get("predicate_modifier"):
                without["predicate_modifier Not"] += 1
                denied.setdefault((old, new), row.line)
                continue
            self._add(aliases, lines, row, old, new)
        self._check_all(aliases, lines, denied)
        return Aliases(aliases, dict(sorted(without.items())))

    def _metadata(self) -> Mapping[str, str]:
        """Return what the header says of all rows, and keep its prefixes."""
        header = "".join(line.removeprefix("#") for line in self._lines[: self._top])
        file = self._file._replace(data=header.encode())
        tree = tree_of(file, own=True) or {}
        if not isinstance(tree, dict):
            raise file.error(
                (), "expected metadata as `#key: value` lines, got other text; correct or remove the lines that begin with `#`", at="1"
            )
        extensions = tree.get("extension_definitions") or []
        names = {str(item.get("slot_name")) for item in extensions if isinstance(item, dict)} if isinstance(extensions, list) else set()
        for key in tree:
            if key not in _KEYS | names:
                row = f"write {key!r} as a column" if key in _COLUMNS else "correct or remove it"
                raise file.error([key], f"expected a key that the header of an SSSOM table can have, got {key!r}; {row}", named=False)
        self._columns = _COLUMNS | names
        known = tree.get("curie_map") or {}
        if not isinstance(known, dict) or not all(isinstance(iri, str) for iri in known.values()):
            raise file.error(["curie_map"], "expected prefixes with their IRIs, got something else; write `#  prefix: IRI` lines")
        for prefix, iri in _BUILT_IN.items():
            if known.get(prefix, iri) != iri:
                sentence = f"expected {iri!r}, which SSSOM defines, got {known[prefix]!r}; correct it"
                raise file.error(["curie_map", prefix], sentence)
        self._known = self._prefixes.prefixes | known | _BUILT_IN
        return {key: str(value) for key, value in tree.items() if key in _BOTH and value is not None}

    def _rows(self, metadata: Mapping[str, str]) -> Iterator[_Row]:
        """Yield the rows. Cells may be quoted (RFC 4180 §2), with a tab between them; a line that begins with `#` is a comment."""
        header: list[str] | None = None
        for line, cells in self._records():
            if header is None:
                header = self._header(cells, line)
                continue
            if len(cells) != len(header):
                todo = "separate them with tabs, one for each column of the header"
                raise self._file.error((), f"expected {len(header)} cells, got {len(cells)}; {todo}", at=str(line))
            row = dict(zip(header, cells, strict=True))
            yield _Row(line, {**metadata, **row})
        if header is None:
            self._header([], 1)

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(io.StringIO("".join(self._lines[self._top :]), newline=""), delimiter="\t", strict=True)
        while True:
            line = self._top + reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                todo = 'close the quote with `"`, and write a quote inside a quoted cell as `""`'
                raise self._file.error((), f"expected cells separated by tabs, got a wrong one ({error}); {todo}", at=str(line)) from None
            if any(cells) and not cells[0].startswith("#"):
                yield line, cells

    def _header(self, header: list[str], line: int) -> list[str]:
        for column in _REQUIRED:
            if column not in header:
                raise self._file.error([column], f"expected this column in the header, got {header}; add it", at=str(line))
        for n, column in enumerate(header):
            if column in header[:n]:
                raise self._file.error([column], "expected each column once, got it again; keep one of the two", at=str(line))
            if column not in self._columns:
                todo = "correct the name, or declare the column in extension_definitions"
                raise self._file.error([column], f"expected a column of SSSOM 1.1, got {column!r}; {todo}", at=str(line), named=False)
        return header

    def _check(self, row: _Row) -> None:
        """Refuse a row whose meaning the reader cannot honour."""
        cells = row.cells
        if (predicate := self._expand(cells["predicate_id"])) != _REPLACED_BY_IRI:
            told = f", which curie_map expands to {predicate!r}" if cells["predicate_id"] == REPLACED_BY else ""
            raise self._error(row, "predicate_id", f"expected {REPLACED_BY}, got {cells['predicate_id']!r}{told}; write {REPLACED_BY}")
        if cells.get("predicate_modifier", "") not in ("", _NOT):
            raise self._error(
                row,
                "predicate_modifier",
                f"expected {_NOT} or nothing, got {cells['predicate_modifier']!r}; write {_NOT} or leave it empty",
            )
        for column in ("subject_type", "object_type"):
            if cells.get(column) in _NO_IDS:
                raise self._error(row, column, f"expected a type whose entities have ids, got {cells[column]!r}; remove the row")
        cardinality = cells.get("mapping_cardinality", "")
        found = all(self._expand(cells[column]) != _NO_TERM for column in ("subject_id", "object_id"))
        if not cells.get("predicate_modifier") and cardinality not in (_ONE_CURRENT if found else (*_ONE_CURRENT, *_NO_MATCH)):
            todo = "keep one current id for the old one"
            raise self._error(
                row, "mapping_cardinality", f"expected 1:1 or n:1, with which an old id has one current id, got {cardinality!r}; {todo}"
            )

    def _id(self, row: _Row, column: str) -> str | None:
        """Return the id of a resource; None for sssom:NoTermFound."""
        written, start = row.cells[column], f"an id that starts with {self._space!r}"
        if mark := invisible_in(written):
            raise self._error(row, column, f"expected {start}, got {written!r} with {mark}; remove the character")
        iri = self._expand(written)
        if iri == _NO_TERM:
            return None
        spaces = {prefix: self._prefixes.prefixes[prefix] for prefix in self._prefixes.spaces.values()}
        base = max((base for base in spaces.values() if iri.startswith(base)), key=len, default="")
        if base != spaces[self._space[:-1]] or iri == base:
            other = iri != self._prefixes.prefixes[self._space[:-1]] + written.removeprefix(self._space)
            told = f", which curie_map expands to {iri!r}" if other and iri != written else ""
            raise self._error(row, column, f"expected {start}, got {written!r}{told}; write {self._space!r} and an id")
        return unquote(iri.removeprefix(base))

    def _expand(self, written: str) -> str:
        prefix, colon, local = written.partition(":")
        base = self._known.get(prefix) if colon and not local.startswith("//") else None
        return f"{base}{local}" if base is not None else written

    def _add(self, aliases: dict[str, str], lines: dict[str, int], row: _Row, old: str, new: str) -> None:
        if old == new or aliases.get(old, new) != new:
            other = "itself" if old == new else f"{aliases[old]!r} above"
            raise self._error(row, "subject_id", f"expected one current id for {old!r}, got {new!r} and {other}; keep one row")
        aliases[old], lines[old] = new, row.line

    def _check_all(self, aliases: Mapping[str, str], lines: Mapping[str, int], denied: Mapping[tuple[str, str], int]) -> None:
        for old, new in aliases.items():
            if new in aliases:
                sentence = f"expected a current id for {old!r}, got {new!r}, which is itself an old id; write the current id"
                raise self._file.error(["object_id"], sentence, at=str(lines[old]))
            if line := denied.get((old, new)):
                sentence = f"expected {old!r} to be replaced by {new!r} or not, got both, in lines {lines[old]} and {line}; keep one row"
                raise self._file.error(["predicate_modifier"], sentence, at=str(max(line, lines[old])))

    def _error(self, row: _Row, column: str, sentence: str) -> Exception:
        return self._file.error([column], sentence, at=str(row.line))
