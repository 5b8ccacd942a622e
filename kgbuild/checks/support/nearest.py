"""Suggest the ids that may have been meant by an id without a record. If the best match is uncertain, suggest none.

Registries have many short ids that differ in one letter and name different things (`go`, `goa`; `dbsnp`, `dbsno`). Therefore the required
similarity depends on the length of the words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from functools import cached_property, lru_cache

from kgbuild.checks.support.spelling import Slip, digits, slip
from kgbuild.checks.view import View

#: The largest number of suggestions. If more ids are equally similar, none is suggested.
_MOST = 3
#: The smallest length of the longer word for which a typo is more likely than another word.
_FEWEST: Mapping[Slip, int] = {"doubled": 4, "lost": 5, "swapped": 5, "changed": 6}
#: Words of at least ``_LONG`` letters may differ in more than one typo, if their first or last ``_SAME`` letters are equal and their similarity
#: is at least ``_ALIKE``.
_LONG, _SAME, _ALIKE = 7, 3, 0.85
#: The smallest length of the longer word, if only few ids are possible.
_SHORTEST = 3
#: The smallest length of the beginning of a product's id that can stand for the whole id.
_BEGINNING = 4
_NO_LETTER = re.compile(r"[\W_]+")


class Nearest:
    """The ids of a view that have records. Each table is built once, on its first use."""

    def __init__(self, view: View) -> None:
        self._view = view
        spaces = view.mapping.prefixes.spaces
        others = (f"{spaces['organization']}:", f"{spaces['page']}:")
        self._described = {view.name(id): id for id, node in view.graph.nodes.items() if not node.stub and not id.startswith(others)}
        self._products: dict[str, _Words] = {}
        self._near = lru_cache(maxsize=4096)(self._nearest)  # a missing record is often a source of many products

    def of(self, id: str, cited: Collection[str] = ()) -> list[str]:
        """Return the written ids with records that an id may have been meant for, at most three. ``cited`` are node ids.

        The first of these steps with a result is used: the new id for an old one; an id with the same letters and digits; a resource with
        this name, synonym or id in another registry; a similar id of a resource, or of a product of the owner before the first dot. The last
        step leaves out the ids in ``cited``.
        """
        alias = self._view.mapping.aliases.get(id)
        local = id.rstrip("/").replace("/", ":").rpartition(":")[2]
        certain = ({alias} & self._described.keys() if alias else ()) or self._words.same(local) or self._others.same(local)
        found = set(certain) or {name for name in self._near(local) if self._described[name] not in cited}
        found.discard(id)
        return sorted(found) if len(found) <= _MOST else []

    def owners(self, id: str, likely: Iterable[str] = ()) -> list[str]:
        """Return the written ids of resources that the owner in a product's id may have been meant for, at most three.

        Among the ``likely`` ones, those that list the product or that it cites, one letter is enough, however short the id is.
        """
        word = letters(id)
        known = [(other, letters(other)) for other in likely if other in self._described]
        close = {other for other, name in known if name == word or (_one_letter(word, name) and digits(word) == digits(name))}
        found = close or (set(self._resources.same(id)) or set(self._resources.near(id))) - {id}
        return sorted(found) if len(found) <= _MOST else []

    def _nearest(self, name: str) -> Collection[str]:
        owner, dot, rest = name.partition(".")
        if not dot:
            return self._resources.near(name)
        described = self._described.get(owner)
        return {f"{owner}.{near}" for near in self._siblings(described, rest)} if described else ()

    def _siblings(self, owner: str, rest: str) -> Collection[str]:
        """Return the products of an owner that are similar to a word, both without the owner's id."""
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
        """The names, synonyms and ids in other registries of the resources."""
        nodes = ((name, self._view.graph.nodes[id]) for name, id in self._described.items() if not self._view.graph.is_product(id))
        return _Words(
            (text, name) for name, node in nodes for text in (node.name or "", *node.synonym, *(ref.partition(":")[2] for ref in node.xref))
        )


class _Words:
    """Names, and the ids that they refer to."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        self._ids: defaultdict[str, set[str]] = defaultdict(set)
        for name, id in names:
            self._ids[letters(name)].add(id)

    def same(self, name: str) -> set[str]:
        """Return the ids of names with the same letters and digits."""
        return self._ids.get(letters(name), set())

    def near(self, name: str) -> set[str]:
        """Return the ids of names that differ by one typo. If there are none, return those of long names that are very similar."""
        word = letters(name)
        slips = {other for variant in _variants(word) for other in self._variants.get(variant, ()) if _one_slip(word, other)}
        return {id for other in slips or set(self._alike(word)) for id in self._ids[other]}

    def begun(self, name: str) -> set[str]:
        """Return the ids that begin with a name followed by `-`, `_` or `.`."""
        if len(name) < _BEGINNING:
            return set()
        return {id for ids in self._ids.values() for id in ids if id.startswith((f"{name}-", f"{name}_", f"{name}."))}

    @cached_property
    def _variants(self) -> dict[str, list[str]]:
        """Return the words by their forms without one letter. Two words that differ by one typo have one of these in common."""
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
    """Return the letters and digits of a name, in lower case.

    >>> letters("GWAS-Catalog")
    'gwascatalog'
    """
    return _NO_LETTER.sub("", name.casefold())


def _ends(word: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (word[:_SAME], ""), ("", word[-_SAME:])


def _variants(word: str) -> set[str]:
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _one_letter(word: str, other: str) -> bool:
    """Return whether two words of at least three letters differ by one typo."""
    return max(len(word), len(other)) >= _SHORTEST and slip(word, other) is not None


def _one_slip(word: str, other: str) -> bool:
    """Return whether two words differ by a typo that is more likely than another word. Another number is never a typo."""
    found = slip(word, other)
    return found is not None and max(len(word), len(other)) >= _FEWEST[found] and digits(word) == digits(other)
