"""What is known of the made-up registry because it was made so: its cycles, the ids that are missing, and that its forms say the same."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from registry_made import ALIASES, MadeRegistry, aliases, made_registry
from running import run_command

import kgbuild
from kgbuild.checks.reports import REPORTS
from kgbuild.model.finding import Finding


@pytest.fixture(scope="module")
def registry() -> MadeRegistry:
    return made_registry()


@pytest.fixture(scope="module")
def found(made: Path) -> list[Finding]:
    return kgbuild.build(made).check()


def of(found: list[Finding], code: str) -> list[Finding]:
    return [finding for finding in found if finding.code == code]


def test_it_is_the_same_every_time(registry: MadeRegistry) -> None:
    again = made_registry()
    assert list(again.files()) == list(registry.files())
    assert again.lines() == registry.lines()


def test_its_cycles_are_those_that_were_made(found: list[Finding], registry: MadeRegistry) -> None:
    assert of(found, "PG001") == of(found, "PG002") == []
    groups = {
        tuple(sorted(id for id in finding.message.partition(" are sources of each other")[0].split("'")[1::2]))
        for finding in of(found, "PG003")
    }
    assert groups == {tuple(sorted(group)) for group in registry.groups}


def test_the_ids_that_nothing_describes(found: list[Finding], registry: MadeRegistry) -> None:
    cited = {
        source["source"] if isinstance(source, dict) else source
        for record in registry.resources.values()
        for listing in record["products"]
        for source in listing["original_source"]
    }
    missing = {id for id in cited if "missing" in id or id in ALIASES}
    assert {finding.object for finding in of(found, "RF001")} == {f"kgr:{id}" for id in missing}


def test_stale_product_pages(found: list[Finding]) -> None:
    assert {finding.subject for finding in of(found, "LS004")} == {f"kgr:gone{n}.api" for n in range(3)}


def test_old_ids_are_replaced_with_the_mapping_that_comes_with_it(made: Path, tmp_path: Path) -> None:
    (tmp_path / "aliases.sssom.tsv").write_text(aliases())
    graph = kgbuild.build(made, mappings=tmp_path)
    renamed = {(old, edge.object) for edge in graph.edges for old in edge.original_objects}
    assert {pair for pair in renamed if pair[1] != f"kgr:{pair[0]}"} == {(old, f"kgr:{new}") for old, new in ALIASES.items()}
    assert not {f"kgr:{old}" for old in ALIASES} & {node.id for node in graph.nodes}


def said(path: Path) -> dict[str, Any]:
    graph = kgbuild.build(path, rollup=True)
    return {"nodes": graph.nodes, "edges": graph.edges}


def test_lines_in_any_order_a_list_and_a_container_say_the_same(registry: MadeRegistry, tmp_path: Path) -> None:
    lines = registry.lines().splitlines()
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    (tmp_path / "b.jsonl").write_text("\n".join(random.Random(1).sample(lines, len(lines))) + "\n")
    (tmp_path / "c.json").write_text(f"[{','.join(lines)}]")
    (tmp_path / "d.yaml").write_text("resources:\n" + "".join(f"- {line}\n" for line in lines))
    one = said(tmp_path / "a.jsonl")
    assert {node.id for node in one["nodes"]} >= {f"kgr:{id}" for id in registry.resources}
    for name in ("b.jsonl", "c.json", "d.yaml"):
        assert said(tmp_path / name) == one, name


def test_pages_say_what_lines_say(registry: MadeRegistry, made: Path, tmp_path: Path) -> None:
    """All but the field `layout`, which entries of a container do not have, and documentation pages."""
    (tmp_path / "a.jsonl").write_text(registry.lines())
    pages, lines = kgbuild.build(made), kgbuild.build(tmp_path / "a.jsonl")
    assert [edge for edge in pages.edges if edge.kind != "mentions"] == list(lines.edges)
    assert [told(node) for node in pages.nodes if node.kind != "page"] == [told(node) for node in lines.nodes]


def told(node: Any) -> tuple[Any, ...]:
    """A node without the layout of its page."""
    extra = json.loads(node.extra or "{}")
    extra.pop("layout", None)
    return (*(getattr(node, name) for name in node.__struct_fields__ if name != "extra"), extra)


def test_every_format_has_every_node_and_edge(made: Path, tmp_path: Path) -> None:
    graph = kgbuild.build(made, rollup=True)
    graph.write(tmp_path, formats="all")
    files = json.loads((tmp_path / "graph_manifest.json").read_bytes())["written"]
    rows = {file["file"]: file["rows"] for file in files}
    nodes, edges = len(graph.nodes), len(graph.edges)
    assert {name: count for name, count in rows.items() if name.endswith((".tsv", ".jsonl", ".parquet", ".graphml"))} == {
        **{f"graph_nodes.{ending}": nodes for ending in ("tsv", "jsonl", "parquet")},
        **{f"graph_edges.{ending}": edges for ending in ("tsv", "jsonl", "parquet")},
        "graph.graphml": nodes + edges,
    }


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_tells_every_kind_of_finding(name: str, tmp_path: Path) -> None:
    made_registry(60).write(tmp_path)
    done = run_command(["check", str(tmp_path), "--format", name, "--fail-on", "never", "--isolated", "--no-cache"])
    skipped = "skipped   7 files (3 evaluation pages, 1 no front matter, 3 stale product pages); -v lists them\n"
    assert (done.exit_code, done.stderr) == (0, skipped)
    codes = {finding.code for finding in kgbuild.build(tmp_path).check()}
    assert len(codes) > 15
    assert {code for code in codes if code not in done.stdout} == set()
