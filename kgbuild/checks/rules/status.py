"""ST, status: abandoned and replaced sources, and files that cannot be downloaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.rules.references import source_places
from kgbuild.checks.support.citing import listed
from kgbuild.checks.support.words import phrase_in
from kgbuild.checks.view import EntryRef, View
from kgbuild.mapping.schema import Unavailable

#: Values of `activity_status` of abandoned resources (ActivityStatusEnum of the registry's schema). "unknown" is not one of them.
_ENDED = frozenset(("inactive", "orphaned", "unresponsive"))
#: The largest number of dates in a message.
_DATES = 8


def ended(view: View) -> Iterator[Violation]:
    """A source of another owner that is inactive, orphaned or unresponsive.

    A product without a status has the status of its owner. A status that is not in the vocabulary (FM002) is none of these. Reports for people
    group the findings by the source.
    Why: The data is outdated, and its errors are no longer corrected.
    Example: A product of `b` is made from `a`, whose record has `activity_status: inactive`.
    Fix: Use a replacement of the source. If the product was made while the source was maintained, ignore the finding.
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
                role = edge.source_role or ""
                yield Violation(product, message, at, edge.object, role, related, records=edge.declared_in, cause=resource)


def superseded(view: View) -> Iterator[Violation]:
    """A source of another owner that another resource has replaced.

    The suggestion is the last resource in the chain of replacements. Products of that resource are not reported, because they were made from
    the resource that they replace.
    Why: The record of a replaced source is kept only for reference.
    Example: A product of `b` is made from `eo`, whose record has `use_instead: [peco]`.
    Fix: If the product is now made from the replacement, cite the replacement.
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
    """A file whose checks failed for at least `--stale-after` days (default: 60), and that was not reached in between.

    The days are counted from the first to the last report of a failure in `warnings`. Reports that can be the fault of the checking program,
    such as those about TLS, timeouts and refused robots, do not count. A report of a missing Content-Length counts as success, because the
    server answered. The words are in `mappings/vocabulary.yaml` (`audit.unavailable`). If the last failure is as many days older than the newest
    report of all records, the file is not reported, because nobody checked it since. A product with an abandoned status (ST001), of itself or of its
    resource, is not reported either, because its record says so already.
    Why: A file that is unavailable for months has moved or was deleted, and the products made from it cannot be reproduced.
    Example: `File was not able to be retrieved when checked on 2025-08-07: HTTP 404 error when accessing file`, and the same on 2025-12-05.
    Fix: Correct the product's URL. If the product no longer exists, write this in its description or in the status of its resource.
    """
    words, limit = view.mapping.audit.unavailable, view.limits.stale_after
    if words is None:
        return
    reports = {
        id: found
        for id, node in view.graph.nodes.items()
        if node.warnings and view.graph.is_product(id) and (found := _reports(node.warnings, words))
    }
    newest = max((report.day for found in reports.values() for report in found), default=date.min)
    for product, found in reports.items():
        reached = max((report.day for report in found if report.answered), default=date.min)
        failed = [report for report in found if report.day > reached and not report.answered and not report.checker]
        if not failed or (failed[-1].day - failed[0].day).days < limit or (newest - failed[-1].day).days >= limit or _ended(view, product):
            continue
        days = [str(day) for day in dict.fromkeys(report.day for report in failed)]
        shown = days if len(days) <= _DATES else [*days[: _DATES - 1], days[-1]]
        more = f" (and {len(days) - len(shown):,} more dates between)" if len(days) > len(shown) else ""
        message = f"{view.name(product)!r} could not be downloaded on {listed(shown, None)}{more}"
        at, related = _warnings(view, product, failed[0].text)
        yield Violation(product, message, at, field="warnings", related=related, records=view.graph.nodes[product].declared_in)


def _answering(view: View, source: str) -> tuple[str, ...]:
    """Return the nodes whose status applies to a source: itself, or its owners if it is a product without a status."""
    node = view.graph.nodes.get(source)
    known = view.graph.is_resource(source) or (node is not None and node.activity_status is not None)
    return (source,) if known else view.graph.owners.get(source, (source,))


def _ended(view: View, source: str) -> list[tuple[str, str]]:
    """Return the nodes whose status applies to a source and that are abandoned, each with its status."""
    nodes = ((id, view.graph.nodes.get(id)) for id in _answering(view, source))
    states = [(id, (node.activity_status or "").strip().casefold()) for id, node in nodes if node is not None]
    return [(id, status) for id, status in states if status in _ENDED]


def _named(view: View, source: str, resource: str) -> str:
    """Return the beginning of a message about a source, with its owner if the status is the owner's."""
    return f"{view.name(source)!r}, " + ("which" if resource == source else f"a product of {view.name(resource)!r}, which")


def _in_record(view: View, resource: str, field: str) -> list[EntryRef]:
    """Return the entry of a field in a resource's record."""
    record = view.record(resource)
    return [EntryRef(record, field)] if record else []


def _last(view: View, resource: str) -> set[str]:
    """Return the final replacements of a resource: its direct and indirect successors that have no successors."""
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
    """One failed check of a file's URL. ``answered``: the server has the file. ``checker``: the cause can be the checking program."""

    day: date
    answered: bool
    checker: bool
    text: str


def _reports(warnings: Iterable[str], words: Unavailable) -> list[_Report]:
    """Return the failed checks that warnings report, oldest first."""
    found: list[_Report] = []
    pattern = _report(words.failed)
    for text in warnings:
        match = pattern.search(text)
        if match:
            try:
                day = date.fromisoformat(match[1])
            except ValueError:
                continue  # not a date, as 2025-02-30
            why = match[2].replace("_", " ")  # the generator of pages writes `SSL_ CERTIFICATE_VERIFY_FAILED` for `SSL: CERTIFICATE…`
            found.append(_Report(day, phrase_in(why, words.answered) is not None, phrase_in(why, words.checker) is not None, text))
    return sorted(found)


@lru_cache(maxsize=8)
def _report(failed: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(failed)}\s+(\d{{4}}-\d\d-\d\d)(?!\d)(.*)", re.IGNORECASE | re.DOTALL)


def _warnings(view: View, product: str, text: str) -> tuple[EntryRef | None, list[EntryRef]]:
    """Return the entries of a warning: in the authoritative listing, and in the other listings and pages."""
    first = view.authoritative(product)
    claims = [first, *view.copies(product)] if first else []
    spots = [EntryRef(claim, "warnings", text) for claim in claims if claim.listing and text in claim.listing.description.warnings]
    return (spots[0], spots[1:]) if spots else (None, [])


RULES = (
    Rule("ST001", "warning", ended),
    Rule("ST002", "warning", superseded),
    Rule("ST003", "info", unreachable),
)
