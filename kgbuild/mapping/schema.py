"""The schema of the mapping files. Unknown keys are errors."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from kgbuild.model.graph import EdgeKind

PageKind = Literal["resource", "product page", "organization", "documentation", "evaluation"]
NamedKind = Literal["resource", "product page", "organization"]
RecordKind = Literal["resource", "product", "organization"]
Form = Literal["url", "address", "link", "e-mail", "orcid", "doi", "curie", "reference", "date", "count"]


class MappingFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping file or a part of one. Unknown keys are errors."""


class Prefixes(MappingFile, frozen=True, kw_only=True):
    prefixes: dict[str, str]
    spaces: dict[Literal["resource", "product", "organization", "page", "term"], str]
    spellings: dict[str, str] = {}


class Pages(MappingFile, frozen=True, kw_only=True):
    field: str
    kinds: dict[str, PageKind]
    containers: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    named: tuple[NamedKind, ...] = ()


class RecordFields(MappingFile, frozen=True, kw_only=True):
    """The written fields of each property. The properties are those of ``model.Description``, and the other parts of a record."""

    id: tuple[str, ...]
    category: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    superseded_by: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    description: tuple[str, ...] = ()
    synonym: tuple[str, ...] = ()
    xref: tuple[str, ...] = ()
    url: tuple[str, ...] = ()
    license: tuple[str, ...] = ()
    taxa: tuple[str, ...] = ()
    publications: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    format: tuple[str, ...] = ()
    compression: tuple[str, ...] = ()
    file_size: tuple[str, ...] = ()
    node_count: tuple[str, ...] = ()
    edge_count: tuple[str, ...] = ()
    version: tuple[str, ...] = ()
    activity_status: tuple[str, ...] = ()
    collection: tuple[str, ...] = ()
    creation_date: tuple[str, ...] = ()
    update_date: tuple[str, ...] = ()
    repository: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()


class PageFields(MappingFile, frozen=True, kw_only=True):
    id: tuple[str, ...]
    title: tuple[str, ...]


class SourceFields(MappingFile, frozen=True, kw_only=True):
    id: tuple[str, ...]
    relation: tuple[str, ...]


class LicenseFields(MappingFile, frozen=True, kw_only=True):
    label: tuple[str, ...]
    url: tuple[str, ...]


class ContactFields(MappingFile, frozen=True, kw_only=True):
    label: tuple[str, ...]
    id: tuple[str, ...]
    category: tuple[str, ...]


class PublicationFields(MappingFile, frozen=True, kw_only=True):
    id: tuple[str, ...]


class Fields(MappingFile, frozen=True, kw_only=True):
    resource: RecordFields
    product: RecordFields
    organization: RecordFields
    page: PageFields
    source: SourceFields
    license: LicenseFields
    contact: ContactFields
    publication: PublicationFields
    people: tuple[str, ...] = ()
    prefixed: dict[str, str] = {}


class NodeKind(MappingFile, frozen=True, kw_only=True):
    class_: str = msgspec.field(name="class")
    biolink: str
    rdf: tuple[str, ...] = ()
    categories: dict[str, str]


class ProductKind(NodeKind, frozen=True, kw_only=True):
    """``not_data`` are the categories of products that are no data (SPEC §8); one that is not named here counts as data."""

    not_data: tuple[str, ...] = ()


class Categories(MappingFile, frozen=True, kw_only=True):
    resource: NodeKind
    product: ProductKind
    organization: NodeKind
    page: NodeKind


class RoleRule(MappingFile, frozen=True, kw_only=True):
    fields: tuple[str, ...]
    relation: str
    predicate: str


class Roles(MappingFile, frozen=True, kw_only=True):
    original: RoleRule
    secondary: RoleRule


class EdgeRule(MappingFile, frozen=True, kw_only=True):
    registry: str
    biolink: str
    rdf: str | None = None
    knowledge_level: Literal[
        "knowledge_assertion", "logical_entailment", "prediction", "statistical_association", "observation", "not_provided"
    ]
    agent_type: Literal[
        "manual_agent", "automated_agent", "data_analysis_pipeline", "computational_model", "text_mining_agent",
        "image_processing_agent", "manual_validation_of_automated_agent", "not_provided",
    ]  # fmt: skip


