"""Catalogues of infores ids for `kgbuild check --infores FILE`: lists, the Biolink YAML and JSON, and what is neither."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import run_command

from kgbuild.checks.infores_catalogue import read_catalogue
from kgbuild.errors import UsageError

LIST = """\
# ids of our own
infores:alpha
beta

  infores:gamma-kp\t
beta
"""
BIOLINK = """\
# The header of the catalogue may name an `id: infores:none`.
information_resources:
  - status: released
    name: Alpha
    id: infores:alpha
    description: >-
      All about alpha, and
      infores:delta.
    consumes:
      - infores:beta
  - id: beta
    status: deprecated
"""
JSON = '{"name": "Catalogue", "information_resources": [{"id": "infores:alpha", "name": "Alpha"}, {"id": "beta"}]}'
EXPECTED = "expected a catalogue of infores ids (one a line, or YAML or JSON with `information_resources:`)"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (LIST, {"alpha", "beta", "gamma-kp"}),
        ("\ufeffinfores:alpha\r\nbeta", {"alpha", "beta"}),
        (BIOLINK, {"alpha", "beta"}),
        (JSON, {"alpha", "beta"}),
        ("\ufeff \n" + JSON, {"alpha", "beta"}),
    ],
    ids=["list", "list from Windows", "YAML", "JSON", "JSON with a mark before it"],
)
@pytest.mark.parametrize("name", ["catalogue", "catalogue.yaml", "catalogue.json"])
def test_what_is_a_catalogue_is_told_by_its_text(tmp_path: Path, name: str, text: str, ids: set[str]) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    assert read_catalogue(path) == ids


@pytest.mark.parametrize(
    ("data", "got"),
    [
        (b"", "no id"),
        (b"# nothing yet\n", "no id"),
        (b"information_resources: []\n", "no id"),
        (b"infores:alpha\nthe second id\n", "'the second id' on line 2"),
        (b"infores:\n", "'infores:' on line 1"),
        (b"biolink:alpha\n", "'biolink:alpha' on line 1"),
        (b"<!DOCTYPE html>\n", "'<!DOCTYPE html>' on line 1"),
        (b"resources:\n- id: alpha\n", "'resources:' on line 1"),
        (b"\xff\xfei\x00n\x00", "bytes that are no UTF-8"),
        (b"information_resources: [\n", "the end of the text on line 2"),
        (b'{"information_resources": [}', "`}` on line 1"),
        (b"resources:\n  information_resources:\n  - id: alpha\n", "no list under `information_resources:`"),
        (b"information_resources:\n- id: infores:alpha\n- name: Beta\n", "an entry without an infores id (number 2)"),
        (b"information_resources:\n- id: biolink:alpha\n", "an entry without an infores id (number 1)"),
    ],
)
def test_what_is_none(tmp_path: Path, data: bytes, got: str) -> None:
    path = tmp_path / "catalogue"
    path.write_bytes(data)
    with pytest.raises(UsageError) as caught:
        read_catalogue(path)
    assert str(caught.value) == f"--infores {path}: {EXPECTED}, got {got}; give one that is"


def test_the_command_says_that_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("id: a\ncategory: DataSource\n")
    missing = tmp_path / "missing"
    result = run_command(["check", str(tmp_path / "a.yaml"), "--infores", str(missing), "--no-cache"])
    said = f"error: --infores {missing}: {EXPECTED}, got 'No such file or directory'; give a file that can be read\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", said)


@pytest.mark.parametrize(("known", "codes"), [("infores:a\n", []), ("b\n", ["ID003"])], ids=["known", "unknown"])
def test_the_command_takes_one(tmp_path: Path, known: str, codes: list[str]) -> None:
    (tmp_path / "a.yaml").write_text("id: a\ncategory: DataSource\ninfores_id: a\n")
    (tmp_path / "ids").write_text(known)
    options = ["--infores", str(tmp_path / "ids"), "--select", "ID003", "--format", "jsonl", "--no-cache"]
    result = run_command(["check", str(tmp_path / "a.yaml"), *options])
    assert [json.loads(line)["code"] for line in result.stdout.splitlines()] == codes
