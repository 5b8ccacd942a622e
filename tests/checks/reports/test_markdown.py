"""Against a parser of Markdown: what a record says is shown as it stands, and makes neither markup nor links."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from markdown_it import MarkdownIt
from msgspec.structs import replace

from kgbuild.checks.reports import Report, markdown
from kgbuild.errors import visible

Golden = Callable[[str, str], None]
#: What makes the tables' own structure; everything else in a cell must be text.
OURS = {"<code>", "</code>", "<br>", "<!-- -->"}


def cells(text: str) -> list[str]:
    """The text of every cell of the tables, as a reader sees it. Fails on markup that is not ours."""
    found = []
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    for before, token in pairwise(tokens):
        if before.type in ("td_open", "th_open"):
            children = token.children or []
            assert {child.type for child in children} <= {"text", "text_special", "html_inline"}
            assert {child.content for child in children if child.type == "html_inline"} <= OURS
            found.append("".join(child.content for child in children if child.type != "html_inline"))
    return found


def test_a_small_report(small: Report, golden: Golden) -> None:
    golden("small.md", markdown.render(small))


def test_five_of_each_rule_the_gravest_first_and_the_rest_counted(many: Report, golden: Golden) -> None:
    golden("many.md", markdown.render(many))


def test_statistics(many: Report, small: Report, golden: Golden) -> None:
    both = [*many.findings, *small.findings]
    golden("statistics.md", markdown.render(replace(many, findings=both, statistics=True)))


def test_nothing_found(empty: Report) -> None:
    assert markdown.render(empty) == "### kgbuild check: nothing found in 0 files\n"
    assert markdown.render(replace(empty, statistics=True)) == "### kgbuild check: nothing found in 0 files\n"


def test_a_reader_sees_what_was_meant(small: Report, hostile: str) -> None:
    told = visible(hostile)
    head = ["level", "place", "finding"]
    odd = "input/\N{GREEK SMALL LETTER ALPHA} 1%:|,`2`/a.md"
    assert cells(markdown.render(small)) == [
        *(*head, "error", "/r/a.tar.gz!/a.md:12:5", f"{told}try: {told}"),
        *(*head, "warning", "b\\xff.md", "it stands in a file whose name is no text"),
        *(*head, "warning", f"{odd}:7", "disagrees"),
        *(*head, "info", "", told),
    ]


def test_what_can_be_fixed_is_marked_and_what_cannot_says_why(small: Report) -> None:
    first = replace(small.findings[0], suggestion="goa", message="m")
    fixable = replace(small, findings=[first], remedies={first.fingerprint: ""})
    row = "| error | <code>/r/a.tar.gz!/a.md:12:5</code> | {}m<br>try: <code>goa</code>{} |"
    lines = markdown.render(fixable).splitlines()
    assert lines[2:5] == ["errors: RF001 (1)", "", "&#91;&#42;&#93; 1 finding can be repaired with --fix"]
    assert lines[-1] == row.format("&#91;&#42;&#93; ", "")
    refused = replace(fixable, remedies={first.fingerprint: "no | reason"})
    assert markdown.render(refused).splitlines()[-1] == row.format("", " (not applied by --fix: no &#124; reason)")


def test_a_title_keeps_its_code_and_its_cell(small: Report) -> None:
    dangling = replace(small, findings=small.findings[:1], statistics=True)
    html = MarkdownIt("commonmark").enable("table").render(markdown.render(dangling))
    assert "<td>A source id | that nothing <code>describes|names</code>, &lt;b&gt;nowhere&lt;/b&gt;</td>" in html
    html = MarkdownIt("commonmark").enable("table").render(markdown.render(replace(dangling, statistics=False)))
    assert "<h4>RF001 error: A source id | that nothing <code>describes|names</code>, &lt;b&gt;nowhere&lt;/b&gt;</h4>" in html


def test_a_report_that_a_comment_cannot_hold_shows_fewer_findings(many: Report) -> None:
    long = [replace(finding, message="m" * 7_000) for finding in many.findings]
    text = markdown.render(replace(many, findings=long))
    assert len(text) < 65_536
    assert "1,197 more findings; --format json shows all" in text
    longest = [replace(finding, message="m" * 70_000) for finding in many.findings]
    told = markdown.render(replace(many, findings=longest))
    assert [line for line in told.splitlines() if "more finding" in line] == [
        f"{count} more findings; --format json shows all" for count in ("2", "6", "1,200")
    ]
