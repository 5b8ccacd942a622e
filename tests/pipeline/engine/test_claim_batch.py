"""Batches of claims as bytes: what is put in comes out, and ranges of ids cover all of it once."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from statements import claim, claims, laws

from kgbuild.model.graph import Claim, Description, Listing, OrganizationStatement, PageStatement, ProductPage, ResourceStatement, Statement
from kgbuild.pipeline.engine.claim_batch import ClaimBatch, ClaimBatchMaker, EncodedClaim, ranges, run_index
from kgbuild.transform.claims import Reading
from kgbuild.transform.merge import RunIndex
from kgbuild.transform.properties import Note

batches = st.lists(st.lists(claims, max_size=6), max_size=4)


def batch(claims: list[Claim[Statement]]) -> ClaimBatch:
    return ClaimBatchMaker().batch_of([("a.md", Reading("resource record", claims, []))], "")


def in_order(claims: list[Claim[Statement]]) -> list[Claim[Statement]]:
    return sorted(claims, key=lambda claim: claim.about)


@laws
@given(st.lists(claims, max_size=8))
def test_claims_go_through_bytes_sorted_by_what_they_are_about(claims: list[Claim[Statement]]) -> None:
    made = msgspec.msgpack.decode(msgspec.msgpack.encode(batch(claims)), type=ClaimBatch)
    assert made == batch(claims)
    assert list(made.claims("", None, {})) == in_order(claims)
    assert [made.claim(n, {}) for n in range(len(claims))] == in_order(claims)


@laws
@given(batches, st.integers(1, 5))
def test_ranges_cover_every_claim_once(parts: list[list[Claim[Statement]]], size: int) -> None:
    made = [batch(claims) for claims in parts]
    spans = ranges(made, size)
    found = [list(part.claims(first, end, {})) for part in made for first, end in spans]
    assert [claim for claims in found for claim in claims] == [claim for claims in parts for claim in in_order(claims)]
    firsts = [first for first, _ in spans]
    assert firsts == sorted(set(firsts))
    assert [end for _, end in spans] == [*firsts[1:], *([None] if firsts else [])]


@laws
@given(batches, st.integers(1, 5))
def test_all_claims_about_an_id_are_in_one_range(parts: list[list[Claim[Statement]]], size: int) -> None:
    made = [batch(claims) for claims in parts]
    keys = [{claim.about for part in made for claim in part.claims(first, end, {})} for first, end in ranges(made, size)]
    assert sum(map(len, keys)) == len(set[str]().union(*keys))


def test_copies_of_a_listing_share_their_bytes_and_come_back_as_one_object() -> None:
    listing = Listing(category=None, description=Description(name="a"))
    claims = [claim("go.x", listing, by) for by in ("go", "goa", "hp")] + [
        claim("hp.x", Listing(category=None, description=Description()), "hp")
    ]
    made, decoded = batch(claims), dict[bytes, EncodedClaim]()
    assert (len(made.statements), made.said, made.by) == (2, (0, 0, 0, 1), ("go", "goa", "hp", "hp"))
    assert len({id(found.says) for found in made.claims("kgr:go", "kgr:h", decoded)}) == 1
    assert list(decoded.values()) == [EncodedClaim("kgr:go.x", "go.x", listing)]


def test_what_a_batch_counts_beside_its_claims() -> None:
    record, entry = (ResourceStatement(category=None, description=Description(name=name)) for name in ("GO", "HP"))
    page = Claim("kgrdoc:faq", "faq", "faq", PageStatement(title="FAQ", sha256="00", links={}))
    organization = claim("org", OrganizationStatement(category=None, description=Description()))
    readings = [
        (
            "a.md",
            Reading(
                "resource record", [claim("go", record), claim("go.x", ProductPage(), "a.md")], [Note("unknown resource field", "odd")]
            ),
        ),
        ("kgs.yml", Reading("contained record", [claim("hp", entry, contained=True)], [Note("unknown resource field", "odd")])),
        ("faq.md", Reading("documentation page", [page], [])),
        ("org.md", Reading("organization record", [organization], [])),
        ("blog.md", Reading("other", [], [], "no front matter")),
    ]
    made = ClaimBatchMaker().batch_of(readings, "member.md")
    assert made == ClaimBatch(
        keys=("kgr:go", "kgr:go.x", "kgr:hp", "kgrorg:org"),
        by=("go", "a.md", "hp", "org"),
        said=(0, 1, 2, 3),
        statements=made.statements,
        contained=(2,),
        pages=(page,),  # type: ignore[arg-type]
        resources=("go",),
        contained_resources=("hp",),
        organizations=("org",),
        kinds={"resource record": 1, "contained record": 1, "documentation page": 1, "organization record": 1, "other": 1},
        skipped=(("blog.md", "no front matter"),),
        notes=(("unknown resource field", "odd", 2),),
        member="member.md",
    )


def test_the_index_of_a_run_is_gathered_from_all_batches() -> None:
    page = PageStatement(title="FAQ", sha256="00", links={})
    parts = [
        ClaimBatch(resources=("go",), contained_resources=("go", "hp")),
        ClaimBatch(organizations=("org",), pages=(Claim("kgrdoc:faq", "faq", "faq", page),)),
    ]
    assert run_index(parts, {"old": "go"}) == RunIndex(
        resources=frozenset(("go", "hp")),
        organizations=frozenset(("org",)),
        pages=frozenset(("go",)),
        aliases={"old": "go"},
        addressed=True,
    )
    assert run_index([], {}) == RunIndex(resources=frozenset(), addressed=False)
    assert ranges([], 5) == []
