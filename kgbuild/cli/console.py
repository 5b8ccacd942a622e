"""Messages on standard error, and exit statuses."""

from __future__ import annotations

import os

import click

FINDINGS, FAILED = 1, 2
#: Printed below the help of every command.
EPILOG = "Exit status: 0 success; 1 success with findings; 2 error."


def say(label: str, color: str, text: str) -> None:
    """Print a line on standard error. It is coloured on a terminal unless NO_COLOR is set (https://no-color.org)."""
    click.echo(click.style(label, fg=color, bold=True) + text, err=True, color=False if os.environ.get("NO_COLOR") else None)


def say_errors(text: str) -> None:
    """Print each line of ``text`` as an error, and their number if there is more than one."""
    lines = text.splitlines()
    for line in lines:
        say("error: ", "red", line)
    if len(lines) > 1:
        click.echo(f"{len(lines)} errors; nothing was written", err=True)
