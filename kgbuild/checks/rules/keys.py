"""FM, form: duplicate keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kgbuild.checks.rule import Violation
from kgbuild.checks.view import Position, View


def key_twice(view: View) -> Iterator[Violation]:
    """A mapping with a duplicate key.

    `kgbuild check` uses the last value, as YAML loaders do. `kgbuild export` stops with an error.
    Why: YAML loaders ignore all values except the last one without a warning.
    Example: `license: CC0-1.0` and, some lines later, `license: CC-BY-4.0`.
    Fix: Write the key once.
    """
    doubled = [problem for problem in view.problems if problem.doubled]
    if not doubled:
        return
    records = _records(view)
    first: dict[tuple[str, str], str] = {}
    for problem in doubled:
        records_in_file = records.get(problem.path, {})
        record = problem.place[1:].partition("]")[0] if problem.place.startswith("[") else ""
        subject = records_in_file.get(record) or (next(iter(records_in_file.values())) if len(records_in_file) == 1 else problem.path)
        name = problem.path if subject == problem.path else view.name(subject)
        key, _, after = problem.got.rpartition(" again")
        place = problem.place or key.strip("'\"")  # the place is unknown if the file has other errors too
        field = place.removeprefix(f"[{record}].") if record in records_in_file else place
        message = f"{name!r} has {field!r} again{after}; only the last value is used"
        at = Position(problem.path, problem.line, problem.column)
        other = (
            problem.path if first.setdefault((subject, field), problem.path) != problem.path else ""
        )  # the records of one id may be in two files
        yield Violation(subject, message, at, object=other, field=field, records=() if subject == problem.path else (name,))


def _records(view: View) -> dict[str, dict[str, str]]:
    """Return for each file the node ids by the ids of its records."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for records_by_id in (view.records, view.organizations, view.pages):
        for about, claims in records_by_id.items():
            for claim in claims:
                found[view.files[claim.file]][claim.id] = about
    return found
