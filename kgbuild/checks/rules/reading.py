"""RD, reading: files and lines that cannot be read as records."""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.view import Position, View


def unreadable(view: View) -> Iterator[Violation]:
    """A file or line that cannot be read as a record.

    Its content is not in the graph, so references to it may be reported too. All other records are checked.
    Why: A record that is missing from the graph causes more errors: its products have no owner, and its id is an unknown source.
    Example: `name: [GO Annotation` followed by `id: goa`, because the list is not closed.
    Fix: Follow the message, and check again.
    """
    for problem in view.problems:
        if not problem.doubled:
            place = f"{problem.place}: " if problem.place else ""
            message = f"{place}expected {problem.expected}, got {problem.got}; {problem.todo}"
            at = Position(problem.path, problem.line, problem.column)
            yield Violation(problem.path, message, at, object=f"{problem.expected} {problem.got}", field=problem.place)


RULES = (Rule("RD001", "error", unreadable),)
