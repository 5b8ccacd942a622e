"""`.ndjson` is read as `.jsonl` is: plain, compressed, in an archive, by export and by check."""

from __future__ import annotations

import gzip
import io
import tarfile

import pytest
import zstandard
from running import Write, contents, run_command

RECORDS = (
    b'{"id": "a", "category": "DataSource", "name": "A"}\n\n{"id": "b", "layout": "resource_detail", "category": "nonsense", "name": "B"}\n'
)
PACKED = {"": RECORDS, ".gz": gzip.compress(RECORDS, mtime=0), ".zst": zstandard.compress(RECORDS)}


def packed(name: str, data: bytes) -> bytes:
    """A tar archive with one file."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return held.getvalue()


@pytest.mark.parametrize("compression", PACKED)
def test_the_graph_and_the_findings_are_the_same(records: Write, compression: str) -> None:
    found = {}
    for ending in (".jsonl", ".NDJSON"):
        name = f"r{ending}{compression}"
        folder = records({f"{ending}/{name}": PACKED[compression], f"tar{ending}/r.tar": packed(name, PACKED[compression])})
        for inside in (folder / ending, folder / f"tar{ending}"):
            output = folder.parent / f"out{inside.name}"
            assert run_command(["export", str(inside), "--output", str(output), "--quiet", "--no-cache"]).exit_code == 0
            checked = run_command(["check", str(inside), "--isolated", "--no-cache", "--format", "jsonl"])
            said = checked.stdout.replace(str(inside), "").replace(name, "NAME")
            assert '"line":3' in said
            nodes = {file: data.replace(name.encode(), b"NAME") for file, data in contents(output).items() if "manifest" not in file}
            found[ending, inside.name.startswith("tar")] = nodes, said
    assert found[".NDJSON", False] == found[".jsonl", False]
    assert found[".NDJSON", True] == found[".jsonl", True]
