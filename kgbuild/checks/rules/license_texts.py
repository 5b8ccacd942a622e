"""LC001, LC002, LC006: a license as one record states it. It is missing, contradicts itself, or is recognised only in part."""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild.checks.rule import Violation
from kgbuild.checks.support.citing import listed
from kgbuild.checks.support.license_tables import LicenseTables
from kgbuild.checks.view import EntryRef, StatedClaim, View
from kgbuild.licenses.judgement import LicenseJudgement, LicenseReading
from kgbuild.licenses.terms import USES


def missing(view: View) -> Iterator[Violation]:
    """A resource without a license.

    A text such as "Not specified", "N/A" or "?" counts as no license, also in the place of the URL. A text such as "Varies" is an unknown
    license (LC004).
    Why: Data without a license may not be used freely, and neither may products made from it.
    Example: `license: {id: "", label: Not specified}`, or no `license`.
    Fix: Ask the owners of the resource for a license, and add its SPDX id and its URL.
    """
    tables = view.once(LicenseTables)
    for id in tables.resources:
        if id not in tables.stated:
            label, claim = view.graph.nodes[id].license_label, view.record(id)
            message = f"{view.name(id)!r} has no license{f' (the text is {label!r})' if label else ''}"
            yield Violation(id, message, EntryRef(claim, "license", label or "") if claim else None, field="license")


def clashing(view: View) -> Iterator[Violation]:
    """A license whose text and URL name different licenses.

    Why: It is unclear which of the two applies, so the graph has no SPDX id for the license. Only what both forbid is known to be forbidden, and
    only what both permit is known to be permitted.
    Example: `license: {id: https://creativecommons.org/licenses/by-nc/4.0/, label: CC BY 4.0}`
    Fix: Look up the license on the website of the resource or product, and correct the text or the URL.
    """
    for id, claim, found in _stated_once(view):
        if found.clash:
            first, second = found.clash
            yield _at_text(view, id, claim, first, f"the license of {view.name(id)!r} is {first} and {second}")


def half_read(view: View) -> Iterator[Violation]:
    """A license of which either the text or the URL is not recognised.

    The graph keeps the SPDX id of the recognised one, unless the words of the other forbid a use ("All rights reserved"). It is then unknown what
    the license permits, except that such words forbid what they say.
    Why: Nobody can tell whether the license that is not recognised is the same one, so the recognised one must not be taken as consent.
    Example: `license: {id: https://www.example.org/terms, label: CC BY 4.0}`
    Fix: Look up the license on the website of the resource or product. If it is the recognised one, write its SPDX id and its URL. Otherwise, remove
    them. Add a custom license to your own `licenses.yaml`, with a `LicenseRef-` id, its spellings and its permissions, and the URL of a page that
    declares public domain to `public_domain` there.
    """
    for id, claim, found in _stated_once(view):
        if found.unread:
            unread, known = found.unread
            message = f"the license of {view.name(id)!r} is {known}, but its {unread.place} {unread.text!r} is not recognised"
            yield _at_text(view, id, claim, unread, message + _effect(found))


def _effect(found: LicenseJudgement) -> str:
    words = listed([use for use in USES if use in found.terms.worded])
    if words and not found.spdx:
        return f", and its words forbid {words}; the graph has no SPDX id for the license"
    return f"; it is unknown what the license permits{f', except that its words forbid {words}' if words else ''}"


def _stated_once(view: View) -> Iterator[tuple[str, StatedClaim, LicenseJudgement]]:
    """Yield the nodes that state a license, with the claim that states it. Nodes with a license combined from several listings are left out."""
    tables = view.once(LicenseTables)
    for id, stated in tables.stated.items():
        claim = stating(view, id) if stated.clash or stated.unread else None
        written = tables.written(claim) if claim else None
        found = tables.judge.read(written) if written else None
        if claim and found:
            yield id, claim, found


def _at_text(view: View, id: str, claim: StatedClaim, reading: LicenseReading, message: str) -> Violation:
    """Return a finding at a text of a license, with the copies that write the same license."""
    tables = view.once(LicenseTables)
    written = tables.written(claim)
    related = [EntryRef(copy, "license", reading.field) for copy in view.copies(id) if tables.written(copy) == written]
    return Violation(id, message, EntryRef(claim, "license", reading.field), field="license", related=related)


def stating(view: View, id: str) -> StatedClaim | None:
    """Return the claim with the license of a node: the authoritative listing of a product, or the record of a resource."""
    return view.authoritative(id) if view.graph.is_product(id) else view.record(id)
