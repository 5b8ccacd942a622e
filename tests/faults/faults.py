"""Faults: each puts one fault into real records and says where the audit must find it.

A fault is a function of the corpus and of what to put it into: ids, or listings of products. It gives None where that cannot have the fault.
What it is put into is chosen so that the fault has as few consequences as can be: a product that nobody cites and that only its owner lists
has no copies that would then differ, and nothing downstream. The page that is generated for the product does differ then (LS004).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import yaml
from faults.pages import Corpus, Page, owner, sources

from kgbuild.mapping.load import load_mapping


@dataclass
class Injected:
    """A fault that was put in: the page and the line at which it must be found, and all files that it has to do with."""

    path: Path
    line: int
    files: set[Path] = field(default_factory=set)


Candidates = Callable[[Corpus, Random], Iterable[tuple[Any, ...]]]


@dataclass(frozen=True)
class Kind:
    """A kind of fault: the rule that must find it, what puts it in and into what, and the codes of what else it causes.

    What else it causes must stand in the folders of the files that the fault changes. ``severity`` is that of the rule, unless it is said.
    ``most`` is how many of the kind there are.
    """

    code: str
    inject: Callable[..., Injected | None]
    candidates: Candidates
    also: tuple[str, ...] = ()
    severity: str | None = None
    most: int = 50


#: The categories of products that are not data, by the mapping of the registry.
NOT_DATA = load_mapping().categories.product.not_data

# What faults are put into: everything that there is of a sort, shuffled.


def _shuffled(items: Iterable[tuple[Any, ...]], random: Random) -> list[tuple[Any, ...]]:
    found = sorted(items)
    random.shuffle(found)
    return found


def records(corpus: Corpus, random: Random) -> Iterable[tuple[Any, ...]]:
    """(record) that no product of another cites."""
    return _shuffled(((id,) for id in corpus.trees.keys() - corpus.cited), random)


def cited(corpus: Corpus, random: Random) -> Iterable[tuple[Any, ...]]:
    """(record) that products of others cite by its own id, and that asks nothing of them: so they are in no conflict with it."""
    return _shuffled(((id,) for id in corpus.trees.keys() & corpus.named if _asks_nothing(corpus.trees[id])), random)


def makers(corpus: Corpus, random: Random) -> Iterable[tuple[Any, ...]]:
    """(record) that makes something of the data of others, and that no product of another cites."""
    return [item for item in records(corpus, random) if corpus.trees[item[0]]["category"] in ("Aggregator", "KnowledgeGraph")]


def leaves(corpus: Corpus, random: Random) -> Iterable[tuple[Any, ...]]:
    """(product, record, number) of a product that only its owner lists, that cites only its owner, and that nobody cites."""
    alone = [listed[0] for listed in corpus.listings.values() if len(listed) == 1]
    found = [listed for listed in alone if listed.record == owner(listed.product) and listed.record not in corpus.cited]
    return _shuffled((listed for listed in found if set(sources(corpus.tree(listed))) == {listed.record}), random)


def kept_up(corpus: Corpus, random: Random) -> Iterable[tuple[Any, ...]]:
    """The same of resources that are active."""
    return [item for item in leaves(corpus, random) if corpus.trees[item[1]].get("activity_status") == "active"]


def origins(corpus: Corpus, random: Random, licenses: Sequence[str] = ()) -> Iterable[tuple[Any, ...]]:
    """The same of resources in which data begin, that are kept up, and that anybody may use: so it does no harm to cite them.

    ``licenses`` are addresses of the licenses that they may have.
    """
    return [item for item in leaves(corpus, random) if _is_origin(corpus.trees[item[1]]) and _is_free(corpus.trees[item[1]], *licenses)]


def data(corpus: Corpus, random: Random, licenses: Sequence[str] = ()) -> Iterable[tuple[Any, ...]]:
    """The same, but only products that are data, since paths go through these, and of resources that cite nobody."""
    return [
        item
        for item in origins(corpus, random, licenses)
        if corpus.trees[item[1]]["products"][item[2]].get("category") not in NOT_DATA and _cites_itself(corpus.trees[item[1]])
    ]


def _cites_itself(tree: dict[str, Any]) -> bool:
    return all(set(sources(listing)) <= {tree["id"]} for listing in tree["products"] if owner(listing["id"]) == tree["id"])


def free(corpus: Corpus, random: Random) -> Iterable[tuple[Any, ...]]:
    """The same of resources with a license that asks for nothing but to be named."""
    return [item for item in leaves(corpus, random) if _is_free(corpus.trees[item[1]])]


def copied(corpus: Corpus, random: Random) -> Iterable[tuple[Any, ...]]:
    """(product, record of another, number there) of a product that its owner lists too."""
    found = (listed for id, listings in corpus.listings.items() if corpus.own(id) for listed in listings if listed.record != owner(id))
    return _shuffled(found, random)


def pages(corpus: Corpus, random: Random) -> Iterable[tuple[Any, ...]]:
    """(product) with a page that is generated of the listing of its owner."""
    return _shuffled(((id,) for id in corpus.pages if corpus.own(id)), random)


def having(name: str) -> Candidates:
    """(record) that has a field."""
    return lambda corpus, random: _shuffled(((id,) for id, tree in corpus.trees.items() if tree.get(name)), random)


def alone(corpus: Corpus, random: Random) -> Iterable[tuple[Any, ...]]:
    """(record) of a DataSource, all of whose products are its own and cite only it."""

    def cites_itself(id: str, tree: dict[str, Any]) -> bool:
        products = tree.get("products") or ()
        return bool(products) and all(owner(listing["id"]) == id and set(map(owner, sources(listing))) == {id} for listing in products)

    return [
        item
        for item in records(corpus, random)
        if corpus.trees[item[0]]["category"] == "DataSource" and cites_itself(item[0], corpus.trees[item[0]])
    ]


def _is_origin(tree: dict[str, Any]) -> bool:
    return tree["category"] in ("DataSource", "Ontology") and tree.get("activity_status") == "active"


def _asks_nothing(tree: dict[str, Any]) -> bool:
    """Whether a record has a license that can be in conflict with no other one: it asks for a notice at most."""
    license = tree.get("license")
    known = ("publicdomain/zero/", "opensource.org/license/mit", "opensource.org/licenses/MIT", "public-domain/pdm", "licenses/LICENSE-2.0")
    named = r"CC0.*|MIT( License)?|Public domain|Apache.*"
    return (
        isinstance(license, dict)
        and any(part in license["id"] for part in known)
        and re.fullmatch(named, license["label"], re.IGNORECASE) is not None
        and "mixed" not in license["label"]
    )


def _is_free(tree: dict[str, Any], *addresses: str) -> bool:
    """Whether a record has one of two licenses, or the one with an address."""
    license = tree.get("license")
    known = isinstance(license, dict) and any(part in license["id"] for part in addresses or ("licenses/by/", "publicdomain/zero/"))
    return known and re.fullmatch(r"CC( BY|0)[ 0-9.]*", license["label"]) is not None


def pairs(of: Candidates) -> Candidates:
    """Two of a sort that belong to two owners, the smaller id before the larger."""

    def paired(corpus: Corpus, random: Random) -> Iterable[tuple[Any, ...]]:
        by_owner = {owner(item[0]): item for item in of(corpus, random)}
        items = list(by_owner.values())
        for pair in pairwise(items):  # of three in a row, the one in the middle goes with the last if it cannot go with the first
            first, second = sorted(pair)
            yield (*first, *second)

    return paired


def alike(of: Callable[..., Iterable[tuple[Any, ...]]]) -> Candidates:
    """Pairs of a sort under one license, so that neither asks for anything that the other one does not ask for."""

    def paired(corpus: Corpus, random: Random) -> Iterable[tuple[Any, ...]]:
        return [
            pair for license in ("licenses/by/", "publicdomain/zero/") for pair in pairs(partial(of, licenses=(license,)))(corpus, random)
        ]

    return paired


# What faults are made of


def _place(page: Page, n: int) -> tuple[str | int, ...] | None:
    """The original sources of listing number n, where they have lines of their own."""
    place = ("products", n, "original_source")
    return place if page.is_block(*place) and page.node(*place, 0).id == "mapping" else None


def _cite(page: Page, n: int, source: str, relation: str = "prov:wasDerivedFrom") -> int | None:
    """Name one more source of listing number n, before all others; gives its line."""
    place = _place(page, n)
    if place is None:
        return None
    indent = page.indent(*place)
    return page.insert(page.line(*place, 0), f"{indent}- source: {source}\n{indent}  relation_type: {relation}\n")


def _list(page: Page, id: str, *cites: str, more: tuple[str, ...] = ()) -> int | None:
    """List one more product, before all others; gives its line. The id stands on the first one."""
    if not page.is_block("products"):
        return None
    indent = page.indent("products")
    lines = [
        f"- id: {id}",
        "  category: Product",
        "  name: A table",
        "  description: A table.",
        "  format: tsv",
        f"  product_url: https://example.org/{id}",
    ]
    lines += [f"  {line}" for line in (*more, "original_source:")]
    lines += [line for source in cites for line in (f"  - source: {source}", "    relation_type: prov:hadPrimarySource")]
    return page.insert(page.line("products", 0), "".join(f"{indent}{line}\n" for line in lines))


def _license(name: str) -> tuple[str, ...]:
    if name == "0":
        return "license:", "  id: https://creativecommons.org/publicdomain/zero/1.0/", "  label: CC0 1.0"
    if name == "MIT":
        return "license:", "  id: https://opensource.org/licenses/MIT", "  label: MIT"
    if name not in ("BY", "BY-NC"):
        return "license:", "  id: https://example.org/terms", f"  label: {name}"
    return "license:", f"  id: https://creativecommons.org/licenses/{name.lower()}/4.0/", f"  label: CC {name} 4.0"


def _make(
    corpus: Corpus, id: str, category: str = "DataSource", cites: str = "", license: str = "MIT", status: str = "active", more: str = ""
) -> Page:
    """A record of a made-up resource with one product, sound in all but what the fault needs. Its license is in conflict with no other one."""
    lines = [f"id: {id}", "layout: resource_detail", f"category: {category}", f"name: Made up resource {id}", "description: It is made up."]
    lines += [f"homepage_url: https://{id}.example.org/", *_license(license), "domains:", "- general", f"activity_status: {status}"]
    lines += [more] if more else []
    if cites:
        lines += [
            "products:",
            f"- id: {id}.tsv",
            "  category: Product",
            f"  name: Table of {id}",
            "  description: A table.",
            "  format: tsv",
        ]
        lines += [f"  product_url: https://{id}.example.org/table.tsv", "  original_source:", f"  - source: {cites}"]
        lines += ["    relation_type: prov:wasDerivedFrom"]
    return corpus.make(corpus.folder / "resource" / id / f"{id}.md", "".join(f"{line}\n" for line in ("---", *lines, "---")))


def _at(page: Page, line: int | None) -> Injected | None:
    return Injected(page.path, line) if line is not None else None


def _written(text: str, *place: str | int) -> Callable[..., Injected | None]:
    """Puts another value in the place of what a record says."""

    def inject(corpus: Corpus, record: str) -> Injected | None:
        page = corpus.page(record)
        if not page.value(*place) or page.node(*place).style in ("|", ">"):  # a block ends where the next key begins
            return None
        page.replace(text.format(record), *place)
        return Injected(page.path, page.line(*place))

    return inject


def _left_out(name: str) -> Callable[..., Injected | None]:
    """Removes a field of a record, which is then told at the first line of the record."""

    def inject(corpus: Corpus, record: str) -> Injected | None:
        page = corpus.page(record)
        if not page.has(name) or page.is_first(name):
            return None
        page.remove(name)
        return Injected(page.path, 2)

    return inject


def _written_in_listing(text: str, *place: str | int) -> Callable[..., Injected | None]:
    """Puts another value in the place of what a listing says."""

    def inject(corpus: Corpus, product: str, record: str, n: int) -> Injected | None:
        page = corpus.page(record)
        if not page.value("products", n, *place):
            return None
        page.replace(text.format(product), "products", n, *place)
        return Injected(page.path, page.line("products", n, *place))

    return inject


def _inserted(page: Page, *lines: str) -> Injected:
    """Put lines before the name of a record; the first of them is the fault."""
    return Injected(page.path, page.insert(page.line("name"), "".join(f"{line}\n" for line in lines)))


def _cite_each_other(page: Page, n: int, source: str, other: Page, m: int, back: str) -> Injected | None:
    """Puts a source into a listing of one page, and into a listing of another page one that leads back; the first is the fault."""
    if _place(page, n) is None or _cite(other, m, back) is None:
        return None
    return _at(page, _cite(page, n, source))


# PG


def cycle(corpus: Corpus, first: str, record: str, n: int, second: str, other: str, m: int) -> Injected | None:
    """Two products of different owners are made from each other."""
    return _cite_each_other(corpus.page(record), n, second, corpus.page(other), m, first)


def made_from_itself(corpus: Corpus, product: str, record: str, n: int) -> Injected | None:
    page = corpus.page(record)
    return _at(page, _cite(page, n, product))


def each_other(corpus: Corpus, _: str, record: str, n: int, __: str, other: str, m: int) -> Injected | None:
    """Products of two resources are each made from the other resource."""
    return _cite_each_other(corpus.page(record), n, other, corpus.page(other), m, record)


def deep_upstream(corpus: Corpus, _: str, record: str, n: int) -> Injected | None:
    """A product is made from the first of seven resources, the products of each of which are made from the next."""
    page = corpus.page(record)
    names = [f"link-{number}-of-{record}" for number in range(7)]
    line = _cite(page, n, names[0])
    for name, source in zip(names, [*names[1:], names[-1]], strict=True) if line else ():
        _make(corpus, name, cites=source)
    return _at(page, line)


def no_origin(corpus: Corpus, _: str, record: str, n: int) -> Injected | None:
    """A product is made from an Aggregator that names no source but itself."""
    page, name = corpus.page(record), f"well-of-{record}"
    line = _cite(page, n, name)
    if line is not None:
        _make(corpus, name, "Aggregator", cites=name)
    return _at(page, line)


# RF


def dangling_source(corpus: Corpus, product: str, record: str, n: int) -> Injected | None:
    """The last source of a product is one that nobody knows."""
    page = corpus.page(record)
    place = _place(page, n)
    if place is None or page.has("products", n, "secondary_source"):
        return None
    page.replace(f"nobody-knows-{product.replace('.', '-')}", *place, -1, "source")
    return Injected(page.path, page.line(*place, -1, "source"))


def old_id(old: str) -> Callable[..., Injected | None]:
    """A product is made from a resource that is given by an old id (mappings/aliases.sssom.tsv)."""

    def inject(corpus: Corpus, _: str, record: str, n: int) -> Injected | None:
        page = corpus.page(record)
        return _at(page, _cite(page, n, old))

    return inject


def owner_without_record(corpus: Corpus, _: str, record: str, __: int) -> Injected | None:
    page = corpus.page(record)
    return _at(page, _list(page, f"nobody-near-{record}.tsv", record))


def not_listed_by_its_owner(corpus: Corpus, _: str, record: str, __: int, ___: str, other: str, ____: int) -> Injected | None:
    """A record lists a product that its owner does not list: one that is made from both."""
    page, owners = corpus.page(record), corpus.page(other)
    return Injected(owners.path, owners.line("products")) if _list(page, f"{other}.made-of-{record}", record, other) else None


def nobody_cites(corpus: Corpus, record: str) -> Injected | None:
    """A resource without products."""
    page = _make(corpus, f"hermit-near-{record}")
    return Injected(page.path, page.line("id"))


def replaced_by(new: str) -> Callable[..., Injected | None]:
    """A resource is replaced by what has no record, or by itself."""

    def inject(corpus: Corpus, record: str) -> Injected | None:
        page = corpus.page(record)
        return None if page.has("use_instead") else _inserted(page, f"use_instead: [{new.format(record)}]")

    return inject


def contact_without_record(corpus: Corpus, record: str) -> Injected | None:
    page = corpus.page(record)
    if page.has("contacts"):
        return None
    found = _inserted(page, "contacts:", "- category: Organization", "  label: The makers", f"  id: nobody-near-{record}")
    return Injected(found.path, found.line + 3)


def record_of_an_old_id(corpus: Corpus, old: str) -> Injected | None:
    page = _make(corpus, old, cites=old)
    return Injected(page.path, page.line("id"))


def old_ids(corpus: Corpus, random: Random) -> Iterable[tuple[Any, ...]]:
    """(id) that is an old one and has no record."""
    return _shuffled(((old,) for old in ("do", "gwas-catalog", "medline")), random)


def record_without_content(corpus: Corpus, product: str, record: str, n: int) -> Injected | None:
    """A record has nothing but an id and a copy of a product of another one."""
    name = f"shell-of-{product.replace('.', '-')}"
    lines = ("---", f"id: {name}", "layout: resource_detail", "category: DataSource", f"name: {name}", "products:")
    listings = yaml.safe_dump([corpus.trees[record]["products"][n]], allow_unicode=True)
    path = corpus.folder / "resource" / name / f"{name}.md"
    page = corpus.make(path, "".join(f"{line}\n" for line in lines) + listings + "---\n")
    return Injected(page.path, page.line("id"))


# LS


def listed_twice(corpus: Corpus, _: str, record: str, __: int) -> Injected | None:
    page = corpus.page(record)
    if _list(page, f"{record}.made-up", record) is None:
        return None
    _list(page, f"{record}.made-up", record)
    return Injected(page.path, page.line("products", 1, "id"))


def copy_that_differs(corpus: Corpus, product: str, record: str, n: int) -> Injected | None:
    own = corpus.own(product)
    page, owners = corpus.page(record), corpus.page(owner(product))
    if own is None or not page.value("products", n, "name") or not owners.value("products", own.n, "name"):
        return None
    page.replace(f"Another name of {product}", "products", n, "name")
    return Injected(owners.path, owners.line("products", own.n, "name"))


def copy_with_other_warnings(corpus: Corpus, product: str, record: str, n: int) -> Injected | None:
    """A copy has a warning, and the owner's listing has none: then that is told as a whole."""
    own = corpus.own(product)
    page, owners = corpus.page(record), corpus.page(owner(product))
    place = ("products", n, "name")
    if own is None or page.has("products", n, "warnings") or not page.has(*place) or page.is_first(*place):
        return None
    page.insert(page.line(*place), f"{page.column(*place)}warnings:\n{page.column(*place)}- Its name is made up.\n")
    return Injected(owners.path, owners.line("products", own.n))


