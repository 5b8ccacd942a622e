"""PG, provenance graph: products that are made from each other, and upstreams that are very deep or come to no origin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.support.citing import at_citations, listed
from kgbuild.checks.view import View
from kgbuild.lineage.cycles import cycle_groups, shortest_cycle
from kgbuild.lineage.origins import cut_off
from kgbuild.model.audit import AuditEdge

#: Classes of resources in which data begin.
_ORIGINS = ("DataSource", "Ontology")
#: Members of a group of which all citations are told; in a larger one it is those of the cycle that is shown.
_WHOLE = 100
#: Citations that PG004 looks at before it gives up: some tenths of a second. In a registry of a thousand resources there are some twenty thousand.
_LOOKED_AT = 200_000


def cycles(view: View) -> Iterator[Violation]:
    """A cycle among products: each is made from the next, and the last from the first.

    Products that are made from each other are one finding, with the shortest cycle among them. Its subject is the smallest of their ids.
    Why: nothing can be made before itself, so at least one of the citations is wrong, and there is no order in which all can be made.
    Example: `a.tsv` has `original_source: [b.tsv]`, and `b.tsv` has `original_source: [a.tsv]`.
    Fix: take out the citation that is not true; where editions of two products feed each other, give each edition an id of its own.
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
        told = "" if len(cycle) == len(group) else f" ({listed(_names(view, group))}); the shortest cycle"
        message = f"{len(group):,} products are made from each other{told}: {_way(view, [*cycle, cycle[0]])}"
        yield at_citations(view, group[0], edges, message)


def own_source(view: View) -> Iterator[Violation]:
    """A product that is given as a source of itself.

    Why: it says nothing of where the product comes from, and there is no order in which it can be made.
    Example: the listing of `a.tsv` has `original_source: [{source: a.tsv, relation_type: prov:hadPrimarySource}]`.
    Fix: name what it was made from, or its own resource (`a`) where nothing nearer is known.
    """
    for product in view.graph.recited():
        for edge in view.graph.derivations[product]:
            if edge.object == product:
                message = f"{view.name(product)!r} is given as a source of itself"
                yield at_citations(view, product, [edge], message, object=edge.object, field=edge.source_role or "")


def mutual_sources(view: View) -> Iterator[Violation]:
    """Resources that source each other: a product of each is made from another of them.

    What counts is what products are made from, and whose these sources are; who gives out what makes no cycle. Each group is one finding,
    with its shortest cycle and the products that close it. Its related places are all citations within the group (of more than a hundred
    members: those of the cycle), its subject is its smallest id.
    Why: what one of them took from another may come back to it and look like new evidence, and nobody can tell who said it first.
    Example: `a.tsv` of the resource `a` is made from `b`, and `b.owl` of the resource `b` from `a`.
    Fix: take out a citation that is a mere cross-reference, and correct one that stands at the wrong product. Where data do go both ways,
    nothing needs to be fixed.
    """
    cited = _cited_owners(view)
    for group in cycle_groups(cited):
        cycle = shortest_cycle(cited, group)
        causes = [_causes(view, *step) for step in _steps(cycle)]
        told = "" if len(cycle) == len(group) else "; the shortest cycle"
        way = listed([_cause(view, edges, " is made" if n == 0 else "") for n, edges in enumerate(causes)])
        message = f"{listed(_names(view, group))} source each other{told}: {way}"
        if len(group) <= _WHOLE:
            causes += [
                _causes(view, resource, source)
                for resource in group
                for source in group
                if source in cited[resource] and source != resource
            ]
        yield at_citations(view, group[0], [edge for edges in causes for edge in edges], message)


def _cited_owners(view: View) -> dict[str, list[str]]:
    """The other resources that the products of each resource are made from, as far as these have products themselves."""
    mixed = view.graph.owners.keys() & view.graph.products.keys()  # resources that another one lists among its products
    cited: dict[str, list[str]] = {}
    for resource in view.graph.products:
        if resource in mixed:
            foreign = [edge.object for product in view.graph.products[resource] for edge in view.graph.foreign(product)]
        else:
            foreign = [*view.walks.steps(resource).foreign]
        owners = [id for id in foreign if id in view.graph.products and id not in mixed]
        if len(owners) < len(foreign):
            owners += [owner for id in foreign if id not in view.graph.products or id in mixed for owner in view.graph.owners.get(id, ())]
        if owners:
            cited[resource] = owners
    return cited


