"""The address of a server -> the three addresses of its protocols, found by asking the server."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from kgbuild.errors import UsageError
from kgbuild.stores.sparql.http import Session, StoreAddresses, Trouble

#: A graph that no server has. Oxigraph and Fuseki name it in the answer that it is not there; other paths of theirs do not.
_NOWHERE = "https://w3id.org/kg-registry/graph/kgbuild-nowhere"


class Layout(NamedTuple):
    """Where a store has its protocols, and whether its graph store names a graph that is not there."""

    name: str
    paths: StoreAddresses
    names_graphs: bool


LAYOUTS = (
    Layout("Oxigraph", StoreAddresses("query", "update", "store"), True),
    Layout("Fuseki", StoreAddresses("query", "update", "data"), True),
    Layout("Virtuoso", StoreAddresses("sparql-auth", "sparql-auth", "sparql-graph-crud-auth"), False),
)


def find(session: Session, base: str) -> tuple[str, StoreAddresses]:
    """The store that answers under a base address, and its addresses. Nothing is written. Raises Trouble where none does."""
    for layout in LAYOUTS:
        found = StoreAddresses(*(f"{base.rstrip('/')}/{path}" for path in layout.paths))
        if _answers(session, layout, found):
            return layout.name, found
    known = ", ".join(layout.name for layout in LAYOUTS)
    todo = "give the addresses one by one, with --query, --update and --graph-store"
    raise Trouble(base, f"the addresses of {known}", "none of them", todo)


def _answers(session: Session, layout: Layout, found: StoreAddresses) -> bool:
    """Whether both the queries and the graph store are where the layout has them. What cannot be reached or lets nobody in ends it."""
    try:
        if session.number(found.query, "SELECT (1 AS ?n) WHERE {}") != 1:
            return False
    except Trouble as trouble:
        if trouble.status in (None, 401):
            raise
        return False
    if not layout.names_graphs:
        return True
    try:
        with session.ntriples(found.graph_store, _NOWHERE):
            return True
    except Trouble as trouble:
        if trouble.status in (None, 401):
            raise
        return _NOWHERE in trouble.got


def checked(option: str, address: str) -> str:
    """An address of a server. Raises UsageError for what is none, or names a user."""
    try:
        parts = urlsplit(address)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        whole = False
        parts = urlsplit("")
    if not whole or not address.isprintable() or " " in address:
        raise UsageError(f"{option}: expected an address as http://localhost:7878, got {address!r}; give that of the store")
    if parts.username is not None or parts.password is not None:
        raise UsageError(f"{option}: expected an address without a user, got one with; give --user and --password-file instead")
    if "graph=" in parts.query or "default" in parts.query or parts.fragment:
        raise UsageError(f"{option}: expected an address that names no graph, got {address}; give the graph with --graph")
    return address


#: RFC 3987 §2.2: an absolute IRI, without what SPARQL's IRIREF refuses (SPARQL 1.1 §19.8), and with one fragment at most.
_IRI = re.compile(
    r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\\x7f-\x9f\s\ud800-\udfff#]+(?:#[^\x00-\x20<>"{}|^`\\\x7f-\x9f\s\ud800-\udfff#]*)?'
)


def checked_graph(iri: str) -> str:
    """An IRI that can name a graph. Raises UsageError for another text.

    >>> checked_graph("https://example.org/graph#a")
    'https://example.org/graph#a'
    """
    if not _IRI.fullmatch(iri) or re.search("%(?![0-9A-Fa-f]{2})", iri):
        raise UsageError(f"--graph: expected an absolute IRI as https://example.org/graph, got {iri!r}; percent-encode what is none")
    return iri
