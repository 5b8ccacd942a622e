"""Several statements about one thing -> one, by rules that do not depend on their order (SPEC §3, "Merging"); and who said otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from kgbuild.model.graph import Claim, Description, Difference, Listing, OrganizationStatement, ResourceStatement
from kgbuild.transform.values import json_text

Describing = ResourceStatement | Listing | OrganizationStatement
_T = TypeVar("_T")


def united(statements: Sequence[Describing]) -> tuple[str | None, Description]:
    """Category and description of one statement, or of several: lists are united and sorted, scalars the most frequent value."""
    if len(statements) == 1:
        return statements[0].category, statements[0].description
    descriptions = [statement.description for statement in statements]
    values = {name: _value(name, [getattr(said, name) for said in descriptions]) for name in Description.__struct_fields__}
    return _most_frequent([said.category for said in statements if said.category]), Description(**values)


def _value(name: str, found: list[Any]) -> Any:
    if name == "extra":
        keys = sorted({key for extra in found for key in extra})
        return {key: _json([extra[key] for extra in found if key in extra]) for key in keys}
    if isinstance(found[0], tuple):
        return tuple(sorted({item for items in found for item in items}))
    return _most_frequent([value for value in found if value is not None])


def _most_frequent(values: Sequence[_T]) -> _T | None:
    """The most frequent value, ties broken by the smallest UTF-8 text (code points sort as their UTF-8 bytes do)."""
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], str(value)), default=None)


def _json(texts: list[str]) -> str:
    """JSON texts of one field: lists are united, of anything else it is the most frequent."""
    if all(text.startswith("[") for text in texts):
        items = {json_text(item) for text in texts for item in msgspec.json.decode(text)}
        return "[" + ",".join(sorted(items)) + "]"
    return _most_frequent(texts) or "null"


def difference(
    subject: str, made: tuple[str | None, Description], chosen: Sequence[Claim[Describing]], claims: Sequence[Claim[Describing]]
) -> Difference | None:
    """Who says something else than what was ``made`` of the ``chosen`` claims, and about which properties; None where all agree."""
    if len({id(claim.says) for claim in claims}) == 1:
        return None
    category, description = made
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
