"""Find the addresses of query, update and graph store under the base address of a server, by requests to it."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from kgbuild.errors import UsageError
from kgbuild.stores.sparql.http import RequestError, Session, StoreAddresses

#: A graph that no server has. The 404 of Oxigraph's and Fuseki's graph store names the graph; a 404 for any other path does not.
_NOWHERE = "https://w3id.org/kg-registry/graph/kgbuild-nowhere"


class Layout(NamedTuple):
    """The paths of a store, and whether its graph store names a missing graph in its 404."""

    name: str
    paths: StoreAddresses
    names_graphs: bool


LAYOUTS = (
    Layout("Oxigraph", StoreAddresses("query", "update", "store"), True),
    Layout("Fuseki", StoreAddresses("query", "update", "data"), True),
    Layout("Virtuoso", StoreAddresses("sparql-auth", "sparql-auth", "sparql-graph-crud-auth"), False),
)


def find(session: Session, base: str) -> tuple[str, StoreAddresses]:
    """Return the name and the addresses of the store at a base address. Nothing is written. Raises RequestError if no known store answers."""
    for layout in LAYOUTS:
        found = StoreAddresses(*(f"{base.rstrip('/')}/{path}" for path in layout.paths))
        if _answers(session, layout, found):
            return layout.name, found
    names = ", ".join(layout.name for layout in LAYOUTS)
    todo = "give the three addresses, with --query, --update and --graph-store"
    raise RequestError(base, f"the addresses of {names}", "none of them", todo)


def _answers(session: Session, layout: Layout, found: StoreAddresses) -> bool:
    """Return whether query and graph store are at the paths of the layout.

    Raises RequestError if the server does not answer or requires a password.
    """
    try:
        if session.number(found.query, "SELECT (1 AS ?n) WHERE {}") != 1:
            return False
    except RequestError as error:
        if error.status in (None, 401):
            raise
        return False
    if not layout.names_graphs:
        return True
    try:
        with session.ntriples(found.graph_store, _NOWHERE):
            return True
    except RequestError as error:
        if error.status in (None, 401):
            raise
        return _NOWHERE in error.got


def checked(option: str, address: str) -> str:
    """Return the address. Raises UsageError if it is not an HTTP address, or if it contains a user or a graph."""
    try:
        parts = urlsplit(address)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        whole = False
        parts = urlsplit("")
    if not whole or not address.isprintable() or " " in address:
        raise UsageError(
            f"{option}: expected an HTTP address such as http://localhost:7878, got {address!r}; give the address of the store"
        )
    if parts.username is not None or parts.password is not None:
        raise UsageError(f"{option}: expected an address without a user, got one with a user; give --user and --password-file instead")
    if "graph=" in parts.query or "default" in parts.query or parts.fragment:
        raise UsageError(f"{option}: expected an address without a graph, got {address}; give the graph with --graph")
    return address


#: RFC 3987 §2.2: an absolute IRI, without the characters that SPARQL's IRIREF excludes (SPARQL 1.1 §19.8), and with at most one fragment.
_IRI = re.compile(
    r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\\x7f-\x9f\s\ud800-\udfff#]+(?:#[^\x00-\x20<>"{}|^`\\\x7f-\x9f\s\ud800-\udfff#]*)?'
)


def checked_graph(iri: str) -> str:
    """Return the IRI of a graph. Raises UsageError if it is not an absolute IRI.

    >>> checked_graph("https://example.org/graph#a")
    'https://example.org/graph#a'
    """
    if not _IRI.fullmatch(iri) or re.search("%(?![0-9A-Fa-f]{2})", iri):
        raise UsageError(
            f"--graph: expected an absolute IRI such as https://example.org/graph, got {iri!r}; percent-encode characters that an IRI excludes"
        )
    return iri
