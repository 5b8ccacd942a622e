"""An id that has an alias is replaced by the id in use."""

from __future__ import annotations

from kgbuild.checks.fixes.request import FixRequest, replace
from kgbuild.checks.view import EntryRef
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.edits import NotCertain
from kgbuild.model.finding import Finding


def fix(finding: Finding, at: EntryRef, mapping: RegistryMapping) -> FixRequest | None:
    """The suggestion, where an alias gives it. Raises NotCertain where it has another reason."""
    request = replace(finding, at, mapping)
    if request and request.new not in (at.value.strip(), mapping.aliases.get(at.value)):
        raise NotCertain("no alias says so")
    return request
