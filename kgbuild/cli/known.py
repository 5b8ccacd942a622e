"""The known findings of `kgbuild check`: which baseline a run uses, when it may be written, and what no longer occurs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kgbuild.cli.console import tell
from kgbuild.errors import UsageError
from kgbuild.options import BASELINE, CheckOptions, ReadOptions

if TYPE_CHECKING:
    from kgbuild.checks.baseline import Baseline, BaselineEntry
    from kgbuild.mapping.load import RegistryMapping
    from kgbuild.model.finding import Finding
    from kgbuild.pipeline.check import Checked

#: The options of a run that reports only some of the findings, by their field.
_PARTIAL = {"changed_since": "--changed-since", "level": "--level", "subject": "--subject", "parts": "FILE"}


class Known(NamedTuple):
    """The baseline of a run as it was before it: its path and its content. Both are None without a baseline.

    ``registry`` are the inputs of the settings, which version 1 of a baseline covers.
    """

    path: str | None
    baseline: Baseline | None
    registry: tuple[str, ...]

    @property
    def entries(self) -> Sequence[BaselineEntry]:
        """The entries of the baseline."""
        return self.baseline.entries if self.baseline else ()

    @property
    def fingerprints(self) -> frozenset[str]:
        """The fingerprints of the findings that are not reported."""
        from kgbuild.checks import baseline

        return baseline.known(self.entries)

    def hint(self, checked: Checked, found: Iterable[Finding]) -> None:
        """Print a hint about entries that have no finding any more, if the run read all that the baseline covers."""
        from kgbuild.checks import baseline

        resolved = [] if checked.unread else baseline.resolved(self.entries, found, checked.ran)  # an unread record can have any finding
        if self.path is not None and resolved and not self._missing(checked.options, checked.vocabulary):
            tell(f"hint: {baseline.hint(self.path, resolved)}")

    def written(self, checked: Checked, found: Iterable[Finding]) -> Known:
        """Write the findings of a run, and the old entries of rules that did not run. Return the new baseline.

        If a record could not be read, all old entries are kept.
        """
        from kgbuild.checks import baseline
        from kgbuild.pipeline.coverage import covered_by
        from kgbuild.pipeline.files import put
        from kgbuild.readers.inputs import read_for

        path = self.path or BASELINE
        inputs = read_for(checked.options.inputs, checked.vocabulary.pages.folders)
        covered = covered_by(inputs, checked.options.exclude, path)
        new = baseline.Baseline(
            entries=tuple(baseline.renewed(self.entries, found, () if checked.unread else checked.ran)), covered=covered
        )
        put(Path(path), baseline.render(new.entries, covered).encode(), todo="give another --baseline")
        kept = "; old ones are kept, since not all records could be read" if checked.unread and self.entries else ""
        tell(f"wrote {path}: {baseline.counted(len(new.entries))}{kept}")
        return self._replace(baseline=new)

    def refuse_part(self, reading: ReadOptions) -> None:
        """Raise UsageError if the baseline covers more than a run reads: its entries would be lost."""
        from kgbuild.pipeline.read import mapping_of

        missing = self._missing(reading, mapping_of(reading)) if self.baseline else []
        if missing:
            raise UsageError(
                f"--write-baseline: expected a run that reads all that {self.path} covers, got one without {', '.join(missing)}; "
                f'check that too, give another --baseline, or change "inputs" or "exclude" in {self.path} if it is gone for good'
            )

    def _missing(self, reading: ReadOptions, mapping: RegistryMapping) -> list[str]:
        """Return what the baseline covers and a run does not read."""
        from kgbuild.pipeline.coverage import covered_by, not_covered
        from kgbuild.readers.inputs import read_for

        if self.path is None or self.baseline is None:
            return []
        folders = mapping.pages.folders
        covered = self.baseline.covered or covered_by(read_for(self.registry, folders), reading.exclude, self.path)
        return not_covered(covered, read_for(reading.inputs, folders), reading.exclude, self.path)


def known_of(options: CheckOptions, reading: ReadOptions) -> Known:
    """Return the baseline of a run: the given one, or the default one if it exists or is to be written.

    Raises UsageError for a baseline that cannot be read, and with --write-baseline for a run that does not report all that it covers.
    """
    from kgbuild.checks import baseline

    write = options.write_baseline
    if write and options.no_baseline:
        raise UsageError("--write-baseline: expected a baseline to write, got --no-baseline; leave out one of the two")
    for name, shown in _PARTIAL.items():
        if write and getattr(options, name):
            raise UsageError(f"--write-baseline: expected a run that reports all findings, got {shown}; leave out one of the two")
    path = None if options.no_baseline else options.baseline or _default(options)
    found = Known(path, None if path is None else baseline.read(path, new=write), options.registry)
    if write:
        found.refuse_part(reading)
    return found


def _default(options: CheckOptions) -> str | None:
    """Return the path of the default baseline, if it exists or is to be written. Without settings files only the command line names one."""
    from kgbuild.cli.settings import home

    if options.isolated:
        return BASELINE if options.write_baseline else None
    path = home(os.getcwd()).baseline
    return path if options.write_baseline or os.path.lexists(path) else None
