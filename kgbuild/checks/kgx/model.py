"""Read the classes, predicates and slots that the checks need from a toolkit of the Biolink Model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

PREFIX = "biolink:"
ENUMERATED = ("knowledge level", "agent type")
"""The association slots that every edge has and whose range is an enumeration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The terms of one version of the Biolink Model. Classes and predicates are CURIEs, and properties are in snake_case."""

    version: str
    node_classes: frozenset[str]
    edge_classes: frozenset[str]
    predicates: frozenset[str]
    properties: frozenset[str]
    multivalued: frozenset[str]
    values: Mapping[str, tuple[str, ...]]
    fits: Callable[[str, str, str], bool]
    """Whether a predicate's domain and range allow a class of subject and a class of object."""


def model_of(toolkit: Any) -> Model:
    """Read all terms from bmt at once. bmt is untyped."""
    slots = {name: toolkit.get_element(name) for name in toolkit.get_all_slots()}
    return Model(
        version=str(toolkit.get_model_version()),
        node_classes=_descendants(toolkit, "named thing"),
        edge_classes=_descendants(toolkit, "association"),
        predicates=_descendants(toolkit, "related to"),
        properties=frozenset(map(_snake_case, slots)),
        multivalued=frozenset(_snake_case(name) for name, slot in slots.items() if slot.multivalued),
        values={_snake_case(name): tuple(toolkit.view.get_enum(slots[name].range).permissible_values) for name in ENUMERATED},
        fits=cache(toolkit.validate_edge),
    )


def _descendants(toolkit: Any, name: str) -> frozenset[str]:
    return frozenset(toolkit.get_descendants(name, formatted=True))


def _snake_case(name: str) -> str:
    """Return the property name of a slot.

    >>> _snake_case("knowledge level")
    'knowledge_level'
    """
    return name.replace(" ", "_")
