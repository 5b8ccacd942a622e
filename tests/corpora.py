"""Real records beside the checkout, which a clone does not have: what becomes of tests that need them, and how it is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from paths import CORPUS

#: The outcome of a test that needs real records where they are missing.
NOT_RUN = "not run"
_SHOWN = f"../{CORPUS.parent.name}/{CORPUS.name}"
_MISSING = "real records are missing: "


def needed(path: Path) -> Path:
    """A file or folder of real records. Without it the test is not run, or fails where KGBUILD_CORPORA=required is set, as in `.ci/run`."""
    if not path.exists():
        if os.environ.get("KGBUILD_CORPORA") == "required":
            pytest.fail(f"KGBUILD_CORPORA=required, and {path} is not there")
        pytest.skip(f"{_MISSING}{path} is not there")
    return path


def lacks_corpora(report: pytest.TestReport) -> bool:
    """Whether a test was skipped for want of real records."""
    return isinstance(report.longrepr, tuple) and _MISSING in report.longrepr[2]


def sentence(count: int) -> str:
    """What the end of a run says of so many tests that were not run.

    >>> print(sentence(2))
    2 tests not run: ../shared/corpus is not there; the laws were tested on a made-up registry, the figures of real ones were not
    """
    tests = "1 test" if count == 1 else f"{count} tests"
    return f"{tests} not run: {_SHOWN} is not there; the laws were tested on a made-up registry, the figures of real ones were not"
