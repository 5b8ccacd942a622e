"""Messages on standard error, and exit statuses. Every message is one line in which nothing from outside controls a terminal (``visible``)."""

from __future__ import annotations

import os
import re

import click

from kgbuild.errors import KgbuildError, visible

FINDINGS, FAILED = 1, 2
#: Printed below the help of every command.
EPILOG = "Exit status: 0 success; 1 success with findings; 2 error."


def no_color() -> bool:
    """Return whether colours are unwanted even on a terminal: NO_COLOR (https://no-color.org), or a terminal that cannot show them."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def say(label: str, color: str, text: str) -> None:
    """Print a line on standard error. Its label is coloured on a terminal, unless `no_color`."""
    click.echo(click.style(label, fg=color, bold=True) + visible(text), err=True, color=False if no_color() else None)


def tell(line: str) -> None:
    """Print a line on standard error."""
    click.echo(visible(line), err=True)


def say_errors(error: KgbuildError) -> None:
    """Print each sentence of an error, and their number if there is more than one."""
    for sentence in error.sentences:
        say("error: ", "red", sentence)
    if len(error.sentences) > 1:
        tell(f"{len(error.sentences)} errors; nothing was written")


def say_misuse(error: click.ClickException) -> None:
    """Print an error of Click: its usage, and a message in which Click quotes arguments as Python does."""
    context = getattr(error, "ctx", None)
    if context is not None:
        click.echo(context.get_usage(), err=True)
        if context.command.get_help_option(context) is not None:
            tell(f"Try '{context.command_path} {context.help_option_names[0]}' for help.")
        click.echo(err=True)
    message = error.format_message()
    for line in message.split("\n") if isinstance(error, click.MissingParameter) else (message,):  # it lists the choices on lines
        click.echo(
            ("Error: " if line is message or message.startswith(line) else "") + visible(re.sub(_BYTE, _as_byte, line).expandtabs()),
            err=True,
        )


#: A byte of an argument that is not UTF-8, as ``repr`` shows it.
_BYTE = r"(?<!\\)\\udc([89a-f][0-9a-f])"


def _as_byte(match: re.Match[str]) -> str:
    return f"\\x{match[1]}"
