"""A progress bar for long runs on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click


class Progress:
    """A progress bar for each stage. It is shown on a terminal if the input has at least ``LONG`` bytes."""

    LONG = 20 * 2**20

    def __init__(self, quiet: bool) -> None:
        self._shown = sys.stderr.isatty() and not quiet
        self._stage = ""
        self._bar: Any = None
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
            self._bar.__enter__()
        self._bar.update(done - self._done)
        self._done = done

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
