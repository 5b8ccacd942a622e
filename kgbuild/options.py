"""Define the options that a value, a settings file, a manifest or several commands share.

Each field of the classes below that has an ``Option`` is an option. They define the command line (kgbuild/cli/options.py), the settings of
`kgbuild check` (kgbuild/cli/settings_file.py) and their JSON schema, the options in the manifest, and the keys of earlier exports and of the
cache. An option of a single command is defined in the module of that command.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args

Profile = Literal["registry", "biolink"]
#: The rules that an export runs on its graph: none, those that require only nodes and edges, or all.
CheckScope = Literal["none", "graph", "all"]
FailOn = Literal["error", "warning", "info", "never"]

#: The name of the baseline, if no other is given.
BASELINE = "kgbuild-baseline.json"
#: The levels of findings at which a run can fail, the most severe first.
LEVELS: tuple[FailOn, ...] = get_args(FailOn)

#: The kinds of values. A `file` or `folder` is read, an `output file` or `output folder` is written.
Kind = Literal[
    "inputs", "flag", "choice", "count", "amount", "text", "codes", "globs", "file", "folder", "output file", "output folder",
    "codes by glob", "formats",
]  # fmt: skip
#: The commands that use a build: that of records or, with --from, an existing export.
OF_BUILDS = ("query", "serve", "load")
#: The commands that read records.
OF_RECORDS = ("export", "check", *OF_BUILDS)


class Option(NamedTuple):
    """The definition of an option, apart from its name, type and default.

    ``flags`` are in the syntax of Click, the long flag last. ``choices`` are the values, or `module:REGISTRY`, whose keys are the values.
    ``least`` is the smallest value; with ``above`` that value itself is not allowed. ``command_default`` is the default on the command line, if it
    differs from that of the field. ``commands`` are the commands that have the option. With ``setting``, settings files can set it under the
    name of its long flag; with ``required_items``, a list there must not be empty, and with ``outside``, a settings file inside an input cannot set
    it. ``manifest`` is its position among the options in the manifest; None leaves it out. ``not_in_run_key`` is the reason why an earlier export
    with another value can be reused, ``not_in_cache_key`` the reason why cached claims can.
    """

    kind: Kind
    flags: tuple[str, ...] = ()
    help: str = ""
    metavar: str | None = None
    choices: tuple[str, ...] | str = ()
    least: float | None = None
    above: bool = False
    command_default: Any = None
    show_default: bool = False
    commands: tuple[str, ...] = ()
    setting: bool = False
    required_items: bool = False
    outside: bool = False
    manifest: int | None = None
    not_in_run_key: str = ""
    not_in_cache_key: str = ""

    def values(self) -> tuple[str, ...]:
        """Return the values of a choice."""
        if isinstance(self.choices, tuple):
            return self.choices
        module, _, name = self.choices.partition(":")
        return tuple(getattr(import_module(module), name))

    @property
    def key(self) -> str:
        """The name of the setting.

        >>> Option("flag", ("--complete/--partial",)).key
        'complete'
        """
        return self.flags[-1].removeprefix("--").partition("/")[0]


def option(default: Any, meaning: Option) -> Any:
    """Return a field with a default that is an option."""
    return field(default=default, metadata=MappingProxyType({"option": meaning}))


def required(meaning: Option) -> Any:
    """Return a field without a default that is an option."""
    return field(metadata=MappingProxyType({"option": meaning}))


def cores() -> int:
    """Return the number of processes that can run at the same time on this machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


QUIET = Option("flag", ("-q", "--quiet"), "Print errors only.")
FAIL_ON = Option(
    "choice", ("--fail-on",), "Exit with status 1 for findings at this level or above.", choices=LEVELS, show_default=True,
    setting=True,
)  # fmt: skip
TIMEOUT = Option("amount", ("--timeout",), "Stop a query that takes longer than this.", "SECONDS", least=0, above=True, show_default=True)
MEMORY = Option("amount", ("--memory",), "Stop a query that requires more memory than this.", "GIB", least=0.5, show_default=True)

