"""Known findings: they stay quiet and are counted, new ones fail, and those that are fixed are reported."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from running import run_command

from kgbuild.checks import baseline
from kgbuild.checks.baseline import Baseline, BaselineEntry, Covered
from kgbuild.model.finding import Finding, fingerprint

if TYPE_CHECKING:
    from click.testing import Result

PAGE = "---\nid: {id}\nlayout: resource_detail\ncategory: DataSource\nproducts:\n- id: {id}.file\n  original_source: [{source}]\n---\n"
#: The baseline of the records below.
TEXT = """\
{
  "kgbuild-baseline": 2,
  "inputs": ["records"],
  "findings": [
    {"code": "RF001", "subject": "kgr:a.file", "message": "'a.file' is made from 'nowhere', which no record describes", "fingerprint": "%s"},
    {"code": "RF001", "subject": "kgr:b.file", "message": "'b.file' is made from 'nirgends', which no record describes", "fingerprint": "%s"}
  ]
}
"""


COVERED = Covered(inputs=("records",))


def written(path: str = "known.json") -> Baseline:
    """The baseline in a file that is there."""
    found = baseline.read(path)
    assert found is not None
    return found


def known(subject: str, object: str) -> str:
    return fingerprint("RF001", subject, object, "original")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a folder of two records that have a fault each."""
    (tmp_path / "records").mkdir()
    put(tmp_path, "a", "nowhere")
    put(tmp_path, "b", "nirgends")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(folder: Path, id: str, source: str) -> None:
    (folder / "records" / f"{id}.md").write_text(PAGE.format(id=id, source=source))


def run(*options: str, select: str = "RF001") -> Result:
    return run_command(["check", "records", "--select", select, "--format", "json", "--no-cache", *options])


def told(result: Result) -> tuple[int, list[str], int, str]:
    """Exit status, the subjects of the findings, how many are known, and what standard error says."""
    report = json.loads(result.stdout)
    return result.exit_code, [finding["subject"] for finding in report["findings"]], report["known"], result.stderr


def test_a_baseline_is_written_and_its_findings_stay_quiet(folder: Path) -> None:
    assert told(run("--baseline", "known.json", "--write-baseline")) == (0, [], 2, "wrote known.json: 2 known findings\n")
    fingerprints = known("kgr:a.file", "kgr:nowhere"), known("kgr:b.file", "kgr:nirgends")
    assert (folder / "known.json").read_text() == TEXT % fingerprints
    assert told(run("--baseline", "known.json")) == (0, [], 2, "")
    assert told(run()) == (1, ["kgr:a.file", "kgr:b.file"], 0, "")


def test_a_new_finding_fails(folder: Path) -> None:
    run("--baseline", "known.json", "--write-baseline")
    put(folder, "c", "nowhere")
    assert told(run("--baseline", "known.json")) == (1, ["kgr:c.file"], 2, "")


def test_a_known_finding_stays_known_wherever_it_goes(folder: Path) -> None:
    run("--baseline", "known.json", "--write-baseline")
    text = (folder / "records" / "a.md").read_text()
    (folder / "records" / "a.md").unlink()
    (folder / "records" / "sub").mkdir()
    (folder / "records" / "sub" / "c.md").write_text(text.replace("id: a\n", "id: a\nname: A\n\n"))
    assert told(run("--baseline", "known.json")) == (0, [], 2, "")


def test_what_is_mended_is_told_and_taken_out(folder: Path) -> None:
    run("--baseline", "known.json", "--write-baseline")
    put(folder, "a", "b")
    hint = "hint: known.json: 1 known finding no longer occurs (RF001 kgr:a.file); bring the file up to date with --write-baseline\n"
    assert told(run("--baseline", "known.json")) == (0, [], 1, hint)
    assert told(run("--baseline", "known.json", "--write-baseline")) == (0, [], 1, "wrote known.json: 1 known finding\n")
    assert told(run("--baseline", "known.json")) == (0, [], 1, "")


