"""The command line (SPEC §6): exit status 0, 1, 2; data on standard output, all else on standard error; a clear sentence for what cannot be done."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from paths import ROOT
from running import run_command

from kgbuild import __version__, writers
from kgbuild.writers import GROUPS, WRITERS, file_name

Run = Callable[..., subprocess.CompletedProcess[bytes]]
Write = Callable[..., Path]

PAGE = "---\nid: {id}\nlayout: resource_detail\ncategory: {category}\n---\n"
GO = PAGE.format(id="go", category="Ontology")
ODD = PAGE.format(id="odd", category="Telescope")
BAD = "---\nid: [\n---\n"
LINE = b'{"id": "go", "category": "Ontology", "products": [{"id": "go.obo"}]}\n'


def told(result: subprocess.CompletedProcess[bytes]) -> tuple[int, str, str]:
    return result.returncode, result.stdout.decode(), result.stderr.decode()


def failed(text: str) -> tuple[int, str, str]:
    return 2, "", f"error: {text}\n"


def test_version(kgbuild: Run) -> None:
    assert told(kgbuild("--version")) == (0, f"kgbuild, version {__version__}\n", "")


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_names_every_command(kgbuild: Run, flag: str) -> None:
    status, stdout, stderr = told(kgbuild(flag))
    assert (status, stderr) == (0, "")
    commands = re.findall(r"^  ([a-z]+) ", stdout.partition("Commands:")[2], re.MULTILINE)
    assert commands == ["check", "completion", "export", "formats", "load", "query", "rule", "serve", "validate"]


def test_help_of_export_names_every_option(kgbuild: Run) -> None:
    status, stdout, stderr = told(kgbuild("export", "--help"))
    assert (status, stderr) == (0, "")
    assert re.findall(r"^  (?:-\w, )?(--[a-z-]+)", stdout, re.MULTILINE) == [
        "--format", "--output", "--name", "--qualified", "--profile", "--mappings", "--exclude", "--follow-links", "--aliases", "--rollup",
        "--keep-going", "--check", "--jobs", "--cache", "--fail-on", "--verbose", "--quiet", "--help",
    ]  # fmt: skip
    assert "Exit status: 0 success; 1 success with findings; 2 error." in stdout


def test_formats_lists_every_format_with_its_files(kgbuild: Run) -> None:
    status, stdout, stderr = told(kgbuild("formats"))
    assert (status, stderr) == (0, "")
    rows = dict(re.fullmatch(r"(\S+) +(.+)", line).groups() for line in stdout.splitlines())  # type: ignore[union-attr]
    formats = {name: f"{form.about}: {', '.join(file_name('NAME', ending) for ending in form.files)}" for name, form in WRITERS.items()}
    assert rows == formats | {name: ", ".join(members) for name, members in GROUPS.items()}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(kgbuild: Run, shell: str) -> None:
    status, stdout, stderr = told(kgbuild("completion", shell))
    assert (status, stderr) == (0, "")
    assert "_KGBUILD_COMPLETE=" + shell + "_complete" in stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_what_bash_completes(kgbuild: Run, tmp_path: Path) -> None:
    installed = tmp_path / "kgbuild"  # as the console script is called
    installed.write_text("from kgbuild.cli.main import main\nmain()\n")

    def complete(words: str) -> list[str]:
        asked = {"_KGBUILD_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
        environment = os.environ | {"PYTHONPATH": str(ROOT)} | asked
        result = subprocess.run([sys.executable, "-P", str(installed)], capture_output=True, env=environment, check=True)
        return [line.partition(",")[2] for line in result.stdout.decode().splitlines()]

    script = kgbuild("completion", "bash").stdout
    assert subprocess.run(["bash", "-n"], input=script, check=False).returncode == 0
    assert complete("kgbuild ex") == ["export"]
    assert complete("kgbuild export --format turtle,kgx-") == ["turtle,kgx-tsv", "turtle,kgx-jsonl"]
    assert complete("kgbuild export --profile b") == ["biolink"]


def test_defaults(kgbuild: Run, tmp_path: Path, records: Write) -> None:
    """`input/` is read, `output/graph_…` is written, in the KGX formats."""
    records({"go.md": GO}).rename(tmp_path / "input")
    status, stdout, stderr = told(kgbuild("export"))
    assert (status, stdout) == (0, "")
    files = ["graph_edges.jsonl", "graph_edges.tsv", "graph_findings.jsonl", "graph_manifest.json", "graph_nodes.jsonl", "graph_nodes.tsv"]
    assert sorted(path.name for path in (tmp_path / "output").iterdir()) == files
    assert (
        stderr.splitlines()[-1]
        == "wrote     output/graph_edges.jsonl, output/graph_edges.tsv, output/graph_findings.jsonl, output/graph_nodes.jsonl, "
        "output/graph_nodes.tsv"
    )


def test_formats_are_repeatable_and_comma_separated(kgbuild: Run, tmp_path: Path, records: Write) -> None:
    folder = records({"go.md": GO})
    assert told(kgbuild("export", folder, "-f", "turtle,kgx-jsonl", "-f", "ntriples", "-o", "out", "--name", "x", "-q")) == (0, "", "")
    files = ["x.nt", "x.ttl", "x_edges.jsonl", "x_findings.jsonl", "x_manifest.json", "x_nodes.jsonl"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == files


def test_quiet_says_nothing(kgbuild: Run, records: Write) -> None:
    assert told(kgbuild("export", records({"odd.md": ODD, "x.md": "text"}), "--quiet")) == (0, "", "")


def test_standard_input(kgbuild: Run, tmp_path: Path) -> None:
    assert told(kgbuild("export", "-", "--check", "none", "--quiet", stdin=LINE)) == (0, "", "")
    (tmp_path / "lines.jsonl").write_bytes(LINE)
    assert told(kgbuild("export", "lines.jsonl", "--check", "none", "--quiet", "--output", "other")) == (0, "", "")
    piped, filed = ({path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()} for folder in ("output", "other"))
    assert piped == filed


def test_a_broken_line_of_standard_input(kgbuild: Run, tmp_path: Path) -> None:
    text = "standard input:2:8: expected a value, got `}`; correct the JSON here or just before"
    assert told(kgbuild("export", "-", stdin=LINE + b'{"id": }\n')) == failed(text)
    assert list(tmp_path.iterdir()) == []


def test_several_inputs_each_read_once(kgbuild: Run, tmp_path: Path, records: Write) -> None:
    folder = records({"go.md": GO, "sub/hp.md": PAGE.format(id="hp", category="Ontology")})
    (tmp_path / "lines.jsonl").write_bytes(LINE)
    (tmp_path / "link").symlink_to(folder)
    assert told(kgbuild("export", folder, folder / "go.md", tmp_path / "link", "lines.jsonl", "-f", "kgx-tsv", "-q")) == (0, "", "")
    rows = (tmp_path / "output" / "graph_nodes.tsv").read_text().splitlines()
    assert [row.split("\t")[0] for row in rows] == ["id", "kgr:go", "kgr:go.obo", "kgr:hp"]
    assert b'"files": 3,' in (tmp_path / "output" / "graph_manifest.json").read_bytes()


def test_exclude(kgbuild: Run, tmp_path: Path, records: Write) -> None:
    folder = records(
        {"go.md": GO, "old/hp.md": PAGE.format(id="hp", category="Ontology"), "x-draft.md": PAGE.format(id="x", category="Ontology")}
    )
    assert told(kgbuild("export", folder, "--exclude", "old", "--exclude", "*-draft.md", "-f", "kgx-jsonl", "-q")) == (0, "", "")
    assert [line[:15] for line in (tmp_path / "output" / "graph_nodes.jsonl").read_text().splitlines()] == ['{"id":"kgr:go",']


def test_an_earlier_export_below_the_input_is_left_out(kgbuild: Run, tmp_path: Path, records: Write) -> None:
    folder = records({"go.md": GO})
    assert told(kgbuild("export", folder, "-q", "-o", "first")) == (0, "", "")
    (tmp_path / "first").rename(folder / "export")
    assert told(kgbuild("export", folder, "-q", "-o", "second")) == (0, "", "")
    assert (tmp_path / "second" / "graph_manifest.json").read_bytes() == (folder / "export" / "graph_manifest.json").read_bytes()


def test_no_such_input(kgbuild: Run, tmp_path: Path) -> None:
    text = "nowhere: expected a file or folder of records, got nothing at this path; check the spelling"
    assert told(kgbuild("export", "nowhere")) == failed(text)
    assert list(tmp_path.iterdir()) == []


def test_the_default_input_is_not_there(kgbuild: Run, tmp_path: Path) -> None:
    text = "input: expected a file or folder of records, got nothing at this path; check the spelling"
    assert told(kgbuild("export")) == failed(text)


EMPTY = "give a folder of pages with YAML front matter, or a YAML, JSON or JSON Lines file"


@pytest.mark.parametrize(
    ("files", "got"),
    [
        ({}, "no file that could contain one"),
        ({"a.txt": "text"}, "no file that could contain one"),
        ({"a.md": "text", "b.json": "[]"}, "2 files without one"),
    ],
    ids=["nothing", "another ending", "no record"],
)
def test_an_empty_input(kgbuild: Run, tmp_path: Path, files: dict[str, str], got: str) -> None:
    folder = tmp_path / "records"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    assert told(kgbuild("export", "records")) == failed(f"records: expected at least one record, got {got}; {EMPTY}")
    assert [path.name for path in tmp_path.iterdir()] == ["records"]


def test_a_file_of_unknown_ending(kgbuild: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("id: a\n")
    status, stdout, stderr = told(kgbuild("export", "a.txt"))
    assert (status, stdout) == (2, "")
    known = {
        ".md",
        ".markdown",
        ".yaml",
        ".yml",
        ".json",
        ".jsonl",
        ".jsonl.gz",
        ".jsonl.zst",
        ".ndjson",
        ".ndjson.gz",
        ".ndjson.zst",
        ".tar",
        ".tar.gz",
        ".tgz",
        ".tar.zst",
        ".zip",
    }
    found = re.fullmatch(
        r"error: a\.txt: expected a file whose name ends in one of (.+), got '\.txt'; rename it or give its folder\n", stderr
    )
    assert found is not None
    assert set(found[1].split(", ")) == known


def test_a_format_whose_package_is_not_installed(tmp_path: Path, records: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also among `all`; nothing is read first."""
    monkeypatch.setattr(writers, "find_spec", lambda name: None)
    for formats in ("parquet", "all"):
        result = run_command(["export", str(tmp_path / "missing"), "--format", formats, "--output", str(tmp_path / "output")])
        said = "--format parquet requires pyarrow, which is not installed; install it with: pip install 'kgbuild[parquet]'"
        assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"error: {said}\n")
    assert not (tmp_path / "output").exists()


