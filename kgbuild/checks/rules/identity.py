"""ID, identity: several records of one resource, infores ids, and ids of products."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import NamedTuple
from unicodedata import normalize

from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.rules.ownership import without_owner
from kgbuild.checks.support.addresses import page_address
from kgbuild.checks.support.citing import listed
from kgbuild.checks.view import EntryRef, StatedClaim, View

_INFORES = "infores:"
#: Biolink, "Rules for Minting InfoRes Names and Identifiers": words in lower case, separated by hyphens, and after a dot an optional version,
#: which is an ISO 8601 date or numbers separated by dots.
_WELL_FORMED = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[0-9]+(?:[.-][0-9]+)*)?")
_ALIEN = re.compile(r"[^a-z0-9.]+")
_WORD = re.compile(r"[^\W_]+")
_IN_PARENTHESES = re.compile(r"\(([^()]*)\)")
#: The smallest length of a word that may have a typo. Shorter words that differ in one letter are different words.
_TYPED = 5
#: The number of names in a message.
_SHOWN = 5


class _Identity(NamedTuple):
    """The name and homepage of a resource, as written and in the form that is compared."""

    id: str
    claim: StatedClaim
    name: str
    homepage: str
    same: str
    address: str


def duplicates(view: View) -> Iterator[Violation]:
    """Resources that are probably the same: they have the same name, or the same homepage and similar names.

    The level is info if only the homepage is the same, as for several ontologies of one project. A resource and its replacement are not
    reported.
    Why: The information and the citations are divided between the records, so each record is incomplete.
    Example: `pmc` and `pubmedcentral` both have the homepage `https://pmc.ncbi.nlm.nih.gov/`, and their names are `PubMed Central` and
    `PubMed Central (PMC)`.
    Fix: Keep one record and cite only that one. Remove the other record, or name the replacement in it.
    """
    known = {id: _identity(id, claim) for id in view.records if (claim := view.record(id)) is not None}
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


def _identity(id: str, claim: StatedClaim) -> _Identity:
    description = claim.says.description  # type: ignore[union-attr]  # a record always has a description
    name, homepage = description.name or "", description.url or ""
    return _Identity(id, claim, name, homepage, "".join(_words(name)[0]), page_address(homepage) if homepage else "")


def _words(name: str) -> tuple[list[str], str]:
    """Return the words of a name, and the abbreviation in parentheses if it abbreviates the words before it.

    >>> _words("PubMed Central (PMC)"), _words("Anatomy (mouse)")
    ((['pubmed', 'central'], 'pmc'), (['anatomy', 'mouse'], ''))
    """
    text = normalize("NFKC", name).casefold()
    inner = _IN_PARENTHESES.search(text) if "(" in text else None
    if inner and _abbreviates(inner[1], text[: inner.start()]):
        return _WORD.findall(text[: inner.start()] + text[inner.end() :]), inner[1].strip()
    return _WORD.findall(text), ""


def _near(name: str) -> set[str]:
    """Return keys of a name. Similar names have at least one key in common.

    Similar names differ in one letter of one long word, which is missing, moved or replaced. The abbreviation counts as a name.

    >>> _near("Adverse Event Open Learning through Universal Standards (AEOLUS)").isdisjoint(_near("AELOUS"))
    False
    >>> _near("BioBricks Tox21").isdisjoint(_near("BioBricks ToxCast"))
    True
    """
    words, short = _words(name)
    names = [words, [short]] if short else [words] if words else []
    return {"".join(name) for name in names}.union(*map(_mistyped, names))


def _abbreviates(short: str, long: str) -> bool:
    """Return whether the letters of a word occur in a longer text in the same order."""
    word, letters = _WORD.fullmatch(short.strip()), iter(long)
    return word is not None and len(short) < len(long) and all(letter in letters for letter in word[0])


def _mistyped(words: Sequence[str]) -> set[str]:
    """Return all forms of a name without one letter of one long word. Names that differ in one letter have one of these in common."""
    return {
        " ".join((*words[:n], word[:at] + word[at + 1 :], *words[n + 1 :]))
        for n, word in enumerate(words)
        if len(word) >= _TYPED
        for at, letter in enumerate(word)
        if letter.isalpha()
    }


def _groups(pairs: Iterable[tuple[str, _Identity]]) -> dict[str, list[_Identity]]:
    """Group items by key, and return the groups of more than one item."""
    found: defaultdict[str, list[_Identity]] = defaultdict(list)
    for key, item in pairs:
        found[key].append(item)
    return {key: items for key, items in found.items() if len(items) > 1}


def _in_use(view: View, items: Sequence[_Identity]) -> list[_Identity]:
    """Return the resources that are not replaced by another one of them."""
    ids = {item.id for item in items}
    return [item for item in items if not any(edge.object in ids for edge in view.graph.successors.get(item.id, ()))]


class _Sets:
    """Disjoint sets of ids. The smallest id of a set represents it."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def first(self, id: str) -> str:
        """Return the smallest id of the set that an id is in."""
        while (above := self._above.get(id, id)) != id:
            id = above
        return id

    def join(self, ids: Iterable[str]) -> None:
        """Merge the sets that some ids are in."""
        firsts = {self.first(id) for id in ids}
        least = min(firsts, default="")
        self._above |= dict.fromkeys(firsts, least)

    def several(self) -> list[list[str]]:
        """Return the sets with more than one id, sorted."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for id in sorted(self._above):
            found[self.first(id)].append(id)
        return [ids for _, ids in sorted(found.items()) if len(ids) > 1]


def _probable(items: Sequence[_Identity], view: View) -> Violation:
    first, *others = items
    names, homepages = dict.fromkeys(item.name for item in items), dict.fromkeys(item.address for item in items)
    called = f"have the name {first.name!r}" if len(names) == 1 else f"have the names {_several([*map(repr, names)])}"
    shared = f" and share the homepage {first.homepage!r}" if len(homepages) == 1 and first.address else ""
    return Violation(
        first.id,
        f"{_ids(items, view)} {called}{shared}; they are probably the same resource",
        EntryRef(first.claim, "name"),
        object=others[0].id,
        related=[EntryRef(item.claim, "name") for item in others],
    )


def _sharing(items: Sequence[_Identity], address: str, view: View) -> Violation:
    first, *others = items
    return Violation(
        first.id,
        f"{_ids(items, view)} share the homepage {first.homepage!r}",
        EntryRef(first.claim, "url"),
        object=address,
        related=[EntryRef(item.claim, "url") for item in others],
        severity="info",
    )


def _ids(items: Sequence[_Identity], view: View) -> str:
    return _several([repr(view.name(item.id)) for item in items])


def _several(texts: Sequence[str]) -> str:
    return listed(texts, _SHOWN, "{} other" if len(texts) == _SHOWN + 1 else "{} others")


def shared_infores(view: View) -> Iterator[Violation]:
    """An infores id that two resources have.

    Why: An infores id identifies one resource. Knowledge with this infores id could be from either of them.
    Example: The records `a` and `b` both have `infores_id: a`.
    Fix: Keep the id in the record of the resource that has it in the catalogue. If both records describe that resource, keep one of them.
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


