"""The commands of the audit: `kgbuild check` and `kgbuild rule`."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from kgbuild.errors import OutputError, UsageError

if TYPE_CHECKING:
    from kgbuild.checks.baseline import BaselineEntry
    from kgbuild.cli.settings_file import PathIgnore
    from kgbuild.model.finding import Finding
    from kgbuild.pipeline.fix import FixPlan

_FORMS = ("text", "json", "jsonl", "markdown", "github", "sarif", "junit")
#: Longer lines of prose are hard to read.
_WIDEST = 100


def _codes(given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code.strip().upper() for item in given for code in item.split(",") if code.strip())


class _Configured(click.Command):
    """A command whose options settings files may say too; what the command line says wins (kgbuild/cli/settings.py)."""

    def invoke(self, context: click.Context) -> Any:
        """Put what the settings files say where the command line says nothing, and run the command."""
        from kgbuild.cli import settings

        params = context.params
        inputs = params.pop("inputs")  # `find` settles them; an older Click says of none that the command line said so
        told = {name for name in params if context.get_parameter_source(name) is not ParameterSource.DEFAULT}
        found = settings.Settings(inputs=inputs or settings.INPUTS) if params.pop("isolated") else settings.find(inputs, os.getcwd())
        said = found.said
        if "format" in said:
            said["form"] = said.pop("format")
        if "complete" in said:
            said["partial"] = not said.pop("complete")
        if params.pop("no_baseline"):
            said.pop("baseline", None)
        codes = settings.codes(_codes(params["select"]), _codes(params["ignore"]), found.select or (), found.ignore or ())
        params |= {name: value for name, value in said.items() if name not in told}
        params |= {"per_path_ignores": found.per_path_ignores or (), "select": codes[0], "ignore": codes[1]}
        return super().invoke(context)


@click.command(cls=_Configured)
@click.argument("inputs", nargs=-1, metavar="[INPUT]...", type=click.Path())
@click.option(
    "--select", multiple=True, metavar="CODES", help="Run these rules only: codes or beginnings of codes; repeatable, comma-separated."
)
@click.option("--ignore", multiple=True, metavar="CODES", help="Leave these rules out.")
@click.option("--fail-on", type=click.Choice(["error", "warning", "info", "never"]), default="error", show_default=True,
              help="Exit with status 1 for findings at this level or above.")  # fmt: skip
@click.option("-f", "--format", "form", type=click.Choice(_FORMS), default="text", show_default=True, help="How to report.")
@click.option("-o", "--output", metavar="FILE", type=click.Path(), help="Write the report to a file.")
@click.option("--statistics/--no-statistics", default=False, help="Count the findings of each rule instead of listing them.")
@click.option(
    "--fix",
    is_flag=True,
    help="Repair old ids, duplicate sources, values with one possible spelling, and stray spaces, and check again. "
    "It changes all copies or none, and is the only option that changes the files of INPUT.",
)
@click.option(
    "--diff",
    is_flag=True,
    help="Print what --fix would change as a patch, and change nothing. Exit with status 1 if there is anything to fix.",
)
@click.option("--baseline", metavar="FILE", type=click.Path(), help="Known findings, which stay quiet.")
@click.option("--no-baseline", is_flag=True, help="Tell known findings too.")
@click.option(
    "--write-baseline", is_flag=True, help="Write the findings of this run to the file of --baseline: from now on they are known."
)
@click.option("--changed-since", metavar="REV", help="Report only what stands in files that changed since a git revision; all are read.")
@click.option("--partial/--complete", default=False, help="The input is a part of a registry: what it cites may be elsewhere.")
@click.option(
    "--max-depth", type=click.IntRange(min=1), default=6, show_default=True, metavar="N", help="Owners upstream before PG004 speaks."
)
@click.option("--stale-after", type=click.IntRange(min=1), default=90, show_default=True, metavar="DAYS",
              help="Days for which a file must be unreachable before ST003 speaks.")  # fmt: skip
@click.option("--infores", metavar="FILE", type=click.Path(), help="Catalogue of infores ids, for ID003: one a line, or the Biolink YAML.")
@click.option(
    "--mappings", metavar="DIR", type=click.Path(), help="Folder of mapping files that replace the built-in ones of the same name."
)
@click.option(
    "--exclude", multiple=True, metavar="GLOB", help="Leave out files and folders by path below the input, or by name; repeatable."
)
@click.option("--aliases/--no-aliases", default=True, help="Replace old source ids, or leave every id as written.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes to use.  [default: the cores]")
@click.option("--cache/--no-cache", default=True, help="Use and keep what runs parse, or do neither.")
@click.option("--isolated", is_flag=True, help="Leave kgbuild.toml and pyproject.toml unread.")
def check(
    inputs: tuple[str, ...], select: tuple[str, ...], ignore: tuple[str, ...], fail_on: str, form: str, output: str | None, statistics: bool,
    fix: bool, diff: bool, baseline: str | None, write_baseline: bool, changed_since: str | None, partial: bool, max_depth: int, stale_after: int,
    infores: str | None, mappings: str | None, exclude: tuple[str, ...], aliases: bool, jobs: int | None, cache: bool,
    per_path_ignores: Sequence[PathIgnore],
) -> int:  # fmt: skip
    """Audit the provenance of the records in INPUT, and say what is wrong and where.  [default: input]

    Options may stand in kgbuild.toml, or under [tool.kgbuild] in pyproject.toml; the command line wins.

    Exit status: 0 nothing at or over --fail-on; 1 findings; 2 could not do it, or a file that cannot be read as a record.
    """
    import gc

    from kgbuild.checks import reports
    from kgbuild.checks.infores_catalogue import read_catalogue
    from kgbuild.checks.view import AuditLimits
    from kgbuild.cli.settings import ignored
    from kgbuild.pipeline.check import Choices
    from kgbuild.pipeline.check import check as run
    from kgbuild.pipeline.engine.reading import cores
    from kgbuild.pipeline.read import ReadOptions

    gc.disable()
    entries = _baseline(baseline, write=write_baseline, changed_since=changed_since)
    is_ignored = ignored(per_path_ignores)
    keeps = [lambda finding: not is_ignored(finding), *_changes(changed_since, inputs)]
    catalogue = read_catalogue(Path(infores)) if infores else None
    limits = AuditLimits(partial=partial, max_depth=max_depth, stale_after=stale_after, infores=catalogue)
    color = form == "text" and output in (None, "-") and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    choices = Choices(select=select, ignore=ignore, limits=limits, form=form, statistics=statistics, color=color, keeps=keeps)
    options = ReadOptions(
        inputs=inputs, exclude=exclude, mappings=mappings, aliases=aliases, keep_going=True, jobs=jobs or cores(), cache=cache, copies=True,
    )  # fmt: skip
    checked, fixed = run(options, choices), 0
    if fix or diff:
        plan = checked.plan(() if write_baseline else {entry.fingerprint for entry in entries})
        if diff:
            return _diff(plan)
        if _fix(plan, inputs):
            checked = run(options, choices)
            fixed = plan.gone(checked.raised)
    known: frozenset[str] = frozenset()
    if baseline is not None:
        found = [item.finding for item in checked.raised if not is_ignored(item.finding)]
        known = _known(baseline, entries, found, checked.ran, write=write_baseline)
    report = checked.report(known, fixed)
    _write(reports.render(form, report), output)
    return _status(checked.unread, report.findings, fail_on)


def _status(unread: int, findings: Sequence[Finding], fail_on: str) -> int:
    """The exit status, and why it is 2 where no finding says so."""
    from kgbuild.model.finding import over

    if unread:  # whatever was selected: what is said of the rest may be wrong for it
        if not any(finding.code == "RD001" for finding in findings):
            what = "file or line" if unread == 1 else "files or lines"
            click.echo(f"{unread:,} {what} could not be read as records; `--select RD001` tells why", err=True)
        return 2
    return 1 if any(over(finding.severity, fail_on) for finding in findings) else 0


def _diff(plan: FixPlan) -> int:
    """Show what would be fixed."""
    from kgbuild.model import edits

    for chunk in edits.diff(plan.edits):
        click.echo(chunk, nl=False)
    for line in plan.lines("would be fixed"):
        click.echo(line, err=True)
    return 1 if plan.edits else 0


def _fix(plan: FixPlan, inputs: Sequence[str]) -> bool:
    """Fix, and say whether anything was changed."""
    from kgbuild.pipeline.apply_edits import apply
    from kgbuild.readers.inputs import STDIN

    if plan.edits and STDIN in inputs:
        raise UsageError("--fix: expected files and folders, got standard input too, which cannot be read again; save it to a file first")
    apply(plan.edits)
    for line in plan.lines("fixed"):
        click.echo(line, err=True)
    return bool(plan.edits)


def _baseline(path: str | None, *, write: bool, changed_since: str | None) -> Sequence[BaselineEntry]:
    """The entries of the baseline, if there is one."""
    from kgbuild.checks import baseline

    if write and path is None:
        raise UsageError("--write-baseline: expected a file to write to, got no --baseline; add `--baseline kgbuild-baseline.json`")
    if write and changed_since is not None:
        raise UsageError("--write-baseline: expected a run that tells all findings, got --changed-since; leave one of the two out")
    return () if path is None else baseline.read(path, new=write)


def _changes(revision: str | None, inputs: Sequence[str]) -> list[Callable[[Finding], bool]]:
    from kgbuild.pipeline import git_changes

    return [] if revision is None else [git_changes.changed_since(revision, inputs)]


def _known(path: str, entries: Sequence[BaselineEntry], found: Sequence[Finding], ran: Collection[str], *, write: bool) -> frozenset[str]:
    """The fingerprints of known findings, of a baseline that is written anew, or else compared with what the rules that ``ran`` have found."""
    from kgbuild.checks import baseline

    if write:
        entries = baseline.renewed(entries, found, ran)
        baseline.write(path, entries)
        click.echo(f"wrote {path}: {baseline.counted(len(entries))}", err=True)
    elif gone := baseline.gone(entries, found, ran):
        click.echo(f"hint: {baseline.hint(path, gone)}", err=True)
    return baseline.known(entries)


def _write(text: str, output: str | None) -> None:
    if output is None or output == "-":
        click.echo(text, nl=False)
        return
    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{output}: expected a file that can be written, got {error.strerror!r}; choose another --output") from None


@click.command()
@click.argument("code", required=False)
@click.option("--all", "every", is_flag=True, help="Every rule.")
@click.option("-f", "--format", "form", type=click.Choice(["text", "markdown"]), default="text", show_default=True, help="How to tell it.")
def rule(code: str | None, every: bool, form: str) -> None:
    """Explain the rule CODE of `kgbuild check`: what it finds, why, an example, how to fix it."""
    from kgbuild import checks
    from kgbuild.checks.reports import rules_page

    known = {rule.code: rule for rule in checks.load_rules()}
    if (code is None) is not every:
        got = "neither" if code is None else "both"
        raise UsageError(f"kgbuild rule: expected the code of a rule, or --all, got {got}; try `kgbuild rule RF001`")
    if code is not None and code.upper() not in known:
        raise UsageError(f"kgbuild rule: expected one of {', '.join(known)}, got {code!r}")
    if every and form == "markdown":
        click.echo(rules_page.page(), nl=False)
        return
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    chosen = list(known.values()) if code is None else [known[code.upper()]]
    click.echo("\n".join(rules_page.section(item) if form == "markdown" else rules_page.plain(item, width) for item in chosen), nl=False)
