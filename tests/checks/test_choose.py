"""Which rules run: those that are selected, those that are on by default, and those that are added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from kgbuild import checks
from kgbuild.checks.reports import rules_page
from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.view import AuditLimits, View
from kgbuild.errors import UsageError
from kgbuild.mapping.load import load_mapping


def nothing(view: View) -> Iterator[Violation]:
    """A thing that is never found."""
    yield from ()


RULES = [
    Rule("SR001", "warning", nothing),
    Rule("SR002", "warning", nothing),
    Rule("SR004", "info", nothing, default=False),
    Rule("PG001", "error", nothing),
    Rule("PG004", "info", nothing, default=False, partial=True),
]


@pytest.fixture(autouse=True)
def rules(monkeypatch: pytest.MonkeyPatch) -> None:
    def of(families: Iterable[str] = checks.FAMILIES) -> list[Rule]:
        return [rule for rule in RULES if rule.code[:2] in set(families)]

    monkeypatch.setattr(checks, "load_rules", of)


@pytest.mark.parametrize(
    ("select", "extend", "ignore", "expected"),
    [
        ("", "", "", "SR001 SR002 PG001"),
        ("", "", "SR001", "SR002 PG001"),
        ("", "", "ALL", ""),
        ("SR001", "", "", "SR001"),
        ("SR004", "", "", "SR004"),
        ("SR", "", "", "SR001 SR002 SR004"),
        ("SR", "", "SR004", "SR001 SR002"),
        ("SR00", "", "SR", "SR001 SR002 SR004"),
        ("ALL", "", "", "SR001 SR002 SR004 PG001 PG004"),
        ("ALL", "", "PG", "SR001 SR002 SR004"),
        ("", "SR004", "", "SR001 SR002 SR004 PG001"),
        ("", "SR", "", "SR001 SR002 SR004 PG001"),
        ("", "ALL", "", "SR001 SR002 SR004 PG001 PG004"),
        ("", "SR004", "SR", "SR004 PG001"),
        ("", "SR", "SR", "PG001"),
        ("PG001", "SR004", "", "SR004 PG001"),
        ("PG001", "SR", "SR001", "SR002 SR004 PG001"),
    ],
)
def test_choose(select: str, extend: str, ignore: str, expected: str) -> None:
    chosen = checks.choose(select.split(), ignore.split(), extend=extend.split())
    assert [rule.code for rule in chosen] == expected.split()


def test_the_families_limit_what_is_on_by_default() -> None:
    assert [rule.code for rule in checks.choose(families=checks.GRAPH)] == ["PG001"]


@pytest.mark.parametrize(
    ("arguments", "option"), [({"select": ["XX"]}, "--select"), ({"extend": ["XX"]}, "--extend-select"), ({"ignore": ["XX"]}, "--ignore")]
)
def test_a_code_that_is_not_there(arguments: dict[str, list[str]], option: str) -> None:
    with pytest.raises(UsageError) as error:
        checks.choose(**arguments)  # type: ignore[arg-type]
    assert str(error.value) == f"{option}: expected a rule's code or a prefix of one, got 'XX'; `kgbuild rule --all` lists the codes"


def test_the_documentation_says_what_is_off_by_default() -> None:
    off, both = RULES[2], RULES[4]
    assert rules_page.plain(off, 80) == "SR004 (info; off by default)\n\nA thing that is never found.\n"
    assert rules_page.section(both) == "### PG004\n\n*info; off by default; info with `--partial`*\n\nA thing that is never found.\n"
    page = rules_page.page().splitlines()
    assert any(line.startswith("| [SR002](#sr002) | warning | A thing that is never found | ") for line in page)
    assert any(line.startswith("| [SR004](#sr004) | info; off by default | A thing that is never found | ") for line in page)


def minor(view: View) -> Iterator[Violation]:
    """One thing that everybody reads, and one that only those read who ask."""
    yield Violation("kgr:a", "read by everybody", None)
    yield Violation("kgr:b", "read by those who ask", None, minor=True)


def test_a_minor_violation_is_found_by_those_who_select_the_rule() -> None:
    view = View(load_mapping(), AuditLimits(), (), ())
    found = {
        selected: [v.subject for _, v in checks.run([Rule("SR001", "info", minor, selected=selected)], view)] for selected in (False, True)
    }
    assert found == {False: ["kgr:a"], True: ["kgr:a", "kgr:b"]}


def test_a_rule_is_selected_by_its_code_a_prefix_or_all() -> None:
    chosen = [checks.choose(), checks.choose(["SR"]), checks.choose(extend=["SR001"]), checks.choose(["ALL"])]
    assert [[rule.code for rule in rules if rule.selected] for rules in chosen] == [
        [], ["SR001", "SR002", "SR004"], ["SR001"], ["SR001", "SR002", "SR004", "PG001", "PG004"],
    ]  # fmt: skip
