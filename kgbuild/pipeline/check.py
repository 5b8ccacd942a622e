"""The pipeline of `kgbuild check`, from inputs to a report of findings."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence

import msgspec
from msgspec import Struct

from kgbuild import checks
from kgbuild.checks import reports
from kgbuild.checks.view import AuditLimits, View
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.finding import Finding
from kgbuild.options import ReadOptions
from kgbuild.pipeline import audit, fix
from kgbuild.pipeline.audit import Raised
from kgbuild.pipeline.display import DisplayFilter
from kgbuild.pipeline.manifest import STALE
from kgbuild.pipeline.parts import Parts
from kgbuild.pipeline.ranking import Rank, candidates, rank_of
from kgbuild.pipeline.read import Progress, ReadResult, job_of, open_run, quiet
from kgbuild.pipeline.repository_paths import RepositoryPaths


class Choices(Struct, frozen=True, kw_only=True):
    """The rules to run and the findings to show. ``form`` is a key of REPORTS.

    A finding is reported if all functions in ``keeps`` accept it. Of these, the report shows what ``display`` shows, and counts the others.
    """

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    limits: AuditLimits = AuditLimits()
    form: str = "text"
    statistics: bool = False
    color: bool = False
    keeps: Sequence[Callable[[Finding], bool]] = ()
    display: DisplayFilter = DisplayFilter()


class Checked(Struct, frozen=True, kw_only=True):
    """The result of a check: what was read, the codes of the rules that ran, and all findings in their order.

    ``rank`` is the sort key of the findings, ``skipped`` the path and the reason of each skipped file.
    """

    options: ReadOptions
    choices: Choices
    source: ReadResult
    vocabulary: RegistryMapping
    ran: frozenset[str]
    raised: Sequence[Raised]
    rank: Rank
    skipped: Sequence[tuple[str, str]]

    @property
    def unread(self) -> int:
        """How many files, or lines of files, could not be read as records."""
        return len({(path, problem.line) for path, problem in self.source.problems if not problem.doubled})

    @property
    def paths(self) -> list[str]:
        """The files that were read, as the user named their inputs, and those that could not be read."""
        return [*(file.shown for file in self.source.files), *(problem.path for _, problem in self.source.problems)]

    @property
    def kept(self) -> list[Raised]:
        """The findings to report, known ones included."""
        return [item for item in self.raised if all(keep(item.finding) for keep in self.choices.keeps)]

    def known_in(self, known: Collection[str]) -> int:
        """Return how many of the findings to report are ``known``."""
        return sum(item.finding.fingerprint in known for item in self.kept)

    def plan(self, known: Collection[str] = ()) -> fix.FixPlan:
        """Plan the fixes of the reported findings that are not ``known``. It reads the files again and does not write them."""
        return fix.plan([item for item in self.kept if item.finding.fingerprint not in known], self.source, self.vocabulary)

    def report(self, known: Collection[str] = (), fixed: int = 0, parts: Parts | None = None) -> reports.Report:
        """Return the report of the findings, with line numbers for those that will be shown.

        Findings whose fingerprints are ``known`` are only counted; ``fixed`` is the number of findings that were fixed before. ``parts`` are the
        files to report, if not all are.
        """
        choices, kept = self.choices, self.kept
        reported = [item for item in kept if item.finding.fingerprint not in known]
        displayed = [item for item in reported if choices.display.shows(item.finding)]
        return reports.Report(
            inputs=self.options.inputs,
            files=self._files,
            part=None if parts is None else parts.count(self.paths),
            findings=self._shown(displayed, parts),
            hidden=[item.finding for item in reported if not choices.display.shows(item.finding)],
            filters=choices.display.options,
            known=len(kept) - len(reported),
            fixed=fixed,
            remedies={} if choices.form in reports.AS_DATA else fix.remedies(reported, self.source, self.vocabulary),
            causes={item.finding.fingerprint: item.cause for item in displayed if item.cause},
            statistics=choices.statistics,
            color=choices.color,
            ran=self.ran,
        )

    @property
    def _files(self) -> int:
        unread = {path for path, problem in self.source.problems if not problem.doubled}
        return sum(len(unit.sha256) for unit in self.source.units) + len(unread)

    def _shown(self, displayed: Sequence[Raised], parts: Parts | None) -> list[Finding]:
        """Return the findings in their order, with the paths of the report: those of the repository, or those of the parts as they were given."""
        placed = self._placed(displayed)
        if self.choices.form in reports.OF_REPOSITORIES:
            return list(map(RepositoryPaths(os.getcwd(), os.environ.get("GITHUB_WORKSPACE")).relocated, placed))
        return placed if parts is None else list(map(parts.renamed, placed))

    def _placed(self, displayed: Sequence[Raised]) -> list[Finding]:
        """Return the findings in their order. Those that will be shown have line and column."""
        choices, rank = self.choices, self.rank
        for_people = choices.form in reports.FOR_PEOPLE
        counted = for_people and choices.statistics
        shown = [] if counted else candidates(displayed, rank, reports.SHOWN, by_cause=choices.form == "text") if for_people else displayed
        placed = audit.placed(shown, self.source, self.vocabulary, self.options.jobs, related=not for_people)
        by_place = {id(item): finding for item, finding in zip(shown, placed, strict=True)}
        return sorted((by_place.get(id(item), item.finding) for item in displayed), key=rank)


def check(options: ReadOptions, choices: Choices, progress: Progress = quiet) -> Checked:
    """Read, merge and check.

    Raises UsageError for an unknown rule, a missing input or an unknown subject to show, MappingError for an invalid mapping.
    """
    chosen = checks.choose(choices.select, choices.ignore, extend=choices.extend_select)
    run = open_run(options)
    source = run.read(progress)
    run.keep(source)
    view = audit.view_of(source, job_of(options, run.mapping, source), choices.limits)
    raised = audit.raise_all(chosen, view)
    display = choices.display.resolved(view, (item.finding for item in raised))
    rank = rank_of(view, (item.finding.subject for item in raised))
    return Checked(
        options=options,
        choices=msgspec.structs.replace(choices, display=display),
        source=source,
        vocabulary=run.mapping,
        ran=frozenset(rule.code for rule in chosen),
        raised=sorted(raised, key=lambda item: rank(item.finding)),
        rank=rank,
        skipped=_skipped(source, view),
    )


def _skipped(source: ReadResult, view: View) -> list[tuple[str, str]]:
    """Return the path of each skipped file and the reason, as the manifest of an export lists them."""
    found = [(path, reason) for path, batch in zip(source.shown, source.batches, strict=True) for _, reason in batch.skipped]
    found += source.beside
    for product, pages in view.pages.items():
        if not (view.listings.get(product) or view.records.get(product) or view.organizations.get(product)):
            found += [(source.shown[page.file], STALE) for page in pages]
    return sorted(found)
