"""`--changed-since REV`: all is read, and what stands in files that changed is reported. With real repositories."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from running import run_command

from kgbuild.model.finding import Finding, Related
from kgbuild.pipeline.git_changes import changed_since

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
PAGE = "---\nid: {id}\nlayout: resource_detail\ncategory: DataSource\nproducts:\n- id: {id}.file\n  original_source: [nowhere]\n---\n"
SETTINGS = {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org",
}  # fmt: skip


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of the machine's, and no repository around the tests."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "init.defaultBranch=main", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def put(folder: Path, *ids: str, text: str = "") -> None:
    for id in ids:
        path = folder / f"{id}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE.format(id=path.stem) + text)


def commit(folder: Path, message: str = "x") -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a folder of three records, in which there was one commit; it is the current folder."""
    top = tmp_path / "repository"
    put(top / "records", "a", "b", "sub/c")
    git(tmp_path, "init", "--quiet", str(top))
    commit(top)
    monkeypatch.chdir(top)
    return top


def paths(revision: str, *inputs: str) -> list[str]:
    """The files in which RF001 finds something."""
    command = [
        "check",
        *(inputs or ("records",)),
        "--changed-since",
        revision,
        "--select",
        "RF001",
        "--format",
        "jsonl",
        "--no-cache",
        "--follow-links",
    ]
    result = run_command([*command, "--fail-on", "never", "--follow-links"])
    assert (result.exit_code, result.stderr) == (0, "")
    return [json.loads(line)["path"] for line in result.stdout.splitlines()]


def refused(revision: str, *inputs: str) -> str:
    result = run_command(["check", *inputs, "--changed-since", revision, "--no-cache"])
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    return str(line).removeprefix("error: ")


def test_nothing_changed(repository: Path) -> None:
    assert paths("HEAD") == []


@pytest.mark.parametrize("state", ["unstaged", "staged", "committed", "committed long ago"])
def test_what_changed_is_reported_however_far_it_came(repository: Path, state: str) -> None:
    first = git(repository, "rev-parse", "HEAD").strip()
    put(repository / "records", "a", text="more\n")
    if state == "staged":
        git(repository, "add", "--all")
    elif state.startswith("committed"):
        commit(repository)
    if state == "committed long ago":
        put(repository / "records", "sub/c", text="more\n")
        commit(repository)
        assert paths("HEAD~1") == ["records/sub/c.md"]
        assert paths(first) == ["records/a.md", "records/sub/c.md"]
    else:
        assert paths(first) == ["records/a.md"]


@pytest.mark.parametrize("staged", [False, True], ids=["untracked", "staged"])
def test_a_new_file(repository: Path, staged: bool) -> None:
    put(repository / "records", "new/d")
    if staged:
        git(repository, "add", "--all")
    assert paths("HEAD") == ["records/new/d.md"]


@pytest.mark.parametrize("committed", [False, True])
def test_a_file_with_another_name_is_another_file(repository: Path, committed: bool) -> None:
    git(repository, "mv", "records/a.md", "records/sub/a2.md")
    if committed:
        commit(repository)
    assert paths("HEAD~1" if committed else "HEAD") == ["records/sub/a2.md"]


def test_a_file_of_the_index_alone_is_not_read(repository: Path) -> None:
    put(repository / "records", "d")
    git(repository, "add", "--all")
    (repository / "records" / "d.md").unlink()
    put(repository / "records", "b", text="more\n")
    git(repository, "add", "records/b.md")
    put(repository / "records", "b")  # as it was
    assert paths("HEAD") == []


def test_a_tag_a_branch_and_what_git_makes_of_names(repository: Path) -> None:
    git(repository, "tag", "v1")
    put(repository / "records", "a", text="more\n")
    commit(repository)
    for revision in ("v1", "HEAD^", "main~1", "@~", git(repository, "rev-parse", "--short", "v1").strip()):
        assert paths(revision) == ["records/a.md"]


def test_what_another_branch_did_since_is_not_ours(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "-b", "ours")
    put(repository / "records", "a", text="more\n")
    commit(repository)
    git(repository, "checkout", "--quiet", "main")
    put(repository / "records", "b", text="more\n")
    commit(repository)
    git(repository, "checkout", "--quiet", "ours")
    assert paths("main") == ["records/a.md"]


def test_a_branch_of_another_root(repository: Path) -> None:
    """There is no place where they parted: the files are compared as they are."""
    git(repository, "checkout", "--quiet", "--orphan", "other")
    put(repository / "records", "b", text="more\n")
    commit(repository)
    assert paths("main") == ["records/b.md"]


def test_names_of_any_kind(repository: Path) -> None:
    names = ["spa ce", "é", 'quo"te', "new\nline", "star*"]
    for n, name in enumerate(names):
        (repository / "records" / f"{name}.md").write_text(PAGE.format(id=f"n{n}"))
    assert sorted(paths("HEAD")) == sorted(f"records/{name}.md" for name in names)
    commit(repository)
    assert sorted(paths("HEAD~1")) == sorted(f"records/{name}.md" for name in names)


