"""What a baseline covers: its entries expire only in a run that reads all of it, and only such a run writes it."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from running import run_command

from kgbuild.checks.baseline import Covered
from kgbuild.pipeline.coverage import covered_by, not_covered

PAGE = "---\nid: {id}\nlayout: resource_detail\ncategory: DataSource\nproducts:\n- id: {id}.file\n  original_source: [nowhere]\n---\n"
IDS = ("a", "b", "sub/c")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with two folders of records that have a fault each."""
    top = tmp_path / "checkout"
    for name in (*(f"records/{id}" for id in IDS), "more/d"):
        put(top / f"{name}.md")
    monkeypatch.chdir(top)
    return top


def put(path: Path, source: str = "nowhere") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PAGE.format(id=path.stem).replace("nowhere", source))


def run(*arguments: str, input: bytes | None = None) -> Any:
    return run_command(["check", *arguments, "--select", "RF001", "--format", "json", "--no-cache", "--fail-on", "never"], input=input)


def told(*arguments: str, input: bytes | None = None) -> tuple[int, int, str]:
    """How many findings are reported, how many are known, and what standard error says."""
    result = run(*arguments, input=input)
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    return len(report["findings"]), report["known"], result.stderr


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    return str(result.stderr).removeprefix("error: ").rstrip("\n")


def content(path: Path) -> tuple[list[str], list[str], list[str]]:
    """The inputs, the globs and the subjects of a baseline."""
    tree = json.loads(path.read_text())
    assert tree["kgbuild-baseline"] == 2
    return tree["inputs"], tree.get("exclude", []), [entry["subject"] for entry in tree["findings"]]


ALL = ["kgr:a.file", "kgr:b.file", "kgr:c.file", "kgr:d.file"]
BASELINE = "kgbuild-baseline.json"


def test_the_first_write_makes_the_file_of_the_default_name_and_the_next_run_uses_it(folder: Path) -> None:
    assert told("records", "more") == (4, 0, "")
    assert told("records", "more", "--write-baseline") == (0, 4, f"wrote {BASELINE}: 4 known findings\n")
    assert content(folder / BASELINE) == (["more", "records"], [], ALL)
    assert told("records", "more") == (0, 4, "")
    assert told("records", "more", "--no-baseline") == (4, 0, "")
    assert told("records", "more", "--isolated") == (4, 0, "")
    assert told(".") == (0, 4, "")  # the baseline is no record


def test_the_default_is_beside_the_settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "kgbuild.toml").write_text('inputs = ["records", "more"]')
    monkeypatch.chdir(folder / "records" / "sub")
    assert told("--write-baseline") == (0, 4, f"wrote ../../{BASELINE}: 4 known findings\n")
    assert content(folder / BASELINE) == (["more", "records"], [], ALL)
    monkeypatch.chdir(folder)
    assert told() == (0, 4, "")
    assert [path.name for path in folder.rglob(BASELINE)] == [BASELINE]


@pytest.mark.parametrize(
    "part", [["records"], ["more"], ["records/a.md"], ["records/sub", "more"], ["records", "more", "--exclude", "sub"]]
)
def test_a_part_expires_nothing_and_is_not_written(folder: Path, part: list[str]) -> None:
    told("records", "more", "--write-baseline")
    before = (folder / BASELINE).read_bytes()
    for name in ("records/a", "records/sub/c", "more/d"):
        put(folder / f"{name}.md", source="b")
    found, _, said = told(*part)
    assert (found, said) == (0 if "records" in part else found, "")
    sentence = refused(*part, "--write-baseline")
    assert sentence.startswith(f"--write-baseline: expected a run that reads all that {BASELINE} covers, got one without ")
    assert (folder / BASELINE).read_bytes() == before
    assert told("records", "more")[2] == (
        f"hint: {BASELINE}: 3 known findings no longer occur (RF001 kgr:a.file, RF001 kgr:c.file, RF001 kgr:d.file); "
        "bring the file up to date with --write-baseline\n"
    )
    assert told("records", "more", "--write-baseline") == (0, 1, f"wrote {BASELINE}: 1 known finding\n")


def test_what_is_missing_is_named_with_what_to_do(folder: Path) -> None:
    told("records", "more", "--write-baseline")
    assert refused("records", "--exclude", "sub", "--write-baseline") == (
        f"--write-baseline: expected a run that reads all that {BASELINE} covers, got one without more, what --exclude sub leaves out; check that "
        f'too, give another --baseline, or change "inputs" or "exclude" in {BASELINE} if it is gone for good'
    )


def test_what_was_left_out_at_the_first_run_may_be_left_out_again(folder: Path) -> None:
    told("records", "--exclude", "sub", "--write-baseline")
    assert content(folder / BASELINE) == (["records"], ["sub"], ALL[:2])
    put(folder / "records/a.md", source="b")
    assert told("records", "--exclude", "sub")[2].startswith("hint: ")
    assert told("records")[:2] == (1, 1)
    told("records", "--write-baseline")
    assert content(folder / BASELINE) == (["records"], [], ALL[1:3])


def test_a_run_of_more_makes_it_cover_more(folder: Path) -> None:
    told("records/sub", "--write-baseline")
    assert content(folder / BASELINE) == (["records/sub"], [], ALL[2:3])
    told("records", "records/sub", "more/d.md", "--write-baseline")
    assert content(folder / BASELINE) == (["more/d.md", "records"], [], ALL)
    told(".", "--write-baseline")
    assert content(folder / BASELINE) == (["."], [], ALL)


