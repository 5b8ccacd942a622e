"""Replace an old id by the current id from the table of aliases."""

from __future__ import annotations

from kgbuild.checks.fixes.request import FixRequest, replace
from kgbuild.checks.view import EntryRef
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.edits import NotCertain
from kgbuild.model.finding import Finding


def fix(finding: Finding, at: EntryRef, mapping: RegistryMapping) -> FixRequest | None:
    """Return a request to write the suggestion. Raises NotCertain if the suggestion is not from the table of aliases."""
    request = replace(finding, at, mapping)
    if request and request.new not in (at.value.strip(), mapping.aliases.get(at.value)):
        raise NotCertain("the table of aliases does not have this id")
    return request
