"""Generate the JSON schema of `kgbuild.toml` for editors. It is made from the same options as the settings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING
from types import MappingProxyType
from typing import Any

from kgbuild.options import Kind, Option, OptionField, settings

_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "array", "items": _TEXT}


def schema() -> str:
    """Return the schema (JSON Schema, draft 2020-12) as indented JSON that ends with a line feed."""
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of `kgbuild check`",
        "type": "object",
        "additionalProperties": False,
        "properties": {key: _property(item) for key, item in settings().items()},
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _property(item: OptionField) -> dict[str, Any]:
    meaning = item.meaning
    has_default = meaning.command_default is None and item.default is not MISSING and item.default not in (None, ())
    default = {"default": item.default} if has_default else {}
    return {"description": meaning.help.partition("  [default")[0], **_VALUES[meaning.kind](meaning), **default}


def _list(meaning: Option) -> dict[str, Any]:
    return _TEXTS | ({"minItems": 1} if meaning.required_items else {})


#: The schema of the values of each kind of option.
_VALUES: Mapping[Kind, Callable[[Option], dict[str, Any]]] = MappingProxyType(
    {
        "inputs": _list,
        "codes": _list,
        "globs": _list,
        "choice": lambda meaning: {"enum": list(meaning.values())},
        "flag": lambda _: {"type": "boolean"},
        "count": lambda meaning: {"type": "integer", "minimum": int(meaning.least or 0)},
        "file": lambda _: _TEXT,
        "folder": lambda _: _TEXT,
        "codes by glob": lambda _: {"type": "object", "additionalProperties": _TEXTS},
    }
)
