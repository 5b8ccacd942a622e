"""The rules of the Biolink Model and of KGX that kgx's validator leaves out: a record and what is known of its graph in, messages out.

Each check is a pure function and its docstring is the rule. A check stays silent where kgx reports the same value by itself.
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
class Known:
    """What a check may look at besides its record: the model, the names we declare, and the records before it.

    ``categories`` has every node by its id once all nodes are read; edges are read after them.
    """

    model: Model
    own_properties: Collection[str] = ()
    kgx_said: Mapping[str, Collection[str]] = field(default_factory=dict)
    categories: dict[str, tuple[str, ...]] = field(default_factory=dict)
    edge_ids: set[str] = field(default_factory=set)

    def reported(self, record: Fields, value: str) -> bool:
        """Whether kgx has an error of its own about this value of this record: it quotes the value, mostly without its prefix."""
        quoted = f"'{value}'", f"'{value.partition(':')[2]}'"
        return any(form in message for form in quoted for message in self.kgx_said.get(label(record), ()))


Check = Callable[[Fields, Known], Iterator[str]]


def node_id(node: Fields, known: Known) -> Iterator[str]:
    """A node has an id, and no other node has it: kgx skips a node without one, and merges two of one id."""
    if "id" not in node:
        yield "the node has no id"
    elif node["id"] in known.categories:
        yield "another node has this id"


def node_category(node: Fields, known: Known) -> Iterator[str]:
    """A node has a category, and each one is a class of the Biolink Model that descends from NamedThing, written ``biolink:ClassName``."""
    if "category" not in node and not known.reported(node, "category"):
        yield "the node has no category"
    for category in as_list(node.get("category")):
        if category not in known.model.node_classes and not known.reported(node, str(category)):
            yield f"the category {category!r} is no NamedThing class of Biolink {known.model.version}, written {PREFIX}ClassName"


def edge_id(edge: Fields, known: Known) -> Iterator[str]:
    """An edge has an id, and no other edge has it: kgx would make up a random one."""
    if "id" not in edge:
        yield "the edge has no id"
    elif edge["id"] in known.edge_ids:
        yield "another edge has this id"


def edge_category(edge: Fields, known: Known) -> Iterator[str]:
    """A category of an edge, where it has one, is a class that descends from Association, written ``biolink:ClassName``."""
    for category in as_list(edge.get("category")):
        if category not in known.model.edge_classes:
            yield f"the category {category!r} is no Association class of Biolink {known.model.version}, written {PREFIX}ClassName"


def predicate(edge: Fields, known: Known) -> Iterator[str]:
    """An edge has a predicate, and it is a descendant of ``related to``, written ``biolink:snake_case``; ``name`` is a property."""
    found = edge.get("predicate")
    if found is None:
        yield "the edge has no predicate"
    elif found not in known.model.predicates and not known.reported(edge, str(found)):
        yield f"{found!r} is no predicate of Biolink {known.model.version}, written {PREFIX}snake_case"


def dangling_edge(edge: Fields, known: Known) -> Iterator[str]:
    """Both ends of an edge are nodes of the graph."""
    for end in ("subject", "object"):
        if end not in edge:
            yield f"the edge has no {end}"
        elif edge[end] not in known.categories:
            yield f"the {end} is no node of this graph"


def enumeration(edge: Fields, known: Known) -> Iterator[str]:
    """``knowledge_level`` and ``agent_type`` are values of their enumerations."""
    for name, values in known.model.values.items():
        if name in edge and edge[name] not in values:
            yield f"{name} is {edge[name]!r}, which is none of {', '.join(values)}"


def domain_range(edge: Fields, known: Known) -> Iterator[str]:
    """Some category of the subject is in the predicate's domain and some category of the object in its range, as bmt's validate_edge says.

    Edges whose predicate or classes the model does not know are reported by other checks. The predicates of the biolink profile pass:
    has_part, derives_from, mentions and related_to take any NamedThing, has_contributor goes from an InformationContentEntity (which
    data sets and web pages are) to an Agent.
    """
    subjects, objects = (_classes(edge.get(end), known) for end in ("subject", "object"))
    name = str(edge.get("predicate"))
    fits = (known.model.fits(subject, name, target) for subject, target in product(subjects, objects))
    if subjects and objects and name in known.model.predicates and not any(fits):
        yield f"{name} does not go from {' or '.join(subjects)} to {' or '.join(objects)} by its domain and range"


def property_shape(record: Fields, known: Known) -> Iterator[str]:
    """A multivalued slot is a list (kgx makes one of a string before it looks), and no value is an object or a list of lists."""
    for name, value in record.items():
        if name in known.model.multivalued and not isinstance(value, list):
            yield f"{name} is multivalued in Biolink {known.model.version}, and is not written as a list"
        if any(isinstance(member, dict | list) for member in as_list(value)):
            yield f"{name} holds an object or a list inside a list, which KGX does not know"


def unknown_property(record: Fields, known: Known) -> Iterator[str]:
    """A property is a slot of the Biolink Model or declared by us. KGX permits others, hence a warning: it may be a slip of the pen."""
    for name in record:
        if name not in known.model.properties and name not in known.own_properties:
            yield f"{name!r} is neither a slot of Biolink {known.model.version} nor a property that kgbuild declares"


def _classes(end: object, known: Known) -> tuple[str, ...]:
    """The categories of a node, empty if the node or one of its classes is unknown."""
    classes = known.categories.get(str(end), ())
    return classes if known.model.node_classes.issuperset(classes) else ()


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
