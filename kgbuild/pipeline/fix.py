"""Findings in, edits out: what of them can be mended with certainty, in every listing, page and record that has the fault, or in none.

What is mended: a source that one list names twice (LS002), an old id that has an alias (RF002), a value for which the vocabulary has just one that
can be meant (FM002), and, whatever the rule, a value that is right but for the white space around it.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from kgbuild.checks.fixes.file_edits import FileFixer, FixedFile
from kgbuild.checks.fixes.tree_edits import FixRequest, Of
from kgbuild.checks.view import EntryRef
from kgbuild.errors import Problem
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.edits import FileEdit, NotCertain
from kgbuild.model.graph import (
    Claim,
    Description,
    Listing,
    OrganizationStatement,
    PageStatement,
    ProductPage,
    ResourceStatement,
    Statement,
    listing_of,
)
from kgbuild.pipeline.audit import Raised
from kgbuild.pipeline.engine.claim_batch import EncodedClaim
from kgbuild.pipeline.read import ReadResult
from kgbuild.readers import READERS
from kgbuild.readers.inputs import STDIN, File
from kgbuild.transform.merge import owner_of
from kgbuild.transform.values import json_text

#: Findings that are left, and records outside the input, that are told.
_SHOWN = 10
_KINDS: dict[type[Statement], Of] = {
    Listing: "listing", ProductPage: "listing", ResourceStatement: "resource", OrganizationStatement: "organization",
}  # fmt: skip


class Left(NamedTuple):
    """A finding that is not mended, and why."""

    raised: Raised
    why: str

    def __str__(self) -> str:
        finding = self.raised.finding
        return f"{finding.code} {unquote(finding.subject.partition(':')[2])!r} is left as it is: {self.why}"


class FixPlan(NamedTuple):
    """What can be done: the edits, the findings that they mend, those that look as if they could be mended and cannot.

    ``outside`` are the ids of records that the input does not have and that may hold copies of the listings that are mended.
    """

    edits: tuple[FileEdit, ...]
    mended: tuple[Raised, ...]
    left: tuple[Left, ...]
    outside: tuple[str, ...]

    def fixed(self, raised: Iterable[Raised]) -> int:
        """How many of the findings are gone from what is raised."""
        there = {item.finding.fingerprint for item in raised}
        return sum(item.finding.fingerprint not in there for item in self.mended)

    def lines(self, done: str) -> Iterator[str]:
        """What is ``done`` and what is left, for people."""
        count, files = len(self.mended), len(self.edits)
        if count:
            yield f"{count:,} finding{'s' if count != 1 else ''} {done}, in {files:,} file{'s' if files != 1 else ''}"
        yield from map(str, self.left[:_SHOWN])
        if len(self.left) > _SHOWN:
            yield f"{len(self.left) - _SHOWN:,} more are left as they are"
        if self.outside:
            more = f" and {len(self.outside) - _SHOWN:,} more" if len(self.outside) > _SHOWN else ""
            yield f"copies may stand on records that are not in the input: {', '.join(self.outside[:_SHOWN])}{more}"


class _Holder(NamedTuple):
    """Something that has a fault: the number of its file, the file's path in an archive, and what is said."""

    file: int
    member: str
    says: Statement


def plan(raised: Sequence[Raised], source: ReadResult, mapping: RegistryMapping) -> FixPlan:
    """How to mend the findings of a run. Reads the files that are to be changed, and changes none."""
    planner = _Planner(source, mapping)
    faults: list[FixRequest] = []
    why: dict[int, str] = {}
    for number, item in enumerate(raised):
        try:
            fault = planner.fault(number, item)
        except NotCertain as error:
            why[number] = str(error)
            continue
        if fault is not None:
            faults.append(fault)
    edits, refused = planner.edits(faults)
    why |= refused
    done = [fault for fault in faults if fault.number not in why]
    left = tuple(Left(raised[number], reason) for number, reason in sorted(why.items()))
    return FixPlan(edits, tuple(raised[fault.number] for fault in done), left, planner.outside(done))


