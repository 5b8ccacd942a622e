"""What a rule is: a code, a level, and a pure function from the view of a run to what it found, whose docstring is its documentation."""

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
    """One fault as a rule sees it.

    ``subject`` and ``object`` are node ids (``object`` may be any value); with ``field`` they tell findings of one rule apart. ``at`` is the
    entry to change, None where there is none to show; ``related`` the other places. ``severity`` is that of the rule unless it is said.
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
    """A rule. A ``partial`` one is information where the input is a part of a registry. ``fix`` repairs what it finds, as far as that is certain."""

    code: str
    severity: Severity
    check: Check
    partial: bool = False
    fix: Fix = stray_space.fix

    @property
    def parts(self) -> dict[str, str]:
        """The docstring by its parts: "what" (its first line), "why", "example", "fix"."""
        return parts_of(inspect.getdoc(self.check) or _doc_in_source(self.check))


def _doc_in_source(check: Check) -> str:
    """The docstring of a function where Python was told to drop it (`-OO`, PYTHONOPTIMIZE=2): as it stands in the source."""
    import ast

    try:
        (function,) = ast.parse(textwrap.dedent(inspect.getsource(check))).body
    except OSError:  # a package without source files
        raise KgbuildError(
            "expected the texts of the rules, got none: they are docstrings, which Python drops with -OO; unset PYTHONOPTIMIZE"
        ) from None
    return (ast.get_docstring(function) or "") if isinstance(function, ast.FunctionDef) else ""


#: The headings of a rule's docstring, in their order; before the first stands what is found.
HEADINGS = ("Why", "Example", "Fix")


def parts_of(text: str) -> dict[str, str]:
    """A rule's docstring by its headings, each of which begins a line: `Why:`, `Example:`, `Fix:`."""
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
