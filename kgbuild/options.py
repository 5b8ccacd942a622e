"""Every option that a value, a settings file, a manifest or several commands share, defined once.

The fields of the classes below are the options. From them come the command line (kgbuild/cli/options.py), the settings of `kgbuild check`
(kgbuild/cli/settings_file.py) and their JSON schema, the options of the manifest, and the keys by which earlier work is known to be
still right. An option of one command alone stands beside that command.
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
#: Which rules of the audit an export runs on its graph: none, those that look at nodes and edges alone, or all.
CheckScope = Literal["none", "graph", "all"]
FailOn = Literal["error", "warning", "info", "never"]

#: The levels of findings at which a run can fail, the gravest first.
LEVELS: tuple[FailOn, ...] = get_args(FailOn)

#: What values an option takes. A `file` or `folder` is read, an `output file` or `output folder` is written.
Kind = Literal[
    "inputs", "flag", "choice", "count", "amount", "text", "codes", "globs", "file", "folder", "output file", "output folder",
    "codes by glob", "formats",
]  # fmt: skip
#: The commands that take a build: records, or with --from an export.
OF_BUILDS = ("query", "serve", "neo4j", "sparql")
#: The commands that read records.
OF_RECORDS = ("export", "check", *OF_BUILDS)


class Option(NamedTuple):
    """What is known of an option besides its name, its type and its default.

    ``flags`` are as click takes them, the long one last. ``choices`` are the values, or `module:REGISTRY` whose keys they are. ``least``
    is the smallest value, itself not allowed where ``above`` is set. ``command_default`` is the default on the command line, where it is
    not that of the field. ``commands`` take it. ``setting`` says that settings files may say it, under the name of its long flag;
    ``required_items`` that a list there is not empty. ``manifest`` is its place among the options of the manifest; None leaves it out.
    ``not_in_run_key`` says why an earlier export with another value is still right, ``not_in_cache_key`` why its claims are.
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
    manifest: int | None = None
    not_in_run_key: str = ""
    not_in_cache_key: str = ""

    def values(self) -> tuple[str, ...]:
        """The values of a choice."""
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
    """A field that is an option, with its default."""
    return field(default=default, metadata=MappingProxyType({"option": meaning}))


def needed(meaning: Option) -> Any:
    """A field that is an option and has no default."""
    return field(metadata=MappingProxyType({"option": meaning}))


