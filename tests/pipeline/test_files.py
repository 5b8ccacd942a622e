"""Files are written by one function: whatever fails, the earlier file is whole and nothing is left beside it."""

from __future__ import annotations

import ast
import os
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from paths import ROOT
from running import commands, contents, run_command

from kgbuild.cli.options import OutputPath
from kgbuild.errors import OutputError
from kgbuild.pipeline import files

PAGE = "---\nid: a\nlayout: resource_detail\ncategory: DataSource\nproducts:\n- id: a.file\n  original_source: [do, do]\n---\n"
EARLIER = '{\n  "kgbuild-baseline": 1,\n  "findings": []\n}\n'

#: What writes a file for the user: the command, and the option that names or wants it -> its arguments. All write into `out`.
WRITES = {
    ("export", "--output"): ["export", "records", "--output", "out", "--format", "kgx-jsonl"],
    ("check", "--output"): ["check", "records", "--output", "out/file"],
    ("check", "--write-baseline"): ["check", "records", "--baseline", "out/file", "--write-baseline"],
    ("check", "--fix"): ["check", "out", "--fix", "--select", "LS002,RF002"],
    ("query", "--output"): ["query", "--from", "build", "-e", "SELECT * {?s ?p ?o}", "--output", "out/file"],
}
LIMIT = "got the limit of a file's size; make room, or"
#: What is said where there is no room.
NO_ROOM = {
    ("export", "--output"): f"out: expected room for the export, {LIMIT} choose another --output (the earlier export is whole)",
    ("check", "--output"): f"out/file: expected room for the file, {LIMIT} choose another --output (the earlier file is unchanged)",
    (
        "check",
        "--write-baseline",
    ): f"out/file: expected room for the file, {LIMIT} give another --baseline (the earlier file is unchanged)",
    ("check", "--fix"): "out/a.md: expected a file that can be replaced, got 'File too large'; no file was changed",
    ("query", "--output"): f"expected room for the answer in {tempfile.gettempdir()}, {LIMIT} set TMPDIR to another folder",
}


def outputs() -> Iterator[tuple[str, str]]:
    for name, command in commands().items():
        for option in command.params:
            if isinstance(option.type, OutputPath) or option.name in ("fix", "write_baseline"):
                yield name, option.opts[-1]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: records, an export of them, and a folder of what is to be written."""
    monkeypatch.chdir(tmp_path)
    for name, text in {"records/a.md": PAGE, "out/file": EARLIER, "out/a.md": PAGE}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert run_command(["export", "records", "--output", "build", "--format", "ntriples", "--quiet"]).exit_code == 0
    return tmp_path


def test_every_option_that_writes_is_tried() -> None:
    assert set(outputs()) == set(WRITES)


@pytest.mark.parametrize("case", WRITES, ids=" ".join)
def test_a_disk_that_fails(folder: Path, case: tuple[str, str]) -> None:
    """A process of its own may write files of 20 bytes, and no more."""
    before = contents(folder / "out")
    result = subprocess.run(
        [sys.executable, "-m", "kgbuild", *WRITES[case]],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20)),
    )  # fmt: skip
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"error: {NO_ROOM[case]}\n")
    assert contents(folder / "out") == before
    assert sorted(os.listdir(folder / "out")) == ["a.md", "file"]


@pytest.mark.parametrize("case", WRITES, ids=" ".join)
def test_a_file_is_written_and_nothing_is_left_beside_it(folder: Path, case: tuple[str, str]) -> None:
    result = run_command(WRITES[case])
    assert result.exit_code in (0, 1), (result.output, result.stderr, result.exception)
    changed = {name for name in contents(folder / "out") if name != "file" or (folder / "out" / "file").read_text() != EARLIER}
    new = {"graph_edges.jsonl", "graph_findings.jsonl", "graph_manifest.json", "graph_nodes.jsonl"} if case[0] == "export" else set()
    assert changed - {"a.md"} == new | (set() if case in {("export", "--output"), ("check", "--fix")} else {"file"})
    assert ((folder / "out" / "a.md").read_text() != PAGE) == (case == ("check", "--fix"))


def test_nothing_else_opens_a_file_for_writing() -> None:
    """But what a store's loader keeps for itself in a temporary folder."""
    found = {
        f"{path.relative_to(ROOT).as_posix()}: {ast.unparse(call.func)}"
        for path in (ROOT / "kgbuild").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and writes(call)
    }
    assert found == {
        "kgbuild/cli/streams.py: os.open",  # os.devnull, in place of closed standard streams
        "kgbuild/pipeline/apply_edits.py: os.replace",  # with a journal
        "kgbuild/pipeline/cache_key.py: os.replace",  # a new key appears complete
        "kgbuild/pipeline/files.py: open",
        "kgbuild/pipeline/files.py: os.open",
        "kgbuild/pipeline/files.py: os.replace",
        "kgbuild/pipeline/files.py: target.open",
        "kgbuild/pipeline/fix_journal.py: os.replace",  # the journal itself, and what it names
        "kgbuild/pipeline/publish.py: (self._folder / _WHOLE).touch",  # the journal itself
        "kgbuild/pipeline/publish.py: os.replace",  # with a journal
        "kgbuild/stores/sparql/triples.py: partition.open",
    }


