"""Write a DOI without white space and percent-encoding, and with its prefix."""

from __future__ import annotations

import re
from urllib.parse import unquote

from kgbuild.checks.fixes import stray_space
from kgbuild.checks.fixes.request import FixRequest, replace
from kgbuild.checks.view import EntryRef
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.finding import Finding

#: The prefix of a DOI, as a CURIE or as the address of the resolver.
_PREFIX = re.compile(r"(?:doi:?|https?://(?:www\.|dx\.)?doi\.org/)?(?=10[./])", re.IGNORECASE)


def fix(finding: Finding, at: EntryRef, mapping: RegistryMapping) -> FixRequest | None:
    """Return a request to write the suggestion if it is the same DOI as the value, or the value without surrounding white space."""
    name = _name(finding.suggestion or "")
    if name and name == _name(at.value):
        return replace(finding, at, mapping)
    return stray_space.fix(finding, at, mapping)


def _name(text: str) -> str | None:
    """Return the DOI in a text without its prefix, or None if the text is no DOI.

    >>> _name("doi: 10.1093 / a"), _name("https://doi.org/10.1093%2Fa"), _name("10.1093/a"), _name("https://a.org/")
    ('10.1093/a', '10.1093/a', '10.1093/a', None)
    """
    joined = unquote("".join(text.split()))
    start = _PREFIX.match(joined)
    return joined[start.end() :] if start else None
