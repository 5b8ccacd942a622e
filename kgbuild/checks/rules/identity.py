"""ID, identity: two records of one thing, and ids in the infores catalogue."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import NamedTuple
from unicodedata import normalize

from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.support.citing import listed
from kgbuild.checks.view import EntryRef, StatedClaim, View
from kgbuild.transform.links import normalise

_INFORES = "infores:"
#: Biolink, "Rules for Minting InfoRes Names and Identifiers": lower case, words separated by hyphens, and after a dot a version: numerals
#: with dots between, or an ISO 8601 date.
_WELL_FORMED = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[0-9]+(?:[.-][0-9]+)*)?")
_ALIEN = re.compile(r"[^a-z0-9.]+")
#: What follows the path of an address and leads to another page: a query, or a fragment that is the path of a page that scripts make.
_PAGE_OF_SITE = re.compile(r"(\?[^#]*)?(#[!/].*)?")
_AFTER_PATH = re.compile(r"[?#]")
_WORD = re.compile(r"[^\W_]+")
_IN_PARENTHESES = re.compile(r"\(([^()]*)\)")
#: Letters of a word in which one may be mistyped; shorter words that differ in one are different words.
_TYPED = 5
#: Names that a message shows.
_SHOWN = 5


class _Known(NamedTuple):
    """What tells resources apart: name and homepage, as written and as compared."""

    id: str
    said: StatedClaim
    name: str
    homepage: str
    same: str
    address: str


def duplicates(view: View) -> Iterator[Violation]:
    """Two resources that are probably one: the same homepage and equal or nearly equal names, or the same name.

    It is information where only the homepage is shared, as sister ontologies do, one finding a homepage. A resource that says what replaces it
    is left out beside that one.
    Why: what is said and cited is divided among the two, so neither is complete.
    Example: `pmc` and `pubmedcentral` both have the homepage `https://pmc.ncbi.nlm.nih.gov/`, and are called `PubMed Central` and
    `PubMed Central (PMC)`.
    Fix: keep one record, let what cites the other cite that one, and remove the other or say in it what replaces it.
    """
    known = {id: _known(id, said) for id in view.records if (said := view.record(id)) is not None}
    by_name = _groups((item.same, item) for item in known.values() if item.same)
    by_address = _groups((item.address, item) for item in known.values() if item.address)
    alike = _Sets()
    for same in by_name.values():
        alike.join(item.id for item in _in_use(view, same))
    for sharing in by_address.values():
        for near in _groups((key, item) for item in _in_use(view, sharing) for key in _near(item.name)).values():
            alike.join(item.id for item in near)
    for ids in alike.several():
        yield _probable([known[id] for id in ids], view)
    for address, sharing in by_address.items():
        items = sorted(_in_use(view, sharing), key=lambda item: item.id)
        if len({alike.first(item.id) for item in items}) > 1:
            yield _sharing(items, address, view)


def _known(id: str, said: StatedClaim) -> _Known:
    description = said.says.description  # type: ignore[union-attr]  # records only are asked for
    name, homepage = description.name or "", description.url or ""
    return _Known(id, said, name, homepage, "".join(_words(name)[0]), _address(homepage) if homepage else "")


def _address(url: str) -> str:
    """A homepage as it is compared: as links are, but with what leads to another page of the same path.

    >>> _address("http://www.a.org/index.html"), _address("https://a.org/x?id=1#top"), _address("https://a.org/#/b")
    ('a.org', 'a.org/x?id=1', 'a.org#/b')
    """
    address = normalise(url)
    if address is None:
        return ""
    start = _AFTER_PATH.search(url)
    rest = _PAGE_OF_SITE.match(url, start.start()) if start else None
    return address + (rest[0].rstrip("/") if rest else "")


def _words(name: str) -> tuple[list[str], str]:
    """The words of a name, and its abbreviation: of one in parentheses, which is another name of what stands before it.

    >>> _words("PubMed Central (PMC)"), _words("Anatomy (mouse)")
    ((['pubmed', 'central'], 'pmc'), (['anatomy', 'mouse'], ''))
    """
    text = normalize("NFKC", name).casefold()
    inner = _IN_PARENTHESES.search(text) if "(" in text else None
    if inner and _abbreviates(inner[1], text[: inner.start()]):
        return _WORD.findall(text[: inner.start()] + text[inner.end() :]), inner[1].strip()
    return _WORD.findall(text), ""


def _near(name: str) -> set[str]:
    """What a name has at least one of in common with those that are nearly equal.

    Of one long word one letter may be missing, moved or another one; the abbreviation counts as a name.

    >>> _near("Adverse Event Open Learning through Universal Standards (AEOLUS)").isdisjoint(_near("AELOUS"))
    False
    >>> _near("BioBricks Tox21").isdisjoint(_near("BioBricks ToxCast"))
    True
    """
    words, short = _words(name)
    names = [words, [short]] if short else [words] if words else []
    return {"".join(name) for name in names}.union(*map(_mistyped, names))


def _abbreviates(short: str, long: str) -> bool:
    """Whether a word has no letters but those of a longer text, in their order."""
    word, letters = _WORD.fullmatch(short.strip()), iter(long)
    return word is not None and len(short) < len(long) and all(letter in letters for letter in word[0])


def _mistyped(words: Sequence[str]) -> set[str]:
    """A name in each way in which one of its long words lacks a letter: names that differ in one letter have one of these in common."""
    return {
        " ".join((*words[:n], word[:at] + word[at + 1 :], *words[n + 1 :]))
        for n, word in enumerate(words)
        if len(word) >= _TYPED
        for at, letter in enumerate(word)
        if letter.isalpha()
    }


def _groups(pairs: Iterable[tuple[str, _Known]]) -> dict[str, list[_Known]]:
    """The keys that several have, with those that have them."""
    found: defaultdict[str, list[_Known]] = defaultdict(list)
    for key, item in pairs:
        found[key].append(item)
    return {key: items for key, items in found.items() if len(items) > 1}


def _in_use(view: View, items: Sequence[_Known]) -> list[_Known]:
    """Resources without those that say that another of them replaces them."""
    ids = {item.id for item in items}
    return [item for item in items if not any(edge.object in ids for edge in view.graph.successors.get(item.id, ()))]


class _Sets:
    """Disjoint sets of ids, each known by its smallest."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def first(self, id: str) -> str:
        """The smallest id of the set of one."""
        while (above := self._above.get(id, id)) != id:
            id = above
        return id

    def join(self, ids: Iterable[str]) -> None:
        """Make one set of the sets of some ids."""
        firsts = {self.first(id) for id in ids}
        least = min(firsts, default="")
        self._above |= dict.fromkeys(firsts, least)

    def several(self) -> list[list[str]]:
        """The sets of more than one, sorted."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for id in sorted(self._above):
            found[self.first(id)].append(id)
        return [ids for _, ids in sorted(found.items()) if len(ids) > 1]


def _probable(items: Sequence[_Known], view: View) -> Violation:
    first, *others = items
    names, homepages = dict.fromkeys(item.name for item in items), dict.fromkeys(item.address for item in items)
    called = f"have the name {first.name!r}" if len(names) == 1 else f"are called {_several([*map(repr, names)])}"
    shared = f" and share the homepage {first.homepage!r}" if len(homepages) == 1 and first.address else ""
    return Violation(
        first.id,
        f"{_ids(items, view)} {called}{shared}: probably they are one resource",
        EntryRef(first.said, "name"),
        object=others[0].id,
        related=[EntryRef(item.said, "name") for item in others],
    )


def _sharing(items: Sequence[_Known], address: str, view: View) -> Violation:
    first, *others = items
    return Violation(
        first.id,
        f"{_ids(items, view)} share the homepage {first.homepage!r}",
        EntryRef(first.said, "url"),
        object=address,
        related=[EntryRef(item.said, "url") for item in others],
        severity="info",
    )


def _ids(items: Sequence[_Known], view: View) -> str:
    return _several([repr(view.name(item.id)) for item in items])


def _several(texts: Sequence[str]) -> str:
    return listed(texts, _SHOWN, "{} other" if len(texts) == _SHOWN + 1 else "{} others")


def shared_infores(view: View) -> Iterator[Violation]:
    """An infores id that two resources have.

    Why: an infores id stands for one resource; knowledge that says it comes from there may come from either.
    Example: the records `a` and `b` both say `infores_id: a`.
    Fix: leave it to the resource that the catalogue means. If both records are about that one, keep one of them.
    """
    users: defaultdict[str, list[str]] = defaultdict(list)
    for id in view.records:
        for infores in _infores(view, id):
            users[infores].append(id)
    for infores, ids in users.items():
        if len(ids) > 1:
            ids.sort()
            spots = [spot for id in ids if (spot := _spot(view, id, infores)) is not None]
            by = _several([repr(view.name(id)) for id in ids])
            yield Violation(ids[0], f"{by} have the same infores id {infores!r}", spots[0], object=infores, related=spots[1:])


def odd_infores(view: View) -> Iterator[Violation]:
    """An infores id that is malformed, or that the catalogue given with `--infores` does not have.

    An infores id has lower-case letters, digits, and hyphens between words; it may stand with and without `infores:`.
    Why: programs look a resource up by it, and find nothing.
    Example: `infores_id: Gene_Ontology`.
    Fix: write the id that the catalogue has; a resource that it does not have needs an entry there first.
    """
    catalogue = view.limits.infores
    for id in view.graph.nodes:
        for infores in _infores(view, id):
            local = infores.removeprefix(_INFORES)
            if catalogue is not None and local in catalogue:
                continue
            formed = _WELL_FORMED.fullmatch(local)
            if formed and catalogue is None:
                continue
            what = f"the infores id {infores!r} of {view.name(id)!r}"
            message = (
                f"{what} is not in the catalogue" if formed else f"{what} is malformed: expected lower-case letters, digits and hyphens"
            )
            spot, suggestion = _spot(view, id, infores), _nearest(local, catalogue)
            if spot and suggestion and spot.value == infores:
                suggestion = f"{_INFORES}{suggestion}"
            yield Violation(id, message, spot, object=infores, field=spot.field if spot else "", suggestion=suggestion)


def _infores(view: View, id: str) -> list[str]:
    node = view.graph.nodes.get(id)
    return [xref for xref in dict.fromkeys(node.xref) if xref.startswith(_INFORES)] if node is not None and node.xref else []


def _spot(view: View, id: str, infores: str) -> EntryRef | None:
    """Where an infores id stands: in the record of a resource, or in the listing of a product."""
    said = view.record(id) or view.authoritative(id)
    if said is None:
        return None
    fields = view.mapping.fields.resource if id in view.records else view.mapping.fields.product
    prefixed = view.mapping.fields.prefixed
    field = next((name for name in fields.xref if prefixed.get(name) == _INFORES.rstrip(":")), "xref")
    return EntryRef(said, field, infores.removeprefix(_INFORES) if field != "xref" else infores)


def _nearest(local: str, catalogue: frozenset[str] | None) -> str | None:
    """The id that was probably meant, as far as one can tell: by the rules of minting, or else the nearest of the catalogue."""
    fixed = _ALIEN.sub("-", local.casefold().strip().removeprefix(_INFORES)).strip("-.")
    if fixed != local and _WELL_FORMED.fullmatch(fixed) and (catalogue is None or fixed in catalogue):
        return fixed
    return next(iter(get_close_matches(fixed, sorted(catalogue or ()), n=1, cutoff=0.8)), None)


RULES = (
    Rule("ID001", "warning", duplicates),
    Rule("ID002", "warning", shared_infores),
    Rule("ID003", "warning", odd_infores),
)
