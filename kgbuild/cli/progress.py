"""A progress bar for long runs on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import click

from kgbuild.pipeline import interrupts


class Progress:
    """A progress bar for each stage. It is shown if the input has at least ``LONG`` bytes, on a terminal that can draw it."""

    LONG = 20 * 2**20

    def __init__(self, quiet: bool) -> None:
        self._shown = sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not quiet
        self._stage = ""
        self._bar: Any = None
        self._open = ExitStack()
        self._done = 0

    def __enter__(self) -> Callable[[str, int, int], None]:
        return self._tick

    def _tick(self, stage: str, done: int, total: int) -> None:
        long = total >= self.LONG if stage == "reading" else self._bar is not None  # writing takes long if reading did
        if not self._shown or not long:
            return
        if stage != self._stage:
            self.__exit__()
            self._stage, self._done = stage, 0
            self._bar = click.progressbar(length=total, label=f"{stage:9}", file=sys.stderr, width=30)
            self._open.enter_context(interrupts.undone(self._show_cursor))
            self._open.enter_context(self._bar)
        self._bar.update(done - self._done)
        self._done = done

    @staticmethod
    def _show_cursor() -> None:
        """Show the cursor, which the bar hides, and end its line, if a signal ends the run."""
        os.write(2, b"\x1b[?25h\n")

    def __exit__(self, *_: object) -> None:
        self._open.close()
