"""Reconcile several statements about one id independently of their order (SPEC §3, "Merging"), and report who disagrees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from kgbuild.model.graph import Claim, Description, Difference, Listing, OrganizationStatement, ResourceStatement
from kgbuild.transform.values import json_text

DescriptiveStatement = ResourceStatement | Listing | OrganizationStatement
_T = TypeVar("_T")


def reconcile(statements: Sequence[DescriptiveStatement]) -> tuple[str | None, Description]:
    """Return one category and description for all statements. Lists become a sorted union, scalars the most frequent value."""
    if len(statements) == 1:
        return statements[0].category, statements[0].description
    descriptions = [statement.description for statement in statements]
    values = {name: _value(name, [getattr(description, name) for description in descriptions]) for name in Description.__struct_fields__}
    return _most_frequent([statement.category for statement in statements if statement.category]), Description(**values)


def _value(name: str, found: list[Any]) -> Any:
    if name == "extra":
        keys = sorted({key for extra in found for key in extra})
        return {key: _json([extra[key] for extra in found if key in extra]) for key in keys}
    if isinstance(found[0], tuple):
        return tuple(sorted({item for items in found for item in items}))
    return _most_frequent([value for value in found if value is not None])


def _most_frequent(values: Sequence[_T]) -> _T | None:
    """Return the most frequent value. Ties are broken by the smallest UTF-8 text (code points sort as their UTF-8 bytes do)."""
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], str(value)), default=None)


def _json(texts: list[str]) -> str:
    """Reconcile JSON texts of one field. Lists become a sorted union; of other values the most frequent one is kept."""
    if all(text.startswith("[") for text in texts):
        items = {json_text(item) for text in texts for item in msgspec.json.decode(text)}
        return "[" + ",".join(sorted(items)) + "]"
    return _most_frequent(texts) or "null"


def difference(
    subject: str,
    reconciled: tuple[str | None, Description],
    chosen: Sequence[Claim[DescriptiveStatement]],
    claims: Sequence[Claim[DescriptiveStatement]],
) -> Difference | None:
    """Return which claims disagree with the ``reconciled`` result of the ``chosen`` claims, and in which fields; None if all agree."""
    if len({id(claim.says) for claim in claims}) == 1:
        return None
    category, description = reconciled
    sources = {source for claim in chosen if isinstance(claim.says, Listing) for source in claim.says.sources}
    fields: set[str] = set()
    records: set[str] = set()
    for claim in claims:
        says = claim.says
        found = {"category"} if says.category != category else set()
        if says.description != description:
            found |= {name for name in Description.__struct_fields__ if getattr(says.description, name) != getattr(description, name)}
        if isinstance(says, Listing) and set(says.sources) != sources:
            found.add("sources")
        if found:
            fields |= found
            records.add(claim.by)
    return Difference(subject=subject, records=tuple(sorted(records)), fields=tuple(sorted(fields))) if fields else None
