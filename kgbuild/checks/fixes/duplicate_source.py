"""A source that one list names more than once is named once."""

from __future__ import annotations

import msgspec

from kgbuild.checks.fixes.request import FixRequest, replace
from kgbuild.checks.view import EntryRef
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.finding import Finding


def fix(finding: Finding, at: EntryRef, mapping: RegistryMapping) -> FixRequest | None:
    """Take out each entry that says nothing that another one does not say."""
    request = replace(msgspec.structs.replace(finding, suggestion=at.value), at, mapping)
    return request and request._replace(kind="double")
