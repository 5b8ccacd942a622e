"""Read the inputs of a run as claim batches, from the cache if they have not changed."""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from kgbuild.errors import InputError, Problem, UsageError
from kgbuild.mapping.load import RegistryMapping, load_mapping
from kgbuild.options import ReadOptions
from kgbuild.pipeline import cache
from kgbuild.pipeline.engine import reading
from kgbuild.pipeline.engine.claim_batch import ClaimBatch, run_index
from kgbuild.pipeline.engine.job import Job
from kgbuild.pipeline.engine.tasks import Result
from kgbuild.readers import entries
from kgbuild.readers.inputs import STDIN, File, Inputs, Rules, found_again

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

    def unseen(self, paths: Sequence[str]) -> list[Problem]:
        """Return the problems of pages whose front matter is not seen, given the path of each batch."""
        pairs = zip(paths, self.batches, strict=True)
        return [problem._replace(path=path) for path, batch in pairs for problem in batch.unseen]

    @property
    def batches(self) -> list[ClaimBatch]:
        """All claim batches, in the order of the files."""
        return [batch for unit in self.units for batch in unit.batches]

    @property
    def sha256(self) -> str:
        """The hash of the sorted hashes of the files. It is the same for a folder and for its archive (SPEC §5)."""
        digests = sorted(digest for unit in self.units for digest in unit.sha256)
        return hashlib.sha256(b"".join(digests)).hexdigest()


class _FileRead:
    """What was read of one file. ``changed``: the file is not the one that was found, or is not there."""

    def __init__(self) -> None:
        self.batches: list[ClaimBatch] = []
        self.digests: list[bytes] = []
        self.problems: list[tuple[str, Problem]] = []
        self.changed = False

    def add(self, result: Result) -> None:
        if result.batch is not None:
            self.batches.append(result.batch)
        if result.sha256 is not None:
            self.digests.append(result.sha256)
        self.problems += result.problems
        self.changed |= result.changed


class OpenRun(NamedTuple):
    """A run before its records are read: the mapping, the files found, the entries that cannot be read, the files passed over, and the cache."""

    options: ReadOptions
    mapping: RegistryMapping
    files: Sequence[File]
    problems: Sequence[tuple[str, Problem]]
    passed_over: Counter[str]
    kept: cache.Cache
    now_ns: int
    beside: Sequence[tuple[str, str]] = ()

    def earlier(self, key: str) -> cache.Run | None:
        """Return the earlier run with this key, if neither the records nor its files have changed."""
        run = self.kept.run(key) if not self.problems and self.kept.unchanged(self.files, self.now_ns) else None
        return run if run and run.passed_over == self.passed_over and list(run.beside) == list(self.beside) else None

    def read(self, progress: Progress = quiet) -> ReadResult:
        """Read the claim batches of all files, from the cache or from the files.

        Raises InputError for records that cannot be read, UsageError if there is no record.
        """
        files = list(self.files)
        units: list[cache.Unit | None] = [self.kept.get(file) for file in files]
        missing = [n for n, unit in enumerate(units) if unit is None]
        problems = list(self.problems)
        for n, file, unit in self._read([(n, files[n]) for n in missing], problems, progress):
            files[n], units[n] = file, unit
        source = ReadResult(files, [unit for unit in units if unit is not None], problems, self.passed_over, self.beside)
        if problems and not self.options.keep_going:
            raise InputError(problem for _, problem in problems)
        excused = self.options.lenient and (problems or any(batch.unseen for batch in source.batches))
        if not any(batch.keys or batch.pages for batch in source.batches) and not excused:
            raise UsageError(_nothing_read(self.options, source))
        return source

    def _read(
        self, files: list[tuple[int, File]], problems: list[tuple[str, Problem]], progress: Progress
    ) -> Iterator[tuple[int, File, cache.Unit]]:
        """Read numbered files that are not in the cache. It adds the errors to ``problems``.

        A file that vanished or changed since it was found is read again some moments later. If that happens each time, it is a problem.
        """
        for pause in (*entries.PAUSES, None):
            changed: list[tuple[int, File]] = []
            for (n, file), unit in zip(files, self._pass([file for _, file in files], progress), strict=True):
                if unit.changed and pause is not None:
                    changed.append((n, file))
                    continue
                problems += [(file.name, _unsettled(file))] if unit.changed else unit.problems
                yield n, file, cache.Unit(() if unit.changed else tuple(unit.batches), () if unit.changed else tuple(unit.digests))
            if not changed or pause is None:
                return
            time.sleep(pause)
            files = [(n, found_again(file)) for n, file in changed]

    def _pass(self, files: list[File], progress: Progress) -> list[_FileRead]:
        """Read files once."""
        total, done = sum(file.size for file in files), 0

        def tick(size: int) -> None:
            nonlocal done
            done += size
            progress("reading", done, total)

        found = [_FileRead() for _ in files]
        options, rules = self.options, Rules(self.options.exclude, self.mapping.pages.folders)
        for result in reading.read(files, self.mapping, rules, options.jobs, tick, copies=options.copies, lenient=options.lenient):
            found[result.unit].add(result)
        return found

    def keep(self, source: ReadResult, key: str = "", written: Sequence[str] = ()) -> None:
        """Store what was read, and the files ``written`` by a run with this key. A run with problems is not stored."""
        if source.problems or (not key and self.kept.unchanged(self.files, self.now_ns)):
            return
        stamps = {os.fsencode(path): stamp for path in written if (stamp := cache.stamp_of(path))}
        units = list(zip(source.files, source.units, strict=True))
        self.kept.save(units, key, cache.Run(stamps, dict(self.passed_over), tuple(self.beside)), self.now_ns)


