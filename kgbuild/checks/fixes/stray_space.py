"""A value that is right but for the white space around it is written without; the one fix that every rule has."""

from __future__ import annotations

from kgbuild.checks.fixes.request import FixRequest, replace
from kgbuild.checks.view import EntryRef
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.finding import Finding


def fix(finding: Finding, at: EntryRef, mapping: RegistryMapping) -> FixRequest | None:
    """The suggestion, where it is the value without the space around it."""
    if finding.suggestion == at.value or finding.suggestion != at.value.strip():
        return None
    return replace(finding, at, mapping)
