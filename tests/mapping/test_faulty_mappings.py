"""Every key of every mapping file, taken out, and every value replaced by one of another type: a run works, or a MappingError names file and key."""

from __future__ import annotations

import copy
import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

import kgbuild
from kgbuild.errors import InputError, MappingError, UsageError
from kgbuild.mapping.load import FILES

BUILT_IN = Path(__file__).parents[2] / "mappings"
#: Of a table with more entries than this, which all have one shape, the first ones are tried.
_ALIKE, _FIRST = 6, 2
#: Tables with a key for each of our own names, which are all tried.
_NAMED = {("edges",), ("spaces",), ("resource",), ("product",), ("prefixes",)}
#: What a value is replaced by.
OTHERS: tuple[Any, ...] = (5, None, "x", ["x"], [None], {"x": "y"})
RECORDS = {
    "a.md": "---\nlayout: resource_detail\nid: a\ncategory: DataSource\nname: A\ndomains: [health]\nlicense: {label: MIT, id: https://opensource.org/licenses/MIT}\n"
    "superseded_by: b\ncontacts: [{label: Ann, category: Individual, orcid: 0000-0002-1825-0097}]\nhomepage_url: https://a.example/\n"
    "publications: [{id: 'doi:10.1/a'}]\ntaxon: [NCBITaxon:9606]\ninfores_id: a\n"
    "products:\n- {id: a.p, category: GraphProduct, format: csv, compression: gzip, original_source: [b], secondary_source: [c],"
    " product_url: https://a.example/p, product_file_size: 3}\n---\n",
    "b.md": "---\nlayout: resource_detail\nid: b\ncategory: Aggregator\nproducts:\n- {id: b.p, category: Product, original_source: [a],"
    " relation_type: prov:used}\n---\n",
    "o.md": "---\nlayout: organization_detail\nid: o\ncategory: Organization\nname: O\n---\n",
    "doc.md": "---\ntitle: About\n---\nSee [a](https://a.example/).\n",
}  # fmt: skip


class Change(NamedTuple):
    """A mapping file with one thing changed: the keys that lead to it, and the whole as a tree."""

    keys: tuple[str, ...]
    tree: Any


def places(tree: Any, keys: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every key and item of a tree, by the keys that lead to it."""
    items = list(tree.items()) if isinstance(tree, dict) else list(enumerate(tree)) if isinstance(tree, list) else []
    alike = len(items) > _ALIKE and len({type(value) for _, value in items}) == 1 and tuple(keys) not in _NAMED
    for key, value in items[:_FIRST] if alike else items:
        yield (*keys, key)
        yield from places(value, (*keys, key))


def changed(tree: Any, keys: tuple[Any, ...], *value: Any) -> Change:
    """A copy without what keys lead to, or with a value in its place."""
    tree = copy.deepcopy(tree)
    holder = tree
    for key in keys[:-1]:
        holder = holder[key]
    if value:
        holder[keys[-1]] = value[0]
    else:
        del holder[keys[-1]]
    return Change(tuple(map(str, keys)), tree)


def missing(tree: Any) -> Iterator[Change]:
    yield from (changed(tree, keys) for keys in places(tree))


def retyped(tree: Any) -> Iterator[Change]:
    yield from (changed(tree, keys, value) for keys in places(tree) for value in OTHERS)


def renamed(tree: Any) -> Iterator[Change]:
    """With a key more, or a key that is another word."""
    for keys in places(tree):
        if isinstance(keys[-1], str):
            yield changed(tree, (*keys[:-1], "surplus"), "x")


@pytest.fixture
def records(tmp_path: Path) -> Path:
    folder = tmp_path / "records"
    folder.mkdir()
    for name, text in RECORDS.items():
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize("changes", [missing, retyped, renamed], ids=["missing", "another type", "surplus"])
@pytest.mark.parametrize("file", FILES)
def test_a_changed_mapping_works_or_is_refused_with_file_and_key(file: str, changes: Any, records: Path, tmp_path: Path) -> None:
    mappings = tmp_path / "mappings"
    mappings.mkdir()
    wrong: list[str] = []
    for change in changes(yaml.load((BUILT_IN / file).read_text(), Loader=yaml.CSafeLoader)):
        (mappings / file).write_text(yaml.dump(change.tree, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True))
        wrong += [f"{'.'.join(change.keys)}: {said}" for said in faults(records, mappings, tmp_path / "output")]
    assert wrong == []


def faults(records: Path, mappings: Path, output: Path) -> Iterator[str]:
    """What is wrong with how a run ends."""
    try:
        graph = kgbuild.build(records, mappings=mappings, rollup=True)
        graph.write(output, formats=["kgx-jsonl", "turtle", "neo4j"], qualified=True)
        graph.check()
    except MappingError as error:
        if not re.match(rf"({re.escape(str(mappings))}|{re.escape(str(BUILT_IN))})/\S+:\d+: (?!expected )[^:]+:*(:[^ ]+)*: ", str(error)):
            yield f"neither file, line nor key: {error}"
    except InputError as error:  # the records do not fit the mapping
        wrong = [problem for problem in error.problems if not (problem.line and problem.expected and problem.got and problem.todo)]
        yield from map(str, wrong)
    except UsageError as error:
        if "expected at least one record" not in str(error):
            yield str(error)
    except Exception as error:  # noqa: BLE001  # what this test looks for
        yield f"{traceback.extract_tb(error.__traceback__)[-1]}: {error!r}"
