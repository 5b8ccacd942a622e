"""The mapping files (mappings/*.yaml, *.sssom.tsv) as one checked, compiled, immutable value."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from kgbuild.errors import MappingError, UsageError
from kgbuild.model import Kind
from kgbuild.vocab import encode_id

Profile = Literal["registry", "biolink"]
PageKind = Literal["resource", "product page", "organization", "documentation", "evaluation"]
NamedKind = Literal["resource", "product page", "organization"]
RecordKind = Literal["resource", "product", "organization"]
Form = Literal["url", "address", "link", "e-mail", "orcid", "doi", "curie", "reference", "date", "count"]
EdgeKind = Literal["has_product", "derived_from", "mentions", "superseded_by", "has_contact", "rollup"]


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping file as it stands: its keys are checked, and none is ignored."""


class Prefixes(_File, frozen=True, kw_only=True):
    prefixes: dict[str, str]
    spaces: dict[Literal["resource", "product", "organization", "page", "term"], str]
    spellings: dict[str, str] = {}


class Pages(_File, frozen=True, kw_only=True):
    field: str
    kinds: dict[str, PageKind]
    containers: tuple[str, ...] = ()
    named: tuple[NamedKind, ...] = ()


class RecordFields(_File, frozen=True, kw_only=True):
    """Property <- written fields. The names of the properties are those of ``model.Description``, and the parts a record has."""

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


class PageFields(_File, frozen=True, kw_only=True):
    id: tuple[str, ...]
    title: tuple[str, ...]


class SourceFields(_File, frozen=True, kw_only=True):
    id: tuple[str, ...]
    relation: tuple[str, ...]


class LicenseFields(_File, frozen=True, kw_only=True):
    label: tuple[str, ...]
    url: tuple[str, ...]


class ContactFields(_File, frozen=True, kw_only=True):
    label: tuple[str, ...]
    id: tuple[str, ...]
    category: tuple[str, ...]


class PublicationFields(_File, frozen=True, kw_only=True):
    id: tuple[str, ...]


class Fields(_File, frozen=True, kw_only=True):
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


class NodeKind(_File, frozen=True, kw_only=True):
    class_: str = msgspec.field(name="class")
    biolink: str
    rdf: tuple[str, ...] = ()
    categories: dict[str, str]


class Categories(_File, frozen=True, kw_only=True):
    resource: NodeKind
    product: NodeKind
    organization: NodeKind
    page: NodeKind


class RoleRule(_File, frozen=True, kw_only=True):
    fields: tuple[str, ...]
    relation: str
    predicate: str


class Roles(_File, frozen=True, kw_only=True):
    original: RoleRule
    secondary: RoleRule


class EdgeRule(_File, frozen=True, kw_only=True):
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


class Provenance(_File, frozen=True, kw_only=True):
    roles: Roles
    relations: dict[str, str]
    edges: dict[EdgeKind, EdgeRule]
    edge_category: str
    primary_knowledge_source: str | None = None
    aggregator_knowledge_source: tuple[str, ...] = ()


class Formats(_File, frozen=True, kw_only=True):
    formats: dict[str, str]
    compression: dict[str, str]


class Judgement(_File, frozen=True, kw_only=True):
    for_: Literal["data", "code"] = msgspec.field(name="for")
    commercial: bool
    derivatives: bool
    redistribution: bool
    share_alike: tuple[str, ...] = ()
    source: str


class LicenseSpelling(_File, frozen=True, kw_only=True):
    lets: Judgement | None = None
    labels: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


class Licenses(_File, frozen=True, kw_only=True):
    licenses: dict[str, LicenseSpelling]
    unspecified: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    public_domain: tuple[str, ...] = ()


class Domains(_File, frozen=True, kw_only=True):
    domains: dict[str, str]


class Told(_File, frozen=True, kw_only=True):
    """A field whose value says how another one of the same part is written."""

    by: str
    of: str
    forms: dict[str, Form]


class PartFields(_File, frozen=True, kw_only=True):
    in_: tuple[str, ...] = msgspec.field(name="in")
    fields: tuple[str, ...]


class Vocabulary(_File, frozen=True, kw_only=True):
    required: dict[RecordKind, tuple[str, ...]] = {}
    expected: dict[RecordKind, tuple[str, ...]] = {}
    values: dict[str, tuple[str, ...]] = {}
    instead: dict[str, dict[str, str]] = {}
    forms: dict[str, Form] = {}
    written: dict[str, Form] = {}
    told: Told | None = None
    anywhere: tuple[str, ...] = ()
    parts: dict[str, PartFields] = {}


class BiolinkTerms(_File, frozen=True, kw_only=True):
    version: str
    classes: tuple[str, ...]
    predicates: tuple[str, ...]


