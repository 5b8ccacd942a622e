"""Validate a pair of KGX files against kgx's validator and the Biolink Model, and return a report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from kgbuild.checks.kgx.checks import EDGE_CHECKS, NODE_CHECKS, Check, CheckContext
from kgbuild.checks.kgx.kgx_offline import kgx_session, kgx_version, require_kgx, run_validator
from kgbuild.checks.kgx.model import model_of
from kgbuild.checks.kgx.pairs import Pair, find_pairs
from kgbuild.checks.kgx.records import Fields, as_list, label, read_records
from kgbuild.checks.kgx.report import Group, KgxReport, KgxTally, Level, render_all, render_json, render_text
from kgbuild.errors import InputError, Problem

__all__ = ["Group", "Pair", "Report", "find_pairs", "render_all", "render_json", "render_text", "validate", "validate_all"]

CHECKED_TWICE = ("kgx:invalid-category", "kgx:invalid-edge-predicate")
"""The errors of kgx that a stricter check of kgbuild would repeat."""
OWN_PREFIXES = ("kgr", "kgrorg", "kgrdoc", "kgrs")
REGISTRY_PROFILE = Group(
    kind="profile",
    level="error",
    count=1,
    message="this graph has the registry profile; export it with --profile biolink to validate it",
)


def validate(nodes: Path, edges: Path, *, prefixes: Mapping[str, str], own_properties: Collection[str]) -> KgxReport:
    """Validate one graph offline, first with kgx's Validator and then with the checks that kgx does not have.

    kgx gets kgbuild's prefixes and ``prefixes`` as declared prefixes.

    Raises:
        MissingExtra: kgx is not installed.
        UsageError: the two files are not a pair.
        InputError: a file cannot be read as records.
    """
    require_kgx()
    (pair,) = find_pairs([nodes, edges])
    counts, registry = _survey(pair)
    if registry:
        return KgxReport(nodes=counts[pair.nodes], edges=counts[pair.edges], profile="registry", problems=(REGISTRY_PROFILE,))
    tally = KgxTally()
    with kgx_session() as toolkit:
        model = model_of(toolkit)
        messages = _kgx_findings(pair, {*OWN_PREFIXES, *prefixes}, tally)
        _own_findings(pair, CheckContext(model=model, own_properties=frozenset(own_properties), kgx_messages=messages), tally)
    validator = f"kgx {kgx_version()}, Biolink Model {model.version}"
    return KgxReport(nodes=counts[pair.nodes], edges=counts[pair.edges], profile="biolink", problems=tally.groups(), validator=validator)


def validate_all(paths: Sequence[Path], *, prefixes: Mapping[str, str], own_properties: Collection[str]) -> list[tuple[Pair, KgxReport]]:
    """Validate every graph in the paths (see ``find_pairs``). Raises the exceptions of ``validate``."""
    return [(pair, validate(*pair, prefixes=prefixes, own_properties=own_properties)) for pair in find_pairs(paths)]


def _survey(pair: Pair) -> tuple[Counter[Path], bool]:
    """Return the number of records in each file, and whether they use kgbuild's own terms. This comes before the slow imports."""
    problems: list[Problem] = []
    counts: Counter[Path] = Counter()
    registry = False
    for path in pair:
        for record in read_records(path, problems):
            counts[path] += 1
            registry = registry or _is_registry(record.fields)
    if problems:
        raise InputError(problems)
    return counts, registry


def _is_registry(fields: Fields) -> bool:
    terms = (*as_list(fields.get("category")), fields.get("predicate"))
    return any(isinstance(term, str) and term.startswith("kgrs:") for term in terms)


def _kgx_findings(pair: Pair, prefixes: Collection[str], tally: KgxTally) -> Mapping[str, list[str]]:
    """Add kgx's findings to the tally. Return by node or edge the messages about errors that kgbuild checks too."""
    messages: defaultdict[str, list[str]] = defaultdict(list)

    def on_message(level: str, kind: str, message: str, entity: str) -> None:
        tally.add("error" if level == "error" else "warning", kind, message, entity)
        if kind in CHECKED_TWICE:
            messages[entity].append(message)

    run_validator(pair, prefixes, on_message)
    return messages


def _own_findings(pair: Pair, context: CheckContext, tally: KgxTally) -> None:
    """Run kgbuild's checks on the nodes, and then on the edges, whose checks need the nodes."""
    for record in read_records(pair.nodes, [], context.model.multivalued):
        _check(NODE_CHECKS, record.fields, context, tally, f"{pair.nodes}:{record.line}")
        if "id" in record.fields:
            context.categories.setdefault(str(record.fields["id"]), tuple(map(str, as_list(record.fields.get("category")))))
    for record in read_records(pair.edges, [], context.model.multivalued):
        _check(EDGE_CHECKS, record.fields, context, tally, f"{pair.edges}:{record.line}")
        context.edge_ids.add(label(record.fields))


def _check(checks: Mapping[str, tuple[Level, Check]], fields: Fields, context: CheckContext, tally: KgxTally, where: str) -> None:
    """Run checks on a record. A record without an id is identified by its file and line."""
    entity = label(fields) if "id" in fields else where
    for kind, (level, check) in checks.items():
        for message in check(fields, context):
            tally.add(level, kind, message, entity)
