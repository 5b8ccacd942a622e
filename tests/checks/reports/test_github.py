"""Against the grammar of workflow commands, as the runner of GitHub reads them (actions/runner, ActionCommand.cs)."""

from __future__ import annotations

import re
from collections.abc import Callable

from kgbuild.checks.reports import Report, github
from kgbuild.errors import visible

Golden = Callable[[str, str], None]


def read(line: str) -> tuple[str, dict[str, str], str]:
    """A command as the runner takes it apart: its name, its properties, its message."""
    assert line.startswith("::")
    head, message = line[2:].split("::", 1)
    name, _, properties = head.partition(" ")
    pairs = [pair.split("=", 1) for pair in properties.split(",")]
    assert all(len(pair) == 2 and pair[1] for pair in pairs)
    return name, {key: unescaped(value) for key, value in pairs}, unescaped(message)


def unescaped(text: str) -> str:
    characters = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}
    return re.sub("|".join(characters), lambda match: characters[match[0]], text)


def test_a_small_report(small: Report, golden: Golden) -> None:
    golden("small.github.txt", github.render(small))


def test_a_runner_reads_what_was_meant(small: Report, hostile: str) -> None:
    told, title = visible(hostile), "RF001 A source id | that nothing `describes|names`, <b>nowhere</b>"
    odd = "input/\N{GREEK SMALL LETTER ALPHA} 1%:|,`2`/a.md"
    assert [read(line) for line in github.render(small).splitlines()] == [
        ("error", {"file": "/r/a.tar.gz!/a.md", "line": "12", "col": "5", "title": title}, f"{told}\ntry: {told}"),
        ("warning", {"file": "b\\xff.md", "title": title}, "it stands in a file whose name is no text"),
        ("warning", {"file": odd, "line": "7", "title": "LS001 Listings of one product that disagree"}, "disagrees"),
        ("notice", {"title": "LC004 Upstream whose license is unknown"}, told),
    ]


def test_all_findings_are_told(many: Report) -> None:
    assert len(github.render(many).splitlines()) == 1_208


def test_nothing_found(empty: Report) -> None:
    assert github.render(empty) == ""
