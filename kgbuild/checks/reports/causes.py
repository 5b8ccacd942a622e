"""Group findings that are due to the same node, for reports for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kgbuild.model.finding import Finding


def by_cause(findings: Sequence[Finding], causes: Mapping[str, str]) -> list[list[Finding]]:
    """Group the findings of one rule by their cause, in the order of the first findings. A finding without a cause is a group of its own.

    ``causes`` are ids by the fingerprint of a finding.
    """
    groups: dict[str | int, list[Finding]] = {}
    for number, finding in enumerate(findings):
        groups.setdefault(causes.get(finding.fingerprint) or number, []).append(finding)
    return list(groups.values())


def due_to(count: int, cause: str) -> str:
    """Return the number of findings with the same cause that are not listed.

    >>> due_to(1, "b"), due_to(1200, "b")
    ("1 more finding is due to 'b'", "1,200 more findings are due to 'b'")
    """
    return f"{count:,} more finding{'s are' if count > 1 else ' is'} due to {cause!r}"
