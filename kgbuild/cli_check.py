"""The commands of the audit: `kgbuild check` and `kgbuild rule`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kgbuild.errors import OutputError, UsageError

_FORMS = ("text", "json", "jsonl", "markdown", "github", "sarif", "junit")


def _codes(given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code.strip().upper() for item in given for code in item.split(",") if code.strip())


@click.command()
@click.argument("inputs", nargs=-1, metavar="[INPUT]...", type=click.Path())
@click.option(
    "--select", multiple=True, metavar="CODES", help="Run these rules only: codes or beginnings of codes; repeatable, comma-separated."
)
@click.option("--ignore", multiple=True, metavar="CODES", help="Leave these rules out.")
@click.option("--fail-on", type=click.Choice(["error", "warning", "info", "never"]), default="error", show_default=True,
              help="Exit with status 1 for findings at this level or above.")  # fmt: skip
@click.option("-f", "--format", "form", type=click.Choice(_FORMS), default="text", show_default=True, help="How to report.")
@click.option("-o", "--output", metavar="FILE", type=click.Path(), help="Write the report to a file.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule instead of listing them.")
@click.option("--partial", is_flag=True, help="The input is a part of a registry: what it cites may be elsewhere.")
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
@click.option("--no-aliases", is_flag=True, help="Leave every source id as written.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes to use.  [default: the cores]")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep what earlier runs parsed.")
def check(
    inputs: tuple[str, ...], select: tuple[str, ...], ignore: tuple[str, ...], fail_on: str, form: str, output: str | None, statistics: bool,
    partial: bool, max_depth: int, stale_after: int, infores: str | None, mappings: str | None, exclude: tuple[str, ...], no_aliases: bool,
    jobs: int | None, no_cache: bool,
) -> int:  # fmt: skip
    """Audit the provenance of the records in INPUT, and say what is wrong and where.  [default: input]

    Exit status: 0 nothing at or over --fail-on; 1 findings; 2 could not do it, or a file that cannot be read as a record.
    """
    import gc

    from kgbuild import reports
    from kgbuild.check import Choices
    from kgbuild.check import check as run
    from kgbuild.checks.view import Limits
    from kgbuild.engines.reading import cores
    from kgbuild.findings import over
    from kgbuild.source import Options

    gc.disable()
    limits = Limits(partial=partial, max_depth=max_depth, stale_after=stale_after, infores=None)
    choices = Choices(select=_codes(select), ignore=_codes(ignore), limits=limits, form=form, statistics=statistics)
    options = Options(
        inputs=inputs or ("input",), exclude=exclude, mappings=mappings, aliases=not no_aliases, keep_going=True, jobs=jobs or cores(),
        cache=not no_cache, copies=True,
    )  # fmt: skip
    report = run(options, choices).report(choices)
    _write(reports.render(form, report), output)
    if any(finding.code == "RD001" for finding in report.findings):
        return 2
    return 1 if any(over(finding.severity, fail_on) for finding in report.findings) else 0


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
def rule(code: str | None, every: bool) -> None:
    """Explain the rule CODE of `kgbuild check`: what it finds, why, an example, how to mend it."""
    from kgbuild import checks

    known: dict[str, Any] = {rule.code: rule for rule in checks.rules()}
    if code is None and not every:
        raise UsageError("kgbuild rule: expected the code of a rule, or --all; try `kgbuild rule RF001`")
    if code is not None and code.upper() not in known:
        raise UsageError(f"kgbuild rule: expected one of {', '.join(known)}, got {code!r}")
    for item in known.values() if every else [known[(code or "").upper()]]:
        parts = item.parts
        click.echo(f"{item.code} ({item.severity})  {parts.pop('what')}")
        for name, text in parts.items():
            click.echo(f"{name.capitalize() + ':':9} {text}")
        click.echo()
