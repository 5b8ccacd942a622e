"""The commands `kgbuild export` and `kgbuild formats`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kgbuild.cli.console import EPILOG, FINDINGS, say
from kgbuild.cli.progress import Progress

if TYPE_CHECKING:
    from kgbuild.pipeline.export import ExportOutcome

_LEVELS = ("error", "warning", "info", "never")


def _complete_formats(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from kgbuild.writers import GROUPS, WRITERS

    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in (*GROUPS, *WRITERS) if name.startswith(last)]


@click.command(epilog=EPILOG)
@click.argument("inputs", nargs=-1, metavar="[INPUT]...", type=click.Path())
@click.option("-f", "--format", "formats", multiple=True, metavar="FORMAT", shell_complete=_complete_formats,
              help="What to write; repeatable, comma-separated; `kgbuild formats` lists them.  [default: kgx]")  # fmt: skip
@click.option("-o", "--output", default="output", show_default=True, metavar="DIR", type=click.Path(), help="Folder to write to.")
@click.option("--name", default="graph", show_default=True, help="What the names of the files begin with.")
@click.option("--profile", type=click.Choice(["registry", "biolink"]), default="registry", show_default=True,
              help="Our own classes and predicates, or those of the Biolink Model.")  # fmt: skip
@click.option(
    "--mappings", metavar="DIR", type=click.Path(), help="Folder of mapping files that replace the built-in ones of the same name."
)
@click.option(
    "--exclude", multiple=True, metavar="GLOB", help="Leave out files and folders by path below the input, or by name; repeatable."
)
@click.option("--no-aliases", is_flag=True, help="Leave every source id as written.")
@click.option("--rollup", is_flag=True, help="Add derived_from edges between the owners of products and of their sources.")
@click.option("--qualified", is_flag=True, help="In RDF, write each edge as a resource with all its properties too.")
@click.option("--keep-going", is_flag=True, help="Leave out records that cannot be read, and exit with status 1.")
@click.option("--check", type=click.Choice(["none", "graph", "all"]), default="graph", show_default=True,
              help="Rules of `kgbuild check` to run on the graph: those about the graph itself, or all.")  # fmt: skip
@click.option("--fail-on", type=click.Choice(_LEVELS), default="never", show_default=True,
              help="Exit with status 1 for findings at this level or above.")  # fmt: skip
@click.option("-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes to use.  [default: the cores]")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep what earlier runs parsed.")
@click.option("-v", "--verbose", is_flag=True, help="List every file that was skipped, and why.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def export(
    inputs: tuple[str, ...], formats: tuple[str, ...], output: str, name: str, profile: Any, mappings: str | None, exclude: tuple[str, ...],
    no_aliases: bool, rollup: bool, qualified: bool, keep_going: bool, check: Any, fail_on: str, jobs: int | None, no_cache: bool,
    verbose: bool, quiet: bool,
) -> int:  # fmt: skip
    """Write the provenance graph of the records in INPUT.

    INPUT is a folder, a file (.md, .yaml, .json, .jsonl, .jsonl.gz, .jsonl.zst), an archive (.tar, .tar.gz, .tar.zst, .zip), or - for JSON Lines on
    standard input; any number of them.  [default: input]
    """
    import gc

    from kgbuild import writers
    from kgbuild.pipeline.engine.reading import cores
    from kgbuild.pipeline.export import export as run
    from kgbuild.pipeline.read import ReadOptions
    from kgbuild.pipeline.target import ExportTarget

    options = ReadOptions(
        inputs=inputs or ("input",), exclude=exclude, profile=profile, mappings=mappings, aliases=not no_aliases, rollup=rollup,
        keep_going=keep_going, jobs=jobs or cores(), cache=not no_cache, copies=check == "all", check=check,
        partial=check != "none" and _is_partial(inputs),
    )  # fmt: skip
    target = ExportTarget(formats=writers.choose(formats or ("kgx",)), output=Path(output), name=name, qualified=qualified)
    gc.disable()  # a run makes trees, of which reference counts free all, and ends; collecting takes a quarter of its time
    with Progress(quiet) as progress:
        outcome = run(options, target, progress)
    for problem in sorted(set(outcome.problems)):
        say("left out: ", "yellow", str(problem))
    if not quiet:
        from kgbuild.cli.summary import lines

        for line in lines(outcome, target.output, target.name, verbose=verbose):
            click.echo(line, err=True)
    return FINDINGS if outcome.problems or _over(outcome, fail_on) else 0


def _is_partial(inputs: tuple[str, ...]) -> bool:
    """Whether settings files say that the records are a part of a registry."""
    from kgbuild.cli import settings

    return settings.find(inputs, os.getcwd()).complete is False


def _over(outcome: ExportOutcome, fail_on: str) -> bool:
    """Whether there is a finding at or over a level: what was left out is an error, listings that differ are warnings, the rest is information."""
    manifest = outcome.manifest
    found = {"error": bool(manifest.read.left_out), "warning": bool(manifest.differing), "info": bool(manifest.read.unusual)}
    found |= dict.fromkeys(manifest.findings or (), True)
    return fail_on != "never" and any(found[level] for level in _LEVELS[: _LEVELS.index(fail_on) + 1])


@click.command()
def formats() -> None:
    """List the formats that `export` writes."""
    from kgbuild.writers import GROUPS, WRITERS, file_name

    width = max(map(len, (*WRITERS, *GROUPS)))
    for name, format in WRITERS.items():
        click.echo(f"{name:{width}}  {format.about}: {', '.join(file_name('NAME', ending) for ending in format.files)}")
    for name, members in GROUPS.items():
        click.echo(f"{name:{width}}  {', '.join(members)}")
