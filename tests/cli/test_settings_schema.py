"""The JSON schema of the settings file says what the program takes."""

from __future__ import annotations

import json
import tomllib

import jsonschema
import pytest
from paths import ROOT

from kgbuild.cli.settings_schema import schema

PATH = ROOT / "docs" / "kgbuild.schema.json"
RIGHT = """
inputs = ["records"]
select = ["RF"]
ignore = []
fail-on = "never"
format = "sarif"
complete = false
max-depth = 3
infores = "infores.txt"
jobs = 2
per-path-ignores = {"old/*" = ["ST"]}
"""


def test_the_file_is_what_is_made(regenerate: bool) -> None:
    if regenerate:
        PATH.write_text(schema(), encoding="utf-8")
    assert PATH.read_text("utf-8") == schema()


def test_what_is_right() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schema()))
    jsonschema.validate(tomllib.loads(RIGHT), json.loads(schema()))


@pytest.mark.parametrize(
    "text",
    [
        "selcet = []", "select = []", "select = 'RF'", "select = ['']", "inputs = []", "fail-on = 'warn'", "format = 'html'", "complete = 0",
        "max-depth = 0", "jobs = 1.5", "infores = ''", "mappings = ['a']", "per-path-ignores = ['RF']", "per-path-ignores = {a = 'RF'}",
    ],
)  # fmt: skip
def test_what_is_wrong(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), json.loads(schema()))
