"""The command line: parse options, call, print, exit code. Data goes to standard output, everything else to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kgbuild.cli_check import check, rule
from kgbuild.cli_load import load
from kgbuild.cli_query import query
from kgbuild.cli_serve import serve
from kgbuild.errors import KgbuildError
from kgbuild.version import __version__

if TYPE_CHECKING:
    from kgbuild.pipeline.export import Outcome

FINDINGS, FAILED = 1, 2
EPILOG = "Exit status: 0 done; 1 done, with findings; 2 could not do it."
_LEVELS = ("error", "warning", "info", "never")


class _Commands(click.Group):
    """Commands whose errors are a sentence and exit status 2, however they fail."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["standalone_mode"] = False
        try:
            status = super().main(*args, **kwargs) or 0
        except click.exceptions.Exit as exit:
            status = exit.exit_code
        except click.ClickException as error:
            error.show()
            status = FAILED
        except KgbuildError as error:
            _say_errors(str(error))
            status = FAILED
        except (click.Abort, KeyboardInterrupt):
            click.echo("interrupted: the output is as it was, or complete", err=True)
            status = FAILED
        except OSError as error:
            if error.filename is not None:
                raise
            _say_errors(f"standard output: expected room for what is printed, got {error.strerror!r}; send it elsewhere")
            status = FAILED
        except SystemExit as exit:  # Click's: after completing for a shell, or when whoever reads our output has gone; 1 is for findings
            status = FAILED if exit.code == 1 else exit.code
        sys.exit(status)


def _say(what: str, color: str, text: str) -> None:
    """A line on standard error; in colour on a terminal, unless NO_COLOR is set (https://no-color.org)."""
    click.echo(click.style(what, fg=color, bold=True) + text, err=True, color=False if os.environ.get("NO_COLOR") else None)


def _say_errors(text: str) -> None:
    lines = text.splitlines()
    for line in lines:
        _say("error: ", "red", line)
    if len(lines) > 1:
        click.echo(f"{len(lines)} errors; nothing was written", err=True)


@click.group(cls=_Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="kgbuild")
def main() -> None:
    """Build a provenance knowledge graph from records that describe knowledge graphs, databases and ontologies."""


def _complete_formats(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from kgbuild.writers import GROUPS, WRITERS

    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in (*GROUPS, *WRITERS) if name.startswith(last)]


@main.command(epilog=EPILOG)
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
    from kgbuild.pipeline.read import Options
    from kgbuild.pipeline.target import Target

    options = Options(
        inputs=inputs or ("input",), exclude=exclude, profile=profile, mappings=mappings, aliases=not no_aliases, rollup=rollup,
        keep_going=keep_going, jobs=jobs or cores(), cache=not no_cache, copies=check == "all", check=check,
        partial=check != "none" and _is_partial(inputs),
    )  # fmt: skip
    target = Target(formats=writers.choose(formats or ("kgx",)), output=Path(output), name=name, qualified=qualified)
    gc.disable()  # a run makes trees, of which reference counts free all, and ends; collecting takes a quarter of its time
    with _progress(quiet) as progress:
        outcome = run(options, target, progress)
    for problem in sorted(set(outcome.problems)):
        _say("left out: ", "yellow", str(problem))
    if not quiet:
        from kgbuild.summary import lines

        for line in lines(outcome, target.output, target.name, verbose=verbose):
            click.echo(line, err=True)
    return FINDINGS if outcome.problems or _over(outcome, fail_on) else 0


def _is_partial(inputs: tuple[str, ...]) -> bool:
    """Whether settings files say that the records are a part of a registry."""
    from kgbuild import settings

    return settings.find(inputs, os.getcwd()).complete is False


def _over(outcome: Outcome, fail_on: str) -> bool:
    """Whether there is a finding at or over a level: what was left out is an error, listings that differ are warnings, the rest is information."""
    manifest = outcome.manifest
    found = {"error": bool(manifest.read.left_out), "warning": bool(manifest.differing), "info": bool(manifest.read.unusual)}
    found |= dict.fromkeys(manifest.findings or (), True)
    return fail_on != "never" and any(found[level] for level in _LEVELS[: _LEVELS.index(fail_on) + 1])


class _progress:  # noqa: N801  (a context manager that is used like a function)
    """A progress bar for each stage, on a terminal, for runs over enough bytes to be long."""

    LONG = 20 * 2**20

    def __init__(self, quiet: bool) -> None:
        self._shown = sys.stderr.isatty() and not quiet
        self._stage = ""
        self._bar: Any = None
        self._done = 0

    def __enter__(self) -> Callable[[str, int, int], None]:
        return self._tick

    def _tick(self, stage: str, done: int, total: int) -> None:
        long = total >= self.LONG if stage == "reading" else self._bar is not None  # writing takes long where reading did
        if not self._shown or not long:
            return
        if stage != self._stage:
            self.__exit__()
            self._stage, self._done = stage, 0
            self._bar = click.progressbar(length=total, label=f"{stage:9}", file=sys.stderr, width=30)
            self._bar.__enter__()
        self._bar.update(done - self._done)
        self._done = done

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)


@main.command()
def formats() -> None:
    """List the formats that `export` writes."""
    from kgbuild.writers import GROUPS, WRITERS, file_name

    width = max(map(len, (*WRITERS, *GROUPS)))
    for name, format in WRITERS.items():
        click.echo(f"{name:{width}}  {format.about}: {', '.join(file_name('NAME', ending) for ending in format.files)}")
    for name, members in GROUPS.items():
        click.echo(f"{name:{width}}  {', '.join(members)}")


@main.command(epilog=EPILOG)
@click.argument("paths", nargs=-1, metavar="[DIR|FILES]...", type=click.Path())
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to report.")
@click.option("--mappings", metavar="DIR", type=click.Path(), help="Folder of mapping files, for its prefixes.")
def validate(paths: tuple[str, ...], form: Any, mappings: str | None) -> int:
    """Check KGX files with kgx's own validator, offline, and with what it leaves out.

    DIR is searched for NAME_nodes and NAME_edges files in .tsv and .jsonl.  [default: output]
    """
    from kgbuild.checks.kgx import render_all, validate_all
    from kgbuild.mapping.load import load_mapping
    from kgbuild.model.graph import Edge, Node

    prefixes = load_mapping(Path(mappings) if mappings else None).prefixes.prefixes
    own = {*Node.__struct_fields__, *Edge.__struct_fields__}
    reports = validate_all([Path(path) for path in paths or ("output",)], prefixes=prefixes, own_properties=own)
    click.echo(render_all(reports, form), nl=False)
    return FINDINGS if any(report.errors for _, report in reports) else 0


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes kgbuild's commands and options in a SHELL.

    For bash: eval "$(kgbuild completion bash)" in ~/.bashrc.
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is not None:
        click.echo(made(main, {}, "kgbuild", "_KGBUILD_COMPLETE").source())


for _command in (check, rule, load, *load.commands.values(), query, serve):
    _command.epilog = EPILOG
for _command in (check, rule, load, query, serve):
    main.add_command(_command)
