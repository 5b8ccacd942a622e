"""The commands `kgbuild check` and `kgbuild rule`."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from kgbuild.cli.console import no_color, tell
from kgbuild.cli.options import INPUTS, takes
from kgbuild.errors import UsageError, quoted
from kgbuild.options import CheckOptions, ReadOptions

if TYPE_CHECKING:
    from kgbuild.model.finding import Finding
    from kgbuild.pipeline.check import Checked, Choices
    from kgbuild.pipeline.fix import FixPlan
    from kgbuild.pipeline.parts import Parts

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
        here = os.getcwd()
        configured = {"inputs": inputs or INPUTS} if params["isolated"] else settings.find(inputs, here)
        params |= {"parts": (), "registry": () if params["isolated"] else settings.home(here).inputs}
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
    from kgbuild.cli.known import known_of
    from kgbuild.cli.settings import ignored
    from kgbuild.cli.summary import not_used
    from kgbuild.pipeline.check import check as run
    from kgbuild.pipeline.parts import Parts

    gc.disable()
    known = known_of(options, reading)
    is_ignored = ignored(options.per_path_ignores)
    parts = Parts(options.parts) if options.parts else None
    reading = replace(reading, named=options.parts)
    keeps = [lambda finding: not is_ignored(finding), *([parts.keeps] if parts else []), *_changes(options.changed_since, reading.inputs)]
    choices = _choices(options, reading, keeps)
    reading = replace(reading, keep_going=True, copies=True, lenient=True)
    checked, fixed = run(reading, choices), 0
    if options.fix or options.diff:
        plan = checked.plan(() if options.write_baseline else known.fingerprints)
        if options.diff:
            return _diff(plan, len(checked.kept), 0 if options.write_baseline else checked.known_in(known.fingerprints))
        if _fix(plan, reading.inputs):
            checked = run(reading, choices)
            fixed = plan.fixed_in(checked.raised)
    found = [item.finding for item in checked.raised if not is_ignored(item.finding)]
    if options.write_baseline:
        known = known.written(checked, found)
    else:
        known.hint(checked, found)
    report = checked.report(known.fingerprints, fixed, parts)
    _write(reports.render(options.form, report), options.output)
    _name_unread(parts, checked)
    for line in not_used(checked.skipped, checked.source.passed_over, checked.vocabulary.no_aliases, verbose=options.verbose):
        tell(line)
    return _status(checked.unread, report.all, options.fail_on, part=parts is not None)


def _choices(options: CheckOptions, reading: ReadOptions, keeps: Sequence[Callable[[Finding], bool]]) -> Choices:
    """Return which rules to run and how to report their findings."""
    from kgbuild.checks.infores_catalogue import read_catalogue
    from kgbuild.checks.view import AuditLimits
    from kgbuild.pipeline.check import Choices
    from kgbuild.pipeline.display import DisplayFilter

    catalogue = read_catalogue(Path(options.infores)) if options.infores else None
    limits = AuditLimits(
        partial=not reading.complete, max_depth=options.max_depth, stale_after=options.stale_after, infores=catalogue
    )  # fmt: skip
    color = options.form == "text" and options.output in (None, "-") and sys.stdout.isatty() and not no_color()
    return Choices(
        select=options.select, extend_select=options.extend_select, ignore=options.ignore, limits=limits, form=options.form,
        statistics=options.statistics, color=color, keeps=keeps, display=DisplayFilter(level=options.level, subjects=options.subject),
    )  # fmt: skip


def _name_unread(parts: Parts | None, checked: Checked) -> None:
    """Print which files that are to be reported are not among the records that were read."""
    for name in parts.without_files(checked.paths) if parts else ():
        tell(f"note: {name} was not read: it is hidden, excluded, outside the registry, or no file of records")


def _status(unread: int, findings: Sequence[Finding], fail_on: str, *, part: bool) -> int:
    """Return the exit status. If it is 2 and no reported finding explains it, print the reason."""
    from kgbuild.model.finding import over

    if unread:  # with any selection: records that were not read can make the other findings wrong
        if not any(finding.code == "RD001" for finding in findings):
            what = "file or line" if unread == 1 else "files or lines"
            how = "run `kgbuild check --select RD001`" if part else "run with `--select RD001`"
            tell(f"{unread:,} {what} could not be read as records; {how} to see why")
        return 2
    return 1 if any(over(finding.severity, fail_on) for finding in findings) else 0


def _diff(plan: FixPlan, found: int, known: int) -> int:
    """Print the fixes as a patch and return the exit status. ``found`` is the number of findings, and ``known`` of those in the baseline."""
    from kgbuild.model import edits

    for chunk in edits.diff(plan.edits):
        click.echo(chunk, nl=False)
    for line in plan.lines("would be fixed") if plan.edits else plan.nothing(found, known):
        tell(line)
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
        tell(line)
    return bool(plan.edits)


def _changes(revision: str | None, inputs: Sequence[str]) -> list[Callable[[Finding], bool]]:
    from kgbuild.pipeline import git_changes

    return [] if revision is None else [git_changes.changed_since(revision, inputs)]


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
        raise UsageError(f"kgbuild rule: expected one of {', '.join(rules)}, got {quoted(code)}")
    if every and form == "markdown":
        click.echo(rules_page.page(), nl=False)
        return
    width = min(shutil.get_terminal_size().columns, _MAX_WIDTH)
    chosen = list(rules.values()) if code is None else [rules[code.upper()]]
    click.echo("\n".join(rules_page.section(item) if form == "markdown" else rules_page.plain(item, width) for item in chosen), nl=False)
