"""Groups of rows have one size, whatever the pieces in which the rows come, and so the bytes are the same."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import pytest
from pyarrow import parquet as pyarrow_parquet

from kgbuild.model.graph import Edge, Node
from kgbuild.writers import Rendered, parquet

NODES = [
    Node(id=f"kgr:{n}", category=("kgrs:Resource",), iri="", name=None if n % 3 else f"name {n}", node_count=n or None) for n in range(25)
]
EDGES = [
    Edge(
        id=f"urn:uuid:{n}",
        subject="kgr:1",
        predicate="kgrs:derived_from",
        object=f"kgr:{n}",
        category=(),
        knowledge_level="a",
        agent_type="b",
        links=n,
    )
    for n in range(7)
]


def written(sizes: Sequence[int]) -> list[bytes]:
    """Both files, where the nodes come in pieces of some sizes, and the edges with the first."""
    writer, files, at = parquet.Parquet(), [b"", b""], 0

    def add(rendered: Sequence[Rendered]) -> None:
        for n, said in enumerate(rendered):
            files[n] += said.data

    for n, data in enumerate(writer.head()):
        files[n] += data
    for n, size in enumerate(sizes):
        add(writer.gather(parquet.Parquet().render(NODES[at : at + size], [] if n else EDGES)))
        at += size
    add(writer.tail())
    return files


@pytest.mark.parametrize("sizes", [[25], [1] * 25, [9, 2, 14], [0, 25, 0], [10, 10, 5]])
def test_pieces_leave_no_seams(sizes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_GROUP", 10)
    nodes, edges = written(sizes)
    assert [nodes, edges] == written([5, 20])
    read = pyarrow_parquet.ParquetFile(BytesIO(nodes))
    assert [read.metadata.row_group(n).num_rows for n in range(read.num_row_groups)] == [10, 10, 5]
    assert [(row["id"], row["name"], row["node_count"]) for row in read.read().to_pylist()] == [
        (node.id, node.name, node.node_count) for node in NODES
    ]
    assert pyarrow_parquet.read_table(BytesIO(edges)).column("links").to_pylist() == [0, 1, 2, 3, 4, 5, 6]


def test_a_graph_of_nothing_is_two_tables_without_rows() -> None:
    for data, type in zip(written([]), (Node, Edge), strict=True):
        table = pyarrow_parquet.read_table(BytesIO(data))
        assert (table.num_rows, tuple(table.column_names)) == (0, type.__struct_fields__)


def test_a_number_that_a_double_cannot_hold_is_counted() -> None:
    node = Node(id="kgr:a", category=(), iri="", node_count=2**53 + 1, edge_count=2**53)
    rendered, _ = parquet.Parquet().render([node], [])
    assert {tuple(loss): n for loss, n in rendered.losses.items()} == {
        ("_nodes.parquet", "node_count", "a whole number over 2^53 became the nearest double"): 1
    }
