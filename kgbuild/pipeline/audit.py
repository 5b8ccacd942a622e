"""Audit a run: make the view that rules read, run the rules, and locate their findings in the files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import unquote

import msgspec

from kgbuild import checks
from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.view import AuditLimits, EntryRef, Position, View
from kgbuild.errors import without_secrets
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.audit import AuditEdge, AuditNode
from kgbuild.model.finding import Finding, Related, fingerprint
from kgbuild.model.graph import ProductPage
from kgbuild.model.invisible import invisible_in
from kgbuild.pipeline.engine import assemble
from kgbuild.pipeline.engine.audit_rows import decode_rows
from kgbuild.pipeline.engine.claim_batch import EncodedClaim
from kgbuild.pipeline.engine.job import Job
from kgbuild.pipeline.locate import PlaceRequest, locate
from kgbuild.pipeline.read import ReadResult
from kgbuild.pipeline.stated_claims import StatedClaims

#: The number of characters of a value in which an invisible character is named.
_SHORT = 200


class Raised(NamedTuple):
    """A finding without positions, the entries that it refers to, and the id as written to which it is due, if it is due to another node."""

    finding: Finding
    at: EntryRef | Position | None
    related: Sequence[EntryRef]
    cause: str = ""


def view_of(source: ReadResult, plan: Job, limits: AuditLimits, *, relative: bool = False) -> View:
    """Return the view of a run: its graph, which is assembled for it, and every claim with its file."""
    decoded: dict[bytes, EncodedClaim] = {}
    nodes: list[AuditNode] = []
    edges: list[AuditEdge] = []
    for block in assemble.blocks(plan, decoded):
        nodes += block.nodes
        edges += block.edges
    return _view(source, plan.mapping, limits, nodes, edges, StatedClaims(source.batches, decoded), relative=relative)


def graph_view(source: ReadResult, mapping: RegistryMapping, rows: Iterable[bytes], limits: AuditLimits) -> View:
    """Return the view of a run whose graph was written, from the audit rows of its chunks. Paths are relative to the input."""
    return _view(source, mapping, limits, *decode_rows(rows), StatedClaims(source.batches, {}), relative=True)


def _view(
    source: ReadResult, mapping: RegistryMapping, limits: AuditLimits, nodes: Iterable[AuditNode], edges: Iterable[AuditEdge],
    claims: StatedClaims, *, relative: bool,
) -> View:  # fmt: skip
    """Return a view whose paths are ``relative`` to their input, or as the user named their input."""
    problems = [problem for _, problem in source.problems]
    paths = source.names if relative else source.shown
    return View(mapping, limits, nodes, edges, claims, paths, problems, source.unseen(paths))


def raise_all(chosen: Iterable[Rule], view: View) -> list[Raised]:
    """Return the findings of the rules, in the order of code, subject, object and field."""
    raised = [_raised(rule, found, view) for rule, found in checks.run(chosen, view)]
    return sorted(raised, key=lambda r: (r.finding.code, r.finding.subject, r.finding.object, r.finding.field))


def _raised(rule: Rule, found: Violation, view: View) -> Raised:
    severity = "info" if rule.partial and view.limits.partial else found.severity or rule.severity
    spots = ([found.at] if isinstance(found.at, EntryRef) else []) + list(found.related)
    records = found.records or tuple(sorted({spot.claim.by for spot in spots if not isinstance(spot.claim.says, ProductPage)}))
    path = found.at.path if isinstance(found.at, Position) else view.files[found.at.claim.file] if found.at else ""
    finding = Finding(
        code=rule.code,
        severity=severity,
        message=without_secrets(_message(found)),
        subject=found.subject,
        object=without_secrets(found.object),
        field=found.field,
        records=records,
        path=path,
        line=found.at.line if isinstance(found.at, Position) else 0,
        column=found.at.column if isinstance(found.at, Position) else 0,
        related=tuple(Related(path=view.files[spot.claim.file], record=spot.claim.by) for spot in found.related),
        suggestion=without_secrets(found.suggestion) if found.suggestion else found.suggestion,
        fingerprint=fingerprint(rule.code, found.subject, without_secrets(found.object), found.field),
    )
    return Raised(finding, found.at, found.related, view.name(found.cause))


def _message(found: Violation) -> str:
    """Return the message of a violation. It names an invisible character in the field or value that the violation is about."""
    value = found.at.value if isinstance(found.at, EntryRef) else ""
    about = (found.field, value[:_SHORT], unquote(found.object)[:_SHORT])
    mark = next((name for text in about if (name := invisible_in(text))), "")
    return f"{found.message} (it contains {mark})" if mark and mark not in found.message else found.message


def placed(raised: Sequence[Raised], source: ReadResult, mapping: RegistryMapping, jobs: int, *, related: bool) -> list[Finding]:
    """Return the findings with line and column of their entries, and of the ``related`` entries if requested. It reads the files again."""
    requests: list[PlaceRequest] = []
    for n, item in enumerate(raised):
        if isinstance(item.at, EntryRef):
            requests.append(PlaceRequest((n, -1), item.at))
        if related:
            requests += [PlaceRequest((n, m), spot) for m, spot in enumerate(item.related)]
    places = locate(requests, source, mapping, jobs)
    return [_placed(item, n, places) for n, item in enumerate(raised)]


def _placed(item: Raised, n: int, places: dict[tuple[int, int], tuple[int, int]]) -> Finding:
    line, column = places.get((n, -1), (item.finding.line, item.finding.column))
    others = tuple(
        msgspec.structs.replace(other, line=at[0], column=at[1]) if (at := places.get((n, m))) else other
        for m, other in enumerate(item.finding.related)
    )
    return msgspec.structs.replace(item.finding, line=line, column=column, related=others)
