"""Export a provenance knowledge graph from records: the pipeline from files to files, and the Python API."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, get_args

import msgspec

from kgbuild import writers
from kgbuild.errors import Problem, UsageError, as_text
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.finding import SEVERITIES, Finding
from kgbuild.model.graph import Difference, Edge, Node
from kgbuild.options import ExportTarget, Profile, ReadOptions, cores, run_key_of
from kgbuild.pipeline import arguments
from kgbuild.pipeline import manifest as manifests
from kgbuild.pipeline.engine import assemble
from kgbuild.pipeline.engine.job import Job
from kgbuild.pipeline.publish import staged
from kgbuild.pipeline.read import Progress, ReadResult, job_of, open_run, quiet
from kgbuild.pipeline.target import check_target
from kgbuild.version import __version__

if TYPE_CHECKING:
    import networkx
    import rdflib

    from kgbuild.checks.rule import Rule
    from kgbuild.checks.view import AuditLimits, View


_encode_lines = msgspec.json.Encoder().encode_lines


class ExportOutcome(NamedTuple):
    """The result of an export. ``unchanged`` means that the files of an earlier run are up to date and were not written again."""

    mapping: RegistryMapping
    manifest: manifests.Manifest
    problems: Sequence[Problem]
    unchanged: bool


class Graph:
    """The graph of a run. Nodes and edges are made on first use; ``write`` makes them one range of ids at a time and keeps none."""

    def __init__(self, options: ReadOptions, mapping: RegistryMapping, source: ReadResult) -> None:
        self.mapping, self._options, self._source = mapping, options, source
        self._plan = job_of(options, mapping, source)

    @cached_property
    def _whole(self) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
        nodes, edges = [], []
        for block in assemble.blocks(self._plan):
            nodes += block.nodes
            edges += block.edges
        return tuple(nodes), tuple(edges)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes, in the order in which they are written."""
        return self._whole[0]

    @property
    def edges(self) -> tuple[Edge, ...]:
        """All edges, in the order in which they are written."""
        return self._whole[1]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems of records that were skipped (``keep_going``)."""
        return tuple(problem for _, problem in self._source.problems)

    def to_networkx(self) -> networkx.MultiDiGraph[str]:
        """Return a networkx MultiDiGraph whose edges are keyed by edge id."""
        from kgbuild.pipeline.adapters import to_networkx

        return to_networkx(self.nodes, self.edges)

    def to_rdflib(self, *, qualified: bool = False) -> rdflib.Graph:
        """Return an rdflib Graph with the triples of the Turtle file."""
        from kgbuild.pipeline.adapters import to_rdflib

        (ntriples,) = writers.whole(writers.writer("ntriples", self.mapping, qualified=qualified), self.nodes, self.edges)
        return to_rdflib(ntriples)

    def write(
        self, output: str | os.PathLike[str], *, formats: str | Sequence[str] = "kgx", name: str = "graph", qualified: bool = False,
        progress: Progress = quiet,
    ) -> manifests.Manifest:  # fmt: skip
        """Write files in some formats into the folder ``output``, all at once or none, and return their manifest.

        Raises UsageError for an unknown format, MissingExtra for one that requires an extra, OutputError if the folder cannot be written.
        """
        given = [formats] if isinstance(formats, str) else arguments.texts("formats", "a format or a list of formats", formats)
        chosen, name = writers.choose(given), arguments.instance("name", name, str)
        output, qualified = arguments.path("output", output), arguments.flag("qualified", qualified)
        return self.write_target(ExportTarget(formats=chosen, output=Path(output), name=name, qualified=qualified), progress)

    def write_target(self, target: ExportTarget, progress: Progress) -> manifests.Manifest:
        """Write the files of a target whose formats are valid, and return their manifest."""
        check = self._options.check
        plan = self._plan._replace(formats=target.formats, qualified=target.qualified, audited=check == "graph")
        check_target(target, self._options.inputs)
        tally = _Tally()
        with staged(target.output) as stage:
            gatherer = assemble.Gatherer(plan)
            files = {
                ending: stage.file(writers.file_name(target.name, ending))
                for name in plan.formats
                for ending in writers.WRITERS[name].files
            }
            for ending, head in gatherer.heads().items():
                files[ending].write(head)
            for chunk in assemble.chunks(plan, self._options.jobs, partial(progress, "writing")):
                for ending, rendered in gatherer.gather(chunk).items():
                    files[ending].write(rendered.data, rendered.rows)
                    files[ending].write_later(rendered.later)
                tally.add(chunk)
            for ending, rendered in gatherer.settle({ending: file.waiting for ending, file in files.items()}):
                files[ending].write(rendered.data, rendered.rows)
            for ending, tail in gatherer.tails().items():
                files[ending].write(tail.data, tail.rows)
            if check != "none":
                tally.findings = self._audit(plan, tally)
                stage.file(f"{target.name}_findings.jsonl").write(_encode_lines(tally.findings), len(tally.findings))
            written = [
                manifests.WrittenFile(file=as_text(file.name), bytes=file.bytes, rows=file.rows, sha256=file.sha256)
                for file in stage.files.values()
            ]
            manifest = self._manifest(target, tally, sorted(written, key=lambda item: item.file))
            stage.file(f"{target.name}_manifest.json").write(manifests.encode(manifest))
            stage.commit()
        return manifest

    def check(self, limits: AuditLimits | None = None) -> list[Finding]:
        """Return the findings of the rules that are on by default, with the positions of the entries.

        They are in the order of a report, errors first. Paths are as the inputs were given. Raises the errors of ``nodes``, and
        UsageError if ``limits`` is not an AuditLimits.
        """
        from kgbuild import checks
        from kgbuild.checks.view import AuditLimits
        from kgbuild.pipeline import audit

        limits = AuditLimits() if limits is None else arguments.instance("limits", limits, AuditLimits)
        view = audit.view_of(self._source, self._plan, limits)
        return self._found(view, checks.choose())

    def _audit(self, plan: Job, tally: _Tally) -> list[Finding]:
        """Return the findings of the requested rules for the graph that is written. Paths are relative to the input."""
        from kgbuild import checks
        from kgbuild.checks.view import AuditLimits
        from kgbuild.pipeline import audit

        limits = AuditLimits(partial=not self._options.complete)
        if self._options.check == "all":
            view, chosen = audit.view_of(self._source, plan, limits, relative=True), checks.choose()
        else:
            view, chosen = audit.graph_view(self._source, self.mapping, tally.audit_rows, limits), checks.choose(families=checks.GRAPH)
        return self._found(view, chosen)

    def _found(self, view: View, chosen: Iterable[Rule]) -> list[Finding]:
        """Return the findings of some rules with their places, in the order of a report."""
        from kgbuild.pipeline import audit, ranking

        raised = audit.raise_all(chosen, view)
        rank = ranking.rank_of(view, (item.finding.subject for item in raised))
        return sorted(audit.placed(raised, self._source, self.mapping, self._options.jobs, related=True), key=rank)

    def _manifest(self, target: ExportTarget, tally: _Tally, written: list[manifests.WrittenFile]) -> manifests.Manifest:
        source, options = self._source, self._options
        documents: Counter[str] = Counter()
        notes: Counter[tuple[str, str]] = Counter()
        skipped = [manifests.Skipped(file=file, reason=manifests.STALE) for file in tally.stale]
        skipped += [manifests.Skipped(file=file, reason=reason) for file, reason in source.skipped]
        for batch in source.batches:
            documents.update(batch.kinds)
            notes.update({(what, value): count for what, value, count in batch.notes})
        unusual, left_out = manifests.of_notes(notes)
        return manifests.Manifest(
            kgbuild=__version__,
            mappings=self.mapping.sha256,
            date=_date(),
            options=manifests.manifest_options(options, target),
            read=manifests.Read(
                sha256=source.sha256,
                files=sum(len(unit.sha256) for unit in source.units),
                documents=dict(sorted(documents.items())),
                passed_over=dict(sorted(source.passed_over.items())),
                skipped=sorted(skipped, key=lambda item: (item.file, item.reason)),
                left_out=[manifests.LeftOut(file=file, problem=as_text(str(p._replace(path=file)))) for file, p in sorted(source.problems)],
                unusual=unusual,
            ),
            graph=manifests.Counts(
                nodes=dict(sorted(tally.nodes.items())), edges=dict(sorted(tally.edges.items())), categories=dict(sorted(tally.categories.items()))
            ),
            differing=sorted(tally.differences, key=lambda item: item.subject),
            findings=_counts(tally.findings) if options.check != "none" else msgspec.UNSET,
            written=written,
            losses=left_out + [
                manifests.Lost(file=as_text(writers.file_name(target.name, loss.file)), column=loss.column, what=loss.what, count=n)
                for loss, n in sorted(tally.losses.items())
            ],
        )  # fmt: skip


class _Tally:
    """The totals of all chunks."""

    def __init__(self) -> None:
        self.nodes: Counter[str] = Counter()
        self.edges: Counter[str] = Counter()
        self.categories: Counter[str] = Counter()
        self.losses: Counter[writers.Loss] = Counter()
        self.stale: list[str] = []
        self.differences: list[Difference] = []
        self.audit_rows: list[bytes] = []
        self.findings: list[Finding] = []

    def add(self, chunk: assemble.Chunk) -> None:
        self.nodes.update(chunk.nodes)
        self.edges.update(chunk.edges)
        self.categories.update(chunk.categories)
        self.stale += chunk.stale
        self.differences += chunk.differences
        if chunk.audit_rows:
            self.audit_rows.append(chunk.audit_rows)
        for rendered in chunk.files.values():
            self.losses.update(rendered.losses)


def _counts(findings: Sequence[Finding]) -> dict[str, dict[str, int]]:
    """Count findings by severity, the most severe first, and by code."""
    counts: dict[str, Counter[str]] = {}
    for severity in SEVERITIES:
        counts[severity] = Counter(finding.code for finding in findings if finding.severity == severity)
    return {severity: dict(sorted(count.items())) for severity, count in counts.items() if count}


def build(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], *, exclude: Sequence[str] = (), profile: Profile = "registry",
    mappings: str | os.PathLike[str] | None = None, follow_links: bool = False, aliases: bool = True, rollup: bool = False,
    keep_going: bool = False, jobs: int = 1,
) -> Graph:  # fmt: skip
    """Return the graph of the records at some paths (folders, files, archives).

    ``jobs`` is the number of processes; 0 uses one per core. Raises InputError with every record that cannot be read (unless ``keep_going``),
    UsageError for a missing path and for an invalid argument, MappingError for an invalid mapping.
    """
    options = ReadOptions(
        inputs=arguments.paths("paths", paths), exclude=arguments.texts("exclude", "a list of globs", exclude),
        profile=arguments.one_of("profile", profile, get_args(Profile)),
        mappings=None if mappings is None else arguments.path("mappings", mappings),
        follow_links=arguments.flag("follow_links", follow_links), aliases=arguments.flag("aliases", aliases),
        rollup=arguments.flag("rollup", rollup), keep_going=arguments.flag("keep_going", keep_going),
        jobs=arguments.number("jobs", jobs, least=0) or cores(), copies=True, lenient=True,
    )  # fmt: skip
    run = open_run(options)
    return Graph(options, run.mapping, run.read())


def export(options: ReadOptions, target: ExportTarget, progress: Progress = quiet) -> ExportOutcome:
    """Read, merge and write, or reuse an earlier export with the same key. Raises the errors of ``build`` and ``Graph.write``."""
    check_target(target, options.inputs)
    run = open_run(options, output=target.output)
    key = _run_key(options, target)
    if run.earlier(key):
        manifest = manifests.decode((target.output / f"{target.name}_manifest.json").read_bytes())
        return ExportOutcome(run.mapping, manifest, (), unchanged=True)
    source = run.read(progress)
    manifest = Graph(options, run.mapping, source).write_target(target, progress)
    run.keep(source, key, [str(target.output / name) for name in _names(target, options.check != "none")])
    return ExportOutcome(run.mapping, manifest, [problem for _, problem in source.problems], unchanged=False)


def _names(target: ExportTarget, audited: bool) -> list[str]:
    """Return the names of the files of an export, as the system has them. Those in the manifest are text."""
    endings = [ending for format in target.formats for ending in writers.WRITERS[format].files]
    return [writers.file_name(target.name, ending) for ending in (*endings, *(("_findings.jsonl",) if audited else ()), "_manifest.json")]


def _run_key(options: ReadOptions, target: ExportTarget) -> str:
    """Return a hash of what an export depends on besides its inputs and mappings."""
    values = (__version__, run_key_of(options, target), os.environ.get("SOURCE_DATE_EPOCH"))
    return hashlib.sha256(ascii(values).encode()).hexdigest()[:32]


def _date() -> str | msgspec.UnsetType:
    """Return the date that SOURCE_DATE_EPOCH sets (https://reproducible-builds.org/specs/source-date-epoch/), if it is set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return msgspec.UNSET
    try:
        return datetime.fromtimestamp(int(epoch), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"SOURCE_DATE_EPOCH: expected seconds since 1970, got {epoch!r}; set it to a whole number, or unset it") from None
