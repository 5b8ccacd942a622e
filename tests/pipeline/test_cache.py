"""The cache: a run in which nothing changed only looks at the files; whatever changed is seen; the bytes are those of a run without it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from cached import OPTIONS, PAGE, Registry, kgbuild


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """A registry that was exported once."""
    made = Registry(tmp_path)
    assert made.export() == "wrote"
    return made


def test_nothing_changed(registry: Registry) -> None:
    before = registry.stamps()
    assert registry.export() == "unchanged"
    assert registry.stamps() == before


def test_the_summary_of_an_unchanged_run_is_that_of_the_run_that_wrote(registry: Registry) -> None:
    def told(output: Path) -> list[str]:
        return kgbuild("export", registry.records, *OPTIONS, "--output", output, "-v").stderr.splitlines()

    *unchanged, last = told(registry.output)
    assert last == f"unchanged {registry.output}: nothing that it depends on has changed since it was written"
    assert unchanged == told(registry.folder / "elsewhere")[:-1]


def test_a_record_changed(registry: Registry) -> None:
    path = next(registry.records.rglob("bgee*/*.md"), None) or next(
        path for path in registry.records.rglob("*.md") if b"id: bgee\n" in path.read_bytes()
    )
    path.write_text(path.read_text().replace("name: ", "name: New ", 1))
    registry.age(path, 1_800)
    before = registry.files()
    assert registry.export() == "wrote"
    assert registry.files() != before
    assert registry.export() == "unchanged"


def test_a_record_changed_to_the_same_length_and_time_in_another_file(registry: Registry) -> None:
    """As `mv` of an edited copy does it: size and time are the old ones, the inode is not."""
    path = registry.page("extra", PAGE.format(id="extra", name="old"))
    assert registry.export() == "wrote"
    stat = path.stat()
    copy = registry.folder / "copy.md"
    copy.write_text(PAGE.format(id="extra", name="new"))
    os.utime(copy, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    os.replace(copy, path)
    assert registry.export() == "wrote"
    assert b'"name":"new"' in registry.files()["graph_nodes.jsonl"]


def test_a_file_added_and_removed(registry: Registry) -> None:
    before = registry.files()
    path = registry.page("extra", PAGE.format(id="extra", name="Extra"))
    assert registry.export() == "wrote"
    assert b'"id":"kgr:extra"' in registry.files()["graph_nodes.jsonl"]
    path.unlink()
    assert registry.export() == "wrote"
    assert registry.files() == before


def test_a_file_renamed(registry: Registry) -> None:
    path = next(registry.records.rglob("*.md"))
    before = registry.files()
    path.rename(path.with_name("renamed.md"))
    registry.export()
    assert {name: data for name, data in registry.files().items() if "manifest" not in name} == {
        name: data for name, data in before.items() if "manifest" not in name
    }


def test_a_file_of_another_ending_added(registry: Registry) -> None:
    """The manifest counts it."""
    (registry.records / "notes.txt").write_text("no record")
    assert registry.export() == "wrote"


def test_a_young_file_is_read_again(registry: Registry) -> None:
    """A file that may have been changed in the moment in which it was read is not trusted, whatever its stamp says."""
    path = registry.page("extra", PAGE.format(id="extra", name="old"))
    os.utime(path)
    stat = path.stat()
    registry.export()
    path.write_text(PAGE.format(id="extra", name="new"))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns, path.stat().st_ino) == (stat.st_size, stat.st_mtime_ns, stat.st_ino)
    assert registry.export() == "wrote"
    assert b'"name":"new"' in registry.files()["graph_nodes.jsonl"]


@pytest.mark.parametrize("name", ["graph.ttl", "graph_nodes.tsv", "graph_edges.jsonl", "graph_manifest.json"])
def test_a_file_of_the_export_was_deleted_or_altered(registry: Registry, name: str) -> None:
    before = registry.files()
    (registry.output / name).unlink()
    assert registry.export() == "wrote"
    assert registry.files() == before
    (registry.output / name).write_bytes(b"altered")
    assert registry.export() == "wrote"
    assert registry.files() == before


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flip(data: bytes) -> bytes:
    return data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 255]) + data[len(data) // 2 + 1 :]


DAMAGE = {"cut": cut, "flip": flip, "empty": lambda data: b"", "garbage": lambda data: b"\x00garbage", "longer": lambda data: data + b"\n"}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_cache_is_ignored(registry: Registry, own_cache: Path, damage: str) -> None:
    """One file of it at a time, with and without a record that changed, so that what is in the cache is needed."""
    before = registry.files()
    kept = sorted(path for path in own_cache.rglob("*") if path.is_file())
    assert len(kept) >= 1
    for n, path in enumerate(kept):
        path.write_bytes(DAMAGE[damage](path.read_bytes()))
        registry.export()
        assert registry.files() == before
        path.write_bytes(DAMAGE[damage](path.read_bytes()))
        added = registry.page("extra", PAGE.format(id="extra", name=f"Extra {n}"))
        assert registry.export() == "wrote"
        added.unlink()
        assert registry.export() == "wrote"
        assert registry.files() == before


def test_a_foreign_cache_is_ignored(registry: Registry, own_cache: Path, tmp_path: Path) -> None:
    """The cache of another folder under the names of this one's."""
    other = Registry(tmp_path / "other")
    for path in (other.records / "resource").rglob("*.md"):
        path.write_text(path.read_text().replace("name: ", "name: Other ", 1))
        registry.age(path)
    ours = sorted(path for path in own_cache.rglob("*") if path.is_file())
    assert other.export() == "wrote"
    theirs = sorted(path for path in own_cache.rglob("*") if path.is_file() and path not in ours)
    assert [path.suffix for path in theirs] == [path.suffix for path in ours]
    for mine, foreign in zip(ours, theirs, strict=True):
        mine.write_bytes(foreign.read_bytes())
    registry.export()


