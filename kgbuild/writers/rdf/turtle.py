"""Write Turtle 1.1: the prefixes, sorted, then one block per subject with one object per line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kgbuild.mapping.load import RegistryMapping
from kgbuild.writers.rdf.blocks import Notation, RdfWriter
from kgbuild.writers.rdf.text import iriref, local_name, quoted, usable_prefixes

#: Types whose values are written without quotes (BooleanLiteral, INTEGER, DECIMAL). Canonical values always have that form.
_BARE = ("boolean", "integer", "decimal")


class TurtleNotation(Notation):
    """The grammar of Turtle: ``triples ::= subject predicateObjectList``. An IRI is a PrefixedName if it starts with the namespace of a prefix."""

    a = "a"
    literal = staticmethod(quoted)

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._prefixes = usable_prefixes(prefixes)
        self._by_space = {space: prefix for prefix, space in reversed(self._prefixes.items())}
        longest_first = sorted(self._by_space, key=len, reverse=True)
        self._space_of = re.compile("|".join(map(re.escape, longest_first)) or "(?!)").match

    def iri(self, iri: str) -> str:
        """PrefixedName with the longest prefix that begins the IRI, or IRIREF if there is none or the rest is no local name."""
        space = self._space_of(iri)
        local = local_name(iri[space.end() :]) if space else None
        return iriref(iri) if space is None or local is None else f"{self._by_space[space[0]]}:{local}"

    def typed(self, text: str, datatype: str) -> str:
        """RDFLiteral with a datatype; booleans, integers and decimals have no quotes."""
        return text if datatype in _BARE else f"{quoted(text)}^^xsd:{datatype}"

    def head(self) -> str:
        return "".join(f"@prefix {prefix}: {iriref(space)} .\n" for prefix, space in self._prefixes.items())

    def block(self, subject: str, statements: Sequence[str]) -> str:
        """The subject, its predicates separated by ``;`` and the objects of a predicate by ``,``."""
        lines, between, predicate = [f"\n{subject}"], "", "\0"
        for statement in statements:
            if statement.startswith(predicate):
                lines.append(f" ,\n        {statement[len(predicate) :]}")
            else:
                lines.append(f"{between}\n    {statement}")
                between, predicate = " ;", statement[: statement.index(" ") + 1]
        lines.append(" .\n")
        return "".join(lines)

    def statements(self, block: str) -> list[str]:
        """Predicate and object of each line; the line of a further object repeats no predicate."""
        found, predicate = [], ""
        for line in block.split("\n")[2:-1]:
            if line.startswith("        "):
                found.append(f"{predicate} {line[8:-2]}")
            else:
                found.append(line[4:-2])
                predicate = found[-1].partition(" ")[0]
        return found


def writer(mapping: RegistryMapping, qualified: bool) -> RdfWriter:
    return RdfWriter(mapping, TurtleNotation(mapping.prefixes.prefixes), qualified)