def test_inputs_as_they_are_given(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(repository / "records", "a", "sub/c", text="more\n")
    top = str(repository)
    assert paths("HEAD", "./records") == ["./records/a.md", "./records/sub/c.md"]
    assert paths("HEAD", f"{top}/records") == [f"{top}/records/a.md", f"{top}/records/sub/c.md"]
    assert paths("HEAD", "records/b.md", "records/sub") == ["records/sub/c.md"]
    monkeypatch.chdir(tmp_path)
    assert paths("HEAD", "repository") == ["repository/records/a.md", "repository/records/sub/c.md"]
    (tmp_path / "link").symlink_to(repository / "records")
    assert paths("HEAD", "link") == ["link/a.md", "link/sub/c.md"]
    monkeypatch.chdir(repository / "records" / "sub")
    assert paths("HEAD", "..") == ["../a.md", "../sub/c.md"]


def test_a_link_changed_or_what_it_leads_to(repository: Path) -> None:
    (repository / "elsewhere").mkdir()
    put(repository / "elsewhere", "d", "e")
    for id in ("d", "e"):
        (repository / "records" / f"{id}.md").symlink_to(f"../elsewhere/{id}.md")
    commit(repository)
    put(repository / "elsewhere", "d", text="more\n")
    assert paths("HEAD") == ["records/d.md"]
    (repository / "records" / "e.md").unlink()
    (repository / "records" / "e.md").symlink_to(repository / "elsewhere" / "e.md")
    assert paths("HEAD") == ["records/d.md", "records/e.md"]


def test_an_archive_changes_as_a_whole(repository: Path) -> None:
    shutil.make_archive("records", "tar", "records")
    assert paths("HEAD", "records.tar") == ["records.tar!/a.md", "records.tar!/b.md", "records.tar!/sub/c.md"]
    commit(repository)
    assert paths("HEAD", "records.tar") == []


def test_a_repository_in_the_repository(repository: Path) -> None:
    """Git tells its folder only."""
    git(repository, "init", "--quiet", "records/sub/inner")
    put(repository / "records" / "sub" / "inner", "d")
    commit(repository / "records" / "sub" / "inner")
    assert paths("HEAD") == ["records/sub/inner/d.md"]
    assert paths("HEAD", "records/sub/inner") == []


def test_a_work_tree_of_its_own(repository: Path, tmp_path: Path) -> None:
    git(repository, "worktree", "add", "--quiet", str(tmp_path / "tree"))
    put(tmp_path / "tree" / "records", "b", text="more\n")
    assert paths("HEAD", str(tmp_path / "tree" / "records")) == [str(tmp_path / "tree" / "records" / "b.md")]
    assert paths("HEAD") == []


def test_settings_of_git_change_nothing(repository: Path) -> None:
    for name, value in (("diff.renames", "copies"), ("diff.relative", "true"), ("core.quotePath", "true"), ("diff.external", "false")):
        git(repository, "config", name, value)
    put(repository / "records", "a", "é", text="more\n")
    assert sorted(paths("HEAD")) == ["records/a.md", "records/é.md"]


def test_in_a_hook(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git tells hooks where its folder and index are, relative to the top; the inputs say which repository is meant."""
    put(repository / "records", "a", text="more\n")
    git(repository, "add", "--all")
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    monkeypatch.setenv("GIT_PREFIX", "records/")
    assert paths("HEAD") == ["records/a.md"]


def test_a_file_that_was_only_touched(repository: Path) -> None:
    os.utime(repository / "records" / "a.md", (1_700_000_000, 1_700_000_000))
    assert paths("HEAD") == []


def test_all_is_read(repository: Path) -> None:
    """What a changed record cites may be in one that did not change."""
    (repository / "records" / "nowhere.md").write_text("---\nid: nowhere\nlayout: resource_detail\ncategory: DataSource\n---\n")
    commit(repository)
    put(repository / "records", "a", text="more\n")
    assert paths("HEAD") == []


def test_a_related_place_counts_too(repository: Path) -> None:
    put(repository / "records", "b", text="more\n")
    is_changed = changed_since("HEAD", ("records",))

    def finding(path: str, *others: str) -> Finding:
        related = tuple(Related(path=other) for other in others)
        return Finding(code="RF001", severity="error", message="m", subject="s", path=path, related=related)

    assert is_changed(finding("records/b.md"))
    assert is_changed(finding("records/a.md", "records/sub/c.md", "records/b.md"))
    assert is_changed(finding("", "records/b.md"))
    assert not is_changed(finding("records/a.md", "records/sub/c.md"))
    assert not is_changed(finding(""))


def test_known_findings_of_changed_files_are_counted(repository: Path) -> None:
    command = ["check", "records", "--select", "RF001", "--format", "json", "--no-cache", "--baseline", "known.json"]
    run_command([*command, "--write-baseline"])
    put(repository / "records", "a", "d", text="more\n")
    result = run_command([*command, "--changed-since", "HEAD"])
    report = json.loads(result.stdout)
    assert ([finding["path"] for finding in report["findings"]], report["known"], result.stderr) == (["records/d.md"], 1, "")


# What cannot be done.


def test_a_revision_that_git_does_not_know(repository: Path) -> None:
    for revision in ("nosuch", "HEAD~7", "HEAD..HEAD", "HEAD:records", "a b"):
        expected = f"--changed-since: expected a revision that git knows in {repository}, got {revision!r}; check the spelling"
        assert refused(revision, "records") == expected


def test_a_part_of_the_history(repository: Path, tmp_path: Path) -> None:
    put(repository / "records", "a", text="more\n")
    commit(repository)
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{repository}", "clone")
    expected = (
        f"expected a revision that git knows in {tmp_path}/clone, got 'HEAD~1'; run `git fetch --unshallow`, since this is a shallow clone"
    )
    assert refused("HEAD~1", str(tmp_path / "clone")) == f"--changed-since: {expected}"


@pytest.mark.parametrize("revision", ["--output=stolen", "-h", "-", ""])
def test_a_revision_that_git_could_take_for_an_option(repository: Path, revision: str) -> None:
    assert refused(revision, "records") == f"--changed-since: expected a revision, got {revision!r}; give a commit, a tag or a branch"
    assert not (repository / "stolen").exists()


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "empty")
    put(tmp_path / "empty", "a")
    expected = f"--changed-since: expected a revision that git knows in {tmp_path}/empty, got 'HEAD'; check the spelling"
    assert refused("HEAD", str(tmp_path / "empty")) == expected


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "records", "a")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    complaint = "fatal: not a git repository (or any of the parent directories): .git"
    expected = f"records: expected an input in a git repository for --changed-since, got one outside any ({complaint})"
    assert refused("HEAD", "records") == expected
    assert refused("HEAD", "records/a.md") == expected.replace("records", "records/a.md", 1)


def test_inputs_of_two_repositories(repository: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git(tmp_path, "init", "--quiet", str(other))
    put(other, "d")
    expected = f"{other}: expected an input in the git repository of records ({repository}), got one in {other}; check them separately"
    assert refused("HEAD", "records", str(other)) == expected


def test_an_input_outside_the_repository(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "outside", "d")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    complaint = "fatal: not a git repository (or any of the parent directories): .git"
    expected = f"{tmp_path}/outside: expected an input in a git repository for --changed-since, got one outside any ({complaint})"
    assert refused("HEAD", "records", str(tmp_path / "outside")) == expected


def test_an_input_that_git_ignores(repository: Path) -> None:
    (repository / ".gitignore").write_text("made/\n")
    put(repository / "made", "d")
    expected = "made: expected an input that git tracks for --changed-since, got one that it ignores; check it without --changed-since"
    assert refused("HEAD", "made") == expected


def test_standard_input(repository: Path) -> None:
    expected = "--changed-since: expected inputs that are files in a git repository, got standard input; give a folder"
    assert refused("HEAD", "records", "-") == expected


def test_an_input_that_is_not_there(repository: Path) -> None:
    expected = "nowhere: expected a file or folder of records, got nothing at this path; check the spelling"
    assert refused("HEAD", "nowhere") == expected


def test_no_git(repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    expected = "--changed-since: expected the program git, got 'No such file or directory'; install it, or leave out --changed-since"
    assert refused("HEAD", "records") == expected


def test_no_program_of_the_repository_runs(repository: Path) -> None:
    """The configuration of a stranger's repository can name programs for nearly every step of git."""
    planted, ran = repository / "planted.sh", repository.parent / "ran"
    planted.write_text(f'#!/bin/sh\necho "$0 $*" >> {ran}\ncat\n')
    planted.chmod(0o755)
    (repository / ".gitattributes").write_text("*.md filter=x diff=x\n")
    commit(repository)
    hooks = repository / "hooks"
    hooks.mkdir()
    for name in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        shutil.copy(planted, hooks / name)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "diff.x.textconv", "diff.x.command", "filter.x.clean", "filter.x.smudge",
                "core.sshCommand", "core.editor"):  # fmt: skip
        git(repository, "config", key, str(planted))
    git(repository, "config", "core.hooksPath", str(hooks))
    git(repository, "config", "filter.x.required", "true")
    put(repository / "records", "a", text="changed\n")
    put(repository / "records", "d")
    ran.unlink(missing_ok=True)
    changed = changed_since("HEAD", [str(repository / "records")])
    finding = Finding(code="X", severity="info", message="", subject="", path="", fingerprint="")
    found = [name for name in ("a", "b", "d") if changed(msgspec.structs.replace(finding, path=str(repository / "records" / f"{name}.md")))]
    assert (found, ran.exists() and ran.read_text()) == (["a", "d"], False)
