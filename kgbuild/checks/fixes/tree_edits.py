"""Find the places to change in the tree of a listing or record, for the fix requests about it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple

from kgbuild.checks.fixes.request import FixRequest
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.document import Place, Tree
from kgbuild.model.edits import NotCertain


class EditSteps(NamedTuple):
    """The changes of a tree.

    ``replaced`` maps places of scalars to (old, new), and ``removed`` places of lists to the numbers of their items. ``found`` and ``refused``
    are the numbers of the requests whose value was found, and of those that were refused, with the reason.
    """

    replaced: dict[Place, tuple[str, str]]
    removed: dict[Place, list[int]]
    found: set[int]
    refused: dict[int, str]

    def on(self, tree: Tree) -> Tree:
        """Return a changed tree, which shares its unchanged parts. Raises LookupError or TypeError if the tree does not have the places."""
        for place, (_, new) in self.replaced.items():
            tree = _put(tree, place, new)
        for place, numbers in self.removed.items():
            tree = _put(tree, place, [item for n, item in enumerate(at(tree, place)) if n not in numbers])
        return tree

    def below(self, base: Place) -> EditSteps:
        """Return the same changes for a tree that has this tree at the place ``base``."""
        replaced = {(*base, *place): value for place, value in self.replaced.items()}
        removed = {(*base, *place): numbers for place, numbers in self.removed.items()}
        return EditSteps(replaced, removed, self.found, self.refused)


class _Entry(NamedTuple):
    """An entry of a list of sources, with the default relation type if it has none."""

    id: str
    relation: str
    more: dict[str, Any]

    def is_in(self, other: _Entry) -> bool:
        """Return whether another entry has all the content of this entry."""
        return self[:2] == other[:2] and all(key in other.more and other.more[key] == value for key, value in self.more.items())


class EntryFixer:
    """Finds the changes that fix requests need, under one mapping."""

    def __init__(self, mapping: RegistryMapping) -> None:
        roles = mapping.provenance.roles
        self._names = mapping.fields.source
        self._relations = mapping.provenance.relations
        self._defaults = {field: role.relation for role in (roles.original, roles.secondary) for field in role.fields}

    def steps(self, tree: Tree, requests: Sequence[FixRequest], removable: Callable[[Place, int], bool]) -> EditSteps:
        """Return the changes for some requests about a listing or record. ``removable`` returns whether an item can be removed from a list."""
        steps = EditSteps({}, {}, set(), {})
        for request in requests:
            if request.kind != "double":
                self._replace(tree, request, steps)
        changed = steps.on(tree)
        for name in self._defaults:
            relevant = [request for request in requests if request.kind in ("double", "source") and name in request.names]
            if relevant and isinstance(changed.get(name), list):
                self._unite(changed[name], name, relevant, removable, steps)
        for place, numbers in steps.removed.items():
            for inside in [key for key in steps.replaced if key[: len(place)] == place and key[len(place) : len(place) + 1] != ()]:
                if inside[len(place)] in numbers:
                    del steps.replaced[inside]
        return steps

    def _replace(self, tree: Tree, request: FixRequest, steps: EditSteps) -> None:
        places = [place for name in request.names if name in tree for place in self._places(tree[name], request, (name,))]
        if len({place[-1] for place in places if isinstance(place[-1], str)}) > 1 and request.kind == "value":
            steps.refused[request.number] = "more than one part of the field has this value"
            return
        for place in places:
            if steps.replaced.setdefault(place, (request.old, request.new)) != (request.old, request.new):
                steps.refused[request.number] = "another finding requires a different change of the same value"
            steps.found.add(request.number)

    def _places(self, value: Tree, request: FixRequest, place: Place) -> Iterator[Place]:
        """Yield the places of the old value in a field."""
        if request.kind == "value":
            yield from scalars(value, request.old, place)
            return
        keys = self._names.id if request.kind == "source" else self._names.relation
        for n, item in enumerate(value) if isinstance(value, list) else ((None, value),):
            here = place if n is None else (*place, n)
            if isinstance(item, dict):
                yield from ((*here, key) for key in keys if item.get(key) == request.old)
            elif item == request.old and request.kind == "source":
                yield here

    def _unite(
        self, items: list[Tree], name: str, requests: Sequence[FixRequest], removable: Callable[[Place, int], bool], steps: EditSteps
    ) -> None:
        """Remove the entries of a list of sources whose content is in another entry too."""
        entries = [self._entry(item, name) for item in items]
        renamed = {request.old: request.new for request in requests if request.kind == "source"}
        for request in requests:
            id = renamed.get(request.old, request.old)
            same = [n for n, entry in enumerate(entries) if entry is not None and entry.id == id]
            if len(same) < 2:
                continue
            removed = steps.removed.get((name,), [])
            try:
                found = _redundant(entries, [n for n in same if n not in removed], lambda n: removable((name,), n))
                if request.kind == "double" and len(same) - len(found) - len([n for n in same if n in removed]) > 1:
                    raise NotCertain("the entries differ")
            except NotCertain as error:
                steps.refused[request.number] = str(error)
                continue
            if request.kind == "double":
                steps.found.add(request.number)
            if found:
                steps.removed.setdefault((name,), []).extend(found)

    def _entry(self, item: Tree, name: str) -> _Entry | None:
        if isinstance(item, str):
            return _Entry(item, self._defaults[name], {})
        if not isinstance(item, dict):
            return None
        id = next((key for key in self._names.id if item.get(key)), None)
        relation = next((key for key in self._names.relation if item.get(key)), None)
        if id is None or not isinstance(item[id], str) or (relation is not None and not isinstance(item[relation], str)):
            return None
        written: str = self._defaults[name] if relation is None else item[relation]
        more = {key: value for key, value in item.items() if key not in (id, relation) and value is not None}
        return _Entry(item[id], self._relations.get(written, written), more)


def _redundant(entries: Sequence[_Entry | None], same: Sequence[int], removable: Callable[[int], bool]) -> list[int]:
    """Return the entries of one source that can be removed without loss of content. Later entries are removed before earlier ones."""
    stay = list(same)
    bound = False
    for n in reversed(same):
        entry = entries[n]
        others = [entries[m] for m in stay if m != n]
        if entry is None or not any(other is not None and entry.is_in(other) for other in others):
            continue
        if removable(n):
            stay.remove(n)
        else:
            bound = True
    left = [entry for n in stay if (entry := entries[n]) is not None]
    if bound and any(a.is_in(b) for i, a in enumerate(left) for j, b in enumerate(left) if i != j):
        raise NotCertain("each of the entries has a comment, an anchor or a layout that prevents its removal")
    return [n for n in same if n not in stay]


def _put(tree: Tree, place: Place, value: Tree) -> Tree:
    """Return a copy of a tree with another value at a place."""
    if not place:
        return value
    copy = tree.copy()
    copy[place[0]] = _put(tree[place[0]], place[1:], value)
    return copy


def at(tree: Tree, place: Collection[str | int]) -> Tree:
    """Return the value at a place of a tree. Raises LookupError or TypeError if the tree does not have the place."""
    for part in place:
        tree = tree[part]
    return tree


def scalars(tree: Tree, value: str, place: Place) -> Iterator[Place]:
    """Yield the places of a text in a tree."""
    if isinstance(tree, dict):
        for key, item in tree.items():
            yield from scalars(item, value, (*place, key))
    elif isinstance(tree, list):
        for n, item in enumerate(tree):
            yield from scalars(item, value, (*place, n))
    elif tree == value:
        yield place
