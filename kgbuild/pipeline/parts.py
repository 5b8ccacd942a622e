"""Report only some files of a registry: all of its records are read, since others decide what is wrong in these."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

import msgspec

from kgbuild.model.finding import Finding, Related
from kgbuild.pipeline.real_paths import MEMBER, RealPaths
from kgbuild.readers.inputs import STDIN


class Parts:
    """Files and folders of a registry, as given on the command line. Links to them, and links in the registry, are followed."""

    def __init__(self, given: Sequence[str]) -> None:
        self._paths = RealPaths()
        self._given: dict[str, str] = {}
        for name in given:
            for real in self._paths.of(name):
                self._given.setdefault(real, name.rstrip("/") or name)

    def keeps(self, finding: Finding) -> bool:
        """Return whether a finding is in one of the parts."""
        return self._of(finding.path) is not None

    def count(self, shown: Iterable[str]) -> int:
        """Return how many files are in one of the parts, of files as findings show them."""
        return sum(self._of(path) is not None for path in set(shown))

    def without_files(self, shown: Iterable[str]) -> list[str]:
        """Return the parts that have none of the files that were read, as given."""
        found = {self._given[place] for path in set(shown) if (place := self._of(path)) is not None}
        return [name for name in dict.fromkeys(self._given.values()) if name not in found]

    def renamed(self, finding: Finding) -> Finding:
        """Return a finding with the paths as the parts were given."""
        related = tuple(msgspec.structs.replace(other, path=self._renamed(other)) for other in finding.related)
        return msgspec.structs.replace(finding, path=self._renamed(finding), related=related)

    def _of(self, shown: str) -> str | None:
        return self._paths.place_in(self._given, shown) if shown else None

    def _renamed(self, at: Finding | Related) -> str:
        place = self._of(at.path)
        if place is None:
            return at.path
        whole = next(path for path in self._paths.of(at.path) if path == place or path.startswith(os.path.join(place, "")))
        member = "" if os.path.lexists(at.path) else at.path[len(at.path.partition(MEMBER)[0]) :]
        return self._given[place] + whole[len(place) :] + member


def below(given: Sequence[str], inputs: Sequence[str]) -> list[str]:
    """Return which of the given paths are parts of the inputs: they lie below one of them, or are one file of several inputs."""
    paths = RealPaths()
    roots = {real for name in inputs if name != STDIN for real in paths.of(name)}
    there = (name for name in given if name != STDIN and os.path.lexists(name) and paths.place_in(roots, name) is not None)
    return [name for name in there if roots.isdisjoint(paths.of(name)) or (len(inputs) > 1 and os.path.isfile(name))]
