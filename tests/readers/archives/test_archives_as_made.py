"""Archives as people make them, with the programs they make them with, are read as the folder that was packed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpora import needed
from paths import CORPUS

from kgbuild.readers.archives.archive import members

SHORT = {"a.md": b"a", "é.md": "é\n".encode(), "seeds/empty.md": b"", "seeds/goa.md": b"goa\n" * 30_000, "seeds/block.bin": bytes(512)}
MEDIUM = SHORT | {"folder/" * 20 + "m.md": b"medium"}
LONG = MEDIUM | {"folder/" * 40 + "é.md": b"long"}
Files = dict[str, bytes]


def run(*command: str, cwd: Path, **more: str) -> bytes:
    """Run a program or skip the test where there is none; nothing of the user's settings changes what it does."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "TAR_", "ZIP", "LC_"))}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8", **more}
    return subprocess.run(command, cwd=cwd, env=environment, check=True, capture_output=True).stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "packed").mkdir()
    return tmp_path / "packed"


def write(folder: Path, files: Files) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def read(path: Path) -> list[tuple[str, bytes]]:
    return list(members(path, path.name, lambda _: True))


def files_of(path: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a tar as the standard library sees them."""
    with tarfile.open(path) as packed:
        for member in packed:
            if (file := packed.extractfile(member)) is not None:
                yield member.name.removeprefix("./"), file.read()


@pytest.mark.parametrize(("form", "files"), [(tarfile.PAX_FORMAT, LONG), (tarfile.GNU_FORMAT, LONG), (tarfile.USTAR_FORMAT, MEDIUM)])
@pytest.mark.parametrize("ending", [".tar", ".tar.gz"])
def test_tarfile(folder: Path, ending: str, form: int, files: Files) -> None:
    write(folder, files)
    path = folder.with_name(f"a{ending}")
    mode = "w" if ending == ".tar" else "w:gz"
    with tarfile.open(path, mode, format=form, pax_headers={"comment": "of any length"}) as packed:  # type: ignore[call-overload]
        packed.add(folder, arcname=".")
    assert dict(read(path)) == files


@pytest.mark.parametrize(("form", "files"), [("gnu", LONG), ("oldgnu", LONG), ("pax", LONG), ("ustar", MEDIUM), ("v7", SHORT)])
@pytest.mark.parametrize(("ending", "option"), [(".tar", "-p"), (".tgz", "-z"), (".tar.zst", "--zstd")])
def test_gnu_tar(folder: Path, ending: str, option: str, form: str, files: Files) -> None:
    if b"GNU tar" not in run("tar", "--version", cwd=folder):
        pytest.skip("tar is not GNU tar")
    if option == "--zstd":
        run("zstd", "--version", cwd=folder)
    write(folder, files)
    path = folder.with_name(f"a{ending}")
    run("tar", option, f"--format={form}", "-cf", str(path), ".", cwd=folder)
    assert dict(read(path)) == files


@pytest.mark.parametrize(("form", "files"), [("pax", LONG), ("gnutar", LONG), ("ustar", MEDIUM), ("v7", SHORT)])
def test_bsdtar(folder: Path, form: str, files: Files) -> None:
    write(folder, files)
    path = folder.with_name("a.tar.gz")
    run("bsdtar", "-z", f"--format={form}", "-cf", str(path), ".", cwd=folder)
    assert dict(read(path)) == files


@pytest.mark.parametrize("ending", [".tar", ".tar.gz", ".zip"])
@pytest.mark.parametrize("prefix", ["", "project-1.0/"])
def test_git_archive(folder: Path, ending: str, prefix: str) -> None:
    write(folder, LONG)
    path = folder.with_name(f"a{ending}")
    run("git", "init", "-q", cwd=folder)
    run("git", "add", ".", cwd=folder)
    run("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "a", cwd=folder)
    run("git", "archive", f"--prefix={prefix}", "-o", str(path), "HEAD", cwd=folder)
    assert dict(read(path)) == {prefix + name: data for name, data in LONG.items()}


@pytest.mark.parametrize("options", ["-qr", "-qr0", "-qrD", "-qrX"])
@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_zip(folder: Path, options: str, locale: str) -> None:
    write(folder, LONG)
    path = folder.with_name("a.zip")
    run("zip", options, str(path), ".", cwd=folder, LC_ALL=locale)
    assert dict(read(path)) == LONG


def test_zip_to_a_pipe(folder: Path) -> None:
    write(folder, LONG)
    path = folder.with_name("a.zip")
    path.write_bytes(run("zip", "-qr", "-", ".", cwd=folder))
    assert dict(read(path)) == LONG


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zipfile(folder: Path, method: int) -> None:
    write(folder, LONG)
    path = folder.with_name("a.zip")
    with zipfile.ZipFile(path, "w", method) as packed:
        for file in folder.rglob("*"):
            packed.write(file, file.relative_to(folder))
    assert dict(read(path)) == LONG


@pytest.mark.parametrize("options", [("-1",), ("-19", "--no-check"), ("-T0", "--no-content-size")])
def test_zstd(folder: Path, options: tuple[str, ...]) -> None:
    write(folder, LONG)
    plain = folder.with_name("a.tar")
    with tarfile.open(plain, "w") as packed:
        packed.add(folder, arcname=".")
    run("zstd", "-q", *options, str(plain), cwd=folder)
    assert dict(read(folder.with_name("a.tar.zst"))) == LONG


@pytest.mark.parametrize(("kind", "ending"), [("tar", ".tar"), ("gztar", ".tar.gz"), ("zip", ".zip")])
def test_shutil(folder: Path, kind: str, ending: str) -> None:
    write(folder, LONG)
    shutil.make_archive(str(folder.with_name("a")), kind, folder)
    assert dict(read(folder.with_name(f"a{ending}"))) == LONG


@pytest.mark.parametrize("name", ["kg-registry-2025-12-06.tar.gz", "kg-registry-2026-08-17.tar.gz"])
def test_a_whole_registry(name: str) -> None:
    archive = needed(CORPUS / name)
    assert read(archive) == list(files_of(archive))