def source_twice(corpus: Corpus, _: str, record: str, n: int) -> Injected | None:
    page = corpus.page(record)
    place = _place(page, n)
    if place is None or len(page.node(*place, 0).value) != 2:
        return None
    _cite(page, n, page.value(*place, 0, "source"), page.value(*place, 0, "relation_type"))
    return Injected(page.path, page.line(*place, 1, "source"))


def both_original_and_secondary(corpus: Corpus, _: str, record: str, n: int) -> Injected | None:
    page = corpus.page(record)
    place = _place(page, n)
    if place is None or page.is_first(*place) or page.has("products", n, "secondary_source"):
        return None
    indent, source = page.column(*place), page.value(*place, 0, "source")
    text = f"{indent}secondary_source:\n{indent}- source: {source}\n{indent}  relation_type: prov:wasInfluencedBy\n"
    return Injected(page.path, page.insert(page.line(*place), text) + 1)


def page_that_differs(corpus: Corpus, product: str) -> Injected | None:
    page = corpus.open(corpus.pages[product])
    if not page.value("name"):
        return None
    page.replace(f"Another name of {product}", "name")
    return Injected(page.path, page.line("name"))


def page_of_another_size(corpus: Corpus, product: str) -> Injected | None:
    page = corpus.open(corpus.pages[product])
    if not page.value("product_file_size"):
        return None
    page.replace("4711", "product_file_size")
    return Injected(page.path, page.line("product_file_size"))


