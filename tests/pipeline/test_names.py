"""Paths are bytes: names that are not UTF-8 in inputs, output, --name, cache and settings, by the command in fresh processes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from running import Run

PAGE = "---\nid: {}\nlayout: resource_detail\ncategory: DataSource\nname: N {}\n---\n"
#: Bytes of UTF-8, of Latin-1, half a character of UTF-8, and the bytes that UTF-8 would need for half a surrogate pair.
NAMES = (b"n\xff", b"caf\xe9", b"\xe2\x82", b"s\xed\xb3\xbf")
SHOWN = (r"n\xff", r"caf\xe9", r"\xe2\x82", r"s\xed\xb3\xbf")
TURTLE = "SELECT (COUNT(?s) AS ?n) { ?s a kgrs:Resource }"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Records, a skipped page and a file without a reader, each by a name that is not UTF-8, in a folder of such a name."""
    folder = tmp_path / os.fsdecode(b"in\xfe")
    folder.mkdir()
    for n, name in enumerate(NAMES):
        (folder / os.fsdecode(name + b".md")).write_text(PAGE.format(f"r{n}", n))
    (folder / os.fsdecode(b"skip\xff.md")).write_text("text")
    (folder / os.fsdecode(b"x.\xff")).write_text("text")
    return folder


@pytest.mark.parametrize("cache", ["--cache", "--no-cache"])
def test_export_twice(kgbuild: Run, folder: Path, cache: str) -> None:
    output, name = folder.parent / os.fsdecode(b"out\xfd"), os.fsdecode(b"g\xfc")
    manifests = []
    for _ in range(2):
        done = kgbuild(
            "export", folder.name, "-o", output.name, "--name", name, "-f", "all", "--exclude", os.fsdecode(b"*\xfb"), "-v", cache
        )
        assert done.returncode == 0, done.stderr
        said = done.stderr.decode().splitlines()
        manifests.append((output / f"{name}_manifest.json").read_bytes())
    assert said[2:4] == [r"          skip\xff.md: no front matter", r"          1 .\xff with other endings"]
    assert said[-1].startswith(r"unchanged out\xfd: " if cache == "--cache" else r"wrote     out\xfd/g\xfc.graphml, out\xfd/g\xfc.nt, ")
    assert manifests[0] == manifests[1]
    manifest = json.loads(manifests[0])
    assert manifest["read"]["skipped"] == [{"file": r"skip\xff.md", "reason": "no front matter"}]
    assert (manifest["read"]["passed_over"], manifest["options"]["exclude"]) == ({r".\xff": 1}, [r"*\xfb"])
    assert manifest["written"][0]["file"] == r"g\xfc.graphml"
    asked = kgbuild("query", "--from", output, "-e", TURTLE, "--format", "csv")
    assert (asked.returncode, asked.stdout, asked.stderr) == (0, b"n\r\n4\r\n", b"")


def test_check_in_every_form(kgbuild: Run, folder: Path) -> None:
    (folder / "kgbuild.toml").write_text('ignore = ["FM", "RF", "LC"]\n')
    for form in ("text", "json", "jsonl", "markdown", "github", "sarif", "junit"):
        done = kgbuild("check", folder.name, "-f", form, "-v")
        assert (done.returncode, "skip\\xff.md: no front matter" in done.stderr.decode()) == (0, True)
        assert "udc" not in done.stdout.decode() + done.stderr.decode()
    found = [json.loads(line) for line in kgbuild("check", folder.name, "-f", "jsonl").stdout.splitlines()]
    assert {finding["path"] for finding in found} == {rf"in\xfe/{name}.md" for name in SHOWN}
    assert {finding["message"].partition(" is in ")[2] for finding in found} == {f"a file with the name '{name}'" for name in SHOWN}
    log = json.loads(kgbuild("check", folder.name, "-f", "sarif").stdout)
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in log["runs"][0]["results"]}
    assert uris == {"in%FE/n%FF.md", "in%FE/caf%E9.md", "in%FE/%E2%82.md", "in%FE/s%ED%B3%BF.md"}


