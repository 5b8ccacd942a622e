"""The pipeline of `kgbuild check`, from inputs to a report of findings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import groupby

from msgspec import Struct

from kgbuild import checks
from kgbuild.checks import reports
from kgbuild.checks.view import AuditLimits
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.finding import SEVERITIES, Finding
from kgbuild.options import ReadOptions
from kgbuild.pipeline import audit, fix
from kgbuild.pipeline.audit import Raised
from kgbuild.pipeline.read import Progress, ReadResult, job_of, open_run, quiet


class Choices(Struct, frozen=True, kw_only=True):
    """The rules to run and the findings to show. ``form`` is a key of REPORTS; a finding is reported if all functions in ``keeps`` accept it."""

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    limits: AuditLimits = AuditLimits()
    form: str = "text"
    statistics: bool = False
    color: bool = False
    keeps: Sequence[Callable[[Finding], bool]] = ()


class Checked(Struct, frozen=True, kw_only=True):
    """The result of a check: what was read, the codes of the rules that ran, and all findings."""

    options: ReadOptions
    choices: Choices
    source: ReadResult
    vocabulary: RegistryMapping
    ran: frozenset[str]
    raised: Sequence[Raised]

    @property
    def unread(self) -> int:
        """How many files, or lines of files, could not be read as records."""
        return len({(path, problem.line) for path, problem in self.source.problems if not problem.doubled})

    def _kept(self) -> list[Raised]:
        return [item for item in self.raised if all(keep(item.finding) for keep in self.choices.keeps)]

    def plan(self, known: Collection[str] = ()) -> fix.FixPlan:
        """Plan the fixes of the reported findings that are not ``known``. It reads the files again and does not write them."""
        return fix.plan([item for item in self._kept() if item.finding.fingerprint not in known], self.source, self.vocabulary)

    def report(self, known: Collection[str] = (), fixed: int = 0) -> reports.Report:
        """Return the report of the findings, with line numbers for those that will be shown.

        Findings whose fingerprints are ``known`` are only counted; ``fixed`` is the number of findings that were fixed before.
        """
        choices, kept = self.choices, self._kept()
        reported = [item for item in kept if item.finding.fingerprint not in known]
        for_people = choices.form in reports.FOR_PEOPLE
        shown = _first_of_each(reported) if for_people and not choices.statistics else [] if choices.statistics and for_people else reported
        placed = audit.placed(shown, self.source, self.vocabulary, self.options.jobs, related=not for_people)
        by_place = {id(item): finding for item, finding in zip(shown, placed, strict=True)}
        return reports.Report(
            inputs=self.options.inputs,
            files=sum(len(unit.sha256) for unit in self.source.units)
            + len({path for path, problem in self.source.problems if not problem.doubled}),
            findings=[by_place.get(id(item), item.finding) for item in reported],
            known=len(kept) - len(reported),
            fixed=fixed,
            statistics=choices.statistics,
            color=choices.color,
            ran=self.ran,
        )


def _first_of_each(raised: Sequence[Raised]) -> list[Raised]:
    """Return the findings that a report for people shows: the most severe ones of each rule."""
    return [
        item for _, group in groupby(raised, lambda item: item.finding.code) for item in sorted(group, key=_severity_rank)[: reports.SHOWN]
    ]


def _severity_rank(item: Raised) -> int:
    return SEVERITIES.index(item.finding.severity)


def check(options: ReadOptions, choices: Choices, progress: Progress = quiet) -> Checked:
    """Read, merge and check. Raises UsageError for an unknown rule or a missing input, MappingError for an invalid mapping."""
    chosen = checks.choose(choices.select, choices.ignore, extend=choices.extend_select)
    run = open_run(options)
    source = run.read(progress)
    run.keep(source)
    view = audit.view_of(source, job_of(options, run.mapping, source), choices.limits)
    ran, raised = frozenset(rule.code for rule in chosen), audit.raise_all(chosen, view)
    return Checked(options=options, choices=choices, source=source, vocabulary=run.mapping, ran=ran, raised=raised)
