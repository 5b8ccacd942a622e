"""Apply edits to files, either all of them or none.

The new text of every file is written beside it. A separate process, which outlives its parent, renames the new files over the old ones, and
restores those if a later rename fails. If that process is killed, the next run finishes its work (fix_journal.py). A file that changed since it
was read is not replaced.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from kgbuild.model.edits import FileEdit, current, edited, refused
from kgbuild.pipeline import fix_journal
from kgbuild.pipeline.detached import in_a_child
from kgbuild.pipeline.files import clear, whole
from kgbuild.pipeline.fix_journal import ReplacedFile
from kgbuild.pipeline.interrupts import deferred, undone

#: The prefix of the names of new files, followed by the number of the process. They are hidden, so never read as records.
_BESIDE = ".kgbuild-fix-"


class _Swap(NamedTuple):
    """A file, its new version, the path where the old version is kept until all files are in place, and the hash of the new version."""

    edit: FileEdit
    new: str
    old: str
    sha256: bytes = b""

    @property
    def replacement(self) -> ReplacedFile:
        return ReplacedFile(os.path.abspath(self.edit.path), self.new, self.old, self.sha256, self.edit.sha256)


def apply(edits: Sequence[FileEdit]) -> None:
    """Apply all edits or none. Raises OutputError if a file has changed since it was read, or cannot be replaced."""
    fix_journal.finish()
    swaps: list[_Swap] = []
    for folder in {os.path.dirname(edit.path) for edit in edits}:
        clear(Path(folder or "."), _BESIDE)
    with undone(partial(_clear, swaps)):
        try:
            for n, edit in enumerate(edits):
                beside = os.path.join(os.path.dirname(os.path.abspath(edit.path)), f"{_BESIDE}{os.getpid()}-{n}")
                swaps.append(_Swap(edit, f"{beside}.new", f"{beside}.old"))
                swaps[-1] = _write(swaps[-1])
        except BaseException:
            _clear(swaps)
            raise
        with deferred(), fix_journal.journal([swap.replacement for swap in swaps]):
            failed = "expected files that can be replaced, got an error; no file was changed"
            killed = "expected to replace the files, got a killed process; no file was changed, run it again"
            in_a_child(partial(_rename, swaps), failed=failed, killed=killed)


def _clear(swaps: Sequence[_Swap]) -> None:
    for swap in swaps:
        swap.replacement.clear()


def _write(swap: _Swap) -> _Swap:
    """Write the new version of a file, and return the swap with its hash."""
    data = edited(current(swap.edit), swap.edit.changes)
    try:
        with whole(swap.new, sync=True) as file:
            file.write(data)
        shutil.copystat(swap.edit.path, swap.new)
        os.utime(swap.new)
        _same_owner(swap)
    except OSError as error:
        raise refused(swap.edit.shown, error) from None
    return swap._replace(sha256=hashlib.sha256(data).digest())


def _same_owner(swap: _Swap) -> None:
    if not hasattr(os, "chown"):
        return
    there, here = os.stat(swap.edit.path), os.stat(swap.new)
    if (there.st_uid, there.st_gid) != (here.st_uid, here.st_gid):
        with suppress(PermissionError):  # only root may change the owner; the permissions stay the same
            os.chown(swap.new, there.st_uid, there.st_gid)


def _rename(swaps: Sequence[_Swap]) -> None:
    """Put every new file in place. Raises OutputError after restoring the files that were already renamed."""
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


def _keep(swap: _Swap) -> None:
    """Link the old file under a second name, or copy it if the file system has no links."""
    try:
        os.link(swap.edit.path, swap.old)
    except OSError:
        shutil.copy2(swap.edit.path, swap.old)