def _causes(view: View, resource: str, source: str) -> list[AuditEdge]:
    """The derivations of products of one resource from another one or its products."""
    derivations = (edge for product in view.graph.products[resource] for edge in view.graph.foreign(product))
    return [edge for edge in derivations if source in view.graph.owners_of(edge.object)]


def _cause(view: View, edges: Sequence[AuditEdge], verb: str) -> str:
    """One step of a cycle of resources in words."""
    others = len({edge.subject for edge in edges}) - 1
    more = f" (and {others:,} more)" if others else ""
    return f"{view.name(edges[0].subject)!r}{more}{verb} from {view.name(edges[0].object)!r}"


def deep(view: View) -> Iterator[Violation]:
    """A product with an upstream deeper than `--max-depth` owners (6, if not told).

    Depth is the number of steps from owner to owner on the shortest way to the farthest source. In a graph so large that not all upstreams
    can be walked, one finding counts the products that were left out.
    Why: the longer the way, the less is known at its end of the versions, licenses and faults at its beginning.
    Example: `a.tsv` is made from `b`, the products of `b` from `c`, and so on to `h`, which is seven owners away.
    Fix: nothing need be wrong. Look whether the product can be made from something nearer to the origin, or give a larger `--max-depth`.
    """
    limit, left = view.limits.max_depth, list[str]()
    for product, depth, farthest in view.walks.farthest(_LOOKED_AT):
        if depth is None:
            left.append(product)
        elif depth > limit:
            way = view.walks.path(product, farthest)
            message = f"{view.name(product)!r} goes back {depth:,} owners, more than {limit:,}: {_way(view, way)}"
            yield at_citations(view, product, [_edge(view, *way[:2])], message)
    if left:
        message = f"the graph is too large to walk the upstream of each product; it is not known how deep {len(left):,} products go"
        yield Violation(min(left), message, None, field="unknown")


def without_origin(view: View) -> Iterator[Violation]:
    """A product that cites a foreign source, but upstream of which there is no DataSource and no Ontology.

    Its own resource does not count. A product of a DataSource or an Ontology counts as the resource does.
    Why: somewhere on the way it is not said what was used, so the origin of the data is lost.
    Example: `a.tsv` is made from `b`, an Aggregator whose products name no source but `b` itself.
    Fix: name the sources of the products at the end of the way, or add records that are missing; where data do begin in a resource, give
    it the category DataSource.
    """
    for product in cut_off(view.walks, lambda owner: view.graph.category(owner) in _ORIGINS):
        edges = view.graph.foreign(product)
        cited = listed([f"{view.name(id)!r} ({_what(view, id)})" for id in dict.fromkeys(edge.object for edge in edges)])
        message = f"{view.name(product)!r} cites {cited}, from which no DataSource or Ontology can be reached"
        yield at_citations(view, product, edges, message)


def _what(view: View, id: str) -> str:
    """What a source is, as far as records say it."""
    node = view.graph.nodes.get(id)
    return "not described" if node is None or node.stub else view.graph.category(id)


def _steps(cycle: Sequence[str]) -> list[tuple[str, str]]:
    """Each node of a cycle with the next."""
    return list(zip(cycle, [*cycle[1:], cycle[0]], strict=True))


def _edge(view: View, product: str, source: str) -> AuditEdge:
    """The first derivation of a product from a source."""
    return next(edge for edge in view.graph.derivations[product] if edge.object == source)


def _names(view: View, ids: Sequence[str]) -> list[str]:
    return [repr(view.name(id)) for id in ids]


def _way(view: View, ids: Sequence[str]) -> str:
    """A way upstream in words; of a very long one the beginning and the end."""
    names = _names(view, ids)
    if len(names) > 20:
        names[10:-10] = [f"{len(names) - 20:,} more"]
    return " from ".join(names)


RULES = (
    Rule("PG001", "error", cycles),
    Rule("PG002", "error", own_source),
    Rule("PG003", "warning", mutual_sources),
    Rule("PG004", "info", deep),
    Rule("PG005", "warning", without_origin, partial=True),
)
