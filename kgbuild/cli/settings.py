"""Read the settings of `kgbuild check` from files: `kgbuild.toml`, or `[tool.kgbuild]` in `pyproject.toml`.

The value of a setting comes from the first of these that sets it:

1. the command line;
2. `kgbuild.toml` in the first input folder, which describes its records;
3. the nearest settings file, searching upwards from the current folder. In one folder `kgbuild.toml` comes before `pyproject.toml`, and a
   `pyproject.toml` without `[tool.kgbuild]` is skipped;
4. the default.

A list replaces a list of lower precedence; only the ignores by path, and ``extend-select`` on the command line, are added to the others. Paths
and globs in a settings file are relative to its folder. A glob can also match a path as it is shown in a report. Files to write are set on the
command line only: someone who checks the records of others must not let their settings choose a file to write to. For the same reason a file
inside an input cannot set `follow-links`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from kgbuild.cli import settings_file
from kgbuild.cli.options import INPUTS
from kgbuild.cli.settings_file import FILE, PROJECT, PathIgnore, SettingsFile
from kgbuild.errors import UsageError
from kgbuild.model.finding import Finding
from kgbuild.options import BASELINE

#: The values in settings files by the field of their option. Paths are relative to the current folder, as on the command line.
Settings = dict[str, Any]


def find(given: Sequence[str], here: str) -> Settings:
    """Return the settings of a run in the folder ``here`` with the inputs ``given`` on the command line.

    Its ``inputs`` are the inputs to read. If some of the given ones lie below the inputs of the settings, these are read too, and ``parts`` are all
    given ones: the files and folders to report.

    Raises UsageError for a file that is not TOML, an unknown setting, or an invalid value.
    """
    nearest = _nearest(here)
    found = nearest.values() if nearest else {}
    inputs, parts = _read_for(tuple(given), found.get("inputs", ())) if given else (found.get("inputs", INPUTS), ())
    folder = next((name for name in inputs if os.path.isdir(os.path.join(here, name))), None)
    if folder is not None:
        path = os.path.join(here, folder, FILE)
        same = nearest is not None and os.path.realpath(path) == os.path.realpath(os.path.join(here, nearest.shown))
        if os.path.isfile(path) and not same:
            _check_link(path, here)
            if own := settings_file.read(path, here):
                found = _merged(own.values_for(inputs), nearest.values_for(inputs) if nearest else {})
                return found | {"inputs": inputs} | ({"parts": parts} if parts else {})
    found = nearest.values_for(inputs) if nearest else {}
    return found | {"inputs": inputs} | ({"parts": parts} if parts else {})


def _read_for(given: tuple[str, ...], inputs: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the inputs to read and the parts of them to report.

    Given ones that are not below the inputs of the settings are read as they are. Beside others that are, files that hold no records are not read,
    since a hook may give all changed files.
    """
    from kgbuild.pipeline.parts import below
    from kgbuild.readers.inputs import ending_of

    within = below(given, inputs) if inputs else []
    others = (name for name in given if name not in within and not (os.path.isfile(name) and ending_of(name) is None))
    return ((*inputs, *others), given) if within else (given, ())


class Home(NamedTuple):
    """What the nearest settings file says about the place of a registry: its default baseline, and its inputs if it has any."""

    baseline: str
    inputs: tuple[str, ...]


def home(here: str) -> Home:
    """Return the place of the registry for a run in the folder ``here``. Without a settings file, its baseline is in this folder."""
    nearest = _nearest(here)
    if nearest is None:
        return Home(BASELINE, ())
    return Home(nearest.path(BASELINE), nearest.values().get("inputs", ()))


def _check_link(path: str, here: str) -> None:
    """Raise UsageError if the settings file of an input is a link that leads out of its folder: it must not choose which file is read."""
    if os.path.dirname(os.path.realpath(path)) != os.path.realpath(os.path.dirname(path)):
        shown = settings_file.relative(path, here)
        raise UsageError(
            f"{shown}: expected a settings file, got a link that leads out of its folder; replace it with the file, or use --isolated"
        )


def _merged(own: Settings, other: Settings) -> Settings:
    """Return the settings of two files. ``own`` takes precedence; ignores by path are combined.

    ``select`` of ``own`` also replaces ``extend-select`` of the other file, since it selects exactly its rules.
    """
    ignores = (*other.get("per_path_ignores", ()), *own.get("per_path_ignores", ()))
    kept = {name: value for name, value in other.items() if not ("select" in own and name == "extend_select")}
    return kept | own | ({"per_path_ignores": ignores} if ignores else {})


def _nearest(here: str) -> SettingsFile | None:
    """Return the nearest settings file, searching upwards from a folder."""
    folder = os.path.abspath(here)
    while True:
        for name in (FILE, PROJECT):
            path = os.path.join(folder, name)
            found = settings_file.read(path, here) if os.path.isfile(path) else None
            if found is not None:
                return found
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def ignored(ignores: Sequence[PathIgnore]) -> Callable[[Finding], bool]:
    """Return a function that tests whether a finding is ignored because of its path."""
    folders = {item.folder for item in ignores}
    codes: dict[str, tuple[str, ...]] = {"": ()}

    def is_ignored(finding: Finding) -> bool:
        if finding.path not in codes:
            paths = {folder: settings_file.paths_of(finding.path, folder) for folder in folders}
            codes[finding.path] = tuple(code for item in ignores if item.matches(paths[item.folder]) for code in item.codes)
        return any(code == "ALL" or finding.code.startswith(code) for code in codes[finding.path])

    return is_ignored


class RuleCodes(NamedTuple):
    """The codes, or prefixes of codes, of the options and settings ``select``, ``extend-select`` and ``ignore``."""

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def over(self, settings: RuleCodes) -> RuleCodes:
        """Return the codes of the command line (``self``) and of the settings together.

        ``select`` on the command line replaces both lists of the settings that select. A code selected on the command line is not ignored by the
        same code in the settings. A code ignored there is not selected by a longer code in the settings.

        >>> RuleCodes(select=("RF001",)).over(RuleCodes(extend_select=("SR004",), ignore=("RF001", "FM")))
        RuleCodes(select=('RF001',), extend_select=(), ignore=('FM',))
        >>> RuleCodes(extend_select=("SR004",)).over(RuleCodes(select=("RF",), extend_select=("PG",)))
        RuleCodes(select=('RF',), extend_select=('SR004', 'PG'), ignore=())
        >>> RuleCodes(ignore=("RF",)).over(RuleCodes(select=("RF001", "PG"), ignore=("FM",)))
        RuleCodes(select=('RF001', 'PG'), extend_select=(), ignore=('RF', 'RF001'))
        """
        others = () if self.select else (*settings.select, *settings.extend_select)
        longer = tuple(code for code in others if code not in self.ignore and code.startswith(self.ignore))
        kept = () if self.ignore else tuple(code for code in settings.ignore if code not in (*self.select, *self.extend_select))
        return RuleCodes(
            self.select or settings.select,
            self.extend_select + (() if self.select else settings.extend_select),
            (*self.ignore, *longer, *kept),
        )
