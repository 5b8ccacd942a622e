"""The command `kgbuild`: its subcommands, error messages and exit statuses.

Data goes to standard output, everything else to standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

import click

from kgbuild.cli import streams
from kgbuild.cli.console import EPILOG, FAILED, say, say_errors, say_misuse
from kgbuild.errors import KgbuildError
from kgbuild.version import __version__

#: The location and the summary of each command. A command is imported when it runs, since the list of commands requires none of them.
COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "check": ("kgbuild.cli.check:check", "Audit the provenance of records."),
        "completion": ("kgbuild.cli.completion:completion", "Print a script that completes commands and options in a shell."),
        "export": ("kgbuild.cli.export:export", "Write the provenance graph of records."),
        "formats": ("kgbuild.cli.export:formats", "List the formats that export can write."),
        "load": ("kgbuild.cli.load:load", "Load the graph into Neo4j or a triplestore."),
        "query": ("kgbuild.cli.query:query", "Query a graph with a named question, SPARQL or SQL."),
        "rule": ("kgbuild.cli.check:rule", "Explain a rule of check."),
        "serve": ("kgbuild.cli.serve:serve", "Serve a graph as a read-only SPARQL endpoint."),
        "validate": ("kgbuild.cli.validate:validate", "Check KGX files with kgx's own validator, offline."),
    }
)


class _Commands(click.Group):
    """The commands of COMMANDS. Each error becomes a message and exit status 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        for each in (command, *(command.commands.values() if isinstance(command, click.Group) else ())):
            each.epilog = EPILOG
            _with_help(each)
        return command

    def get_help(self, ctx: click.Context) -> str:
        _with_help(self)
        return super().get_help(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])

    def main(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["standalone_mode"] = False
        try:
            status = super().main(*args, **kwargs) or 0
        except click.exceptions.Exit as exit:
            status = exit.exit_code
        except click.ClickException as error:
            say_misuse(error)
            status = FAILED
        except KgbuildError as error:
            say_errors(error)
            status = FAILED
        except click.Abort:
            raise KeyboardInterrupt from None
        except OSError as error:
            if error.filename != streams.OUTPUT:
                raise
            say("error: ", "red", streams.sentence(error))
            status = FAILED
        except SystemExit as exit:  # raised by Click after shell completion, or on a broken pipe with status 1, which is for findings
            status = FAILED if exit.code == 1 else exit.code
        sys.exit(status)


def _with_help(command: click.Command) -> None:
    """Give a command its help, which is the docstring of its function, also if Python dropped the docstrings (PYTHONOPTIMIZE=2)."""
    if command.help is None and command.callback is not None:
        from kgbuild.model.docstrings import docstring_of

        command.help = docstring_of(command.callback)


@click.group(cls=_Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="kgbuild")
@click.pass_obj
def main(prepare: Callable[[], None] | None) -> None:
    """Build a provenance knowledge graph from records that describe knowledge graphs, databases and ontologies."""
    if prepare is not None:  # by __main__, which handles signals for a command, and not for this help
        prepare()
