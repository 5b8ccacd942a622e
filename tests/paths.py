"""Where the files are that tests read: the one place that knows how deep a test stands."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent
ROOT = TESTS.parent
MAPPINGS = ROOT / "mappings"
INPUT = ROOT / "input"
#: Real records, beside the checkout and no part of it.
CORPUS = ROOT.parent / "shared" / "corpus"
