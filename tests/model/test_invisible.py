"""Characters that cannot be seen are known by their properties in Unicode, and named."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from kgbuild.model.invisible import invisible_at, invisible_in, is_invisible, lookalike, name_of, visible_part

#: Format characters that can be seen: signs that surround or precede a number (Unicode 15, Prepended_Concatenation_Mark), hieroglyph controls.
SEEN = {0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD, *range(0x13430, 0x1343B)}


def test_all_separators_and_format_characters_are_invisible() -> None:
    expected = {
        code
        for code in range(sys.maxunicode)
        if (unicodedata.category(chr(code)) in ("Zs", "Zl", "Zp", "Cf") and chr(code) != " ") and code not in SEEN
    }
    assert {code for code in expected if not is_invisible(chr(code))} == set()
    assert [char for char in " aé中\t\n-—'" if is_invisible(char)] == []


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\u00a0", "U+00A0 (no-break space)"),
        ("\u00ad", "U+00AD (soft hyphen)"),
        ("\u200b", "U+200B (zero width space)"),
        ("\u2028", "U+2028 (line separator)"),
        ("\u202e", "U+202E (right-to-left override)"),
        ("\u0085", "U+0085 (next line)"),
        ("\ufeff", "U+FEFF (byte-order mark)"),
        ("\U000e0041", "U+E0041 (tag latin capital letter a)"),
        ("\U000e0fff", "U+E0FFF (an unnamed character)"),
    ],
)
def test_names(character: str, name: str) -> None:
    assert name_of(character) == name
    assert invisible_in(f"goa{character}") == name
    assert visible_part(f"go{character}a") == "goa"


def test_the_first_one_of_a_part() -> None:
    assert (invisible_at("a\u00a0b\u200b"), invisible_at("a\u00a0b\u200b", 2), invisible_at("a\u00a0b\u200b", 2, 3)) == (1, 3, None)


@pytest.mark.parametrize("text", ["👩\u200d🔬", "❤\ufe0f", "क्\u200dष"])
def test_what_joins_visible_characters_is_seen(text: str) -> None:
    assert invisible_in(text) == ""


def test_a_key_that_looks_like_a_name() -> None:
    assert lookalike(["a", "\ufeffid", "\u200bid"], ["id"]) == "\ufeffid"
    assert lookalike(['\u00a0"id"'], ["id"]) == '\u00a0"id"'
    assert lookalike(["id:\u00a0'a"], ["id"]) == "id:\u00a0'a"
    assert (lookalike(["id", 5, "é"], ["id"]), lookalike(["id\u200b"], ["name"])) == (None, None)
