"""What the rules say of themselves: docs/rules.md is what is made from their docstrings, and the terminal shows the same.

To write the page anew: ``pytest tests/checks/test_rules_page.py --regenerate``. Where the real records are there, it also counts again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from paths import ROOT
from running import run_command

from kgbuild import checks
from kgbuild.checks.reports import rule_counts, rules_page
from kgbuild.checks.reports.rule_counts import RuleCounts
from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.view import View

PAGE = ROOT / "docs" / "rules.md"


def example(view: View) -> Iterator[Violation]:
    """A thing with two `odd|names` that nobody <b>expects</b>.

    More is said of it here, in a paragraph whose words
    go on over two lines. It has_underscores.

    - an item
    - another

    Why: nobody expects it.
    Example: `a: *b`, where `c: <d>` is meant,
    which is not the same.
    Fix: expect it.
    """
    yield from ()


RULE = Rule("ZZ001", "warning", example, partial=True)


def counted(corpus: Path, *options: str) -> Counter[str]:
    """The findings of each rule in the real registry."""
    archive = str(corpus / "kg-registry-2026-08-17.tar.gz")
    result = run_command(["check", archive, "--isolated", "--no-cache", "--format", "jsonl", "--fail-on", "never", *options])
    assert result.exit_code == 0, result.stderr
    return Counter(json.loads(line)["code"] for line in result.stdout.splitlines())


def test_the_counts_are_those_of_the_real_registry(corpus: Path, regenerate: bool) -> None:
    """Before the page, which shows them."""
    default, selected = counted(corpus), counted(corpus, "--select", "ALL")
    counts = RuleCounts(
        source="KG-Registry (Knowledge-Graph-Hub/kg-registry at 04109ec3)",
        date="2026-08-17",
        counts={rule.code: (default[rule.code], selected[rule.code]) for rule in checks.load_rules()},
    )
    if regenerate:
        rule_counts.PATH.write_bytes(rule_counts.render(counts))
    assert rule_counts.read() == counts, "run `pytest tests/checks/test_rules_page.py --regenerate` and review the diff"


def test_every_rule_was_counted() -> None:
    assert list(rule_counts.read().counts) == sorted(rule.code for rule in checks.load_rules())
    assert rule_counts.render(rule_counts.read()) == rule_counts.PATH.read_bytes()


def test_the_page_is_what_is_made_from_the_rules(regenerate: bool) -> None:
    page = rules_page.page()
    if regenerate:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_bytes(page.encode())
    assert PAGE.read_bytes().decode() == page, "run `pytest tests/test_rules_page.py --regenerate` and review the diff"


def test_the_command_prints_the_page() -> None:
    result = run_command(["rule", "--all", "--format", "markdown"])
    assert (result.exit_code, result.stdout) == (0, rules_page.page())


def test_every_rule_has_a_row_and_a_section() -> None:
    html = MarkdownIt("commonmark").enable("table").render(rules_page.page())
    for rule in checks.load_rules():
        assert f'<td><a href="#{rule.code.lower()}">{rule.code}</a></td>' in html
        assert f"<h3>{rule.code}</h3>" in html


def test_no_docstring_makes_markup() -> None:
    """But for code and lists; what a rule means literally stands between backticks."""
    allowed = {"text", "text_special", "code_inline", "softbreak"}
    for rule in checks.load_rules():
        for part in rule.parts.values():
            tokens = MarkdownIt("commonmark").parse(rules_page.prose(part))
            assert {child.type for token in tokens for child in token.children or ()} <= allowed, f"{rule.code}: {part}"
            assert {token.type for token in tokens if token.type.endswith("_open")} <= {
                "paragraph_open",
                "bullet_list_open",
                "list_item_open",
            }


def test_a_section() -> None:
    assert rules_page.section(RULE) == (
        "### ZZ001\n"
        "\n"
        "*warning; info with `--partial`*\n"
        "\n"
        "A thing with two `odd|names` that nobody \\<b\\>expects\\</b\\>.\n"
        "\n"
        "More is said of it here, in a paragraph whose words go on over two lines. It has\\_underscores.\n"
        "\n"
        "- an item\n"
        "- another\n"
        "\n"
        "**Why:** nobody expects it.\n"
        "\n"
        "**Example:** `a: *b`, where `c: <d>` is meant, which is not the same.\n"
        "\n"
        "**Fix:** expect it.\n"
    )


def test_a_cell_keeps_a_pipe_in_code() -> None:
    assert rules_page.cell("two `odd|names` | <b>") == "two `odd\\|names` \\| \\<b\\>"


def test_a_text_for_a_terminal() -> None:
    assert rules_page.plain(RULE, 40) == (
        "ZZ001 (warning; info with --partial)\n"
        "\n"
        "A thing with two `odd|names` that nobody\n"
        "<b>expects</b>.\n"
        "\n"
        "More is said of it here, in a paragraph\n"
        "whose words go on over two lines. It\n"
        "has_underscores.\n"
        "\n"
        "- an item\n"
        "- another\n"
        "\n"
        "Why:\n"
        "    nobody expects it.\n"
        "\n"
        "Example:\n"
        "    `a: *b`, where `c: <d>` is meant,\n"
        "    which is not the same.\n"
        "\n"
        "Fix:\n"
        "    expect it.\n"
    )


@pytest.mark.parametrize(("columns", "width"), [("60", 60), ("500", 100)])
def test_the_command_wraps_to_the_width_of_the_terminal(columns: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    (rule,) = (rule for rule in checks.load_rules() if rule.code == "RD001")
    assert run_command(["rule", "rd001"]).stdout == rules_page.plain(rule, width)
    assert run_command(["rule", "RD001", "--format", "markdown"]).stdout == rules_page.section(rule)
    every = "\n".join(rules_page.plain(rule, width) for rule in checks.load_rules())
    assert run_command(["rule", "--all"]).stdout == every


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "kgbuild rule: expected a rule code or --all, got neither; for example `kgbuild rule RF001`"),
        (["RF001", "--all"], "kgbuild rule: expected a rule code or --all, got both; for example `kgbuild rule RF001`"),
    ],
)
def test_what_cannot_be_meant(arguments: list[str], message: str) -> None:
    result = run_command(["rule", *arguments])
    assert (result.exit_code, result.stderr) == (2, f"error: {message}\n")


def test_a_code_that_is_not_there() -> None:
    codes = ", ".join(rule.code for rule in checks.load_rules())
    result = run_command(["rule", "QQ1"])
    assert (result.exit_code, result.stderr) == (2, f"error: kgbuild rule: expected one of {codes}, got 'QQ1'\n")