def page_of_nothing(corpus: Corpus, product: str) -> Injected | None:
    """The page of a product that no record lists."""
    page = corpus.open(corpus.pages[product])
    name = f"{product}.that-is-gone"
    page = corpus.make(page.path.with_name(f"{name}.md"), page.text)
    page.replace(name, "id")
    return Injected(page.path, 2)


def record_twice(corpus: Corpus, record: str) -> Injected | None:
    """Another file says other things of a resource."""
    page = corpus.page(record)
    again = corpus.make(page.path.with_name(f"{record}-again.md"), page.text)
    again.replace(f"Another name of {record}", "name")
    return Injected(again.path, again.line("id"))


def record_copied(corpus: Corpus, record: str) -> Injected | None:
    """Another file says the same of a resource."""
    page = corpus.page(record)
    again = corpus.make(page.path.with_name(f"{record}-again.md"), page.text)
    return Injected(again.path, again.line("id"))


def file_of_another_name(corpus: Corpus, record: str) -> Injected | None:
    page = corpus.page(record)
    renamed = corpus.make(page.path.with_name(f"{record}-renamed.md"), page.text)
    page.path.unlink()
    return Injected(renamed.path, renamed.line("id"))


# SR


def no_original_source(*categories: str) -> Callable[..., Injected | None]:
    """Removes the original sources of a product, which is then told as a whole."""

    def inject(corpus: Corpus, _: str, record: str, n: int) -> Injected | None:
        page = corpus.page(record)
        place = _place(page, n)
        if place is None or page.is_first(*place) or page.value("products", n, "category") not in categories:
            return None
        page.remove(*place)
        return Injected(page.path, page.line("products", n))

    return inject


