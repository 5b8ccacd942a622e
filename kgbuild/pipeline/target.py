"""Check the target of an export: it must not replace an input or lie inside one (SPEC §5)."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from kgbuild import writers
from kgbuild.errors import OutputError, UsageError, quoted
from kgbuild.options import ExportTarget
from kgbuild.readers.inputs import MANIFEST_ENDING, STDIN

_NAME = re.compile(r"[^/\\\x00-\x1f.][^/\\\x00-\x1f]*")


def check_target(target: ExportTarget, inputs: Sequence[str]) -> None:
    """Raise UsageError if the name is invalid, or if the target is an input or lies inside one (SPEC §5); OutputError if it is a file."""
    if not _NAME.fullmatch(target.name):
        raise UsageError(f"--name: expected a plain file name, got {quoted(target.name)}; leave out slashes and a leading dot")
    output = os.path.realpath(target.output)
    if os.path.exists(output) and not os.path.isdir(output):
        raise OutputError(f"{target.output}: expected a folder to write to, got a file; choose another --output")
    endings = [ending for name in target.formats for ending in writers.WRITERS[name].files]
    written = {os.path.join(output, writers.file_name(target.name, ending)) for ending in (*endings, MANIFEST_ENDING)}
    for given in inputs:
        real = os.path.realpath(given)
        if real in written:
            raise UsageError(
                f"--output: expected files that are not inputs, got {given}, which the export would replace; choose another --output or --name"
            )
        if given != STDIN and os.path.isdir(real) and os.path.commonpath((real, output)) == real:
            raise UsageError(f"--output: expected a folder outside the inputs, got {target.output}, which is in {given}; choose another")
