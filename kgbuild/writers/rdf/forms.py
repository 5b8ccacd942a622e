"""Convert values of columns into RDF terms, by the form of each column (``kgbuild.model.rdf.Form``).

Every IRI is valid, and numbers are in canonical form (XSD 1.1 Part 2).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.ids import as_iri, encode_id, expand, safe_iri
from kgbuild.model.rdf import Form
from kgbuild.writers.columns import Column

#: The lexical forms of the date types that records use (XSD 1.1 Part 2, §3.3.7 to §3.3.14), and the suffix that completes each to a day.
_DATES = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"), "", "dateTime"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "", "date"),
    (re.compile(r"\d{4}-\d\d"), "-01", "gYearMonth"),
    (re.compile(r"\d{4}"), "-01-01", "gYear"),
)


class RdfTerms(Protocol):
    """A notation of IRIs and literals. Equal terms have equal texts. ``a`` is ``rdf:type`` as a predicate."""

    a: str

    def iri(self, iri: str) -> str:
        """Return a valid IRI."""

    def literal(self, text: str) -> str:
        """Return a plain literal."""

    def typed(self, text: str, datatype: str) -> str:
        """Return a literal of an XSD type, in canonical form."""


class Forms:
    """The forms under one mapping, in one notation.

    ``checked`` are functions that return a term if the value is valid for the predicate of a public vocabulary, and None otherwise.
    """

    def __init__(self, mapping: RegistryMapping, terms: RdfTerms) -> None:
        self._terms, self._prefixes, self._licenses = terms, mapping.prefixes.prefixes, mapping.licenses.licenses
        self._space = mapping.prefixes.spaces["term"]
        self.resource = lru_cache(maxsize=4096)(self._resource)
        self._objects: dict[Form, Callable[[Any], str]] = {
            "date": self._date,
            "curie": lru_cache(maxsize=4096)(self._named),
            "media_type": self._media_type,
        }
        self.checked: dict[Form, Callable[[Any], str | None]] = {"address": self._address, "license": self._license, "bytes": self._bytes}

    def objects(self, column: Column) -> Callable[[Any], str]:
        """Return the function that converts the values of a column into objects of its predicate."""
        return self._objects.get(column.rdf.form) or (self._terms.literal if column.type in ("text", "texts") else self.literal)

    def predicate(self, name: str, property: str | None = None) -> str:
        """Return a property of a public vocabulary, or the registry's own term of that name, with the space that follows it in a statement."""
        return f"{self.resource(property or f'{self._space}:{encode_id(name)}')} "

    def literal(self, value: Any) -> str:
        """Return a literal in canonical form: `1.50` is written `1.5`, without an exponent."""
        if isinstance(value, str):
            return self._terms.literal(value)
        if isinstance(value, bool):
            return self._terms.typed("true" if value else "false", "boolean")
        if isinstance(value, int):
            return self._terms.typed(str(value), "integer")
        if isinstance(value, float):
            text = format(Decimal(repr(value)), "f")
            return self._terms.typed(text if "." in text else f"{text}.0", "decimal")
        raise TypeError(f"a property is text, a number or a boolean, not {type(value)}")

    def _resource(self, curie: str) -> str:
        """Return the resource that a CURIE names."""
        return self._terms.iri(expand(curie, self._prefixes) or safe_iri(curie))

    def _date(self, value: str) -> str:
        """Return a typed date if the text is a valid date, otherwise the text."""
        for form, rest, datatype in _DATES:
            if form.fullmatch(value):
                try:
                    datetime.fromisoformat(value + rest)
                except ValueError:
                    break
                return self._terms.typed(value, datatype)
        return self._terms.literal(value)

    def _named(self, value: str) -> str:
        """Return the resource that a CURIE or an address names, otherwise the text."""
        iri = expand(value, self._prefixes) or as_iri(value)
        return self._terms.iri(iri) if iri else self._terms.literal(value)

    def _media_type(self, value: str) -> str:
        """Return the media type as a resource of the IANA registry (DCAT 3 §6.8.17)."""
        return self._terms.iri(safe_iri(f"https://www.iana.org/assignments/media-types/{value}"))

    def _address(self, value: str) -> str | None:
        iri = as_iri(value)
        return self._terms.iri(iri) if iri else None

    def _license(self, value: str) -> str | None:
        """Return the SPDX license, or the address of a license."""
        return self._terms.iri(f"{self._prefixes['spdx']}{value}") if value in self._licenses else self._address(value)

    def _bytes(self, value: float) -> str | None:
        """Return a size in bytes (DCAT 3 §6.8.13)."""
        return self._terms.typed(str(value), "nonNegativeInteger") if isinstance(value, int) and value >= 0 else None
