"""A rule: a code, a level, and a pure function that yields the violations in a view. The docstring of the function documents the rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from kgbuild.checks.fixes import stray_space
from kgbuild.checks.fixes.request import Fix
from kgbuild.checks.view import EntryRef, Position, View
from kgbuild.errors import KgbuildError
from kgbuild.model.docstrings import docstring_of
from kgbuild.model.finding import Severity


class Violation(NamedTuple):
    """A violation of a rule.

    ``subject`` is a node id, and ``object`` a node id or another value. Together with ``field`` they identify a finding of the rule. ``at`` is
    the entry to change, or None if there is none. ``related`` are other places. ``severity`` overrides the severity of the rule.
    ``cause`` is the node id to which several violations of a rule can be due; reports for people group by it. A ``minor`` violation is found
    only if the user selects the rule.
    """

    subject: str
    message: str
    at: EntryRef | Position | None
    object: str = ""
    field: str = ""
    related: Sequence[EntryRef] = ()
    suggestion: str | None = None
    severity: Severity | None = None
    records: tuple[str, ...] = ()
    cause: str = ""
    minor: bool = False


Check = Callable[[View], Iterable[Violation]]


class Rule(NamedTuple):
    """A rule. With ``partial``, its level is info if the input is a part of a registry. ``fix`` repairs the findings that have a certain repair.

    A rule without ``default`` runs only if it is ``selected``, which it is if the user names its code, a prefix of it, or "ALL".
    """

    code: str
    severity: Severity
    check: Check
    partial: bool = False
    fix: Fix = stray_space.fix
    default: bool = True
    selected: bool = False

    @property
    def parts(self) -> dict[str, str]:
        """Return the parts of the docstring: "what" (the text before the first heading), "why", "example" and "fix"."""
        return parts_of(_documentation(self.check))


def _documentation(check: Check) -> str:
    """Return the docstring of a rule's function. Raises KgbuildError if Python dropped it, and the package has no source files."""
    text = docstring_of(check)
    if text is None:
        raise KgbuildError(
            "expected the texts of the rules, got none: they are docstrings, which Python drops with -OO; unset PYTHONOPTIMIZE"
        )
    return text


#: The headings of a rule's docstring, in order. The text before the first heading describes the violation.
HEADINGS = ("Why", "Example", "Fix")


def parts_of(text: str) -> dict[str, str]:
    """Split a rule's docstring at its headings `Why:`, `Example:` and `Fix:`, each at the beginning of a line."""
    parts = {"what": ""}
    name = "what"
    for line in text.splitlines():
        head, colon, rest = line.partition(":")
        if colon and head in HEADINGS:
            name = head.lower()
            parts[name] = rest.strip()
        else:
            parts[name] += ("\n" if parts[name] else "") + line
    return {name: part.strip("\n") for name, part in parts.items()}
