"""A rule: a code, a level, and a pure function that yields the violations in a view. The docstring of the function documents the rule."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from kgbuild.checks.fixes import stray_space
from kgbuild.checks.fixes.request import Fix
from kgbuild.checks.view import EntryRef, Position, View
from kgbuild.errors import KgbuildError
from kgbuild.model.finding import Severity


class Violation(NamedTuple):
    """A violation of a rule.

    ``subject`` is a node id, and ``object`` a node id or another value. Together with ``field`` they identify a finding of the rule. ``at`` is
    the entry to change, or None if there is none. ``related`` are other places. ``severity`` overrides the severity of the rule.
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


Check = Callable[[View], Iterable[Violation]]


class Rule(NamedTuple):
    """A rule. With ``partial``, its level is info if the input is a part of a registry. ``fix`` repairs the findings that have a certain repair.

    A rule without ``default`` runs only if it is selected.
    """

    code: str
    severity: Severity
    check: Check
    partial: bool = False
    fix: Fix = stray_space.fix
    default: bool = True

    @property
    def parts(self) -> dict[str, str]:
        """Return the parts of the docstring: "what" (the text before the first heading), "why", "example" and "fix"."""
        return parts_of(inspect.getdoc(self.check) or _doc_in_source(self.check))


def _doc_in_source(check: Check) -> str:
    """Return the docstring of a function from its source, because Python drops docstrings with `-OO` (PYTHONOPTIMIZE=2).

    Raises KgbuildError if the package has no source files.
    """
    import ast

    try:
        (function,) = ast.parse(textwrap.dedent(inspect.getsource(check))).body
    except OSError:  # a package without source files
        raise KgbuildError(
            "expected the texts of the rules, got none: they are docstrings, which Python drops with -OO; unset PYTHONOPTIMIZE"
        ) from None
    return (ast.get_docstring(function) or "") if isinstance(function, ast.FunctionDef) else ""


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
