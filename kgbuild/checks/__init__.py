"""The rules of the audit, one file for each family. To add a family, add a file and a line in FAMILIES. The meaning of a code never changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType

from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.view import View
from kgbuild.errors import UsageError

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


def choose(select: Sequence[str] = (), ignore: Sequence[str] = (), families: Iterable[str] = FAMILIES) -> list[Rule]:
    """Return the selected rules. If several codes or prefixes of codes match a rule, the longest one decides whether it is selected.

    Raises UsageError if a code matches no rule.
    """
    rules = load_rules(families)
    codes = {rule.code for rule in load_rules()} if select or ignore else set()
    for option, given in (("--select", select), ("--ignore", ignore)):
        for code in given:
            if code != "ALL" and not any(c.startswith(code) for c in codes):
                raise UsageError(f"{option}: expected a rule's code or a prefix of one, got {code!r}; `kgbuild rule --all` lists the codes")

    def length(code: str, given: Sequence[str]) -> int:
        return max((len(prefix) if prefix != "ALL" else 0 for prefix in given if prefix == "ALL" or code.startswith(prefix)), default=-1)

    return (
        [rule for rule in rules if (length(rule.code, select) if select else 0) > length(rule.code, ignore)] if select or ignore else rules
    )


def run(chosen: Iterable[Rule], view: View) -> Iterator[tuple[Rule, Violation]]:
    """Run rules on a view. Yield each violation with its rule, once for each subject, object and field."""
    for rule in chosen:
        seen: set[tuple[str, str, str]] = set()
        for found in rule.check(view):
            key = (found.subject, found.object, found.field)
            if key not in seen:
                seen.add(key)
                yield rule, found
