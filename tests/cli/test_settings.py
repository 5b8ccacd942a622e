"""Settings in kgbuild.toml and pyproject.toml: which file holds, what it may say, and that the command line wins."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest
from paths import ROOT
from running import run_command

from kgbuild.checks.view import AuditLimits
from kgbuild.cli import settings
from kgbuild.cli.check import check
from kgbuild.cli.settings import find
from kgbuild.cli.settings_file import PathIgnore
from kgbuild.errors import UsageError
from kgbuild.options import cores
from kgbuild.options import settings as known_settings

#: A resource whose product is made from something that nothing describes (RF001).
PAGE = "---\nid: {id}\nlayout: resource_detail\ncategory: DataSource\nproducts:\n- id: {id}.file\n  original_source: [nowhere]\n---\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a folder of two records."""
    write(tmp_path, {"records/a.md": PAGE.format(id="a"), "records/old/b.md": PAGE.format(id="b")})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def paths(*arguments: str) -> list[str]:
    """The files in which `kgbuild check` finds something that RF001 looks for."""
    return [finding["path"] for finding in findings(*arguments)]


def findings(*arguments: str) -> list[dict[str, Any]]:
    result = run_command(["check", *arguments, "--format", "jsonl", "--no-cache", "--fail-on", "never"])
    assert (result.exit_code, result.stderr.partition("skipped ")[0]) == (0, "")
    return [finding for line in result.stdout.splitlines() if (finding := json.loads(line))["code"] == "RF001"]


def refused(*arguments: str) -> str:
    """The one sentence with which a command ends."""
    result = run_command(["check", *arguments, "--no-cache"])
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    return str(line).removeprefix("error: ")


# Which file holds.


@pytest.mark.parametrize(
    ("files", "here", "expected"),
    [
        ({}, ".", None),
        ({"kgbuild.toml": "jobs = 2"}, ".", 2),
        ({"pyproject.toml": "[tool.kgbuild]\njobs = 3"}, ".", 3),
        ({"pyproject.toml": "tool.kgbuild.jobs = 3"}, ".", 3),
        ({"kgbuild.toml": "jobs = 2", "pyproject.toml": "[tool.kgbuild]\njobs = 3"}, ".", 2),
        ({"kgbuild.toml": "jobs = 2", "a/pyproject.toml": "[tool.kgbuild]\njobs = 3"}, "a/b", 3),
        ({"kgbuild.toml": "jobs = 2", "a/pyproject.toml": "[project]\nname = 'kgbuild'"}, "a/b", 2),
        ({"kgbuild.toml": "jobs = 2", "a/pyproject.toml": "[tool.other]\njobs = 3"}, "a/b", 2),
        ({"kgbuild.toml": "jobs = 2", "a/pyproject.toml": "what other tools = make of it"}, "a/b", 2),
        ({"kgbuild.toml": "jobs = 2", "a/kgbuild.toml": ""}, "a/b", None),
        ({"kgbuild.toml": "\ufeffjobs = 2\r\n"}, ".", 2),
    ],
    ids=[
        "none", "kgbuild.toml", "pyproject.toml", "dotted keys", "kgbuild.toml first", "the nearest", "a project file without a table",
        "one of others", "one that is no TOML and does not name kgbuild", "an empty one", "a byte-order mark and CRLF",
    ],
)  # fmt: skip
def test_the_nearest_file_from_the_current_folder_upwards(folder: Path, files: dict[str, str], here: str, expected: int | None) -> None:
    write(folder, files)
    (folder / here).mkdir(parents=True, exist_ok=True)
    assert find((), str(folder / here)) == {"inputs": ("input",)} | ({"jobs": expected} if expected else {})


def test_the_own_file_of_the_first_input_folder_comes_before(folder: Path) -> None:
    """Each setting by itself: what the nearer file does not say, the other one says."""
    write(folder, {"kgbuild.toml": 'jobs = 2\nselect = ["RF"]', "records/kgbuild.toml": "complete = false\njobs = 1"})
    assert find(("records",), str(folder)) == {"inputs": ("records",), "jobs": 1, "select": ("RF",), "complete": False}
    assert find(("records/old", "records"), str(folder)) == {"inputs": ("records/old", "records"), "jobs": 2, "select": ("RF",)}
    assert find(("records/a.md", "records"), str(folder))["jobs"] == 1
    assert find((str(folder / "records"),), str(folder))["jobs"] == 1


