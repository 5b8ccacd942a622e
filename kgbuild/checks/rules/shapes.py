"""The rule of the FM family about the shape of a value: a text, a number, a list or a mapping."""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild.checks.rule import Violation
from kgbuild.checks.support.field_shapes import FieldShapes, WrongShape
from kgbuild.checks.support.statements import Everything, FormFault, Says, found, several
from kgbuild.checks.view import View
from kgbuild.mapping.schema import RecordKind
from kgbuild.model.finding import Severity

#: The properties that take the name of a contact or license from a plain text.
_NAMED = ("contact", "license")


def wrong_shape(view: View) -> Iterator[Violation]:
    """A value whose shape its field cannot have.

    A name is one text, synonyms are texts in a list, a license, contact or publication is a text or a mapping of texts. Other shapes are a
    mapping in place of a text, a list in a list, a list in place of one text, a mapping without values, or a number as a contact. The level is
    error for a field that `mappings/vocabulary.yaml` requires.
    Why: The graph keeps the value as JSON text in `extra`, but takes nothing from it, so the record has no such property.
    Example: `synonyms: {alpha, beta}` instead of `synonyms: [alpha, beta]`.
    Fix: Write the value in the shape that the message names.
    """
    shapes, claimed = FieldShapes(view.mapping), view.once(Everything)
    required = view.mapping.vocabulary.required

    def faults(kind: RecordKind, says: Says) -> Iterator[FormFault]:
        for key, text in says.description.extra.items():
            severity: Severity | None = "error" if shapes.property(kind, key) in required.get(kind, ()) else None
            for wrong in shapes.wrong(kind, key, text):
                yield FormFault(key, wrong.got, _message(key, wrong), key, severity=severity)
        for property in _NAMED:
            for field in view.mapping.written(kind, "contacts" if property == "contact" else property):
                for value in several(getattr(says.description, property)):
                    if unnamed := shapes.unnamed(kind, field, str(value)):
                        yield FormFault(field, str(value), _message(field, unnamed), field, str(value))

    suspects = [statement for statement in claimed.statements if any(True for _ in faults(statement[0], statement[2]))]
    return found(view, suspects, faults)


def _message(field: str, wrong: WrongShape) -> str:
    todo = f"; {wrong.todo}" if wrong.todo else ""
    return f"has {wrong.got} in {field!r}, where {wrong.expected} is expected{todo}"
