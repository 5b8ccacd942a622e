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

import msgspec
from msgspec import Struct

from kgbuild.cli import settings_file
from kgbuild.cli.settings_file import FILE, PROJECT, PathIgnore, SettingsFile
from kgbuild.model.finding import Finding

#: What is checked if nobody says what.
INPUTS = ("input",)


class Settings(Struct, frozen=True, kw_only=True):
    """What settings files say; None is what they leave to others. Paths are as the command line would name them, from the current folder."""

    inputs: tuple[str, ...] | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    fail_on: str | None = None
    format: str | None = None
    statistics: bool | None = None
    complete: bool | None = None
    max_depth: int | None = None
    stale_after: int | None = None
    infores: str | None = None
    mappings: str | None = None
    exclude: tuple[str, ...] | None = None
    aliases: bool | None = None
    jobs: int | None = None
    cache: bool | None = None
    baseline: str | None = None
    per_path_ignores: tuple[PathIgnore, ...] | None = None

    @property
    def said(self) -> dict[str, object]:
        """The settings that are said, by the names of the attributes."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}

    def over(self, other: Settings) -> Settings:
        """These settings, and the other ones where these say nothing."""
        ignores = (*(other.per_path_ignores or ()), *(self.per_path_ignores or ()))
        return Settings(**{**other.said, **self.said, "per_path_ignores": ignores or None})  # type: ignore[arg-type]


def find(given: Sequence[str], here: str) -> Settings:
    """The settings of a run in the folder ``here`` that was told to check what is ``given``; their ``inputs`` are what it has to check.

    Raises UsageError for a file that is no TOML, a setting that there is not, or a value that is none of its kind.
    """
    around = _around(here)
    settings = _settings(around)
    inputs = tuple(given) or settings.inputs or INPUTS
    folder = next((name for name in inputs if os.path.isdir(os.path.join(here, name))), None)
    if folder is not None:
        path = os.path.join(here, folder, FILE)
        known = around is not None and os.path.realpath(path) == os.path.realpath(os.path.join(here, around.shown))
        if os.path.isfile(path) and not known:
            settings = _settings(settings_file.read(path, here)).over(settings)
    return msgspec.structs.replace(settings, inputs=inputs)


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


def _settings(file: SettingsFile | None) -> Settings:
    return Settings(**{name.replace("-", "_"): value for name, value in file.values().items()}) if file else Settings()


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