VERBOSE = Option("flag", ("-v", "--verbose"), "List every skipped file and the reason.")
OUTPUT_FILE = Option("output file", ("-o", "--output"), metavar="FILE")
MAPPINGS = Option(
    "folder", ("--mappings",), "Folder of mapping files. Each file replaces the built-in file of the same name.", "DIR", commands=OF_RECORDS,
    setting=True, not_in_run_key="the hash of the mapping files is part of the name of the cache",
    not_in_cache_key="the hash of the mapping files is part of the key",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What to read, and how.

    ``copies`` keeps the descriptions on generated product pages, to compare them with the record. ``lenient`` also reads records with
    duplicate keys and uses the last value of each; every duplicate key is still a problem.
    """

    inputs: tuple[str, ...] = required(Option(
        "inputs", ("inputs",), "Folders, files and archives to read.", "[INPUT]...", commands=OF_RECORDS, setting=True, required_items=True,
        not_in_run_key="each set of inputs has its own cache", not_in_cache_key="their real paths are part of the key",
    ))  # fmt: skip
    profile: Profile = option("registry", Option(
        "choice", ("--profile",), "Classes and predicates to use: those of the registry or those of the Biolink Model.",
        choices=get_args(Profile), show_default=True, commands=("export", *OF_BUILDS), manifest=1,
        not_in_cache_key="claims are the same in every profile",
    ))  # fmt: skip
    mappings: str | None = option(None, MAPPINGS)
    exclude: tuple[str, ...] = option((), Option(
        "globs", ("--exclude",), "Exclude files and folders that match this glob, by path relative to the input or by name; repeatable.", "GLOB",
        commands=OF_RECORDS, setting=True, manifest=6,
    ))  # fmt: skip
    follow_links: bool = option(False, Option(
        "flag", ("--follow-links/--no-follow-links",), "Follow links in a folder that lead out of all inputs. Without it, such a link is an error.",
        commands=OF_RECORDS, setting=True, outside=True, not_in_run_key="the files found are compared, and a run with problems is not reused",
        not_in_cache_key="the claims of a file do not depend on it",
    ))  # fmt: skip
    aliases: bool = option(True, Option(
        "flag", ("--aliases/--no-aliases",), "Replace old source ids by current ones.",
        commands=OF_RECORDS, setting=True, manifest=2, not_in_cache_key="claims contain ids as written",
    ))  # fmt: skip
    rollup: bool = option(False, Option(
        "flag", ("--rollup",), "Add derived_from edges from the owner of each product to the owners of its sources.",
        commands=("export", *OF_BUILDS), manifest=3, not_in_cache_key="its edges are made from merged claims",
    ))  # fmt: skip
    keep_going: bool = option(False, Option(
        "flag", ("--keep-going",), "Skip records that cannot be read, and exit with status 1.",
        commands=("export",), not_in_run_key="a run with problems is not reused", not_in_cache_key="a run with problems is not cached",
    ))  # fmt: skip
    check: CheckScope = option("none", Option(
        "choice", ("--check",), "Rules of `kgbuild check` to run on the graph: none, those that require only the graph, or all.",
        choices=get_args(CheckScope), command_default="graph", show_default=True, commands=("export",), manifest=5,
        not_in_cache_key="rules run on merged claims; `copies`, which is part of the key, covers what they require of the files",
    ))  # fmt: skip
    complete: bool = option(True, Option(
        "flag", ("--complete/--partial",), "Treat the input as a complete registry, or as part of one that may cite records outside it.",
        commands=("check",), setting=True, not_in_cache_key="it changes only the level of findings",
    ))  # fmt: skip
    jobs: int = option(1, Option(
        "count", ("-j", "--jobs"), "Number of parallel processes.  [default: number of cores]", "N", least=1, command_default=cores,
        commands=OF_RECORDS, setting=True, not_in_run_key="the files do not depend on it", not_in_cache_key="the claims do not depend on it",
    ))  # fmt: skip
    cache: bool = option(False, Option(
        "flag", ("--cache/--no-cache",), "Reuse parsed records from earlier runs, and keep those of this run.", command_default=True,
        commands=OF_RECORDS, setting=True, not_in_run_key="it decides whether a key is used", not_in_cache_key="it decides whether a key is used",
    ))  # fmt: skip
    named: tuple[str, ...] = option((), Option(
        "inputs", ("named",), "Files below the inputs that were given by name. Each may be a link that leads out of the inputs.",
        not_in_run_key="the files found are compared", not_in_cache_key="the claims of a file do not depend on it",
    ))  # fmt: skip
    copies: bool = False
    lenient: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportTarget:
    """What to write, and where. ``formats`` are keys of WRITERS."""

    formats: tuple[str, ...] = required(Option(
        "formats", ("-f", "--format"), "Formats to write, comma-separated; repeatable. Run `kgbuild formats` for a list.  [default: kgx]", "FORMAT",
        commands=("export",), manifest=0,
    ))  # fmt: skip
    output: Path = required(Option(
        "output folder", ("-o", "--output"), "Folder to write to.", "DIR", command_default="output", show_default=True, commands=("export",),
    ))  # fmt: skip
    name: str = option("graph", Option(
        "text", ("--name",), "Prefix of the file names.", show_default=True, commands=("export",),
    ))  # fmt: skip
    qualified: bool = option(False, Option(
        "flag", ("--qualified",), "In RDF, also write each edge as a resource with all its properties.", commands=("export",), manifest=4,
    ))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSummary:
    """What to print about an export, and when it fails."""

    fail_on: FailOn = option("never", FAIL_ON._replace(commands=("export",), setting=False))
    verbose: bool = option(False, VERBOSE._replace(commands=("export",)))
    quiet: bool = option(False, QUIET._replace(commands=("export",)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """The findings that `kgbuild check` looks for, and how it reports them."""

    select: tuple[str, ...] = option((), Option(
        "codes", ("--select",), "Rules to run instead of the default ones, as codes or prefixes of codes, comma-separated; repeatable. "
        "A prefix selects all rules that begin with it, ALL every rule, also those that are off by default.", "CODES",
        commands=("check",), setting=True, required_items=True,
    ))  # fmt: skip
    extend_select: tuple[str, ...] = option((), Option(
        "codes", ("--extend-select",), "Rules to run in addition to those of --select, or to the default ones; codes as in --select.", "CODES",
        commands=("check",), setting=True,
    ))  # fmt: skip
    ignore: tuple[str, ...] = option((), Option(
        "codes", ("--ignore",), "Rules not to run, as codes or prefixes of codes, comma-separated; repeatable.", "CODES",
        commands=("check",), setting=True,
    ))  # fmt: skip
    fail_on: FailOn = option("error", FAIL_ON._replace(commands=("check",)))
    form: str = option("text", Option(
        "choice", ("-f", "--format"), "Output format of the report.", choices="kgbuild.checks.reports:REPORTS", show_default=True,
        commands=("check",), setting=True,
    ))  # fmt: skip
    output: str | None = option(
        None, OUTPUT_FILE._replace(help="Write the report to FILE instead of standard output.", commands=("check",))
    )
    statistics: bool = option(False, Option(
        "flag", ("--statistics/--no-statistics",), "Count the findings of each rule instead of listing them.",
        commands=("check",), setting=True,
    ))  # fmt: skip
    fix: bool = option(False, Option(
        "flag", ("--fix",), "Repair old ids, duplicate sources, values with one possible spelling, and stray spaces, then check again. "
        "It changes all copies or none. No other option changes the files in INPUT.", commands=("check",),
    ))  # fmt: skip
    diff: bool = option(False, Option(
        "flag", ("--diff",), "Print the changes of --fix as a patch instead of applying them. Exit with status 1 if there are any.",
        commands=("check",),
    ))  # fmt: skip
    baseline: str | None = option(None, Option(
        "file", ("--baseline",), f"File of findings to leave out of the report.  [default: {BASELINE} beside the settings, or in the current folder, "
        "if it exists]", "FILE", commands=("check",), setting=True,
    ))  # fmt: skip
    no_baseline: bool = option(False, Option("flag", ("--no-baseline",), "Also report findings in the baseline.", commands=("check",)))
    verbose: bool = option(False, VERBOSE._replace(commands=("check",)))
    write_baseline: bool = option(False, Option(
        "flag", ("--write-baseline",), f"Write the findings of this run to the baseline, which is {BASELINE} if none is given.",
        commands=("check",),
    ))  # fmt: skip
    changed_since: str | None = option(None, Option(
        "text", ("--changed-since",), "Report only findings in files changed since this git revision. All files are still read.", "REV",
        commands=("check",),
    ))  # fmt: skip
    level: FailOn | None = option(None, Option(
        "choice", ("--level",), "Show only findings at this level or above. The others are still counted.", choices=LEVELS[:-1],
        commands=("check",),
    ))  # fmt: skip
    subject: tuple[str, ...] = option((), Option(
        "globs", ("--subject",), "Show only findings about this id, or this resource and its products; repeatable. The others are still counted.",
        "ID", commands=("check",),
    ))  # fmt: skip
    max_depth: int = option(6, Option(
        "count", ("--max-depth",), "Report PG004 when provenance crosses more than N owners.", "N", least=1, show_default=True,
        commands=("check",), setting=True,
    ))  # fmt: skip
    stale_after: int = option(60, Option(
        "count", ("--stale-after",), "Report ST003 for files whose checks failed for at least DAYS days.", "DAYS", least=1, show_default=True,
        commands=("check",), setting=True,
    ))  # fmt: skip
    infores: str | None = option(None, Option(
        "file", ("--infores",), "Catalogue of infores ids for ID003: a file with one id per line, or the YAML file of Biolink.", "FILE",
        commands=("check",), setting=True,
    ))  # fmt: skip
    isolated: bool = option(False, Option(
        "flag", ("--isolated",), "Ignore kgbuild.toml and pyproject.toml.", commands=("check",),
    ))  # fmt: skip
    parts: tuple[str, ...] = option((), Option(
        "inputs", ("parts",), "The files of a registry to report. They are given as INPUT and lie below the inputs of the settings.",
    ))  # fmt: skip
    registry: tuple[str, ...] = option((), Option("inputs", ("registry",), "The inputs of the settings."))
    per_path_ignores: tuple[Any, ...] = option(
        (),
        Option(
            "codes by glob",
            ("--per-path-ignores",),
            "Rules to ignore in files and folders that match a glob.",
            setting=True,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """An existing export to use."""

    folder: str | None = option(None, Option(
        "folder", ("--from",), "Use the existing export in DIR instead of reading records.", "DIR", commands=OF_BUILDS,
    ))  # fmt: skip
    name: str | None = option(None, Option(
        "text", ("--name",), "Prefix of the export's file names.  [default: graph, or the only one in DIR]", "NAME", commands=OF_BUILDS,
    ))  # fmt: skip


class OptionField(NamedTuple):
    """An option of a class: the name of its field, the default, and its definition."""

    name: str
    default: Any
    meaning: Option


def options_of(*groups: type) -> Iterator[OptionField]:
    """Yield the options of some classes in the order of their fields."""
    for group in groups:
        for item in fields(group):
            if "option" in item.metadata:
                yield OptionField(item.name, item.default, item.metadata["option"])


def settings() -> dict[str, OptionField]:
    """Return the options that settings files can set, by the name of the setting, in the order of the classes."""
    return {item.meaning.key: item for item in options_of(ReadOptions, CheckOptions) if item.meaning.setting}


def run_key_of(*values: ReadOptions | ExportTarget) -> list[tuple[str, Any]]:
    """Return what the written files depend on besides the records and the mappings: each field without a reason to leave it out."""
    return _keyed("not_in_run_key", values)


def cache_key_of(value: ReadOptions) -> list[tuple[str, Any]]:
    """Return what claims depend on besides the records and the mappings: each field without a reason to leave it out."""
    return _keyed("not_in_cache_key", (value,))


def _keyed(reason: str, values: tuple[Any, ...]) -> list[tuple[str, Any]]:
    chosen = [
        (item.name, getattr(value, item.name))
        for value in values
        for item in fields(value)
        if not getattr(item.metadata.get("option"), reason, "")
    ]
    return [(name, os.path.realpath(value) if isinstance(value, Path) else value) for name, value in chosen]
