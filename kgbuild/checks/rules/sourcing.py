"""SR, sourcing: products and resources that do not name their sources, and sources that are named together with their own sources."""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.support.citing import at_citations, listed
from kgbuild.checks.support.fields import data_categories
from kgbuild.checks.support.words import phrase_in
from kgbuild.checks.view import EntryRef, View
from kgbuild.model.finding import Severity

#: Categories of products that present or document the data of other products.
_SHOWING = ("DocumentationProduct", "GraphicalInterface", "ProgrammingInterface")
#: Categories of resources that are made from others.
_COMPILED = ("Aggregator", "KnowledgeGraph")


def unsourced(view: View) -> Iterator[Violation]:
    """A product without an original source.

    The level is info if the product is an interface or documentation, because it presents the data of other products.
    Why: The origin of the product is unknown. Even a product with data of its own must name its resource as the origin.
    Example: `a.tsv` has a `secondary_source` and no `original_source`.
    Fix: Add the sources of the product to `original_source`. If its resource is the origin of the data, name that resource.
    """
    sourced = {product for product, edges in view.graph.derivations.items() if any(edge.source_role == "original" for edge in edges)}
    for product, node in view.graph.nodes.items():
        if product in sourced or node.stub or not view.graph.is_product(product):
            continue
        edges = view.graph.derivations.get(product, ())
        claim = view.authoritative(product)
        others = [repr(view.name(id)) for id in dict.fromkeys(edge.object for edge in edges)]
        rest = f", only the secondary source{'s' * (len(others) > 1)} {listed(others)}" if edges else " and no secondary source"
        severity: Severity | None = "info" if view.graph.category(product) in _SHOWING else None
        related = [EntryRef(copy) for copy in view.copies(product)]
        message = f"{view.name(product)!r} names no original source{rest}"
        yield Violation(product, message, EntryRef(claim) if claim else None, related=related, severity=severity, records=node.declared_in)


def only_itself(view: View) -> Iterator[Violation]:
    """A data product of an Aggregator or KnowledgeGraph whose only source is its own resource.

    Interfaces, documentation and code (`not_data` in `mappings/categories.yaml`) are not reported, because they present or make the data of the
    resource. A product whose category is not in the vocabulary (FM002) is not reported either. Reports for people group the findings by resource.
    Why: Such resources are made from others, so the origin of the data is missing, for this product and for all products made from it.
    Example: `a.graph` of the KnowledgeGraph `a` has `original_source: [a]` and no other source.
    Fix: Name the resources that it was made from. If the resource is the origin of its data, give it the category DataSource.
    """
    data = data_categories(view.mapping)
    for owner, products in view.graph.products.items():
        kind = view.graph.category(owner)
        if kind not in _COMPILED:
            continue
        for product in products:
            edges = view.graph.derivations.get(product, ())
            if view.graph.category(product) in data and edges and all(edge.object in view.graph.owners[product] for edge in edges):
                name, cited = view.name(product), view.name(edges[0].object)
                message = f"{name!r} names no source except its own resource {cited!r}, but {_a(kind)} is made from other resources"
                yield at_citations(view, product, edges, message, object=edges[0].object)._replace(cause=owner)


def integrates_unnamed(view: View) -> Iterator[Violation]:
    """A DataSource whose description says that it is made from others, but whose products cite only itself.

    The categories and the words are in `mappings/vocabulary.yaml` (`audit.compiled`).
    Why: A DataSource counts as the origin of its data, so nobody looks for the sources of these products.
    Example: `a` is a DataSource with the description `Integrates data from ten databases`, and `a.tsv` has only `original_source: [a]`.
    Fix: Name the sources of the products. If the resource only collects the data of others, give it the category Aggregator.
    """
    words = view.mapping.audit.compiled
    for owner, products in view.graph.products.items() if words else ():
        record = view.record(owner)
        if words is None or record is None or view.graph.category(owner) not in words.categories:
            continue
        description = record.says.description.description  # type: ignore[union-attr]  # a record always has a description
        phrase = phrase_in(description, words.phrases)
        sources = {id for product in products for edge in view.graph.foreign(product) for id in view.graph.owners_of(edge.object)}
        if phrase and any(product in view.graph.derivations for product in products) and sources <= {owner}:
            message = f"the description of {view.name(owner)!r} has the words {phrase!r}, but its products cite only {view.name(owner)!r}"
            yield Violation(owner, message, EntryRef(record, "description"), field="description", records=(record.id,))


def through_and_past(view: View) -> Iterator[Violation]:
    """A product that names both an Aggregator of another owner as primary source, and a source of that Aggregator.

    Why: The same data may be counted twice, from the Aggregator and from its source. An Aggregator is not the primary source of data that it
    took from others.
    Example: `a.tsv` has `original_source: [b, c]`, where `b` is an Aggregator and `b.all` is made from `c`.
    Fix: If the data came from the Aggregator, use the relation type `prov:wasDerivedFrom` for it and remove its sources. If the data came
    directly from the source, remove the Aggregator.
    """
    for product, edges in view.graph.derivations.items():
        cited = {edge.object: edge for edge in reversed(edges) if not edge.within_owner}
        if len(cited) < 2:
            continue
        for edge in edges:
            primary = edge.relation_type == "prov:hadPrimarySource" and not edge.within_owner
            if not primary or edge.object not in view.graph.products or view.graph.category(edge.object) != "Aggregator":
                continue
            both = [id for id in view.walks.possible.steps(edge.object).foreign if id in cited]
            if both:
                aggregator, names = repr(view.name(edge.object)), listed([repr(view.name(id)) for id in both])
                also = f"and also {names}, from which products of {aggregator} are made"
                message = f"{view.name(product)!r} names the Aggregator {aggregator} as primary source, {also}"
                yield at_citations(view, product, [edge, *(cited[id] for id in both)], message, object=edge.object)


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'AEIOU' else 'a'} {kind}"


RULES = (
    Rule("SR001", "warning", unsourced),
    Rule("SR002", "warning", only_itself),
    Rule("SR003", "warning", through_and_past),
    Rule("SR004", "info", integrates_unnamed, default=False),
)
