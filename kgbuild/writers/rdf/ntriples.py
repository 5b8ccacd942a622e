"""Write N-Triples 1.1: one triple per line, the triples of a subject together and sorted."""

from __future__ import annotations

from collections.abc import Sequence

from kgbuild.mapping.load import RegistryMapping
from kgbuild.writers.rdf.blocks import Notation, RdfWriter
from kgbuild.writers.rdf.text import iriref, quoted

_XSD = "http://www.w3.org/2001/XMLSchema#"


class NTriplesNotation(Notation):
    """The grammar of N-Triples: ``triple ::= subject predicate object '.'``. Every IRI is written in full."""

    a = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    iri = staticmethod(iriref)
    literal = staticmethod(quoted)

    def typed(self, text: str, datatype: str) -> str:
        """``literal ::= STRING_LITERAL_QUOTE '^^' IRIREF``."""
        return f"{quoted(text)}^^<{_XSD}{datatype}>"

    def head(self) -> str:
        return ""

    def block(self, subject: str, statements: Sequence[str]) -> str:
        """A line for each statement, which repeats the subject."""
        return f"{subject} " + f" .\n{subject} ".join(statements) + " .\n"

    def statements(self, block: str) -> list[str]:
        """The lines without their subject and the final `` .``."""
        start = block.index(" ") + 1
        return [line[start:-2] for line in block.split("\n")[:-1]]


def writer(mapping: RegistryMapping, qualified: bool) -> RdfWriter:
    return RdfWriter(mapping, NTriplesNotation(), qualified)
