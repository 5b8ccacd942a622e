"""A value that no vocabulary has is replaced by the one that is surely meant."""

from __future__ import annotations

from kgbuild.checks.fixes.request import FixRequest, replace
from kgbuild.checks.view import EntryRef
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.finding import Finding


def fix(finding: Finding, at: EntryRef, mapping: RegistryMapping) -> FixRequest | None:
    """The suggestion; in a list of sources it is the type of the relation."""
    request = replace(finding, at, mapping)
    return request and request._replace(kind="relation" if request.kind == "source" else request.kind)
