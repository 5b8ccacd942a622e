"""Nodes and edges, with all that the mapping says of their kinds: classes, predicates, prefixes, who knows it how."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from kgbuild.mapping.load import RegistryMapping
from kgbuild.mapping.schema import EdgeKind
from kgbuild.model.graph import Description, Edge, Kind, Node, Role
from kgbuild.model.ids import edge_id, encode_id
from kgbuild.transform.values import json_text

_astuple = msgspec.structs.astuple


class GraphFactory:
    """Makes nodes and edges under one mapping."""

    def __init__(self, mapping: RegistryMapping) -> None:
        self.mapping = mapping
        provenance = mapping.provenance
        self._knowledge = (provenance.primary_knowledge_source, provenance.aggregator_knowledge_source)
        self._kinds = {
            kind: (*mapping.predicates(kind), (provenance.edge_category,), rule.knowledge_level, rule.agent_type)
            for kind, rule in provenance.edges.items()
        }
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
        """An edge of a kind; ``by`` are the sorted ids of the records that state it."""
        predicate, original_predicate, category, knowledge_level, agent_type = self._kinds[kind]
        # By position: hundreds of thousands of edges are made, and keywords would double what each costs.
        return Edge(
            edge_id(subject, predicate, object, role, relation),
            subject,
            predicate,
            object,
            category,
            knowledge_level,
            agent_type,
            relation,
            role,
            *self._knowledge,
            by,
            within,
            original_predicate,
            originals[0] if originals else None,
            originals,
            links,
            products,
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
        """A node of a kind; ``by`` are the ids of the records that declare it."""
        local = encode_id(id)
        classes = self._classes.get((kind, category))
        if classes is None:
            classes = self._classes[kind, category] = self.mapping.classes(kind, category)
        properties: tuple[Any, ...] = _astuple(description)
        *values, extra = properties
        # By position, as edges are: the properties of a node are those of its description, in the same order.
        return Node(  # type: ignore[call-arg]  # mypy does not count what a star stands for
            self._spaces[kind] + local,
            classes[0],
            self._bases[kind] + local,
            *values,
            tuple(sorted(set(by))),
            stub,
            classes[1],
            deprecated,
            _object(extra) if extra else None,
        )

    def curie(self, kind: Kind, id: str) -> str:
        """The node id of a record's id (SPEC §3)."""
        return self._spaces[kind] + encode_id(id)


def _object(fields: dict[str, str]) -> str:
    """The JSON text of a mapping whose values are JSON text already."""
    return "{" + ",".join(f"{json_text(key)}:{fields[key]}" for key in sorted(fields)) + "}"
