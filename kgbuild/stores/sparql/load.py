"""Replace a named graph of a triplestore by a file of N-Triples, and count the triples.

If the store's PUT is atomic, one PUT replaces the graph. Otherwise the triples go to a staging graph and are counted there, so that a broken
upload does not change the graph. Then they are moved if the store's updates are atomic, and put again if not. Virtuoso needs the second PUT:
readers see parts of its MOVE, and a crash can lose a MOVE but not an answered PUT.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Literal, NamedTuple

from kgbuild.errors import StoreError
from kgbuild.stores.sparql.http import RequestError, Session, StoreAddresses
from kgbuild.stores.sparql.probe import clean, count, internal_graph, put_is_atomic, removed_if_refused, update_is_atomic
from kgbuild.stores.sparql.same import holds
from kgbuild.stores.sparql.triples import Triples

#: States of the graph after a failed request.
_COMPLETE = "complete, with the old or the new content"
_INCOMPLETE = "possibly incomplete"
Strategy = Literal["auto", "put", "stage"]
Say = Callable[[str, str], None]


class Loaded(NamedTuple):
    """The result of a load: the numbers of triples in the graph now and before, and whether the graph was left unchanged."""

    triples: int
    before: int
    unchanged: bool


class Load(NamedTuple):
    """A load into one graph of one store. ``say`` receives a label and a text for the user at each step."""

    session: Session
    at: StoreAddresses
    graph: str
    say: Say

    def run(self, triples: Triples, strategy: Strategy) -> Loaded:
        """Load the triples. Raises StoreError, which names the state of the graph."""
        with self._failing("unchanged"):
            before = self._count(self.graph)
            for what in ("probe", "staging"):
                clean(self.session, self.at, internal_graph(self.graph, what))
            if before == triples.number and holds(self.session, self.at, self.graph, triples):
                return Loaded(before, before, unchanged=True)
            method = self._method(strategy)
        if method == "stage":
            self._stage(triples)
        else:
            with self._failing(_COMPLETE if method == "atomic" else _INCOMPLETE):
                self.session.put(self.at.graph_store, self.graph, triples)
        with self._failing("possibly wrong"):
            self._expect(self.graph, triples.number)
        return Loaded(triples.number, before, unchanged=False)

    def _method(self, strategy: Strategy) -> Literal["atomic", "put", "stage"]:
        if strategy != "auto":
            return strategy
        atomic = put_is_atomic(self.session, self.at, self.graph)
        self.say("probed", "a failed PUT leaves the graph unchanged" if atomic else "a failed PUT leaves the graph incomplete")
        return "atomic" if atomic else "stage"

    def _stage(self, triples: Triples) -> None:
        staging = internal_graph(self.graph, "staging")
        with self._failing("unchanged"), removed_if_refused(self.session, self.at, staging):
            moves = update_is_atomic(self.session, self.at, self.graph)
            self.session.put(self.at.graph_store, staging, triples)
            self._expect(staging, triples.number)  # right before MOVE, because on some stores MOVE from a missing graph empties the target
        self.say("staged", f"{triples.number:,} triples in <{staging}>")
        if moves:
            with self._failing(_COMPLETE), removed_if_refused(self.session, self.at, staging):
                self.session.update(self.at.update, f"MOVE GRAPH <{staging}> TO GRAPH <{self.graph}>")
            return
        self.say(
            "note", "MOVE is not atomic in this store either: kgbuild repeats the PUT, and readers may see an incomplete graph meanwhile"
        )
        with self._failing(_INCOMPLETE):
            self.session.put(self.at.graph_store, self.graph, triples)
            self._expect(self.graph, triples.number)
            self.session.delete(self.at.graph_store, staging)

    def _count(self, graph: str) -> int:
        return count(self.session, self.at.query, graph)

    def _expect(self, graph: str, expected: int) -> None:
        there = self._count(graph)
        if there != expected:
            todo = "see the server's log, and load again"
            raise RequestError(self.at.query, f"{expected:,} triples in <{graph}>", f"{there:,}", todo, HTTPStatus.OK)

    @contextmanager
    def _failing(self, state: str) -> Iterator[None]:
        """Add the state of the graph to each failure."""
        try:
            yield
        except RequestError as error:
            raise StoreError(error.sentence(f"<{self.graph}> is {state}")) from None
