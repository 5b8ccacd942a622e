"""The walk of a folder: each entry that cannot be read is named as what it is, and the others are read."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from paths import ROOT

from kgbuild.errors import Problem, UsageError
from kgbuild.readers import entries
from kgbuild.readers.inputs import Inputs, Rules

PAGE = "---\nid: {}\nlayout: resource_detail\ncategory: DataSource\nname: N\n---\n"
MEND = "mend or remove the link, or leave it out with --exclude"
MOVE = "move it out of the input, or leave it out with --exclude"
TRUST = "if you trust that place, add --follow-links or give it as an INPUT too; otherwise leave the link out with --exclude"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder `in` with two records, and a record outside it; the current folder is above them."""
    monkeypatch.chdir(tmp_path)
    for name in ("in/a.md", "in/sub/z.md", "out/o.md"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE.format(path.stem))
        os.utime(path.parent, (0, 0))  # as if nothing had changed there for long
    return tmp_path / "in"


def walk(*given: str, follow: bool = False) -> tuple[list[str], list[str], dict[str, int]]:
    """The names of the files, the problems in words, and what is passed over."""
    inputs = Inputs(given or ("in",), Rules(), follow_links=follow)
    names = [file.name for file in inputs]
    return names, [f"{name}: {problem.got}; {problem.todo}" for name, problem in inputs.problems], dict(inputs.passed_over)


def test_a_link_to_itself(folder: Path) -> None:
    (folder / "b.md").symlink_to("b.md")
    inputs = Inputs(("in",), Rules())
    assert [file.name for file in inputs] == ["a.md", "sub/z.md"]
    assert inputs.problems == [("b.md", Problem("in/b.md", 0, 0, "", "a file or a folder", "a link to itself", MEND))]


@pytest.mark.parametrize(
    ("links", "problems"),
    [
        ({"b.md": "c.md", "c.md": "b.md"}, [f"b.md: a loop of links (to 'c.md'); {MEND}", f"c.md: a loop of links (to 'b.md'); {MEND}"]),
        ({"b.md": "gone"}, [f"b.md: a link to nothing (to 'gone'); {MEND}"]),
        ({"b.md": "a.md/x"}, [f"b.md: a link to nothing (to 'a.md/x'); {MEND}"]),
        ({"records": "../gone"}, [f"records: a link to nothing (to '../gone'); {MEND}"]),
        ({"sub/up": ".."}, ["sub/up: a link to a folder that contains it (to '..'); remove the link, or leave it out with --exclude"]),
        ({"here": "."}, ["here: a link to a folder that contains it (to '.'); remove the link, or leave it out with --exclude"]),
        ({"o.md": "../out/o.md"}, [f"o.md: a link that leads out of it (to '../out/o.md'); {TRUST}"]),
        ({"o": "../out"}, [f"o: a link that leads out of it (to '../out'); {TRUST}"]),
        ({"p.yaml": "/etc/passwd"}, [f"p.yaml: a link that leads out of it (to '/etc/passwd'); {TRUST}"]),
        ({"sub/by": "../by", "by": "../out"}, [f"by: a link that leads out of it (to '../out'); {TRUST}",
                                               f"sub/by: a link that leads out of it (to '../by'); {TRUST}"]),
        ({"n.md": "/dev/null"}, [f"n.md: a link that leads out of it (to '/dev/null'); {TRUST}"]),
    ],
)  # fmt: skip
def test_links_that_are_not_followed(folder: Path, links: dict[str, str], problems: list[str]) -> None:
    for name, target in links.items():
        (folder / name).symlink_to(target)
    assert walk() == (["a.md", "sub/z.md"], problems, {})


def test_links_inside_the_inputs_are_followed_and_each_file_is_read_once(folder: Path) -> None:
    (folder / "again.md").symlink_to("a.md")
    (folder / "sub" / "o").symlink_to("../../out")
    assert walk("in", "out") == (["a.md", "sub/o/o.md", "sub/z.md"], [], {})
    (folder.parent / "link").symlink_to("in")
    (folder.parent / "link.md").symlink_to("out/o.md")
    assert walk("link", "link.md", "out") == (["a.md", "sub/o/o.md", "sub/z.md"], [], {})


def test_links_that_lead_out_are_followed_when_that_is_asked_for(folder: Path) -> None:
    (folder / "o").symlink_to("../out")
    (folder / "x.md").symlink_to("../out/o.md")
    (folder / "root").symlink_to("/")
    (folder / "null.md").symlink_to("/dev/null")
    names, problems, _ = walk(follow=True)
    assert names == ["a.md", "o/o.md", "sub/z.md"]
    assert problems == [
        f"null.md: a device; {MOVE}",
        "root: a link to a folder that contains it (to '/'); remove the link, or leave it out with --exclude",
    ]


def test_special_files(folder: Path) -> None:
    """Those whose names say that they hold records are problems, the others are counted as what they are."""
    os.mkfifo(folder / "pipe.md")
    os.mkfifo(folder / "pipe")
    os.mkfifo(folder / "x_manifest.json")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("in/socket.yaml")
        assert walk() == (
            ["a.md", "sub/z.md"],
            [f"pipe.md: a named pipe; {MOVE}", f"socket.yaml: a socket; {MOVE}", f"x_manifest.json: a named pipe; {MOVE}"],
            {"named pipe": 1},
        )


