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
from kgbuild.pipeline.engine.claim_batch import ClaimBatch
from kgbuild.readers.inputs import File, Rules

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


def mapping_of(options: ReadOptions) -> RegistryMapping:
    """The mapping files of a run. Raises MappingError for a wrong one."""
    return load_mapping(Path(options.mappings) if options.mappings else None, options.profile)


def read(
    files: list[File], passed_over: Counter[str], vocabulary: RegistryMapping, options: ReadOptions, kept: cache.Cache, progress: Progress
) -> ReadResult:
    """The parts of all files, from the cache or from the files. Raises InputError for what cannot be read, UsageError where there is no record."""
    units: list[cache.Unit | None] = [kept.get(file) for file in files]
    missing = [n for n, unit in enumerate(units) if unit is None]
    total, done = sum(files[n].size for n in missing), 0

    def tick(size: int) -> None:
        nonlocal done
        done += size
        progress("reading", done, total)

    parts: dict[int, list[ClaimBatch]] = {n: [] for n in missing}
    digests: dict[int, list[bytes]] = {n: [] for n in missing}
    problems: list[tuple[str, Problem]] = []
    rules = Rules(options.exclude)
    for result in reading.read([files[n] for n in missing], vocabulary, rules, options.jobs, tick, copies=options.copies):
        unit = missing[result.unit]
        if result.part is not None:
            parts[unit].append(result.part)
        if result.sha256 is not None:
            digests[unit].append(result.sha256)
        problems += result.problems
    for n in missing:
        units[n] = cache.Unit(tuple(parts[n]), tuple(digests[n]))
    source = ReadResult(files, [unit for unit in units if unit is not None], problems, passed_over)
    if problems and not options.keep_going:
        raise InputError(problem for _, problem in problems)
    if not any(part.keys or part.pages for part in source.parts) and not (problems and options.copies):
        raise UsageError(_nothing_read(options, source))
    return source


def _nothing_read(options: ReadOptions, source: ReadResult) -> str:
    what = ", ".join(options.inputs)
    if source.problems:
        return f"{what}: expected at least one record that can be read, got none; the first error is: {source.problems[0][1]}"
    got = f"{len(source.files)} files without one" if source.files else "no file that could hold one"
    return f"{what}: expected at least one record, got {got}; give a folder of pages with YAML front matter, or a YAML, JSON or JSON Lines file"