def test_of_many_that_are_mended_some_are_named() -> None:
    entries = [BaselineEntry(code="RF001", subject=f"kgr:{n}", message="", fingerprint=str(n)) for n in range(1_234)]
    named = "RF001 kgr:0, RF001 kgr:1, RF001 kgr:2 and 1,231 more"
    expected = f"known.json: 1,234 known findings no longer occur ({named}); bring the file up to date with --write-baseline"
    assert baseline.hint("known.json", entries) == expected


def test_rules_that_do_not_run_keep_their_entries(folder: Path) -> None:
    """They are not told as gone, and stay in a file that is written anew; so do those of rules that this kgbuild does not know."""
    entries = [BaselineEntry(code=code, subject="kgr:x", message="m", fingerprint=code) for code in ("RD001", "XX001")]
    (folder / "known.json").write_text(baseline.render(entries, COVERED))
    assert told(run("--baseline", "known.json", "--write-baseline"))[3] == "wrote known.json: 4 known findings\n"
    assert [(entry.code, entry.subject) for entry in written().entries] == [
        ("RD001", "kgr:x"), ("RF001", "kgr:a.file"), ("RF001", "kgr:b.file"), ("XX001", "kgr:x"),
    ]  # fmt: skip
    assert told(run("--baseline", "known.json")) == (0, [], 2, "")


def test_the_same_findings_give_the_same_bytes(folder: Path) -> None:
    run("--baseline", "known.json", "--write-baseline")
    before = (folder / "known.json").read_bytes()
    run("--baseline", "known.json", "--write-baseline")
    assert (folder / "known.json").read_bytes() == before
    entries = written().entries
    assert baseline.render(reversed(entries), COVERED) == baseline.render(entries, COVERED) == before.decode()


def test_text_of_any_script_is_written_as_it_is(folder: Path) -> None:
    entry = BaselineEntry(code="RF001", subject="kgr:é", message="“Größe” \\ \n 基因", fingerprint="0")
    (folder / "known.json").write_text(baseline.render([entry], COVERED), "utf-8")
    assert '"message": "“Größe” \\\\ \\n 基因"' in (folder / "known.json").read_text("utf-8")
    assert written() == Baseline(entries=(entry,), covered=COVERED)


def test_a_file_that_cannot_be_read_is_never_known(folder: Path) -> None:
    """Nobody knows what is wrong with it."""
    (folder / "records" / "bad.md").write_text("---\nid: [\n---\n")
    result = run("--baseline", "known.json", "--write-baseline", select="R")
    assert told(result)[::2] == (2, 2)
    assert {entry.code for entry in written().entries} == {"RF001"}
    found = Finding(code="RD001", severity="error", message="m", subject="bad.md", fingerprint="0")
    assert baseline.renewed([], [found], {"RD001"}) == []
    assert baseline.known([BaselineEntry(code="RD001", subject="bad.md", message="m", fingerprint="0")]) == frozenset()


def test_what_is_ignored_by_path_is_not_written(folder: Path) -> None:
    (folder / "kgbuild.toml").write_text('baseline = "known.json"\nper-path-ignores = {"records/a.md" = ["RF001"]}')
    assert told(run("--write-baseline")) == (0, [], 1, "wrote known.json: 1 known finding\n")
    assert [entry.subject for entry in written().entries] == ["kgr:b.file"]


def test_a_baseline_of_the_settings(folder: Path) -> None:
    (folder / "kgbuild.toml").write_text('baseline = "known.json"')
    assert told(run("--write-baseline")) == (0, [], 2, "wrote known.json: 2 known findings\n")
    assert told(run()) == (0, [], 2, "")
    assert told(run("--no-baseline")) == (1, ["kgr:a.file", "kgr:b.file"], 0, "")
    assert told(run("--isolated")) == (1, ["kgr:a.file", "kgr:b.file"], 0, "")
    (folder / "other.json").write_text(baseline.render([], COVERED))
    assert told(run("--baseline", "other.json")) == (1, ["kgr:a.file", "kgr:b.file"], 0, "")


# What cannot be done.

