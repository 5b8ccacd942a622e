"""Remove white space around a value that is otherwise right. This is the default fix of a rule."""

from __future__ import annotations

from kgbuild.checks.fixes.request import FixRequest, replace
from kgbuild.checks.view import EntryRef
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.finding import Finding


def fix(finding: Finding, at: EntryRef, mapping: RegistryMapping) -> FixRequest | None:
    """Return a request to write the suggestion if it is the value without surrounding white space, else None."""
    if finding.suggestion == at.value or finding.suggestion != at.value.strip():
        return None
    return replace(finding, at, mapping)