#: Every mapping file and its shape, in the order in which they are read and hashed.
FILES: dict[str, type[_File]] = {
    "prefixes.yaml": Prefixes,
    "pages.yaml": Pages,
    "fields.yaml": Fields,
    "categories.yaml": Categories,
    "provenance.yaml": Provenance,
    "formats.yaml": Formats,
    "licenses.yaml": Licenses,
    "domains.yaml": Domains,
    "biolink.yaml": BiolinkTerms,
    "vocabulary.yaml": Vocabulary,
}
ALIASES = "aliases.sssom.tsv"


class Mapping(Struct, frozen=True, kw_only=True):
    """All mapping files of a run, for one profile. ``sha256`` is over the bytes of the files, in the order of FILES."""

    profile: Profile
    sha256: str
    prefixes: Prefixes
    pages: Pages
    fields: Fields
    categories: Categories
    provenance: Provenance
    formats: Formats
    licenses: Licenses
    domains: Domains
    vocabulary: Vocabulary
    aliases: dict[str, str]

    def curie(self, kind: Kind, id: str) -> str:
        """The node id of a record's id (SPEC §3)."""
        return f"{self.prefixes.spaces[kind]}:{encode_id(id)}"

    def classes(self, kind: Kind, category: str | None) -> tuple[tuple[str, ...], str | None]:
        """``category`` and ``kgrs_category`` of a node: the specific class, the class of its kind, its Biolink class (SPEC §3, §4)."""
        return _classes(getattr(self.categories, kind), category, self.profile, self.prefixes.spaces["term"])

    def predicates(self, kind: EdgeKind) -> tuple[str, str | None]:
        """The predicate of a kind of edge in this profile, and ours where that is another."""
        rule = self.provenance.edges[kind]
        return (rule.registry, None) if self.profile == "registry" else (rule.biolink, rule.registry)

    def written(self, kind: RecordKind, name: str) -> tuple[str, ...]:
        """The fields in which a kind of record says a property, or a listing the sources of a role; the preferred one first."""
        roles = self.provenance.roles
        sources = {"original": roles.original.fields, "secondary": roles.secondary.fields}
        fields: tuple[str, ...] = sources[name] if name in sources else getattr(getattr(self.fields, kind), name, ())
        return fields


def _classes(rule: NodeKind, category: str | None, profile: Profile, space: str) -> tuple[tuple[str, ...], str | None]:
    specific = rule.class_ if not category else rule.categories.get(category) or f"{space}:{encode_id(category)}"
    if profile == "biolink":
        return (rule.biolink,), specific
    return tuple(dict.fromkeys((specific, rule.class_, rule.biolink))), None


def builtin_directory() -> Path:
    """The mappings that come with kgbuild: inside the wheel, or beside the package in a checkout."""
    inside = Path(__file__).parent / "mappings"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "mappings"


def load(directory: Path | None = None, profile: Profile = "registry") -> Mapping:
    """The built-in mappings, each file replaced by the one of the same name in ``directory``.

    Raises MappingError (file, line and key) for a wrong entry, UsageError where ``directory`` is none or holds another file.
    """
    files: dict[str, tuple[Path, bytes]] = {}
    for name in (*FILES, ALIASES):
        path = _choose(directory, name)
        try:
            files[name] = path, path.read_bytes()
        except OSError as error:
            raise MappingError(f"{path}: expected a readable mapping file, got {error.strerror}; mend its permissions") from None
    _refuse_strangers(directory)
    parsed: dict[str, Any] = {name.removesuffix(".yaml"): _parse(*files[name], FILES[name]) for name in FILES}
    digest = hashlib.sha256(b"".join(hashlib.sha256(data).digest() for _, data in files.values())).hexdigest()
    biolink = parsed.pop("biolink")
    from kgbuild import mapping_checks

    aliases = mapping_checks.read_aliases(*files[ALIASES], parsed["prefixes"])
    if directory is not None:
        mapping_checks.check({name: path for name, (path, _) in files.items()}, parsed, biolink, directory)
    return Mapping(profile=profile, sha256=digest, aliases=aliases, **parsed)


def _choose(directory: Path | None, name: str) -> Path:
    own = directory / name if directory else None
    return own if own and own.exists() else builtin_directory() / name


def _refuse_strangers(directory: Path | None) -> None:
    """A misspelt file name would be ignored without a word, so it is an error."""
    if directory is None:
        return
    if not directory.is_dir():
        raise UsageError(f"{directory}: expected a folder of mapping files for --mappings, got none; give one that exists")
    known = {*FILES, ALIASES}
    for path in sorted(directory.iterdir()):
        if path.suffix in (".yaml", ".yml", ".tsv") and path.name not in known:
            raise MappingError(f"{path}: expected one of {', '.join(sorted(known))}, got {path.name}; rename or remove it")


_T = TypeVar("_T", bound=_File)


def _parse(path: Path, data: bytes, shape: type[_T]) -> _T:
    import yaml12

    tree = None
    try:
        tree = yaml12.parse_yaml(data.decode())
        return msgspec.convert(tree, shape)
    except (ValueError, msgspec.ValidationError) as error:
        from kgbuild import mapping_checks

        raise mapping_checks.located(path, data, error, tree, shape) from None
