"""RF, references: ids that lead nowhere, or to the wrong place."""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild.checks.rules import Found, Rule
from kgbuild.checks.view import Spot, View


def dangling(view: View) -> Iterator[Found]:
    """A source id that nothing describes.

    Why: nobody can say what the product was made from; the graph has a stub there, of which nothing is known.
    Example: `original_source: [{source: goaa, relation_type: prov:hadPrimarySource}]`, where the record is called `goa`.
    Mend: correct the id, or add the record that it names.
    """
    for product, edges in view.derivations.items():
        for edge in edges:
            node = view.nodes.get(edge.object)
            if node is None or not node.stub:
                continue
            written = edge.original_object or view.name(edge.object)
            said = view.deciding(product)
            message = f"{view.name(product)!r} is made from {written!r}, which no record describes"
            at = Spot(said, edge.source_role or "", written) if said else None
            related = [Spot(copy, edge.source_role or "", written) for copy in view.copies(product)]
            yield Found(product, message, at, object=edge.object, field=edge.source_role or "", related=related, records=edge.declared_in)


RULES = (Rule("RF001", "error", dangling, partial=True),)
