"""Text from outside controls nothing: names of inputs, folders, members, settings and ids that hold line breaks, escape codes and CI commands."""

from __future__ import annotations

import io
import json
import re
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from running import commands

if TYPE_CHECKING:
    from running import Run

#: A name that ends its line, speaks to GitHub Actions and Azure Pipelines, clears the screen, turns the text around, and hides text in tags.
NAME = "x\n::error file=a::b ##[error]c ##vso[d]e \x1b[2J\x9b2J\u202e\U000e0041\u2028\u200b\r"
START = "::warning file=a,line=1::b"
PAGE = "---\nid: {}\nlayout: resource_detail\ncategory: DataSource\nname: {}\nproducts:\n- id: {}\n  original_source: nowhere\n---\n"
#: What a terminal or a CI must never get from a name.
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028\u202e\U000e0041]|^\\s*::|##\\w*\\[", re.MULTILINE)
DOORS: dict[str, tuple[str, ...]] = {
    "check": ("check", "in", NAME, "-v"),
    "check a file": ("check", f"{START}.md"),
    "check markdown": ("check", "in", NAME, "-f", "markdown"),
    "check statistics": ("check", "in", "--statistics"),
    "check baseline": ("check", "in", "--baseline", NAME, "--write-baseline"),
    "check settings": ("check", f"{NAME}settings"),
    "check fix": ("check", "in", "--fix"),
    "check nothing": ("check", f"{NAME}nothing"),
    "completion": ("completion", NAME),
    "export": ("export", "in", NAME, "--name", "g ##[x]", "-o", f"{NAME}out", "-v"),
    "export broken": ("export", "broken"),
    "export some": ("export", "broken", "in", "--keep-going", "-v"),
    "export archive": ("export", f"{NAME}.tar"),
    "export mappings": ("export", "in", "--mappings", NAME),
    "export option": ("export", f"--{NAME}"),
    "formats": ("formats", NAME),
    "load neo4j": ("load", "neo4j", "--from", NAME),
    "load sparql": ("load", "sparql", f"{NAME}nothing", "--endpoint", "http://127.0.0.1:9/"),
    "query": ("query", "in", NAME, "-e", "SELECT ?o { ?s ?p ?o }"),
    "query name": ("query", NAME),
    "query parameter": ("query", "upstream", "in", "--param", f"id={NAME}"),
    "query text": ("query", "in", "-e", NAME),
    "query sql": ("query", "in", "--sql", "-e", f"SELECT '{NAME}', x"),
    "rule": ("rule", NAME),
    "serve": ("serve", "--from", NAME),
    "validate": ("validate", "build"),
    "validate nothing": ("validate", NAME),
    "command": (NAME,),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    def put(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    quoted = json.dumps(NAME)
    for name in (f"in/{NAME}.md", f"{NAME}/{START}.md", f"in/{START}.yaml", f"{START}.md"):
        put(name, PAGE.format(quoted, quoted, json.dumps(f"{START}{NAME}")) if name.endswith(".md") else "- 1\n")
    put(f"in/{START}.yaml", json.dumps({"id": START, "category": "DataSource", "name": NAME, "license": {"label": NAME}}))
    put(f"in/{NAME}skipped.md", "text")
    put(f"in/x.{START} {NAME}", "")
    put(f"broken/{NAME}.md", f"---\nid: [{NAME}\n---\n")
    put(f"broken/{START}.jsonl", f'{{"{NAME}')
    put(f"{NAME}settings/kgbuild.toml", f"{quoted} = 1\n")
    put("build/graph_nodes.jsonl", json.dumps({"id": NAME, "category": [NAME]}) + "\n")
    put("build/graph_edges.jsonl", json.dumps({"id": START, "subject": NAME, "predicate": NAME, "object": NAME}) + "\n")
    (tmp_path / "broken" / f"{NAME}link.md").symlink_to(f"{NAME}gone")
    with tarfile.open(tmp_path / f"{NAME}.tar", "w") as archive:
        for member in (f"../{NAME}", f"{NAME}.md"):
            archive.addfile(tarfile.TarInfo(member), io.BytesIO())
    return tmp_path


def test_every_command_is_tried() -> None:
    assert {name if name in commands() else name.partition(" ")[0] for name in DOORS} >= set(commands())


@pytest.mark.parametrize("name", DOORS)
def test_no_door_lets_it_through(kgbuild: Run, folder: Path, name: str) -> None:
    done = kgbuild(*DOORS[name], "--no-cache") if DOORS[name][0] in ("check", "export") else kgbuild(*DOORS[name])
    for text in (done.stdout.decode(), done.stderr.decode()):
        assert [text[max(found.start() - 60, 0) : found.end() + 20] for found in RAW.finditer(text)] == []
        assert "bug in kgbuild" not in text
    assert done.returncode in (0, 1, 2)