def test_a_cache_folder_that_cannot_be_written(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("mine")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert registry.export() == "wrote"
    assert registry.export() == "wrote"
    assert (tmp_path / "file").read_text() == "mine"


def test_no_cache_neither_reads_nor_keeps_one(tmp_path: Path, own_cache: Path) -> None:
    made = Registry(tmp_path)
    assert made.export("--no-cache") == "wrote"
    assert list(own_cache.iterdir()) == []
    before = made.stamps()
    assert made.export("--no-cache") == "wrote"
    assert {name for name, stamp in made.stamps().items() if stamp == before[name]} == set()


@pytest.mark.parametrize(
    "options",
    [
        ("--no-aliases",),
        ("--rollup",),
        ("--qualified",),
        ("--profile", "biolink"),
        ("--exclude", "omim*"),
        ("--format", "ntriples"),
        ("--name", "other"),
    ],
    ids=" ".join,
)
def test_another_set_of_options(registry: Registry, options: tuple[str, ...]) -> None:
    before = registry.files()
    shutil.rmtree(registry.output)
    assert registry.export() == "wrote"
    output, registry.output = registry.output, registry.folder / "other"
    assert registry.export(*options) == "wrote"
    registry.output = output
    registry.export()
    assert registry.files() == before


def test_other_mappings(registry: Registry, tmp_path: Path) -> None:
    mappings = tmp_path / "mappings"
    mappings.mkdir()
    (mappings / "domains.yaml").write_text("domains: {}\n")
    assert registry.export("--mappings", str(mappings)) == "wrote"
    assert registry.export("--mappings", str(mappings)) == "unchanged"
    (mappings / "domains.yaml").write_text("domains: {biomedical: 'MESH:D000001'}\n")
    assert registry.export("--mappings", str(mappings)) == "wrote"


def test_another_date(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert registry.export() == "wrote"
    assert registry.export() == "unchanged"


def test_an_archive_that_did_not_change(tmp_path: Path) -> None:
    made = Registry(tmp_path)
    archive = Path(shutil.make_archive(str(tmp_path / "records"), "gztar", made.records))
    made.records = archive
    made.age(archive)
    assert made.export() == "wrote"
    assert made.export() == "unchanged"


def test_an_archive_of_which_members_were_left_out(tmp_path: Path) -> None:
    """What was read of it is not taken for all of it, and all of it not for the part."""
    made = Registry(tmp_path)
    made.records = Path(shutil.make_archive(str(tmp_path / "records"), "gztar", made.records))
    made.age(made.records)
    assert made.export() == "wrote"
    whole = made.files()
    assert made.export("--exclude", "omim*") == "wrote"
    assert made.files() != whole
    assert made.export() == "wrote"
    assert made.files() == whole


def test_a_problem_that_was_left_out_is_told_again(registry: Registry) -> None:
    """A run with a record that cannot be read is never taken for unchanged."""
    registry.page("bad", "---\nid: [\n---\n")
    for _ in range(2):
        result = kgbuild("export", registry.records, *OPTIONS, "--output", registry.output, "--keep-going", "--quiet")
        assert result.exit_code == 1
        assert result.stderr.startswith(f"left out: {registry.records}/resource/bad.md:")


def test_an_export_into_another_folder_unmakes_none(registry: Registry) -> None:
    command = ("export", registry.records, *OPTIONS, "--output")
    assert "wrote     " in kgbuild(*command, registry.folder / "elsewhere").stderr
    assert "unchanged " in kgbuild(*command, registry.folder / "elsewhere").stderr
    assert registry.export() == "unchanged"
