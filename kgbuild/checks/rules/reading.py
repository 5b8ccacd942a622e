"""RD, reading: what could not be read as a record."""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.view import Position, View


def unreadable(view: View) -> Iterator[Violation]:
    """A file, or a line of one, that cannot be read as a record.

    Nothing of it is in the graph, so what others say of it may look wrong too; all other records are checked.
    Why: a registry that cannot be read in part is wrong in more than that part: its products have no owner and its sources dangle.
    Example: `id: goa` below `name: [GO Annotation`, a list that is never closed.
    Fix: do what the message says, and check again.
    """
    for problem in view.problems:
        if not problem.doubled:
            place = f"{problem.place}: " if problem.place else ""
            message = f"{place}expected {problem.expected}, got {problem.got}; {problem.todo}"
            at = Position(problem.path, problem.line, problem.column)
            yield Violation(problem.path, message, at, object=f"{problem.expected} {problem.got}", field=problem.place)


RULES = (Rule("RD001", "error", unreadable),)
