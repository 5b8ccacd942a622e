"""Several statements about one thing -> one, whatever their order; and who said otherwise."""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from statements import claim, descriptions, laws, listings

from kgbuild.model.graph import Description, Difference, Listing, ResourceStatement, Source
from kgbuild.transform.reconcile import difference, reconcile

chance = st.randoms(use_true_random=False)


@laws
@given(st.lists(listings, min_size=1, max_size=6), chance)
def test_the_order_of_statements_does_not_matter(statements: list[Listing], chance: random.Random) -> None:
    made = reconcile(statements)
    if len(statements) > 1:
        assert reconcile(chance.sample(statements, len(statements))) == made


@laws
@given(descriptions, st.integers(2, 4))
def test_copies_of_a_statement_that_is_in_order_come_to_the_statement(description: Description, copies: int) -> None:
    says = ResourceStatement(category="DataSource", description=description)
    _, made = reconcile([says] * copies)
    assert made.synonym == tuple(sorted(set(description.synonym)))
    assert (made.name, made.file_size, made.extra) == (description.name, description.file_size, description.extra)


@laws
@given(st.lists(listings, min_size=2, max_size=6))
def test_a_scalar_is_the_most_frequent_value_and_a_list_holds_all(statements: list[Listing]) -> None:
    category, made = reconcile(statements)
    names = Counter(says.description.name for says in statements if says.description.name is not None)
    assert made.name == min((n for n in names if names[n] == max(names.values())), default=None)
    assert set(made.synonym) == {word for says in statements for word in says.description.synonym}
    assert category in {says.category for says in statements}


def listing(name: str | None, **fields: object) -> Listing:
    return Listing(category="Product", description=Description(name=name, **fields))  # type: ignore[arg-type]


def test_ties_go_to_the_smallest_text_and_a_majority_wins_over_it() -> None:
    assert reconcile([listing("b"), listing("a")])[1].name == "a"
    assert reconcile([listing("b"), listing("a"), listing("b"), listing(None)])[1].name == "b"


def test_json_lists_of_fields_without_a_property_are_united() -> None:
    extras = [{"tags": '["b","a"]', "odd": "1"}, {"tags": '["c"]', "odd": "2"}, {"odd": "2", "mixed": '["a"]'}, {"mixed": '"a"'}]
    assert reconcile([listing("a", extra=extra) for extra in extras])[1].extra == {"tags": '["a","b","c"]', "odd": "2", "mixed": '"a"'}


def test_one_statement_is_kept_as_it_is() -> None:
    description = Description(name="a", synonym=("b", "a", "b"))
    assert reconcile([Listing(category=None, description=description)]) == (None, description)


def test_who_says_something_else_about_which_properties() -> None:
    source = Source("go", "original", "prov:used")
    own = Listing(category="Product", description=Description(name="a", version="1"), sources=(source,))
    copies = [
        claim("x.y", own, "x"),
        claim("x.y", Listing(category="Product", description=Description(name="a", version="1"), sources=(source,)), "same"),
        claim("x.y", Listing(category=None, description=Description(name="a", version="2"), sources=(source,)), "older"),
        claim("x.y", Listing(category="Product", description=Description(name="a", version="1")), "unsourced"),
    ]
    found = difference("kgr:x.y", ("Product", own.description), copies[:1], copies)  # type: ignore[arg-type]
    assert found == Difference(subject="kgr:x.y", records=("older", "unsourced"), fields=("category", "sources", "version"))
    assert difference("kgr:x.y", ("Product", own.description), copies[:1], copies[:2]) is None  # type: ignore[arg-type]
    assert difference("kgr:x.y", ("Product", own.description), copies[:1], copies[:1]) is None  # type: ignore[arg-type]
