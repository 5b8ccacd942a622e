"""A file of N-Triples in place of a named graph of a triplestore, as safely as the store allows, and counted.

One PUT where the store's PUT is atomic. Else the triples go to a staging graph and are counted there, so that what cannot be read or is cut off
never touches the graph. Then they are moved where the store's updates are atomic, and put again where they are not (Virtuoso, whose MOVE is
neither seen as one step nor there after a crash, while a PUT that was answered is).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Literal, NamedTuple

from kgbuild.errors import StoreError
from kgbuild.stores.sparql.http import Session, StoreAddresses, Trouble
from kgbuild.stores.sparql.probe import clean, count, own, put_is_atomic, removed_where_refused, update_is_atomic
from kgbuild.stores.sparql.same import holds
from kgbuild.stores.sparql.triples import Triples

Strategy = Literal["auto", "put", "stage"]
Say = Callable[[str, str], None]


class Loaded(NamedTuple):
    """What a load came to: the triples that are in the graph, those that were there before, and whether they are the same."""

    triples: int
    before: int
    unchanged: bool


class Load(NamedTuple):
    """One graph of one store, and what tells the user of each step."""

    session: Session
    at: StoreAddresses
    graph: str
    say: Say

    def run(self, triples: Triples, strategy: Strategy) -> Loaded:
        """Load the triples. Raises StoreError, which says in what state the graph is."""
        with self._failing("as it was"):
            before = self._count(self.graph)
            for what in ("probe", "staging"):
                clean(self.session, self.at, own(self.graph, what))
            if before == triples.number and holds(self.session, self.at, self.graph, triples):
                return Loaded(before, before, unchanged=True)
            way = self._way(strategy)
        if way == "stage":
            self._stage(triples)
        else:
            with self._failing("whole, as it was or as it is to be" if way == "atomic" else "incomplete perhaps"):
                self.session.put(self.at.graph_store, self.graph, triples)
        with self._failing("not known to be right"):
            self._expect(self.graph, triples.number)
        return Loaded(triples.number, before, unchanged=False)

    def _way(self, strategy: Strategy) -> Literal["atomic", "put", "stage"]:
        if strategy != "auto":
            return strategy
        atomic = put_is_atomic(self.session, self.at, self.graph)
        self.say("probed", "a PUT that fails leaves the graph as it was" if atomic else "a PUT that fails spoils the graph")
        return "atomic" if atomic else "stage"

    def _stage(self, triples: Triples) -> None:
        staging = own(self.graph, "staging")
        with self._failing("as it was"), removed_where_refused(self.session, self.at, staging):
            moves = update_is_atomic(self.session, self.at, self.graph)
            self.session.put(self.at.graph_store, staging, triples)
            self._expect(staging, triples.number)  # right before MOVE: of a graph that is gone it empties the target on some stores
        self.say("staged", f"{triples.number:,} triples in <{staging}>")
        if moves:
            with self._failing("whole, as it was or as it is to be"), removed_where_refused(self.session, self.at, staging):
                self.session.update(self.at.update, f"MOVE GRAPH <{staging}> TO GRAPH <{self.graph}>")
            return
        self.say(
            "note", "a MOVE is not atomic here either, and may be lost in a crash: the graph is put again, and seen incomplete meanwhile"
        )
        with self._failing("incomplete perhaps"):
            self.session.put(self.at.graph_store, self.graph, triples)
            self._expect(self.graph, triples.number)
            self.session.delete(self.at.graph_store, staging)

    def _count(self, graph: str) -> int:
        return count(self.session, self.at.query, graph)

    def _expect(self, graph: str, expected: int) -> None:
        there = self._count(graph)
        if there != expected:
            todo = "load again, and look at the server's log"
            raise Trouble(self.at.query, f"{expected:,} triples in <{graph}>", f"{there:,}", todo, HTTPStatus.OK)

    @contextmanager
    def _failing(self, state: str) -> Iterator[None]:
        """Say of each failure in what state the graph then is."""
        try:
            yield
        except Trouble as trouble:
            raise StoreError(trouble.sentence(f"<{self.graph}> is {state}")) from None
