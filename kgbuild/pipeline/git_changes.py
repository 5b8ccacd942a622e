"""A git revision in, the files that changed since out: for `kgbuild check --changed-since`, which reads all and reports what is new to look at."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence

from kgbuild.errors import UsageError
from kgbuild.model.finding import Finding
from kgbuild.readers.inputs import STDIN

#: What git tells its hooks of a repository; here the inputs say which one it is. The list is that of `git rev-parse --local-env-vars`
#: without configuration.
_OF_A_REPOSITORY = frozenset(
    (
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE",
        "GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_COMMON_DIR",
    )
)  # fmt: skip
_OPTION = "--changed-since"


def changed_since(revision: str, inputs: Sequence[str]) -> Callable[[Finding], bool]:
    """Whether a finding stands in a file that changed since a revision, or one of its other places does.

    Changed is what differs between the files as they are and the revision: committed since, staged or not, untracked (unless git ignores it), and
    the new name of what was renamed. Of a branch that went on by itself, all since the place where it parted counts (`git merge-base`).

    Raises UsageError where there is no git, for a revision that git does not know, and for inputs that are not in one repository.
    """
    if revision.startswith("-") or not revision:
        raise UsageError(f"{_OPTION}: expected a revision, got {revision!r}; give a commit, a tag or a branch")
    top = _repository(inputs)
    changed = frozenset(os.path.normpath(os.path.join(top, name)) for name in _changed(revision, top))
    known: dict[str, bool] = {}
    folders: dict[str, str] = {}

    def has_changed(path: str) -> bool:
        if path not in known:
            known[path] = any(above in changed for whole in _real(path, folders) for above in _upwards(whole))
        return known[path]

    return lambda finding: any(has_changed(path) for path in (finding.path, *(other.path for other in finding.related)) if path)


def _repository(inputs: Sequence[str]) -> str:
    """The folder of the repository that holds all inputs."""
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
            raise UsageError(f"{given}: expected an input in a git repository for {_OPTION}, got one in none ({error})")
        if _git(top, "check-ignore", "--quiet", "--", real)[0] == 0:
            raise UsageError(
                f"{given}: expected an input whose changes git follows for {_OPTION}, got one that it ignores; check it in whole"
            )
        tops.setdefault(top, given)
    if len(tops) > 1:
        (top, given), (other, stranger) = list(tops.items())[:2]
        raise UsageError(
            f"{stranger}: expected an input in the git repository of {given} ({top}), got one in {other}; check them one by one"
        )
    return next(iter(tops))


def _changed(revision: str, top: str) -> list[str]:
    """The names of the files, below the folder of the repository, that changed."""
    status, out, _ = _git(top, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    commit = out.strip().decode()
    if status:
        shallow = _git(top, "rev-parse", "--is-shallow-repository")[1] == b"true\n"
        todo = "fetch the whole history, of which there is a part" if shallow else "check the spelling"
        raise UsageError(f"{_OPTION}: expected a revision that git knows in {top}, got {revision!r}; {todo}")
    status, out, _ = _git(top, "merge-base", commit, "HEAD")
    names = []
    for arguments in (
        ("diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", commit if status else out.strip().decode(), "--"),
        ("ls-files", "--others", "--exclude-standard", "-z"),
    ):
        status, out, error = _git(top, *arguments)
        if status:
            raise UsageError(
                f"{_OPTION}: expected git to tell what changed in {top}, got {error!r}; run `git status` there and do what it says"
            )
        names += [os.fsdecode(name) for name in out.split(b"\0") if name]
    return names


def _git(folder: str, *arguments: str) -> tuple[int, bytes, str]:
    """Exit status and output of git, and the first line of what it complains of."""
    environment = {name: value for name, value in os.environ.items() if name not in _OF_A_REPOSITORY}
    try:
        done = subprocess.run(
            ["git", "-C", folder, *arguments],  # noqa: S607  (the git that the user has)
            capture_output=True,
            check=False,
            env=environment | {"LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        raise UsageError(f"{_OPTION}: expected the program git, got {error.strerror!r}; install it, or check without {_OPTION}") from None
    lines = done.stderr.decode(errors="replace").splitlines()
    return done.returncode, done.stdout, lines[0] if lines else ""


def _real(path: str, folders: dict[str, str]) -> tuple[str, ...]:
    """Where a file is, by its path as shown: of a link, the link and what it leads to; of an archive's member, the archive.

    ``folders`` holds where folders are, once that is known.
    """
    if not os.path.lexists(path):
        path = path.partition("!/")[0]
    folder, name = os.path.split(path)
    if folder not in folders:
        folders[folder] = os.path.realpath(folder)
    here = os.path.join(folders[folder], name)
    return (here, os.path.realpath(here)) if os.path.islink(here) else (here,)


def _upwards(path: str) -> list[str]:
    """A file and the folders above it: of a repository inside the repository, git tells its folder only."""
    found = [path]
    while (above := os.path.dirname(path)) != path:
        found.append(above)
        path = above
    return found
