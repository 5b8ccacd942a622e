"""An id that nothing describes -> the ids that may have been meant: few, and none where the next best is a guess.

Registries are full of short ids that differ in a letter and name different things (`go`, `goa`; `dbsnp`, `dbsno`), so a wrong id among
them is nearly as near as the right one. How much likeness is asked for therefore depends on how long the words are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from functools import cached_property

from kgbuild.checks.support.spelling import Slip, digits, slip
from kgbuild.checks.view import View

#: Ids that are suggested at once. Where more are equally near, none is.
_MOST = 3
#: How many letters the longer word must have for a slip to be likelier than another word.
_FEWEST: Mapping[Slip, int] = {"doubled": 4, "lost": 5, "swapped": 5, "changed": 6}
#: From so many letters on words may differ in more than a slip, if they begin or end with the same letters and so much of them is alike.
_LONG, _SAME, _ALIKE = 7, 3, 0.85
#: Letters that the beginning of a product's id must have to stand for the whole.
_BEGINNING = 4
_NO_LETTER = re.compile(r"[\W_]+")


class Nearest:
    """The described ids of a view. ``of`` may be asked often: every table is made once, and the dearer ones only when wanted."""

    def __init__(self, view: View) -> None:
        self._view = view
        spaces = view.mapping.prefixes.spaces
        others = (f"{spaces['organization']}:", f"{spaces['page']}:")
        self._described = {view.name(id): id for id, node in view.graph.nodes.items() if not node.stub and not id.startswith(others)}
        self._products: dict[str, _Words] = {}

    def of(self, id: str, cited: Collection[str] = ()) -> list[str]:
        """The described ids, as people write them, that one as written may stand for; those in ``cited`` (node ids) only by what they are called.

        The first of these that finds any decides: the id in use for an old one; the same letters and digits; the id, a synonym or the name
        of a resource in another registry; a near word among the resources, or among the products of the resource before the first dot.
        """
        alias = self._view.mapping.aliases.get(id)
        local = id.rstrip("/").replace("/", ":").rpartition(":")[2]
        sure = ({alias} & self._described.keys() if alias else ()) or self._words.same(local) or self._others.same(local)
        found = set(sure) or {name for name in self._near(local) if self._described[name] not in cited}
        found.discard(id)
        return sorted(found) if len(found) <= _MOST else []

    def _near(self, name: str) -> Collection[str]:
        owner, dot, rest = name.partition(".")
        if not dot:
            return self._resources.near(name)
        home = self._described.get(owner)
        return {f"{owner}.{near}" for near in self._siblings(home, rest)} if home else ()

    def _siblings(self, owner: str, rest: str) -> Collection[str]:
        """Products of an owner that are near a word, both without the owner's id."""
        words = self._products.get(owner)
        if words is None:
            names = (self._view.name(product).partition(".")[2] for product in self._view.graph.products.get(owner, ()))
            words = self._products[owner] = _Words((name, name) for name in names if name)
        return words.same(rest) or words.near(rest) or words.begun(rest)

    @cached_property
    def _words(self) -> _Words:
        return _Words((name, name) for name in self._described)

    @cached_property
    def _resources(self) -> _Words:
        return _Words((name, name) for name, id in self._described.items() if not self._view.graph.is_product(id))

    @cached_property
    def _others(self) -> _Words:
        """What else resources are called: their names, synonyms, and ids in other registries."""
        nodes = ((name, self._view.graph.nodes[id]) for name, id in self._described.items() if not self._view.graph.is_product(id))
        return _Words(
            (text, name) for name, node in nodes for text in (node.name or "", *node.synonym, *(ref.partition(":")[2] for ref in node.xref))
        )


class _Words:
    """Some names, and the ids that they stand for."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        self._ids: defaultdict[str, set[str]] = defaultdict(set)
        for name, id in names:
            self._ids[letters(name)].add(id)

    def same(self, name: str) -> set[str]:
        """The ids of names with the same letters and digits."""
        return self._ids.get(letters(name), set())

    def near(self, name: str) -> set[str]:
        """The ids of names that a slip away, or else, of long ones, those that are much alike."""
        word = letters(name)
        slips = {other for variant in _variants(word) for other in self._variants.get(variant, ()) if _one_slip(word, other)}
        return {id for other in slips or set(self._alike(word)) for id in self._ids[other]}

    def begun(self, name: str) -> set[str]:
        """The ids that go on where a name ends, after a `-`, `_` or `.`."""
        if len(name) < _BEGINNING:
            return set()
        return {id for ids in self._ids.values() for id in ids if id.startswith((f"{name}-", f"{name}_", f"{name}."))}

    @cached_property
    def _variants(self) -> dict[str, list[str]]:
        """Word with a letter left out -> the words. Two words that are a slip apart have one of these in common."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for word in self._ids:
            for variant in _variants(word):
                found[variant].append(word)
        return dict(found)

    @cached_property
    def _ends(self) -> dict[tuple[str, str], list[str]]:
        found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for word in self._ids:
            if len(word) >= _LONG:
                for end in _ends(word):
                    found[end].append(word)
        return dict(found)

    def _alike(self, word: str) -> Iterator[str]:
        if len(word) < _LONG:
            return
        matcher = SequenceMatcher(None, "", word, autojunk=False)
        for other in {other for end in _ends(word) for other in self._ends.get(end, ())}:
            matcher.set_seq1(other)
            if digits(word) == digits(other) and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE:
                yield other


def letters(name: str) -> str:
    """A name without regard to case, spaces and punctuation.

    >>> letters("GWAS-Catalog")
    'gwascatalog'
    """
    return _NO_LETTER.sub("", name.casefold())


def _ends(word: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (word[:_SAME], ""), ("", word[-_SAME:])


def _variants(word: str) -> set[str]:
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _one_slip(word: str, other: str) -> bool:
    """Whether two words are a slip apart that is likelier than another word. Another number is never a slip."""
    found = slip(word, other)
    return found is not None and max(len(word), len(other)) >= _FEWEST[found] and digits(word) == digits(other)
