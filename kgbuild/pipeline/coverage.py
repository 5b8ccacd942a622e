"""Compare what a run reads with what a baseline covers. An entry of a baseline expires only in a run that covers all of it.

Inputs in a baseline are relative to its folder, with `/`, so that they are the same from any working directory and in a moved checkout. An
input that has no folder in common with the baseline but the root is named by its last part, since the rest is a path of one machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePath

from kgbuild.checks.baseline import Covered
from kgbuild.readers.inputs import STDIN, Rules


def covered_by(inputs: Sequence[str], exclude: Sequence[str], baseline: str) -> Covered:
    """Return what a run with these inputs covers, as the baseline file at a path states it."""
    folder = _folder_of(baseline)
    names = {_name(given, folder) for given in inputs}
    return Covered(
        inputs=tuple(sorted(name for name in names if not any(_is_below(name, other) for other in names))),
        exclude=tuple(sorted(set(exclude))),
    )


def not_covered(covered: Covered, inputs: Sequence[str], exclude: Sequence[str], baseline: str) -> list[str]:
    """Return what a baseline covers and a run does not: inputs, and files that the run leaves out."""
    folder, rules = _folder_of(baseline), Rules(exclude)
    names = {_name(given, folder) for given in inputs}
    read = [form for given in inputs if given != STDIN for form in _forms(given)]
    missing = [name for name in covered.inputs if name not in names and not _is_read(name, folder, read, rules)]
    return missing + [f"what --exclude {glob} leaves out" for glob in exclude if glob not in covered.exclude]


def _is_read(name: str, folder: str, read: Iterable[str], rules: Rules) -> bool:
    """Return whether a run reads an input of a baseline, given the paths of the run's inputs."""
    if name == STDIN:
        return False
    targets = _forms(os.path.join(folder, name))
    return any(_contains(root, target, rules) for root in read for target in targets)


def _contains(root: str, target: str, rules: Rules) -> bool:
    below = os.path.relpath(target, root).replace(os.sep, "/") if _is_inside(target, root) else ""
    return target == root or (below != "" and not rules.leaves_out_member(below))


def _folder_of(baseline: str) -> str:
    return os.path.dirname(os.path.join(os.path.realpath(os.path.dirname(baseline) or "."), os.path.basename(baseline)))


def _name(given: str, folder: str) -> str:
    """Return the name of an input in the baseline of a folder. A link in the folder keeps its own name, wherever it leads."""
    if given == STDIN:
        return STDIN
    forms = list(_forms(given))
    chosen = next((form for form in forms if form == folder or _is_inside(form, folder)), forms[-1])
    try:
        common = os.path.commonpath([chosen, folder])
    except ValueError:  # on another drive
        common = Path(chosen).anchor
    if common == Path(common).anchor and chosen != common:
        return os.path.basename(chosen)
    return PurePath(os.path.relpath(chosen, folder)).as_posix()


def _forms(path: str) -> Iterator[str]:
    """Yield the absolute paths of an input: that of the link if it is one, and the real one."""
    whole = os.path.abspath(path)
    yield os.path.join(os.path.realpath(os.path.dirname(whole)), os.path.basename(whole))
    yield os.path.realpath(whole)


def _is_inside(path: str, folder: str) -> bool:
    return path.startswith(os.path.join(folder, ""))


def _is_below(name: str, other: str) -> bool:
    """Return whether the name of an input is below another one.

    >>> _is_below("a/b", "a"), _is_below("a", "."), _is_below("ab", "a"), _is_below("../a", "."), _is_below(".", ".")
    (True, True, False, False, False)
    """
    if other == ".":
        return name not in (".", "..", STDIN) and not name.startswith("../")
    return name.startswith(f"{other}/")
