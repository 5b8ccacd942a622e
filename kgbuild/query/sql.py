"""Query a build with SQL. DuckDB has the tables ``nodes`` and ``edges`` in memory and no access to anything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
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

#: The formats that can be read, the fastest to load first.
FORMATS = ("parquet", "kgx-jsonl")
_TYPES = {"text": "VARCHAR", "texts": "VARCHAR[]", "boolean": "BOOLEAN", "integer": "BIGINT", "number": "DOUBLE"}
#: The longest JSON line that DuckDB accepts, in bytes. It uses a multiple of this in memory.
_LINE = 64 * 2**20
_ZONED = "TIMESTAMP WITH TIME ZONE"


def require() -> None:
    """Raise MissingExtra if DuckDB is not installed."""
    if find_spec("duckdb") is None:
        raise MissingExtra("--sql requires duckdb, which is not installed; install it with: pip install 'kgbuild[sql]'")


def chosen(build: Build) -> str:
    """Return the format that the tables are read from. Raises UsageError if the build has no suitable format."""
    return first_of(build, FORMATS, todo="kgx-jsonl")


def connect(memory: float) -> DuckDBPyConnection:
    """Return an empty database, limited to ``memory`` GiB, with all that DuckDB imports on first use for values and errors."""
    import duckdb

    connection = duckdb.connect(
        config={
            "threads": 2, "memory_limit": f"{int(memory * 700)}MiB", "autoinstall_known_extensions": False,
            "autoload_known_extensions": False, "python_enable_replacements": False,
        }
    )  # fmt: skip
    connection.execute("SELECT $text, $number, 1.5, uuid(), DATE '2000-01-01', INTERVAL 1 DAY", {"text": "", "number": 1}).fetchall()
    with suppress(duckdb.Error):
        connection.execute("FROM nothing")
    return connection


def load(connection: DuckDBPyConnection, build: Build) -> None:
    """Fill a database with the two typed tables. From then on it cannot attach, read, write, install or configure anything."""
    import duckdb

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
        except duckdb.OutOfMemoryException:
            raise MemoryError from None
        except duckdb.Error as error:
            raise UsageError(
                f"{source}: expected a table as the export wrote it, got something else ({_first(error)}); export again"
            ) from None
    connection.execute("SET temp_directory = ''")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def ask(connection: DuckDBPyConnection, text: str, values: Mapping[str, Value]) -> Answer:
    """Return the rows of a query. Each parameter is bound to ``$name``. Raises QueryError for an invalid text or more than one statement."""
    import duckdb

    bound = {name: value.curie if isinstance(value, NodeId) else value for name, value in values.items()}
    try:
        statements = connection.extract_statements(text)
        if len(statements) != 1:
            raise QueryError(f"expected one statement, got {len(statements)}; run one statement at a time")
        used = {name: value for name, value in bound.items() if name in statements[0].named_parameters}
        if unused := bound.keys() - used.keys():
            raise QueryError(f"--param {min(unused)}: expected ${min(unused)} in the query, got none; add it where the value belongs")
        cursor = connection.execute(statements[0], used)
        columns = [(column[0], str(column[1])) for column in cursor.description or ()]
        if any(_ZONED in type for _, type in columns):
            cursor = connection.execute(_without_zones(statements[0].query, columns), used)
        return Answer(tuple(name for name, _ in columns), _plain(cursor.fetchall()))
    except duckdb.OutOfMemoryException:
        raise MemoryError from None
    except duckdb.Error as error:
        raise QueryError(f"{_first(error)}; correct the query") from None


def _without_zones(text: str, columns: Sequence[tuple[str, str]]) -> str:
    """Return a query whose times with a time zone are texts: to return such times, DuckDB requires pytz, which is not among its dependencies."""
    names = [f"c{n}" for n in range(len(columns))]
    selected = [
        f"CAST({name} AS {type.replace(_ZONED, 'VARCHAR')})" if _ZONED in type else name
        for name, (_, type) in zip(names, columns, strict=True)
    ]
    return f"SELECT {', '.join(selected)} FROM ({text.strip().rstrip(';')}\n) AS answer({', '.join(names)})"  # noqa: S608  # it is the user's


def _plain(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return rows with values that every output format can represent. Other values become text."""
    return [tuple(value if isinstance(value, _KNOWN) else str(value) for value in row) for row in rows]


_KNOWN = (str, int, float, bool, list, tuple, dict, type(None))


def _first(error: Exception) -> str:
    """Return the first line of a DuckDB error."""
    return str(error).strip().partition("\n")[0]
