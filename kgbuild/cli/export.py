"""The commands `kgbuild export` and `kgbuild formats`."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from kgbuild.cli.console import EPILOG, FINDINGS, say, tell
from kgbuild.cli.options import INPUTS, takes
from kgbuild.cli.progress import Progress
from kgbuild.options import LEVELS, ExportSummary, ExportTarget, ReadOptions

if TYPE_CHECKING:
    from kgbuild.pipeline.export import ExportOutcome


@click.command(epilog=EPILOG)
@takes("export", target=ExportTarget, options=ReadOptions, summary=ExportSummary)
def export(target: ExportTarget, options: ReadOptions, summary: ExportSummary) -> int:
    """Write the provenance graph of the records in INPUT.

    INPUT is one or more folders, files (.md, .yaml, .json, .jsonl, .jsonl.gz, .jsonl.zst, .ndjson, .ndjson.gz, .ndjson.zst) or archives (.tar,
    .tar.gz, .tar.zst, .zip); - reads JSON Lines from standard input.  [default: input]
    """
    import gc

    from kgbuild import writers
    from kgbuild.pipeline.export import export as run

    complete = options.check == "none" or not _is_partial(options.inputs)
    copies, lenient = options.check != "none", options.check == "all"
    options = replace(options, inputs=options.inputs or INPUTS, copies=copies, lenient=lenient, complete=complete)
    target = replace(target, formats=writers.choose(target.formats or ("kgx",)))
    gc.disable()  # a run creates trees, which reference counting frees; garbage collection would take a quarter of its time
    with Progress(summary.quiet) as progress:
        outcome = run(options, target, progress)
    for problem in sorted(set(outcome.problems)):
        say("left out: ", "yellow", str(problem))
    if not summary.quiet:
        from kgbuild.cli.summary import lines

        for line in lines(outcome, target.output, target.name, verbose=summary.verbose):
            tell(line)
    return FINDINGS if outcome.problems or _over(outcome, summary.fail_on) else 0


def _is_partial(inputs: tuple[str, ...]) -> bool:
    """Return whether the settings files declare the records to be part of a registry."""
    from kgbuild.cli import settings

    return settings.find(inputs, os.getcwd()).get("complete") is False


def _over(outcome: ExportOutcome, fail_on: str) -> bool:
    """Return whether there is a finding at or above a level: errors for records left out, warnings for differing listings, otherwise information."""
    manifest = outcome.manifest
    found = {"error": bool(manifest.read.left_out), "warning": bool(manifest.differing), "info": bool(manifest.read.unusual)}
    found |= dict.fromkeys(manifest.findings or (), True)
    return fail_on != "never" and any(found[level] for level in LEVELS[: LEVELS.index(fail_on) + 1])


@click.command()
def formats() -> None:
    """List the formats that `kgbuild export` can write."""
    from kgbuild.writers import GROUPS, WRITERS, file_name

    width = max(map(len, (*WRITERS, *GROUPS)))
    for name, format in WRITERS.items():
        click.echo(f"{name:{width}}  {format.about}: {', '.join(file_name('NAME', ending) for ending in format.files)}")
    for name, members in GROUPS.items():
        click.echo(f"{name:{width}}  {', '.join(members)}")
