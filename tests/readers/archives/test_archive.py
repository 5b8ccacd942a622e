"""What is read of an archive in place, and what is said of one that was made to do harm."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from kgbuild.errors import InputError, visible
from kgbuild.readers.archives import archive
from kgbuild.readers.archives.archive import ArchiveLimits, is_archive, members

AGAIN = "copy or pack the archive again"
INSIDE = "pack the archive again from inside its folder"
PLAIN = "replace it with a regular file, or leave it out"
RELATIVE = "expected a relative path with / between its parts"
PACKED: dict[str, Callable[[bytes], bytes]] = {
    ".tar": bytes,
    ".tar.gz": gzip.compress,
    ".tgz": gzip.compress,
    ".tar.zst": zstandard.compress,
}
LONG = "folder/" * 30 + "é.md"
FILES = [("./seeds/goa.md", b"goa"), ("b.md", b""), ("data.bin", b"\0" * 9000), (LONG, b"x" * 5000)]
WANTED = [("seeds/goa.md", b"goa"), ("b.md", b""), (LONG, b"x" * 5000)]
APPLE = [("._goa.md", b"fork"), ("__MACOSX/seeds/goa.md", b"fork")]


def info(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE, **more: str) -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.type, member.size, member.pax_headers = kind, len(data), more
    member.linkname = "target" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
    return member, data


def tar(*entries: tuple[tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT, common: dict[str, str] | None = None) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form, pax_headers=common) as packed:
        for member, data in entries:
            packed.addfile(member, io.BytesIO(data))
    return out.getvalue()


def zipped(*entries: tuple[str, bytes], mode: int = 0, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", method) as packed:
        warnings.simplefilter("ignore")
        for name, data in entries:
            member = zipfile.ZipInfo(name)
            member.external_attr, member.compress_type, member.filename = mode << 16, method, name
            packed.writestr(member, data)
    return out.getvalue()


def read(folder: Path, name: str, data: bytes, limits: ArchiveLimits = archive.DEFAULT) -> list[tuple[str, bytes]]:
    path = folder / name
    path.write_bytes(data)
    return list(members(path, name, lambda member: member.endswith(".md"), limits=limits))


def errors(folder: Path, name: str, data: bytes, limits: ArchiveLimits = archive.DEFAULT) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(folder, name, data, limits)
    return [str(problem) for problem in caught.value.problems]


def test_the_ending_tells_an_archive() -> None:
    names = ["a.tar", "a.tar.gz", "a.tgz", "a.tar.zst", "A.ZIP", "a.jsonl.gz", "a.md", "tar", "a.tar.bz2"]
    assert [name for name in names if is_archive(name)] == ["a.tar", "a.tar.gz", "a.tgz", "a.tar.zst", "A.ZIP"]


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
@pytest.mark.parametrize("ending", PACKED)
def test_wanted_files_of_a_tar(tmp_path: Path, ending: str, form: int) -> None:
    entries = [info("./", kind=tarfile.DIRTYPE), info("seeds", kind=tarfile.DIRTYPE), *(info(*file) for file in FILES + APPLE)]
    if form == tarfile.PAX_FORMAT:
        entries.append(info("size.md", b"12", comment="a pax header", size="2"))
    expected = WANTED + ([("size.md", b"12")] if form == tarfile.PAX_FORMAT else [])
    assert read(tmp_path, f"a{ending}", PACKED[ending](tar(*entries, form=form))) == expected


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_wanted_files_of_a_zip(tmp_path: Path, method: int) -> None:
    assert read(tmp_path, "a.zip", zipped(("seeds/", b""), *FILES, *APPLE, method=method)) == WANTED


def test_an_empty_archive_has_no_members(tmp_path: Path) -> None:
    assert (read(tmp_path, "a.tar", tar()), read(tmp_path, "a.zip", zipped())) == ([], [])


UNSAFE = {
    "/etc/x.md": "an absolute path",
    "C:/x.md": "an absolute path",
    "C:\\x.md": "an absolute path",
    "a/../../x.md": "one with '..'",
    "..": "one with '..'",
    "a\\x.md": "one with a backslash or NUL",
    "n" * 4097: "one of more than 4,096 characters",
}


def test_all_unsafe_names_are_told_together(tmp_path: Path) -> None:
    def expected(name: str) -> list[str]:
        return sorted(f"{name}!/{unsafe[:200]}: {RELATIVE}, got {got}; {INSIDE}" for unsafe, got in UNSAFE.items())

    good = ("good.md", b"")
    assert sorted(errors(tmp_path, "a.tar", tar(*(info(name) for name in UNSAFE), info(*good)))) == expected("a.tar")
    assert sorted(errors(tmp_path, "a.zip", zipped(*((name, b"") for name in UNSAFE), good))) == expected("a.zip")


def test_a_folder_may_not_lead_out_either(tmp_path: Path) -> None:
    expected = f"a.tar!/../a/: {RELATIVE}, got one with '..'; {INSIDE}"
    assert errors(tmp_path, "a.tar", tar(info("../a", kind=tarfile.DIRTYPE))) == [expected]


def test_names_are_shown_without_control_characters(tmp_path: Path) -> None:
    packed = tar(info("a.md", path="a\0.md"), info("\x1b[2J\\.md"))
    assert [*map(visible, errors(tmp_path, "a.tar", packed))] == [
        rf"a.tar!/\x1b[2J\.md: {RELATIVE}, got one with a backslash or NUL; {INSIDE}",
        rf"a.tar!/a\x00.md: {RELATIVE}, got one with a backslash or NUL; {INSIDE}",
    ]


def test_a_name_that_is_not_utf_8_is_text_with_its_bytes(tmp_path: Path) -> None:
    assert read(tmp_path, "a.tar", tar(info("\udce9.md"))) == [(r"\xe9.md", b"")]


def test_only_files_and_folders_are_taken_from_a_tar(tmp_path: Path) -> None:
    kinds = {b"1": "a hard link", b"2": "a symbolic link", b"3": "a device", b"4": "a device", b"6": "a fifo"}
    kinds |= {b"S": "a sparse file", b"V": "an entry of unknown type"}
    packed = tar(*(info(f"{kind.decode()}.bin", kind=kind) for kind in kinds))
    assert errors(tmp_path, "a.tar", packed) == [
        f"a.tar!/{kind.decode()}.bin: expected a file or a folder, got {got}; {PLAIN}" for kind, got in kinds.items()
    ]


def test_a_link_with_a_long_target_hides_nothing_after_it(tmp_path: Path) -> None:
    link, data = info("link.md", kind=tarfile.SYMTYPE)
    link.linkname = "target/" * 30
    expected = f"a.tar!/link.md: expected a file or a folder, got a symbolic link; {PLAIN}"
    for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        assert errors(tmp_path, "a.tar", tar((link, data), info("../b.md"), form=form)) == [
            f"a.tar!/../b.md: {RELATIVE}, got one with '..'; {INSIDE}",
            expected,
        ]


@pytest.mark.parametrize("size", [0, 1, 39, 500, 512, 600])
def test_a_global_header_of_any_length_is_passed_over(tmp_path: Path, size: int) -> None:
    assert read(tmp_path, "a.tar", tar(info("a.md", b"1"), common={"comment": "c" * size})) == [("a.md", b"1")]


@pytest.mark.parametrize(("key", "value"), [("path", "b.md"), ("size", "2"), ("GNU.sparse.major", "1")])
def test_a_global_header_may_not_change_members(tmp_path: Path, key: str, value: str) -> None:
    expected = "a.tar: expected a global header that changes no member, got one with a path or a size; pack the archive again"
    assert errors(tmp_path, "a.tar", tar(info("a.md", b"1"), common={key: value})) == [expected]


def test_only_plain_files_are_taken_from_a_zip(tmp_path: Path) -> None:
    def expected(got: str) -> list[str]:
        return [f"a.zip!/a.md: expected a file or a folder, got {got}; {PLAIN}"]

    file = ("a.md", b"target")
    assert errors(tmp_path, "a.zip", zipped(file, mode=stat.S_IFLNK | 0o777)) == expected("a symbolic link")
    assert errors(tmp_path, "a.zip", zipped(file, mode=stat.S_IFIFO)) == expected("a special file")
    assert errors(tmp_path, "a.zip", zipped(file, method=zipfile.ZIP_LZMA)) == expected("a file packed with zip method 14")
    locked = bytearray(zipped(file))
    locked[locked.rindex(b"PK\1\2") + 8] |= 1
    assert errors(tmp_path, "a.zip", bytes(locked)) == expected("an encrypted file")


@pytest.mark.parametrize(("system", "written", "expected"), [(3, b"\xc3\xa9", "é"), (3, b"\x82\x82", "éé"), (0, b"\xc3\xa9", "├⌐")])
def test_names_of_a_zip_from_unix_are_utf8_where_they_can_be(tmp_path: Path, system: int, written: bytes, expected: str) -> None:
    packed = bytearray(zipped(("é.md", b"1")))
    assert read(tmp_path, "a.zip", bytes(packed)) == [("é.md", b"1")]
    central = packed.rindex(b"PK\1\2")
    packed[6:8] = packed[central + 8 : central + 10] = bytes(2)
    packed[central + 5] = system
    assert read(tmp_path, "a.zip", bytes(packed).replace("é".encode(), written)) == [(f"{expected}.md", b"1")]


def test_a_name_is_given_once(tmp_path: Path) -> None:
    files = [("a.md", b"1"), ("./a.md", b"2"), ("./", b"")]
    twice = "./a.md: expected a name of its own, got the name of an earlier member; pack the archive again"
    assert errors(tmp_path, "a.tar", tar(*(info(*file) for file in files[:2]))) == [f"a.tar!/{twice}"]
    assert errors(tmp_path, "a.zip", zipped(*files)) == [f"a.zip!/{twice}"]


@pytest.mark.parametrize("name", ["a.tar", "a.zip"])
def test_limits(tmp_path: Path, name: str) -> None:
    files = [(f"{number}.md", bytes(3000)) for number in range(3)]
    packed = zipped(*files) if name == "a.zip" else tar(*(info(*file) for file in files))
    exact = ArchiveLimits(member=3000, total=len(packed) if name == "a.tar" else 9000, entries=3)
    assert read(tmp_path, name, packed, exact) == files
    large = [f"{name}!/{number}.md: expected at most 2,999 bytes, got 3,000; split the file or leave it out" for number in range(3)]
    assert errors(tmp_path, name, packed, ArchiveLimits(member=2999)) == large
    many = f"{name}: expected at most 2 entries, got more; split the archive"
    assert errors(tmp_path, name, packed, ArchiveLimits(entries=2)) == [many]
    todo = "split the file" if name == "a.tar" else "split the archive"
    assert errors(tmp_path, name, packed, ArchiveLimits(total=8999)) == [f"{name}: expected at most 8,999 bytes of data, got more; {todo}"]


def test_an_unwanted_member_may_be_larger_than_a_wanted_one(tmp_path: Path) -> None:
    assert read(tmp_path, "a.tar", tar(info("a.bin", bytes(3000)), info("a.md", b"1")), ArchiveLimits(member=1)) == [("a.md", b"1")]


def test_a_tar_cut_anywhere_is_refused(tmp_path: Path) -> None:
    packed = tar(info(LONG, b"x" * 600))
    end = len(packed.rstrip(b"\0")) // 512 * 512 + 512
    for cut in (*range(0, end, 100), end, end + 512, end + 1023):
        expected = "a.tar: expected a whole tar archive, got one that ends in the middle; " + AGAIN
        assert errors(tmp_path, "a.tar", packed[:cut]) == [expected]
    assert read(tmp_path, "a.tar", packed[: end + 1024]) == [(LONG, b"x" * 600)]


def test_a_tar_in_a_cut_stream_is_refused(tmp_path: Path) -> None:
    expected = "a.tgz: expected a whole gzip stream, got one that ends in the middle; copy or compress the file again"
    assert errors(tmp_path, "a.tgz", gzip.compress(tar(info("a.md", b"1")))[:-1]) == [expected]


def negative() -> bytes:
    block = bytearray(tar(info("a.md"))[:512])
    block[124:136], block[148:156] = b"-0000000001\0", b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"kgr:" * 500, "expected a tar header before byte 512, got other data; " + AGAIN),
        (tar(info("a.md"))[:512] + b"?" * 512, "expected a tar header before byte 1,024, got other data; " + AGAIN),
        (negative(), "expected a tar header before byte 512, got other data; " + AGAIN),
        (tar(info("p", b"99 path=a\n", b"x")), "expected a tar header before byte 1,024, got other data; " + AGAIN),
        (tar() + tar(info("b.md")), "expected nothing after the end of the tar archive, got other data; pack the archive again"),
    ],
)
def test_what_is_said_of_a_damaged_tar(tmp_path: Path, data: bytes, expected: str) -> None:
    assert errors(tmp_path, "a.tar", data) == [f"a.tar: {expected}"]


def test_extended_headers_are_not_held_without_bound(tmp_path: Path) -> None:
    packed = zstandard.compress(tar(info("p", bytes(17 << 20), b"x")))
    expected = "a.tar.zst: expected at most 16,777,216 bytes of extended headers, got more; split the archive"
    assert errors(tmp_path, "a.tar.zst", packed) == [expected]


def test_a_pax_sparse_file_is_refused(tmp_path: Path) -> None:
    packed = tar(info("a.md", b"1", tarfile.REGTYPE, **{"GNU.sparse.major": "1"}))
    assert errors(tmp_path, "a.tar", packed) == [f"a.tar!/a.md: expected a file or a folder, got a sparse file; {PLAIN}"]


@pytest.mark.parametrize("field", [14, 22], ids=["crc", "size"])
def test_damaged_zip_members_are_told_together(tmp_path: Path, field: int) -> None:
    packed = bytearray(zipped(("a.md", b"1" * 50), ("b.md", b"2"), ("c.md", b"3" * 50)))
    for name in (b"a.md", b"c.md"):
        central = packed.rindex(name) - 46
        packed[central + field + 2] ^= 1
    expected = "expected a sound member, got a damaged one; " + AGAIN
    assert errors(tmp_path, "a.zip", bytes(packed)) == [f"a.zip!/{name}: {expected}" for name in ("a.md", "c.md")]


def test_a_cut_zip_is_refused(tmp_path: Path) -> None:
    packed = zipped(("a.md", b"1"), ("b.md", b"2"))
    first = packed.index(b"PK\1\2")
    expected = ["a.zip: expected a whole zip archive, got one that is cut off or damaged; " + AGAIN]
    for data in (b"", b"PK", packed[:first], packed[:-1], packed[: first + 20] + packed[first + 50 :]):
        assert errors(tmp_path, "a.zip", data) == expected


def test_a_zip_directory_is_not_held_without_bound(tmp_path: Path) -> None:
    packed = bytearray(zipped(("a.md", b"1")))
    packed[-10:-6] = struct.pack("<I", (4 << 20) + 1)
    packed[:0] = bytes(5 << 20)
    expected = "a.zip: expected a central directory of at most 4,194,304 bytes, got 4,194,305; split the archive or pack it as .tar.gz"
    assert errors(tmp_path, "a.zip", bytes(packed)) == [expected]


def test_zip_members_may_not_share_data(tmp_path: Path) -> None:
    packed = bytearray(zipped(("a.md", b"1"), ("b.md", b"2")))
    central = packed.rindex(b"b.md") - 46
    packed[central + 42 : central + 46] = bytes(4)
    expected = f"a.zip!/b.md: expected a file or a folder, got a file that shares its data with another; {PLAIN}"
    assert errors(tmp_path, "a.zip", bytes(packed)) == [expected]


def test_reading_stops_where_nothing_is_sound(tmp_path: Path) -> None:
    told = errors(tmp_path, "a.tar", tar(*(info(f"../{number:04}") for number in range(1200))))
    bad = [f"a.tar!/../{number:04}: {RELATIVE}, got one with '..'; {INSIDE}" for number in range(1000)]
    assert told == ["a.tar: expected fewer than 1,000 bad members, got as many or more; pack the archive again", *bad]


def test_a_zip_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        list(members(tmp_path / "a.zip", "a.zip", bool))
    expected = "a.zip: expected a readable file, got the error 'No such file or directory'; check the path and its permissions"
    assert str(caught.value) == expected
