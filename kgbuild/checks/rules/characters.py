"""The rule of the FM family about invisible characters."""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild.checks.rule import Violation
from kgbuild.checks.support.statements import Everything, FormFault, Says, found, several
from kgbuild.checks.view import EntryRef, View
from kgbuild.mapping.schema import RecordKind
from kgbuild.model.graph import Description
from kgbuild.model.invisible import invisible_at, invisible_in, is_invisible, name_of

_PROPERTIES = tuple(name for name in Description.__struct_fields__ if name != "extra")


def invisible_character(view: View) -> Iterator[Violation]:
    """An invisible character in an id, or at the beginning of a value.

    Such characters are no-break and zero-width spaces, byte-order marks, soft hyphens, marks of writing direction and the like. Inside a text
    they are not reported.
    Why: Ids that look alike are different. At the beginning of a value the character also hides a bracket or quote from YAML, so that
    `[a, b]` is one text and not a list.
    Example: `synonyms: [a, b]` with a no-break space before the bracket.
    Fix: Remove the character, or write a space.
    """
    claimed = view.once(Everything)

    def faults(kind: RecordKind, says: Says) -> Iterator[FormFault]:
        for property in _PROPERTIES:
            for value in several(getattr(says.description, property)):
                if type(value) is str and _begins(value):
                    field = (*view.mapping.written(kind, "contacts" if property == "contact" else property), property)[0]
                    text = f"has {value[:60]!r} in {field!r}, which begins with {name_of(value[0])}"
                    yield FormFault(field, value, text, field if kind == "organization" else property, value)

    suspects = [s for property in _PROPERTIES for s in claimed.having(property, {v for v in claimed.values(property) if _begins(v)})]
    yield from found(view, suspects, faults)
    yield from _ids(view)


def _begins(value: object) -> bool:
    return type(value) is str and value != "" and not value[0].isascii() and is_invisible(value[0])


def _ids(view: View) -> Iterator[Violation]:
    for group in (view.records, view.organizations, view.listings):
        for about in [about for about in group if "%" in about]:
            name = view.name(about)
            offset = invisible_at(name)
            claim = view.authoritative(about) if group is view.listings else view.record(about)
            if offset is not None and claim:
                field = view.mapping.written(claim.kind, "id")[0]
                message = f"the id {name!r} contains {invisible_in(name)}"
                yield Violation(about, message, EntryRef(claim, field, name), field=field, records=(claim.by,))
