"""Inputs in, a provenance knowledge graph out: the line from files to files (DESIGN), and the Python API."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec import Struct

from kgbuild import __version__, cache, mapping, writers
from kgbuild import manifest as manifests
from kgbuild.engines import assembling, reading
from kgbuild.engines.parts import Part, facts_of
from kgbuild.errors import InputError, OutputError, Problem, UsageError
from kgbuild.mapping import Mapping, Profile
from kgbuild.model import Difference, Edge, Node
from kgbuild.output import staged
from kgbuild.readers.inputs import STDIN, File, Inputs, Rules

if TYPE_CHECKING:
    import networkx
    import rdflib

#: Told what a long run does: the stage, what is done of it, and all that there is to do (bytes, or ranges of ids).
Progress = Callable[[str, int, int], None]


class Options(Struct, frozen=True, kw_only=True):
    """What to read and how; the defaults are those of the command line."""

    inputs: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    profile: Profile = "registry"
    mappings: str | None = None
    aliases: bool = True
    rollup: bool = False
    keep_going: bool = False
    jobs: int = 1
    cache: bool = False


class Target(Struct, frozen=True, kw_only=True):
    """What to write, and where. ``formats`` are names of WRITERS."""

    formats: tuple[str, ...]
    output: Path
    name: str = "graph"
    qualified: bool = False


class Source(NamedTuple):
    """What was read: the parts of each file, in the order of the files, and what was not made into parts."""

    files: Sequence[File]
    units: Sequence[cache.Unit]
    problems: Sequence[tuple[str, Problem]]
    passed_over: Counter[str]

    @property
    def parts(self) -> list[Part]:
        """All parts, in the order of the files."""
        return [part for unit in self.units for part in unit.parts]

    @property
    def sha256(self) -> str:
        """Over the sorted hashes of the files: the same for a folder and its archive (SPEC §5)."""
        digests = sorted(digest for unit in self.units for digest in unit.sha256)
        return hashlib.sha256(b"".join(digests)).hexdigest()


class Outcome(NamedTuple):
    """What an export came to. ``unchanged`` says that the files of an earlier run are still right, and were not written again."""

    manifest: manifests.Manifest
    problems: Sequence[Problem]
    unchanged: bool


def quiet(stage: str, done: int, total: int) -> None:
    """No progress."""


class Graph:
    """The graph of a run. Nodes and edges are made when they are asked for; writing makes them a range at a time and keeps none."""

    def __init__(self, options: Options, mapping: Mapping, source: Source) -> None:
        self.mapping, self._options, self._source = mapping, options, source
        parts = source.parts
        self._plan = assembling.Plan(
            parts=parts, mapping=mapping, facts=facts_of(parts, mapping.aliases if options.aliases else {}), rollup=options.rollup
        )

    @cached_property
    def _whole(self) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
        nodes, edges = [], []
        for block in assembling.blocks(self._plan):
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
        """Why records were left out (``keep_going``)."""
        return tuple(problem for _, problem in self._source.problems)

    def to_networkx(self) -> networkx.MultiDiGraph[str]:
        """A networkx MultiDiGraph whose edges are keyed by edge id."""
        from kgbuild.graph import to_networkx

        return to_networkx(self.nodes, self.edges)

    def to_rdflib(self, *, qualified: bool = False) -> rdflib.Graph:
        """An rdflib Graph of the triples that the Turtle holds."""
        from kgbuild.graph import to_rdflib

        (rendered,) = writers.writer("ntriples", self.mapping, qualified=qualified).render(self.nodes, self.edges)
        return to_rdflib(rendered.data)

    def write(
        self, output: str | os.PathLike[str], *, formats: str | Sequence[str] = "kgx", name: str = "graph", qualified: bool = False,
        progress: Progress = quiet,
    ) -> manifests.Manifest:  # fmt: skip
        """Write files in some formats into the folder ``output``, all at once or none, and return their manifest.

        Raises UsageError for an unknown format, OutputError where the folder cannot be written.
        """
        chosen = writers.choose([formats] if isinstance(formats, str) else formats)
        return self.write_target(Target(formats=chosen, output=Path(output), name=name, qualified=qualified), progress)

    def write_target(self, target: Target, progress: Progress) -> manifests.Manifest:
        """The same for a target whose formats are known to be ones."""
        plan = self._plan._replace(formats=target.formats, qualified=target.qualified)
        _check_target(target, self._options.inputs)
        tally = _Tally()
        with staged(target.output) as stage:
            for ending, head in assembling.heads(plan).items():
                stage.file(target.name + ending).write(head)
            for chunk in assembling.chunks(plan, self._options.jobs, partial(progress, "writing")):
                for ending, rendered in chunk.files.items():
                    stage.files[target.name + ending].write(rendered.data, rendered.rows)
                tally.add(chunk)
            written = [
                manifests.Written(file=file.name, bytes=file.bytes, rows=file.rows, sha256=file.sha256) for file in stage.files.values()
            ]
            manifest = self._manifest(target, tally, sorted(written, key=lambda item: item.file))
            stage.file(f"{target.name}_manifest.json").write(manifests.encode(manifest))
            stage.commit()
        return manifest

    def _manifest(self, target: Target, tally: _Tally, written: list[manifests.Written]) -> manifests.Manifest:
        source, options = self._source, self._options
        documents: Counter[str] = Counter()
        notes: Counter[tuple[str, str]] = Counter()
        skipped = [manifests.Skipped(file=file, reason="stale product page") for file in tally.stale]
        for part in source.parts:
            documents.update(part.kinds)
            skipped += [manifests.Skipped(file=file, reason=reason) for file, reason in part.skipped]
            notes.update({(what, value): count for what, value, count in part.notes})
        return manifests.Manifest(
            kgbuild=__version__,
            mappings=self.mapping.sha256,
            date=_date(),
            options=manifests.Options(
                formats=target.formats, profile=options.profile, aliases=options.aliases, rollup=options.rollup,
                qualified=target.qualified, exclude=options.exclude,
            ),
            read=manifests.Read(
                sha256=source.sha256,
                files=sum(len(unit.sha256) for unit in source.units),
                documents=dict(sorted(documents.items())),
                passed_over=dict(sorted(source.passed_over.items())),
                skipped=sorted(skipped, key=lambda item: (item.file, item.reason)),
                left_out=[manifests.LeftOut(file=file, problem=str(p._replace(path=file))) for file, p in sorted(source.problems)],
                unusual=[manifests.Noted(what=what, value=value, count=n) for (what, value), n in sorted(notes.items())],
            ),
            graph=manifests.Counts(
                nodes=dict(sorted(tally.nodes.items())), edges=dict(sorted(tally.edges.items())), categories=dict(sorted(tally.categories.items()))
            ),
            differing=sorted(tally.differences, key=lambda item: item.subject),
            written=written,
            losses=[
                manifests.Lost(file=target.name + loss.file, column=loss.column, what=loss.what, count=n) for loss, n in sorted(tally.losses.items())
            ],
        )  # fmt: skip


class _Tally:
    """What all chunks come to."""

    def __init__(self) -> None:
        self.nodes: Counter[str] = Counter()
        self.edges: Counter[str] = Counter()
        self.categories: Counter[str] = Counter()
        self.losses: Counter[writers.Loss] = Counter()
        self.stale: list[str] = []
        self.differences: list[Difference] = []

    def add(self, chunk: assembling.Chunk) -> None:
        self.nodes.update(chunk.nodes)
        self.edges.update(chunk.edges)
        self.categories.update(chunk.categories)
        self.stale += chunk.stale
        self.differences += chunk.differences
        for rendered in chunk.files.values():
            self.losses.update(rendered.losses)


def build(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], *, exclude: Sequence[str] = (), profile: Profile = "registry",
    mappings: str | os.PathLike[str] | None = None, aliases: bool = True, rollup: bool = False, keep_going: bool = False, jobs: int = 1,
) -> Graph:  # fmt: skip
    """The graph of the records at some paths (folders, files, archives).

    ``jobs`` is the number of processes, 0 for one a core. Raises InputError with every record that cannot be read (unless ``keep_going``),
    UsageError for a path that is not there, MappingError for a mapping that is wrong.
    """
    given = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    options = Options(
        inputs=tuple(os.fspath(path) for path in given), exclude=tuple(exclude), profile=profile, mappings=os.fspath(mappings) if mappings else None,
        aliases=aliases, rollup=rollup, keep_going=keep_going, jobs=jobs or reading.cores(),
    )  # fmt: skip
    vocabulary = mapping.load(Path(options.mappings) if options.mappings else None, options.profile)
    inputs = Inputs(options.inputs, Rules(options.exclude))
    source = _read(list(inputs), inputs.passed_over, vocabulary, options, cache.Cache("", enabled=False), quiet)
    return Graph(options, vocabulary, source)


def export(options: Options, target: Target, progress: Progress = quiet) -> Outcome:
    """Read, merge and write; or find that an earlier export of the same is still there. Raises what ``build`` and ``Graph.write`` raise."""
    vocabulary = mapping.load(Path(options.mappings) if options.mappings else None, options.profile)
    _check_target(target, options.inputs)
    inputs = Inputs(options.inputs, Rules(options.exclude), target.output)
    now = cache.now_ns()
    files = list(inputs)
    kept = cache.Cache(cache.key_of(options.inputs, vocabulary.sha256), enabled=options.cache and STDIN not in options.inputs)
    key = _run_key(options, target)
    run = kept.run(key) if kept.unchanged(files, now) else None
    if run and run.passed_over == inputs.passed_over:
        manifest = manifests.decode((target.output / f"{target.name}_manifest.json").read_bytes())
        return Outcome(manifest, (), unchanged=True)
    source = _read(files, inputs.passed_over, vocabulary, options, kept, progress)
    manifest = Graph(options, vocabulary, source).write_target(target, progress)
    problems = [problem for _, problem in source.problems]
    paths = [str(target.output / name) for name in (*(item.file for item in manifest.written), f"{target.name}_manifest.json")]
    stamps = {path: stamp for path in paths if (stamp := cache.stamp_of(path))} if not problems else {}
    if not problems:
        kept.save(list(zip(source.files, source.units, strict=True)), key, cache.Run(stamps, dict(inputs.passed_over)), now)
    return Outcome(manifest, problems, unchanged=False)


def _read(
    files: list[File], passed_over: Counter[str], vocabulary: Mapping, options: Options, kept: cache.Cache, progress: Progress
) -> Source:
    """The parts of all files, from the cache or from the files. Raises InputError for what cannot be read, UsageError where there is no record."""
    units: list[cache.Unit | None] = [kept.get(file) for file in files]
    missing = [n for n, unit in enumerate(units) if unit is None]
    total, done = sum(files[n].size for n in missing), 0

    def tick(size: int) -> None:
        nonlocal done
        done += size
        progress("reading", done, total)

    parts: dict[int, list[Part]] = {n: [] for n in missing}
    digests: dict[int, list[bytes]] = {n: [] for n in missing}
    problems: list[tuple[str, Problem]] = []
    for result in reading.read([files[n] for n in missing], vocabulary, Rules(options.exclude), options.jobs, tick):
        unit = missing[result.unit]
        if result.part is not None:
            parts[unit].append(result.part)
        if result.sha256 is not None:
            digests[unit].append(result.sha256)
        problems += result.problems
    for n in missing:
        units[n] = cache.Unit(tuple(parts[n]), tuple(digests[n]))
    source = Source(files, [unit for unit in units if unit is not None], problems, passed_over)
    if problems and not options.keep_going:
        raise InputError(problem for _, problem in problems)
    if not any(part.keys or part.pages for part in source.parts):
        raise UsageError(_nothing_read(options, source))
    return source


def _nothing_read(options: Options, source: Source) -> str:
    what = ", ".join(options.inputs)
    if source.problems:
        return f"{what}: expected at least one record that can be read, got none; mend the first of these: {source.problems[0][1]}"
    got = f"{len(source.files)} files without one" if source.files else "no file that could hold one"
    return f"{what}: expected at least one record, got {got}; give a folder of pages with YAML front matter, or a YAML, JSON or JSON Lines file"


_NAME = re.compile(r"[^/\\\x00-\x1f.][^/\\\x00-\x1f]*")


def _check_target(target: Target, inputs: Sequence[str]) -> None:
    """Raise where the target's name is none, or the target is an input or lies inside one (SPEC §5)."""
    if not _NAME.fullmatch(target.name):
        raise UsageError(f"--name: expected a plain file name, got {target.name!r}; leave out slashes and a dot at the front")
    output = os.path.realpath(target.output)
    if os.path.exists(output) and not os.path.isdir(output):
        raise OutputError(f"{target.output}: expected a folder to write to, got a file; choose another --output")
    endings = [ending for name in target.formats for ending in writers.WRITERS[name].files]
    written = {os.path.join(output, target.name + ending) for ending in (*endings, "_manifest.json")}
    for given in inputs:
        real = os.path.realpath(given)
        if real in written:
            raise UsageError(
                f"--output: expected to write no input, got {given}, which the export would replace; choose another --output or --name"
            )
        if given != STDIN and os.path.isdir(real) and os.path.commonpath((real, output)) == real:
            raise UsageError(f"--output: expected a folder outside the inputs, got {target.output}, which is in {given}; choose another")


def _run_key(options: Options, target: Target) -> str:
    """What an export depends on besides its inputs and mappings."""
    told = (
        __version__, options.exclude, options.profile, options.aliases, options.rollup, target.formats, os.path.realpath(target.output),
        target.name, target.qualified, os.environ.get("SOURCE_DATE_EPOCH"),
    )  # fmt: skip
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:32]


def _date() -> str | msgspec.UnsetType:
    """The date that SOURCE_DATE_EPOCH sets (https://reproducible-builds.org/specs/source-date-epoch/), if it does."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return msgspec.UNSET
    try:
        return datetime.fromtimestamp(int(epoch), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"SOURCE_DATE_EPOCH: expected seconds since 1970, got {epoch!r}; mend or unset it") from None
