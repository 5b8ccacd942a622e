"""Describe a path upstream: the entries that state its steps, and the products through which it leaves a resource."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from kgbuild.checks.support.citing import entries, listed
from kgbuild.checks.view import EntryRef, View
from kgbuild.lineage.grades import Grade
from kgbuild.model.audit import AuditEdge

#: Relations of PROV-O that do not say that one thing contains data of another.
_WITHOUT_DATA = frozenset(("prov:wasInfluencedBy", "prov:wasInformedBy"))
#: Steps of a path that are described. Of a longer path, these are the first and the last ones.
_SHOWN = 20


def step_edges(view: View, grade: Grade, path: Sequence[str]) -> list[list[AuditEdge]]:
    """Return for each step of a path the derivations that state it: those of the node itself, or else of the products that it is left by."""
    return [_step_edges(view, grade, here, there, start=n == 0) for n, (here, there) in enumerate(pairwise(path))]


def _step_edges(view: View, grade: Grade, here: str, there: str, *, start: bool) -> list[AuditEdge]:
    own = _citing(view, here, there)
    if own or start:
        return own
    return [edge for product in view.walks.by_grade[grade].exits(here) for edge in _citing(view, product, there)]


def _citing(view: View, product: str, source: str) -> list[AuditEdge]:
    return [edge for edge in view.graph.derivations.get(product, ()) if edge.object == source]


def through(view: View, grade: Grade, path: Sequence[str]) -> str:
    """Return the inner nodes of a path as a part of a sentence: ` through 'a' (by its product 'a.x') and 'b.y'`; empty without inner nodes."""
    steps = step_edges(view, grade, path)
    inner = [f"{view.name(id)!r}{_left_by(view, id, edges)}" for id, edges in zip(path[1:-1], steps[1:], strict=True)]
    if len(inner) > _SHOWN:
        inner[_SHOWN // 2 : -_SHOWN // 2] = [f"{len(inner) - _SHOWN:,} more"]
    return f" through {listed(inner, None)}" if inner else ""


def relation(view: View, grade: Grade, path: Sequence[str]) -> str:
    """Return how the end of a path relates to its start, as a part of a sentence.

    A product is made from a source only if records say so of every step: a source that influenced or informed it (PROV-O) may have given no data.
    """
    if grade != "stated":
        return "whose data it may contain"
    steps = [{edge.relation_type for edge in edges} for edges in step_edges(view, grade, path)]
    weak = next((sorted(map(str, types)) for types in steps if types and types <= _WITHOUT_DATA), None)
    return f"which it states as a source ({listed(weak, None)})" if weak else "from which it is made"


def _left_by(view: View, id: str, edges: Sequence[AuditEdge]) -> str:
    products = sorted({edge.subject for edge in edges} - {id})
    more = f" and {len(products) - 1:,} more" if len(products) > 1 else ""
    return f" (by its product{'s' * (len(products) > 1)} {view.name(products[0])!r}{more})" if products else ""


def step_entries(view: View, grade: Grade, path: Sequence[str]) -> list[EntryRef]:
    """Return the entries that state the steps of a path: one entry for each step, for the first and last ten steps."""
    found: list[EntryRef] = []
    steps = step_edges(view, grade, path)
    for edges in steps if len(steps) <= _SHOWN else [*steps[: _SHOWN // 2], *steps[-_SHOWN // 2 :]]:
        edge = min(edges, key=lambda edge: edge.subject)
        claim = view.authoritative(edge.subject)
        found += entries(view, edge, [claim, *view.copies(edge.subject)] if claim else ())[:1]
    return found
