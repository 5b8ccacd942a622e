"""Replace a value that is not in the vocabulary by the intended value, if it is certain."""

from __future__ import annotations

from kgbuild.checks.fixes.request import FixRequest, replace
from kgbuild.checks.view import EntryRef
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.finding import Finding


def fix(finding: Finding, at: EntryRef, mapping: RegistryMapping) -> FixRequest | None:
    """Return a request to write the suggestion. In a list of sources it is the relation type."""
    request = replace(finding, at, mapping)
    return request and request._replace(kind="relation" if request.kind == "source" else request.kind)
