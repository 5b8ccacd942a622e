"""SQL over a build: DuckDB with the tables ``nodes`` and ``edges`` in memory, and no way to anything else."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from kgbuild.errors import MissingExtra, UsageError
from kgbuild.model.graph import Edge, Node
from kgbuild.pipeline.artifact import Build, first_of
from kgbuild.query.answers import Answer
from kgbuild.query.parameters import NodeId, Value
from kgbuild.query.sandbox import QueryError
from kgbuild.writers.columns import columns

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: What a build must have one of, the quickest to load first.
FORMATS = ("parquet", "kgx-jsonl")
_TYPES = {"text": "VARCHAR", "texts": "VARCHAR[]", "boolean": "BOOLEAN", "integer": "BIGINT", "number": "DOUBLE"}
#: The longest line of JSON that DuckDB is told to expect, in bytes; it takes some multiple of that in memory.
_LINE = 64 * 2**20


def require() -> None:
    """Raise MissingExtra unless DuckDB can be imported."""
    if find_spec("duckdb") is None:
        raise MissingExtra("--sql needs duckdb, which is not installed; install it with: pip install 'kgbuild[sql]'")


def chosen(build: Build) -> str:
    """The format that the tables are read from. Raises UsageError where the build has none that will do."""
    return first_of(build, FORMATS, todo="kgx-jsonl")


def load(build: Build, memory: float) -> DuckDBPyConnection:
    """A database with the two tables, typed, within so many GiB. Nothing can be attached, read, written, installed or set any more."""
    import duckdb

    connection = duckdb.connect(
        config={
            "threads": 2, "memory_limit": f"{int(memory * 700)}MiB", "autoinstall_known_extensions": False, "python_enable_replacements": False,
        }
    )  # fmt: skip
    format = chosen(build)
    for table, type in (("nodes", Node), ("edges", Edge)):
        if format == "parquet":
            source, options = build.path(f"_{table}.parquet"), "read_parquet($path)"
        else:
            types = ", ".join(f"{column.name}: '{_TYPES[column.type]}'" for column in columns(type))
            source = build.path(f"_{table}.jsonl")
            options = f"read_json($path, format = 'newline_delimited', maximum_object_size = {_LINE}, columns = {{{types}}})"
        try:
            connection.execute(f"CREATE TABLE {table} AS FROM {options}", {"path": str(source)})
        except duckdb.Error as error:
            raise UsageError(
                f"{source}: expected a table as the export wrote it, got something else ({_first(error)}); export again"
            ) from None
    connection.execute("SET temp_directory = ''")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def ask(connection: DuckDBPyConnection, text: str, values: Mapping[str, Value]) -> Answer:
    """The rows of a query; each parameter is bound to ``$name``. Raises QueryError for a wrong text, or one that is no single query."""
    import duckdb

    bound = {name: value.curie if isinstance(value, NodeId) else value for name, value in values.items()}
    try:
        statements = connection.extract_statements(text)
        if len(statements) != 1:
            raise QueryError(f"expected one statement, got {len(statements)}; ask one question at a time")
        wanted = {name: value for name, value in bound.items() if name in statements[0].named_parameters}
        if unused := bound.keys() - wanted.keys():
            raise QueryError(f"--param {min(unused)}: expected ${min(unused)} in the query, got none; write it where the value belongs")
        cursor = connection.execute(statements[0], wanted)
        names = tuple(column[0] for column in cursor.description or ())
        return Answer(names, _plain(cursor.fetchall()))
    except duckdb.Error as error:
        raise QueryError(f"{_first(error)}; correct the query") from None


def _plain(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows of values that every form can hold: what is neither text, number, boolean nor a list or mapping of these becomes text."""
    return [tuple(value if isinstance(value, _KNOWN) else str(value) for value in row) for row in rows]


_KNOWN = (str, int, float, bool, list, tuple, dict, type(None))


def _first(error: Exception) -> str:
    """The first line of what DuckDB says, without its kind."""
    return str(error).strip().partition("\n")[0]
