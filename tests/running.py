"""The command, run in this process: the same under every Click that kgbuild allows; and what it wrote."""

from __future__ import annotations

import inspect
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from click.testing import CliRunner, Result

from kgbuild.cli.main import main

#: The fixture `kgbuild`: the command as a process.
Run = Callable[..., subprocess.CompletedProcess[bytes]]
#: The fixture `records`: files by path -> the folder that holds them.
Write = Callable[[Mapping[str, str | bytes]], Path]
#: Before Click 8.2 standard output and error were one stream unless asked for apart.
_APART = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}


def run_command(arguments: Sequence[str]) -> Result:
    """What `kgbuild` gives back for some arguments."""
    return CliRunner(**_APART).invoke(main, list(arguments))  # type: ignore[arg-type]  # what the installed Click takes


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