def test_version_1_covers_the_inputs_of_the_settings(folder: Path) -> None:
    entry = {"code": "RF001", "subject": "kgr:gone", "message": "m", "fingerprint": "0"}
    (folder / BASELINE).write_text(json.dumps({"kgbuild-baseline": 1, "findings": [entry]}))
    hint = f"hint: {BASELINE}: 1 known finding no longer occurs (RF001 kgr:gone); bring the file up to date with --write-baseline\n"
    assert told("records") == (3, 0, hint)
    (folder / "kgbuild.toml").write_text('inputs = ["records", "more"]')
    assert told("records") == (3, 0, "")
    assert "got one without more;" in refused("records", "--write-baseline")
    assert told() == (4, 0, hint)
    assert told("--write-baseline") == (0, 4, f"wrote {BASELINE}: 4 known findings\n")
    assert content(folder / BASELINE) == (["more", "records"], [], ALL)


def test_a_record_that_cannot_be_read_expires_nothing(folder: Path) -> None:
    told("records", "--write-baseline")
    (folder / "records/a.md").write_text("---\nid: [\n---\n")
    result = run("records")
    assert (result.exit_code, "hint" in result.stderr) == (2, False)
    result = run("records", "--write-baseline")
    said = f"wrote {BASELINE}: 3 known findings; old ones are kept, since not all records could be read\n"
    assert (result.exit_code, result.stderr.splitlines(keepends=True)[0]) == (2, said)
    assert content(folder / BASELINE)[2] == ALL[:3]


# The same registry by other ways.


def test_the_same_bytes_from_any_folder_and_by_any_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told("records", "more", "--write-baseline", "--baseline", "known.json")
    expected = (folder / "known.json").read_bytes()
    (folder.parent / "link").symlink_to(folder)
    for here, inputs in (
        (folder, ["./records/", "more"]),
        (folder / "records", [".", "../more"]),
        (folder / "records" / "sub", ["..", "../../more"]),
        (folder.parent, ["link/records", "checkout/more"]),
        (Path("/"), [str(folder / "records"), str(folder.parent / "link" / "more")]),
    ):
        monkeypatch.chdir(here)
        told(*inputs, "--write-baseline", "--baseline", str(folder / "known.json"))
        assert (folder / "known.json").read_bytes() == expected


def test_a_checkout_that_moved(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (folder / "ci").mkdir()
    told("records", "--write-baseline", "--baseline", "ci/known.json")
    assert content(folder / "ci/known.json")[0] == ["../records"]
    moved = tmp_path / "elsewhere" / "deep"
    shutil.copytree(folder, moved)
    shutil.rmtree(folder / "records")
    monkeypatch.chdir(moved)
    put(moved / "records/a.md", source="b")
    assert told("records", "--baseline", "ci/known.json")[2].startswith("hint: ")
    assert told("records", "--baseline", "ci/known.json", "--write-baseline")[2] == "wrote ci/known.json: 2 known findings\n"


def test_an_archive_of_the_same_registry_knows_the_findings_and_expires_none(folder: Path) -> None:
    told("records", "--write-baseline")
    put(folder / "records/a.md", source="b")
    with tarfile.open(folder / "registry.tar.gz", "w:gz") as archive:
        archive.add(folder / "records", "records")
    assert told("registry.tar.gz") == (0, 2, "")
    assert "got one without records;" in refused("registry.tar.gz", "--write-baseline")


def test_standard_input_is_an_input_of_its_own(folder: Path) -> None:
    lines = json.dumps({"id": "x", "category": "DataSource", "products": [{"id": "x.file", "original_source": ["nowhere"]}]}).encode()
    assert told("-", "--write-baseline", input=lines) == (0, 1, f"wrote {BASELINE}: 1 known finding\n")
    assert content(folder / BASELINE) == (["-"], [], ["kgr:x.file"])
    fine = lines.replace(b"nowhere", b"x")
    assert told("-", input=fine)[2].startswith("hint: ")
    assert told("records") == (3, 0, "")
    assert "got one without -;" in refused("records", "--write-baseline")


def names(*inputs: str, baseline: str) -> tuple[str, ...]:
    return covered_by(inputs, (), baseline).inputs


def test_names(folder: Path) -> None:
    assert names(".", "records", baseline="known.json") == (".",)
    assert names("records", "records/sub", "./records/a.md", baseline="known.json") == ("records",)
    assert names("records", "more", baseline="records/known.json") == (".", "../more")
    assert names("/etc/hosts", baseline="known.json") == ("hosts",)  # no path of one machine
    assert names("-", ".", baseline="known.json") == ("-", ".")


def test_links(folder: Path, tmp_path: Path) -> None:
    (folder / "linked").symlink_to(tmp_path / "store")
    put(tmp_path / "store" / "e.md")
    covered = covered_by(["linked"], (), "known.json")
    assert covered == Covered(inputs=("linked",))
    for given in ("linked", str(tmp_path / "store"), "."):
        assert not_covered(covered, [given], (), "known.json") == []
    assert not_covered(covered, ["records"], (), "known.json") == ["linked"]


def test_a_hidden_folder_is_not_read_from_above(folder: Path) -> None:
    put(folder / "records/.old/e.md")
    covered = covered_by(["records/.old"], (), "known.json")
    assert not_covered(covered, ["records"], (), "known.json") == ["records/.old"]
    assert not_covered(covered, ["records/.old"], (), "known.json") == []


@pytest.mark.parametrize("inputs", [["records"], ["more", "records"]])
def test_a_run_covers_what_it_writes(folder: Path, inputs: Sequence[str]) -> None:
    covered = covered_by(inputs, ("x",), "known.json")
    assert not_covered(covered, inputs, ("x",), "known.json") == []
    assert not_covered(covered, inputs, (), "known.json") == []
    assert not_covered(covered, inputs, ("y",), "known.json") == ["what --exclude y leaves out"]
