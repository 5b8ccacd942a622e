"""The key of the cache's hashes: a cache is used only with the key that wrote it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from cached import PAGE, Registry

from kgbuild.pipeline import cache_key


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """A registry that was exported once."""
    made = Registry(tmp_path)
    assert made.export() == "wrote"
    return made


def test_a_key_is_made_once_and_only_its_user_can_read_it() -> None:
    key = cache_key.user_key()
    path = cache_key.key_path()
    assert path == Path(os.environ["XDG_DATA_HOME"]) / "kgbuild" / "cache.key"
    assert (path.read_bytes(), len(key or b"")) == (key, 32)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [item.name for item in path.parent.iterdir()] == ["cache.key"]
    assert cache_key.user_key() == key


def test_a_cache_is_used_with_its_key_and_ignored_with_another_one(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert registry.export() == "unchanged"
    monkeypatch.setenv(cache_key.PATH, str(tmp_path / "other" / "key"))
    assert registry.export() == "wrote"
    assert registry.export() == "unchanged"
    monkeypatch.delenv(cache_key.PATH)
    assert registry.export() == "wrote"


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_without_a_valid_key_there_is_no_cache(
    registry: Registry, own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    before = {path: path.read_bytes() for path in own_cache.rglob("*") if path.is_file()}
    (tmp_path / "key").write_bytes(content)
    monkeypatch.setenv(cache_key.PATH, str(tmp_path / "key"))
    assert [registry.export(), registry.export()] == ["wrote", "wrote"]
    assert (tmp_path / "key").read_bytes() == content
    assert {path: path.read_bytes() for path in own_cache.rglob("*") if path.is_file()} == before


def test_a_key_that_cannot_be_made_is_no_error(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("mine")
    monkeypatch.setenv(cache_key.PATH, str(tmp_path / "file" / "key"))
    assert [registry.export(), registry.export()] == ["wrote", "wrote"]
    assert (tmp_path / "file").read_text() == "mine"


def test_a_cache_that_a_stranger_wrote_changes_nothing(
    registry: Registry, own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stranger has all but the key: the same paths, stamps and options, and another content."""
    before = registry.files()
    page = registry.page("one", PAGE.format(id="one", name="Right"))
    assert registry.export() == "wrote"
    right = registry.files()
    stamp = page.stat()
    page.write_text(PAGE.format(id="one", name="Wrong"))
    os.utime(page, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    monkeypatch.setenv(cache_key.PATH, str(tmp_path / "strange"))
    assert registry.export() == "wrote"  # this replaces the files of the cache
    monkeypatch.delenv(cache_key.PATH)
    page.write_text(PAGE.format(id="one", name="Right"))
    os.utime(page, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert registry.export() == "wrote"
    assert registry.files() == right != before


def test_a_hash_depends_on_key_name_and_content() -> None:
    tags = {cache_key.tag(key, name, content) for key in (b"a", b"b") for name in ("c", "d") for content in (b"", b"e", b"\0e")}
    assert (len(tags), {len(tag) for tag in tags}) == (12, {cache_key.TAG_BYTES})
