"""Check what the schema of the mapping files cannot express."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from kgbuild.mapping.user_file import UserFile
from kgbuild.model.graph import Description, EdgeKind
from kgbuild.model.ids import PUBLIC, as_iri

if TYPE_CHECKING:
    from kgbuild.mapping.schema import AuditWords, BiolinkTerms, Licenses, Prefixes, ProductKind, Vocabulary

#: The properties that need at least one field: records and sources require an id, and a plain value is read as a source or a label.
_NAMED = (("resource", "id"), ("product", "id"), ("organization", "id"), ("source", "id"), ("source", "relation"), ("license", "label"))


def check(files: Mapping[str, UserFile], parsed: Mapping[str, Any], biolink: BiolinkTerms, own: Path) -> None:
    """Raise MappingError for the first entry that is invalid although its type is correct. ``own`` is the user's folder."""
    known = parsed["prefixes"].prefixes
    problems = [
        *(("prefixes.yaml", keys, text) for keys, text in _prefix_problems(parsed["prefixes"])),
        *(
            ("provenance.yaml", ["edges"], f"expected an entry for {kind!r}, got none")
            for kind in get_args(EdgeKind)
            if kind not in parsed["provenance"].edges
        ),
        *((name, keys, text) for name, keys, curie in _curies(parsed) if (text := _curie_problem(curie, known, biolink))),
        *(
            ("fields.yaml", [part, name], "expected at least one field, got none")
            for part, name in _NAMED
            if not getattr(getattr(parsed["fields"], part), name)
        ),
        *(
            ("fields.yaml", ["prefixed", f], f"expected a known prefix, got {p!r}")
            for f, p in parsed["fields"].prefixed.items()
            if p not in known
        ),
    ]
    problems += [("categories.yaml", keys, text) for keys, text in _data_problems(parsed["categories"].product)]
    if files["vocabulary.yaml"].path.parent == own:  # the built-in file need not match the user's other files
        problems += [("vocabulary.yaml", keys, text) for keys, text in _vocabulary_problems(parsed)]
        problems += [("vocabulary.yaml", ["audit", *keys], text) for keys, text in _audit_problems(parsed["vocabulary"].audit)]
    if files["licenses.yaml"].path.parent == own:  # the list of known ids is slow to read, and tests check the built-in file
        problems += [("licenses.yaml", keys, text) for keys, text in _license_problems(parsed["licenses"])]
    for name, keys, text in problems:
        raise files[name].error(keys, f"{text}; correct the entry")


def _prefix_problems(prefixes: Prefixes) -> Iterator[tuple[list[str], str]]:
    for prefix in PUBLIC:
        if prefix not in prefixes.prefixes:
            yield ["prefixes"], f"expected the prefix {prefix!r}, which RDF output uses, got none"
    for prefix, iri in prefixes.prefixes.items():
        if as_iri(iri) != iri:
            yield ["prefixes", prefix], f"expected the start of an http or https IRI, got {iri!r}"
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]*", prefix):
            yield ["prefixes", prefix], f"expected a prefix of letters, digits, `_`, `.` and `-`, got {prefix!r}"
    for part, table in (("spaces", prefixes.spaces), ("spellings", prefixes.spellings)):
        for key, prefix in table.items():
            if prefix not in prefixes.prefixes:
                yield [part, str(key)], f"expected one of the prefixes above, got {prefix!r}"
    for space in ("resource", "product", "organization", "page", "term"):
        if space not in prefixes.spaces:
            yield ["spaces"], f"expected a prefix for {space!r}, got none"


def _data_problems(product: ProductKind) -> Iterator[tuple[list[str], str]]:
    data = {curie for category, curie in product.categories.items() if category not in product.not_data}
    for n, category in enumerate(product.not_data):
        if category not in product.categories:
            yield ["product", "not_data", str(n)], f"expected a category of product.categories, got {category!r}"
        elif (curie := product.categories[category]) in data | {product.class_}:
            yield ["product", "not_data", str(n)], f"expected a category with a class that no data has, got {category!r} with {curie!r}"


