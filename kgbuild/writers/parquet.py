"""Write Parquet: typed columns, lists as lists, and null for missing values.

It uses pyarrow instead of polars, which is as large on disk, since pyarrow can write rows as they come: only one row group is in memory at a time.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pyarrow
from pyarrow import parquet

from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.graph import Edge, Node
from kgbuild.writers import Loss, Rendered, Writer
from kgbuild.writers.columns import Column, columns

#: Rows of a group, independent of the size of the pieces; some tens of megabytes in memory.
_GROUP = 32_768
#: Larger whole numbers may not be representable as a double (IEEE 754).
_EXACT = 2**53
_TYPES = {
    "text": pyarrow.string(),
    "texts": pyarrow.list_(pyarrow.string()),
    "boolean": pyarrow.bool_(),
    "integer": pyarrow.int64(),
    "number": pyarrow.float64(),
}


class _ParquetTable:
    """One table. Its columns are the fields of the type. Any process can render it; one process writes it."""

    def __init__(self, file: str, type: type[Node | Edge]) -> None:
        self._file, self._columns = file, columns(type)
        self._schema = pyarrow.schema(
            [pyarrow.field(column.name, _TYPES[column.type], nullable=not column.required) for column in self._columns]
        )
        self._waiting: list[Any] = []
        self._rows = 0
        self._out = io.BytesIO()
        self._writer: Any = None

    def render(self, rows: Sequence[Node] | Sequence[Edge]) -> Rendered:
        """Return the rows as an Arrow IPC stream."""
        losses: Counter[Loss] = Counter()
        arrays = [self._array(column, [getattr(row, column.name) for row in rows], losses) for column in self._columns]
        sink = io.BytesIO()
        with pyarrow.ipc.new_stream(sink, self._schema) as stream:
            stream.write_batch(pyarrow.record_batch(arrays, schema=self._schema))
        return Rendered(sink.getvalue(), len(rows), losses)

    def _array(self, column: Column, values: list[Any], losses: Counter[Loss]) -> Any:
        if column.type == "texts":
            values = [value or None for value in values]
        elif column.type == "number":
            inexact = sum(isinstance(value, int) and abs(value) > _EXACT and int(float(value)) != value for value in values)
            if inexact:
                losses[Loss(self._file, column.name, "a whole number over 2^53 became the nearest double")] = inexact
            values = [None if value is None else float(value) for value in values]
        return pyarrow.array(values, _TYPES[column.type])

    def head(self) -> bytes:
        self._writer = parquet.ParquetWriter(self._out, self._schema, compression="zstd", store_schema=False)
        return self._taken()

    def gather(self, rendered: Rendered) -> Rendered:
        """Return the row groups that are now complete."""
        with pyarrow.ipc.open_stream(rendered.data) as stream:
            self._waiting += stream
        self._rows += rendered.rows
        if self._rows >= _GROUP:
            table = self._table()
            full = self._rows - self._rows % _GROUP
            self._writer.write_table(table.slice(0, full), row_group_size=_GROUP)
            self._waiting, self._rows = table.slice(full).to_batches(), self._rows - full
        return rendered._replace(data=self._taken())

    def tail(self) -> Rendered:
        if self._rows:
            self._writer.write_table(self._table())
        self._writer.close()
        return Rendered(self._taken(), 0, Counter())

    def _table(self) -> Any:
        """Return the waiting rows as one chunk, since the borders between pieces would change the bytes."""
        return pyarrow.Table.from_batches(self._waiting, self._schema).combine_chunks()

    def _taken(self) -> bytes:
        """Return what was written since the last call. The writer never seeks back and counts positions itself."""
        data = self._out.getvalue()
        self._out.seek(0)
        self._out.truncate()
        return data


class Parquet(Writer):
    """The two tables of an export."""

    def __init__(self) -> None:
        self._tables = _ParquetTable("_nodes.parquet", Node), _ParquetTable("_edges.parquet", Edge)

    def head(self) -> tuple[bytes, ...]:
        return tuple(table.head() for table in self._tables)

    def render(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[Rendered, ...]:
        return self._tables[0].render(nodes), self._tables[1].render(edges)

    def gather(self, rendered: tuple[Rendered, ...]) -> tuple[Rendered, ...]:
        return tuple(table.gather(piece) for table, piece in zip(self._tables, rendered, strict=True))

    def tail(self) -> tuple[Rendered, ...]:
        return tuple(table.tail() for table in self._tables)


def writer(mapping: RegistryMapping, qualified: bool) -> Parquet:
    return Parquet()