def _unsettled(file: File) -> Problem:
    """Return the problem of a file that was not the same before and after it was read, however often that was tried."""
    fault = entries.unsettled(file.path)
    return Problem(file.shown, 0, 0, "", fault.expected, fault.got, fault.todo)


def mapping_of(options: ReadOptions) -> RegistryMapping:
    """Load the mapping files of a run. Raises MappingError for an invalid one."""
    return load_mapping(Path(options.mappings) if options.mappings else None, options.profile)


def open_run(options: ReadOptions, *, output: Path | None = None) -> OpenRun:
    """Load the mapping, find the files, and open the cache. The folder ``output`` is never read.

    Raises MappingError for an invalid mapping, UsageError for a missing input.
    """
    mapping = mapping_of(options)
    inputs = Inputs(options.inputs, Rules(options.exclude, mapping.pages.folders), output, options.named, follow_links=options.follow_links)
    now = cache.now_ns()
    files = list(inputs)
    kept = cache.Cache(cache.key_of(options, mapping.sha256), enabled=options.cache and STDIN not in options.inputs)
    return OpenRun(options, mapping, files, inputs.problems, inputs.passed_over, kept, now, inputs.skipped)


def job_of(options: ReadOptions, mapping: RegistryMapping, source: ReadResult) -> Job:
    """Return the input of the workers that assemble a graph from what was read."""
    batches = source.batches
    index = run_index(batches, mapping.aliases if options.aliases else {})
    return Job(batches=batches, mapping=mapping, run_index=index, rollup=options.rollup)


def _nothing_read(options: ReadOptions, source: ReadResult) -> str:
    what = ", ".join(options.inputs)
    if unseen := source.unseen(source.shown):
        return f"{what}: expected at least one record, got none; the front matter of a page is damaged: {unseen[0]}"
    if source.problems:
        return f"{what}: expected at least one record that can be read, got none; the first error is: {source.problems[0][1]}"
    got = f"{len(source.files)} files without one" if source.files else "no file that could contain one"
    return f"{what}: expected at least one record, got {got}; give a folder of pages with YAML front matter, or a YAML, JSON or JSON Lines file"