def test_a_project_file_in_an_input_folder_is_not_asked(folder: Path) -> None:
    write(folder, {"records/pyproject.toml": "[tool.kgbuild]\njobs = 3"})
    assert find(("records",), str(folder)) == {"inputs": ("records",)}


def test_the_default_input_and_inputs_of_the_settings_have_their_own_file_too(folder: Path) -> None:
    write(folder, {"input/kgbuild.toml": "complete = false", "records/kgbuild.toml": "jobs = 1"})
    assert find((), str(folder)) == {"inputs": ("input",), "complete": False}
    write(folder, {"kgbuild.toml": 'inputs = ["records"]'})
    assert find((), str(folder)) == {"inputs": ("records",), "jobs": 1}


def test_a_file_that_is_both_is_read_once(folder: Path) -> None:
    write(folder, {"records/kgbuild.toml": 'inputs = ["."]\n[per-path-ignores]\n"old" = ["RF"]'})
    ignore = PathIgnore(folder=str(folder / "records"), glob="old", codes=("RF",))
    assert find((), str(folder / "records")) == {"inputs": (".",), "per_path_ignores": (ignore,)}


def test_what_is_ignored_by_path_adds_up(folder: Path) -> None:
    write(folder, {"kgbuild.toml": 'per-path-ignores = {"a" = ["RF"]}', "records/kgbuild.toml": '[per-path-ignores]\n"b" = ["PG"]'})
    assert find(("records",), str(folder))["per_path_ignores"] == (
        PathIgnore(folder=str(folder), glob="a", codes=("RF",)),
        PathIgnore(folder=str(folder / "records"), glob="b", codes=("PG",)),
    )


def test_paths_are_relative_to_the_file_that_says_them(folder: Path) -> None:
    text = 'inputs = ["records", "-", "/data"]\ninfores = "a/infores.txt"\nmappings = "../mappings"\nbaseline = "known.json"'
    write(folder, {"kgbuild.toml": text})
    (folder / "sub" / "deep").mkdir(parents=True)
    up = "../../"
    assert find((), str(folder / "sub" / "deep")) == {
        "inputs": (f"{up}records", "-", "../" * len(folder.parts) + "../data"),
        "infores": f"{up}a/infores.txt", "mappings": f"{up}../mappings", "baseline": f"{up}known.json",
    }  # fmt: skip


def test_the_inputs_of_the_settings_are_checked_from_any_folder_below(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, {"kgbuild.toml": 'inputs = ["records"]'})
    assert paths() == ["records/a.md", "records/old/b.md"]
    monkeypatch.chdir(folder / "records")
    assert paths() == ["./a.md", "./old/b.md"]
    assert paths("a.md") == ["a.md"]
    monkeypatch.chdir(folder / "records" / "old")
    assert paths() == ["../a.md", "../old/b.md"]


def test_the_sample_records_are_a_part_of_a_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (ROOT / "input" / "kgbuild.toml").read_text("utf-8").splitlines()[-1] == "complete = false"
    monkeypatch.chdir(ROOT)
    assert {finding["severity"] for finding in findings()} == {"info"}
    assert {finding["severity"] for finding in findings("input")} == {"info"}
    assert {finding["severity"] for finding in findings("input", "--complete")} == {"error"}
    assert {finding["severity"] for finding in findings("input", "--isolated")} == {"error"}


# What the files say, and what the command line says.


class _Seen(Exception):
    """Told instead of checking."""


