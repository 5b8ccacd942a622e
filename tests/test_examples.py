"""Each folder of examples/ shows one rule: the records of `input/` give the files of `expected/`, byte for byte.

`command.txt` says the rule and the command. To write the expected files anew: ``pytest tests/test_examples.py --regenerate``.
"""

from __future__ import annotations

import hashlib
import re
import shlex
import shutil
from pathlib import Path

import pytest
from paths import MAPPINGS, TESTS
from running import contents, run_command

from kgbuild import __version__

EXAMPLES = TESTS / "examples"
#: The files whose hashes the manifest sums up, in its order (SPEC §5, "mappings").
MAPPING_FILES = ("prefixes", "pages", "fields", "categories", "provenance", "formats", "licenses", "domains", "biolink", "vocabulary")
NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/command.txt"))


def export(example: Path, output: Path) -> dict[str, bytes]:
    """The files that an example's command writes. Those of the manifest's lines that change with every release and mapping say so instead."""
    (line,) = (line for line in (example / "command.txt").read_text().splitlines() if not line.startswith("#"))
    result = run_command([*shlex.split(line)[1:], "--no-cache", "--check", "none", "--output", str(output)])
    assert (result.exit_code, result.stdout) == (0, ""), result.output
    files = contents(output)
    version, mappings = (b'  "kgbuild": "%s",\n' % __version__.encode(), b'  "mappings": "%s",\n' % mappings_sha256().encode())
    head = b"{\n" + version + mappings
    manifest = files["graph_manifest.json"]
    assert manifest[: len(head)] == head
    files["graph_manifest.json"] = b'{\n  "kgbuild": "VERSION",\n  "mappings": "SHA-256 OF THE MAPPINGS",\n' + manifest[len(head) :]
    return files


def mappings_sha256() -> str:
    names = [*(f"{name}.yaml" for name in MAPPING_FILES), "aliases.sssom.tsv"]
    return hashlib.sha256(b"".join(hashlib.sha256((MAPPINGS / name).read_bytes()).digest() for name in names)).hexdigest()


@pytest.mark.parametrize("name", NAMES)
def test_example(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, regenerate: bool) -> None:
    example = EXAMPLES / name
    monkeypatch.chdir(example)
    files = export(example, tmp_path / "output")
    expected = example / "expected"
    if regenerate:
        shutil.rmtree(expected, ignore_errors=True)
        expected.mkdir()
        for file, data in files.items():
            (expected / file).parent.mkdir(exist_ok=True)
            (expected / file).write_bytes(data)
    there = contents(expected)
    assert sorted(files) == sorted(there)
    for file, data in there.items():
        assert files[file].decode() == data.decode(), file


def test_every_example_tells_its_rule() -> None:
    told = {path.parent.name: path.read_text() for path in EXAMPLES.glob("*/command.txt")}
    assert sorted(told) == sorted(path.name for path in EXAMPLES.iterdir())
    assert [name for name, text in sorted(told.items()) if not re.match(r"# SPEC §\d", text)] == []
