"""What the rules of the audit read of nodes and edges: the columns that an export keeps in memory for them.

Rules are typed by these two, so mypy refuses one that reads another column. Node and Edge have all of them; the rows of
`kgbuild/pipeline/engine/audit_rows.py` are made from these lists and have no others. A rule that needs a column more adds it here.
"""

from __future__ import annotations

from typing import Protocol

from kgbuild.model.graph import EdgeKind, Kind, Role


class AuditNode(Protocol):
    """The columns of a node that rules read."""

    @property
    def kind(self) -> Kind:
        """What it is."""

    @property
    def is_resource(self) -> bool:
        """Whether it is a resource, which may be a product too."""

    @property
    def is_product(self) -> bool:
        """Whether it is a product."""

    @property
    def id(self) -> str:
        """Its CURIE."""

    @property
    def category(self) -> tuple[str, ...]:
        """Its classes, the specific one first."""

    @property
    def kgrs_category(self) -> str | None:
        """The specific class where `category` does not have it."""

    @property
    def stub(self) -> bool | None:
        """True where no record describes it."""

    @property
    def declared_in(self) -> tuple[str, ...]:
        """The ids of the records that state it, sorted."""

    @property
    def name(self) -> str | None:
        """What it is called."""

    @property
    def synonym(self) -> tuple[str, ...]:
        """What else it is called."""

    @property
    def xref(self) -> tuple[str, ...]:
        """Its CURIEs in other registries."""

    @property
    def license(self) -> str | None:
        """Its license."""

    @property
    def license_label(self) -> str | None:
        """Its license as the record words it."""

    @property
    def extra(self) -> str | None:
        """JSON text of the fields that have no column."""

    @property
    def activity_status(self) -> str | None:
        """Whether it is kept up to date, as the record says."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the record warns of."""


class AuditEdge(Protocol):
    """The columns of an edge that rules read."""

    @property
    def kind(self) -> EdgeKind:
        """What it is."""

    @property
    def subject(self) -> str:
        """The CURIE of the node that it leaves."""

    @property
    def object(self) -> str:
        """The CURIE of the node that it comes to."""

    @property
    def relation_type(self) -> str | None:
        """The CURIE of the relation that the record gives."""

    @property
    def source_role(self) -> Role | None:
        """Whether the source is an original or a secondary one."""

    @property
    def declared_in(self) -> tuple[str, ...]:
        """The ids of the records that state it, sorted."""

    @property
    def within_owner(self) -> bool | None:
        """True where both ends belong to one owner."""

    @property
    def original_object(self) -> str | None:
        """The object as the record writes it, where that differs."""

    @property
    def original_objects(self) -> tuple[str, ...]:
        """The objects as records write them, where several became one."""
