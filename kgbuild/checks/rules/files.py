"""FM, form: what a listing says about a file, compared with the ending of its URL."""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild.checks.rule import Violation
from kgbuild.checks.support.addresses import ending_of_path
from kgbuild.checks.support.statements import Everything, FormFault, Says, found
from kgbuild.checks.view import View
from kgbuild.mapping.schema import RecordKind


def compression_and_ending(view: View) -> Iterator[Violation]:
    """A file whose `compression` differs from the ending of its URL.

    The level is info if the listing has no `compression` and the URL has such an ending; interfaces, documentation and code are left out. The
    key `audit.endings` in `mappings/vocabulary.yaml` lists the endings and the values that agree with them. A value that is not in the vocabulary
    (FM002) is not reported.
    Why: A program that reads the file by its `compression` fails, or reads compressed bytes as text.
    Example: `product_url: https://example.org/a.tsv.gz` and `compression: zip`
    Fix: Write the compression that the file has.
    """
    mapping, claimed = view.mapping, view.once(Everything)
    endings, instead = mapping.audit.endings, mapping.vocabulary.instead.get("compression", {})
    known = {value for values in endings.values() for value in values}
    not_data = frozenset(mapping.categories.product.not_data)
    compression, url = ((*mapping.written("product", name), name)[0] for name in ("compression", "url"))

    def faults(kind: RecordKind, says: Says) -> Iterator[FormFault]:
        address, given = says.description.url, says.description.compression
        ending = ending_of_path(address, endings) if address and kind == "product" else None
        if ending is None:
            return
        if given is None:
            if says.category not in not_data:
                text = f"has no {compression!r}, but its URL ends in {ending!r}; write {endings[ending][0]!r}"
                yield FormFault(compression, ending, text, "url", severity="info")
            return
        meant = instead.get(given.strip().lower(), given.strip())
        if meant in known and meant not in endings[ending]:
            text = f"has the {compression} {given!r}, but its {url!r} ends in {ending!r}: {address!r}"
            yield FormFault(compression, given, text, "compression", given)

    ends = {value for value in claimed.values("url") if ending_of_path(value, endings)} if endings else set()
    return found(view, claimed.having("url", ends), faults)
