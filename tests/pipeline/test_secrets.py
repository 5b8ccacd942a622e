"""User names and passwords of addresses are in no output: no format, no report, no error; exports count them as lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import run_command

from kgbuild.checks.reports import REPORTS
from kgbuild.errors import without_secrets

#: Written -> shown in messages.
HIDDEN = {
    "https://jane:hush@data.example.org/a": "https://***@data.example.org/a",
    "https://jane@data.example.org/a": "https://***@data.example.org/a",
    "ftp://jane:hu@sh@data.example.org": "ftp://***@data.example.org",
    "https://jane:hu/sh@data.example.org/a": "https://***@data.example.org/a",
    "https://jane:hu@s/h@data.example.org/a": "https://***@data.example.org/a",
    "https://jane:(hush)'@data.example.org/a": "https://***@data.example.org/a",
    "https://jane:hush%40@data.example.org:8080/a?b=c@d": "https://***@data.example.org:8080/a?b=c@d",
    "mongodb+srv://jane:hush@db.example.org/?x=1": "mongodb+srv://***@db.example.org/?x=1",
    "bolt://jane:hush@[::1]:7687": "bolt://***@[::1]:7687",
    "see https://jane:hush@a.example.org/x, and http://jane:hush@b.example.org.": "see https://***@a.example.org/x, and http://***@b.example.org.",
    '{"value":"https://jane:hush@a.example.org/"}': '{"value":"https://***@a.example.org/"}',
    "ssh://jane:hush@git.example.org/a": "ssh://***@git.example.org/a",
    "ssh://git:hush@git.example.org/a": "ssh://***@git.example.org/a",
}
KEPT = (
    "jane@example.org",
    "mailto:jane@example.org",
    "https://example.org/@jane/a",
    "https://example.org/a@2.tsv",
    "https://example.org:8080/a@2",
    "https://example.org?mail=jane@example.org",
    "https://example.org#jane@example.org",
    "(https://example.org) jane@example.org",
    "[page](https://example.org),jane@example.org",
    "ssh://git@git.example.org/a",
    "git+ssh://git@git.example.org/a",
    "git@git.example.org:a.git",
    "bolt://[::1]:7687/@a",
    "",
)


@pytest.mark.parametrize("text", HIDDEN)
def test_what_is_hidden(text: str) -> None:
    assert without_secrets(text) == HIDDEN[text]
    assert without_secrets(HIDDEN[text]) == HIDDEN[text]


@pytest.mark.parametrize("text", KEPT)
def test_what_is_kept(text: str) -> None:
    assert without_secrets(text) == text


RECORD = """\
---
id: a
layout: resource_detail
category: DataSource
name: The name of a
description: The data of a, see https://jane:hush@wiki.example.org/a.
homepage_url: https://jane:hush@a.example.org/
license: https://jane:hush@a.example.org/license
synonyms: ['https://jane:hush@a.example.org/synonym']
unknown: {deep: ['https://jane:hush@a.example.org/deep']}
contacts:
- category: Individual
  label: Jane
  contact_details:
  - contact_type: url
    value: https://jane:hush@a.example.org/jane
products:
- id: a.tsv
  category: Grahp
  name: A table
  description: A table.
  format: https://jane:hush@a.example.org/format
  product_url: https://jane:hush@a.example.org/table
  original_source: [a]
---
"""
PAGE = "---\nlayout: default\ntitle: Questions\n---\n\nSee [a](https://jane:hush@a.example.org/).\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.md").write_text(RECORD)
    (tmp_path / "in" / "faq.md").write_text(PAGE)
    return tmp_path


def test_exports_have_addresses_without_them_and_count_them(folder: Path) -> None:
    result = run_command(["export", str(folder / "in"), "--format", "all", "--check", "all", "--output", str(folder / "out"), "--no-cache"])
    assert result.exit_code == 0, result.output
    files = [path for path in (folder / "out").rglob("*") if path.is_file()]
    assert len(files) > 10
    assert [path.name for path in files if b"hush" in path.read_bytes()] == []
    assert "hush" not in result.output
    nodes = [json.loads(line) for line in (folder / "out" / "graph_nodes.jsonl").read_text().splitlines()]
    (resource,) = (node for node in nodes if node["id"] == "kgr:a")
    assert resource["url"] == "https://a.example.org/"
    assert resource["description"] == "The data of a, see https://wiki.example.org/a."
    assert resource["synonym"] == ["https://a.example.org/synonym"]
    assert json.loads(resource["extra"])["unknown"] == {"deep": ["https://a.example.org/deep"]}
    edges = [json.loads(line) for line in (folder / "out" / "graph_edges.jsonl").read_text().splitlines()]
    assert [edge["object"] for edge in edges if edge["predicate"] == "kgrs:mentions"] == ["kgr:a"]
    losses = json.loads((folder / "out" / "graph_manifest.json").read_text())["losses"]
    columns = ["contacts", "description", "format", "license", "license_label", "synonym", "unknown", "url"]
    counts = {"url": 2}
    what = "the user name or password of an address was left out"
    expected = [{"file": "all files", "column": column, "what": what, "count": counts.get(column, 1)} for column in columns]
    assert [loss for loss in losses if loss["file"] == "all files"] == expected


@pytest.mark.parametrize("form", REPORTS)
def test_reports_hide_them(folder: Path, form: str) -> None:
    result = run_command(
        ["check", str(folder / "in"), "--select", "ALL", "--format", form, "--isolated", "--no-cache", "--fail-on", "never"]
    )
    assert result.exit_code == 0, result.output
    assert "hush" not in result.output
    assert "user name or password" in result.output.replace("&#32;", " ")


def test_errors_hide_them(folder: Path) -> None:
    (folder / "in" / "b.md").write_text("---\nid: b\nproducts: ['https://jane:hush@b.example.org/']\n---\n")
    result = run_command(["export", str(folder / "in"), "--output", str(folder / "out"), "--no-cache"])
    assert result.exit_code == 2
    assert "hush" not in result.output
    assert "https://***@b.example.org/" in result.stderr
