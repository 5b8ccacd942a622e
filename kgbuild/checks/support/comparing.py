"""Compare two statements about one thing, and describe their differences."""

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
#: Property -> the values of the two sides.
Differences = dict[str, tuple[Any, Any]]

_astuple, _replace = msgspec.structs.astuple, msgspec.structs.replace
#: The properties of Description except its last, ``extra``, whose entries are compared one by one.
_PROPERTIES = Description.__struct_fields__[:-1]
#: Properties that are reported under the name of another one, or not at all (None) because they follow from others.
_REPORTED_AS: dict[str, str | None] = {"license_label": "license", "contact": "contacts", "media_type": None}
#: Properties whose differences matter least and are reported last.
_LEAST = frozenset(("file_size", "warnings"))
#: The largest number of characters of a value in a message.
_LONGEST = 80


class Comparing:
    """A comparison of two statements about one thing, property by property. The order of lists and the layout of pages do not count."""

    def __init__(self, mapping: RegistryMapping, kind: RecordKind) -> None:
        self._mapping, self._kind, self._layout = mapping, kind, mapping.pages.field
        fields: RecordFields = getattr(mapping.fields, kind)
        self._unlaid = {self._layout: ""}
        self._feeds = {written: name for name in fields.__struct_fields__ if name != "extra" for written in getattr(fields, name)}

    def written(self, property: str) -> str:
        """Return the field of a property, the preferred one if there are several."""
        return next(iter(self._mapping.written(self._kind, property)), property)

    def same(self, a: Listing, b: Listing) -> bool:
        """Return True if ``differences`` certainly finds none. This is fast, and most pairs are equal."""
        mine, theirs = a.description, b.description
        extra, other = mine.extra, theirs.extra
        if a.category != b.category or a.sources != b.sources or (extra != other and extra | self._unlaid != other | self._unlaid):
            return False
        return _replace(mine, extra=other) == theirs

    def differences(self, a: Describing, b: Describing) -> Differences:
        """Return the differences by property, the most important first. Fields without a property have their written names."""
        found: Differences = {} if a.category == b.category else {"category": (a.category, b.category)}
        for name, x, y in zip(_PROPERTIES, _astuple(a.description), _astuple(b.description), strict=False):
            reported = _REPORTED_AS.get(name, name)
            if reported and not _equal(x, y):
                found.setdefault(reported, (x, y))
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
        """Return the quoted names of the properties' fields, for a message."""
        return ", ".join(repr(self.written(name)) for name in properties)


def _equal(a: Any, b: Any) -> bool:
    return a == b or (isinstance(a, tuple) and isinstance(b, tuple) and sorted(a) == sorted(b))


def _sources(a: Sequence[Source], b: Sequence[Source]) -> Differences:
    """Return the roles whose sources differ, with their ids, or with their relation types too if the ids are equal."""
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
    """Describe the difference of two values of one property. For lists, this is an entry that is missing or less frequent on one side.

    >>> contrast(("A", None), "'a'", "'b'"), contrast((("x", "y"), ("x",)), "'a'", "'b'")
    ("'A' in 'a', nothing in 'b'", "'y' in 'a' and not in 'b'")
    >>> contrast((("x", "y"), ("x", "y", "y")), "'a'", "'b'")
    "'y' once in 'a', 2 times in 'b'"
    """
    x, y = values
    if not (isinstance(x, tuple) and isinstance(y, tuple)):
        return f"{_shown(x)} in {first}, {_shown(y)} in {second}"
    item = next(iter([*_missing(x, y), *_missing(y, x)]), "")
    counts = [(f"{n} times" if n > 1 else "once" if n else "", side) for n, side in ((x.count(item), first), (y.count(item), second))]
    if all(times for times, _ in counts):
        return f"{_shown(item)} {', '.join(f'{times} in {side}' for times, side in counts)}"
    (_, side), (_, other) = sorted(counts, key=lambda count: not count[0])
    return f"{_shown(item)} in {side} and not in {other}"


def _missing(x: tuple[Any, ...], y: Any) -> list[Any]:
    """Return the entries of a list that are missing or less frequent in another list."""
    return list((Counter(x) - Counter(y or ())).elements())


def _shown(value: Any) -> str:
    if value is None or value == ():
        return "nothing"
    text = str(value)
    return repr(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")


def spot(claim: StatedClaim, differences: Differences, side: int) -> EntryRef:
    """Return the entry of one side that shows the difference: in its first property with a value, the value that the other side lacks."""
    for name, values in differences.items():
        mine, other = values[side], values[1 - side]
        if mine not in (None, ()):
            extra = _missing(mine, other) if isinstance(mine, tuple) else []
            # If an entry occurs more often than on the other side, its last occurrence is the one too many.
            return EntryRef(claim, name, str(extra[0]), at=mine.count(extra[0]) - 1) if extra else EntryRef(claim, name)
    return EntryRef(claim)
