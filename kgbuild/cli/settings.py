"""Settings of `kgbuild check` that a team keeps in files: `kgbuild.toml`, or `[tool.kgbuild]` in `pyproject.toml`.

Every setting is taken from the first of these that says it:

1. the command line;
2. `kgbuild.toml` in the first input folder, which says what its records are;
3. the nearest settings file from the current folder upwards; in one folder `kgbuild.toml` comes before `pyproject.toml`, and a
   `pyproject.toml` without `[tool.kgbuild]` is none;
4. the default.

So a list is replaced, not made longer; only what is ignored by path adds up. Paths in a settings file are relative to its folder, and so are its
globs; these may also name a path as it is shown. What a run writes is told on the command line only: whoever checks the records of others does not
let their settings choose a file to write to.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from kgbuild.cli import settings_file
from kgbuild.cli.options import INPUTS
from kgbuild.cli.settings_file import FILE, PROJECT, PathIgnore, SettingsFile
from kgbuild.model.finding import Finding

#: What settings files say: field of an option -> its value. Paths are as the command line would name them, from the current folder.
Settings = dict[str, Any]


def find(given: Sequence[str], here: str) -> Settings:
    """The settings of a run in the folder ``here`` that was told to check what is ``given``; their ``inputs`` are what it has to check.

    Raises UsageError for a file that is no TOML, a setting that there is not, or a value that is none of its kind.
    """
    around = _around(here)
    found = around.values() if around else {}
    inputs = tuple(given) or found.get("inputs", INPUTS)
    folder = next((name for name in inputs if os.path.isdir(os.path.join(here, name))), None)
    if folder is not None:
        path = os.path.join(here, folder, FILE)
        known = around is not None and os.path.realpath(path) == os.path.realpath(os.path.join(here, around.shown))
        if os.path.isfile(path) and not known and (own := settings_file.read(path, here)):
            found = _over(own.values(), found)
    return found | {"inputs": inputs}


def _over(own: Settings, other: Settings) -> Settings:
    """One file's settings, and those of another where the first says nothing. What is ignored by path adds up."""
    ignores = (*other.get("per_path_ignores", ()), *own.get("per_path_ignores", ()))
    return other | own | ({"per_path_ignores": ignores} if ignores else {})


def _around(here: str) -> SettingsFile | None:
    """The nearest settings file from a folder upwards."""
    folder = os.path.abspath(here)
    while True:
        for name in (FILE, PROJECT):
            path = os.path.join(folder, name)
            found = settings_file.read(path, here) if os.path.isfile(path) else None
            if found is not None:
                return found
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def ignored(ignores: Sequence[PathIgnore]) -> Callable[[Finding], bool]:
    """Whether a finding is ignored where it stands."""
    folders = {item.folder for item in ignores}
    codes: dict[str, tuple[str, ...]] = {"": ()}

    def is_ignored(finding: Finding) -> bool:
        if finding.path not in codes:
            paths = {folder: settings_file.paths_of(finding.path, folder) for folder in folders}
            codes[finding.path] = tuple(code for item in ignores if item.names(paths[item.folder]) for code in item.codes)
        return any(code == "ALL" or finding.code.startswith(code) for code in codes[finding.path])

    return is_ignored


def codes(
    selected: tuple[str, ...], ignoring: tuple[str, ...], select: tuple[str, ...], ignore: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What to select and to ignore: ``selected`` and ``ignoring`` on the command line, ``select`` and ``ignore`` in the settings.

    What the command line selects is not ignored by the same code in the settings, and what it ignores is not selected by a longer one there.

    >>> codes(("RF001",), (), (), ("RF001", "FM"))
    (('RF001',), ('FM',))
    >>> codes((), ("RF",), ("RF001", "PG"), ("FM",))
    (('RF001', 'PG'), ('RF', 'RF001'))
    """
    longer = () if selected else tuple(code for code in select if code not in ignoring and code.startswith(ignoring))
    kept = () if ignoring else tuple(code for code in ignore if code not in selected)
    return selected or select, (*ignoring, *longer, *kept)