def made_from_its_own_resource(corpus: Corpus, record: str) -> Injected | None:
    """A KnowledgeGraph or Aggregator has a product that cites no other."""
    page = corpus.page(record)
    line = _list(page, f"{record}.made-up", record)
    return Injected(page.path, page.line("products", 0, "original_source", 0)) if line else None


def through_an_aggregator(corpus: Corpus, _: str, record: str, n: int) -> Injected | None:
    """A product is made from an Aggregator as primary source, and from what a product of that one cites."""
    page, name, spring = corpus.page(record), f"bundle-of-{record}", f"spring-of-{record}"
    if _cite(page, n, spring) is None:
        return None
    _make(corpus, spring, cites=spring)
    _make(corpus, name, "Aggregator", cites=spring)
    return _at(page, _cite(page, n, name, "prov:hadPrimarySource"))


# ST


def inactive_source(corpus: Corpus, _: str, record: str, n: int) -> Injected | None:
    page, name = corpus.page(record), f"spring-of-{record}"
    line = _cite(page, n, name)
    if line is not None:
        _make(corpus, name, cites=name, status="inactive")
    return _at(page, line)


def superseded_source(corpus: Corpus, _: str, record: str, n: int) -> Injected | None:
    page, name, new = corpus.page(record), f"spring-of-{record}", f"fountain-of-{record}"
    line = _cite(page, n, name)
    if line is not None:
        _make(corpus, name, cites=new, more=f"use_instead:\n- {new}")
        _make(corpus, new, cites=new)
    return _at(page, line)


