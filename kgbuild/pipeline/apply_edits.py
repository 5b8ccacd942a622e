"""Edits -> files: all of them are made, or none is.

The new text of every file is written beside it and renamed over it by a process of its own, which outlives its parent and puts the renamed ones
back where a later one fails. A file that is not as it was read is not touched.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from kgbuild.model.edits import FileEdit, current, edited, refused
from kgbuild.pipeline.detached import in_a_child, uninterrupted
from kgbuild.pipeline.files import clear, whole

#: What the names of files on their way begin with, before the number of their process: hidden, so never read as records.
_BESIDE = ".kgbuild-fix-"


class _Swap(NamedTuple):
    """A file, what will take its place, and where it is kept until all are in theirs."""

    edit: FileEdit
    new: str
    old: str


def apply(edits: Sequence[FileEdit]) -> None:
    """Make all the edits, or none: raises OutputError where a file has changed since it was read, or cannot be replaced."""
    swaps: list[_Swap] = []
    for folder in {os.path.dirname(edit.path) for edit in edits}:
        clear(Path(folder or "."), _BESIDE)
    try:
        for n, edit in enumerate(edits):
            beside = os.path.join(os.path.dirname(edit.path), f"{_BESIDE}{os.getpid()}-{n}")
            swaps.append(_Swap(edit, f"{beside}.new", f"{beside}.old"))
            _write(swaps[-1])
        with uninterrupted():
            failed = "expected files that can be replaced, got an error; no file was changed"
            killed = "expected the files to be replaced, got a process that was killed; run it again"
            in_a_child(partial(_rename, swaps), failed=failed, killed=killed)
    finally:
        _remove(swaps)


def _write(swap: _Swap) -> None:
    data = edited(current(swap.edit), swap.edit.changes)
    try:
        with whole(swap.new, sync=True) as file:
            file.write(data)
        shutil.copystat(swap.edit.path, swap.new)
        os.utime(swap.new)
        _same_owner(swap)
    except OSError as error:
        raise refused(swap.edit.shown, error) from None


def _same_owner(swap: _Swap) -> None:
    if not hasattr(os, "chown"):
        return
    there, here = os.stat(swap.edit.path), os.stat(swap.new)
    if (there.st_uid, there.st_gid) != (here.st_uid, here.st_gid):
        with suppress(PermissionError):  # only root may give files away; what others may do with it stays the same
            os.chown(swap.new, there.st_uid, there.st_gid)


def _remove(swaps: Sequence[_Swap]) -> None:
    for swap in swaps:
        for path in (swap.new, swap.old):
            with suppress(OSError):
                os.unlink(path)


def _rename(swaps: Sequence[_Swap]) -> None:
    """Put every new file into its place. Raises OutputError, with those put back that were renamed."""
    try:
        with ExitStack() as undo:
            for swap in swaps:
                try:
                    current(swap.edit)
                    _keep(swap)
                    os.replace(swap.new, swap.edit.path)
                except OSError as error:
                    raise refused(swap.edit.shown, error) from None
                undo.callback(os.replace, swap.old, swap.edit.path)
            undo.pop_all()
    finally:
        _remove(swaps)  # also here, since who began it may be gone


def _keep(swap: _Swap) -> None:
    """A second name for the old file, or where the file system has none, a copy of it."""
    try:
        os.link(swap.edit.path, swap.old)
    except OSError:
        shutil.copy2(swap.edit.path, swap.old)
