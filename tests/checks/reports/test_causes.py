"""Findings that are due to the same node are one group in a report for people."""

from __future__ import annotations

from msgspec.structs import replace

from kgbuild.checks.reports import Report, text
from kgbuild.checks.reports.causes import by_cause, due_to
from kgbuild.model.finding import Finding


def finding(number: int) -> Finding:
    return Finding(
        code="LS001", severity="warning", message=f"message {number}", subject="kgr:a", path=f"{number}.md", line=1, fingerprint=str(number)
    )


FOUND = [finding(number) for number in range(9)]
CAUSES = {"0": "b", "2": "c", "3": "b", "4": "b", "7": "c"}


def test_groups_are_in_the_order_of_their_first_findings() -> None:
    assert [[item.fingerprint for item in group] for group in by_cause(FOUND, CAUSES)] == [
        ["0", "3", "4"], ["1"], ["2", "7"], ["5"], ["6"], ["8"],
    ]  # fmt: skip


def test_text_lists_one_of_each_group_and_counts_the_others(empty: Report) -> None:
    assert text.render(replace(empty, findings=FOUND, causes=CAUSES, files=9)).splitlines() == [
        "0.md:1: LS001 warning: message 0",
        f"    {due_to(2, 'b')}",
        "1.md:1: LS001 warning: message 1",
        "2.md:1: LS001 warning: message 2",
        f"    {due_to(1, 'c')}",
        "5.md:1: LS001 warning: message 5",
        "6.md:1: LS001 warning: message 6",
        "LS001 warning: 1 more finding; --format json shows all",
        "",
        "9 findings (9 warnings) in 9 files",
    ]


def test_how_many_are_due_to_a_node() -> None:
    assert (due_to(1, "c"), due_to(2, "b")) == ("1 more finding is due to 'c'", "2 more findings are due to 'b'")
