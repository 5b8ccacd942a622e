"""ST, status: sources that nobody keeps up any more, and files that nobody can fetch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.rules.references import source_places
from kgbuild.checks.view import EntryRef, View

#: Values of `activity_status` that say that a resource is not kept up (ActivityStatusEnum of the registry's schema; "unknown" says nothing).
_ENDED = frozenset(("inactive", "orphaned", "unresponsive"))
#: What a check of a product's URL leaves in `warnings` when it fails: `… checked on 2025-12-05: HTTP 404 error`, where the generator of pages
#: writes `2025-12-05_ HTTP`.
_REPORT = re.compile(r"not able to be retrieved when checked on (\d{4}-\d\d-\d\d)(?!\d)(.*)", re.IGNORECASE | re.DOTALL)
#: Reports of servers that did answer: the file is there, only its size is not known.
_ANSWERED = "Content-Length"


def ended(view: View) -> Iterator[Violation]:
    """A foreign source that is inactive, orphaned or unresponsive.

    A source that is a product without a status of its own has that of its owner.
    Why: what the product takes from there is as old as its source, and is not corrected any more.
    Example: a product of `b` is made from `a`, whose record says `activity_status: inactive`.
    Fix: look for what has taken the source's place; or leave it, if the product was made from it while it was kept up.
    """
    known: dict[str, list[tuple[str, str]]] = {}
    for product in view.graph.derivations:
        for edge in view.graph.foreign(product):
            states = known.get(edge.object)
            if states is None:
                states = known[edge.object] = _ended(view, edge.object)
            for resource, status in states:
                if resource in view.graph.owners.get(product, ()):
                    continue
                message = f"{view.name(product)!r} is made from {_named(view, edge.object, resource)} is {status}"
                at, related = source_places(view, edge)
                related += _in_record(view, resource, "activity_status")
                yield Violation(product, message, at, edge.object, edge.source_role or "", related, records=edge.declared_in)


def superseded(view: View) -> Iterator[Violation]:
    """A foreign source that another resource has taken the place of.

    What is suggested is the last of those that replaced each other. A product of that very resource is left out: it was made from what it
    replaced.
    Why: the source is kept for reference alone; whoever follows the product's provenance ends at a record that leads elsewhere.
    Example: a product of `b` is made from `eo`, whose record says `use_instead: [peco]`.
    Fix: cite the resource in its place, if the product is made from that now.
    """
    known: dict[str, list[tuple[str, set[str]]]] = {}
    for product in view.graph.derivations if view.graph.successors else ():
        owners = view.graph.owners.get(product, ())
        for edge in view.graph.foreign(product):
            replaced = known.get(edge.object)
            if replaced is None:
                replaced = known[edge.object] = [(id, last) for id in _answering(view, edge.object) if (last := _last(view, id))]
            for resource, last in replaced:
                if resource in owners or not last.isdisjoint(owners):
                    continue
                by = " and ".join(repr(view.name(id)) for id in sorted(last))
                message = f"{view.name(product)!r} is made from {_named(view, edge.object, resource)} {by} replaced"
                at, related = source_places(view, edge)
                related += _in_record(view, resource, "superseded_by")
                suggestion = ", ".join(view.name(id) for id in sorted(last) if view.graph.is_resource(id)) or None
                yield Violation(product, message, at, edge.object, edge.source_role or "", related, suggestion, records=edge.declared_in)


def unreachable(view: View) -> Iterator[Violation]:
    """A file that was reported unreachable in every check for some time (90 days, or `--stale-after`).

    The dates of checks are those in `warnings`, and the time is counted to the newest of the whole run. A report of no
    Content-Length says that the server answered. A file of which no report is that young is left out: later checks had nothing to say of it.
    Why: a product that cannot be fetched for months has moved or is gone, and what was made from it cannot be made again.
    Example: `File was not able to be retrieved when checked on 2025-08-07: HTTP 404 error when accessing file`, and so again since.
    Fix: correct the product's URL; or say that the product is gone, in its description or by the status of its resource.
    """
    reports = {
        id: told
        for id, node in view.graph.nodes.items()
        if node.warnings and view.graph.is_product(id) and (told := _reports(node.warnings))
    }
    newest = max((report.day for told in reports.values() for report in told), default=date.min)
    limit = view.limits.stale_after
    for product, told in reports.items():
        reached = max((report.day for report in told if report.answered), default=date.min)
        failed = [report for report in told if report.day > reached]
        if not failed or (newest - failed[0].day).days < limit or (newest - failed[-1].day).days >= limit:
            continue
        checks = len({report.day for report in failed})
        name = view.name(product)
        message = f"{name!r} could not be fetched in any of {checks} checks from {failed[0].day} to {failed[-1].day}"
        at, related = _warnings(view, product, failed[0].text)
        yield Violation(product, message, at, field="warnings", related=related, records=view.graph.nodes[product].declared_in)


def _answering(view: View, source: str) -> tuple[str, ...]:
    """Those whose status a source has: itself, or its owners if it is a product that says nothing of its own."""
    node = view.graph.nodes.get(source)
    known = view.graph.is_resource(source) or (node is not None and node.activity_status is not None)
    return (source,) if known else view.graph.owners.get(source, (source,))


def _ended(view: View, source: str) -> list[tuple[str, str]]:
    """Those whose status a source has and that are not kept up, with that status."""
    nodes = ((id, view.graph.nodes.get(id)) for id in _answering(view, source))
    states = [(id, (node.activity_status or "").strip().casefold()) for id, node in nodes if node is not None]
    return [(id, status) for id, status in states if status in _ENDED]


def _named(view: View, source: str, resource: str) -> str:
    """A source, and whose it is where the status is its owner's, up to the word that begins what is said of that one."""
    return f"{view.name(source)!r}, " + ("which" if resource == source else f"a product of {view.name(resource)!r}, which")


def _in_record(view: View, resource: str, field: str) -> list[EntryRef]:
    """The field of a resource's record."""
    record = view.record(resource)
    return [EntryRef(record, field)] if record else []


def _last(view: View, resource: str) -> set[str]:
    """What a resource is to be replaced by in the end: the successors of its successors, up to those that have none."""
    seen, last, todo = {resource}, set(), [resource]
    while todo:
        id = todo.pop()
        successors = [edge.object for edge in view.graph.successors.get(id, ())]
        if not successors and id != resource:
            last.add(id)
        todo += [successor for successor in successors if successor not in seen]
        seen.update(successors)
    return last


class _Report(NamedTuple):
    """One failed check of a file's URL."""

    day: date
    answered: bool
    text: str


def _reports(warnings: Iterable[str]) -> list[_Report]:
    """The failed checks that warnings tell of, from the oldest on."""
    found: list[_Report] = []
    for text in warnings:
        match = _REPORT.search(text)
        if match:
            try:
                found.append(_Report(date.fromisoformat(match[1]), _ANSWERED in match[2], text))
            except ValueError:
                continue  # no calendar has that day
    return sorted(found)


def _warnings(view: View, product: str, text: str) -> tuple[EntryRef | None, list[EntryRef]]:
    """A warning in the listing that decides, and in the others and the pages."""
    first = view.authoritative(product)
    said = [first, *view.copies(product)] if first else []
    spots = [EntryRef(one, "warnings", text) for one in said if one.listing and text in one.listing.description.warnings]
    return (spots[0], spots[1:]) if spots else (None, [])


RULES = (
    Rule("ST001", "warning", ended),
    Rule("ST002", "warning", superseded),
    Rule("ST003", "info", unreachable),
)
