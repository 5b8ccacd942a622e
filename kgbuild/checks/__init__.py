"""The rules of the audit, one file for each family. To add a family, add a file and a line in FAMILIES. The meaning of a code never changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType

from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.view import View
from kgbuild.errors import UsageError, quoted

#: Family -> its title, and the module with its RULES.
FAMILIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "PG": ("provenance graph", "kgbuild.checks.rules.provenance"),
        "RF": ("references", "kgbuild.checks.rules.references"),
        "LS": ("listings", "kgbuild.checks.rules.listings"),
        "SR": ("sourcing", "kgbuild.checks.rules.sourcing"),
        "LC": ("licenses", "kgbuild.checks.rules.licensing"),
        "ST": ("status", "kgbuild.checks.rules.status"),
        "ID": ("identity", "kgbuild.checks.rules.identity"),
        "FM": ("form", "kgbuild.checks.rules.form"),
        "RD": ("reading", "kgbuild.checks.rules.reading"),
    }
)
#: The families that use only nodes and edges.
GRAPH = ("PG", "RF")


def load_rules(families: Iterable[str] = FAMILIES) -> list[Rule]:
    """Return the rules of some families, in the order of the families and of their codes."""
    found: list[Rule] = []
    for family in families:
        found += import_module(FAMILIES[family][1]).RULES
    return found


def choose(
    select: Sequence[str] = (), ignore: Sequence[str] = (), families: Iterable[str] = FAMILIES, *, extend: Sequence[str] = ()
) -> list[Rule]:
    """Return the selected rules: those of ``select``, or the default ones without it, and those of ``extend``, without those of ``ignore``.

    A prefix selects all rules that begin with it, and "ALL" every rule, also those that are off by default. If several codes or prefixes match
    a rule, the longest one decides whether it is selected; of two that are equal, ``ignore`` decides.

    Raises UsageError if a code matches no rule.
    """
    codes = {rule.code for rule in load_rules()} if select or ignore or extend else set()
    for option, given in (("--select", select), ("--extend-select", extend), ("--ignore", ignore)):
        for code in given:
            if code != "ALL" and not any(c.startswith(code) for c in codes):
                raise UsageError(
                    f"{option}: expected a rule's code or a prefix of one, got {quoted(code)}; `kgbuild rule --all` lists the codes"
                )

    def length(code: str, given: Sequence[str]) -> int:
        return max((len(prefix) if prefix != "ALL" else 0 for prefix in given if prefix == "ALL" or code.startswith(prefix)), default=-1)

    def marked(rule: Rule) -> tuple[Rule, int]:
        named = max(length(rule.code, select), length(rule.code, extend))
        return (rule._replace(selected=True), named) if named >= 0 else (rule, 0 if rule.default and not select else -1)

    return [rule for rule, named in map(marked, load_rules(families)) if named > length(rule.code, ignore)]


def run(chosen: Iterable[Rule], view: View) -> Iterator[tuple[Rule, Violation]]:
    """Run rules on a view. Yield each violation with its rule, once for each subject, object and field, and minor ones only of selected rules."""
    for rule in chosen:
        seen: set[tuple[str, str, str]] = set()
        for found in rule.check(view):
            key = (found.subject, found.object, found.field)
            if key not in seen and (rule.selected or not found.minor):
                seen.add(key)
                yield rule, found
