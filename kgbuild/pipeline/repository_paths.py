"""Make the paths of findings relative to the root of their repository, for services that show findings in its files."""

from __future__ import annotations

import os
from pathlib import PurePath

import msgspec

from kgbuild.model.finding import Finding
from kgbuild.pipeline.real_paths import MEMBER, RealPaths

_GIT = ".git"


class RepositoryPaths:
    """The paths of files in their repository, seen from the working directory ``here``.

    The root is that of the git repository of the working directory if the file is in it, otherwise that of the file's own repository, otherwise
    the folder ``workspace`` of the CI job. Outside of all of these, the path is relative to the working directory, or absolute if the file is not
    below it: a path with `..` means nothing to the reader of a report.
    """

    def __init__(self, here: str, workspace: str | None) -> None:
        self._here = os.path.realpath(here)
        self._workspace = os.path.realpath(workspace) if workspace else None
        self._tops: dict[str, str | None] = {}
        self._paths = RealPaths()
        self._found: dict[str, str] = {}

    def relocated(self, finding: Finding) -> Finding:
        """Return a finding with the paths of the repository."""
        related = tuple(msgspec.structs.replace(other, path=self.of(other.path)) for other in finding.related)
        return msgspec.structs.replace(finding, path=self.of(finding.path), related=related)

    def of(self, shown: str) -> str:
        """Return the path of a file in its repository. What is no file, such as standard input, keeps its name."""
        if shown not in self._found:
            archive, mark, member = ("", "", "") if os.path.lexists(shown) else shown.partition(MEMBER)
            path = archive if mark else shown
            self._found[shown] = self._relative(path) + mark + member if path and os.path.lexists(path) else shown
        return self._found[shown]

    def _relative(self, path: str) -> str:
        whole = [self._paths.of(path)[0], os.path.abspath(path)]  # in a folder that a link leads to, the real path is that of git
        for root in (self._top(self._here), self._top(os.path.dirname(whole[0])), self._workspace, self._here):
            for name in whole if root else ():
                if root and name.startswith(os.path.join(root, "")):
                    return PurePath(os.path.relpath(name, root)).as_posix()
        return whole[0]

    def _top(self, folder: str) -> str | None:
        """Return the root of the repository that a folder is in, without running git, which may be missing or refuse another user's files."""
        if folder not in self._tops:
            parent = os.path.dirname(folder)
            self._tops[folder] = folder if _is_top(folder) else None if parent == folder else self._top(parent)
        return self._tops[folder]


def _is_top(folder: str) -> bool:
    """Return whether a folder is the root of a repository: git's data is in it, or in a linked worktree or submodule a file that leads there."""
    path = os.path.join(folder, _GIT)
    return os.path.isfile(path) or os.path.isfile(os.path.join(path, "HEAD"))
