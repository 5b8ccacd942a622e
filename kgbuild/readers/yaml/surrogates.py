"""Write the surrogate pairs of a text so that PyYAML reads them, and restore its values.

JSON writes a character beyond U+FFFF as two escapes, a surrogate pair (RFC 8259 §7). No YAML parser reads them, although JSON is YAML
(YAML 1.2 §1.3). The pair is written with code points for private use instead, which the same digits encode, but the first: D800 as E800.
"""

from __future__ import annotations

import re

_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD])([89abAB][0-9a-fA-F]{2})\\u([dD])([c-fC-F][0-9a-fA-F]{2})")
_PRIVATE_PAIR = re.compile(r"()\\u([eE])([89abAB][0-9a-fA-F]{2})\\u([eE])([c-fC-F][0-9a-fA-F]{2})")
_JOINED = re.compile("([\ue800-\uebff])([\uec00-\uefff])")
_SURROGATE = str.maketrans("dDeE", "eEdD")


def hidden(text: str) -> str:
    """Return a text of the same length in which code points for private use replace surrogates; the same text if it has no pairs."""
    if "\\ud" not in text.lower() or _PRIVATE_PAIR.search(text) or _JOINED.search(text):
        return text
    return _PAIR.sub(_swapped, text)


def restored(value: str, style: str | None) -> str:
    """Return a scalar of a text from ``hidden`` as it is in the file. Only text in double quotes has escapes."""
    if style == '"':
        return _JOINED.sub(lambda pair: chr(0x10000 + (ord(pair[1]) - 0xE800 << 10) + ord(pair[2]) - 0xEC00), value)
    return _PRIVATE_PAIR.sub(_swapped, value)


def _swapped(pair: re.Match[str]) -> str:
    """Return a pair of escapes with surrogates in place of code points for private use, or the reverse."""
    before, high, low, other, last = pair.groups()
    return f"{before}\\u{high.translate(_SURROGATE)}{low}\\u{other.translate(_SURROGATE)}{last}"
