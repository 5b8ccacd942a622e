"""Links of a page, and whose they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statements import laws

from kgbuild.transform.links import MAX_SHARING, Addresses, links, normalise

hosts = st.sampled_from(["a.org", "b.org"])
paths = st.lists(st.sampled_from(["x", "y", "x.html"]), max_size=3).map("/".join)
schemes = st.sampled_from(["http://", "https://www.", "HTTPS://", "ftp://"])
tails = st.sampled_from(["", "/", "/index.html", "/home", "?q=1", "#top", "/index.htm?q#top"])


@laws
@given(schemes, hosts, paths, tails)
def test_the_spellings_of_an_address_are_one(scheme: str, host: str, path: str, tail: str) -> None:
    assert normalise(f"{scheme}{host}/{path}{tail}") == f"{host}/{path}".rstrip("/")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://www.A.org/Path/index.html", "a.org/Path"),
        (" http://a.org ", "a.org"),
        ("http://a.org/home/home", "a.org"),
        ("http://a.org/homepage", "a.org/homepage"),
        ("faq.html", None),
        ("mailto:a@a.org", None),
        ("", None),
    ],
)
def test_normalise(url: str, address: str | None) -> None:
    assert normalise(url) == address


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("[a](https://a.org/x)", {"a.org/x": 1}),
        ("[a](<https://a.org/x> 'title')", {"a.org/x": 1}),
        ("[a](https://a.org/x_(y))", {"a.org/x_(y)": 1}),
        ("![image](https://a.org/x.png)", {}),
        ("<img src='https://a.org/x.png'>", {}),
        ("<a href='https://a.org'>https://a.org</a>", {"a.org": 1}),
        ("<a href='https://a.org'>a</a> and https://b.org.", {"a.org": 1, "b.org": 1}),
        ("(see https://a.org/x_(y)).", {"a.org/x_(y)": 1}),
        ("https://b.org https://a.org, https://b.org!", {"a.org": 1, "b.org": 2}),
        ("[a](faq.html) and a.org", {}),
    ],
)
def test_links(body: str, found: dict[str, int]) -> None:
    assert links(body) == found
    assert list(links(body)) == sorted(found)


@laws
@given(st.lists(st.tuples(st.builds("http://{}/{}".format, hosts, paths), st.sampled_from("pqr")), max_size=8), hosts, paths)
def test_a_link_belongs_to_the_longest_address_before_it(pairs: list[tuple[str, str]], host: str, path: str) -> None:
    table: dict[str, set[str]] = {}
    for url, resource in pairs:
        table.setdefault(normalise(url) or "", set()).add(resource)
    link = f"{host}/{path}".rstrip("/")
    before = [a for a, r in table.items() if (link == a or link.startswith(f"{a}/")) and ("/" in a or len(r) <= MAX_SHARING)]
    assert Addresses(pairs).owners(link) == (sorted(table[max(before, key=len)]) if before else [])


def test_a_host_that_many_share_is_nobodys() -> None:
    addresses = Addresses(
        [("http://a.org", name) for name in "pqr"] + [("http://a.org/p", "p"), ("http://b.org", "q"), ("no address", "s")]
    )
    assert [addresses.owners(link) for link in ("a.org", "a.org/p/x", "a.org/px", "b.org/z", "c.org", "")] == [[], ["p"], [], ["q"], [], []]
