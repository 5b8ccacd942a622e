"""Find out whether the file that a finding shows is one of some files, or lies in one of some folders, whatever links lead to it."""

from __future__ import annotations

import os
from collections.abc import Container

#: What separates the path of an archive from that of its member in the paths of findings.
MEMBER = "!/"


class RealPaths:
    """The real paths of files as findings show them. Those of folders are looked up once."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}
        self._found: dict[str, tuple[str, ...]] = {}

    def of(self, shown: str) -> tuple[str, ...]:
        """Return the real paths of a file: for a link, the link and its target; for a member of an archive, the archive."""
        if shown not in self._found:
            path = shown if os.path.lexists(shown) else shown.partition(MEMBER)[0]
            here = self._here(path.rstrip("/") or path)
            self._found[shown] = (here, os.path.realpath(here)) if os.path.islink(here) else (here,)
        return self._found[shown]

    def _here(self, path: str) -> str:
        """Return a path whose folder is real, and whose last part is as given."""
        folder, name = os.path.split(path)
        if name in ("", os.curdir, os.pardir):
            return os.path.realpath(path)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        return os.path.join(self._folders[folder], name)

    def place_in(self, places: Container[str], shown: str) -> str | None:
        """Return the first of some real paths that is a file or a folder above it; None if there is none.

        Folders count, since git lists a repository inside a repository by its folder only.
        """
        return next((parent for path in self.of(shown) for parent in _with_parents(path) if parent in places), None)


def _with_parents(path: str) -> list[str]:
    """Return a file and the folders above it."""
    found = [path]
    while (parent := os.path.dirname(path)) != path:
        found.append(parent)
        path = parent
    return found