def unreachable_file(corpus: Corpus, _: str, record: str, n: int) -> Injected | None:
    page = corpus.page(record)
    place = ("products", n, "id")
    if page.has("products", n, "warnings") or page.is_first(*place):
        return None
    indent, said = page.column(*place), "'File was not able to be retrieved when checked on {}: HTTP 404 error when accessing file'"
    lines = ("warnings:", f"- {said.format('2026-01-02')}", f"- {said.format('2026-08-10')}")
    return Injected(page.path, page.insert(page.line(*place), "".join(f"{indent}{line}\n" for line in lines)) + 1)


# LC


def license_and_address_disagree(corpus: Corpus, record: str) -> Injected | None:
    page = corpus.page(record)
    if "creativecommons.org/licenses/by" not in page.value("license", "id") or not page.value("license", "label"):
        return None
    page.replace("CC0 1.0", "license", "label")
    return Injected(page.path, page.line("license", "label"))


def license_varies(corpus: Corpus, record: str) -> Injected | None:
    """Of a resource that others cite."""
    page = corpus.page(record)
    page.replace("Varies", "license", "label")
    return Injected(page.path, page.line("license", "label"))


def conflict_of_licenses(corpus: Corpus, _: str, record: str, __: int) -> Injected | None:
    """A product under a license of its own is made from something under one that forbids more."""
    page, name = corpus.page(record), f"spring-of-{record}"
    if not _list(page, f"{record}.made-up", name, more=_license("BY")):
        return None
    _make(corpus, name, license="BY-NC")
    return Injected(page.path, page.line("products", 0, "license"))


def conflict_of_an_inherited_license(corpus: Corpus, _: str, record: str, n: int) -> Injected | None:
    """A product without a license of its own is made from something under one that forbids more than that of its owner."""
    page, name = corpus.page(record), f"spring-of-{record}"
    data = page.value("products", n, "category") not in NOT_DATA
    line = None if page.has("products", n, "license") or not data else _cite(page, n, name)
    if line is not None:
        _make(corpus, name, license="BY-NC")
    return _at(page, line)