def test_a_baseline_and_settings_in_such_a_folder(kgbuild: Run, folder: Path) -> None:
    (folder.parent / "kgbuild.toml").write_text("exclude = ['skip*']\n")
    base = os.fsdecode(b"base\xff.json")
    done = kgbuild("check", folder.name, "--baseline", base, "--write-baseline")
    assert (done.returncode, done.stderr.decode().partition(":")[0]) == (0, r"wrote base\xff.json")
    done = kgbuild("check", folder.name, "--baseline", base, "--fail-on", "info")
    assert (done.returncode, done.stderr) == (0, b"")
    (folder / "kgbuild.toml").write_text("jobs = 0\n")
    done = kgbuild("check", ".", cwd=folder)
    assert (done.returncode, done.stderr.decode().partition(":")[0]) == (2, "error")
    done = kgbuild("check", folder.name)
    assert done.stderr.decode() == "error: in\\xfe/kgbuild.toml:1: jobs: expected a whole number of at least 1, got 0; correct the entry\n"


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        (b"b\xff.md", "---\nid: [\n---\n", "in\\xfe/b\\xff.md:3:1: expected `]` at the end of what begins with `[` here"),
        (b"b\xff.jsonl", "{", "in\\xfe/b\\xff.jsonl:1:"),
        (b"b\xff.zip", "x", "in\\xfe/b\\xff.zip: expected "),
        (b"b\xff.jsonl.gz", "x", "in\\xfe/b\\xff.jsonl.gz: expected "),
    ],
)
def test_errors(kgbuild: Run, folder: Path, name: bytes, text: str, sentence: str) -> None:
    (folder / os.fsdecode(name)).write_text(text)
    done = kgbuild("export", folder.name)
    assert (done.returncode, done.stderr.decode().startswith(f"error: {sentence[:16]}")) == (2, True), done.stderr
    done = kgbuild("export", folder.name, "--keep-going", "-o", "kept")
    assert done.returncode == 1, done.stderr
    (left,) = json.loads((folder.parent / "kept" / "graph_manifest.json").read_text())["read"]["left_out"]
    assert (left["file"], left["problem"].startswith(left["file"])) == (
        os.fsencode(os.fsdecode(name)).decode(errors="backslashreplace"),
        True,
    )


@pytest.mark.parametrize(
    "command",
    [
        ("export", b"no\xff"), ("check", b"no\xff"), ("query", "upstream", "--param", b"id=no\xff"), ("serve", b"no\xff"),
        ("load", "neo4j", b"no\xff"),
        ("load", "sparql", b"no\xff", "--endpoint", "http://127.0.0.1:9/"), ("query", "-f", b"no\xff"), ("export", "--mappings", b"no\xff"),
        ("check", "--baseline", b"no\xff"), ("check", "--infores", b"no\xff"), ("query", "--from", b"no\xff", "upstream", "--param", "id=x"),
        ("validate", b"no\xff"),
        ("export", "--name", b"no\xff/"), ("load", "neo4j", "--from", b"no\xff"), ("query", "-e", b"SELECT * {?s ?p 'no\xff}"),
        ("query", "--param", b"no\xff", "upstream"), ("check", "--select", b"no\xff"), ("rule", b"no\xff"), ("formats", b"no\xff"), (b"no\xff",),
        ("export", "-f", b"no\xff"), ("export", b"--no\xff"), ("check", "--fail-on", b"no\xff"), ("completion", b"no\xff"), ("query", b"no\xff"),
    ],
    ids=repr,
)  # fmt: skip
def test_a_wrong_name_of_any_kind_is_one_sentence(kgbuild: Run, folder: Path, command: tuple[str | bytes, ...]) -> None:
    (folder.parent / "input").mkdir()
    (folder.parent / "input" / "a.md").write_text(PAGE.format("a", 1))
    done = kgbuild(*map(os.fsdecode, command))
    text = done.stderr.decode()
    assert (done.returncode, "bug in kgbuild" in text, "\\xff" in text, "\\udcff" in text) == (2, False, True, False), text