def seen(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[Any, Any]:
    """What a command would have read, and which rules it would have run."""
    calls: list[tuple[Any, Any]] = []

    def stand_in(options: Any, choices: Any) -> None:
        calls.append((options, msgspec.structs.replace(choices, keeps=())))
        raise _Seen

    with monkeypatch.context() as patch:
        patch.setattr("kgbuild.pipeline.check.check", stand_in)
        result = run_command(["check", *arguments])
    assert isinstance(result.exception, _Seen), result.output
    return calls[0]


SAYINGS = {
    "inputs": ('inputs = ["records/a.md", "records/old"]', ["records/a.md", "records/old"]),
    "select": ('select = ["rf", "PG001"]', ["--select", "RF,PG001"]),
    "extend-select": ('extend-select = ["sr"]', ["--extend-select", "SR"]),
    "ignore": ('ignore = ["RF001"]', ["--ignore", "RF001"]),
    "format": ('format = "sarif"', ["--format", "sarif"]),
    "statistics": ("statistics = true", ["--statistics"]),
    "complete": ("complete = false", ["--partial"]),
    "max-depth": ("max-depth = 3", ["--max-depth", "3"]),
    "stale-after": ("stale-after = 30", ["--stale-after", "30"]),
    "infores": ('infores = "infores.txt"', ["--infores", "infores.txt"]),
    "mappings": ('mappings = "mappings"', ["--mappings", "mappings"]),
    "exclude": ('exclude = ["old", "*-draft.md"]', ["--exclude", "old", "--exclude", "*-draft.md"]),
    "follow-links": ("follow-links = true", ["--follow-links"]),
    "aliases": ("aliases = false", ["--no-aliases"]),
    "jobs": ("jobs = 7", ["--jobs", "7"]),
    "cache": ("cache = false", ["--no-cache"]),
}


@pytest.mark.parametrize("setting", SAYINGS)
def test_a_setting_says_what_its_option_says(folder: Path, monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    text, options = SAYINGS[setting]
    write(folder, {"infores.txt": "infores:a\n", "kgbuild.toml": text})
    assert seen(monkeypatch) == seen(monkeypatch, "--isolated", *options) != seen(monkeypatch, "--isolated")


def test_every_setting_is_tested() -> None:
    assert {*known_settings()} - {*SAYINGS} == {"fail-on", "baseline", "per-path-ignores"}


def test_every_option_may_be_set_but_what_is_for_one_run_only() -> None:
    options = {option.name for option in check.params if isinstance(option, click.Option)} | {"inputs"}
    settable = {item.name for item in known_settings().values()} - {"per_path_ignores"}
    assert settable - options == set()
    once = {"output", "fix", "diff", "write_baseline", "no_baseline", "changed_since", "isolated", "level", "subject", "verbose"}
    assert options - settable == once


def test_the_level_at_which_a_run_fails(folder: Path) -> None:
    write(folder, {"kgbuild.toml": 'fail-on = "never"\nselect = ["RF001"]'})
    assert run_command(["check", "records", "--no-cache"]).exit_code == 0
    assert run_command(["check", "records", "--no-cache", "--fail-on", "error"]).exit_code == 1
    assert run_command(["check", "records", "--no-cache", "--isolated", "--select", "RF001"]).exit_code == 1


def test_the_command_line_wins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it says what would be so anyway."""
    text = "\n".join(text for text, _ in SAYINGS.values())
    write(folder, {"infores.txt": "", "other.txt": "infores:b\n", "kgbuild.toml": text, "other/kgbuild.toml": ""})
    options = [
        "--select", "PG,RF001", "--ignore", "FM", "--format", "text", "--no-statistics", "--complete", "--max-depth", "6", "--stale-after", "60",
        "--infores", "other.txt", "--mappings", "other", "--exclude", "x", "--no-follow-links", "--aliases", "--jobs", "1", "--cache",
    ]  # fmt: skip
    options_seen, choices = seen(monkeypatch, "records", *options)
    assert (options_seen, choices) == seen(monkeypatch, "records", "--isolated", *options)
    assert choices.limits == AuditLimits(partial=False, max_depth=6, stale_after=60, infores=choices.limits.infores)


def test_a_code_that_is_selected_on_the_command_line_is_not_ignored_by_the_settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, {"kgbuild.toml": 'ignore = ["RF001", "FM"]\nselect = ["RF", "PG001"]'})
    for arguments, expected in (
        ([], (("RF", "PG001"), ("RF001", "FM"))),
        (["--select", "RF001"], (("RF001",), ("FM",))),
        (["--select", "RF"], (("RF",), ("RF001", "FM"))),
        (["--ignore", "PG"], (("RF", "PG001"), ("PG", "PG001"))),
        (["--select", "PG", "--ignore", "PG001"], (("PG",), ("PG001",))),
    ):
        _, choices = seen(monkeypatch, *arguments)
        assert (choices.select, choices.ignore) == expected


def test_what_is_added_to_the_selected_rules(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--select means exactly its rules: it replaces both settings that select."""
    write(folder, {"kgbuild.toml": 'ignore = ["RF001"]\nextend-select = ["SR"]'})
    for arguments, expected in (
        ([], ((), ("SR",), ("RF001",))),
        (["--extend-select", "RF001"], ((), ("RF001", "SR"), ())),
        (["--select", "PG"], (("PG",), (), ("RF001",))),
        (["--select", "PG", "--extend-select", "FM"], (("PG",), ("FM",), ("RF001",))),
        (["--ignore", "S"], ((), ("SR",), ("S", "SR"))),
    ):
        _, choices = seen(monkeypatch, *arguments)
        assert (choices.select, choices.extend_select, choices.ignore) == expected
    write(folder, {"records/kgbuild.toml": 'select = ["PG"]'})
    _, choices = seen(monkeypatch, "records")
    assert (choices.select, choices.extend_select) == (("PG",), ())


def test_isolated(folder: Path) -> None:
    write(folder, {"kgbuild.toml": "no TOML", "records/kgbuild.toml": "nor = this one is"})
    assert refused("records").startswith("kgbuild.toml:1:4: expected TOML")
    assert paths("records", "--isolated") == ["records/a.md", "records/old/b.md"]


# What is ignored by path.


@pytest.mark.parametrize(
    ("glob", "codes", "expected"),
    [
        ("records/old/*", ["RF001"], ["records/a.md"]),
        ("records/old", ["RF"], ["records/a.md"]),
        ("./records/old/", ["rf"], ["records/a.md"]),
        ("*/b.md", ["ALL"], ["records/a.md"]),
        ("records/?.md", ["PG", "RF001"], ["records/old/b.md"]),
        ("records", ["RF001"], []),
        ("old", ["RF001"], ["records/a.md", "records/old/b.md"]),
        ("b.md", ["RF001"], ["records/a.md", "records/old/b.md"]),
        ("records/old/*", ["PG"], ["records/a.md", "records/old/b.md"]),
        ("records/old/*", [], ["records/a.md", "records/old/b.md"]),
    ],
)
def test_ignored_by_path(folder: Path, glob: str, codes: list[str], expected: list[str]) -> None:
    write(folder, {"pyproject.toml": f"[tool.kgbuild.per-path-ignores]\n{json.dumps(glob)} = {json.dumps(codes)}"})
    assert paths("records") == expected


def test_globs_are_relative_to_the_file_that_says_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or match the path as it is shown."""
    write(folder, {"records/kgbuild.toml": '[per-path-ignores]\n"old/*" = ["RF001"]'})
    assert paths("records") == ["records/a.md"]
    assert paths(str(folder / "records")) == [str(folder / "records" / "a.md")]
    monkeypatch.chdir(folder / "records" / "old")
    write(folder, {"records/kgbuild.toml": '[per-path-ignores]\n"b.md" = ["RF001"]\n"a.md" = ["RF001"]'})
    assert paths("b.md") == []
    assert paths("..") == ["../old/b.md"]


def test_what_is_ignored_by_path_is_not_counted_as_known(folder: Path) -> None:
    write(folder, {"kgbuild.toml": 'select = ["RF001"]\nper-path-ignores = {"records/old" = ["RF001"]}'})
    report = json.loads(run_command(["check", "records", "--format", "json", "--no-cache"]).stdout)
    assert (report["counts"], report["known"]) == ({"error": 1, "warning": 0, "info": 0}, 0)


# What is wrong with a file.

THERE_ARE = (
    "aliases, baseline, cache, complete, exclude, extend-select, fail-on, follow-links, format, ignore, infores, inputs, jobs, mappings, max-depth, "
    "per-path-ignores, select, stale-after, statistics"
)
WRONG = {
    "selcet = []": "1: expected a setting of `kgbuild check`, got 'selcet'; did you mean 'select'?",
    "jobs = 2\n\nfail_on = 'error'": "3: expected a setting of `kgbuild check`, got 'fail_on'; did you mean 'fail-on'?",
    "partial = true": "1: expected a setting of `kgbuild check`, got 'partial'; did you mean 'complete'?",
    "no-cache = true": "1: expected a setting of `kgbuild check`, got 'no-cache'; did you mean 'cache'?",
    "[tool.kgbuild]": f"1: expected a setting of `kgbuild check`, got 'tool'; the settings are {THERE_ARE}",
    "select = 'RF'": "1: select: expected a list of rule codes, got 'RF'; correct the entry",
    "select = ['RF', 3]": "1: select: expected a list of rule codes with no other items, got 3; correct the entry",
    "select = []": "1: select: expected at least one rule code, got an empty list; add one, or leave out the setting",
    "ignore = [\n  'RF',\n  'XX001',\n]":
        "1: ignore: expected a rule's code or a prefix of one, got 'XX001'; `kgbuild rule --all` lists the codes",
    "ignore = ['']": "1: ignore: expected a list of rule codes with no other items, got ''; correct the entry",
    "inputs = []": "1: inputs: expected at least one path, got an empty list; add one, or leave out the setting",
    "inputs = 'records'": "1: inputs: expected a list of paths, got 'records'; correct the entry",
    "fail-on = 'warn'": "1: fail-on: expected one of error, warning, info, never, got 'warn'; did you mean 'warning'?",
    "fail-on = true": "1: fail-on: expected one of error, warning, info, never, got true; correct the entry",
    "format = 'html'": "1: format: expected one of text, json, jsonl, markdown, github, sarif, junit, got 'html'; correct the entry",
    "statistics = 'no'": "1: statistics: expected true or false, got 'no'; correct the entry",
    "complete = 0": "1: complete: expected true or false, got 0; correct the entry",
    "max-depth = '3'": "1: max-depth: expected a whole number of at least 1, got '3'; correct the entry",
    "stale-after = 0": "1: stale-after: expected a whole number of at least 1, got 0; correct the entry",
    "jobs = true": "1: jobs: expected a whole number of at least 1, got true; correct the entry",
    "jobs = 1.5": "1: jobs: expected a whole number of at least 1, got 1.5; correct the entry",
    "infores = ''": "1: infores: expected a path, got ''; correct the entry",
    "mappings = ['a']": "1: mappings: expected a path, got a list; correct the entry",
    "baseline = 2026-11-21": "1: baseline: expected a path, got 2026-11-21; correct the entry",
    "exclude = 'old'": "1: exclude: expected a list of globs, got 'old'; correct the entry",
    "aliases = {}": "1: aliases: expected true or false, got a table; correct the entry",
    "per-path-ignores = ['RF']": "1: per-path-ignores: expected a table of globs, each with a list of rule codes, got a list; correct the entry",
    "cache = true\n[per-path-ignores]\n'a' = ['RF']\n\"b/*\" = 'RF'":
        "4: per-path-ignores.b/*: expected a list of rule codes, got 'RF'; correct the entry",
    "per-path-ignores.'b.md' = ['RF', 'YY']":
        "1: per-path-ignores.b.md: expected a rule's code or a prefix of one, got 'YY'; `kgbuild rule --all` lists the codes",
    "jobs = 2\nselect = [": "2: expected TOML, got invalid TOML (invalid value); correct the line",
    "jobs 2": "1:6: expected TOML, got invalid TOML (expected '=' after a key in a key/value pair); correct the line",
    "jobs = 2\njobs = 3": "2: expected TOML, got invalid TOML (cannot overwrite a value); correct the line",
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_said_in_one_sentence(folder: Path, text: str) -> None:
    write(folder, {"kgbuild.toml": text})
    assert refused("records") == f"kgbuild.toml:{WRONG[text]}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[project]\nname = 'kgbuild'\n[tool.kgbuild]\nselcet = []",
            "4: expected a setting of `kgbuild check`, got 'selcet'; did you mean 'select'?",
        ),
        ("tool.kgbuild.jobs = 0", "1: jobs: expected a whole number of at least 1, got 0; correct the entry"),
        ("[tool]\nkgbuild = {jobs = 0}", "2: jobs: expected a whole number of at least 1, got 0; correct the entry"),
        ("[tool]\nkgbuild = 'jobs'", "2: tool.kgbuild: expected a table of settings, got 'jobs'; correct the entry"),
        ("[other]\njobs = 1\n[tool.kgbuild]\njobs = 0", "4: jobs: expected a whole number of at least 1, got 0; correct the entry"),
        (
            "[tool.kgbuild.per-path-ignores]\n'a' = ['ZZ']",
            "2: per-path-ignores.a: expected a rule's code or a prefix of one, got 'ZZ'; `kgbuild rule --all` lists the codes",
        ),
    ],
    ids=["unknown", "dotted", "inline", "no table", "another table", "by path"],
)  # fmt: skip
def test_a_wrong_project_file_above(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: str) -> None:
    write(folder, {"pyproject.toml": text})
    monkeypatch.chdir(folder / "records")
    assert refused("a.md") == f"../pyproject.toml:{expected}"


def test_a_wrong_file_in_an_input_folder(folder: Path) -> None:
    write(folder, {"records/kgbuild.toml": "\nlevel = 1"})
    assert refused("records") == f"records/kgbuild.toml:2: expected a setting of `kgbuild check`, got 'level'; the settings are {THERE_ARE}"


def test_a_file_that_is_no_text(folder: Path) -> None:
    (folder / "kgbuild.toml").write_bytes(b"jobs = 2\n# \xff\n")
    assert refused("records") == "kgbuild.toml:2: expected UTF-8, got the byte 0xff; save the file as UTF-8"


def test_a_file_inside_an_input_does_not_let_links_lead_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the own file of the input nor the nearest one, from wherever the input is named."""
    write(folder, {"records/kgbuild.toml": "\nfollow-links = true\n"})
    said = "follow-links: expected this setting on the command line or in a file outside the inputs, got it inside {}; use --follow-links"
    assert refused("records") == f"records/kgbuild.toml:2: {said.format('records')}"
    monkeypatch.chdir(folder / "records" / "old")
    assert refused("..") == f"../kgbuild.toml:2: {said.format('..')}"
    assert paths("b.md") == ["b.md"]
    monkeypatch.chdir(folder / "records")
    assert refused(".", "--follow-links") == f"kgbuild.toml:2: {said.format('.')}"


def test_a_file_that_is_a_link_out_of_its_input_is_not_read(folder: Path) -> None:
    (folder / "records" / "kgbuild.toml").symlink_to("/etc/passwd")
    expected = "expected a settings file, got a link that leads out of its folder; replace it with the file, or use --isolated"
    assert refused("records") == f"records/kgbuild.toml: {expected}"


def test_nothing_is_read_before_the_settings_are_right(folder: Path) -> None:
    write(folder, {"kgbuild.toml": "jobs = 0"})
    with pytest.raises(UsageError):
        settings.find(("nowhere",), str(folder))


@pytest.mark.parametrize(("given", "expected"), [(1, 1), (cores(), cores()), (400, cores())])
def test_a_file_inside_an_input_starts_no_more_processes_than_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: int, expected: int
) -> None:
    """Records of strangers can contain a settings file; `jobs = 400` started 402 processes."""
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "kgbuild.toml").write_text(f"jobs = {given}\n")
    (tmp_path / "kgbuild.toml").write_text("jobs = 300\n")
    monkeypatch.chdir(tmp_path)
    assert settings.find(("records",), ".")["jobs"] == expected
    assert settings.find((), str(tmp_path / "records"))["jobs"] == given
    (tmp_path / "records" / "kgbuild.toml").unlink()
    assert settings.find(("records",), ".")["jobs"] == 300