def conflict_by_wording(corpus: Corpus, _: str, record: str, __: int) -> Injected | None:
    """A product under a license of its own is made from something whose license forbids more by its words."""
    page, name = corpus.page(record), f"spring-of-{record}"
    if not _list(page, f"{record}.made-up", name, more=_license("BY")):
        return None
    _make(corpus, name, license="Non-Commercial Use Only")
    return Injected(page.path, page.line("products", 0, "license"))


def without_attribution(corpus: Corpus, _: str, record: str, __: int) -> Injected | None:
    """A product that asks for nothing is made from something that asks to be named."""
    page, name = corpus.page(record), f"spring-of-{record}"
    if not _list(page, f"{record}.made-up", name, more=_license("0")):
        return None
    _make(corpus, name, license="BY")
    return Injected(page.path, page.line("products", 0, "license"))


def forbidden_upstream(corpus: Corpus, _: str, record: str, __: int) -> Injected | None:
    """A product is made from something that forbids what the product itself forbids too."""
    page, name = corpus.page(record), f"spring-of-{record}"
    if not page.has("license") or not _list(page, f"{record}.made-up", name, more=_license("BY-NC")):
        return None
    _make(corpus, name, license="BY-NC")
    return Injected(page.path, page.line("license"))


def terms_of_its_own(corpus: Corpus, record: str) -> Injected | None:
    """The address of a known license is replaced by another."""
    page = corpus.page(record)
    if not _is_free(corpus.trees[record]):
        return None
    page.replace("https://example.org/terms", "license", "id")
    return Injected(page.path, page.line("license", "id"))


def none_in_both(corpus: Corpus, record: str) -> Injected | None:
    """Text and address of a license say that there is none."""
    page = corpus.page(record)
    if not page.value("license", "id") or not page.value("license", "label"):
        return None
    page.replace("N/A", "license", "id")
    page.replace("N/A", "license", "label")
    return Injected(page.path, min(page.line("license", "id"), page.line("license", "label")))


# ID


def same_name(corpus: Corpus, first: str, second: str) -> Injected | None:
    page, other = corpus.page(first), corpus.page(second)
    for one in (page, other):
        one.replace(f'"Registry of {first} and {second}"', "name")
    return Injected(page.path, page.line("name"))


def product_without_owner(corpus: Corpus, _: str, record: str, __: int) -> Injected | None:
    page = corpus.page(record)
    return _at(page, _list(page, f"made-up-of-{record}", record))


def same_homepage(corpus: Corpus, first: str, second: str) -> Injected | None:
    return _shared(corpus, "homepage_url", f"https://{first}.example.org/", first, second)


def same_infores(corpus: Corpus, first: str, second: str) -> Injected | None:
    return _shared(corpus, "infores_id", f"made-up-{first.lower().replace('_', '-')}", first, second)


def _shared(corpus: Corpus, name: str, value: str, *ids: str) -> Injected | None:
    both = [corpus.page(id) for id in ids]
    if not all(page.value(name) for page in both):
        return None
    for page in both:
        page.replace(value, name)
    return Injected(both[0].path, both[0].line(name))


# FM


def unknown_field(corpus: Corpus, record: str) -> Injected | None:
    page = corpus.page(record)
    return Injected(page.path, page.insert(page.line("name"), "nmae: A name\n"))


def key_twice(corpus: Corpus, record: str) -> Injected | None:
    page = corpus.page(record)
    if not page.has("homepage_url") or page.line("homepage_url") > page.line("name"):
        return None
    return Injected(page.path, page.insert(page.line("name"), f"homepage_url: {page.value('homepage_url')}\n"))


def key_twice_in_listing(corpus: Corpus, _: str, record: str, n: int) -> Injected | None:
    page = corpus.page(record)
    place = ("products", n, "product_url")
    if not page.value(*place) or page.is_first(*place):
        return None
    page.insert(page.line(*place), f"{page.column(*place)}product_url: https://example.org/\n")
    return Injected(page.path, page.line(*place))


def product_without_name(corpus: Corpus, _: str, record: str, n: int) -> Injected | None:
    """It is told as a whole."""
    page = corpus.page(record)
    place = ("products", n, "name")
    if not page.has(*place) or page.is_first(*place):
        return None
    page.remove(*place)
    return Injected(page.path, page.line("products", n))


def unknown_relation_type(corpus: Corpus, _: str, record: str, n: int) -> Injected | None:
    """It is told at the field of the relation type."""
    page = corpus.page(record)
    place = _place(page, n)
    if place is None or not page.has(*place, 0, "relation_type"):
        return None
    page.replace("prov:wasMadeUpFrom", *place, 0, "relation_type")
    return Injected(page.path, page.line(*place, 0, "relation_type"))


def used_by_no_activity(corpus: Corpus, _: str, record: str, n: int) -> Injected | None:
    page = corpus.page(record)
    place = _place(page, n)
    if place is None or len(page.node(*place).value) != 1 or not page.has(*place, 0, "relation_type"):
        return None
    page.replace("prov:used", *place, 0, "relation_type")
    return Injected(page.path, page.line(*place, 0, "source"))


