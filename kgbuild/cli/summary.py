"""Format the summary of an export, and the lines about what a run did not use, which a check prints too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kgbuild.errors import as_text
from kgbuild.mapping.load import ALIASES
from kgbuild.readers.inputs import MANIFEST_ENDING
from kgbuild.writers import WRITERS, file_name

if TYPE_CHECKING:
    from kgbuild.pipeline.export import ExportOutcome


def lines(outcome: ExportOutcome, output: Path, name: str, *, verbose: bool = False) -> Iterator[str]:
    """Yield what was read, skipped, made, found and written. With ``verbose``, also list every skipped file."""
    manifest = outcome.manifest
    read = manifest.read
    yield f"read      {_listed(read.documents, {})} in {_counted(read.files, 'file')}"
    yield from not_used([(item.file, item.reason) for item in read.skipped], read.passed_over, outcome.mapping.no_aliases, verbose=verbose)
    stubs = {kind.removeprefix("stub "): count for kind, count in manifest.graph.nodes.items() if kind.startswith("stub ")}
    nodes = {kind: count for kind, count in manifest.graph.nodes.items() if not kind.startswith("stub ")}
    yield f"nodes     {_listed(nodes, stubs)}"
    yield f"edges     {', '.join(f'{count:,} {kind}' for kind, count in manifest.graph.edges.items()) or 'none'}"
    yield from _findings(outcome)
    yield from _audited(outcome, f"{name}_findings.jsonl")
    if outcome.unchanged:
        yield f"unchanged {output}: nothing that it depends on has changed since it was written"
    else:
        yield f"wrote     {', '.join(str(output / item.file) for item in manifest.written)}"
    written = {item.file for item in manifest.written} | {as_text(name + MANIFEST_ENDING)}
    endings = ["_findings.jsonl", *(ending for format in WRITERS.values() for ending in format.files)]
    previous = sorted({file for ending in endings if as_text(file := file_name(name, ending)) not in written and (output / file).is_file()})
    if previous:
        yield f"note      {', '.join(previous)} in {output} left by an earlier export; this export did not write it again"


def not_used(
    skipped: Sequence[tuple[str, str]], passed_over: Mapping[str, int], no_aliases: Mapping[str, int], *, verbose: bool
) -> Iterator[str]:
    """Yield how many files were ``skipped`` (file and reason), passed over by their ending, and how many rows of the aliases give none."""
    if skipped:
        reasons = Counter(reason for _, reason in skipped)
        counted = [
            _counted(count, reason) if reason.endswith("page") else f"{count:,} {reason}" for reason, count in sorted(reasons.items())
        ]
        yield f"skipped   {_files(skipped)} ({', '.join(counted)})" + ("" if verbose else "; -v lists them")
        if verbose:
            yield from (f"          {file}: {reason}" for file, reason in skipped)
    if passed_over and verbose:
        yield f"          {_listed(passed_over, {})} with other endings"
    if no_aliases:
        rows = _counted(sum(no_aliases.values()), "row")
        gives = "gives" if rows == "1 row" else "give"
        yield f"aliases   {rows} of {ALIASES} {gives} none ({', '.join(f'{count:,} {reason}' for reason, count in no_aliases.items())})"


def _files(skipped: Sequence[tuple[str, str]]) -> str:
    files = len({file for file, _ in skipped})
    records = f"{_counted(len(skipped), 'record')} in " if files < len(skipped) else ""
    return records + _counted(files, "file")


def _findings(outcome: ExportOutcome) -> Iterator[str]:
    manifest = outcome.manifest
    found = []
    if manifest.read.left_out:
        found.append(f"{_counted(len(manifest.read.left_out), 'record')} left out")
    if manifest.differing:
        found.append(f"{_counted(len(manifest.differing), 'id')} with differing listings")
    unusual: Counter[str] = Counter()
    for noted in manifest.read.unusual:
        unusual[noted.what] += noted.count
    found += [f"{count:,} {what}" for what, count in sorted(unusual.items())]
    lost = sum(loss.count for loss in manifest.losses)
    if lost:
        found.append(f"{_counted(lost, 'cell')} that a format could not hold unchanged")
    yield f"findings  {'; '.join(found) or 'none'}" + ("  (see the manifest)" if found else "")


def _audited(outcome: ExportOutcome, file: str) -> Iterator[str]:
    """Yield what the rules found, if they ran."""
    if isinstance(outcome.manifest.findings, msgspec.UnsetType):
        return
    by_level = {level: sum(codes.values()) for level, codes in outcome.manifest.findings.items()}
    total = ", ".join(f"{count:,} {level}" for level, count in by_level.items())
    codes = ", ".join(f"{count:,} {code}" for codes in outcome.manifest.findings.values() for code, count in codes.items())
    yield f"checks    {total} ({codes}); see {file}" if total else "checks    nothing found"


def _listed(counts: Mapping[str, int], stubs: Mapping[str, int]) -> str:
    items = [_counted(count, kind) + (f" ({_counted(stubs[kind], 'stub')})" if stubs.get(kind) else "") for kind, count in counts.items()]
    return ", ".join(items) or "none"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 or noun == 'other' or noun.startswith('.') else noun + 's'}"
