"""Checks of the Biolink Model and of KGX that kgx's validator does not have. Each takes a record and its context, and yields messages.

Each check is a pure function, and its docstring is the rule. A check yields no message if kgx reports the same value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from types import MappingProxyType

from kgbuild.checks.kgx.model import PREFIX, Model
from kgbuild.checks.kgx.records import Fields, as_list, label
from kgbuild.checks.kgx.report import Level


@dataclass(slots=True, kw_only=True)
class CheckContext:
    """The context of a record: the model, the properties that kgbuild declares, and the records before it.

    ``categories`` holds the categories of each node read so far, by its id. Edges are read after all nodes.
    """

    model: Model
    own_properties: Collection[str] = ()
    kgx_messages: Mapping[str, Collection[str]] = field(default_factory=dict)
    categories: dict[str, tuple[str, ...]] = field(default_factory=dict)
    edge_ids: set[str] = field(default_factory=set)

    def reported(self, record: Fields, value: str) -> bool:
        """Return whether kgx reports this value of this record. Its messages quote the value, usually without the prefix."""
        quoted = f"'{value}'", f"'{value.partition(':')[2]}'"
        return any(form in message for form in quoted for message in self.kgx_messages.get(label(record), ()))


Check = Callable[[Fields, CheckContext], Iterator[str]]


def node_id(node: Fields, context: CheckContext) -> Iterator[str]:
    """A node has an id that no other node has. kgx ignores a node without an id, and merges nodes with the same id."""
    if "id" not in node:
        yield "the node has no id"
    elif node["id"] in context.categories:
        yield "another node has this id"


def node_category(node: Fields, context: CheckContext) -> Iterator[str]:
    """A node has a category. Each category is a subclass of NamedThing in the Biolink Model, written ``biolink:ClassName``."""
    if "category" not in node and not context.reported(node, "category"):
        yield "the node has no category"
    for category in as_list(node.get("category")):
        if category not in context.model.node_classes and not context.reported(node, str(category)):
            yield f"the category {category!r} is not a subclass of NamedThing in Biolink {context.model.version}, written {PREFIX}ClassName"


def edge_id(edge: Fields, context: CheckContext) -> Iterator[str]:
    """An edge has an id that no other edge has. kgx gives an edge without an id a random one."""
    if "id" not in edge:
        yield "the edge has no id"
    elif edge["id"] in context.edge_ids:
        yield "another edge has this id"


def edge_category(edge: Fields, context: CheckContext) -> Iterator[str]:
    """Each category of an edge is a subclass of Association, written ``biolink:ClassName``. Edges need no category."""
    for category in as_list(edge.get("category")):
        if category not in context.model.edge_classes:
            yield f"the category {category!r} is not a subclass of Association in Biolink {context.model.version}, written {PREFIX}ClassName"


def predicate(edge: Fields, context: CheckContext) -> Iterator[str]:
    """An edge has a predicate that is a descendant of ``related to``, written ``biolink:snake_case``."""
    found = edge.get("predicate")
    if found is None:
        yield "the edge has no predicate"
    elif found not in context.model.predicates and not context.reported(edge, str(found)):
        yield f"{found!r} is not a predicate of Biolink {context.model.version}, written {PREFIX}snake_case"


def dangling_edge(edge: Fields, context: CheckContext) -> Iterator[str]:
    """Both ends of an edge are nodes of the graph."""
    for end in ("subject", "object"):
        if end not in edge:
            yield f"the edge has no {end}"
        elif edge[end] not in context.categories:
            yield f"the {end} is not a node of this graph"


def enumeration(edge: Fields, context: CheckContext) -> Iterator[str]:
    """``knowledge_level`` and ``agent_type`` are values of their enumerations."""
    for name, values in context.model.values.items():
        if name in edge and edge[name] not in values:
            yield f"{name} is {edge[name]!r}, but must be one of {', '.join(values)}"


def domain_range(edge: Fields, context: CheckContext) -> Iterator[str]:
    """A category of the subject is in the predicate's domain, and a category of the object is in its range, by bmt's validate_edge.

    Other checks report unknown predicates and classes. All edges of the biolink profile pass: has_part, derives_from, mentions and related_to
    accept any NamedThing, and has_contributor links an InformationContentEntity (such as a data set or web page) to an Agent.
    """
    subjects, objects = (_classes(edge.get(end), context) for end in ("subject", "object"))
    name = str(edge.get("predicate"))
    fits = (context.model.fits(subject, name, target) for subject, target in product(subjects, objects))
    if subjects and objects and name in context.model.predicates and not any(fits):
        yield f"the domain and range of {name} do not allow an edge from {' or '.join(subjects)} to {' or '.join(objects)}"


def property_shape(record: Fields, context: CheckContext) -> Iterator[str]:
    """A multivalued slot is a list (kgx makes one of a string before it looks), and no value is an object or a list of lists."""
    for name, value in record.items():
        if name in context.model.multivalued and not isinstance(value, list):
            yield f"{name} is multivalued in Biolink {context.model.version}, and is not written as a list"
        if any(isinstance(member, dict | list) for member in as_list(value)):
            yield f"{name} holds an object or a list inside a list, which KGX does not know"


def unknown_property(record: Fields, context: CheckContext) -> Iterator[str]:
    """A property is a slot of the Biolink Model or declared by kgbuild. KGX permits others, but they may be typos, so this is a warning."""
    for name in record:
        if name not in context.model.properties and name not in context.own_properties:
            yield f"{name!r} is not a slot of Biolink {context.model.version} and not a property that kgbuild declares"


def _classes(end: object, context: CheckContext) -> tuple[str, ...]:
    """Return the categories of a node, or none if the node or one of its classes is unknown."""
    classes = context.categories.get(str(end), ())
    return classes if context.model.node_classes.issuperset(classes) else ()


NODE_CHECKS: Mapping[str, tuple[Level, Check]] = MappingProxyType(
    {
        "node-id": ("error", node_id),
        "node-category": ("error", node_category),
        "property-shape": ("error", property_shape),
        "unknown-property": ("warning", unknown_property),
    }
)
EDGE_CHECKS: Mapping[str, tuple[Level, Check]] = MappingProxyType(
    {
        "edge-id": ("error", edge_id),
        "edge-category": ("error", edge_category),
        "predicate": ("error", predicate),
        "dangling-edge": ("error", dangling_edge),
        "enumeration": ("error", enumeration),
        "domain-range": ("error", domain_range),
        "property-shape": ("error", property_shape),
        "unknown-property": ("warning", unknown_property),
    }
)