def invalid_infores(view: View) -> Iterator[Violation]:
    """An infores id that is malformed or not in the catalogue given with `--infores`.

    An infores id consists of lower-case letters, digits, and hyphens between words. The prefix `infores:` is optional.
    Why: Programs that look up the resource by this id do not find it.
    Example: `infores_id: Gene_Ontology`
    Fix: Write the id from the catalogue. If the catalogue does not have the resource, add it there first.
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
    """Return the entry of an infores id, in the record of a resource or in the listing of a product."""
    claim = view.record(id) or view.authoritative(id)
    if claim is None:
        return None
    fields = view.mapping.fields.resource if id in view.records else view.mapping.fields.product
    prefixed = view.mapping.fields.prefixed
    field = next((name for name in fields.xref if prefixed.get(name) == _INFORES.rstrip(":")), "xref")
    return EntryRef(claim, field, infores.removeprefix(_INFORES) if field != "xref" else infores)


def _nearest(local: str, catalogue: frozenset[str] | None) -> str | None:
    """Return the id that was probably meant: the id in the right form, or the most similar id of the catalogue; None if there is none."""
    fixed = _ALIEN.sub("-", local.casefold().strip().removeprefix(_INFORES)).strip("-.")
    if fixed != local and _WELL_FORMED.fullmatch(fixed) and (catalogue is None or fixed in catalogue):
        return fixed
    return next(iter(get_close_matches(fixed, sorted(catalogue or ()), n=1, cutoff=0.8)), None)


RULES = (
    Rule("ID001", "warning", duplicates),
    Rule("ID002", "warning", shared_infores),
    Rule("ID003", "warning", invalid_infores),
    Rule("ID004", "warning", without_owner),
)
