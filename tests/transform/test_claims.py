"""One document -> what it claims."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from statements import MAPPING, document

from kgbuild.errors import InputError
from kgbuild.model.graph import Claim, Description, Listing, OrganizationStatement, PageStatement, ProductPage, ResourceStatement, Source
from kgbuild.transform.claims import ClaimMaker, Reading, RecordFault
from kgbuild.transform.properties import Note

MAKER = ClaimMaker(MAPPING)


def read(tree: dict[str, Any], *, maker: ClaimMaker = MAKER, **fields: Any) -> Reading:
    return maker.claims("r/a.md", "a.md", document(tree, b"1 2 3", **fields))


def layout(name: str) -> dict[str, str]:
    return {"layout": f'"{name}"'}


def test_a_resource_record_claims_itself_and_its_listings() -> None:
    tree = {
        "layout": "resource_detail",
        "id": "a",
        "category": "DataSource",
        "name": "A",
        "use_instead": "b",
        "contacts": [{"id": "org"}],
        "products": [{"id": "a.x", "category": "GraphProduct", "original_source": ["c", {"source": "d", "relation_type": "used"}]}, None],
    }
    says = ResourceStatement(
        category="DataSource",
        description=Description(name="A", contact=("org",), extra=layout("resource_detail") | {"contacts": '[{"id":"org"}]'}),
        superseded_by=("b",),
        organizations=("org",),
    )
    sources = (Source("c", "original", "prov:hadPrimarySource"), Source("d", "original", "prov:used"))
    listing = Listing(category="GraphProduct", description=Description(), sources=sources)
    assert read(tree) == Reading("resource record", [Claim("kgr:a", "a", "a", says), Claim("kgr:a.x", "a.x", "a", listing)], [])


def test_copies_of_a_listing_are_one_object_also_from_other_records() -> None:
    product = {"id": "go.owl", "name": "GO", "odd": "x"}
    one, two = (read({"id": id, "products": [dict(product)]}) for id in ("goa", "hp"))
    assert one.claims[1].says is two.claims[1].says
    assert [claim.by for claim in (one.claims[1], two.claims[1])] == ["goa", "hp"]
    assert one.notes == two.notes == [Note("unknown product field", "odd")]


@pytest.mark.parametrize(
    ("value", "sources"),
    [
        ("c", [("c", "prov:wasInfluencedBy")]),
        (7, [("7", "prov:wasInfluencedBy")]),
        (["c", None, "", "d"], [("c", "prov:wasInfluencedBy"), ("d", "prov:wasInfluencedBy")]),
        ({"source": "c"}, [("c", "prov:wasInfluencedBy")]),
        ({"source": "c", "relation_type": "saw"}, [("c", "saw")]),
        ({"source": 3, "relation_type": "used"}, [("3", "prov:used")]),
        ([], []),
    ],
)
def test_sources_in_all_their_shapes(value: object, sources: list[tuple[str, str]]) -> None:
    listing = read({"id": "a", "products": [{"id": "a.x", "secondary_source": value}]}).claims[1].says
    assert isinstance(listing, Listing)
    assert listing.sources == tuple(Source(id, "secondary", relation) for id, relation in sources)


def test_what_a_source_says_beyond_id_and_relation_is_kept() -> None:
    source = {"source": "c", "relation_type": "prov:used", "note": "by mail"}
    listing = read({"id": "a", "products": [{"id": "a.x", "original_source": source}]}).claims[1].says
    assert isinstance(listing, Listing)
    assert listing.description.extra == {"original_source": '{"note":"by mail","relation_type":"prov:used","source":"c"}'}


def test_organizations_and_pages() -> None:
    tree = {"layout": "organization_detail", "id": "org", "category": "Organization", "label": "Org"}
    says = OrganizationStatement(category="Organization", description=Description(name="Org", extra=layout("organization_detail")))
    assert read(tree) == Reading("organization record", [Claim("kgrorg:org", "org", "org", says)], [])
    page = read({"title": "How to: é?"}, body="See https://a.org/x\r\n")
    digest = hashlib.sha256(b"See https://a.org/x\n").hexdigest()
    expected = PageStatement(title="How to: é?", sha256=digest, links={"a.org/x": 1})
    assert page == Reading("documentation page", [Claim("kgrdoc:how-to", "how-to", "how-to", expected)], [])
    assert read({"title": "How to: é?"}, body="See https://a.org/x\n") == page


def test_a_generated_page_says_what_it_copies_only_where_that_is_wanted() -> None:
    tree = {"layout": "product_detail", "id": "a.x", "name": "X"}
    assert read(tree) == Reading("product page", [Claim("kgr:a.x", "a.x", "a.md", ProductPage())], [])
    copies = read(tree, maker=ClaimMaker(MAPPING, copies=True))
    says = Listing(category=None, description=Description(name="X", extra=layout("product_detail")))
    assert copies.claims == [Claim("kgr:a.x", "a.x", "a.md", ProductPage(says=says))]


@pytest.mark.parametrize(
    ("tree", "kind", "skip"),
    [
        ({}, "other", "no front matter"),
        ({"layout": "eval_detail", "id": "a"}, "evaluation page", "evaluation page"),
        ({"layout": "blog"}, "other", "neither a record nor a documentation page of layout 'blog'"),
        ({"id": "a", "category": "Telescope"}, "other", "neither a record nor a documentation page"),
        ({"title": "T"}, "other", "neither a record nor a documentation page"),
    ],
)
def test_what_is_skipped_has_a_reason(tree: dict[str, Any], kind: str, skip: str) -> None:
    assert read(tree) == Reading(kind, [], [], skip)


def test_a_record_is_known_by_its_category_or_products_where_it_has_no_layout() -> None:
    assert [read(tree).kind for tree in ({"id": "a", "category": "Ontology"}, {"id": "a", "products": []})] == ["resource record"] * 2
    assert read({"id": "a", "products": []}, contained=True).kind == "contained record"
    assert read({"id": "a", "category": "Odd", "products": []}).notes == [Note("unknown resource category", "Odd")]


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        (
            {"layout": "resource_detail"},
            ["r/a.md:1:1: expected a resource record with an 'id', got one without; add `id:` and the id that other records use for it"],
        ),
        (
            {"id": " ", "products": []},
            ["r/a.md:1:2: id: expected the id of a resource record, as text, got blank text; write one id as text"],
        ),
        (
            {"id": "a", "products": ["x", {"id": "a.y"}, {"name": "z"}]},
            [
                (
                    "r/a.md:1:3: products[0]: expected a product, which is a mapping with an id, got the text 'x'; "
                    "write it as a mapping with an id"
                ),
                "r/a.md:1:3: products[2]: expected a product with an 'id', got one without; add `id:` and the id that other records use for it",
            ],
        ),
        (
            {"id": "a", "products": [{"id": "a.y", "original_source": [{"relation_type": "used"}]}]},
            [
                (
                    "r/a.md:1:5: products[0].original_source[0]: expected a source with 'source', the id of what it is made from, got one without; "
                    "add `source:` and an id"
                )
            ],
        ),
        (
            {"id": "a", "products": [], "use_instead": {"id": "b"}},
            ["r/a.md:1:2: use_instead: expected an id, or a list of ids, got a mapping; write ids only"],
        ),
    ],
)
def test_all_that_cannot_be_meant_is_said_with_its_place(tree: dict[str, Any], said: list[str]) -> None:
    with pytest.raises(InputError) as error:
        read(tree)
    assert [str(problem) for problem in error.value.problems] == said


def test_a_fault_of_a_record_holds_its_place() -> None:
    fault = RecordFault(("products", 0), "a product", "nothing", "write one")
    assert (fault.place, fault.expected, fault.got, fault.todo) == (("products", 0), "a product", "nothing", "write one")
