"""A build whose every field holds text that does harm where it is pasted into a query or a table."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest

from kgbuild.mapping.load import load_mapping
from kgbuild.model.graph import Edge, Node
from kgbuild.options import ExportTarget, ReadOptions
from kgbuild.pipeline import manifest as manifests
from kgbuild.pipeline.export import export
from kgbuild.writers import WRITERS, file_name, writer
from kgbuild.writers.columns import columns

TEXTS = (
    "say \"x\" \\ 'y' `z` {a: $b} $rows ${b} %s <i>&amp;</i> ]]> /* */ \t|¦; \x1f \x01 \x85 \u2028 \u200f\u05e9\u05dc\u05d5\u05dd 😀 e\u0301 , end",
    "one\r\ntwo\nthree\rfour\n",
    "x'}) DETACH DELETE n //",
    "`) MATCH (n) DETACH DELETE n //",
    "'; DROP TABLE nodes; --",
    '" . } ; DROP ALL ; INSERT DATA { <a:b> <a:c> "d',
    "\\", '"', "''", " ", "{}", "null", "true", "-1", "1e3", "\ufeffbom", "a\x1fb", "\\u0027) DETACH DELETE n //",
    "long " * 200_000,
)  # fmt: skip


def filled(type: type[Node | Edge], number: int, **given: object) -> Node | Edge:
    """A node or edge whose texts are hostile, each another one."""
    values: dict[str, object] = {}
    for n, column in enumerate(columns(type)):
        text = TEXTS[(n + number) % (len(TEXTS) - 1)]
        values[column.name] = {
            "text": text, "texts": (text, TEXTS[n % 7], ""), "boolean": n % 2 == 0, "integer": n * 2**40, "number": n + number / 2,
        }[column.type]  # fmt: skip
    return type(**{**values, **given})


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the build, with the formats kgx-jsonl and neo4j."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "records.jsonl").write_text('{"id": "a", "category": "DataSource"}')
    done = export(ReadOptions(inputs=(str(folder / "records.jsonl"),)), ExportTarget(formats=("kgx-jsonl", "neo4j"), output=folder))
    categories = [("kgrs:Product", f"kgrs:{TEXTS[n]}") for n in range(len(TEXTS) - 1)]
    nodes = [filled(Node, n, id=f"kgr:{n}{text}"[:3000], category=categories[n]) for n, text in enumerate(TEXTS[:-1])]
    nodes.append(
        Node(id="kgr:long", category=("kgrs:Product",), iri=TEXTS[-1], description=TEXTS[-1], synonym=(TEXTS[-1],), extra=TEXTS[-1])
    )
    ends = [(one.id, other.id) for one, other in zip(nodes, [*nodes[1:], nodes[0]], strict=True)]
    edges = [
        filled(
            Edge,
            n,
            id=f"urn:uuid:{n}{TEXTS[n % 18]}",
            subject=subject,
            object=object,
            predicate=f"kgrs:{TEXTS[n % 18]}",
            source_role="original",
        )
        for n, (subject, object) in enumerate([*ends, *ends])
    ]
    written = []
    for format in ("kgx-jsonl", "neo4j"):
        made = writer(format, load_mapping(None))
        rendered = made.gather(made.render(nodes, edges))  # type: ignore[arg-type]
        for ending, head, item in zip(WRITERS[format].files, made.head(), rendered, strict=True):
            path = folder / file_name("graph", ending)
            path.write_bytes(head + item.data)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            written.append(manifests.WrittenFile(file=file_name("graph", ending), bytes=path.stat().st_size, rows=item.rows, sha256=digest))
    manifest = msgspec.structs.replace(done.manifest, written=written)
    (folder / "graph_manifest.json").write_bytes(manifests.encode(manifest))
    return folder
