"""Compares two statements about one thing, and says where they differ so that a reader sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from kgbuild.checks.view import EntryRef, StatedClaim
from kgbuild.mapping.load import RegistryMapping
from kgbuild.mapping.schema import RecordFields, RecordKind
from kgbuild.model.graph import Description, Listing, OrganizationStatement, ResourceStatement, Role, Source

Describing = ResourceStatement | OrganizationStatement | Listing
#: Property -> what the two sides say of it.
Differences = dict[str, tuple[Any, Any]]

_astuple, _replace = msgspec.structs.astuple, msgspec.structs.replace
#: Those of Description but its last, ``extra``, which is looked into.
_PROPERTIES = Description.__struct_fields__[:-1]
#: Properties that are told by the field of another; None for what follows from others alone.
_TOLD_BY: dict[str, str | None] = {"license_label": "license", "contact": "contacts", "media_type": None}
#: Properties whose differences weigh least, and are told last.
_LEAST = frozenset(("file_size", "warnings"))
#: Characters of a value that a message shows.
_LONGEST = 80


class Comparing:
    """Compares what two records say of one thing, property by property; lists in any order, and without the layout of its page."""

    def __init__(self, mapping: RegistryMapping, kind: RecordKind) -> None:
        self._mapping, self._kind, self._layout = mapping, kind, mapping.pages.field
        fields: RecordFields = getattr(mapping.fields, kind)
        self._unlaid = {self._layout: ""}
        self._feeds = {written: name for name in fields.__struct_fields__ if name != "extra" for written in getattr(fields, name)}

    def written(self, property: str) -> str:
        """The field that feeds a property, the preferred one of several."""
        return next(iter(self._mapping.written(self._kind, property)), property)

    def same(self, a: Listing, b: Listing) -> bool:
        """Whether ``differences`` would surely find none: many are compared, and nearly all are equal."""
        mine, theirs = a.description, b.description
        extra, other = mine.extra, theirs.extra
        if a.category != b.category or a.sources != b.sources or (extra != other and extra | self._unlaid != other | self._unlaid):
            return False
        return _replace(mine, extra=other) == theirs

    def differences(self, a: Describing, b: Describing) -> Differences:
        """What the two say otherwise, by property, the weightiest first; fields without a property by their written names."""
        found: Differences = {} if a.category == b.category else {"category": (a.category, b.category)}
        for name, x, y in zip(_PROPERTIES, _astuple(a.description), _astuple(b.description), strict=False):
            told = _TOLD_BY.get(name, name)
            if told and not _equal(x, y):
                found.setdefault(told, (x, y))
        mine, theirs = a.description.extra, b.description.extra
        for key in sorted(mine.keys() | theirs.keys()):
            if key != self._layout and mine.get(key) != theirs.get(key):
                found.setdefault(self._feeds.get(key, key), (mine.get(key), theirs.get(key)))
        if isinstance(a, Listing) and isinstance(b, Listing):
            found |= _sources(a.sources, b.sources)
        if isinstance(a, ResourceStatement) and isinstance(b, ResourceStatement) and not _equal(a.superseded_by, b.superseded_by):
            found["superseded_by"] = a.superseded_by, b.superseded_by
        return dict(sorted(found.items(), key=lambda difference: difference[0] in _LEAST))

    def names(self, properties: Iterable[str]) -> str:
        """Properties as users read them: the names of their fields, in quotes."""
        return ", ".join(repr(self.written(name)) for name in properties)


def _equal(a: Any, b: Any) -> bool:
    return a == b or (isinstance(a, tuple) and isinstance(b, tuple) and sorted(a) == sorted(b))


def _sources(a: Sequence[Source], b: Sequence[Source]) -> Differences:
    """The roles whose sources differ; with the relation types only where the ids are the same."""
    found: Differences = {}
    roles: tuple[Role, ...] = ("original", "secondary")
    for role in roles:
        x, y = ({source for source in sources if source.role == role} for sources in (a, b))
        if x != y:
            ids = tuple(sorted({s.id for s in x})), tuple(sorted({s.id for s in y}))
            related = tuple(sorted(f"{s.id} ({s.relation})" for s in x)), tuple(sorted(f"{s.id} ({s.relation})" for s in y))
            found[role] = ids if ids[0] != ids[1] else related
    return found


def contrast(values: tuple[Any, Any], first: str, second: str) -> str:
    """What two sides say of one property; of lists, an entry that one of them lacks or says more often.

    >>> contrast(("A", None), "'a'", "'b'"), contrast((("x", "y"), ("x",)), "'a'", "'b'")
    ("'A' by 'a', nothing by 'b'", "'y' by 'a' and not by 'b'")
    >>> contrast((("x", "y"), ("x", "y", "y")), "'a'", "'b'")
    "'y' once by 'a', 2 times by 'b'"
    """
    x, y = values
    if not (isinstance(x, tuple) and isinstance(y, tuple)):
        return f"{_shown(x)} by {first}, {_shown(y)} by {second}"
    item = next(iter([*_lacking(x, y), *_lacking(y, x)]), "")
    often = [(f"{n} times" if n > 1 else "once" if n else "", by) for n, by in ((x.count(item), first), (y.count(item), second))]
    if all(times for times, _ in often):
        return f"{_shown(item)} {', '.join(f'{times} by {by}' for times, by in often)}"
    (_, by), (_, other) = sorted(often, key=lambda said: not said[0])
    return f"{_shown(item)} by {by} and not by {other}"


def _lacking(x: tuple[Any, ...], y: Any) -> list[Any]:
    """The entries of a list that another one does not have, or not as often."""
    return list((Counter(x) - Counter(y or ())).elements())


def _shown(value: Any) -> str:
    if value is None or value == ():
        return "nothing"
    text = str(value)
    return repr(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")


def spot(said: StatedClaim, differences: Differences, side: int) -> EntryRef:
    """The entry of one side to look at: of the first property that it says anything of, what the other side lacks."""
    for name, values in differences.items():
        mine, other = values[side], values[1 - side]
        if mine not in (None, ()):
            lacking = _lacking(mine, other) if isinstance(mine, tuple) else []
            # Of an entry that is said more often, the last one is one too many.
            return EntryRef(said, name, str(lacking[0]), at=mine.count(lacking[0]) - 1) if lacking else EntryRef(said, name)
    return EntryRef(said)
