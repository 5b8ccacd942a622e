"""PG, provenance graph: cycles among products or resources, and provenance that is very deep or has no origin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.support.citing import at_citations, listed
from kgbuild.checks.support.unread import UnreadRecords
from kgbuild.checks.view import View
from kgbuild.lineage.cycles import cycle_groups, shortest_cycle
from kgbuild.lineage.farthest import farthest
from kgbuild.lineage.origins import cut_off
from kgbuild.lineage.owners import OwnerCitations
from kgbuild.model.audit import AuditEdge
from kgbuild.model.graph import ResourceStatement

#: Categories of resources that can be the origin of data.
_ORIGINS = ("DataSource", "Ontology")
#: Up to this number of members, a finding refers to all citations of a group; beyond it, only to those of the cycle that it shows.
_WHOLE = 100
#: Citations that PG004 visits before it gives up, after some tenths of a second. A registry of a thousand resources has about twenty thousand.
_LOOKED_AT = 200_000


def cycles(view: View) -> Iterator[Violation]:
    """A cycle of products, in which each product is made from the next.

    All products that are made from each other give one finding, which shows their shortest cycle. Its subject is the smallest of their ids.
    Why: A product cannot be made from itself, directly or indirectly. At least one of the citations is wrong, and the products cannot be
    built in any order.
    Example: `a.tsv` has `original_source: [b.tsv]`, and `b.tsv` has `original_source: [a.tsv]`.
    Fix: Remove the citation that is wrong. If two products use earlier editions of each other, give each edition its own id.
    """
    made = {
        product: [edge.object for edge in view.graph.derivations[product] if edge.object != product] for product in view.graph.recited()
    }
    for group in cycle_groups(made):
        cycle = shortest_cycle(made, group)
        edges = [_edge(view, *step) for step in _steps(cycle)]
        if len(group) <= _WHOLE:
            edges += [
                edge for product in group for edge in view.graph.derivations[product] if edge.object in group and edge.object != product
            ]
        members = "" if len(cycle) == len(group) else f" ({listed(_names(view, group))}); the shortest cycle"
        message = f"{len(group):,} products are made from each other{members}: {_path_text(view, [*cycle, cycle[0]])}"
        yield at_citations(view, group[0], edges, message)


def own_source(view: View) -> Iterator[Violation]:
    """A product that names itself as a source.

    Why: The entry does not say where the product comes from, and a product cannot be built from itself.
    Example: The listing of `a.tsv` has `original_source: [{source: a.tsv, relation_type: prov:hadPrimarySource}]`.
    Fix: Name the actual source of the product, or its own resource (`a`) if nothing more specific is known.
    """
    for product in view.graph.recited():
        for edge in view.graph.derivations[product]:
            if edge.object == product:
                message = f"{view.name(product)!r} names itself as a source"
                yield at_citations(view, product, [edge], message, object=edge.object, field=edge.source_role or "")


def mutual_sources(view: View) -> Iterator[Violation]:
    """A cycle of resources, in which a product of each resource is made from the next.

    The cycle is built from the sources of products and the owners of these sources. Only products that are data count, and products that such
    a product names as a source; if a resource has no data product, all of its products count. Each group of resources gives one finding, which
    shows the shortest cycle and its products. It says that each contains its own data if each step states the product or resource from which
    the next step goes on, and otherwise that each may contain it. Its subject is the smallest id of the group. Its related places are all
    citations within the group, or only those of the cycle if the group has more than a hundred resources.
    Why: Data can return to the resource that it came from and look like new evidence. The first source of a statement cannot be determined.
    Example: `a.tsv` of the resource `a` is made from `b`, and `b.owl` of the resource `b` is made from `a`.
    Fix: Remove citations that are only cross-references, and move citations that belong to another product. If data does flow both ways,
    ignore the finding.
    """
    citations = OwnerCitations(view.walks)
    cited = citations.adjacency
    for group in cycle_groups(cited):
        cycle = shortest_cycle(cited, group)
        causes = [_causes(view, citations, *step) for step in _steps(cycle)]
        introduction = "" if len(cycle) == len(group) else "; the shortest cycle"
        path = listed([_cause(view, edges, " is made" if n == 0 else "") for n, edges in enumerate(causes)])
        contains = "contains" if _is_stated(causes) else "may contain"
        message = f"{listed(_names(view, group))} are sources of each other{introduction}: {path}; so each {contains} its own data"
        if len(group) <= _WHOLE:
            causes += [
                _causes(view, citations, resource, source)
                for resource in group
                for source in group
                if source in cited[resource] and source != resource
            ]
        yield at_citations(view, group[0], [edge for edges in causes for edge in edges], message)


def _is_stated(causes: Sequence[Sequence[AuditEdge]]) -> bool:
    """Return whether records state a whole cycle: each step leads to the node from which the next one starts."""
    for start in {edge.subject for edge in causes[0]}:
        here = {start}
        for edges in causes:
            here = {edge.object for edge in edges if edge.subject in here}
        if start in here:
            return True
    return False


def _causes(view: View, citations: OwnerCitations, resource: str, source: str) -> list[AuditEdge]:
    """Return the derivations of one resource and its products from another resource or its products, those that a path can use."""
    derivations = (edge for id in citations.left_by(resource) for edge in view.graph.foreign(id))
    return [edge for edge in derivations if source in view.graph.owners_of(edge.object)]


def _cause(view: View, edges: Sequence[AuditEdge], verb: str) -> str:
    """Describe one step of a cycle of resources."""
    others = len({edge.subject for edge in edges}) - 1
    more = f" (and {others:,} more)" if others else ""
    return f"{view.name(edges[0].subject)!r}{more}{verb} from {view.name(edges[0].object)!r}"


def deep(view: View) -> Iterator[Violation]:
    """A product whose provenance crosses more than `--max-depth` owners (default: 6).

    The depth is the number of steps between owners on the shortest path to the farthest source. A path of stated steps counts before one that
    is only possible, because no record states which data product of a resource was used. If the graph is too large to visit all
    sources, one finding counts the products that were not checked.
    Why: With every step, less is known about the versions, licenses and errors of the first source.
    Example: `a.tsv` is made from `b`, the products of `b` are made from `c`, and so on to `h`, which is seven owners away.
    Fix: The records may be correct. Check whether the product can be made from a source closer to the origin, or increase `--max-depth`.
    """
    limit, left = view.limits.max_depth, list[str]()
    for product, depth, source, grade in farthest(view.walks, _LOOKED_AT):
        if depth is None:
            left.append(product)
        elif depth > limit:
            ids = view.walks.by_grade[grade].path(product, source)
            relation = "is made from" if grade == "stated" else "may contain data of"
            away = f"which is {depth:,} owners away, more than {limit:,}"
            message = f"{view.name(product)!r} {relation} {view.name(source)!r}, {away}: {_path_text(view, ids)}"
            yield at_citations(view, product, [_edge(view, *ids[:2])], message)
    if left:
        message = f"the graph is too large to visit all sources of each product; the depth of {len(left):,} products is not known"
        yield Violation(min(left), message, None, field="unknown")


def without_origin(view: View) -> Iterator[Violation]:
    """A product with sources of other owners, but without a DataSource or an Ontology among all its direct and indirect sources.

    Sources are those that the product is made from, and those whose data it may contain: a source that is a resource stands for its data
    products, or for all of its products if none is data. The product's own resource does not count. A product of a DataSource or an Ontology
    counts like the resource. A resource without a category, with one that is not in the vocabulary, or whose record cannot be read (FM001,
    FM002, RD001) may be a DataSource, so products made from it are not reported. Reports for people group the findings by the cited resource.
    Why: Some record on the path does not name its sources, so the origin of the data is lost.
    Example: `a.tsv` is made from `b`, an Aggregator whose products name no source except `b`.
    Fix: Name the sources of the products at the end of the path, or add the missing records. If a resource is the origin of its data, give
    it the category DataSource.
    """
    found = list(cut_off(view.walks.possible, _Origins(view).may_be))
    cited_owners = {product: _cited_owners(view, product) for product in found}
    counts = Counter(owner for owners in cited_owners.values() for owner in owners)
    for product, owners in cited_owners.items():
        edges = view.graph.foreign(product)
        cited = listed([f"{view.name(id)!r} ({_what(view, id)})" for id in dict.fromkeys(edge.object for edge in edges)])
        own = any(view.graph.category(owner) in _ORIGINS for owner in view.graph.owners.get(product, ()))
        besides = " besides its own resource" if own else ""
        origin = f"no DataSource or Ontology{besides} is among its direct or indirect sources, stated or possible"
        message = f"{view.name(product)!r} is made from {cited}, and {origin}"
        cause = min(owners, key=lambda owner: (-counts[owner], owner))
        yield at_citations(view, product, edges, message)._replace(cause=cause)


class _Origins:
    """Tells at which owners data may begin."""

    def __init__(self, view: View) -> None:
        self._view, self._unread, self._rule = view, UnreadRecords(view), view.mapping.categories.resource

    def may_be(self, owner: str) -> bool:
        """Return whether an owner is an origin by its category, or may be one: its category or its record cannot be read.

        Other rules report these: FM001, FM002 and RD001.
        """
        graph, rule = self._view.graph, self._rule
        if graph.category(owner) in _ORIGINS or not rule.categories:
            return graph.category(owner) in _ORIGINS
        if not graph.is_resource(owner):
            return self._unread.may_be(self._view.name(owner))
        stated = graph.specific_class(owner)
        if stated != rule.class_:
            return stated not in rule.categories.values()
        records = self._view.records.get(owner) or ()  # all resources have this class, also those without a category
        return bool(records) and not any(isinstance(claim.says, ResourceStatement) and claim.says.category for claim in records)


def _cited_owners(view: View, product: str) -> list[str]:
    """Return the owners of the foreign sources of a product."""
    return [owner for edge in view.graph.foreign(product) for owner in view.graph.owners_of(edge.object)]


def _what(view: View, id: str) -> str:
    """Return the category of a source, or "not described" if it has no record."""
    node = view.graph.nodes.get(id)
    return "not described" if node is None or node.stub else view.graph.category(id)


def _steps(cycle: Sequence[str]) -> list[tuple[str, str]]:
    """Return each node of a cycle with its successor."""
    return list(zip(cycle, [*cycle[1:], cycle[0]], strict=True))


def _edge(view: View, product: str, source: str) -> AuditEdge:
    """Return the first derivation of a product from a source."""
    return next(edge for edge in view.graph.derivations[product] if edge.object == source)


def _names(view: View, ids: Sequence[str]) -> list[str]:
    return [repr(view.name(id)) for id in ids]


def _path_text(view: View, ids: Sequence[str]) -> str:
    """Describe a path upstream. Only the beginning and the end of a very long path are shown."""
    names = _names(view, ids)
    if len(names) > 20:
        names[10:-10] = [f"{len(names) - 20:,} more"]
    return " from ".join(names)


RULES = (
    Rule("PG001", "error", cycles),
    Rule("PG002", "error", own_source),
    Rule("PG003", "warning", mutual_sources),
    Rule("PG004", "info", deep, default=False),
    Rule("PG005", "warning", without_origin, partial=True),
)