def writes(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
    if name == "open":
        modes = [item.value for item in (*call.args, *(word.value for word in call.keywords)) if isinstance(item, ast.Constant)]
        of_system = ast.unparse(call.func) == "os.open" and "O_RDONLY" not in ast.unparse(call)
        return of_system or any(isinstance(mode, str) and set(mode) <= set("rwxabt+") and set(mode) & set("wxa+") for mode in modes)
    return name in ("write_text", "write_bytes", "touch") or (
        name in ("replace", "rename") and ast.unparse(call.func) in ("os.replace", "os.rename")
    )


# The primitive.


def test_what_raises_leaves_the_earlier_file(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("earlier")
    with pytest.raises(TypeError), files.replacing(target, todo="choose another") as file:
        file.writelines([b"new", "text"])  # type: ignore[list-item]
    assert contents(tmp_path) == {"file": b"earlier"}


def test_the_permissions_of_the_earlier_file_stay(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("earlier")
    target.chmod(0o640)
    files.put(target, b"new", todo="choose another")
    assert (target.read_bytes(), stat.S_IMODE(target.stat().st_mode)) == (b"new", 0o640)


def test_a_new_file_has_the_permissions_that_the_user_wants(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        files.put(tmp_path / "file", b"new", todo="choose another")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640


def test_a_link_at_the_target_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("of somebody else")
    (tmp_path / "file").symlink_to("other")
    files.put(tmp_path / "file", b"new", todo="choose another")
    assert contents(tmp_path) == {"file": b"new", "other": b"of somebody else"}
    assert not (tmp_path / "file").is_symlink()


def test_a_new_file_is_never_made_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(FileExistsError), files.whole(tmp_path / "link"):
        pass
    assert os.listdir(tmp_path) == ["link"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("no/file", "expected a file that can be written, got 'No such file or directory'; choose another"),
        ("folder", "expected a file that can be written, got 'Is a directory'; choose another"),
    ],
)
def test_what_cannot_be_written_is_said(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError) as error:
        files.put(tmp_path / name, b"new", todo="choose another")
    assert str(error.value) == f"{tmp_path / name}: {sentence}"
    assert os.listdir(tmp_path) == ["folder"]


def test_a_pipe_is_written_as_it_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen([shutil.which("cat") or "cat", tmp_path / "pipe"], stdout=subprocess.PIPE) as reader:
        files.put(tmp_path / "pipe", b"new", todo="choose another")
        assert reader.communicate()[0] == b"new"
    assert os.listdir(tmp_path) == ["pipe"]


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1"])
def test_a_name_of_standard_output_is_written_as_it_is(folder: Path, name: str) -> None:
    """Also where that is a file: a name in /dev is never replaced."""
    before = os.lstat(name)
    with (folder / "report").open("wb") as report:
        command = [sys.executable, "-m", "kgbuild", "check", "records", "--output", name, "--format", "jsonl", "--select", "LS002"]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=folder, env=environment, stdout=report, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b'"code":"LS002"' in (folder / "report").read_bytes().replace(b": ", b":")
    assert os.path.samestat(os.lstat(name), before)


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    (tmp_path / f"{files.BESIDE}{process.pid}-ab").write_text("half")
    (tmp_path / f"{files.BESIDE}1-ab").write_text("of a process that runs")
    files.put(tmp_path / "file", b"new", todo="choose another")
    assert sorted(os.listdir(tmp_path)) == [f"{files.BESIDE}1-ab", "file"]