class _Planner:
    def __init__(self, source: ReadResult, mapping: RegistryMapping) -> None:
        self._source, self._mapping = source, mapping
        self._resources = frozenset(id for part in source.parts for id in (*part.resources, *part.contained_resources))
        roles = mapping.provenance.roles
        self._roles = {"original": roles.original.fields, "secondary": roles.secondary.fields}
        self._sources = frozenset((*roles.original.fields, *roles.secondary.fields))
        self._holders: dict[int, list[_Holder]] = {}
        problems = {problem: None for _, problem in source.problems if not problem.doubled}  # records with a doubled key are read
        self._unreadable = [(problem.path, _not_read(problem)) for problem in problems]

    def fault(self, number: int, raised: Raised) -> FixRequest | None:
        """What a finding wants mended; None where it is none of those that can be. Raises NotCertain for what is not sure enough."""
        finding, at = raised.finding, raised.at
        if not isinstance(at, EntryRef) or not at.value or type(at.said.says) not in _KINDS:
            return None
        new = finding.suggestion
        space = new is not None and new != at.value and new == at.value.strip()
        if not space and finding.code not in ("LS002", "RF002", "FM002"):
            return None
        of = _KINDS[type(at.said.says)]
        names = at.names(self._mapping) or (tuple(sorted(self._sources)) if of == "listing" else ())
        fault = FixRequest(number, of, finding.subject, at.said.id, "value", names, at.value, new or "")
        if of == "listing" and not self._sources.isdisjoint(names):
            is_relation = finding.code == "FM002"
            fault = fault._replace(kind="relation" if is_relation else "source", names=tuple(n for n in names if n in self._sources))
        if finding.code == "LS002":
            return fault._replace(kind="double", new=at.value)
        if not new:
            return None
        if finding.code == "RF002" and self._mapping.aliases.get(at.value) != new and not space:
            raise NotCertain("no alias says so")
        return fault

    def edits(self, faults: Sequence[FixRequest]) -> tuple[tuple[FileEdit, ...], dict[int, str]]:
        """The edits that mend the faults but for some, with why those are left."""
        self._holders = self._find(faults)
        refused = {fault.number: why for fault in faults if (why := self._hindrance(fault))}
        wanted: defaultdict[int, dict[int, int]] = defaultdict(dict)
        by_number = {fault.number: fault for fault in faults}
        for number, holders in self._holders.items():
            for holder in holders:
                wanted[holder.file][number] = wanted[holder.file].get(number, 0) + 1
        mender = FileFixer(self._mapping)
        made: dict[int, tuple[frozenset[int], FixedFile]] = {}
        again = True
        while again:
            again = False
            for file, counts in sorted(wanted.items()):
                live = frozenset(counts.keys() - refused.keys())
                if file in made and made[file][0] == live:
                    continue
                counted = [(by_number[n], counts[n]) for n in sorted(live)]
                mended = mender.edit(self._source.files[file], self._source.units[file].sha256, counted)
                made[file] = live, mended
                refused |= mended.refused
                again |= bool(mended.refused)
        found = {number for _, mended in made.values() for number in mended.found}
        refused |= {number: "it does not stand where it is read" for number in by_number if number not in found and number not in refused}
        return tuple(mended.edit for _, (_, mended) in sorted(made.items()) if mended.edit is not None), refused

    def _find(self, faults: Iterable[FixRequest]) -> dict[int, list[_Holder]]:
        """What has each of the faults, wherever it was read."""
        by_about: defaultdict[str, list[FixRequest]] = defaultdict(list)
        for fault in faults:
            by_about[fault.about].append(fault)
        found: dict[int, list[_Holder]] = {fault.number: [] for each in by_about.values() for fault in each}
        decoded: dict[bytes, EncodedClaim] = {}
        for number, claim, member in self._claims(by_about, decoded):
            for fault in by_about[claim.about]:
                says = listing_of(claim.says) or claim.says
                if _KINDS.get(type(says)) == fault.of and self._has(fault, says):
                    found[fault.number].append(_Holder(number, member, says))
        return found

    def _claims(self, about: Iterable[str], decoded: dict[bytes, EncodedClaim]) -> Iterator[tuple[int, Claim[Statement], str]]:
        wanted = frozenset(about)
        for number, unit in enumerate(self._source.units):
            for part in unit.parts:
                for n, key in enumerate(part.keys):
                    if key in wanted:
                        yield number, part.claim(n, decoded), part.member

    def _has(self, fault: FixRequest, says: Statement) -> bool:
        """Whether a statement has a fault, as far as it tells: of a value that is kept as JSON text, whether it may."""
        if isinstance(says, Listing) and fault.kind != "value":
            roles = {role for role, names in self._roles.items() if not set(names).isdisjoint(fault.names)}
            if fault.kind == "relation":
                return any(source.role in roles and source.relation == fault.old for source in says.sources)
            there: list[str] = [source.role for source in says.sources if source.id == fault.old]
            return any(there.count(role) > (fault.kind == "double") for role in roles)
        return not isinstance(says, PageStatement | ProductPage) and _tells(says.category, says.description, fault.old)

    def _hindrance(self, fault: FixRequest) -> str:
        """Why a fault cannot be mended wherever it is; empty where nothing hinders."""
        holders = self._holders[fault.number]
        for holder in holders:
            file = self._source.files[holder.file]
            why = _not_editable(file, holder.member)
            if why:
                where = "standard input" if file.path == STDIN else f"{file.shown}!/{holder.member}" if holder.member else file.shown
                return f"it also stands in {where}, {why}" if len(holders) > 1 else f"it stands in {where}, {why}"
        return self._unread(fault)

    def _unread(self, fault: FixRequest) -> str:
        """Whether something that could not be read as a record may have the fault too: it names the id."""
        for path, data in self._unreadable:
            if data is None or fault.id.encode() in data:
                return f"{path} may have it too, and cannot be read"
        return ""

    def outside(self, faults: Iterable[FixRequest]) -> tuple[str, ...]:
        """The records that the input does not have, of the owners and the sources of the listings that are mended."""
        found: set[str] = set()
        for fault in faults:
            if fault.of != "listing":
                continue
            for holder in self._holders[fault.number]:
                if isinstance(holder.says, Listing):
                    ids = {self._mapping.aliases.get(source.id, source.id) for source in holder.says.sources}
                    found |= {owner_of(id) or id for id in (*ids, fault.id) if id not in self._resources}
        return tuple(sorted(found - self._resources))


def _not_read(problem: Problem) -> bytes | None:
    """The bytes of a file, or of a line of one, that cannot be read as a record; None where they are not to be had."""
    try:
        data = Path(problem.path).read_bytes()
    except OSError:
        return None
    lines = data.split(b"\n") if problem.path.endswith(".jsonl") else []
    return lines[problem.line - 1] if 0 < problem.line <= len(lines) else data


def _tells(category: str | None, description: Description, value: str) -> bool:
    """Whether what is said has a value somewhere, as itself or as a part of what was made of it."""
    for name in Description.__struct_fields__:
        said = getattr(description, name)
        if said == value or (isinstance(said, tuple) and any(value in item for item in said)):
            return True
    return category == value or any(json_text(value)[1:-1] in text for text in description.extra.values())


def _not_editable(file: File, member: str) -> str:
    """Why a file cannot be changed in place; empty where it can."""
    if file.path == STDIN:
        return "which cannot be mended here"
    if member or (file.ending not in READERS and file.ending != ".jsonl"):
        return "which cannot be mended here: unpack it first"
    real = os.path.realpath(file.path)
    if not os.access(real, os.W_OK) or not os.access(os.path.dirname(real), os.W_OK | os.X_OK):
        return "which cannot be written"
    return ""
