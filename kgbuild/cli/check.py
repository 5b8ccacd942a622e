"""The commands of the audit: `kgbuild check` and `kgbuild rule`."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from kgbuild.cli.options import INPUTS, takes
from kgbuild.errors import UsageError
from kgbuild.options import CheckOptions, ReadOptions

if TYPE_CHECKING:
    from kgbuild.checks.baseline import BaselineEntry
    from kgbuild.model.finding import Finding
    from kgbuild.pipeline.check import Choices
    from kgbuild.pipeline.fix import FixPlan

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
        said = {"inputs": inputs or INPUTS} if params["isolated"] else settings.find(inputs, os.getcwd())
        if params["no_baseline"]:
            said.pop("baseline", None)
        codes = settings.codes(_codes(params["select"]), _codes(params["ignore"]), said.get("select", ()), said.get("ignore", ()))
        params |= {name: value for name, value in said.items() if name not in told}
        params |= {"select": codes[0], "ignore": codes[1]}
        return super().invoke(context)


@click.command(cls=_Configured)
@takes("check", options=CheckOptions, reading=ReadOptions)
def check(options: CheckOptions, reading: ReadOptions) -> int:
    """Audit the provenance of the records in INPUT, and say what is wrong and where.  [default: input]

    Options may stand in kgbuild.toml, or under [tool.kgbuild] in pyproject.toml; the command line wins.

    Exit status: 0 nothing at or over --fail-on; 1 findings; 2 could not do it, or a file that cannot be read as a record.
    """
    import gc

    from kgbuild.checks import reports
    from kgbuild.cli.settings import ignored
    from kgbuild.pipeline.check import check as run

    gc.disable()
    entries = _baseline(options)
    is_ignored = ignored(options.per_path_ignores)
    keeps = [lambda finding: not is_ignored(finding), *_changes(options.changed_since, reading.inputs)]
    choices = _choices(options, reading, keeps)
    reading = replace(reading, keep_going=True, copies=True, lenient=True)
    checked, fixed = run(reading, choices), 0
    if options.fix or options.diff:
        plan = checked.plan(() if options.write_baseline else {entry.fingerprint for entry in entries})
        if options.diff:
            return _diff(plan)
        if _fix(plan, reading.inputs):
            checked = run(reading, choices)
            fixed = plan.gone(checked.raised)
    known: frozenset[str] = frozenset()
    if options.baseline is not None:
        found = [item.finding for item in checked.raised if not is_ignored(item.finding)]
        known = _known(options.baseline, entries, found, checked.ran, write=options.write_baseline)
    report = checked.report(known, fixed)
    _write(reports.render(options.form, report), options.output)
    return _status(checked.unread, report.findings, options.fail_on)


def _choices(options: CheckOptions, reading: ReadOptions, keeps: Sequence[Callable[[Finding], bool]]) -> Choices:
    """Which rules to run, and how to show what they find."""
    from kgbuild.checks.infores_catalogue import read_catalogue
    from kgbuild.checks.view import AuditLimits
    from kgbuild.pipeline.check import Choices

    catalogue = read_catalogue(Path(options.infores)) if options.infores else None
    limits = AuditLimits(
        partial=not reading.complete, max_depth=options.max_depth, stale_after=options.stale_after, infores=catalogue
    )  # fmt: skip
    color = options.form == "text" and options.output in (None, "-") and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return Choices(
        select=options.select, ignore=options.ignore, limits=limits, form=options.form, statistics=options.statistics, color=color, keeps=keeps
    )  # fmt: skip


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


def _baseline(options: CheckOptions) -> Sequence[BaselineEntry]:
    """The entries of the baseline, if there is one."""
    from kgbuild.checks import baseline

    path, write = options.baseline, options.write_baseline
    if write and path is None:
        raise UsageError("--write-baseline: expected a file to write to, got no --baseline; add `--baseline kgbuild-baseline.json`")
    if write and options.changed_since is not None:
        raise UsageError("--write-baseline: expected a run that tells all findings, got --changed-since; leave one of the two out")
    return () if path is None else baseline.read(path, new=write)


def _changes(revision: str | None, inputs: Sequence[str]) -> list[Callable[[Finding], bool]]:
    from kgbuild.pipeline import git_changes

    return [] if revision is None else [git_changes.changed_since(revision, inputs)]


def _known(path: str, entries: Sequence[BaselineEntry], found: Sequence[Finding], ran: Collection[str], *, write: bool) -> frozenset[str]:
    """The fingerprints of known findings, of a baseline that is written anew, or else compared with what the rules that ``ran`` have found."""
    from kgbuild.checks import baseline
    from kgbuild.pipeline.files import put

    if write:
        entries = baseline.renewed(entries, found, ran)
        put(Path(path), baseline.render(entries).encode(), todo="give another --baseline")
        click.echo(f"wrote {path}: {baseline.counted(len(entries))}", err=True)
    elif resolved := baseline.resolved(entries, found, ran):
        click.echo(f"hint: {baseline.hint(path, resolved)}", err=True)
    return baseline.known(entries)


def _write(text: str, output: str | None) -> None:
    from kgbuild.pipeline.files import put

    if output is None or output == "-":
        click.echo(text, nl=False)
    else:
        put(Path(output), text.encode(), todo="choose another --output")


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