class Provenance(MappingFile, frozen=True, kw_only=True):
    roles: Roles
    relations: dict[str, str]
    edges: dict[EdgeKind, EdgeRule]
    edge_category: str
    primary_knowledge_source: str | None = None
    aggregator_knowledge_source: tuple[str, ...] = ()


class Formats(MappingFile, frozen=True, kw_only=True):
    formats: dict[str, str]
    compression: dict[str, str]


class Judgement(MappingFile, frozen=True, kw_only=True):
    for_: Literal["data", "code"] = msgspec.field(name="for")
    commercial: bool
    derivatives: bool
    redistribution: bool
    share_alike: tuple[str, ...] = ()
    attribution: bool | None = None
    notice: bool | None = None
    source: str


class LicenseSpelling(MappingFile, frozen=True, kw_only=True):
    lets: Judgement | None = None
    labels: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


class ForbiddingPhrases(MappingFile, frozen=True, kw_only=True):
    commercial: tuple[str, ...] = ()
    derivatives: tuple[str, ...] = ()
    redistribution: tuple[str, ...] = ()


class Wording(MappingFile, frozen=True, kw_only=True):
    """``harmless`` are phrases that contain a forbidding one but forbid nothing."""

    forbids: ForbiddingPhrases = ForbiddingPhrases()
    harmless: tuple[str, ...] = ()


class Licenses(MappingFile, frozen=True, kw_only=True):
    licenses: dict[str, LicenseSpelling]
    id_urls: tuple[str, ...] = ()
    unspecified: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    public_domain: tuple[str, ...] = ()
    wording: Wording = Wording()


class Domains(MappingFile, frozen=True, kw_only=True):
    domains: dict[str, str]


class ValueForm(MappingFile, frozen=True, kw_only=True):
    """A field (``by``) whose value determines the form of another field (``of``) in the same part of a record."""

    by: str
    of: str
    forms: dict[str, Form]


class PartFields(MappingFile, frozen=True, kw_only=True):
    in_: tuple[str, ...] = msgspec.field(name="in")
    fields: tuple[str, ...]


class Placeholder(MappingFile, frozen=True, kw_only=True):
    phrases: tuple[str, ...] = ()
    values: dict[str, tuple[str, ...]] = {}


class CompiledText(MappingFile, frozen=True, kw_only=True):
    categories: tuple[str, ...]
    phrases: tuple[str, ...]


class AddressWords(MappingFile, frozen=True, kw_only=True):
    hosts: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()


class Unavailable(MappingFile, frozen=True, kw_only=True):
    failed: str
    answered: tuple[str, ...] = ()
    checker: tuple[str, ...] = ()


class AuditWords(MappingFile, frozen=True, kw_only=True):
    """The words and values that rules search for. A part that is left out searches for nothing."""

    placeholder: Placeholder = Placeholder()
    no_description: tuple[str, ...] = ()
    values: dict[str, tuple[str, ...]] = {}
    preferred: tuple[str, ...] = ()
    compiled: CompiledText | None = None
    references: dict[str, Literal["resource", "product", "organization"]] = {}
    addresses: AddressWords = AddressWords()
    endings: dict[str, tuple[str, ...]] = {}
    unavailable: Unavailable | None = None


class Vocabulary(MappingFile, frozen=True, kw_only=True):
    required: dict[RecordKind, tuple[str, ...]] = {}
    expected: dict[RecordKind, tuple[str, ...]] = {}
    values: dict[str, tuple[str, ...]] = {}
    instead: dict[str, dict[str, str]] = {}
    forms: dict[str, Form] = {}
    written: dict[str, Form] = {}
    told: ValueForm | None = None
    anywhere: tuple[str, ...] = ()
    parts: dict[str, PartFields] = {}
    audit: AuditWords = AuditWords()


class BiolinkTerms(MappingFile, frozen=True, kw_only=True):
    version: str
    classes: tuple[str, ...]
    predicates: tuple[str, ...]
