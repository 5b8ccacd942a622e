"""Reports to render, whose findings say what breaks each form; rules that stay as they are here, whatever the real ones come to say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from kgbuild import checks
from kgbuild.checks.reports import Report
from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.view import View
from kgbuild.model.finding import Finding, Related, Severity, fingerprint

EXPECTED = Path(__file__).parent / "expected"
#: Quotes, pipes, line breaks, ends of CDATA, emoji, control characters, percent signs, markup, links, mentions, a text turned around.
HOSTILE = (
    'it\'s "a|b"\r\n]]> \N{DNA DOUBLE HELIX} \x00\x1b[31m 100% <b>&amp;</b> `c` *d* _e_ [f](https://g.org) @h #1 \\i \u202ej ::error::k $l$'
)


def cycle(view: View) -> Iterator[Violation]:
    """A cycle among products."""
    yield from ()


def dangling(view: View) -> Iterator[Violation]:
    """A source id | that nothing `describes|names`, <b>nowhere</b>. It is a stub.

    Why: nobody can say what the product was made from;
    the graph has a stub there.
    Example: `source: goaa`, where the record is called `goa`.
    Fix: correct the id.
    """
    yield from ()


def differing(view: View) -> Iterator[Violation]:
    """Listings of one product that disagree.

    Why: one of them is wrong.
    Example: two licenses.
    Fix: make them equal.
    """
    yield from ()


def unknown(view: View) -> Iterator[Violation]:
    """Upstream whose license is unknown.

    Why: unknown is unknown.
    Example: `license: Varies`.
    Fix: ask.
    """
    yield from ()


RULES = [
    Rule("PG001", "error", cycle),
    Rule("RF001", "error", dangling, partial=True),
    Rule("LS001", "warning", differing),
    Rule("LC004", "info", unknown),
]


@pytest.fixture(autouse=True)
def rules(monkeypatch: pytest.MonkeyPatch) -> None:
    def of(families: Iterable[str] = checks.FAMILIES) -> list[Rule]:
        return [rule for family in families for rule in RULES if rule.code.startswith(family)]

    monkeypatch.setattr(checks, "load_rules", of)


def finding(code: str, severity: Severity, message: str, path: str, line: int = 0, column: int = 0, **more: object) -> Finding:
    subject = f"kgr:{path or 'a'}"
    return Finding(
        code=code, severity=severity, message=message, subject=subject, path=path, line=line, column=column,
        fingerprint=fingerprint(code, "kgr:a", "", ""), **more,
    )  # fmt: skip


@pytest.fixture
def hostile() -> str:
    return HOSTILE


@pytest.fixture
def empty() -> Report:
    return Report(inputs=("input",), files=0, findings=[])


@pytest.fixture
def small() -> Report:
    """A finding of each level, in the order of an audit."""
    related = (Related(path="b/b.md", line=9, column=3, record="b"), Related(path="/c/c d.md"))
    findings = [
        finding("RF001", "error", HOSTILE, "/r/a.tar.gz!/a.md", 12, 5, object="kgr:x", field="original", suggestion=HOSTILE),
        finding("RF001", "warning", "it stands in a file whose name is no text", "b\udcff.md"),
        finding(
            "LS001", "warning", "disagrees", "input/\N{GREEK SMALL LETTER ALPHA} 1%:|,`2`/a.md", 7, 0, records=("a", "b"), related=related
        ),
        finding("LC004", "info", HOSTILE, ""),
    ]
    return Report(inputs=("input", "/r/a.tar.gz"), files=3, findings=findings, known=1, fixed=2)


@pytest.fixture
def many() -> Report:
    """More findings of a rule than people want to see, of several levels."""
    levels: list[Severity] = ["error"] * 2 + ["warning"] * 6
    dangling = [finding("RF001", level, f"message {number}", f"{number}.md", number, 1) for number, level in enumerate(levels, 1)]
    unknown = [finding("LC004", "info", f"message {number}", "a.md", number, 1) for number in range(1, 1_201)]
    return Report(inputs=("input",), files=1_234, findings=[*dangling, *unknown], known=2)


@pytest.fixture
def golden(regenerate: bool) -> Callable[[str, str], None]:
    """Compare a text with a file of expected/, or write it there."""

    def compare(name: str, text: str) -> None:
        path = EXPECTED / name
        if regenerate:
            path.write_bytes(text.encode())
        assert text == path.read_bytes().decode()

    return compare
