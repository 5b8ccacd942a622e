from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

from msgspec.structs import replace

from kgbuild.checks.reports import Report, junit
from kgbuild.errors import visible

Golden = Callable[[str, str], None]


def test_a_small_report(small: Report, golden: Golden) -> None:
    golden("small.junit.xml", junit.render(small))


def test_nothing_found(empty: Report, golden: Golden) -> None:
    golden("empty.junit.xml", junit.render(empty))


def test_a_parser_reads_what_was_meant(small: Report, hostile: str) -> None:
    root = ElementTree.fromstring(junit.render(small))
    told = visible(hostile)
    (suite,) = root
    totals = {"tests": "4", "failures": "2", "errors": "0", "skipped": "0", "time": "0"}
    assert (root.tag, root.attrib) == ("testsuites", {"name": "kgbuild", **totals})
    assert (suite.tag, suite.attrib) == ("testsuite", {"name": "kgbuild.check", **totals})
    cases = {case.get("name"): [(part.tag, part.attrib, (part.text or "").strip().splitlines()) for part in case] for case in suite}
    assert cases == {
        "PG001 A cycle among products": [],
        "RF001 A source id | that nothing `describes|names`, <b>nowhere</b>": [
            (
                "failure",
                {"message": "1 error, 1 warning", "type": "error"},
                [
                    f"/r/a.tar.gz!/a.md:12:5: error: {told} (try: {told})",
                    "b\\xff.md: warning: it stands in a file whose name is no text",
                ],
            )
        ],
        "LS001 Listings of one product that disagree": [
            (
                "failure",
                {"message": "1 warning", "type": "warning"},
                ["input/\N{GREEK SMALL LETTER ALPHA} 1%:|,`2`/a.md:7: warning: disagrees"],
            )
        ],
        "LC004 Upstream whose license is unknown": [("system-out", {}, [f"info: {told}"])],
    }
    assert {case.get("classname") for case in suite} == {"kgbuild.check"}


def test_all_findings_of_a_rule_are_lines_of_one_failure(many: Report) -> None:
    root = ElementTree.fromstring(junit.render(many))
    (failure,) = root.iter("failure")
    (output,) = root.iter("system-out")
    assert [len((part.text or "").strip().splitlines()) for part in (failure, output)] == [8, 1_200]


def test_a_rule_that_did_not_run_is_no_case(small: Report) -> None:
    root = ElementTree.fromstring(junit.render(replace(small, ran=frozenset({"PG001", "RF001"}), findings=small.findings[:2])))
    assert [(case.get("name") or "")[:5] for case in root.iter("testcase")] == ["RF001", "PG001"]


def test_what_options_hide_is_counted_and_fails(small: Report) -> None:
    first, others = small.findings[:1], small.findings[1:]
    root = ElementTree.fromstring(junit.render(replace(small, findings=first, hidden=others, filters=("--level error",))))
    told = {
        (case.get("name") or "")[:5]: [(part.tag, part.get("message"), (part.text or "").strip().splitlines()) for part in case]
        for case in root.iter("testcase")
    }
    assert list(told) == ["RF001", "LS001", "LC004", "PG001"]
    ((tag, message, lines),) = told["RF001"]
    assert (tag, message, len(lines), lines[-1]) == ("failure", "1 error, 1 warning", 2, "1 not shown (--level error)")
    assert told["LS001"] == [("failure", "1 warning", ["1 not shown (--level error)"])]
    assert told["LC004"] == [("system-out", None, ["1 not shown (--level error)"])]
    assert told["PG001"] == []
