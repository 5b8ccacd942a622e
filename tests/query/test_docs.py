"""docs/queries.md against the program."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from paths import ROOT

from kgbuild.cli import query
from kgbuild.query.question import questions

if TYPE_CHECKING:
    from running import Run

PAGE = (ROOT / "docs" / "queries.md").read_text("utf-8")


def test_the_questions_are_those_of_the_program() -> None:
    section = PAGE.partition("## Named questions\n")[2].partition("\n## ")[0]
    told = [[cell.strip() for cell in line[1:-1].split("|")] for line in section.splitlines() if line.startswith("| `")]
    names = {"sparql": "SPARQL", "sql": "SQL", "cypher": "Cypher"}
    assert told == [
        [f"`{name}`", question.words, ", ".join(f"`{p.name}`" for p in question.parameters), ", ".join(names[x] for x in question.texts)]
        for name, question in questions().items()
    ]


def test_the_forms_are_those_of_the_program() -> None:
    (option,) = [option for option in query.query.params if option.name == "form"]
    section = PAGE.partition("## Formats\n")[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")][1:]
    assert re.findall(r"`(\w+)`", " ".join(cells)) == list(option.type.choices)


def test_the_commands_work(kgbuild: Run, tmp_path: Path) -> None:
    """Those of the first block, word for word."""
    (block,) = re.findall(r"\A.*?```sh\n(.*?)```", PAGE, re.DOTALL)
    shutil.copytree(ROOT / "input", tmp_path / "input")
    for line in block.splitlines():
        words = shlex.split(line)
        assert words[0] == "kgbuild"
        done = kgbuild(*words[1:])
        assert done.returncode == 0, (line, done.stderr)
        assert done.stdout or words[1] == "export"
