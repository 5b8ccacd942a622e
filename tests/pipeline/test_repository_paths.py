"""Paths in reports for services: relative to the root of the repository, from any folder."""

from __future__ import annotations

import json
import os
import re
import tarfile
from pathlib import Path

import pytest
from running import run_command

from kgbuild.pipeline.repository_paths import RepositoryPaths

#: A record with an address that is none (FM003).
PAGE = "---\nid: {id}\nlayout: resource_detail\ncategory: DataSource\nname: N\ndescription: d\nhomepage_url: htps://x.example.org\n---\n"


@pytest.fixture(autouse=True)
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No CI job around the tests."""
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A repository with a record in a folder of a folder, and settings that name it."""
    put(tmp_path / "repo/sub/records/r.md")
    (tmp_path / "repo/kgbuild.toml").write_text('inputs=["sub/records"]')
    make_repository(tmp_path / "repo")
    return tmp_path / "repo"


def put(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PAGE.format(id=path.stem))


def make_repository(folder: Path) -> None:
    """What `git init` makes, as far as a root is known by it."""
    (folder / ".git").mkdir()
    (folder / ".git/HEAD").write_text("ref: refs/heads/main\n")


def paths(form: str, *inputs: str) -> set[str]:
    """The paths in a report of one format."""
    result = run_command(["check", *inputs, "--format", form, "--select", "FM003", "--no-cache"])
    assert result.exit_code == 0, result.stderr
    if form == "sarif":
        results = json.loads(result.stdout)["runs"][0]["results"]
        return {place["physicalLocation"]["artifactLocation"]["uri"] for found in results for place in found["locations"]}
    pattern = r"file=(.*?),line" if form == "github" else r"(?m)^(.*?):7:1: "
    return set(re.findall(pattern, result.stdout))


@pytest.mark.parametrize("form", ["github", "sarif", "junit"])
@pytest.mark.parametrize(
    ("here", "inputs"),
    [
        (".", []), (".", ["."]), (".", ["sub"]), (".", ["./sub/../sub/records"]), ("sub", []), ("sub", ["records"]), ("sub", ["."]),
        ("sub", [".."]), ("sub/records", ["r.md"]), ("sub/records", ["./r.md"]), ("..", ["repo"]), ("..", ["./repo/sub/records/r.md"]),
    ],
)  # fmt: skip
def test_from_any_folder(top: Path, monkeypatch: pytest.MonkeyPatch, form: str, here: str, inputs: list[str]) -> None:
    monkeypatch.chdir(top / here)
    assert paths(form, *inputs) == {"sub/records/r.md"}


def test_an_absolute_path_and_links(top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(top)
    (top / "linked").symlink_to("sub/records")
    (top / "one.md").symlink_to("sub/records/r.md")
    for here, given, expected in (
        (top, str(top / "sub"), "sub/records/r.md"),
        (tmp_path / "link", "sub", "sub/records/r.md"),
        (tmp_path, "link/sub", "sub/records/r.md"),
        (top, "linked", "sub/records/r.md"),
        (top, "one.md", "sub/records/r.md"),
    ):
        monkeypatch.chdir(here)
        assert paths("github", given) == {expected}
    assert paths("github", "one.md", "--isolated") == {"one.md"}  # a link is a file of the repository too


def test_a_linked_worktree_and_what_only_looks_like_a_repository(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (top / "sub/records/.git").mkdir()  # empty
    monkeypatch.chdir(top / "sub/records")
    assert paths("github") == {"sub/records/r.md"}
    (top / "sub/.git").write_text("gitdir: ../.git/worktrees/sub\n")
    assert paths("github") == {"records/r.md"}


def test_a_repository_inside_the_repository(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its files have paths of the outer one, which is checked."""
    make_repository(top / "sub/records")
    monkeypatch.chdir(top / "sub")
    assert paths("github") == {"sub/records/r.md"}


@pytest.mark.parametrize("workspace", [None, "{}", "{}/", "{}/sub", "/nowhere"])
def test_the_repository_comes_before_the_folder_of_the_job(top: Path, monkeypatch: pytest.MonkeyPatch, workspace: str | None) -> None:
    if workspace:
        monkeypatch.setenv("GITHUB_WORKSPACE", workspace.format(top.parent))
    monkeypatch.chdir(top / "sub")
    assert paths("github") == {"sub/records/r.md"}


def test_the_folder_of_the_job_without_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "job/sub/records/r.md")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "job"))
    for here, given in (("job", "."), ("job/sub", "records"), ("job/sub/records", ".."), (".", "job")):
        monkeypatch.chdir(tmp_path / here)
        assert paths("github", given) == {"sub/records/r.md"}


def test_outside_of_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "sub/records/r.md")
    for here, given, expected in (
        (".", "./sub/..", "sub/records/r.md"),
        ("sub", "records", "records/r.md"),
        ("sub", ".", "records/r.md"),
        ("sub/records", "../records", "r.md"),
    ):
        monkeypatch.chdir(tmp_path / here)
        assert paths("github", given) == {expected}
    put(tmp_path / "other/o.md")
    assert paths("github", "../../other") == {str(tmp_path / "other/o.md")}  # nothing of it is below the working directory


def test_members_of_archives_and_what_is_no_file(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tarfile.open(top / "sub/r.tar", "w") as archive:
        archive.add(top / "sub/records/r.md", "x/r.md")
    monkeypatch.chdir(top / "sub")
    assert paths("github", "r.tar") == {"sub/r.tar!/x/r.md"}
    found = RepositoryPaths(os.getcwd(), None)
    assert [found.of(name) for name in ("", "standard input", "r.tar")] == ["", "standard input", "sub/r.tar"]


def test_other_forms_show_paths_as_given(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(top / "sub")
    for form in ("text", "jsonl", "markdown"):
        assert "./records/r.md" in run_command(["check", ".", "--isolated", "--format", form, "--select", "FM003", "--no-cache"]).stdout
