"""What is said of things, each once: statements -> their faults, and these -> findings at what decides a thing, its copies as related."""

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
    """Something wrong with one statement. ``field`` and ``value`` tell faults of one subject apart; the place is ``spot`` and ``at``."""

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
    """What is said of each thing in a view: of equal statements, which are one object, one. Generated pages only repeat it.

    ``column(property)`` are the values of all ``statements``, in their order.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self.statements: list[Statement] = []
        for kind, room in (("resource", view.records), ("organization", view.organizations), ("product", view.listings)):
            for about, told in room.items():
                for says in {id(said.says): said.says for said in told}.values() if len(told) > 1 else (told[0].says,):
                    self.statements.append((kind, about, says))  # type: ignore[arg-type]  # each room has statements of its kind
        rows = [_row(says.description) for _, _, says in self.statements]
        columns = zip(*rows, strict=True) if rows else [()] * len(_PROPERTIES)
        self._columns: dict[str, tuple[Any, ...]] = dict(zip(_PROPERTIES, columns, strict=True))
        self._columns["category"] = tuple([says.category for _, _, says in self.statements])

    def column(self, property: str) -> tuple[Any, ...]:
        """The values of a property, "category" too."""
        return self._columns[property]

    def values(self, property: str) -> dict[Any, None]:
        """The values that any statement gives a property, each once; those in lists one by one."""
        return dict.fromkeys(item for value in dict.fromkeys(self._columns[property]) for item in several(value))

    def having(self, property: str, values: AbstractSet[Any]) -> list[Statement]:
        """The statements that give a property one of some values."""
        column = self._columns[property]
        return [statement for statement, value in zip(self.statements, column, strict=True) if not values.isdisjoint(several(value))]

    @cached_property
    def entries(self) -> list[tuple[Statement, FieldEntry]]:
        """What stands inside the fields that have no property, as far as it is to have a form or is not known."""
        fields = FieldIndex(self._view.mapping)
        read: dict[tuple[RecordKind, str, str], list[FieldEntry]] = {}  # licenses are much the same everywhere
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
    """The values of a property, be it one, several or none."""
    return value if type(value) is tuple else () if value is None else (value,)


def found(view: View, statements: Iterable[Statement], faults_of: Faults, *, copies: bool = True) -> Iterator[Violation]:
    """The faults of statements: of a thing each once, at what decides it if that has the fault, with what else has it as related.

    Without ``copies`` only what decides a thing is looked at.
    """
    faulty = {about: kind for kind, about, says in statements if any(True for _ in faults_of(kind, says))}
    for about, kind in faulty.items():
        holders: defaultdict[tuple[str, str], list[tuple[StatedClaim, FormFault]]] = defaultdict(list)
        known: dict[int, list[FormFault]] = {}
        for said in _ordered(view, kind, about)[: None if copies else 1]:
            says: Any = said.listing if kind == "product" else said.says
            if id(says) not in known:
                known[id(says)] = list(faults_of(kind, says)) if says is not None else []
            for fault in known[id(says)]:
                holders[fault.field, fault.value].append((said, fault))
        for at in holders.values():
            if not isinstance(at[0][0].says, ProductPage):  # what a page alone says differs from its listing (LS004)
                yield _told(view, kind, about, at)


def _ordered(view: View, kind: RecordKind, about: str) -> list[StatedClaim]:
    """What is said of a thing, first what decides it; of a product also its generated pages."""
    if kind == "product":
        first = view.authoritative(about)
        return [first, *view.copies(about)] if first else []
    told = view.records[about] if kind == "resource" else view.organizations[about]
    return sorted(told, key=lambda said: (said.contained, said.file))


def _told(view: View, kind: RecordKind, about: str, at: Sequence[tuple[StatedClaim, FormFault]]) -> Violation:
    fault = at[0][1]
    name = f"the organization {view.name(about)!r}" if kind == "organization" else repr(view.name(about))
    times = Counter[int]()  # one statement may have the same fault several times
    spots: list[EntryRef] = []
    for said, each in at:
        spots.append(EntryRef(said, each.spot, each.at, times[id(said)]))
        times[id(said)] += 1
    return Violation(
        about, f"{name} {fault.text}", spots[0], object=fault.value, field=fault.field, related=spots[1:], suggestion=fault.suggestion,
        severity=fault.severity,
    )  # fmt: skip
