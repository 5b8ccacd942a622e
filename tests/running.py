"""The command, run in this process: the same under every Click that kgbuild allows; and what it wrote."""

from __future__ import annotations

import inspect
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click
from click.testing import CliRunner, Result

from kgbuild.cli.main import main

#: The fixture `kgbuild`: the command as a process.
Run = Callable[..., subprocess.CompletedProcess[bytes]]
#: The fixture `records`: files by path -> the folder that holds them.
Write = Callable[[Mapping[str, str | bytes]], Path]
#: Before Click 8.2 standard output and error were one stream unless asked for apart.
_APART = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}


def run_command(arguments: Sequence[str], *, input: bytes | None = None) -> Result:
    """What `kgbuild` gives back for some arguments, and for some standard input."""
    return CliRunner(**_APART).invoke(main, list(arguments), input=input)  # type: ignore[arg-type]  # what the installed Click takes


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def commands() -> dict[str, click.Command]:
    """Every command of the program, by what is typed: `load neo4j` among them, and not `load`."""
    context = click.Context(main)
    found = {name: main.get_command(context, name) for name in main.list_commands(context)}
    groups = {name: command for name, command in found.items() if isinstance(command, click.Group)}
    single = {name: command for name, command in found.items() if command is not None and name not in groups}
    return single | {f"{name} {inner}": command for name, group in groups.items() for inner, command in group.commands.items()}
