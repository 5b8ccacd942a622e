"""Find the files that changed since a git revision, for `kgbuild check --changed-since`, which reads all files and reports findings in these."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence

from kgbuild.errors import UsageError, quoted
from kgbuild.model.finding import Finding
from kgbuild.pipeline.real_paths import RealPaths
from kgbuild.readers.inputs import STDIN

#: The variables that git sets for its hooks. They are removed, since the inputs determine the repository. The list is that of
#: `git rev-parse --local-env-vars` without configuration.
_OF_A_REPOSITORY = frozenset(
    (
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE",
        "GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_COMMON_DIR",
    )
)  # fmt: skip
#: Programs that the configuration of a repository can name, turned off: the repository may be a stranger's.
_SAFE = (
    "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.pager=", "-c", "diff.external=", "-c", "protocol.allow=never",
)  # fmt: skip
_OPTION = "--changed-since"


def changed_since(revision: str, inputs: Sequence[str]) -> Callable[[Finding], bool]:
    """Return a function that tests whether a finding, or one of its related places, is in a file that changed since a revision.

    A file has changed if it differs from the revision: by a later commit, staged or unstaged changes, as an untracked file that git does not ignore,
    or under its new name after a rename. On a branch, changes since it forked from the revision count (`git merge-base`).

    Raises UsageError if git is not installed, for an unknown revision, and for inputs that are not in one repository.
    """
    if revision.startswith("-") or not revision:
        raise UsageError(f"{_OPTION}: expected a revision, got {quoted(revision)}; give a commit, a tag or a branch")
    top = _repository(inputs)
    changed = frozenset(os.path.normpath(os.path.join(top, name)) for name in _changed(revision, top))
    paths = RealPaths()
    return lambda finding: any(
        paths.place_in(changed, path) is not None for path in (finding.path, *(other.path for other in finding.related)) if path
    )


def _repository(inputs: Sequence[str]) -> str:
    """Return the folder of the repository that contains all inputs."""
    tops: dict[str, str] = {}
    for given in inputs:
        if given == STDIN:
            raise UsageError(f"{_OPTION}: expected inputs that are files in a git repository, got standard input; give a folder")
        if not os.path.exists(given):
            raise UsageError(f"{given}: expected a file or folder of records, got nothing at this path; check the spelling")
        real = os.path.realpath(given)
        status, out, error = _git(real if os.path.isdir(real) else os.path.dirname(real), "rev-parse", "--show-toplevel")
        top = os.path.realpath(os.fsdecode(out.removesuffix(b"\n")))
        if status or not out:
            raise UsageError(f"{given}: expected an input in a git repository for {_OPTION}, got one outside any ({error})")
        if _git(top, "check-ignore", "--quiet", "--", real)[0] == 0:
            raise UsageError(
                f"{given}: expected an input that git tracks for {_OPTION}, got one that it ignores; check it without {_OPTION}"
            )
        tops.setdefault(top, given)
    if len(tops) > 1:
        (top, given), (other, second) = list(tops.items())[:2]
        raise UsageError(f"{second}: expected an input in the git repository of {given} ({top}), got one in {other}; check them separately")
    return next(iter(tops))


def _changed(revision: str, top: str) -> list[str]:
    """Return the paths of the changed files, relative to the repository."""
    status, out, _ = _git(top, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    commit = out.strip().decode()
    if status:
        shallow = _git(top, "rev-parse", "--is-shallow-repository")[1] == b"true\n"
        todo = "run `git fetch --unshallow`, since this is a shallow clone" if shallow else "check the spelling"
        raise UsageError(f"{_OPTION}: expected a revision that git knows in {top}, got {quoted(revision)}; {todo}")
    status, out, _ = _git(top, "merge-base", commit, "HEAD")
    names, filters = list[str](), _filters_off(top)
    for arguments in (
        ("diff", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", "-z", commit if status else out.strip().decode(), "--"),
        ("ls-files", "--others", "--exclude-standard", "-z"),
    ):
        status, out, error = _git(top, *filters, *arguments)
        if status:
            raise UsageError(
                f"{_OPTION}: expected git to list the changes in {top}, got {error!r}; run `git status` there to see the reason"
            )
        names += [os.fsdecode(name) for name in out.split(b"\0") if name]
    return names


def _filters_off(top: str) -> list[str]:
    """Return the options that turn off the programs which convert files (gitattributes, `filter`)."""
    _, out, _ = _git(top, "config", "--null", "--name-only", "--get-regexp", r"^filter\..*\.(clean|smudge|process|required)$")
    keys = [os.fsdecode(key) for key in out.split(b"\0") if key]
    return [part for key in keys for part in ("-c", f"{key}={'false' if key.endswith('.required') else ''}")]


def _git(folder: str, *arguments: str) -> tuple[int, bytes, str]:
    """Run git. Return its exit status, its output, and the first line of its error output."""
    environment = {name: value for name, value in os.environ.items() if name not in _OF_A_REPOSITORY}
    try:
        done = subprocess.run(
            ["git", "-C", folder, *_SAFE, *arguments],  # noqa: S607  (the git that the user has)
            capture_output=True,
            check=False,
            env=environment | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"},
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        raise UsageError(f"{_OPTION}: expected the program git, got {error.strerror!r}; install it, or leave out {_OPTION}") from None
    lines = done.stderr.decode(errors="replace").splitlines()
    return done.returncode, done.stdout, lines[0] if lines else ""
