"""Run statements and transactions on a Neo4j server over Bolt. They are repeated while the server is down; errors contain no secrets."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib.util import find_spec
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from kgbuild.errors import MissingExtra, StoreError, UsageError

if TYPE_CHECKING:
    from neo4j import Session, Transaction

    Work = Callable[[Transaction], "T"]

T = TypeVar("T")
Rows = list[dict[str, Any]]
SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")
#: The first version that accepts labels and relationship types as parameters (`n:$(labels)`).
_OLDEST = (5, 26)
#: Seconds between two attempts.
_PAUSE = 0.5
_MEMORY = ("MemoryPoolOutOfMemoryError", "TransactionOutOfMemoryError")
_READ_ONLY = ("ForbiddenOnReadOnlyDatabase", "WriteOnReadOnlyAccessDatabase")
_ADDRESS = re.compile(r"(?P<scheme>[a-z0-9+]+)://(?P<host>[^/?#@:]+|\[[0-9a-fA-F:.]+\])(:[0-9]+)?/?")


class StillLinked(Exception):
    """A node cannot be removed because it still has a relationship."""


class Neo4jTarget(NamedTuple):
    """A database of a server, and the user. Without a password there is no authentication. ``timeout`` is in seconds."""

    uri: str
    user: str = "neo4j"
    password: str | None = None
    database: str | None = None
    timeout: float = 60.0

    def __repr__(self) -> str:
        return f"Target(uri={self.uri!r}, database={self.database!r})"  # a traceback must not contain the password

    def __str__(self) -> str:
        return f"{self.uri}, database {self.database}" if self.database else self.uri


def check_address(uri: str) -> None:
    """Raise UsageError if an address is not a Bolt address of Neo4j, or if it contains a password. The error does not repeat the password."""
    if "@" in uri:
        raise UsageError("--uri: expected an address without user and password, got one with an @; give --user and --password-file instead")
    found = _ADDRESS.fullmatch(uri)
    if not found or found["scheme"] not in SCHEMES:
        raise UsageError(
            f"--uri: expected SCHEME://HOST:PORT with a scheme of {', '.join(SCHEMES)}, got {uri!r}; give the server's Bolt address, as bolt://localhost:7687"
        )


class Neo4jServer(AbstractContextManager["Neo4jServer"]):
    """A connection to one database. ``say`` receives a line for the user when a statement is repeated."""

    def __init__(self, target: Neo4jTarget, say: Callable[[str], None]) -> None:
        if find_spec("neo4j") is None:
            raise MissingExtra("loading into Neo4j needs neo4j, which is not installed; install it with: pip install 'kgbuild[neo4j]'")
        import neo4j

        check_address(target.uri)
        logging.getLogger("neo4j").addHandler(logging.NullHandler())  # otherwise Python prints the driver's log on standard error
        self.target, self._say, self.patience = target, say, target.timeout
        try:
            self._driver = neo4j.GraphDatabase.driver(
                target.uri,
                auth=None if target.password is None else (target.user, target.password),
                notifications_min_severity="OFF",
                connection_timeout=max(target.timeout, 1.0),
                connection_acquisition_timeout=max(target.timeout, 1.0) + 1,
                user_agent="kgbuild",
            )
        except (ValueError, neo4j.exceptions.ConfigurationError) as error:
            raise UsageError(
                f"--uri: expected SCHEME://HOST:PORT, got {target.uri!r} ({_line(error)}); give the server's Bolt address, as bolt://localhost:7687"
            ) from None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._driver.close()

    def run(self, query: str, **values: Any) -> Rows:
        """Return the rows of one statement, run in its own transaction. It may run twice, so it must be idempotent."""
        return self._attempt(lambda session: session.run(query, values).data())

    def write(self, work: Work[T]) -> T:
        """Run ``work`` in one transaction, commit it, and return its result.

        The work is repeated if the server goes down, even during the commit. It must be idempotent, or detect that it was already committed.
        """

        def whole(session: Session) -> T:
            with session.begin_transaction() as transaction:
                done = work(transaction)
                transaction.commit()
            return done

        return self._attempt(whole)

    def check_version(self) -> None:
        """Raise StoreError if the server is older than Neo4j 5.26."""
        (row,) = self.run("CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel' RETURN versions[0] AS version") or [{}]
        version = str(row.get("version", "another program"))
        if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < _OLDEST:
            raise StoreError(f"{self.target}: expected Neo4j 5.26 or later, got {version}; load into a newer server")

    def _attempt(self, work: Callable[[Session], T]) -> T:
        from neo4j.exceptions import DriverError, Neo4jError

        deadline = 0.0
        while True:
            try:
                with self._driver.session(database=self.target.database) as session:
                    return work(session)
            except (DriverError, Neo4jError, OSError, ValueError) as error:
                if isinstance(error, ValueError) and "resolve" not in str(error):
                    raise  # not an error of the server
                if not _is_temporary(error):
                    raise self._failure(error) from None
                now = time.monotonic()
                if not deadline:
                    deadline = now + self.patience
                    if self.patience:
                        self._say(f"waiting       {self.target}: {_line(error)}; trying again for {self.patience:g} s")
                if now + _PAUSE > deadline:
                    raise self._failure(error) from None
            time.sleep(_PAUSE)

    def _failure(self, error: Exception) -> Exception:
        """Return the exception for an error that repeating does not solve."""
        code = str(getattr(error, "code", None) or type(error).__name__)
        sentence = {
            "Unauthorized": f"expected the password of user {self.target.user!r}, got "
            + ("another one" if self.target.password is not None else "none")
            + "; see --user, --password-file and KGBUILD_NEO4J_PASSWORD",
            "AuthenticationRateLimit": "expected few wrong passwords, got many; wait some seconds, and try again with the right one",
            "CredentialsExpired": "expected a password that was changed after the installation, got the first one; change it with "
            "`ALTER CURRENT USER SET PASSWORD` in cypher-shell",
            "DatabaseNotFound": f"expected a database {self.target.database!r}, got none of that name; see --database",
            "Forbidden": f"expected a user with write access, got {self.target.user!r} ({_line(error)}); grant write access, or give another --user",
            **dict.fromkeys(
                _READ_ONLY,
                "expected a database that can be written, got one that is read-only; change that in neo4j.conf, or choose another --database",
            ),
            **dict.fromkeys(
                _MEMORY,
                "expected enough memory for the change in one transaction, got more than dbms.memory.transaction.total.max; raise that limit "
                "or the heap, or lower --swap-limit, so that the graph changes in batches",
            ),
        }.get(code.rpartition(".")[2])
        if code.endswith("ConstraintValidationFailed"):
            if "still has relationships" in str(error):
                return StillLinked(_line(error))
            sentence = (
                f"expected no constraint that the graph violates, got {_line(error)}; drop the constraint, or choose another --database"
            )
        if sentence is None and _is_temporary(error):
            sentence = f"expected an answer within {self.target.timeout:g} s, got {_line(error)}; start the server, correct --uri, or raise --timeout"
        return StoreError(
            f"{self.target}: " + (sentence or f"expected a statement without errors, got {_line(error)}; see the server's log")
        )


def _is_temporary(error: Exception) -> bool:
    """Return whether a later attempt may succeed: the server is down, restarts, or holds a lock."""
    from neo4j.exceptions import DriverError, IncompleteCommit, Neo4jError

    if isinstance(error, Neo4jError) and str(error.code).endswith(_MEMORY):
        return False
    if isinstance(error, IncompleteCommit | OSError | ValueError):
        return True  # the driver raises ValueError if a host name has no address
    if isinstance(error, Neo4jError) and str(error.code).endswith("EntityNotFound"):
        return True  # another load removed the entity; the next attempt detects that load
    return isinstance(error, DriverError | Neo4jError) and error.is_retryable()


def _line(error: Exception) -> str:
    """Return the first sentence of an error's message, on one line."""
    text = str(getattr(error, "message", None) or error) or type(error).__name__
    return " ".join(text.split()).partition(". ")[0].rstrip(".")[:300]
