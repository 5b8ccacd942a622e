"""What is a slip of the keyboard between two ids, and what is another word."""

from __future__ import annotations

import pytest

from kgbuild.checks.support.nearest import Nearest
from kgbuild.checks.view import AuditLimits, View
from kgbuild.mapping.load import load_mapping
from kgbuild.model.graph import Description
from kgbuild.transform.factory import GraphFactory

MAPPING = load_mapping()
MAKER = GraphFactory(MAPPING)


@pytest.mark.parametrize(
    ("described", "written", "meant"),
    [
        ("reactome", "reactom", ["reactome"]),  # lost
        ("reactome", "reacttome", ["reactome"]),  # doubled
        ("reactome", "raectome", ["reactome"]),  # swapped
        ("reactome", "reactime", ["reactome"]),  # changed
        ("pcoowl", "poocwl", []),  # letters swapped that are no neighbours
        ("abcdef", "abdgef", []),  # one letter lost and another put in
        ("mondo", "mundo", []),  # too short for a changed letter
        ("hp2024", "hp2025", []),  # another number
    ],
)
def test_slips(described: str, written: str, meant: list[str]) -> None:
    node = MAKER.node("resource", described, "DataSource", Description(), (described,))
    assert Nearest(View(MAPPING, AuditLimits(), [node], [])).of(written) == meant
