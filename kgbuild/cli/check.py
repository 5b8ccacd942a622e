"""The commands `kgbuild check` and `kgbuild rule`."""

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
_MAX_WIDTH = 100


def _codes(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code.strip().upper() for item in values for code in item.split(",") if code.strip())


class _Configured(click.Command):
    """A command whose options can also be set in settings files (kgbuild/cli/settings.py). The command line takes precedence."""

    def invoke(self, context: click.Context) -> Any:
        """Fill the options that the command line does not set from the settings files, and run the command."""
        from kgbuild.cli import settings

        params = context.params
        inputs = params.pop("inputs")  # `find` returns them: older versions of Click report an empty list as given on the command line
        given = {name for name in params if context.get_parameter_source(name) is not ParameterSource.DEFAULT}
        configured = {"inputs": inputs or INPUTS} if params["isolated"] else settings.find(inputs, os.getcwd())
        if params["no_baseline"]:
            configured.pop("baseline", None)
        lists = settings.RuleCodes._fields
        codes = settings.RuleCodes(*(_codes(params[name]) for name in lists)).over(
            settings.RuleCodes(*(configured.get(name, ()) for name in lists))
        )
        params |= {name: value for name, value in configured.items() if name not in given}
        params |= codes._asdict()
        return super().invoke(context)


@click.command(cls=_Configured)
@takes("check", options=CheckOptions, reading=ReadOptions)
def check(options: CheckOptions, reading: ReadOptions) -> int:
    """Audit the provenance of the records in INPUT and report each problem with its file and line.  [default: input]

    Options can also be set in kgbuild.toml, or under [tool.kgbuild] in pyproject.toml. The command line takes precedence.

    Exit status: 0 no findings at or above --fail-on; 1 findings; 2 an error, or a file that cannot be read as a record.
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
            fixed = plan.fixed_in(checked.raised)
    known: frozenset[str] = frozenset()
    if options.baseline is not None:
        found = [item.finding for item in checked.raised if not is_ignored(item.finding)]
        known = _known(options.baseline, entries, found, checked.ran, write=options.write_baseline)
    report = checked.report(known, fixed)
    _write(reports.render(options.form, report), options.output)
    return _status(checked.unread, report.findings, options.fail_on)


def _choices(options: CheckOptions, reading: ReadOptions, keeps: Sequence[Callable[[Finding], bool]]) -> Choices:
    """Return which rules to run and how to report their findings."""
    from kgbuild.checks.infores_catalogue import read_catalogue
    from kgbuild.checks.view import AuditLimits
    from kgbuild.pipeline.check import Choices

    catalogue = read_catalogue(Path(options.infores)) if options.infores else None
    limits = AuditLimits(
        partial=not reading.complete, max_depth=options.max_depth, stale_after=options.stale_after, infores=catalogue
    )  # fmt: skip
    color = options.form == "text" and options.output in (None, "-") and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return Choices(
        select=options.select, extend_select=options.extend_select, ignore=options.ignore, limits=limits, form=options.form,
        statistics=options.statistics, color=color, keeps=keeps,
    )  # fmt: skip


def _status(unread: int, findings: Sequence[Finding], fail_on: str) -> int:
    """Return the exit status. If it is 2 and no reported finding explains it, print the reason."""
    from kgbuild.model.finding import over

    if unread:  # with any selection: records that were not read can make the other findings wrong
        if not any(finding.code == "RD001" for finding in findings):
            what = "file or line" if unread == 1 else "files or lines"
            click.echo(f"{unread:,} {what} could not be read as records; run with `--select RD001` to see why", err=True)
        return 2
    return 1 if any(over(finding.severity, fail_on) for finding in findings) else 0


def _diff(plan: FixPlan) -> int:
    """Print the fixes as a patch and return the exit status."""
    from kgbuild.model import edits

    for chunk in edits.diff(plan.edits):
        click.echo(chunk, nl=False)
    for line in plan.lines("would be fixed"):
        click.echo(line, err=True)
    return 1 if plan.edits else 0


def _fix(plan: FixPlan, inputs: Sequence[str]) -> bool:
    """Apply the fixes and return whether any file changed."""
    from kgbuild.pipeline.apply_edits import apply
    from kgbuild.readers.inputs import STDIN

    if plan.edits and STDIN in inputs:
        raise UsageError(
            "--fix: expected files and folders, got standard input, which cannot be changed; save it to a file and give that file"
        )
    apply(plan.edits)
    for line in plan.lines("fixed"):
        click.echo(line, err=True)
    return bool(plan.edits)


def _baseline(options: CheckOptions) -> Sequence[BaselineEntry]:
    """Read the entries of the baseline; none if no baseline is given."""
    from kgbuild.checks import baseline

    path, write = options.baseline, options.write_baseline
    if write and path is None:
        raise UsageError("--write-baseline: expected a file to write to, got no --baseline; add `--baseline kgbuild-baseline.json`")
    if write and options.changed_since is not None:
        raise UsageError("--write-baseline: expected a run that reports all findings, got --changed-since; leave out one of the two")
    return () if path is None else baseline.read(path, new=write)


def _changes(revision: str | None, inputs: Sequence[str]) -> list[Callable[[Finding], bool]]:
    from kgbuild.pipeline import git_changes

    return [] if revision is None else [git_changes.changed_since(revision, inputs)]


def _known(path: str, entries: Sequence[BaselineEntry], found: Sequence[Finding], ran: Collection[str], *, write: bool) -> frozenset[str]:
    """Return the fingerprints of the findings in the baseline.

    With ``write``, replace the entries of the rules in ``ran`` by the findings of this run. Otherwise print a hint if entries of these rules have
    no finding any more.
    """
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
@click.option("--all", "every", is_flag=True, help="Explain all rules.")
@click.option("-f", "--format", "form", type=click.Choice(["text", "markdown"]), default="text", show_default=True, help="Output format.")
def rule(code: str | None, every: bool, form: str) -> None:
    """Explain rule CODE of `kgbuild check`: what it finds, why it matters, an example, and how to fix it."""
    from kgbuild import checks
    from kgbuild.checks.reports import rules_page

    rules = {rule.code: rule for rule in checks.load_rules()}
    if (code is None) is not every:
        got = "neither" if code is None else "both"
        raise UsageError(f"kgbuild rule: expected a rule code or --all, got {got}; for example `kgbuild rule RF001`")
    if code is not None and code.upper() not in rules:
        raise UsageError(f"kgbuild rule: expected one of {', '.join(rules)}, got {code!r}")
    if every and form == "markdown":
        click.echo(rules_page.page(), nl=False)
        return
    width = min(shutil.get_terminal_size().columns, _MAX_WIDTH)
    chosen = list(rules.values()) if code is None else [rules[code.upper()]]
    click.echo("\n".join(rules_page.section(item) if form == "markdown" else rules_page.plain(item, width) for item in chosen), nl=False)
