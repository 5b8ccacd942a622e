"""The columns of nodes and edges that audit rules read. An export keeps only these columns in memory for the audit.

Rules use these two protocols as types, so that mypy rejects a rule that reads another column. Node and Edge have all of the columns;
the rows of `kgbuild/pipeline/engine/audit_rows.py` have exactly these. To use another column in a rule, add it here.
"""

from __future__ import annotations

from typing import Protocol

from kgbuild.model.graph import EdgeKind, Kind, Role


class AuditNode(Protocol):
    """The columns of a node that rules read."""

    @property
    def kind(self) -> Kind:
        """The kind of the node."""

    @property
    def is_resource(self) -> bool:
        """Whether the node is a resource. It can be a product too."""

    @property
    def is_product(self) -> bool:
        """Whether the node is a product."""

    @property
    def id(self) -> str:
        """The CURIE of the node."""

    @property
    def category(self) -> tuple[str, ...]:
        """The classes of the node, the most specific one first."""

    @property
    def kgrs_category(self) -> str | None:
        """The most specific class, if `category` does not have it."""

    @property
    def stub(self) -> bool | None:
        """True if no record describes the node."""

    @property
    def declared_in(self) -> tuple[str, ...]:
        """The ids of the records that state it, sorted."""

    @property
    def name(self) -> str | None:
        """The name of the node."""

    @property
    def synonym(self) -> tuple[str, ...]:
        """Other names of the node."""

    @property
    def xref(self) -> tuple[str, ...]:
        """The CURIEs of the node in other registries."""

    @property
    def license(self) -> str | None:
        """The license: an SPDX id, a URL or a label."""

    @property
    def license_label(self) -> str | None:
        """The label of the license as written."""

    @property
    def extra(self) -> str | None:
        """The fields without a column, as JSON text."""

    @property
    def activity_status(self) -> str | None:
        """The activity status that the record states."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings of the record."""


class AuditEdge(Protocol):
    """The columns of an edge that rules read."""

    @property
    def kind(self) -> EdgeKind:
        """The kind of the edge."""

    @property
    def subject(self) -> str:
        """The CURIE of the subject."""

    @property
    def object(self) -> str:
        """The CURIE of the object."""

    @property
    def relation_type(self) -> str | None:
        """The CURIE of the relation type that the record states."""

    @property
    def source_role(self) -> Role | None:
        """The role of the source: original or secondary."""

    @property
    def declared_in(self) -> tuple[str, ...]:
        """The ids of the records that state it, sorted."""

    @property
    def within_owner(self) -> bool | None:
        """True if both ends belong to the same owner."""

    @property
    def original_object(self) -> str | None:
        """The object as written, if it differs."""

    @property
    def original_objects(self) -> tuple[str, ...]:
        """The objects as written, if several became one."""
