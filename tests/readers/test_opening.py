"""A page whose front matter is not seen is found whatever damaged its opening, and no other page is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from running import run_command

from kgbuild.model.invisible import name_of
from kgbuild.readers.opening import EXPECTED, Damage, damage

CASES = Path(__file__).parents[1] / "rules" / "RD002"
FIELDS = {"id": "a", "layout": "resource_detail"}
FRONT = "id: a\nlayout: resource_detail\n"
INVISIBLE = ["\u00a0", "\u00ad", "\u200b", "\u200e", "\u2060", "\u3000", "\ufeff", "\u202f", "\u3164"]


@pytest.mark.parametrize("character", INVISIBLE)
def test_an_invisible_character_is_named_where_it_stands(character: str) -> None:
    name = name_of(character)
    remove = "remove the character"
    assert damage(f"{character}---\n{FRONT}---\n") == Damage(1, 1, f"{name} before it", remove, FIELDS, True)
    assert damage(f"\n {character}\n---\n{FRONT}---\n") == Damage(2, 2, f"{name} before it", remove, FIELDS, True)
    assert damage(f"-{character}--\n{FRONT}---\n") == Damage(1, 2, f"`---` with {name}", remove, FIELDS, False)
    assert damage(f"---{character}\n{FRONT}---\n") == Damage(1, 4, f"`---` with {name}", remove, FIELDS, False)


@pytest.mark.parametrize("comment", ["<!-- x -->", "<!--\n---\n-->\n\n", "{% comment %}x{% endcomment %}\n", "{# x #}\n", "/* x */\n"])
def test_a_comment_before_it(comment: str) -> None:
    expected = Damage(1, 1, "a comment before it", "move the comment below the front matter", FIELDS, True)
    assert damage(f"{comment}\n---\n{FRONT}---\n") == expected


@pytest.mark.parametrize("line", ["--", "----", "--------", "\u2014", "\u2013\u2013", "\u2014-", "===", "***", "___", "- - -", "--- x"])
def test_another_line_in_its_place(line: str) -> None:
    assert damage(f"{line}\n{FRONT}{line if line != '--- x' else '---'}\n") == Damage(
        1, 1, f"`{line}`", "write three hyphens and nothing else on the line", FIELDS, False
    )


def test_no_line_at_all() -> None:
    assert damage(f"{FRONT}---\n\nText.\n") == Damage(1, 1, "`id: a`", "add the line above it", FIELDS, False)
    assert damage(f"{FRONT}\n# Heading\n\nText.\n\n---\n") is None
    assert damage(FRONT) is None


@pytest.mark.parametrize("end", ["\r", "\u2028", "\u0085"])
def test_other_line_ends(end: str) -> None:
    got = "carriage returns without line feeds" if end == "\r" else name_of(end)
    todo = "save the page with LF or CRLF as line ends"
    assert damage(f"---\n{FRONT}---\n".replace("\n", end)) == Damage(1, 4, f"{got} at the end of the line", todo, FIELDS, True)


@pytest.mark.parametrize(
    "page", ["", "Text\n", "---\n---\n", "# Title\n\nText\n\n---\n\nKey: value\n\n---\n", "Note: text\nmore text\n---\n"]
)
def test_a_page_without_front_matter(page: str) -> None:
    assert damage(page) is None


def test_every_damaged_page_alone_is_a_warning_and_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if no page is read, the audit goes on; an export has nothing to write, and says why."""
    shutil.copytree(CASES / "bad", tmp_path / "bad")
    monkeypatch.chdir(tmp_path)
    checked = run_command(["check", "bad", "--isolated", "--no-cache", "--format", "jsonl", "-v"])
    found = [json.loads(line) for line in checked.stdout.splitlines()]
    names = sorted(path.name for path in (CASES / "bad").iterdir())
    assert checked.exit_code == 0
    assert {(item["code"], item["severity"]) for item in found} == {("RD002", "warning")}
    assert sorted(item["path"] for item in found) == [f"bad/{name}" for name in names]
    assert all(EXPECTED in item["message"] for item in found)
    listed = [f"          bad/{name}: damaged front matter" for name in names]
    assert checked.stderr.splitlines() == [f"skipped   {len(names)} files ({len(names)} damaged front matter)", *listed]
    exported = run_command(["export", "bad", "--no-cache"])
    sentence = "got a comment before it; move the comment below the front matter"
    assert (exported.exit_code, exported.stderr) == (
        2,
        (
            "error: bad: expected at least one record, got none; the front matter of a page is damaged: bad/comment.md:1:1: "
            f"expected {EXPECTED}, {sentence}\n"
        ),
    )
