"""Write CSV files for `neo4j-admin database import full` (Neo4j 5), a script that imports them, and constraints to create afterwards.

Labels and relationship types are categories and predicates in a form that requires no quoting. Their CURIEs are properties.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.graph import Edge, Node
from kgbuild.model.ids import plain_name
from kgbuild.writers import Loss, Rendered, Writer
from kgbuild.writers.columns import Column, columns

_NODES, _FRACTIONS, _RELATIONSHIPS = "neo4j/nodes.csv", "neo4j/nodes_fractions.csv", "neo4j/relationships.csv"
#: The separator of list items. It cannot be escaped, so it is the character that no record can contain (readers.text).
_SEPARATOR = "\0"
#: The types of columns (Neo4j Operations Manual, "Neo4j-admin import", header files).
_TYPES = {"text": "string", "texts": "string[]", "boolean": "boolean", "integer": "long", "number": "long"}
_IMPORT = """\
#!/bin/sh
# Import the graph beside this script into a database of Neo4j 5 that is not there yet, or that --overwrite-destination=true replaces:
#     import.sh [DATABASE [OPTION OF neo4j-admin]...]
# The server must not run. NEO4J_ADMIN names the program, if it is none of that name on the path or in $NEO4J_HOME/bin.
set -eu
cd "$(dirname -- "$0")"
database=${1:-neo4j}
if [ $# -gt 0 ]; then shift; fi
if [ -n "${NEO4J_ADMIN:-}" ]; then admin=$NEO4J_ADMIN
elif command -v neo4j-admin > /dev/null; then admin=neo4j-admin
else admin=${NEO4J_HOME:?expected neo4j-admin on the path, or NEO4J_HOME or NEO4J_ADMIN, got none}/bin/neo4j-admin
fi
report=$(mktemp)
trap 'rm -f -- "$report"' EXIT
"$admin" database import full "$database" "$@" --report-file="$report" \\
    --delimiter=, --array-delimiter=U+0000 --quote='"' --multiline-fields=true --id-type=string --read-buffer-size=64m \\
    --strict=true --bad-tolerance=0 \\
    --nodes=nodes.csv --nodes=nodes_fractions.csv --relationships=relationships.csv || {
    status=$?
    cat -- "$report" >&2
    exit "$status"
}
"""
_UNIQUE_NODES = "CREATE CONSTRAINT kgbuild_{name}_id IF NOT EXISTS FOR (n:{name}) REQUIRE n.id IS UNIQUE;\n"
_UNIQUE_RELATIONSHIPS = "CREATE CONSTRAINT kgbuild_{name}_id IF NOT EXISTS FOR ()-[r:{name}]-() REQUIRE r.id IS UNIQUE;\n"


def _header(column: Column, number: str) -> str:
    return f"{column.name}:{number if column.type == 'number' else _TYPES[column.type]}"


def _cells(item: Node | Edge) -> Iterator[str]:
    """Yield a cell for each field. A missing value is an unquoted empty cell, which creates no property; a quoted one would be an empty text."""
    for value in msgspec.structs.astuple(item):
        if value is None or value == ():
            yield ""
        elif isinstance(value, tuple):
            yield _quoted(_SEPARATOR.join(value))
        elif isinstance(value, str):
            yield _quoted(value)
        else:
            yield "true" if value is True else "false" if value is False else repr(value)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


class Neo4j(Writer):
    """The files in the folder. A column has one type, so nodes with a number that has a fraction are written to a separate file."""

    def __init__(self, mapping: RegistryMapping) -> None:
        self._mapping = mapping
        self._numbers = [column.name for column in columns(Node) if column.type == "number"]
        own = mapping.prefixes.spaces["term"]
        self._name = lru_cache(maxsize=4096)(lambda curie: plain_name(curie, own))
        self._labels = lru_cache(maxsize=1024)(lambda category: _quoted(_SEPARATOR.join(dict.fromkeys(map(self._name, category)))))

    def head(self) -> tuple[bytes, ...]:
        ids, *rest = columns(Node)
        nodes = [",".join((f"{ids.name}:ID", *(_header(column, number) for column in rest), ":LABEL")) for number in ("long", "double")]
        edges = ",".join((*(_header(column, "double") for column in columns(Edge)), ":START_ID", ":END_ID", ":TYPE"))
        return (*(f"{header}\n".encode() for header in (*nodes, edges)), _IMPORT.encode(), self._constraints().encode())

    def _constraints(self) -> str:
        """Return constraints that make ids unique among the nodes of each kind, and among the relationships of each type."""
        kinds, edges, profile = self._mapping.categories, self._mapping.provenance.edges, self._mapping.profile
        classes = [
            kind.biolink if profile == "biolink" else kind.class_
            for kind in (kinds.resource, kinds.product, kinds.organization, kinds.page)
        ]
        predicates = [getattr(rule, profile) for rule in edges.values()]
        nodes = [_UNIQUE_NODES.format(name=name) for name in dict.fromkeys(map(self._name, classes))]
        relationships = [_UNIQUE_RELATIONSHIPS.format(name=name) for name in dict.fromkeys(map(self._name, predicates))]
        return "".join((*nodes, *relationships))

    def render(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[Rendered, ...]:
        losses: Counter[Loss] = Counter()
        lines: dict[str, list[str]] = {_NODES: [], _FRACTIONS: [], _RELATIONSHIPS: []}
        for node in nodes:
            file = _FRACTIONS if any(isinstance(getattr(node, name), float) for name in self._numbers) else _NODES
            lines[file].append(",".join((*_cells(node), self._labels(node.category))) + "\n")
            if file == _FRACTIONS:
                whole = [name for name in self._numbers if isinstance(getattr(node, name), int)]
                losses.update(Loss(_FRACTIONS, name, "a whole number became a float, as another of its node is") for name in whole)
        for edge in edges:
            ends = (_quoted(edge.subject), _quoted(edge.object), _quoted(self._name(edge.predicate)))
            lines[_RELATIONSHIPS].append(",".join((*_cells(edge), *ends)) + "\n")
        tables = [Rendered("".join(rows).encode(), len(rows), losses if file == _NODES else Counter()) for file, rows in lines.items()]
        return (*tables, Rendered(b"", 0, Counter()), Rendered(b"", 0, Counter()))


def writer(mapping: RegistryMapping, qualified: bool) -> Neo4j:
    return Neo4j(mapping)