def cores() -> int:
    """How many processes can run at once here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


QUIET = Option("flag", ("-q", "--quiet"), "Print errors only.")
FAIL_ON = Option(
    "choice", ("--fail-on",), "Exit with status 1 for findings at this level or above.", choices=LEVELS, show_default=True,
    setting=True,
)  # fmt: skip
TIMEOUT = Option("amount", ("--timeout",), "End a query that takes longer.", "SECONDS", least=0, above=True, show_default=True)
MEMORY = Option("amount", ("--memory",), "End a query that needs more memory.", "GIB", least=0.5, show_default=True)

OUTPUT_FILE = Option("output file", ("-o", "--output"), metavar="FILE")
MAPPINGS = Option(
    "folder", ("--mappings",), "Folder of mapping files that replace the built-in ones of the same name.", "DIR", commands=OF_RECORDS,
    setting=True, not_in_run_key="the cache has the content of the mapping files in its name",
    not_in_cache_key="the hash of the mapping files is in it",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What to read and how.

    ``copies`` keeps what generated product pages say, which the audit compares and names. ``lenient`` also reads records that give a key
    twice, with the last value of each; each doubled key is a problem all the same.
    """

    inputs: tuple[str, ...] = needed(Option(
        "inputs", ("inputs",), "What to read: folders, files and archives.", "[INPUT]...", commands=OF_RECORDS, setting=True, required_items=True,
        not_in_run_key="each set of inputs has a cache of its own", not_in_cache_key="their real paths are in it",
    ))  # fmt: skip
    profile: Profile = option("registry", Option(
        "choice", ("--profile",), "Our own classes and predicates, or those of the Biolink Model.", choices=get_args(Profile), show_default=True,
        commands=("export", *OF_BUILDS), manifest=1, not_in_cache_key="claims are the same in every profile",
    ))  # fmt: skip
    mappings: str | None = option(None, MAPPINGS)
    exclude: tuple[str, ...] = option((), Option(
        "globs", ("--exclude",), "Leave out files and folders by path below the input, or by name; repeatable.", "GLOB",
        commands=OF_RECORDS, setting=True, manifest=6,
    ))  # fmt: skip
    aliases: bool = option(True, Option(
        "flag", ("--aliases/--no-aliases",), "Replace old source ids, or leave every id as written.",
        commands=OF_RECORDS, setting=True, manifest=2, not_in_cache_key="claims have ids as written",
    ))  # fmt: skip
    rollup: bool = option(False, Option(
        "flag", ("--rollup",), "Add derived_from edges between the owners of products and of their sources.",
        commands=("export", *OF_BUILDS), manifest=3, not_in_cache_key="its edges are made from merged claims",
    ))  # fmt: skip
    keep_going: bool = option(False, Option(
        "flag", ("--keep-going",), "Leave out records that cannot be read, and exit with status 1.",
        commands=("export",), not_in_run_key="a run with problems is not kept", not_in_cache_key="a run with problems is not kept",
    ))  # fmt: skip
    check: CheckScope = option("none", Option(
        "choice", ("--check",), "Rules of `kgbuild check` to run on the graph: those about the graph itself, or all.", choices=get_args(CheckScope),
        command_default="graph", show_default=True, commands=("export",), manifest=5,
        not_in_cache_key="rules run on merged claims, and `copies` says what they need of the files",
    ))  # fmt: skip
    complete: bool = option(True, Option(
        "flag", ("--complete/--partial",), "The input is a whole registry, or a part of one: what it cites may be elsewhere.",
        commands=("check",), setting=True, not_in_cache_key="it changes how grave findings are",
    ))  # fmt: skip
    jobs: int = option(1, Option(
        "count", ("-j", "--jobs"), "Processes to use.  [default: the cores]", "N", least=1, command_default=cores, commands=OF_RECORDS,
        setting=True, not_in_run_key="the bytes do not depend on it", not_in_cache_key="the claims do not depend on it",
    ))  # fmt: skip
    cache: bool = option(False, Option(
        "flag", ("--cache/--no-cache",), "Use and keep what runs parse, or do neither.", command_default=True, commands=OF_RECORDS,
        setting=True, not_in_run_key="it says whether a key is asked for", not_in_cache_key="it says whether a key is asked for",
    ))  # fmt: skip
    copies: bool = False
    lenient: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportTarget:
    """What to write, and where. ``formats`` are names of WRITERS."""

    formats: tuple[str, ...] = needed(Option(
        "formats", ("-f", "--format"), "What to write; repeatable, comma-separated; `kgbuild formats` lists them.  [default: kgx]", "FORMAT",
        commands=("export",), manifest=0,
    ))  # fmt: skip
    output: Path = needed(Option(
        "output folder", ("-o", "--output"), "Folder to write to.", "DIR", command_default="output", show_default=True, commands=("export",),
    ))  # fmt: skip
    name: str = option("graph", Option(
        "text", ("--name",), "What the names of the files begin with.", show_default=True, commands=("export",),
    ))  # fmt: skip
    qualified: bool = option(False, Option(
        "flag", ("--qualified",), "In RDF, write each edge as a resource with all its properties too.", commands=("export",), manifest=4,
    ))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSummary:
    """What to say of an export, and when it fails."""

    fail_on: FailOn = option("never", FAIL_ON._replace(commands=("export",), setting=False))
    verbose: bool = option(False, Option("flag", ("-v", "--verbose"), "List every file that was skipped, and why.", commands=("export",)))
    quiet: bool = option(False, QUIET._replace(commands=("export",)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """What `kgbuild check` is to look for, and what to do with what it finds."""

    select: tuple[str, ...] = option((), Option(
        "codes", ("--select",), "Run these rules only: codes or beginnings of codes; repeatable, comma-separated.", "CODES",
        commands=("check",), setting=True, required_items=True,
    ))  # fmt: skip
    ignore: tuple[str, ...] = option((), Option(
        "codes", ("--ignore",), "Leave these rules out.", "CODES", commands=("check",), setting=True,
    ))  # fmt: skip
    fail_on: FailOn = option("error", FAIL_ON._replace(commands=("check",)))
    form: str = option("text", Option(
        "choice", ("-f", "--format"), "How to report.", choices="kgbuild.checks.reports:REPORTS", show_default=True,
        commands=("check",), setting=True,
    ))  # fmt: skip
    output: str | None = option(None, OUTPUT_FILE._replace(help="Write the report to a file.", commands=("check",)))
    statistics: bool = option(False, Option(
        "flag", ("--statistics/--no-statistics",), "Count the findings of each rule instead of listing them.",
        commands=("check",), setting=True,
    ))  # fmt: skip
    fix: bool = option(False, Option(
        "flag", ("--fix",), "Repair old ids, duplicate sources, values with one possible spelling, and stray spaces, and check again. "
        "It changes all copies or none, and is the only option that changes the files of INPUT.", commands=("check",),
    ))  # fmt: skip
    diff: bool = option(False, Option(
        "flag", ("--diff",), "Print what --fix would change as a patch, and change nothing. Exit with status 1 if there is anything to fix.",
        commands=("check",),
    ))  # fmt: skip
    baseline: str | None = option(None, Option(
        "file", ("--baseline",), "Known findings, which stay quiet.", "FILE", commands=("check",), setting=True,
    ))  # fmt: skip
    no_baseline: bool = option(False, Option("flag", ("--no-baseline",), "Tell known findings too.", commands=("check",)))
    write_baseline: bool = option(False, Option(
        "flag", ("--write-baseline",), "Write the findings of this run to the file of --baseline: from now on they are known.",
        commands=("check",),
    ))  # fmt: skip
    changed_since: str | None = option(None, Option(
        "text", ("--changed-since",), "Report only what stands in files that changed since a git revision; all are read.", "REV",
        commands=("check",),
    ))  # fmt: skip
    max_depth: int = option(6, Option(
        "count", ("--max-depth",), "Owners upstream before PG004 speaks.", "N", least=1, show_default=True, commands=("check",), setting=True,
    ))  # fmt: skip
    stale_after: int = option(90, Option(
        "count", ("--stale-after",), "Days for which a file must be unreachable before ST003 speaks.", "DAYS", least=1, show_default=True,
        commands=("check",), setting=True,
    ))  # fmt: skip
    infores: str | None = option(None, Option(
        "file", ("--infores",), "Catalogue of infores ids, for ID003: one a line, or the Biolink YAML.", "FILE",
        commands=("check",), setting=True,
    ))  # fmt: skip
    isolated: bool = option(False, Option(
        "flag", ("--isolated",), "Leave kgbuild.toml and pyproject.toml unread.", commands=("check",),
    ))  # fmt: skip
    per_path_ignores: tuple[Any, ...] = option(
        (),
        Option(
            "codes by glob",
            ("--per-path-ignores",),
            "Files or folders, by glob, and the rules to ignore there.",
            setting=True,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """An export that is used as it is."""

    folder: str | None = option(None, Option(
        "folder", ("--from",), "Use the export in DIR as it is, and read no records.", "DIR", commands=OF_BUILDS,
    ))  # fmt: skip
    name: str | None = option(None, Option(
        "text", ("--name",), "What the names of the export's files begin with.  [default: graph, or the only one]", "NAME", commands=OF_BUILDS,
    ))  # fmt: skip


class OptionField(NamedTuple):
    """An option of a class: the name of its field, its default there, and what else is known of it."""

    name: str
    default: Any
    meaning: Option


def options_of(*groups: type) -> Iterator[OptionField]:
    """The options of some classes, in the order in which they stand."""
    for group in groups:
        for item in fields(group):
            if "option" in item.metadata:
                yield OptionField(item.name, item.default, item.metadata["option"])


def settings() -> dict[str, OptionField]:
    """Setting -> its option, in the order of the classes."""
    return {item.meaning.key: item for item in options_of(ReadOptions, CheckOptions) if item.meaning.setting}


def run_key_of(*values: ReadOptions | ExportTarget) -> list[tuple[str, Any]]:
    """All that files depend on besides the records and the mappings: every field that does not say why it is left out."""
    return _keyed("not_in_run_key", values)


def cache_key_of(value: ReadOptions) -> list[tuple[str, Any]]:
    """All that claims depend on besides the records and the mappings: every field that does not say why it is left out."""
    return _keyed("not_in_cache_key", (value,))


def _keyed(reason: str, values: tuple[Any, ...]) -> list[tuple[str, Any]]:
    chosen = [
        (item.name, getattr(value, item.name))
        for value in values
        for item in fields(value)
        if not getattr(item.metadata.get("option"), reason, "")
    ]
    return [(name, os.path.realpath(said) if isinstance(said, Path) else said) for name, said in chosen]
