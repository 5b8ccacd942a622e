"""Load the mapping files (mappings/*.yaml, *.sssom.tsv) into one checked, immutable value."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from msgspec import Struct

from kgbuild.errors import MappingError, UsageError
from kgbuild.mapping import user_file
from kgbuild.mapping.schema import (
    AuditWords,
    BiolinkTerms,
    Categories,
    Domains,
    Fields,
    Formats,
    Licenses,
    MappingFile,
    NodeKind,
    Pages,
    Prefixes,
    Provenance,
    RecordKind,
    Vocabulary,
)
from kgbuild.mapping.syntax import YAML
from kgbuild.mapping.user_file import UserFile
from kgbuild.mapping.yaml_file import tree_of
from kgbuild.model.graph import EdgeKind, Kind
from kgbuild.model.ids import encode_id
from kgbuild.options import Profile

#: The schema of each mapping file, in the order in which the files are read and hashed.
FILES: dict[str, type[MappingFile]] = {
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


class RegistryMapping(Struct, frozen=True, kw_only=True):
    """All mapping files of a run, for one profile. ``sha256`` is the hash of the files' hashes in the order of FILES.

    ``no_aliases`` is the number of rows of the aliases that give none, by their reason.
    """

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
    no_aliases: dict[str, int] = {}

    def curie(self, kind: Kind, id: str) -> str:
        """Return the node id for the id of a record (SPEC §3)."""
        return f"{self.prefixes.spaces[kind]}:{encode_id(id)}"

    def classes(self, kind: Kind, category: str | None) -> tuple[tuple[str, ...], str | None]:
        """Return ``category`` and ``kgrs_category`` of a node: its specific class, the class of its kind and its Biolink class (SPEC §3, §4)."""
        return _classes(getattr(self.categories, kind), category, self.profile, self.prefixes.spaces["term"])

    @property
    def audit(self) -> AuditWords:
        """Return the words and values that rules of the audit search for."""
        return self.vocabulary.audit

    @property
    def not_data(self) -> frozenset[str]:
        """The specific classes, as CURIEs, of the products that are not data (SPEC §8)."""
        rule = self.categories.product
        return frozenset(rule.categories[category] for category in rule.not_data)

    def predicates(self, kind: EdgeKind) -> tuple[str, str | None]:
        """Return the predicate for a kind of edge in this profile, and the predicate of the registry if that is a different one."""
        rule = self.provenance.edges[kind]
        return (rule.registry, None) if self.profile == "registry" else (rule.biolink, rule.registry)

    def written(self, kind: RecordKind, name: str) -> tuple[str, ...]:
        """Return the fields that hold a property in a kind of record, or the sources of a role in a listing, the preferred field first."""
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
    """Return the folder of the built-in mappings: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "mappings"
    return inside if inside.is_dir() else package.parent / "mappings"


def load_mapping(directory: Path | None = None, profile: Profile = "registry") -> RegistryMapping:
    """Load the built-in mappings, with each file replaced by the file of the same name in ``directory``.

    Raises MappingError (file, line and key) for an invalid entry or an unknown file, UsageError if ``directory`` does not exist.
    """
    files = {
        name: user_file.read(
            _choose(directory, name), YAML, MappingError, what="a mapping file", otherwise="choose another folder of mapping files"
        )
        for name in (*FILES, ALIASES)
    }
    _refuse_unknown_files(directory)
    parsed: dict[str, Any] = {name.removesuffix(".yaml"): _parse(files[name], FILES[name], directory) for name in FILES}
    digest = hashlib.sha256(b"".join(hashlib.sha256(file.data).digest() for file in files.values())).hexdigest()
    biolink = parsed.pop("biolink")
    from kgbuild.mapping import aliases, validate

    if directory is not None:
        validate.check(files, parsed, biolink, directory)
    table = aliases.read_aliases(files[ALIASES], parsed["prefixes"])
    return RegistryMapping(profile=profile, sha256=digest, aliases=table.current, no_aliases=table.without, **parsed)


def _parse(file: UserFile, shape: type[MappingFile], directory: Path | None) -> MappingFile:
    tree = tree_of(file, own=file.path.parent == directory)
    return file.value(tree, shape, kind="mapping files", todo="correct or remove the entry")


def _choose(directory: Path | None, name: str) -> Path:
    own = directory / name if directory else None
    return own if own and own.exists() else builtin_directory() / name


def _refuse_unknown_files(directory: Path | None) -> None:
    """Raise MappingError for an unknown file: a misspelt file name would otherwise be ignored silently."""
    if directory is None:
        return
    if not directory.is_dir():
        raise UsageError(f"{directory}: expected a folder of mapping files for --mappings, got none; check the path")
    known = {*FILES, ALIASES}
    for path in sorted(directory.iterdir()):
        if path.suffix in (".yaml", ".yml", ".tsv") and path.name not in known:
            raise MappingError(f"{path}: expected one of {', '.join(sorted(known))}, got {path.name}; rename or remove it")
