"""FILEs below the inputs of the settings: the registry is read, and the files are reported."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from running import run_command

PAGE = "---\nid: {id}\nlayout: resource_detail\ncategory: DataSource\nproducts:\n- id: {id}.file\n  original_source: [{source}]\n---\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: two records that cite each other and one that cites nothing there is, below the inputs of the settings."""
    top = tmp_path / "checkout"
    for path, source in {"records/a": "b", "records/b": "a", "records/sub/c": "nowhere", "other/d": "nowhere"}.items():
        put(top / f"{path}.md", source)
    (top / "kgbuild.toml").write_text('inputs = ["records"]\nselect = ["RF001"]\n')
    monkeypatch.chdir(top)
    return top


def put(path: Path, source: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PAGE.format(id=path.stem, source=source))


def run(*arguments: str) -> Any:
    return run_command(["check", *arguments, "--no-cache"])


def paths(*arguments: str) -> list[str]:
    """The files with a source that nothing describes."""
    result = run(*arguments, "--format", "jsonl")
    assert (result.exit_code, result.stderr) == (1 if result.stdout else 0, "")
    return [json.loads(line)["path"] for line in result.stdout.splitlines()]


def test_a_file_is_judged_within_the_registry(folder: Path) -> None:
    assert paths("records/a.md") == []
    assert paths("records/sub/c.md") == ["records/sub/c.md"]
    assert paths("records/a.md", "--isolated", "--select", "RF001") == ["records/a.md"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["records/a.md", "records/b.md"], []),
        (["records/a.md", "records/sub/c.md", "records/b.md"], ["records/sub/c.md"]),
        (["./records//sub/c.md"], ["./records//sub/c.md"]),
        (["records/sub"], ["records/sub/c.md"]),
        (["records/sub/"], ["records/sub/c.md"]),
        (["records/a.md", "records/sub"], ["records/sub/c.md"]),
        (["records"], ["records/sub/c.md"]),
        (["records/sub/c.md", "other/d.md"], ["other/d.md", "records/sub/c.md"]),
    ],
)
def test_several_files_and_folders_as_they_were_given(folder: Path, given: list[str], expected: list[str]) -> None:
    assert paths(*given) == expected


@pytest.mark.parametrize(
    ("here", "given"),
    [
        ("records/sub", "c.md"), ("records/sub", "./c.md"), ("records/sub", "../sub/c.md"), ("records/sub", "."), ("records", "sub"),
        ("other", "../records/sub/c.md"),
    ],
)  # fmt: skip
def test_from_any_folder(folder: Path, monkeypatch: pytest.MonkeyPatch, here: str, given: str) -> None:
    monkeypatch.chdir(folder / here)
    (path,) = paths(given)
    assert Path(path).resolve() == folder / "records/sub/c.md"
    assert path.startswith(given)


def test_absolute_and_linked_paths(folder: Path, tmp_path: Path) -> None:
    assert paths(str(folder / "records/sub/c.md")) == [str(folder / "records/sub/c.md")]
    (tmp_path / "clone").symlink_to(folder)
    assert paths(str(tmp_path / "clone/records/sub/c.md")) == [str(tmp_path / "clone/records/sub/c.md")]
    (folder / "link.md").symlink_to("records/sub/c.md")
    assert paths("link.md") == ["link.md"]
    (folder / "records/linked.md").symlink_to("../other/d.md")
    assert paths("records/linked.md", "--follow-links") == ["records/linked.md"]


def test_a_member_of_an_archive(folder: Path) -> None:
    with tarfile.open(folder / "records/more.tar", "w") as archive:
        archive.add(folder / "other/d.md", "x/d.md")
    assert paths("records/more.tar") == ["records/more.tar!/x/d.md"]


def test_the_findings_are_those_of_the_whole_run(folder: Path) -> None:
    """Each with its line, its related places and its fingerprint."""
    whole = [json.loads(line) for line in run("--select", "ALL", "--format", "jsonl").stdout.splitlines()]
    for path in ("records/a.md", "records/b.md", "records/sub/c.md"):
        part = [json.loads(line) for line in run(path, "--select", "ALL", "--format", "jsonl").stdout.splitlines()]
        assert part == [finding for finding in whole if finding["path"] == path]


def test_the_summary_says_how_many_files_were_read(folder: Path) -> None:
    result = run("records/sub/c.md", "records/a.md")
    assert result.stdout.splitlines()[-1] == "1 finding (1 error) in 2 of 3 files"


def test_a_file_that_is_not_read_is_named(folder: Path) -> None:
    shutil.copy(folder / "other/d.md", folder / "records/.d.md")
    (folder / "records/notes.txt").write_text("x")
    for options, given in (([], "records/.d.md"), ([], "records/notes.txt"), (["--exclude", "b.md"], "records/b.md")):
        result = run(given, *options, "--select", "PG001")
        note = f"note: {given} was not read: it is hidden, excluded, outside the registry, or no file of records\n"
        assert (result.exit_code, result.stdout, result.stderr) == (0, f"nothing found in 0 of {2 if options else 3} files\n", note)


def test_a_file_that_is_one_of_the_inputs(folder: Path) -> None:
    (folder / "kgbuild.toml").write_text('inputs = ["records/a.md", "records/b.md"]\nselect = ["RF001"]\n')
    assert paths("records/a.md") == []
    (folder / "kgbuild.toml").write_text('inputs = ["records/a.md"]\nselect = ["RF001"]\n')
    assert paths("records/a.md") == ["records/a.md"]
    assert run("records/a.md", "--write-baseline").stderr == "wrote kgbuild-baseline.json: 1 known finding\n"


def test_what_a_hook_gives(folder: Path) -> None:
    """All changed files: those that hold no records too."""
    result = run("records/sub/c.md", "kgbuild.toml", "records/a.md")
    note = "note: kgbuild.toml was not read: it is hidden, excluded, outside the registry, or no file of records\n"
    assert (result.exit_code, result.stdout.splitlines()[-1], result.stderr) == (1, "1 finding (1 error) in 2 of 3 files", note)


def test_another_file_that_cannot_be_read(folder: Path) -> None:
    (folder / "records/bad.md").write_text("---\nid: [\n---\n")
    result = run("records/a.md")
    said = "1 file or line could not be read as records; run `kgbuild check --select RD001` to see why\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "nothing found in 1 of 4 files\n", said)


@pytest.mark.parametrize("given", [["records/a.md"], ["records/sub"], ["records/a.md", "records/b.md", "records/sub/c.md"]])
def test_a_baseline_is_not_written_from_a_part(folder: Path, given: Sequence[str]) -> None:
    result = run(*given, "--write-baseline")
    said = "error: --write-baseline: expected a run that reports all findings, got FILE; leave out one of the two\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", said)


def test_known_findings_of_a_part_are_counted(folder: Path) -> None:
    run("--write-baseline")
    result = run("records/sub/c.md")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "nothing found in 1 of 3 files; 1 known finding not shown\n", "")


def test_a_missing_file(folder: Path) -> None:
    result = run("records/z.md")
    said = "error: records/z.md: expected a file or folder of records, got nothing at this path; check the spelling\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", said)
