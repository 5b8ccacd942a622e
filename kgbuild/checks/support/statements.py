"""Check each distinct statement of a view once, and make a finding for each fault, at the authoritative statement and with its copies."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

from kgbuild.checks.rule import Violation
from kgbuild.checks.support.fields import FieldEntry, FieldIndex
from kgbuild.checks.view import EntryRef, StatedClaim, View
from kgbuild.mapping.schema import RecordKind
from kgbuild.model.finding import Severity
from kgbuild.model.graph import Description, Listing, OrganizationStatement, ProductPage, ResourceStatement

Says = ResourceStatement | Listing | OrganizationStatement


class FormFault(NamedTuple):
    """A fault of one statement. ``field`` and ``value`` distinguish faults of one subject. ``spot`` and ``at`` are the field and value to show."""

    field: str
    value: str
    text: str
    spot: str
    at: str = ""
    suggestion: str | None = None
    severity: Severity | None = None


Faults = Callable[[RecordKind, Says], Iterable[FormFault]]
Statement = tuple[RecordKind, str, Says]
_PROPERTIES = tuple(name for name in Description.__struct_fields__ if name != "extra")
_row = attrgetter(*_PROPERTIES)


class Everything:
    """All distinct statements of a view, without generated pages. Equal statements about a thing are the same object and occur once.

    ``column(property)`` returns the values of all ``statements``, in the same order.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self.statements: list[Statement] = []
        for kind, group in (("resource", view.records), ("organization", view.organizations), ("product", view.listings)):
            for about, claims in group.items():
                for says in {id(claim.says): claim.says for claim in claims}.values() if len(claims) > 1 else (claims[0].says,):
                    self.statements.append((kind, about, says))  # type: ignore[arg-type]  # each group has statements of its kind
        rows = [_row(says.description) for _, _, says in self.statements]
        columns = zip(*rows, strict=True) if rows else [()] * len(_PROPERTIES)
        self._columns: dict[str, tuple[Any, ...]] = dict(zip(_PROPERTIES, columns, strict=True))
        self._columns["category"] = tuple([says.category for _, _, says in self.statements])

    @property
    def properties(self) -> tuple[str, ...]:
        """The properties of descriptions that have a column."""
        return _PROPERTIES

    def column(self, property: str) -> tuple[Any, ...]:
        """Return the values of a property or of "category"."""
        return self._columns[property]

    def values(self, property: str) -> dict[Any, None]:
        """Return the distinct values of a property in all statements. Lists give their items."""
        return dict.fromkeys(item for value in dict.fromkeys(self._columns[property]) for item in several(value))

    def having(self, property: str, values: AbstractSet[Any]) -> list[Statement]:
        """Return the statements with one of some values of a property."""
        column = self._columns[property]
        return [statement for statement, value in zip(self.statements, column, strict=True) if not values.isdisjoint(several(value))]

    @cached_property
    def abouts(self) -> dict[int, str]:
        """The node id that each statement is about, by the identity of the statement."""
        return {id(says): about for _, about, says in self.statements}

    @cached_property
    def entries(self) -> list[tuple[Statement, FieldEntry]]:
        """The values inside fields without a property that have a required form or are unknown fields."""
        fields = FieldIndex(self._view.mapping)
        read: dict[tuple[RecordKind, str, str], list[FieldEntry]] = {}  # the same licenses occur in many records
        found: list[tuple[Statement, FieldEntry]] = []
        for statement in self.statements:
            kind, _, says = statement
            for key, text in says.description.extra.items():
                entries = read.get((kind, key, text))
                if entries is None:
                    entries = read[kind, key, text] = fields.entries(kind, key, text)
                if entries:
                    found += [(statement, entry) for entry in entries]
        return found


def several(value: Any) -> tuple[Any, ...]:
    """Return the values of a property as a tuple."""
    return value if type(value) is tuple else () if value is None else (value,)


def found(view: View, statements: Iterable[Statement], faults_of: Faults, *, copies: bool = True) -> Iterator[Violation]:
    """Yield a finding for each fault of a thing, at the first statement with the fault. The related places are the other statements with it.

    The authoritative statement comes first. Without ``copies``, only the authoritative statements are checked.
    """
    faulty = {about: kind for kind, about, says in statements if any(True for _ in faults_of(kind, says))}
    for about, kind in faulty.items():
        holders: defaultdict[tuple[str, str], list[tuple[StatedClaim, FormFault]]] = defaultdict(list)
        known: dict[int, list[FormFault]] = {}
        for claim in _ordered(view, kind, about)[: None if copies else 1]:
            says: Any = claim.listing if kind == "product" else claim.says
            if id(says) not in known:
                known[id(says)] = list(faults_of(kind, says)) if says is not None else []
            for fault in known[id(says)]:
                holders[fault.field, fault.value].append((claim, fault))
        for at in holders.values():
            if not isinstance(at[0][0].says, ProductPage):  # a fault of the page alone is a difference from its listing (LS004)
                yield _violation(view, kind, about, at)


def _ordered(view: View, kind: RecordKind, about: str) -> list[StatedClaim]:
    """Return the statements about a thing, the authoritative one first. For a product, they include its generated pages."""
    if kind == "product":
        first = view.authoritative(about)
        return [first, *view.copies(about)] if first else []
    claims = view.records[about] if kind == "resource" else view.organizations[about]
    return sorted(claims, key=lambda claim: (claim.contained, claim.file))


def _violation(view: View, kind: RecordKind, about: str, at: Sequence[tuple[StatedClaim, FormFault]]) -> Violation:
    fault = at[0][1]
    name = f"the organization {view.name(about)!r}" if kind == "organization" else repr(view.name(about))
    times = Counter[int]()  # a statement may have the same fault several times
    spots: list[EntryRef] = []
    for claim, each in at:
        spots.append(EntryRef(claim, each.spot, each.at, times[id(claim)]))
        times[id(claim)] += 1
    return Violation(
        about, f"{name} {fault.text}", spots[0], object=fault.value, field=fault.field, related=spots[1:], suggestion=fault.suggestion,
        severity=fault.severity,
    )  # fmt: skip
