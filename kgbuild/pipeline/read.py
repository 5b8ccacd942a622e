"""Read the inputs of a run as claim batches, from the cache if they have not changed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from kgbuild.errors import InputError, Problem, UsageError
from kgbuild.mapping.load import RegistryMapping, load_mapping
from kgbuild.options import ReadOptions
from kgbuild.pipeline import cache
from kgbuild.pipeline.engine import reading
from kgbuild.pipeline.engine.claim_batch import ClaimBatch, run_index
from kgbuild.pipeline.engine.job import Job
from kgbuild.readers.inputs import STDIN, File, Inputs, Rules

#: A function that is called with the stage of a long run, the amount done and the total (bytes, or ranges of ids).
Progress = Callable[[str, int, int], None]


def quiet(stage: str, done: int, total: int) -> None:
    """Report no progress."""


class ReadResult(NamedTuple):
    """The claim batches of each file, in the order of the files, the problems, and the number of files passed over by their ending.

    ``beside`` are the files beside the folders of a registry, which are not read, with the reason.
    """

    files: Sequence[File]
    units: Sequence[cache.Unit]
    problems: Sequence[tuple[str, Problem]]
    passed_over: Counter[str]
    beside: Sequence[tuple[str, str]] = ()

    @property
    def skipped(self) -> list[tuple[str, str]]:
        """The files and documents that add nothing, with the reasons."""
        return [*self.beside, *(item for batch in self.batches for item in batch.skipped)]

    @property
    def names(self) -> list[str]:
        """The path of the file of each batch, relative to its input."""
        return [batch.member or file.name for file, unit in zip(self.files, self.units, strict=True) for batch in unit.batches]

    @property
    def shown(self) -> list[str]:
        """The path of the file of each batch, as the user named its input."""
        return [
            f"{file.shown}!/{batch.member}" if batch.member else file.shown
            for file, unit in zip(self.files, self.units, strict=True)
            for batch in unit.batches
        ]

    @property
    def batches(self) -> list[ClaimBatch]:
        """All claim batches, in the order of the files."""
        return [batch for unit in self.units for batch in unit.batches]

    @property
    def sha256(self) -> str:
        """The hash of the sorted hashes of the files. It is the same for a folder and for its archive (SPEC §5)."""
        digests = sorted(digest for unit in self.units for digest in unit.sha256)
        return hashlib.sha256(b"".join(digests)).hexdigest()


class OpenRun(NamedTuple):
    """A run before its records are read: the mapping, the files found, the files passed over, and the cache."""

    options: ReadOptions
    mapping: RegistryMapping
    files: Sequence[File]
    passed_over: Counter[str]
    kept: cache.Cache
    now_ns: int
    beside: Sequence[tuple[str, str]] = ()

    def earlier(self, key: str) -> cache.Run | None:
        """Return the earlier run with this key, if neither the records nor its files have changed."""
        run = self.kept.run(key) if self.kept.unchanged(self.files, self.now_ns) else None
        return run if run and run.passed_over == self.passed_over and list(run.beside) == list(self.beside) else None

    def read(self, progress: Progress = quiet) -> ReadResult:
        """Read the claim batches of all files, from the cache or from the files.

        Raises InputError for records that cannot be read, UsageError if there is no record.
        """
        units: list[cache.Unit | None] = [self.kept.get(file) for file in self.files]
        missing = [n for n, unit in enumerate(units) if unit is None]
        problems: list[tuple[str, Problem]] = []
        for n, unit in zip(missing, self._read([self.files[n] for n in missing], problems, progress), strict=True):
            units[n] = unit
        source = ReadResult(self.files, [unit for unit in units if unit is not None], problems, self.passed_over, self.beside)
        if problems and not self.options.keep_going:
            raise InputError(problem for _, problem in problems)
        if not any(batch.keys or batch.pages for batch in source.batches) and not (problems and self.options.lenient):
            raise UsageError(_nothing_read(self.options, source))
        return source

    def _read(self, files: list[File], problems: list[tuple[str, Problem]], progress: Progress) -> list[cache.Unit]:
        """Read files that are not in the cache. It adds the errors to ``problems``."""
        total, done = sum(file.size for file in files), 0

        def tick(size: int) -> None:
            nonlocal done
            done += size
            progress("reading", done, total)

        batches: list[list[ClaimBatch]] = [[] for _ in files]
        digests: list[list[bytes]] = [[] for _ in files]
        options, rules = self.options, Rules(self.options.exclude, self.mapping.pages.folders)
        for result in reading.read(files, self.mapping, rules, options.jobs, tick, copies=options.copies, lenient=options.lenient):
            if result.batch is not None:
                batches[result.unit].append(result.batch)
            if result.sha256 is not None:
                digests[result.unit].append(result.sha256)
            problems += result.problems
        return [cache.Unit(tuple(batches[n]), tuple(digests[n])) for n in range(len(files))]

    def keep(self, source: ReadResult, key: str = "", written: Sequence[str] = ()) -> None:
        """Store what was read, and the files ``written`` by a run with this key. A run with problems is not stored."""
        if source.problems or (not key and self.kept.unchanged(self.files, self.now_ns)):
            return
        stamps = {path: stamp for path in written if (stamp := cache.stamp_of(path))}
        units = list(zip(source.files, source.units, strict=True))
        self.kept.save(units, key, cache.Run(stamps, dict(self.passed_over), tuple(self.beside)), self.now_ns)


def mapping_of(options: ReadOptions) -> RegistryMapping:
    """Load the mapping files of a run. Raises MappingError for an invalid one."""
    return load_mapping(Path(options.mappings) if options.mappings else None, options.profile)


def open_run(options: ReadOptions, *, output: Path | None = None) -> OpenRun:
    """Load the mapping, find the files, and open the cache. The folder ``output`` is never read.

    Raises MappingError for an invalid mapping, UsageError for a missing input.
    """
    mapping = mapping_of(options)
    inputs = Inputs(options.inputs, Rules(options.exclude, mapping.pages.folders), output)
    now = cache.now_ns()
    files = list(inputs)
    kept = cache.Cache(cache.key_of(options, mapping.sha256), enabled=options.cache and STDIN not in options.inputs)
    return OpenRun(options, mapping, files, inputs.passed_over, kept, now, inputs.skipped)


def job_of(options: ReadOptions, mapping: RegistryMapping, source: ReadResult) -> Job:
    """Return the input of the workers that assemble a graph from what was read."""
    batches = source.batches
    index = run_index(batches, mapping.aliases if options.aliases else {})
    return Job(batches=batches, mapping=mapping, run_index=index, rollup=options.rollup)


def _nothing_read(options: ReadOptions, source: ReadResult) -> str:
    what = ", ".join(options.inputs)
    if source.problems:
        return f"{what}: expected at least one record that can be read, got none; the first error is: {source.problems[0][1]}"
    got = f"{len(source.files)} files without one" if source.files else "no file that could contain one"
    return f"{what}: expected at least one record, got {got}; give a folder of pages with YAML front matter, or a YAML, JSON or JSON Lines file"