def another_compression(corpus: Corpus, _: str, record: str, __: int) -> Injected | None:
    page = corpus.page(record)
    line = _list(page, f"{record}.made-up.gz", record, more=("compression: zip",))
    return Injected(page.path, page.line("products", 0, "compression")) if line else None


def compression_left_out(corpus: Corpus, _: str, record: str, __: int) -> Injected | None:
    page = corpus.page(record)
    line = _list(page, f"{record}.made-up.zip", record)
    return Injected(page.path, page.line("products", 0, "product_url")) if line else None


def homepage_for_a_file(corpus: Corpus, _: str, record: str, n: int) -> Injected | None:
    page = corpus.page(record)
    place = ("products", n, "product_url")
    homepage = page.value("homepage_url")
    if not page.value(*place) or page.value("products", n, "category") != "Product" or "." in homepage.rpartition("/")[2]:
        return None
    page.replace(homepage, *place)
    return Injected(page.path, page.line(*place))


def format_left_out(corpus: Corpus, _: str, record: str, n: int) -> Injected | None:
    page = corpus.page(record)
    place = ("products", n, "format")
    if not page.has(*place) or page.is_first(*place) or page.value("products", n, "category") != "Product":
        return None
    page.remove(*place)
    return Injected(page.path, page.line("products", n))


def dates_reversed(corpus: Corpus, record: str) -> Injected | None:
    page = corpus.page(record)
    if not page.value("creation_date") or not page.value("last_modified_date"):
        return None
    page.replace("'1999-12-31T00:00:00Z'", "last_modified_date")
    return Injected(page.path, page.line("last_modified_date"))


def publication_without_id(corpus: Corpus, record: str) -> Injected | None:
    page = corpus.page(record)
    if page.has("publications"):
        return None
    found = _inserted(page, "publications:", "- title: A paper")
    return Injected(found.path, found.line + 1)


def unknown_collection(corpus: Corpus, record: str) -> Injected | None:
    page = corpus.page(record)
    return None if page.has("collection") else _inserted(page, "collection: [made-up]")


# RD


def cannot_be_read(corpus: Corpus, record: str) -> Injected | None:
    page = corpus.page(record)
    line, mark = page.line("name"), page.node("name")
    if mark.start_mark.line != mark.end_mark.line:
        return None
    page.replace("[never closed", "name")
    return Injected(page.path, line)


def damaged(old: str, new: str, line: int) -> Callable[..., Injected | None]:
    """Damages the text of a page where ``old`` first stands in it; told at a line, or with 0 where it is damaged."""

    def inject(corpus: Corpus, record: str) -> Injected | None:
        page = corpus.page(record)
        before, found, after = page.text.partition(old)
        if not found:
            return None
        page.path.write_bytes(f"{before}{new}{after}".encode())
        return Injected(page.path, line or before.count("\n") + new.count("\n") + 1)

    return inject


def no_break_space_after_colon(corpus: Corpus, record: str) -> Injected | None:
    page = corpus.page(record)
    name = page.value("name")
    return damaged("\nname: ", "\nname:\u00a0", 0)(corpus, record) if name and name.replace(" ", "").isalnum() else None


