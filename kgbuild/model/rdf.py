"""The RDF form of a column of nodes or edges, as an annotation of its type."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

#: The form of the values of a column as objects of triples:
#: ``literal``  text, numbers and booleans, unchanged
#: ``date``     a typed date if the text is a date, else a literal
#: ``curie``    the IRI of a CURIE or an address, else a literal
#: ``class``    a class of the subject
#: ``record``   the node of the record with that id
#: ``address``  the IRI of an address, else a literal
#: ``license``  the SPDX license or the address, else a literal
#: ``media_type``  the entry of the IANA registry
#: ``bytes``    a number of bytes
#: ``keyword``  a literal, and the theme that the mapping has for it
#: ``none``     no triple, since the column is the subject itself
Form = Literal["literal", "date", "curie", "class", "record", "address", "license", "media_type", "bytes", "keyword", "none"]


class Rdf(NamedTuple):
    """The property and the form of a column in RDF. Without a property, it is a term of kgbuild's vocabulary with the name of the column.

    ``by_kind`` is the property by kind of node, for columns whose property depends on the kind.
    """

    property: str | None = None
    form: Form = "literal"
    by_kind: Mapping[str, str] = MappingProxyType({})
