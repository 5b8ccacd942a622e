"""Parts in, findings out: the view of a run, what the rules find in it, and where that stands in the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from kgbuild import checks
from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.view import AuditLimits, EntryRef, LookUp, Position, StatedClaim, View
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.finding import Finding, Related, fingerprint
from kgbuild.model.graph import Edge, Node, ProductPage
from kgbuild.pipeline.engine import assemble
from kgbuild.pipeline.engine.audit_rows import decode_rows
from kgbuild.pipeline.engine.claim_batch import EncodedClaim as Known
from kgbuild.pipeline.engine.job import Job
from kgbuild.pipeline.locate import PlaceRequest, locate
from kgbuild.pipeline.read import ReadResult


class Raised(NamedTuple):
    """A finding whose lines are not looked up yet, with the entries that it points at."""

    finding: Finding
    at: EntryRef | Position | None
    related: Sequence[EntryRef]


def view_of(source: ReadResult, plan: Job, limits: AuditLimits, *, relative: bool = False) -> View:
    """What rules see of a run: its graph, and every claim with its file, whose path is ``relative`` to its input or as its user named it."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    decoded: dict[bytes, Known] = {}
    claims = list(said(source, decoded))
    for block in assemble.blocks(plan, decoded):
        nodes += block.nodes
        edges += block.edges
    problems = [problem for _, problem in source.problems]
    return View(plan.mapping, limits, nodes, edges, claims, source.names if relative else source.shown, problems)


def said(source: ReadResult, decoded: dict[bytes, Known]) -> Iterator[StatedClaim]:
    """The claims of all parts, with the numbers of their files and of their listings."""
    for number, part in enumerate(source.parts):
        before: tuple[str, str] = ("", "")
        nth = 0
        for claim in part.claims("", None, decoded):
            nth = nth + 1 if (claim.about, claim.by) == before else 0
            before = claim.about, claim.by
            yield StatedClaim(claim.about, claim.id, claim.by, claim.says, number, nth, claim.contained)


def graph_view(source: ReadResult, mapping: RegistryMapping, facts: Iterable[bytes], limits: AuditLimits) -> View:
    """What rules about the graph see of a run that was written: the facts of its chunks; and claims only about what they ask for."""
    nodes, edges = decode_rows(facts)
    problems = [problem for _, problem in source.problems]
    return View(mapping, limits, nodes, edges, _look_up(source), source.names, problems)


def _look_up(source: ReadResult) -> LookUp:
    parts = source.parts
    places: dict[str, list[tuple[int, int]]] = {}
    decoded: dict[bytes, Known] = {}

    def about(id: str) -> list[StatedClaim]:
        if not places:
            for number, part in enumerate(parts):
                for n, key in enumerate(part.keys):
                    places.setdefault(key, []).append((number, n))
        found: list[StatedClaim] = []
        for number, n in places.get(id, ()):
            claim = parts[number].claim(n, decoded)
            nth = found[-1].nth + 1 if found and (found[-1].file, found[-1].by) == (number, claim.by) else 0
            found.append(StatedClaim(claim.about, claim.id, claim.by, claim.says, number, nth, claim.contained))
        return found

    return about


def raise_all(chosen: Iterable[Rule], view: View) -> list[Raised]:
    """What the rules find, in the order of code, subject, object and field."""
    raised = [_raised(rule, found, view) for rule, found in checks.run(chosen, view)]
    return sorted(raised, key=lambda r: (r.finding.code, r.finding.subject, r.finding.object, r.finding.field))


def _raised(rule: Rule, found: Violation, view: View) -> Raised:
    severity = "info" if rule.partial and view.limits.partial else found.severity or rule.severity
    spots = ([found.at] if isinstance(found.at, EntryRef) else []) + list(found.related)
    records = found.records or tuple(sorted({spot.said.by for spot in spots if not isinstance(spot.said.says, ProductPage)}))
    path = found.at.path if isinstance(found.at, Position) else view.files[found.at.said.file] if found.at else ""
    finding = Finding(
        code=rule.code,
        severity=severity,
        message=found.message,
        subject=found.subject,
        object=found.object,
        field=found.field,
        records=records,
        path=path,
        line=found.at.line if isinstance(found.at, Position) else 0,
        column=found.at.column if isinstance(found.at, Position) else 0,
        related=tuple(Related(path=view.files[spot.said.file], record=spot.said.by) for spot in found.related),
        suggestion=found.suggestion,
        fingerprint=fingerprint(rule.code, found.subject, found.object, found.field),
    )
    return Raised(finding, found.at, found.related)


def placed(raised: Sequence[Raised], source: ReadResult, mapping: RegistryMapping, jobs: int, *, related: bool) -> list[Finding]:
    """The findings with line and column of their entries, and of the ``related`` ones if asked for: the files are read again for them."""
    wanted: list[PlaceRequest] = []
    for n, item in enumerate(raised):
        if isinstance(item.at, EntryRef):
            wanted.append(PlaceRequest((n, -1), item.at))
        if related:
            wanted += [PlaceRequest((n, m), spot) for m, spot in enumerate(item.related)]
    places = locate(wanted, source, mapping, jobs)
    return [_placed(item, n, places) for n, item in enumerate(raised)]


def _placed(item: Raised, n: int, places: dict[tuple[int, int], tuple[int, int]]) -> Finding:
    line, column = places.get((n, -1), (item.finding.line, item.finding.column))
    others = tuple(
        msgspec.structs.replace(other, line=at[0], column=at[1]) if (at := places.get((n, m))) else other
        for m, other in enumerate(item.finding.related)
    )
    return msgspec.structs.replace(item.finding, line=line, column=column, related=others)
