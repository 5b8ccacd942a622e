"""A clone of KG-Registry as an input: its folders `resource` and `org` are read, and the rest is listed as skipped."""

from __future__ import annotations

import json
import re
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from paths import ROOT
from running import contents, run_command

RECORD = "---\nid: {id}\nlayout: resource_detail\ncategory: DataSource\nproducts:\n- id: {id}.file\n  original_source: [{source}]\n---\n"
ORGANIZATION = "---\nid: ebi\nlayout: organization_detail\nname: EBI\n---\n"
DOCUMENTATION = "---\nlayout: default\ntitle: About\n---\nSee <https://a.example.org>.\n"
#: What stands beside the folders of the registry in a clone: pages, copies of records, samples of tests, and files of the site.
BESIDE = {
    "README.md": "# Registry\n",
    "docs/about.md": DOCUMENTATION,
    "docs/old/a.md": RECORD.format(id="a", source="elsewhere"),
    "registry/kgs.yml": "resources:\n- id: a\n  category: DataSource\n  products:\n  - id: a.other\n",
    "tests/data/broken.md": "---\nid: [\n---\n",
    "tests/data/many.json": '[{"id": "t", "products": [{"id": "t.x", "original_source": ["u"]}]}]',
}
#: Files that no reader takes, or that are never read.
OTHERS = {"Makefile": "all:\n", "src/x.py": "x = 1\n", ".github/a.md": RECORD.format(id="h", source="x"), "_site/a.md": "---\nid: s\n---\n"}
OUTSIDE = "outside resource/ and org/"


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder."""
    files = {
        "resource/a/a.md": RECORD.format(id="a", source="b"),
        "resource/b/b.md": RECORD.format(id="b", source="nowhere"),
        "org/ebi/ebi.md": ORGANIZATION,
        **BESIDE, **OTHERS,
    }  # fmt: skip
    top = tmp_path / "kg-registry"
    for name, text in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(top)
    return top


def run(*arguments: str) -> Any:
    return run_command([*arguments, "--no-cache"])


def findings(*arguments: str) -> list[dict[str, Any]]:
    """The findings, without the beginnings of paths."""
    result = run("check", *arguments, "--format", "jsonl", "--fail-on", "never")
    assert result.exit_code == 0, result.stderr
    return [json.loads(re.sub(r'"path":"[^"]*((resource|org)/)', r'"path":"\1', line)) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("given", [".", "../kg-registry", "./resource/.."])
def test_a_clone_has_the_findings_of_its_records(clone: Path, given: str) -> None:
    expected = findings("resource", "org")
    assert {finding["path"] for finding in expected} == {"org/ebi/ebi.md", "resource/a/a.md", "resource/b/b.md"}
    assert findings(given) == expected


def graph(folder: Path) -> dict[str, bytes]:
    """The files of a graph. Paths of findings are relative to the input, and the manifest names what was not read."""
    return {name: data for name, data in contents(folder).items() if name not in ("graph_manifest.json", "graph_findings.jsonl")}


def manifest(folder: Path) -> Any:
    """What a manifest says of the input."""
    return json.loads((folder / "graph_manifest.json").read_text())["read"]


def test_its_graph_is_the_same_and_what_is_left_out_is_listed(clone: Path, tmp_path: Path) -> None:
    apart, whole = tmp_path / "apart", tmp_path / "whole"
    run("export", "resource", "org", "-o", str(apart))
    result = run("export", ".", "-o", str(whole), "-v")
    assert result.exit_code == 0, result.stderr
    for name in BESIDE:
        assert f"          {name}: {OUTSIDE}\n" in result.stderr
    assert f"skipped   6 files (6 {OUTSIDE})\n" in result.stderr
    assert graph(whole) == graph(apart)
    assert manifest(whole)["skipped"] == [{"file": name, "reason": OUTSIDE} for name in sorted(BESIDE)]
    same = {"skipped": [], "passed_over": {}}
    assert manifest(whole) | same == manifest(apart) | same


@pytest.mark.parametrize("ending", [".tar.gz", ".zip"])
def test_its_archive_is_the_same(clone: Path, tmp_path: Path, ending: str) -> None:
    archive = tmp_path / f"clone{ending}"
    if ending == ".zip":
        with zipfile.ZipFile(archive, "w") as zipped:
            for path in sorted(clone.rglob("*")):
                zipped.write(path, path.relative_to(clone))
    else:
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(clone, ".")
    run("export", ".", "-o", str(tmp_path / "folder"))
    run("export", str(archive), "-o", str(tmp_path / "archive"))
    assert graph(tmp_path / "archive") == graph(tmp_path / "folder")
    assert manifest(tmp_path / "archive") == manifest(tmp_path / "folder") | {"passed_over": {}}


def test_a_file_that_comes_or_goes_beside_is_noticed(clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The graph is the same, and the manifest is not."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    target = tmp_path / "out"
    run_command(["export", ".", "-o", str(target)])
    assert "unchanged" in run_command(["export", ".", "-o", str(target)]).stderr
    (clone / "docs/new.md").write_text(DOCUMENTATION)
    assert "unchanged" not in run_command(["export", ".", "-o", str(target)]).stderr
    assert {"file": "docs/new.md", "reason": OUTSIDE} in json.loads((target / "graph_manifest.json").read_text())["read"]["skipped"]


def test_what_is_given_too_is_read(clone: Path, tmp_path: Path) -> None:
    for inputs in ([".", "docs/about.md"], ["docs/about.md", "."]):
        result = run("export", *inputs, "-o", str(tmp_path / "out"))
        assert "1 documentation page" in result.stderr
        assert f"skipped   5 files (5 {OUTSIDE})" in result.stderr


@pytest.mark.parametrize("missing", ["resource", "org"])
def test_one_of_the_folders_alone_is_no_clone(clone: Path, missing: str) -> None:
    shutil.rmtree(clone / missing)
    result = run("check", ".")
    assert result.exit_code == 2
    assert "RD001" in result.stdout


def test_folders_further_down_do_not_count(clone: Path) -> None:
    result = run("check", "..")
    assert result.exit_code == 2
    assert "kg-registry/tests/data/broken.md" in result.stdout


def test_a_mapping_without_folders_reads_all(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    text = (ROOT / "mappings/pages.yaml").read_text()
    (tmp_path / "mappings/pages.yaml").write_text(text.replace("folders: [resource, org]\n", ""))
    assert run("check", ".", "--mappings", str(tmp_path / "mappings")).exit_code == 2
    (tmp_path / "mappings/pages.yaml").write_text(text.replace("[resource, org]", "[docs, registry]"))
    result = run("check", ".", "--mappings", str(tmp_path / "mappings"), "--format", "json")
    assert {finding["path"].split("/")[1] for finding in json.loads(result.stdout)["findings"]} == {"docs", "registry"}


def test_its_baseline_covers_the_folders(clone: Path) -> None:
    run("check", ".", "--write-baseline")
    text = (clone / "kgbuild-baseline.json").read_text()
    assert '"inputs": ["org", "resource"],' in text
    run("check", "resource", "org", "--write-baseline")
    assert (clone / "kgbuild-baseline.json").read_text() == text
    assert run("check", ".").stdout.startswith("nothing found in 3 files; ")
    result = run("check", "resource", "--write-baseline")
    assert (result.exit_code, "got one without org;" in result.stderr) == (2, True)


def test_a_file_beside_the_folders_is_no_part(clone: Path) -> None:
    (clone / "kgbuild.toml").write_text('inputs = ["."]\nselect = ["RF001"]')
    result = run("check", "README.md")
    assert (result.exit_code, result.stdout) == (0, "nothing found in 0 of 3 files\n")
    assert result.stderr.startswith("note: README.md was not read: ")
    assert run("check", "resource/b/b.md").stdout.splitlines()[-1] == "1 finding (1 error) in 1 of 3 files"


def commands_with_dot() -> list[str]:
    """The commands of the documentation that read the current folder."""
    text = "\n".join(path.read_text("utf-8") for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))))
    return re.findall(r"kgbuild ([a-z]+(?: [a-z0-9]+)?) \.(?=[\s`])", text)


def test_what_the_documentation_says_of_a_dot_is_true_of_a_clone(clone: Path, tmp_path: Path) -> None:
    """A load builds what an export writes, so both read the same."""
    assert set(commands_with_dot()) == {"check", "export", "load neo4j"}
    assert findings(".") == findings("resource", "org")
    run("export", ".", "-o", str(tmp_path / "a"), "--format", "neo4j")
    run("export", "resource", "org", "-o", str(tmp_path / "b"), "--format", "neo4j")
    assert graph(tmp_path / "a") == graph(tmp_path / "b")
