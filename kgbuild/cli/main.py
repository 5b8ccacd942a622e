"""The command `kgbuild`: its subcommands, and how every failure becomes a sentence and an exit status.

Data goes to standard output, everything else to standard error.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from kgbuild.cli.check import check, rule
from kgbuild.cli.completion import completion
from kgbuild.cli.console import EPILOG, FAILED, say_errors
from kgbuild.cli.export import export, formats
from kgbuild.cli.load import load
from kgbuild.cli.query import query
from kgbuild.cli.serve import serve
from kgbuild.cli.validate import validate
from kgbuild.errors import KgbuildError
from kgbuild.version import __version__


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
            say_errors(str(error))
            status = FAILED
        except (click.Abort, KeyboardInterrupt):
            click.echo("interrupted: the output is as it was, or complete", err=True)
            status = FAILED
        except OSError as error:
            if error.filename is not None:
                raise
            say_errors(f"standard output: expected room for what is printed, got {error.strerror!r}; send it elsewhere")
            status = FAILED
        except SystemExit as exit:  # Click's: after completing for a shell, or when whoever reads our output has gone; 1 is for findings
            status = FAILED if exit.code == 1 else exit.code
        sys.exit(status)


@click.group(cls=_Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="kgbuild")
def main() -> None:
    """Build a provenance knowledge graph from records that describe knowledge graphs, databases and ontologies."""


for _command in (check, rule, load, *load.commands.values(), query, serve):
    _command.epilog = EPILOG
for _command in (check, completion, export, formats, load, query, rule, serve, validate):
    main.add_command(_command)