TODO = "restore it from version control, or give another --baseline"
ENTRY = '{"code": "RF001", "subject": "kgr:a", "message": "m", "fingerprint": "0"}'
BROKEN = {
    "": f":1: expected a baseline in JSON, got text that is not JSON; {TODO}",
    "findings\n": f":1: expected a baseline in JSON, got text that is not JSON; {TODO}",
    '{\n"kgbuild-baseline": 1,\n"findings": [\n' + ENTRY + "\n" + ENTRY + "\n]}":
        f":5: expected a baseline in JSON, got text that is not JSON; {TODO}",
    '{\n"kgbuild-baseline": 1,\n"findings": [\n<<<<<<< HEAD\n' + ENTRY + "\n=======\n>>>>>>> other\n]}":
        ":4: expected a baseline, got a merge conflict; take one side with `git checkout --ours known.json`, and run --write-baseline",
    "[" * 100_000: f":1: expected a baseline in JSON, got text that is not JSON; {TODO}",
    "[]": f":1: the file: expected `object`, got `array`; {TODO}",
    '{\n"id": "a"}': f":2: id: expected a key that baselines have, got an unknown one; {TODO}",
    '{"findings": []}': f":1: the file: object missing required field `kgbuild-baseline`; {TODO}",
    '{"kgbuild-baseline": 3, "findings": []}': f":1: kgbuild-baseline: invalid enum value 3; {TODO}",
    '{"kgbuild-baseline": 2, "findings": []}':
        f":1: kgbuild-baseline: expected the inputs that version 2 covers, got none; {TODO}",
    '{"kgbuild-baseline": 1, "inputs": [], "findings": []}':
        f":1: kgbuild-baseline: expected no inputs in version 1, got some; {TODO}",
    '{"kgbuild-baseline": 1,\n"findings": [\n' + ENTRY + ",\n" + ENTRY.replace('"0"', "0") + "]}":
        f":4: findings.1.fingerprint: expected `str`, got `int`; {TODO}",
}  # fmt: skip


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
@pytest.mark.parametrize("option", [(), ("--write-baseline",)], ids=["read", "written"])
def test_a_broken_baseline_is_one_sentence_and_is_not_written_over(folder: Path, text: str, option: Sequence[str]) -> None:
    (folder / "known.json").write_text(text)
    result = run("--baseline", "known.json", *option)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"error: known.json{BROKEN[text]}\n")
    assert (folder / "known.json").read_text() == text


def test_a_baseline_that_is_no_utf8(folder: Path) -> None:
    (folder / "known.json").write_bytes(b'{"kgbuild-baseline": 1, "findings": ["\xff"]}')
    result = run("--baseline", "known.json")
    said = "error: known.json:1: expected UTF-8, got the byte 0xff; save the file as UTF-8\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", said)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--baseline", "known.json"], "known.json: expected a baseline, got no such file; create it with --write-baseline"),
        (
            ["--write-baseline", "--no-baseline"],
            "--write-baseline: expected a baseline to write, got --no-baseline; leave out one of the two",
        ),
        (
            ["--write-baseline", "--level", "error"],
            "--write-baseline: expected a run that reports all findings, got --level; leave out one of the two",
        ),
        (
            ["--write-baseline", "--subject", "a.file"],
            "--write-baseline: expected a run that reports all findings, got --subject; leave out one of the two",
        ),
        (
            ["--write-baseline", "--baseline", "known.json", "--changed-since", "HEAD"],
            "--write-baseline: expected a run that reports all findings, got --changed-since; leave out one of the two",
        ),
        (["--baseline", "records"], "records: expected a baseline that can be read, got 'Is a directory'; give another --baseline"),
        (
            ["--write-baseline", "--baseline", "no/known.json"],
            "no/known.json: expected a file that can be written, got 'No such file or directory'; give another --baseline",
        ),
    ],
    ids=["no file", "no baseline", "a level", "a subject", "only what changed", "a folder", "no folder"],
)
def test_what_cannot_be_done(folder: Path, options: list[str], expected: str) -> None:
    result = run(*options)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"error: {expected}\n")
    assert sorted(path.name for path in folder.iterdir()) == ["records"]
