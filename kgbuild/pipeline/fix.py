"""Plan fixes: convert findings into edits of every listing, page and record with the fault. A fix is planned for all of them or for none."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from kgbuild import checks
from kgbuild.checks.fixes import stray_space
from kgbuild.checks.fixes.file_edits import FileFixer, FixedFile
from kgbuild.checks.fixes.request import FixRequest, kind_of
from kgbuild.checks.view import EntryRef
from kgbuild.errors import Problem
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.edits import FileEdit, NotCertain
from kgbuild.model.graph import (
    Claim,
    Description,
    Listing,
    PageStatement,
    ProductPage,
    Statement,
    listing_of,
)
from kgbuild.pipeline.audit import Raised
from kgbuild.pipeline.engine.claim_batch import EncodedClaim
from kgbuild.pipeline.read import ReadResult
from kgbuild.readers import PLAIN_LINES, READERS
from kgbuild.readers.inputs import STDIN, File
from kgbuild.transform.merge import owner_of
from kgbuild.transform.values import json_text

#: Why a suggestion is not applied if its rule has no fix for it.
LIKELY = "it is likely, but not certain"
#: The most findings that are not fixed, and records outside the input, to name.
_SHOWN = 10


class Left(NamedTuple):
    """A finding that is not fixed, and the reason."""

    raised: Raised
    reason: str

    def __str__(self) -> str:
        finding = self.raised.finding
        return f"{finding.code} {unquote(finding.subject.partition(':')[2])!r} is not fixed: {self.reason}"


class FixPlan(NamedTuple):
    """The edits, the findings that they fix, and the findings that are not fixed because the fix is not certain.

    ``outside`` are the ids of records that are not in the input and may contain copies of the listings that change.
    """

    edits: tuple[FileEdit, ...]
    fixed: tuple[Raised, ...]
    left: tuple[Left, ...]
    outside: tuple[str, ...]

    def fixed_in(self, raised: Iterable[Raised]) -> int:
        """Return how many of the planned findings are no longer raised."""
        remaining = {item.finding.fingerprint for item in raised}
        return sum(item.finding.fingerprint not in remaining for item in self.fixed)

    def lines(self, done: str) -> Iterator[str]:
        """Yield a summary for people of what is ``done`` and what is not fixed."""
        count, files = len(self.fixed), len(self.edits)
        if count:
            yield f"{count:,} finding{'s' if count != 1 else ''} {done}, in {files:,} file{'s' if files != 1 else ''}"
        yield from map(str, self.left[:_SHOWN])
        if len(self.left) > _SHOWN:
            yield f"{len(self.left) - _SHOWN:,} more are not fixed"
        if self.outside:
            more = f" and {len(self.outside) - _SHOWN:,} more" if len(self.outside) > _SHOWN else ""
            yield f"records outside the input may contain copies: {', '.join(self.outside[:_SHOWN])}{more}"

    def nothing(self, found: int, known: int) -> Iterator[str]:
        """Yield why there is nothing to fix, from the number of findings and that of those in the baseline."""
        new = found - known
        if not found:
            yield "no changes: nothing was found"
        elif not new:
            which = "the only finding" if found == 1 else f"all {found:,} findings"
            yield f"no changes: the baseline has {which}; --no-baseline includes {'it' if found == 1 else 'them'}"
        else:
            more = f"; {known:,} in the baseline {'was' if known == 1 else 'were'} left out" if known else ""
            which = "the only finding" if new == 1 else f"any of {new:,} findings"
            yield f"no changes: --fix cannot repair {which} with certainty{more}"
        yield from self.lines("")


class _Holder(NamedTuple):
    """A statement that a request changes: the number of its file, its path in an archive, and the statement."""

    file: int
    member: str
    says: Statement


def plan(raised: Sequence[Raised], source: ReadResult, mapping: RegistryMapping) -> FixPlan:
    """Plan the fixes for the findings of a run. It reads the files to change and does not write them."""
    planner = _Planner(source, mapping)
    requests: list[FixRequest] = []
    reasons: dict[int, str] = {}
    for number, item in enumerate(raised):
        try:
            request = planner.request(number, item)
        except NotCertain as error:
            reasons[number] = str(error)
            continue
        if request is not None:
            requests.append(request)
    edits, refused = planner.edits(requests)
    reasons |= refused
    done = [request for request in requests if request.number not in reasons]
    left = tuple(Left(raised[number], reason) for number, reason in sorted(reasons.items()))
    return FixPlan(edits, tuple(raised[request.number] for request in done), left, planner.outside(done))


def remedies(raised: Sequence[Raised], source: ReadResult, mapping: RegistryMapping) -> dict[str, str]:
    """Return why each finding is not fixed by `--fix`, by fingerprint: an empty text for one that it repairs.

    Unlike ``plan`` it reads no file. Findings without a suggestion that cannot be fixed are left out.
    """
    planner = _Planner(source, mapping)
    found: dict[str, str] = {}
    requests: list[FixRequest] = []
    for number, item in enumerate(raised):
        try:
            request = planner.request(number, item)
        except NotCertain as error:
            found[item.finding.fingerprint] = str(error)
            continue
        if request is not None:
            requests.append(request)
        elif item.finding.suggestion is not None:
            found[item.finding.fingerprint] = LIKELY
    reasons = planner.hindrances(requests)
    return found | {raised[request.number].finding.fingerprint: reasons.get(request.number, "") for request in requests}


class _Planner:
    def __init__(self, source: ReadResult, mapping: RegistryMapping) -> None:
        self._source, self._mapping = source, mapping
        self._resources = frozenset(id for batch in source.batches for id in (*batch.resources, *batch.contained_resources))
        roles = mapping.provenance.roles
        self._fixes = {rule.code: rule.fix for rule in checks.load_rules()}
        self._roles = {"original": roles.original.fields, "secondary": roles.secondary.fields}
        self._holders: dict[int, list[_Holder]] = {}
        problems = {problem: None for _, problem in source.problems if not problem.doubled}  # records with duplicate keys are read
        self._unreadable = [(problem.path, _unread_bytes(problem)) for problem in problems]

    def request(self, number: int, raised: Raised) -> FixRequest | None:
        """Return the change that fixes a finding; None if its rule has no fix. Raises NotCertain if the fix is not certain."""
        finding, at = raised.finding, raised.at
        wanted = None
        if isinstance(at, EntryRef):  # stray spaces are removed where a rule has no fix of its own, or its fix does not apply
            wanted = self._fixes[finding.code](finding, at, self._mapping) or stray_space.fix(finding, at, self._mapping)
        return wanted and wanted._replace(number=number)

    def edits(self, requests: Sequence[FixRequest]) -> tuple[tuple[FileEdit, ...], dict[int, str]]:
        """Return the edits for the requests, and the reasons for requests that are refused."""
        refused = self.hindrances(requests)
        wanted: defaultdict[int, dict[int, int]] = defaultdict(dict)
        by_number = {request.number: request for request in requests}
        for number, holders in self._holders.items():
            for holder in holders:
                wanted[holder.file][number] = wanted[holder.file].get(number, 0) + 1
        fixer = FileFixer(self._mapping)
        made: dict[int, tuple[frozenset[int], FixedFile]] = {}
        again = True
        while again:
            again = False
            for file, counts in sorted(wanted.items()):
                live = frozenset(counts.keys() - refused.keys())
                if file in made and made[file][0] == live:
                    continue
                counted = [(by_number[n], counts[n]) for n in sorted(live)]
                result = fixer.edit(self._source.files[file], self._source.units[file].sha256, counted)
                made[file] = live, result
                refused |= result.refused
                again |= bool(result.refused)
        found = {number for _, result in made.values() for number in result.found}
        refused |= {number: "it was not found where it was read" for number in by_number if number not in found and number not in refused}
        return tuple(result.edit for _, (_, result) in sorted(made.items()) if result.edit is not None), refused

    def hindrances(self, requests: Sequence[FixRequest]) -> dict[int, str]:
        """Return why requests cannot be applied everywhere, by the number of the request; nothing for those that can."""
        self._holders = self._find(requests)
        return {request.number: reason for request in requests if (reason := self._hindrance(request))}

    def _find(self, requests: Iterable[FixRequest]) -> dict[int, list[_Holder]]:
        """Return the statements that each request changes, by its number."""
        by_about: defaultdict[str, list[FixRequest]] = defaultdict(list)
        for request in requests:
            by_about[request.about].append(request)
        found: dict[int, list[_Holder]] = {request.number: [] for each in by_about.values() for request in each}
        decoded: dict[bytes, EncodedClaim] = {}
        for number, claim, member in self._claims(by_about, decoded):
            for request in by_about[claim.about]:
                says = listing_of(claim.says) or claim.says
                if kind_of(says) == request.of and self._has(request, says):
                    found[request.number].append(_Holder(number, member, says))
        return found

    def _claims(self, about: Iterable[str], decoded: dict[bytes, EncodedClaim]) -> Iterator[tuple[int, Claim[Statement], str]]:
        wanted = frozenset(about)
        for number, unit in enumerate(self._source.units):
            for batch in unit.batches:
                for n, key in enumerate(batch.keys):
                    if key in wanted:
                        yield number, batch.claim(n, decoded), batch.member

    def _has(self, request: FixRequest, says: Statement) -> bool:
        """Return whether a statement contains what a request changes. For values kept as JSON text, return whether it may."""
        if isinstance(says, Listing) and request.kind != "value":
            roles = {role for role, names in self._roles.items() if not set(names).isdisjoint(request.names)}
            if request.kind == "relation":
                return any(source.role in roles and source.relation == request.old for source in says.sources)
            remaining: list[str] = [source.role for source in says.sources if source.id == request.old]
            return any(remaining.count(role) > (request.kind == "double") for role in roles)
        return not isinstance(says, PageStatement | ProductPage) and _contains(says.category, says.description, request.old)

    def _hindrance(self, request: FixRequest) -> str:
        """Return why a change cannot be made everywhere; an empty text if it can."""
        holders = self._holders[request.number]
        for holder in holders:
            file = self._source.files[holder.file]
            reason = _not_editable(file, holder.member)
            if reason:
                where = "standard input" if file.path == STDIN else f"{file.shown}!/{holder.member}" if holder.member else file.shown
                return f"it is also in {where}, {reason}" if len(holders) > 1 else f"it is in {where}, {reason}"
        return self._unread(request)

    def _unread(self, request: FixRequest) -> str:
        """Return a text about an unreadable file that contains the id and may need the change too; an empty text if there is none."""
        for path, data in self._unreadable:
            if data is None or request.id.encode() in data:
                return f"{path} may contain it too, and cannot be read"
        return ""

    def outside(self, requests: Iterable[FixRequest]) -> tuple[str, ...]:
        """Return the records outside the input that own the listings that change or their sources."""
        found: set[str] = set()
        for request in requests:
            if request.of != "listing":
                continue
            for holder in self._holders[request.number]:
                if isinstance(holder.says, Listing):
                    ids = {self._mapping.aliases.get(source.id, source.id) for source in holder.says.sources}
                    found |= {owner_of(id) or id for id in (*ids, request.id) if id not in self._resources}
        return tuple(sorted(found - self._resources))


def _unread_bytes(problem: Problem) -> bytes | None:
    """Return the bytes of a file or line that cannot be read as a record; None if the file cannot be opened."""
    try:
        data = Path(problem.path).read_bytes()
    except OSError:
        return None
    lines = data.split(b"\n") if problem.path.lower().endswith(PLAIN_LINES) else []
    return lines[problem.line - 1] if 0 < problem.line <= len(lines) else data


def _contains(category: str | None, description: Description, value: str) -> bool:
    """Return whether a category or description contains a value, as itself or within the value made from it."""
    for name in Description.__struct_fields__:
        content = getattr(description, name)
        if content == value or (isinstance(content, tuple) and any(value in item for item in content)):
            return True
    return category == value or any(json_text(value)[1:-1] in text for text in description.extra.values())


def _not_editable(file: File, member: str) -> str:
    """Return why a file cannot be changed in place; an empty text if it can."""
    if file.path == STDIN:
        return "which kgbuild cannot change"
    if member or (file.ending not in READERS and file.ending not in PLAIN_LINES):
        return "which kgbuild cannot change; unpack it first"
    real = os.path.realpath(file.path)
    if not os.access(real, os.W_OK) or not os.access(os.path.dirname(real), os.W_OK | os.X_OK):
        return "which cannot be written"
    return ""
