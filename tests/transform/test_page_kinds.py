"""What a page is, and what it would be without an invisible character."""

from __future__ import annotations

from typing import Any

import pytest

from kgbuild.errors import Problem
from kgbuild.mapping.load import load_mapping
from kgbuild.model.document import Document
from kgbuild.transform.page_kinds import DAMAGED, disguised, kind_of, unseen_kind

MAPPING = load_mapping()
NBSP = "U+00A0 (no-break space)"


@pytest.mark.parametrize(
    ("tree", "kind"),
    [
        ({"layout": "resource_detail"}, "resource"),
        ({"layout": "product_detail"}, "product page"),
        ({"layout": ["resource_detail"]}, None),
        ({"id": "a", "category": "DataSource"}, "resource"),
        ({"id": "a", "category": "nonsense"}, None),
        ({"id": "a", "products": []}, "resource"),
        ({"title": "T"}, "documentation"),
        ({"title": ""}, None),
        ({"layout": "eval_detail"}, "evaluation"),
    ],
)
def test_kinds(tree: dict[str, Any], kind: str | None) -> None:
    assert kind_of(MAPPING, tree) == kind


def test_a_page_that_is_not_seen_must_be_something() -> None:
    assert unseen_kind(MAPPING, {"id": "a", "layout": "resource_detail"}, certain=False) == "resource"
    assert unseen_kind(MAPPING, {"layout": "eval_detail"}, certain=True) is None
    assert [unseen_kind(MAPPING, {"title": "T"}, certain=certain) for certain in (True, False)] == ["documentation", None]
    assert unseen_kind(MAPPING, {"title": "T", "layout": "default"}, certain=False) == "documentation"
    assert DAMAGED == "damaged front matter"


@pytest.mark.parametrize(
    ("tree", "problem"),
    [
        ({"id": "a", "layout": "resource_detail\u00a0"}, ("'resource_detail' as 'layout'", f"'resource_detail\\xa0' with {NBSP}")),
        ({"id": "a", "\u00a0category": "DataSource"}, ("the key 'category'", f"'\\xa0category' with {NBSP}")),
        ({"\u00a0id": "a", "category": "DataSource"}, ("the key 'id'", f"'\\xa0id' with {NBSP}")),
        ({"\u00a0id": "a", "category": "nonsense"}, None),
        ({"id": "a", "layout": "default\u00a0"}, None),
        ({"id": "a"}, None),
    ],
)
def test_an_invisible_character_that_hides_a_page(tree: dict[str, Any], problem: tuple[str, str] | None) -> None:
    found = disguised(MAPPING, Document(tree=tree, raw=b"", find=lambda raw, place: (3, 1)))
    assert found == (problem and Problem("", 3, 1, "", *problem, "remove the character"))
