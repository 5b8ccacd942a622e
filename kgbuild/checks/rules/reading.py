"""RD, reading: files and lines that cannot be read as records, and pages whose record is not seen."""

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


def unseen(view: View) -> Iterator[Violation]:
    """A page whose front matter is not seen, because its opening is damaged.

    Front matter begins with a line `---`, and nothing but white space may stand before it. A page with a comment, a heading or an invisible
    character before the line, with `----`, `+++` or a long dash in its place, without the line, or with carriage returns as line ends has no
    front matter. The same holds for an invisible character in the key `id` or `layout`, or in the value of `layout`. The rule looks only at
    pages whose fields would make them a record, a generated page or a documentation page.
    Why: Such a page is read as text without a record: it is missing from the graph, and no other rule looks at it.
    Example: `<!-- generated -->` in the line above `---`.
    Fix: Begin the page with a line `---`, as the message says.
    """
    for problem in view.unseen:
        message = f"nothing is read from this page: expected {problem.expected}, got {problem.got}; {problem.todo}"
        yield Violation(problem.path, message, Position(problem.path, problem.line, problem.column), object="front matter")


RULES = (
    Rule("RD001", "error", unreadable),
    Rule("RD002", "warning", unseen),
)
