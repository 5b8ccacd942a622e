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
EXPECTED = "expected a catalogue of infores ids (one id on each line, or YAML or JSON with `information_resources:`)"


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
    ("data", "said"),
    [
        (b"", f"1: {EXPECTED}, got no id; give a file in one of these formats"),
        (b"# nothing yet\n", f"1: {EXPECTED}, got no id; give a file in one of these formats"),
        (b"information_resources: []\n", f"1: {EXPECTED}, got no id; give a file in one of these formats"),
        (b"infores:alpha\nthe second id\n", f"2: {EXPECTED}, got 'the second id'; give a file in one of these formats"),
        (b"infores:\n", f"1: {EXPECTED}, got 'infores:'; give a file in one of these formats"),
        (b"biolink:alpha\n", f"1: {EXPECTED}, got 'biolink:alpha'; give a file in one of these formats"),
        (b"<!DOCTYPE html>\n", f"1: {EXPECTED}, got '<!DOCTYPE html>'; give a file in one of these formats"),
        (b"resources:\n- id: alpha\n", f"1: {EXPECTED}, got 'resources:'; give a file in one of these formats"),
        (b"\xff\xfei\x00n\x00", "1: expected UTF-8, got the byte 0xff; save the file as UTF-8"),
        (b"information_resources: [\n", f"2:1: {EXPECTED}, got the end of the text; give a file in one of these formats"),
        (b'{"information_resources": [}', f"1:28: {EXPECTED}, got `}}`; give a file in one of these formats"),
        (
            b"resources:\n  information_resources:\n  - id: alpha\n",
            f"1: {EXPECTED}, got no list under `information_resources:`; give a file in one of these formats",
        ),
        (
            b"information_resources:\n- id: infores:alpha\n- name: Beta\n",
            "3: information_resources.1.id: expected an infores id, got none; correct the entry",
        ),
        (
            b"information_resources:\n- id: biolink:alpha\n",
            "2: information_resources.0.id: expected an infores id, got 'biolink:alpha'; correct the entry",
        ),
    ],
    ids=range(14),
)
def test_what_is_none(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "catalogue"
    path.write_bytes(data)
    with pytest.raises(UsageError) as caught:
        read_catalogue(path)
    assert str(caught.value) == f"{path}:{said}"


def test_the_command_says_that_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("id: a\ncategory: DataSource\n")
    missing = tmp_path / "missing"
    result = run_command(["check", str(tmp_path / "a.yaml"), "--infores", str(missing), "--no-cache"])
    said = f"error: {missing}: {EXPECTED} that can be read, got 'No such file or directory'; give another --infores\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", said)


@pytest.mark.parametrize(("known", "codes"), [("infores:a\n", []), ("b\n", ["ID003"])], ids=["known", "unknown"])
def test_the_command_takes_one(tmp_path: Path, known: str, codes: list[str]) -> None:
    (tmp_path / "a.yaml").write_text("id: a\ncategory: DataSource\ninfores_id: a\n")
    (tmp_path / "ids").write_text(known)
    options = ["--infores", str(tmp_path / "ids"), "--select", "ID003", "--format", "jsonl", "--no-cache"]
    result = run_command(["check", str(tmp_path / "a.yaml"), *options])
    assert [json.loads(line)["code"] for line in result.stdout.splitlines()] == codes
