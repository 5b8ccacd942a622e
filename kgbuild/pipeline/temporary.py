"""A temporary folder that is removed at the end, even if this process is killed."""

from __future__ import annotations

import os
import secrets
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NoReturn

from kgbuild.pipeline.detached import close_all_but
from kgbuild.pipeline.interrupts import deferred, undone

#: Seconds between two looks whether the parent still runs, and for removing a folder in which its other processes may still write.
_LOOK, _REMOVE = 1, 10


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Create a folder for the block. Only this user can read it.

    A process in its own session removes the folder if this one ends before, so a kill of this process or of its group leaves nothing.
    """
    folder = Path(tempfile.gettempdir(), f"kgbuild-{os.getpid()}-{secrets.token_hex(8)}")
    remove = partial(shutil.rmtree, folder, ignore_errors=True)
    with undone(remove), _removing(folder):
        try:
            folder.mkdir(mode=0o700)
            yield folder
        finally:
            remove()


@contextmanager
def _removing(folder: Path) -> Iterator[None]:
    """Remove a folder as soon as this process has ended, if it has not ended the block before."""
    if not hasattr(os, "fork"):
        yield
        return
    reader, writer = os.pipe()
    with deferred():
        parent, child = os.getpid(), os.fork()
        if child == 0:  # pragma: no cover  (a process of its own)
            _wait_and_remove(folder, reader, parent)
    os.close(reader)
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(writer)


def _wait_and_remove(folder: Path, reader: int, parent: int) -> NoReturn:
    """Wait until the other end of a pipe is closed or the parent has ended, then remove a folder. Signals that stop a run stay blocked."""
    try:
        os.setsid()
        close_all_but({reader})
        while not select.select([reader], [], [], _LOOK)[0] and os.getppid() == parent:
            pass
        end = time.monotonic() + _REMOVE
        while folder.exists() and time.monotonic() < end:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os._exit(0)
