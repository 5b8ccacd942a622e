"""What is printed on standard error, and what exit statuses mean."""

from __future__ import annotations

import os

import click

FINDINGS, FAILED = 1, 2
#: Printed below the help of every command.
EPILOG = "Exit status: 0 done; 1 done, with findings; 2 could not do it."


def say(what: str, color: str, text: str) -> None:
    """A line on standard error; in colour on a terminal, unless NO_COLOR is set (https://no-color.org)."""
    click.echo(click.style(what, fg=color, bold=True) + text, err=True, color=False if os.environ.get("NO_COLOR") else None)


def say_errors(text: str) -> None:
    """Each line of a text as an error, and how many there were if there were several."""
    lines = text.splitlines()
    for line in lines:
        say("error: ", "red", line)
    if len(lines) > 1:
        click.echo(f"{len(lines)} errors; nothing was written", err=True)
