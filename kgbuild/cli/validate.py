"""The command `kgbuild validate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kgbuild.cli.console import EPILOG, FINDINGS
from kgbuild.cli.options import click_option
from kgbuild.options import MAPPINGS


@click.command(epilog=EPILOG)
@click.argument("paths", nargs=-1, metavar="[DIR|FILES]...", type=click.Path())
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format.")
@click_option("mappings", None, MAPPINGS._replace(help="Folder of mapping files to read prefixes from."))
def validate(paths: tuple[str, ...], form: Any, mappings: str | None) -> int:
    """Check KGX files with kgx's own validator, offline, and with additional checks that it lacks.

    A folder DIR is searched for NAME_nodes and NAME_edges files in .tsv and .jsonl.  [default: output]
    """
    from kgbuild.checks.kgx import render_all, validate_all
    from kgbuild.mapping.load import load_mapping
    from kgbuild.model.graph import Edge, Node

    prefixes = load_mapping(Path(mappings) if mappings else None).prefixes.prefixes
    own = {*Node.__struct_fields__, *Edge.__struct_fields__}
    reports = validate_all([Path(path) for path in paths or ("output",)], prefixes=prefixes, own_properties=own)
    click.echo(render_all(reports, form), nl=False)
    return FINDINGS if any(report.errors for _, report in reports) else 0