def test_an_unknown_format(kgbuild: Run, tmp_path: Path, records: Write) -> None:
    known = ", ".join((*GROUPS, *WRITERS))
    text = f"--format: expected one of {known}, got 'csv'; `kgbuild formats` describes them"
    assert told(kgbuild("export", records({"go.md": GO}), "--format", "turtle,csv")) == failed(text)
    assert not (tmp_path / "output").exists()


def test_no_format(kgbuild: Run, records: Write) -> None:
    assert told(kgbuild("export", records({"go.md": GO}), "--format", ",")) == failed(
        "--format: expected a format, got none; `kgbuild formats` lists them"
    )


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "", "a\nb"])
def test_a_name_that_is_none(kgbuild: Run, tmp_path: Path, records: Write, name: str) -> None:
    text = f"--name: expected a plain file name, got {name!r}; leave out slashes and a leading dot"
    assert told(kgbuild("export", records({"go.md": GO}), "--name", name)) == failed(text)
    assert [path.name for path in tmp_path.iterdir()] == ["records"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("export", "--no-such-option"), "No such option '--no-such-option'"),
        (("no-such-command",), "No such command 'no-such-command'"),
        (("export", "--profile", "x"), "Invalid value for '--profile'"),
        (("export", "--jobs", "0"), "Invalid value for '-j' / '--jobs'"),
        (("export", "--fail-on", "always"), "Invalid value for '--fail-on'"),
    ],
)
def test_usage(kgbuild: Run, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    status, stdout, stderr = told(kgbuild(*arguments))
    assert (status, stdout) == (2, "")
    assert stderr.startswith("Usage: ")
    assert said.replace("'", "") in stderr.replace("'", "").replace("option: ", "option ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", ["", "out", "a/b/out"])
def test_output_inside_an_input_is_refused(kgbuild: Run, records: Write, below: str) -> None:
    folder = records({"go.md": GO})
    output = folder / below if below else folder
    text = f"--output: expected a folder outside the inputs, got {output}, which is in {folder}; choose another"
    assert told(kgbuild("export", folder, "--output", output)) == failed(text)
    assert sorted(path.name for path in folder.rglob("*")) == ["go.md"]


def test_output_inside_an_input_by_a_link_is_refused(kgbuild: Run, tmp_path: Path, records: Write) -> None:
    folder = records({"go.md": GO})
    (tmp_path / "link").symlink_to(folder)
    text = f"--output: expected a folder outside the inputs, got {tmp_path}/link/out, which is in {folder}; choose another"
    assert told(kgbuild("export", folder, "--output", tmp_path / "link" / "out")) == failed(text)
    assert sorted(path.name for path in folder.rglob("*")) == ["go.md"]


def test_output_that_would_overwrite_an_input_is_refused(kgbuild: Run, tmp_path: Path) -> None:
    """`kgbuild` never writes under an input: not over a file that it was given, either."""
    (tmp_path / "graph_nodes.jsonl").write_bytes(LINE)
    status, stdout, _ = told(kgbuild("export", "graph_nodes.jsonl", "--output", "."))
    assert (status, stdout) == (2, "")
    assert (tmp_path / "graph_nodes.jsonl").read_bytes() == LINE
    assert [path.name for path in tmp_path.iterdir()] == ["graph_nodes.jsonl"]


def test_records_that_cannot_be_read_are_told_all_together(kgbuild: Run, tmp_path: Path, records: Write) -> None:
    folder = records({"b.md": BAD, "a.md": BAD, "go.md": GO})
    status, stdout, stderr = told(kgbuild("export", folder))
    assert (status, stdout) == (2, "")
    first, second, last = stderr.splitlines()
    assert first.startswith(f"error: {folder}/a.md:")
    assert first.replace("a.md", "b.md") == second
    assert last == "2 errors; nothing was written"
    assert [path.name for path in tmp_path.iterdir()] == ["records"]


def test_keep_going(kgbuild: Run, tmp_path: Path, records: Write) -> None:
    folder = records({"bad.md": BAD, "go.md": GO})
    failure = told(kgbuild("export", folder))[2].removeprefix("error: ").rstrip("\n")
    status, stdout, stderr = told(kgbuild("export", folder, "--keep-going", "--quiet"))
    assert (status, stdout, stderr) == (1, "", f"left out: {failure}\n")
    without = tmp_path / "without"
    without.mkdir()
    (without / "go.md").write_text(GO)
    assert told(kgbuild("export", without, "--quiet", "--output", "other")) == (0, "", "")
    for name in ("graph_nodes.tsv", "graph_edges.tsv", "graph_nodes.jsonl", "graph_edges.jsonl"):
        assert (tmp_path / "output" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
    manifest = (tmp_path / "output" / "graph_manifest.json").read_text()
    assert failure.replace(f"{folder}/", "") in manifest.replace('\\"', '"')
    assert str(tmp_path) not in manifest


def test_keep_going_with_nothing_left(kgbuild: Run, tmp_path: Path, records: Write) -> None:
    folder = records({"bad.md": BAD})
    problem = told(kgbuild("export", folder))[2].removeprefix("error: ").rstrip("\n")
    text = f"{folder}: expected at least one record that can be read, got none; the first error is: {problem}"
    assert told(kgbuild("export", folder, "--keep-going")) == failed(text)
    assert [path.name for path in tmp_path.iterdir()] == ["records"]


TWO_LISTINGS = (
    "- id: go\n  category: Ontology\n  products: [{id: x.y, name: A}]\n- id: hp\n  category: Ontology\n  products: [{id: x.y, name: B}]\n"
)


@pytest.mark.parametrize(
    ("files", "statuses"),
    [
        ({"go.md": GO}, {"never": 0, "error": 0, "warning": 0, "info": 0}),
        ({"odd.md": ODD}, {"never": 0, "error": 0, "warning": 0, "info": 1}),
        ({"go.yaml": TWO_LISTINGS}, {"never": 0, "error": 0, "warning": 1, "info": 1}),
        ({"go.md": GO, "bad.md": BAD}, {"never": 1, "error": 1, "warning": 1, "info": 1}),
    ],
    ids=["nothing", "unknown category", "listings that differ", "left out"],
)
def test_fail_on(kgbuild: Run, tmp_path: Path, records: Write, files: dict[str, str], statuses: dict[str, int]) -> None:
    """The export is there, whatever the status."""
    folder = records(files)
    found = {}
    for level in statuses:
        output = tmp_path / level
        found[level] = kgbuild("export", folder, "--check", "none", "--fail-on", level, "--keep-going", "--quiet", "-o", output).returncode
        assert (output / "graph_manifest.json").is_file()
    assert found == statuses


def test_verbose_names_what_was_skipped(kgbuild: Run, records: Write) -> None:
    folder = records({"go.md": GO, "sub/README.md": "text\n", "eval.md": "---\nlayout: eval_detail\n---\n", "a.txt": "", "b.txt": ""})
    quiet, verbose = (told(kgbuild("export", folder, *flags))[2].splitlines() for flags in ((), ("-v", "--no-cache")))
    (at,) = (n for n, line in enumerate(quiet) if line.startswith("skipped "))
    reasons = "1 evaluation page, 1 no front matter"
    assert quiet[at] == f"skipped   2 files ({reasons}); -v lists them"
    assert verbose[at : at + 4] == [
        f"skipped   2 files ({reasons})",
        "          eval.md: evaluation page",
        "          sub/README.md: no front matter",
        "          2 .txt with other endings",
    ]
    assert verbose[:at] + verbose[at + 4 :] == quiet[:at] + quiet[at + 1 :]


def test_an_older_file_beside_the_new_ones_is_pointed_out(kgbuild: Run, records: Write) -> None:
    folder = records({"go.md": GO})
    kgbuild("export", folder, "-f", "turtle")
    status, _, stderr = told(kgbuild("export", folder, "-f", "ntriples"))
    assert (status, stderr.splitlines()[-1]) == (
        0,
        "note      graph.ttl in output left by an earlier export; this export did not write it again",
    )


def on_a_terminal(arguments: list[str], cwd: Path, **env: str) -> bytes:
    """What a command prints on a terminal."""
    leader, follower = pty.openpty()
    environment = (
        {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"PYTHONPATH": str(ROOT), "TERM": "xterm"} | env
    )
    process = subprocess.Popen([sys.executable, "-m", "kgbuild", *arguments], stdout=follower, stderr=follower, env=environment, cwd=cwd)
    os.close(follower)
    shown = b""
    while True:
        try:
            chunk = os.read(leader, 4096)
        except OSError:  # how Linux says that the other end is closed
            break
        if not chunk:
            break
        shown += chunk
    os.close(leader)
    process.wait()
    return shown


def test_colour_on_a_terminal_only_and_never_with_no_color(tmp_path: Path) -> None:
    plain = b"error: nowhere: expected a file or folder of records, got nothing at this path; check the spelling\r\n"
    coloured = on_a_terminal(["export", "nowhere"], tmp_path)
    assert b"\x1b[" in coloured
    assert re.sub(rb"\x1b\[[0-9;]*m", b"", coloured) == plain
    assert on_a_terminal(["export", "nowhere"], tmp_path, NO_COLOR="1") == plain
    assert on_a_terminal(["export", "nowhere"], tmp_path, TERM="dumb") == plain


def test_a_report_is_coloured_only_on_a_terminal_that_can_show_it(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\nid: a\ncategory: DataSource\nname: A\n---\n")
    report = ["check", "--isolated", "--no-cache", "--select", "FM001", "a.md"]
    assert b"\x1b[" in on_a_terminal(report, tmp_path)
    assert b"\x1b[" not in on_a_terminal(report, tmp_path, TERM="dumb")
    assert b"\x1b[" not in on_a_terminal(["export", "a.md", "--no-cache"], tmp_path, TERM="dumb")


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    """`kgbuild formats | true` ends without a traceback."""
    reader, writer = os.pipe()
    os.close(reader)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        [sys.executable, "-m", "kgbuild", "formats"], stdout=writer, stderr=subprocess.PIPE, env=environment, cwd=tmp_path, check=False
    )
    os.close(writer)
    assert (result.returncode, result.stderr) == (2, b"")


@pytest.mark.parametrize("epoch", ["soon", "1e9", "99999999999999999999"])
def test_a_source_date_epoch_that_is_none(kgbuild: Run, tmp_path: Path, records: Write, epoch: str) -> None:
    text = f"SOURCE_DATE_EPOCH: expected seconds since 1970, got {epoch!r}; set it to a whole number, or unset it"
    assert told(kgbuild("export", records({"go.md": GO}), env={"SOURCE_DATE_EPOCH": epoch})) == failed(text)
    assert [path.name for path in tmp_path.iterdir()] == ["records"]


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys; from kgbuild.cli.main import main\ntry: main(['--help'])\nexcept SystemExit: print(*sorted(sys.modules), file=sys.stderr)"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=tmp_path, check=True)
    heavy = {"rdflib", "networkx", "kgx", "bmt", "pyoxigraph", "polars", "msgspec", "yaml", "yaml12", "zstandard", "multiprocessing"}
    assert heavy & set(result.stderr.split()) == set()


def test_an_export_uses_no_network(tmp_path: Path, records: Write) -> None:
    """A socket to any address is an error here."""
    code = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise SystemExit('network')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse\n"
        "from kgbuild.cli.main import main; main(sys.argv[1:])"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    arguments = ["export", str(records({"go.md": GO})), "--format", "all", "--quiet"]
    result = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, env=environment, cwd=tmp_path, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