def _vocabulary_problems(parsed: Mapping[str, Any]) -> Iterator[tuple[list[str], str]]:
    vocabulary: Vocabulary = parsed["vocabulary"]
    properties = frozenset(Description.__struct_fields__)
    for part, table in (("required", vocabulary.required), ("expected", vocabulary.expected)):
        for kind, names in table.items():
            for n, name in enumerate(names):
                if name not in properties and name != "category":
                    yield [part, kind, str(n)], f"expected a property of records, got {name!r}"
    for part, named in (("values", vocabulary.values), ("instead", vocabulary.instead), ("forms", vocabulary.forms)):
        for name in named:
            if name not in properties:
                yield [part, name], f"expected a property of records, got {name!r}"
    others = {"format": parsed["formats"].formats, "compression": parsed["formats"].compression, "domain": parsed["domains"].domains}
    for name, meant in vocabulary.instead.items():
        for value, other in meant.items():
            if other in meant or (other not in vocabulary.values.get(name, ()) and other not in others.get(name, ())):
                yield ["instead", name, value], f"expected a value of the vocabulary, got {other!r}"


def _audit_problems(words: AuditWords) -> Iterator[tuple[list[str], str]]:
    properties = frozenset(Description.__struct_fields__) - {"extra"}
    for keys, table in ((["values"], words.values), (["placeholder", "values"], words.placeholder.values)):
        for name in table:
            if name not in properties:
                yield [*keys, name], f"expected a property of records, got {name!r}"
    for ending, values in words.endings.items():
        if not ending.startswith(".") or ending != ending.lower():
            yield ["endings", ending], f"expected an ending in lower case that starts with a dot, got {ending!r}"
        if not values:
            yield ["endings", ending], "expected at least one value of compression, got none"


def _license_problems(licenses: Licenses) -> Iterator[tuple[list[str], str]]:
    from license_expression import get_spdx_licensing

    known = {id for id, symbol in get_spdx_licensing().known_symbols.items() if not symbol.is_exception}
    for id, entry in licenses.licenses.items():
        if id not in known and not re.fullmatch(r"LicenseRef-[A-Za-z0-9.-]+", id):  # SPDX 2.3, clause 10.1
            yield ["licenses", id], f"expected an id of the SPDX License List, or `LicenseRef-` and a name, got {id!r}"
        if entry.lets and as_iri(entry.lets.source) != entry.lets.source:
            yield ["licenses", id, "lets", "source"], f"expected the http or https URL of the license's text, got {entry.lets.source!r}"
    forbids = licenses.wording.forbids
    uses = {f"forbids.{name}": getattr(forbids, name) for name in forbids.__struct_fields__}
    for place, phrases in {**uses, "harmless": licenses.wording.harmless}.items():
        for n, phrase in enumerate(phrases):
            if not all(any(c.isalnum() for c in part) for part in phrase.split("...")):
                yield ["wording", *place.split("."), str(n)], f"expected words, with `...` only between words, got {phrase!r}"


def _curies(parsed: Mapping[str, Any]) -> Iterator[tuple[str, list[str], str]]:
    """Yield every CURIE that a mapping adds to the output, with its file and keys."""
    for kind in ("resource", "product", "organization", "page"):
        rule = getattr(parsed["categories"], kind)
        yield "categories.yaml", [kind, "class"], rule.class_
        yield "categories.yaml", [kind, "biolink"], rule.biolink
        yield from (("categories.yaml", [kind, "rdf"], c) for c in rule.rdf)
        yield from (("categories.yaml", [kind, "categories", k], c) for k, c in rule.categories.items())
    provenance = parsed["provenance"]
    for role in ("original", "secondary"):
        yield "provenance.yaml", ["roles", role, "relation"], getattr(provenance.roles, role).relation
        yield "provenance.yaml", ["roles", role, "predicate"], getattr(provenance.roles, role).predicate
    yield from (("provenance.yaml", ["relations", k], c) for k, c in provenance.relations.items())
    for name, edge in provenance.edges.items():
        yield from (("provenance.yaml", ["edges", name, k], c) for k in ("registry", "biolink", "rdf") if (c := getattr(edge, k)))
    yield "provenance.yaml", ["edge_category"], provenance.edge_category
    yield from (("domains.yaml", ["domains", k], c) for k, c in parsed["domains"].domains.items())
    if provenance.primary_knowledge_source:
        yield "provenance.yaml", ["primary_knowledge_source"], provenance.primary_knowledge_source
    yield from (("provenance.yaml", ["aggregator_knowledge_source"], c) for c in provenance.aggregator_knowledge_source)


def _curie_problem(curie: str, prefixes: Mapping[str, str], biolink: BiolinkTerms) -> str | None:
    prefix, colon, local = curie.partition(":")
    if not colon or not local or prefix not in prefixes:
        return f"expected a CURIE with a prefix of prefixes.yaml, got {curie!r}"
    if prefix == "biolink" and local not in biolink.classes and local not in biolink.predicates:
        return f"expected a class or predicate of Biolink Model {biolink.version}, got {curie!r}"
    return None
