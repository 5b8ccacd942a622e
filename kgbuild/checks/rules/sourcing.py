"""SR, sourcing: whether products name what they were made from, and name it once."""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.support.citing import at_citations, listed
from kgbuild.checks.view import EntryRef, View
from kgbuild.model.finding import Severity

#: Classes of products that show or explain other products: they have their data from those.
_SHOWING = ("DocumentationProduct", "GraphicalInterface", "ProgrammingInterface")
#: Classes of resources that are made from others.
_COMPILED = ("Aggregator", "KnowledgeGraph")


def unsourced(view: View) -> Iterator[Violation]:
    """A product without any original source.

    It is information where the product is an interface or documentation, which shows what other products hold.
    Why: nobody can say what the product was made from, not even that its data begin with it.
    Example: `a.tsv` has a `secondary_source` and no `original_source`.
    Fix: name what it was made from as `original_source`; where its data begin in its own resource, name that.
    """
    sourced = {product for product, edges in view.graph.derivations.items() if any(edge.source_role == "original" for edge in edges)}
    for product, node in view.graph.nodes.items():
        if product in sourced or node.stub or not view.graph.is_product(product):
            continue
        edges = view.graph.derivations.get(product, ())
        said = view.authoritative(product)
        others = listed([repr(view.name(id)) for id in dict.fromkeys(edge.object for edge in edges)])
        rest = f", only {others} as secondary" if edges else " and no secondary one"
        severity: Severity | None = "info" if view.graph.category(product) in _SHOWING else None
        related = [EntryRef(copy) for copy in view.copies(product)]
        message = f"{view.name(product)!r} names no original source{rest}"
        yield Violation(product, message, EntryRef(said) if said else None, related=related, severity=severity, records=node.declared_in)


def only_itself(view: View) -> Iterator[Violation]:
    """A product of an Aggregator or KnowledgeGraph whose only source is its own resource.

    Why: such resources are made from others, so the product hides where its data come from; what cites it cannot tell either.
    Example: `a.graph` of the KnowledgeGraph `a` has `original_source: [a]` and no other source.
    Fix: name the resources that it was made from; where its data begin with it, give the resource the category DataSource.
    """
    for owner, products in view.graph.products.items():
        kind = view.graph.category(owner)
        if kind not in _COMPILED:
            continue
        for product in products:
            edges = view.graph.derivations.get(product, ())
            if edges and all(edge.object in view.graph.owners[product] for edge in edges):
                name, cited = view.name(product), view.name(edges[0].object)
                message = f"{name!r} names no source but its own resource {cited!r}, and {_a(kind)} is made from others"
                yield at_citations(view, product, edges, message, object=edges[0].object)


def through_and_past(view: View) -> Iterator[Violation]:
    """A foreign Aggregator is given as primary source beside something that products of this Aggregator cite.

    Why: the same data may have come twice, by the Aggregator and straight from its source, and an Aggregator is no primary source of what
    it took from others.
    Example: `a.tsv` has `original_source: [b, c]`, where `b` is an Aggregator and `b.all` is made from `c`.
    Fix: if the data came by the Aggregator, give it as `prov:wasDerivedFrom` and take out what it brought along; if they came straight
    from the source, take out the Aggregator.
    """
    for product, edges in view.graph.derivations.items():
        cited = {edge.object: edge for edge in reversed(edges) if not edge.within_owner}
        if len(cited) < 2:
            continue
        for edge in edges:
            primary = edge.relation_type == "prov:hadPrimarySource" and not edge.within_owner
            if not primary or edge.object not in view.graph.products or view.graph.category(edge.object) != "Aggregator":
                continue
            both = [id for id in view.walks.steps(edge.object).foreign if id in cited]
            if both:
                aggregator, names = repr(view.name(edge.object)), listed([repr(view.name(id)) for id in both])
                also = f"and also {names}, which products of {aggregator} cite"
                message = f"{view.name(product)!r} gives the Aggregator {aggregator} as primary source, {also}"
                yield at_citations(view, product, [edge, *(cited[id] for id in both)], message, object=edge.object)


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'AEIOU' else 'a'} {kind}"


RULES = (
    Rule("SR001", "warning", unsourced),
    Rule("SR002", "warning", only_itself),
    Rule("SR003", "warning", through_and_past),
)
