from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from kgbuild.checks.reports import Report, text

Golden = Callable[[str, str], None]


def test_a_small_report(small: Report, golden: Golden) -> None:
    golden("small.txt", text.render(small))


def test_five_of_each_rule_the_gravest_first_and_the_rest_counted(many: Report, golden: Golden) -> None:
    golden("many.txt", text.render(many))


def test_statistics(many: Report, small: Report, golden: Golden) -> None:
    both = [*many.findings, *small.findings]
    golden("statistics.txt", text.render(replace(many, findings=both, statistics=True)))


def test_nothing_found(empty: Report) -> None:
    assert text.render(empty) == "nothing found in 0 files\n"
    assert text.render(replace(empty, files=1, known=2, statistics=True)) == "nothing found in 1 file; 2 known findings not shown\n"


def test_colour_is_for_place_and_level_only(many: Report) -> None:
    first, *_, last = text.render(replace(many, findings=many.findings[:1], color=True)).splitlines()
    assert first == "\x1b[1m1.md:1:1:\x1b[0m \x1b[1;31mRF001 error:\x1b[0m message 1"
    assert last == "1 finding (1 error) in 1,234 files; 2 known findings not shown"


def test_statistics_in_colour(many: Report) -> None:
    first, *_ = text.render(replace(many, findings=many.findings[-2:], color=True, statistics=True)).splitlines()
    assert first == "2 \x1b[1;36mLC004 info\x1b[0m  Upstream whose license is unknown"


def test_what_a_record_says_neither_steers_a_terminal_nor_makes_lines(small: Report) -> None:
    told = text.render(small)
    assert all(character.isprintable() or character == "\n" for character in told)
    assert len(told.splitlines()) == 11


def test_the_summary_names_what_erred_and_what_can_be_fixed(small: Report) -> None:
    """Also of findings that options hide: they count for the exit status."""
    first = replace(small.findings[0], suggestion="goa", message="m")
    report = replace(small, findings=[first], remedies={first.fingerprint: ""}, known=0, fixed=0)
    assert text.render(report).splitlines() == [
        "/r/a.tar.gz!/a.md:12:5: RF001 error: [*] m",
        "    try: goa",
        "",
        "errors: RF001 (1)",
        "[*] 1 finding can be repaired with --fix",
        "1 finding (1 error) in 3 files",
    ]
    hidden = replace(report, findings=small.findings[2:3], hidden=[first], filters=("--subject a",))
    assert text.render(hidden).splitlines()[1:] == [
        "",
        "errors, with those not shown: RF001 (1)",
        "[*] 1 finding can be repaired with --fix",
        "2 findings (1 error, 1 warning) in 3 files; 1 of them not shown (--subject a)",
    ]


def test_a_suggestion_that_is_not_applied_says_why(small: Report) -> None:
    first = replace(small.findings[0], suggestion="goa", message="m")
    report = replace(small, findings=[first], remedies={first.fingerprint: "it is likely, but not certain"}, part=2)
    assert text.render(report).splitlines() == [
        "/r/a.tar.gz!/a.md:12:5: RF001 error: m",
        "    try: goa (not applied by --fix: it is likely, but not certain)",
        "",
        "errors: RF001 (1)",
        "1 finding (1 error) in 2 of 3 files; 2 fixed; 1 known finding not shown",
    ]
