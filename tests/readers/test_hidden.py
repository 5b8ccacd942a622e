"""A message names the invisible character that it stumbles over: every character in every place where it changes what is read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import run_command

from kgbuild.model.invisible import INVISIBLE, name_of
from kgbuild.readers.hidden import Hidden, at, in_yaml

CHARACTERS = "\u00a0\u00ad\u200b\u200e\u202e\u2028\u2029\u0085\u2060\u3000\ufeff\u3164\u202f"
RECORD = "id: a\nlayout: resource_detail\ncategory: DataSource\n"
PAGES = {
    "before a key": f"---\n{RECORD}Xname: A\n---\n",
    "before the id": f"---\nX{RECORD}---\n",
    "before the only key of a record": "---\nXid: a\ncategory: DataSource\n---\n",
    "after a colon": f"---\n{RECORD}name:XA\n---\n",
    "after a colon and before a field": f"---\nname:XA\n{RECORD}---\n",
    "after the colon of the id": "---\nid:Xa\nlayout: resource_detail\n---\n",
    "before a colon": f"---\n{RECORD}nameX: A\n---\n",
    "in a key": f"---\n{RECORD}naXme: A\n---\n",
    "in the key of the id": "---\niXd: a\nlayout: resource_detail\n---\n",
    "in the key of the layout": "---\nid: o\nlayXout: organization_detail\n---\n",
    "in an indentation": f"---\n{RECORD}name: A\nproducts:\n- id: a.t\n Xname: T\n---\n",
    "in place of an indentation": f"---\n{RECORD}name: A\nproducts:\n- id: a.t\nX name: T\n---\n",
    "after a dash": f"---\n{RECORD}name: A\nproducts:\n-Xid: a.t\n  name: T\n---\n",
    "before a dash": f"---\n{RECORD}name: A\nproducts:\nX- id: a.t\n  name: T\n---\n",
    "before the closing line": f"---\n{RECORD}name: A\nX---\n",
    "after the closing line": f"---\n{RECORD}name: A\n---X\n",
    "before a list": f"---\n{RECORD}name: A\nsynonyms: X[a, b]\n---\n",
    "after a quote": f'---\n{RECORD}name: "A"X\n---\n',
    "before a quote": f'---\n{RECORD}name: X"A: b"\n---\n',
    "in an id": "---\nid: aX\nlayout: resource_detail\ncategory: DataSource\n---\n",
    "in a category": "---\nid: a\nlayout: resource_detail\ncategory: DataSourceX\n---\n",
    "in a layout": "---\nid: o\nlayout: organization_detailX\n---\n",
    "in a source": f"---\n{RECORD}products:\n- id: a.t\n  original_source: [goaX]\n---\n",
    "before a URL": f"---\n{RECORD}homepage_url: Xhttps://a.example.org\n---\n",
}  # fmt: skip
OPENING = {"before the opening line": f"\nX---\n{RECORD}---\n", "after the opening line": f"---X\n{RECORD}---\n"}
TEXTS = {
    "before the text": ' X{"id": "a", "category": "DataSource"}',
    "after a brace": '{X"id": "a", "category": "DataSource"}',
    "after a key": '{"id"X: "a", "category": "DataSource"}',
    "after a colon": '{"id":X"a", "category": "DataSource"}',
    "after a comma": '{"id": "a",X"category": "DataSource"}',
    "after a value": '{"id": "a"X, "category": "DataSource"}',
    "after the text": '{"id": "a", "category": "DataSource"}X',
    "in a key": '{"Xid": "a", "category": "DataSource"}',
}
WORDS = {"in a word": '{"id": "a", "category": "DataSource", "x": trXue}', "in a number": '{"id": "a", "category": "DataSource", "x": 1X2}'}
CASES = [
    *((f"{place} of a page", ".md", text) for place, text in (PAGES | OPENING).items()),
    *((f"{place} in JSON", ".json", text) for place, text in (TEXTS | WORDS).items()),
    *((f"{place} on a line", ".jsonl", text) for place, text in (TEXTS | WORDS).items()),
    *((f"{place} in YAML", ".yaml", text) for place, text in TEXTS.items()),
]


def messages(folder: Path) -> list[str]:
    checked = run_command(["check", str(folder), "--isolated", "--no-cache", "--format", "jsonl", "--jobs", "1"])
    return [json.loads(line)["message"] for line in checked.stdout.split("\n") if line]


@pytest.mark.parametrize(("place", "ending", "text"), CASES, ids=[case[0] for case in CASES])
def test_every_character_is_named(tmp_path: Path, place: str, ending: str, text: str) -> None:
    silent = []
    for character in CHARACTERS:
        (tmp_path / f"a{ending}").write_text(text.replace("X", character), encoding="utf-8", newline="")
        if not any(name_of(character) in message for message in messages(tmp_path)):
            silent.append(name_of(character))
    assert silent == []


SPACE, REMOVE = "expected a space, got U+00A0 (no-break space); replace it with a space", "remove the character"
HALF = "write the character itself, or remove it"
SENTENCES = {
    "nbsp_after_colon.md": ("---\nid: a\nlayout: resource_detail\ncategory: DataSource\nname:\u00a0 A\n---\n", 5, 6, SPACE),
    "bom_before_id.md": (
        "---\n\ufeffid: a\nlayout: resource_detail\ncategory: DataSource\nname: A\n---\n", 2, 1,
        f"\ufeffid: expected a resource record with an 'id', got the key '\\ufeffid' with U+FEFF (byte-order mark); {REMOVE}",
    ),
    "colon.json": ('{"id":\u200b"a"}', 1, 7, f"expected a space or a visible character, got U+200B (zero width space); {REMOVE}"),
    "word.json": ('{"id": tr\u00adue}', 1, 10, f"expected a space or a visible character, got U+00AD (soft hyphen); {REMOVE}"),
    "closing.md": (
        f"---\n{RECORD}---\u2060\n", 5, 4, f"expected a line `---` that closes the front matter, got U+2060 (word joiner) in it; {REMOVE}",
    ),
    "surrogate.yaml": ('id: a\nname: "x \\ud83e y"\n', 2, 10, f"expected a character, got `\\ud83e`, half of one; {HALF}"),
}  # fmt: skip


@pytest.mark.parametrize("name", SENTENCES)
def test_sentences(tmp_path: Path, name: str) -> None:
    text, line, column, sentence = SENTENCES[name]
    (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    checked = run_command(["check", str(tmp_path), "--isolated", "--no-cache", "--format", "jsonl", "--select", "RD001"])
    found = json.loads(checked.stdout)
    assert (found["line"], found["column"], found["message"]) == (line, column, sentence)


def test_text_may_have_such_characters(tmp_path: Path) -> None:
    """An error elsewhere is not blamed on a no-break space in a text."""
    (tmp_path / "a.md").write_text("---\nid: a\nlayout: resource_detail\ndescription: one\u00a0two\nname: [A\n---\n")
    (message,) = (text for text in messages(tmp_path) if text.startswith("expected"))
    assert message.startswith("expected `]` at the end of what begins with `[` here, got ")
    assert in_yaml("a: b\u00a0c\n", 0) is None


def test_a_place_of_a_text() -> None:
    nel = Hidden(1, "a space or a line feed", "U+0085 (next line)", "replace it with one of them")
    assert (at("a\u0085", 1), at("ab", 1), at("a", 1)) == (nel, None, None)
    assert in_yaml("a: b\nc:\u00a0d\n", 5) == Hidden(7, "a space", "U+00A0 (no-break space)", "replace it with a space")
    assert INVISIBLE.startswith("[")
