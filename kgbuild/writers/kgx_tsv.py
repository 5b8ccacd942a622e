"""KGX TSV: unquoted cells, lists joined with ``|`` (KGX format specification, "KGX serialization in TSV")."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from kgbuild.mapping import Mapping
from kgbuild.model import Edge, Node
from kgbuild.writers import Loss, Rendered

_BREAKS = re.compile(r"[\t\r\n]+")
_astuple = msgspec.structs.astuple


class _Table:
    """One table: its columns are the fields of the type."""

    def __init__(self, file: str, type: type[Node] | type[Edge]) -> None:
        self.file, self.columns = file, type.__struct_fields__

    def head(self) -> bytes:
        return ("\t".join(self.columns) + "\n").encode()

    def render(self, rows: Sequence[Node] | Sequence[Edge]) -> Rendered:
        losses: Counter[Loss] = Counter()
        lines = [self._row(row, losses) for row in rows]
        lines.append("")
        return Rendered("\n".join(lines).encode(), len(rows), losses)

    def _row(self, row: Node | Edge, losses: Counter[Loss]) -> str:
        """A line without its end. Nearly no row holds what a cell cannot, and that is seen on the whole line at once."""
        values = _astuple(row)
        bars = 0
        cells = []
        for value in values:
            if type(value) is str:
                cells.append(value)
            elif value is None:
                cells.append("")
            elif type(value) is tuple:
                if value:
                    bars += len(value) - 1
                cells.append("|".join(value))
            else:
                cells.append(_word(value))
        line = "\t".join(cells)
        if line.count("|") == bars and line.count("\t") == len(values) - 1 and "\n" not in line and "\r" not in line:
            return line
        return "\t".join(self._cell(column, value, losses) for column, value in zip(self.columns, values, strict=True))

    def _cell(self, column: str, value: Any, losses: Counter[Loss]) -> str:
        if isinstance(value, tuple):
            return "|".join(self._cell(column, item, losses) for item in value)
        if not isinstance(value, str):
            return "" if value is None else _word(value)
        if "|" in value:
            losses[Loss(self.file, column, "`|` became `¦`")] += 1
        if _BREAKS.search(value):
            losses[Loss(self.file, column, "tab, CR or LF became a space")] += 1
        return _BREAKS.sub(" ", value.replace("|", "¦"))


def _word(value: bool | int | float) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else repr(value)


class KgxTsv:
    """Both tables of an export."""

    def __init__(self) -> None:
        self._nodes, self._edges = _Table("_nodes.tsv", Node), _Table("_edges.tsv", Edge)

    def head(self) -> tuple[bytes, ...]:
        return self._nodes.head(), self._edges.head()

    def render(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[Rendered, ...]:
        return self._nodes.render(nodes), self._edges.render(edges)


def writer(mapping: Mapping, qualified: bool) -> KgxTsv:
    return KgxTsv()