def test_links_to_what_is_never_read_are_passed_over(folder: Path) -> None:
    (folder / "logo.png").symlink_to("gone.png")
    (folder / "notes.txt").symlink_to("/etc/passwd")
    (folder / ".hidden.md").symlink_to("gone")
    assert walk() == (["a.md", "sub/z.md"], [], {"link to nothing": 1, ".txt": 1})


def test_a_device(folder: Path) -> None:
    try:
        os.mknod(folder / "d.md", 0o600 | 0o020000, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root may make a device")
    assert walk() == (["a.md", "sub/z.md"], [f"d.md: a device; {MOVE}"], {})


#: Walks `in` as a user without rights, if this one may read everything.
_AS_NOBODY = """\
import os, sys
from kgbuild.readers.inputs import Inputs, Rules
os.chdir(sys.argv[1])
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
inputs = Inputs(("in",), Rules())
print([file.name for file in inputs], [(name, *problem[4:]) for name, problem in inputs.problems])
"""


def test_an_unreadable_folder(folder: Path) -> None:
    for path in (*folder.parents,):
        if path.is_relative_to("/tmp") and path != Path("/tmp"):
            path.chmod(0o755)
    (folder / "sub").chmod(0)
    run = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY, str(folder.parent)], capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )  # fmt: skip
    (folder / "sub").chmod(0o755)
    todo = "run `chmod u+rx in/sub`, or leave it out with --exclude"
    problem = ("sub", "a readable folder", "the error 'Permission denied'", todo)
    assert run.stdout == f"['a.md'] {[problem]}\n"


def test_a_folder_that_is_deeper_than_pythons_stack(folder: Path) -> None:
    deep = folder
    for _ in range(1_200):
        deep /= "d"
        deep.mkdir()
    (deep / "a.md").write_text(PAGE.format("deep"))
    names, problems, _ = walk()
    subprocess.run(["rm", "-r", folder / "d"], check=True)  # pytest itself cannot remove it
    assert (names[1], problems) == ("d/" * 1_200 + "a.md", [])


def test_names_that_are_not_utf_8(folder: Path) -> None:
    (folder / os.fsdecode(b"n\xff.md")).write_text(PAGE.format("n"))
    (folder / os.fsdecode(b"x.\xfe")).write_text("")
    (folder / os.fsdecode(b"l\xff.md")).symlink_to("gone")
    assert walk() == (["a.md", r"n\xff.md", "sub/z.md"], [rf"l\xff.md: a link to nothing (to 'gone'); {MEND}"], {r".\xfe": 1})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("nowhere", "nowhere: expected a file or folder of records, got nothing at this path; check the spelling"),
        ("in/a.md/x", "in/a.md/x: expected a file or folder of records, got nothing at this path; check the spelling"),
        ("gone.md", "gone.md: expected a file or folder of records, got a link to nothing (to 'x'); mend or remove the link"),
        ("self.md", "self.md: expected a file or folder of records, got a link to itself; mend or remove the link"),
    ],
)
def test_an_input_that_is_not_there(folder: Path, given: str, sentence: str) -> None:
    (folder.parent / "gone.md").symlink_to("x")
    (folder.parent / "self.md").symlink_to("self.md")
    with pytest.raises(UsageError) as caught:
        walk(given)
    assert str(caught.value) == sentence


def test_an_input_that_is_a_pipe(folder: Path) -> None:
    os.mkfifo("pipe.md")
    with pytest.raises(UsageError, match=r"got a named pipe; save its records to a file, or give - and send them to standard input\Z"):
        walk("pipe.md")


@pytest.fixture
def race(tmp_path: Path) -> Iterator[Path]:
    """A folder of 200 records in which an editor saves every seventh: its name is gone for a moment, again and again."""
    folder = tmp_path / "race"
    folder.mkdir()
    for n in range(200):
        (folder / f"r{n}.md").write_text(PAGE.format(f"r{n}"))
    end = threading.Event()

    def save() -> None:
        while not end.is_set():
            for n in range(0, 200, 7):
                os.rename(folder / f"r{n}.md", folder / f"r{n}.md.tmp")
                os.rename(folder / f"r{n}.md.tmp", folder / f"r{n}.md")

    editor = threading.Thread(target=save)
    editor.start()
    yield folder
    end.set()
    editor.join()


def test_a_folder_in_which_files_are_saved_all_the_time(race: Path) -> None:
    for _ in range(20):
        inputs = Inputs((str(race),), Rules())
        assert (len(list(inputs)), inputs.problems) == (200, [])


def test_a_file_that_is_listed_and_then_gone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk asks again before it says so."""
    inputs = Inputs(("in",), Rules())
    found = iter(inputs)
    assert next(found).name == "a.md"
    (folder / "sub" / "z.md").unlink()
    (folder / "sub").rmdir()
    assert list(found) == []
    gone = Problem("in/sub", 0, 0, "", "a file that stays in its place while kgbuild reads", "one that vanished", "run kgbuild again")
    assert inputs.problems == [("sub", gone)]


def test_kinds_and_stamps(folder: Path) -> None:
    status = os.stat(folder / "a.md")
    assert entries.stamp_of(status) == (status.st_size, status.st_mtime_ns, status.st_ino)
    assert [entries.kind_of(os.stat(path).st_mode) for path in ("in", "in/a.md", "/dev/null")] == ["folder", "file", "device"]
