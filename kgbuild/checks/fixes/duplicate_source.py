"""Remove duplicate entries of a source from a list of sources."""

from __future__ import annotations

import msgspec

from kgbuild.checks.fixes.request import FixRequest, replace
from kgbuild.checks.view import EntryRef
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.finding import Finding


def fix(finding: Finding, at: EntryRef, mapping: RegistryMapping) -> FixRequest | None:
    """Return a request to remove the entries whose content is in another entry too."""
    request = replace(msgspec.structs.replace(finding, suggestion=at.value), at, mapping)
    return request and request._replace(kind="double")
