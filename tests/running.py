"""The command, run in this process: the same under every Click that kgbuild allows."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

from click.testing import CliRunner, Result

from kgbuild.cli import main

#: Before Click 8.2 standard output and error were one stream unless asked for apart.
_APART = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}


def run_command(arguments: Sequence[str]) -> Result:
    """What `kgbuild` gives back for some arguments."""
    return CliRunner(**_APART).invoke(main, list(arguments))  # type: ignore[arg-type]  # what the installed Click takes
