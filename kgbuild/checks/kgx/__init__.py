"""A pair of KGX files in, a report out of all that kgx's validator and the Biolink Model object to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from kgbuild.checks.kgx.checks import EDGE_CHECKS, NODE_CHECKS, Check, Known
from kgbuild.checks.kgx.kgx_offline import kgx_session, kgx_version, require_kgx, run_validator
from kgbuild.checks.kgx.model import model_of
from kgbuild.checks.kgx.pairs import Pair, find_pairs
from kgbuild.checks.kgx.records import Fields, as_list, label, read_records
from kgbuild.checks.kgx.report import Group, KgxReport, KgxTally, Level, render_all, render_json, render_text
from kgbuild.errors import InputError, Problem

__all__ = ["Group", "Pair", "Report", "find_pairs", "render_all", "render_json", "render_text", "validate", "validate_all"]

SAME_AS_OURS = ("kgx:invalid-category", "kgx:invalid-edge-predicate")
"""The errors of kgx that a stricter check of ours would say again."""
OWN_PREFIXES = ("kgr", "kgrorg", "kgrdoc", "kgrs")
REGISTRY_PROFILE = Group(
    kind="profile",
    level="error",
    count=1,
    message="this graph has the registry profile; export it with --profile biolink to validate it",
)


def validate(nodes: Path, edges: Path, *, prefixes: Mapping[str, str], own_properties: Collection[str]) -> KgxReport:
    """Validate one graph offline: kgx's Validator with our prefixes and ``prefixes`` declared, then the checks it leaves out.

    Raises:
        MissingExtra: kgx is not installed.
        UsageError: the two files are no pair.
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
        said = _kgx_findings(pair, {*OWN_PREFIXES, *prefixes}, tally)
        _own_findings(pair, Known(model=model, own_properties=frozenset(own_properties), kgx_said=said), tally)
    referee = f"kgx {kgx_version()}, Biolink Model {model.version}"
    return KgxReport(nodes=counts[pair.nodes], edges=counts[pair.edges], profile="biolink", problems=tally.groups(), referee=referee)


def validate_all(paths: Sequence[Path], *, prefixes: Mapping[str, str], own_properties: Collection[str]) -> list[tuple[Pair, KgxReport]]:
    """Validate every graph that the paths name (see ``find_pairs``). Raises what ``validate`` raises."""
    return [(pair, validate(*pair, prefixes=prefixes, own_properties=own_properties)) for pair in find_pairs(paths)]


def _survey(pair: Pair) -> tuple[Counter[Path], bool]:
    """How many records each file has, and whether they use our own classes and predicates; before anything slow is imported."""
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
    """Let kgx speak into the tally; returns, by node or edge, its messages about what we check too."""
    said: defaultdict[str, list[str]] = defaultdict(list)

    def heard(level: str, kind: str, message: str, entity: str) -> None:
        tally.add("error" if level == "error" else "warning", kind, message, entity)
        if kind in SAME_AS_OURS:
            said[entity].append(message)

    run_validator(pair, prefixes, heard)
    return said


def _own_findings(pair: Pair, known: Known, tally: KgxTally) -> None:
    """Run our checks over the nodes, then over the edges, which need the nodes."""
    for record in read_records(pair.nodes, [], known.model.multivalued):
        _check(NODE_CHECKS, record.fields, known, tally, f"{pair.nodes}:{record.line}")
        if "id" in record.fields:
            known.categories.setdefault(str(record.fields["id"]), tuple(map(str, as_list(record.fields.get("category")))))
    for record in read_records(pair.edges, [], known.model.multivalued):
        _check(EDGE_CHECKS, record.fields, known, tally, f"{pair.edges}:{record.line}")
        known.edge_ids.add(label(record.fields))


def _check(checks: Mapping[str, tuple[Level, Check]], fields: Fields, known: Known, tally: KgxTally, where: str) -> None:
    """A record without an id is named by its place: file and line."""
    entity = label(fields) if "id" in fields else where
    for kind, (level, check) in checks.items():
        for message in check(fields, known):
            tally.add(level, kind, message, entity)