KINDS = {
    "cycle": Kind("PG001", cycle, alike(origins), ("LS004", "PG003")),
    "made from itself": Kind("PG002", made_from_itself, leaves, ("LS004",)),
    "each other": Kind("PG003", each_other, alike(data), ("LS004",)),
    "deep upstream": Kind("PG004", deep_upstream, leaves, ("LS004",)),
    "no origin": Kind("PG005", no_origin, leaves, ("LS004", "SR002")),
    "dangling source": Kind("RF001", dangling_source, leaves, ("LS004", "PG005")),
    "old id": Kind("RF002", old_id("do"), leaves, ("LS004",)),
    "owner without a record": Kind("RF003", owner_without_record, origins),
    "not listed by its owner": Kind("RF004", not_listed_by_its_owner, alike(origins), ("LC003", "LC005")),
    "nobody cites": Kind("RF005", nobody_cites, records),
    "replaced by nothing": Kind("RF006", replaced_by("nobody-near-{}"), records),
    "replaced by itself": Kind("RF006", replaced_by("{}"), records),
    "contact without a record": Kind("RF006", contact_without_record, records, most=20),
    "record of an old id": Kind("RF007", record_of_an_old_id, old_ids, ("RF005",), most=3),
    "stub by its text": Kind(
        "RF008", _written("'Stub Resource page for {}. This page was automatically generated.'", "description"), records
    ),
    "record without content": Kind("RF008", record_without_content, leaves, ("FM001", "LC001", "RF005")),
    "listed twice": Kind("LS007", listed_twice, origins),
    "copy that differs": Kind("LS001", copy_that_differs, copied),
    "copy with other warnings": Kind("LS001", copy_with_other_warnings, copied, severity="info"),
    "source twice": Kind("LS002", source_twice, leaves),
    "both original and secondary": Kind("LS003", both_original_and_secondary, leaves, ("LS004",)),
    "page that differs": Kind("LS004", page_that_differs, pages),
    "page of another size": Kind("LS004", page_of_another_size, pages, severity="info"),
    "page of nothing": Kind("LS004", page_of_nothing, pages),
    "record twice": Kind("LS005", record_twice, records, ("LS006",)),
    "record copied": Kind("LS005", record_copied, records, ("LS006",), "warning"),
    "file of another name": Kind("LS006", file_of_another_name, records),
    "no original source": Kind("SR001", no_original_source("Product", "GraphProduct", "OntologyProduct"), leaves, ("LS004",)),
    "interface without a source": Kind(
        "SR001", no_original_source("GraphicalInterface", "ProgrammingInterface", "DocumentationProduct"), leaves, ("LS004",), "info"
    ),
    "made from its own resource": Kind("SR002", made_from_its_own_resource, makers),
    "through an aggregator": Kind("SR003", through_an_aggregator, leaves, ("LS004",)),
    "integrates others": Kind("SR004", _written("A database that integrates the data of others.", "description"), alone, most=20),
    "no license": Kind("LC001", _left_out("license"), records),
    "no license by its words": Kind("LC001", none_in_both, records),
    "license and address disagree": Kind("LC002", license_and_address_disagree, records),
    "conflict of licenses": Kind("LC003", conflict_of_licenses, leaves, ("LC005",), "error"),
    "conflict of an inherited license": Kind("LC003", conflict_of_an_inherited_license, free, ("LC005", "LS004")),
    "conflict by wording": Kind("LC003", conflict_by_wording, leaves, ("LC004", "LC005")),
    "without attribution": Kind("LC003", without_attribution, leaves),
    "license varies": Kind("LC004", license_varies, cited, ("LC005",)),
    "forbidden upstream": Kind("LC005", forbidden_upstream, leaves),
    "terms of its own": Kind("LC006", terms_of_its_own, records),
    "inactive source": Kind("ST001", inactive_source, leaves, ("LS004",)),
    "superseded source": Kind("ST002", superseded_source, leaves, ("LS004",)),
    "unreachable file": Kind("ST003", unreachable_file, kept_up, ("LS004",)),
    "same name": Kind("ID001", same_name, pairs(records)),
    "same homepage": Kind("ID001", same_homepage, pairs(records), severity="info"),
    "same infores": Kind("ID002", same_infores, pairs(having("infores_id"))),
    "odd infores": Kind("ID003", _written("'not an infores of {}'", "infores_id"), having("infores_id")),
    "product without an owner": Kind("ID004", product_without_owner, origins),
    "no name": Kind("FM001", _left_out("name"), records),
    "no description": Kind("FM001", _left_out("description"), records, severity="warning"),
    "product without a name": Kind("FM001", product_without_name, leaves, ("LS004",)),
    "unknown relation type": Kind("FM002", unknown_relation_type, leaves, ("LS004",)),
    "unknown status": Kind("FM002", _written("actives", "activity_status"), records),
    "unknown format": Kind("FM002", _written_in_listing("made-up", "format"), leaves, ("LS004",)),
    "bad homepage": Kind("FM003", _written("htps//no host of {}", "homepage_url"), records),
    "bad address of a product": Kind("FM003", _written_in_listing("htps//no host of {}", "product_url"), leaves, ("LS004",)),
    "unknown field": Kind("FM004", unknown_field, records),
    "key twice": Kind("FM005", key_twice, records),
    "key twice in a listing": Kind("FM005", key_twice_in_listing, leaves),
    "used by no activity": Kind("FM006", used_by_no_activity, leaves, ("LS004",)),
    "password in a homepage": Kind("FM007", _written("https://me:secret@{}.example.org/", "homepage_url"), records, severity="error"),
    "homepage on this computer": Kind("FM007", _written("http://localhost:8080/{}", "homepage_url"), records),
    "script for a file": Kind("FM007", _written_in_listing("javascript:void({})", "product_url"), leaves, ("LS004",)),
    "another compression": Kind("FM008", another_compression, origins),
    "compression left out": Kind("FM008", compression_left_out, origins, severity="info"),
    "homepage for a file": Kind("FM009", homepage_for_a_file, leaves, ("LS004",), most=25),
    "format left out": Kind("FM009", format_left_out, leaves, ("LS004",), most=25),
    "description unavailable": Kind("FM009", _written("Description unavailable.", "description"), records),
    "dates reversed": Kind("FM009", dates_reversed, records),
    "publication without an id": Kind("FM009", publication_without_id, records),
    "unknown collection": Kind("FM009", unknown_collection, records),
    "mapping for a text": Kind("FM010", _written("{{made: up}}", "activity_status"), records),
    "no-break space before a text": Kind("FM011", _written("\u00a0The name of {}", "name"), records),
    "comment before the front matter": Kind("RD002", damaged("---\n", "<!-- generated -->\n---\n", 1), records, ("LS004",)),
    "four dashes": Kind("RD002", damaged("---\n", "----\n", 1), records, ("LS004",)),
    "no opening line": Kind("RD002", damaged("---\n", "", 1), records, ("LS004",)),
    "no-break space after a colon": Kind("RD001", no_break_space_after_colon, records, ("LS004",)),
    "cannot be read": Kind("RD001", cannot_be_read, records, ("LS004",)),
}
