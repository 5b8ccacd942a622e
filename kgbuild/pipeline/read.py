"""What a run reads: its inputs, as parts of claims; from the cache where they have not changed."""

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

#: Told what a long run does: the stage, what is done of it, and all that there is to do (bytes, or ranges of ids).
Progress = Callable[[str, int, int], None]


def quiet(stage: str, done: int, total: int) -> None:
    """No progress."""


class ReadResult(NamedTuple):
    """What was read: the parts of each file, in the order of the files, and what was not made into parts."""

    files: Sequence[File]
    units: Sequence[cache.Unit]
    problems: Sequence[tuple[str, Problem]]
    passed_over: Counter[str]

    @property
    def names(self) -> list[str]:
        """The path of the file of each part, relative to its input."""
        return [part.member or file.name for file, unit in zip(self.files, self.units, strict=True) for part in unit.parts]

    @property
    def shown(self) -> list[str]:
        """The path of the file of each part, as the user named its input."""
        return [
            f"{file.shown}!/{part.member}" if part.member else file.shown
            for file, unit in zip(self.files, self.units, strict=True)
            for part in unit.parts
        ]

    @property
    def parts(self) -> list[ClaimBatch]:
        """All parts, in the order of the files."""
        return [part for unit in self.units for part in unit.parts]

    @property
    def sha256(self) -> str:
        """Over the sorted hashes of the files: the same for a folder and its archive (SPEC §5)."""
        digests = sorted(digest for unit in self.units for digest in unit.sha256)
        return hashlib.sha256(b"".join(digests)).hexdigest()


class OpenRun(NamedTuple):
    """A run before its records are read: the mapping, the files that were found, what was passed over, and what earlier runs kept of them."""

    options: ReadOptions
    mapping: RegistryMapping
    files: Sequence[File]
    passed_over: Counter[str]
    kept: cache.Cache
    now_ns: int

    def earlier(self, key: str) -> cache.Run | None:
        """The run of this key, if the records and what it wrote are as they were then."""
        run = self.kept.run(key) if self.kept.unchanged(self.files, self.now_ns) else None
        return run if run and run.passed_over == self.passed_over else None

    def read(self, progress: Progress = quiet) -> ReadResult:
        """The parts of all files, from the cache or from the files.

        Raises InputError for what cannot be read, UsageError where there is no record.
        """
        units: list[cache.Unit | None] = [self.kept.get(file) for file in self.files]
        missing = [n for n, unit in enumerate(units) if unit is None]
        problems: list[tuple[str, Problem]] = []
        for n, unit in zip(missing, self._read([self.files[n] for n in missing], problems, progress), strict=True):
            units[n] = unit
        source = ReadResult(self.files, [unit for unit in units if unit is not None], problems, self.passed_over)
        if problems and not self.options.keep_going:
            raise InputError(problem for _, problem in problems)
        if not any(part.keys or part.pages for part in source.parts) and not (problems and self.options.lenient):
            raise UsageError(_nothing_read(self.options, source))
        return source

    def _read(self, files: list[File], problems: list[tuple[str, Problem]], progress: Progress) -> list[cache.Unit]:
        """What files come to that no earlier run kept; ``problems`` gets what cannot be read."""
        total, done = sum(file.size for file in files), 0

        def tick(size: int) -> None:
            nonlocal done
            done += size
            progress("reading", done, total)

        parts: list[list[ClaimBatch]] = [[] for _ in files]
        digests: list[list[bytes]] = [[] for _ in files]
        options, rules = self.options, Rules(self.options.exclude)
        for result in reading.read(files, self.mapping, rules, options.jobs, tick, copies=options.copies, lenient=options.lenient):
            if result.part is not None:
                parts[result.unit].append(result.part)
            if result.sha256 is not None:
                digests[result.unit].append(result.sha256)
            problems += result.problems
        return [cache.Unit(tuple(parts[n]), tuple(digests[n])) for n in range(len(files))]

    def keep(self, source: ReadResult, key: str = "", written: Sequence[str] = ()) -> None:
        """Keep what was read, and the files that a run of a key has ``written``. Of a run with problems nothing is kept."""
        if source.problems or (not key and self.kept.unchanged(self.files, self.now_ns)):
            return
        stamps = {path: stamp for path in written if (stamp := cache.stamp_of(path))}
        units = list(zip(source.files, source.units, strict=True))
        self.kept.save(units, key, cache.Run(stamps, dict(self.passed_over)), self.now_ns)


def mapping_of(options: ReadOptions) -> RegistryMapping:
    """The mapping files of a run. Raises MappingError for a wrong one."""
    return load_mapping(Path(options.mappings) if options.mappings else None, options.profile)


def open_run(options: ReadOptions, *, output: Path | None = None) -> OpenRun:
    """Load the mapping, find the files, and open what earlier runs kept of them; the folder ``output`` is never read.

    Raises MappingError for a mapping that is wrong, UsageError for an input that is not there.
    """
    mapping = mapping_of(options)
    inputs = Inputs(options.inputs, Rules(options.exclude), output)
    now = cache.now_ns()
    files = list(inputs)
    kept = cache.Cache(cache.key_of(options, mapping.sha256), enabled=options.cache and STDIN not in options.inputs)
    return OpenRun(options, mapping, files, inputs.passed_over, kept, now)


def job_of(options: ReadOptions, mapping: RegistryMapping, source: ReadResult) -> Job:
    """The work of assembling a graph from what was read."""
    parts = source.parts
    facts = run_index(parts, mapping.aliases if options.aliases else {})
    return Job(parts=parts, mapping=mapping, facts=facts, rollup=options.rollup)


def _nothing_read(options: ReadOptions, source: ReadResult) -> str:
    what = ", ".join(options.inputs)
    if source.problems:
        return f"{what}: expected at least one record that can be read, got none; the first error is: {source.problems[0][1]}"
    got = f"{len(source.files)} files without one" if source.files else "no file that could hold one"
    return f"{what}: expected at least one record, got {got}; give a folder of pages with YAML front matter, or a YAML, JSON or JSON Lines file"
