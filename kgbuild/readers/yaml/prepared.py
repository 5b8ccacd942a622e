"""The text that PyYAML gets for a YAML 1.2 text, and the way back from its values and offsets to the original text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from kgbuild.readers.yaml import surrogates

if TYPE_CHECKING:
    import yaml

#: Line breaks of YAML 1.1 (§5.4) that are ordinary characters in 1.2.
_OLD_BREAKS = "\x85\u2028\u2029"
#: A byte-order mark. PyYAML drops one at the beginning; readers report it as a character that does not belong there.
_BOM = "\ufeff"
#: A question mark at the beginning of a plain value (1.2 §7.3.3). PyYAML takes it for the indicator of a key between brackets and braces.
_QUESTION = re.compile(r"(?<![^\s,\[{:-])\?(?=[^\s,\[\]{}])")
#: The areas of Unicode for private use.
_PRIVATE = ((0xE000, 0xF8FF), (0xF0000, 0xFFFFD), (0x100000, 0x10FFFD))


class Prepared(NamedTuple):
    """A text for PyYAML. ``ordinary`` restores replaced characters of values; ``inserted`` are the offsets of inserted characters.

    ``pairs`` says whether surrogate pairs are replaced.
    """

    text: str
    ordinary: dict[int, str]
    inserted: tuple[int, ...] = ()
    pairs: bool = False

    def offset(self, index: int) -> int:
        """Return the offset in the original text of an offset in ``text``."""
        return index - bisect_right(self.inserted, index - 1)

    def value(self, value: str, style: str | None) -> str:
        """Return a scalar of ``text`` as it is in the original text. ``style`` is PyYAML's: its quote, if it has one."""
        value = value.translate(self.ordinary) if self.ordinary else value
        return surrogates.restored(value, style) if self.pairs else value

    def insert(self, *additions: tuple[int, str]) -> Prepared:
        """Return the prepared text with characters inserted at offsets of ``text``, which ascend."""
        parts: list[str] = []
        inserted: list[int] = []
        start = added = 0
        for index, characters in additions:
            parts += [self.text[start:index], characters]
            inserted += range(index + added, index + added + len(characters))
            start, added = index, added + len(characters)
        indices = [index for index, _ in additions]
        lengths = [*accumulate((len(characters) for _, characters in additions), initial=0)]
        moved = [at + lengths[bisect_right(indices, at)] for at in self.inserted]
        return self._replace(text="".join((*parts, self.text[start:])), inserted=tuple(sorted((*moved, *inserted))))

    def original(self, error: yaml.YAMLError) -> yaml.YAMLError:
        """Return an error of PyYAML with offsets of the original text."""
        import yaml

        if not self.inserted or not isinstance(error, yaml.MarkedYAMLError):
            return error

        def moved(mark: Any) -> Any:
            return mark and yaml.Mark(mark.name, self.offset(mark.index), mark.line, mark.column, None, 0)

        return yaml.MarkedYAMLError(error.context, moved(error.context_mark), error.problem, moved(error.problem_mark))


def prepare(text: str) -> Prepared:
    r"""Prepare a text: a character with another meaning in YAML 1.1 is replaced by one that the text does not have.

    >>> prepare("a\x85").text
    'a\ue000'
    """
    if (written := surrogates.hidden(text)) != text:
        return prepare(written)._replace(pairs=True)
    other = [character for character in f"{_OLD_BREAKS}{_BOM}" if character in text]
    question = ("[" in text or "{" in text) and "?" in text and _QUESTION.search(text) is not None
    if not other and not question:
        return Prepared(text, {})
    used = set(text)
    other += "?" * question
    pairs = [*zip(other, (character for character in _private() if character not in used), strict=False)]
    if question and pairs[-1][0] == "?":
        text = _QUESTION.sub(pairs[-1][1], text)
    breaks = {ord(old): new for old, new in pairs if old != "?"}
    return Prepared(text.translate(breaks) if breaks else text, {ord(new): old for old, new in pairs})


def _private() -> Iterator[str]:
    for first, last in _PRIVATE:
        yield from map(chr, range(first, last + 1))
