"""Create nodes and edges with the classes, predicates, prefixes and knowledge metadata of the mapping."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from kgbuild.errors import HIDDEN
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.graph import EDGE_TYPES, NODE_TYPES, Description, Edge, EdgeKind, Kind, Node, Role
from kgbuild.model.ids import edge_id, encode_id
from kgbuild.transform.values import json_text

_asdict = msgspec.structs.asdict


class GraphFactory:
    """Creates nodes and edges by one mapping."""

    def __init__(self, mapping: RegistryMapping) -> None:
        self.mapping = mapping
        provenance = mapping.provenance
        self._primary, self._aggregators = provenance.primary_knowledge_source, provenance.aggregator_knowledge_source
        self._category = (provenance.edge_category,)
        self._rules = {kind: (*mapping.predicates(kind), rule.knowledge_level, rule.agent_type) for kind, rule in provenance.edges.items()}
        self._spaces = {kind: f"{space}:" for kind, space in mapping.prefixes.spaces.items()}
        self._bases = {kind: mapping.prefixes.prefixes[space] for kind, space in mapping.prefixes.spaces.items()}
        self._classes: dict[tuple[Kind, str | None], tuple[tuple[str, ...], str | None]] = {}

    def edge(
        self,
        kind: EdgeKind,
        subject: str,
        object: str,
        by: tuple[str, ...],
        role: Role | None = None,
        relation: str | None = None,
        within: bool | None = None,
        originals: tuple[str, ...] = (),
        links: int | None = None,
        products: int | None = None,
    ) -> Edge:
        """Create an edge. ``by`` are the sorted ids of the records that state it, ``originals`` the object ids as written."""
        predicate, original_predicate, knowledge_level, agent_type = self._rules[kind]
        return EDGE_TYPES[kind](
            id=edge_id(subject, predicate, object, role, relation),
            subject=subject,
            predicate=predicate,
            object=object,
            category=self._category,
            knowledge_level=knowledge_level,
            agent_type=agent_type,
            relation_type=relation,
            source_role=role,
            primary_knowledge_source=self._primary,
            aggregator_knowledge_source=self._aggregators,
            declared_in=by,
            within_owner=within,
            original_predicate=original_predicate,
            original_object=originals[0] if originals else None,
            original_objects=originals,
            links=links,
            products=products,
        )

    def node(
        self,
        kind: Kind,
        id: str,
        category: str | None,
        description: Description,
        by: Iterable[str],
        stub: bool | None = None,
        deprecated: bool | None = None,
    ) -> Node:
        """Create a node. ``by`` are the ids of the records that declare it. Hidden user names and passwords of addresses are left out."""
        local = encode_id(id)
        classes = self._classes.get((kind, category))
        if classes is None:
            classes = self._classes[kind, category] = self.mapping.classes(kind, category)
        properties: dict[str, Any] = _asdict(description)
        extra = properties.pop("extra")
        extra_text = _object(extra).replace(HIDDEN, "://") if extra else None
        for name, value in properties.items():
            if type(value) is str and HIDDEN in value:
                properties[name] = value.replace(HIDDEN, "://")
            elif type(value) is tuple and any(HIDDEN in item for item in value):
                properties[name] = tuple(item.replace(HIDDEN, "://") for item in value)
        return NODE_TYPES[kind](
            id=self._spaces[kind] + local,
            category=classes[0],
            iri=self._bases[kind] + local,
            **properties,
            declared_in=tuple(sorted(set(by))),
            stub=stub,
            kgrs_category=classes[1],
            deprecated=deprecated,
            extra=extra_text,
        )

    def curie(self, kind: Kind, id: str) -> str:
        """Return the node id for the id of a record (SPEC §3)."""
        return self._spaces[kind] + encode_id(id)


def _object(fields: dict[str, str]) -> str:
    """Return the JSON text of a mapping whose values are JSON text."""
    return "{" + ",".join(f"{json_text(key)}:{fields[key]}" for key in sorted(fields)) + "}"
