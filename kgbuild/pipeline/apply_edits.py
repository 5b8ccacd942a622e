"""Apply edits to files, either all of them or none.

The new text of every file is written beside it. A separate process, which outlives its parent, renames the new files over the old ones, and
restores those if a later rename fails. A file that changed since it was read is not replaced.
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

#: The prefix of the names of new files, followed by the number of the process. They are hidden, so never read as records.
_BESIDE = ".kgbuild-fix-"


class _Swap(NamedTuple):
    """A file, its new version, and the path where the old version is kept until all files are in place."""

    edit: FileEdit
    new: str
    old: str


def apply(edits: Sequence[FileEdit]) -> None:
    """Apply all edits or none. Raises OutputError if a file has changed since it was read, or cannot be replaced."""
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
            killed = "expected to replace the files, got a killed process; run it again"
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
        with suppress(PermissionError):  # only root may change the owner; the permissions stay the same
            os.chown(swap.new, there.st_uid, there.st_gid)


def _remove(swaps: Sequence[_Swap]) -> None:
    for swap in swaps:
        for path in (swap.new, swap.old):
            with suppress(OSError):
                os.unlink(path)


def _rename(swaps: Sequence[_Swap]) -> None:
    """Put every new file in place. Raises OutputError after restoring the files that were already renamed."""
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
        _remove(swaps)  # also here, since the parent may have ended


def _keep(swap: _Swap) -> None:
    """Link the old file under a second name, or copy it if the file system has no links."""
    try:
        os.link(swap.edit.path, swap.old)
    except OSError:
        shutil.copy2(swap.edit.path, swap.old)
