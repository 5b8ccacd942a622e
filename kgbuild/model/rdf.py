"""How a column of nodes or edges is written in RDF; it stands beside the column, in the type."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

#: How the values of a column become objects of statements:
#: ``literal``  text, numbers and booleans as they are
#: ``date``     typed as a date where the text is one
#: ``curie``    the resource that a CURIE or an address names, else a literal
#: ``class``    a class of the subject
#: ``record``   the node of the record with that id
#: ``address``  the resource at an address, else a literal
#: ``license``  the SPDX license or the address, else a literal
#: ``media_type``  the entry of the IANA registry
#: ``bytes``    a number of bytes
#: ``keyword``  a literal, and the theme that the mapping has for it
#: ``none``     nothing: the column is the subject itself
Form = Literal["literal", "date", "curie", "class", "record", "address", "license", "media_type", "bytes", "keyword", "none"]


class Rdf(NamedTuple):
    """The property of a public vocabulary that a column is written as, and how; without one, it is a term of our own, by the column's name.

    ``by_kind`` has the property where it differs by the kind of node.
    """

    property: str | None = None
    form: Form = "literal"
    by_kind: Mapping[str, str] = MappingProxyType({})
